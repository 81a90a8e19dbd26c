"""The reducer from triggers to the store, without a browser."""

from __future__ import annotations

import pytest

from projner_core.corpus import Alignment, GoldLinks, Link, Span
from projner_core.review.actions import Kind, links_to_json
from projner_core.store import LayerKind
from projner_ui.actions import LONGEST_NOTE, Trail, act, machine_links
from projner_ui.session import Filter

MACHINE = [[0, 2, "PER"], [3, 8, "ORG"], [10, 11, "LOC"]]
RIGHT_ONE = [[0, 2, "PER"], [3, 9, "ORG"], [10, 11, "LOC"]]


class Reader:
    """Someone with the page open: sends triggers as the browser does, and sees what the page shows."""

    def __init__(self, project, who="asha", queue=None):
        self.project, self.who, self.queue = project, who, queue or Filter()
        self.trail, self.links_trail = Trail(), Trail(links=True)

    def open(self, position):
        state = self.project.state(position)
        self.trail.seen[position] = (state.last_action if state else None) or 0

    def send(self, position, kind, **rest):
        if position not in self.trail.seen and 0 <= position < self.project.count():
            self.open(position)
        trigger = {"seq": 1, "pair": f"n-{position}", "position": position, "kind": kind, **rest}
        return act(self.project, trigger, who=self.who, queue=self.queue, trail=self.trail)

    def spans(self, position):
        state = self.project.state(position)
        return state.spans if state else None

    def verdict(self, position):
        state = self.project.state(position)
        return state.verdict if state else None


@pytest.fixture
def reader(project):
    return Reader(project)


def test_an_edit_is_in_the_database_with_who_and_when(reader, project):
    outcome = reader.send(0, "spans", was=None, now=RIGHT_ONE)
    assert (outcome.position, outcome.error) == (0, None)
    [action] = project.actions(0)
    assert (action.who, action.kind, action.was, action.now) == ("asha", Kind.SPANS, None, RIGHT_ONE)
    assert action.at
    assert reader.spans(0) == (Span(0, 2, "PER"), Span(3, 9, "ORG"), Span(10, 11, "LOC"))


def test_what_the_browser_shows_of_the_machine_is_no_correction_yet(reader, project):
    assert reader.send(0, "spans", was=MACHINE, now=RIGHT_ONE).error is None
    assert project.actions(0)[0].was is None


def test_back_to_the_machine_by_hand_is_nothing_corrected(reader, project):
    reader.send(0, "spans", was=MACHINE, now=RIGHT_ONE)
    reader.send(0, "spans", was=RIGHT_ONE, now=MACHINE)
    assert reader.spans(0) is None
    assert project.review_counts() == (0, 0, 4)


def test_an_edit_that_changes_nothing_is_no_action(reader, project):
    reader.send(0, "spans", was=MACHINE, now=MACHINE)
    reader.send(0, "verdict", now=None)
    reader.send(0, "note", now="")
    assert project.actions() == []


def test_right_and_next_follows_doubt(reader):
    assert reader.send(3, "verdict", now="right", then="next").position == 0
    assert reader.send(0, "verdict", now="right", then="next").position == 1
    assert reader.verdict(3) == "right"


def test_right_and_next_among_the_open_ones(project):
    reader = Reader(project, queue=Filter(show="open"))
    assert reader.send(3, "verdict", now="right", then="next").position == 0
    assert reader.send(0, "verdict", now="right", then="next").position == 1


def test_the_end_of_the_list_stays_and_says_so(reader):
    outcome = reader.send(2, "verdict", now="right", then="next")
    assert (outcome.position, outcome.at_end, outcome.error) == (2, True, None)
    assert reader.verdict(2) == "right"


def test_moves_follow_the_order_of_the_filter(reader, project):
    assert reader.send(0, "move", to="previous").position == 3
    assert reader.send(0, "move", to="next").position == 1
    assert Reader(project, queue=Filter(order="file")).send(0, "move", to="next").position == 1
    assert Reader(project, queue=Filter(order="file")).send(0, "move", to="previous").at_end
    assert Reader(project, queue=Filter(search="Hakuna")).send(0, "move", to="next").position == 2
    assert project.actions() == []


def test_no_entity_takes_marks_by_hand_with_it(reader):
    reader.send(0, "spans", was=None, now=RIGHT_ONE)
    reader.send(0, "verdict", now="no-entity")
    assert (reader.spans(0), reader.verdict(0)) == ((), "no-entity")
    reader.send(0, "undo")
    reader.send(0, "undo")
    assert (len(reader.spans(0)), reader.verdict(0)) == (3, None)


def test_marking_an_entity_where_there_was_said_to_be_none(reader):
    reader.send(0, "verdict", now="no-entity")
    assert reader.send(0, "spans", was=[], now=MACHINE).error is None
    assert reader.spans(0) == (Span(0, 2, "PER"), Span(3, 8, "ORG"), Span(10, 11, "LOC"))


def test_undo_and_redo(reader, project):
    reader.send(0, "spans", was=None, now=RIGHT_ONE)
    assert reader.send(0, "undo").error is None
    assert reader.spans(0) is None
    assert reader.send(0, "redo").error is None
    assert reader.spans(0) is not None
    assert len(project.actions(0)) == 3, "undo and redo are actions; nothing is overwritten"


def test_undo_goes_back_to_the_pair_that_was_left(reader):
    reader.send(3, "verdict", now="right", then="next")
    reader.open(0)
    outcome = reader.send(0, "undo")
    assert (outcome.position, reader.verdict(3)) == (3, None)
    assert reader.send(3, "redo").position == 3
    assert reader.verdict(3) == "right"


def test_undo_after_a_reload_takes_back_what_was_done_to_this_pair(reader, project):
    reader.send(0, "spans", was=None, now=RIGHT_ONE)
    again = Reader(project)
    assert again.send(0, "undo").error is None
    assert again.spans(0) is None


def test_a_new_edit_leaves_nothing_to_redo(reader):
    reader.send(0, "spans", was=None, now=RIGHT_ONE)
    reader.send(0, "undo")
    reader.send(0, "note", now="see page 3")
    assert "redo" in reader.send(0, "redo").error
    assert reader.spans(0) is None


def test_nothing_to_undo_is_a_sentence(reader, project):
    assert reader.send(0, "undo").error == "Nothing is left to undo here."
    assert project.actions() == []


def test_two_people_the_second_sees_it_and_loses_nothing(project):
    asha, juma = Reader(project, "asha"), Reader(project, "juma")
    asha.open(0)
    juma.open(0)
    assert asha.send(0, "spans", was=MACHINE, now=RIGHT_ONE).error is None
    outcome = juma.send(0, "spans", was=MACHINE, now=[[0, 2, "PER"]])
    assert "Someone else" in outcome.error
    assert len(asha.spans(0)) == 3, "hers stands"
    juma.open(0)  # the page shows him how it stands now
    assert juma.send(0, "spans", was=RIGHT_ONE, now=[[0, 2, "PER"]]).error is None


def test_right_is_not_said_of_what_was_never_seen(project):
    asha, juma = Reader(project, "asha"), Reader(project, "juma")
    juma.open(0)
    asha.send(0, "spans", was=MACHINE, now=RIGHT_ONE)
    outcome = juma.send(0, "verdict", now="right", then="next")
    assert "Someone else" in outcome.error
    assert outcome.position == 0, "he stays where he is"
    assert juma.verdict(0) is None


def test_nobody_undoes_what_another_did_since(project):
    asha, juma = Reader(project, "asha"), Reader(project, "juma")
    asha.send(0, "note", now="first")
    juma.send(0, "note", now="second")
    assert "Someone else" in asha.send(0, "undo").error
    assert project.state(0).note == "second"


def test_spans_that_do_not_fit_are_refused(reader, project):
    for now in ([[0, 99, "PER"]], [[0, 2, "PER"], [1, 3, "ORG"]], [[2, 2, "PER"]], [[0, 1, ""]]):
        assert reader.send(0, "spans", was=None, now=now).error
    assert project.actions() == []


@pytest.mark.parametrize(
    "trigger",
    [
        {},
        {"kind": "spans"},
        {"kind": "spans", "position": "0", "pair": "n-0", "now": []},
        {"kind": "spans", "position": True, "pair": "n-1", "now": []},
        {"kind": "spans", "position": 99, "pair": "n-99", "now": []},
        {"kind": "spans", "position": -1, "pair": "n-3", "now": []},
        {"kind": "spans", "position": 0, "pair": "n-1", "now": []},
        {"kind": "spans", "position": 0, "pair": "n-0", "now": "x"},
        {"kind": "spans", "position": 0, "pair": "n-0", "now": [[0, 1]]},
        {"kind": "spans", "position": 0, "pair": "n-0", "now": [[0.5, 1, "PER"]]},
        {"kind": "spans", "position": 0, "pair": "n-0", "was": 7, "now": []},
        {"kind": "verdict", "position": 0, "pair": "n-0", "now": "wrong"},
        {"kind": "verdict", "position": 0, "pair": "n-0", "now": ["right"]},
        {"kind": "note", "position": 0, "pair": "n-0", "now": 3},
        {"kind": "note", "position": 0, "pair": "n-0", "now": "x" * (LONGEST_NOTE + 1)},
        {"kind": "drop table", "position": 0, "pair": "n-0"},
        {"kind": ["spans"], "position": 0, "pair": "n-0"},
    ],
)
def test_what_no_link_view_sends_writes_nothing(project, trigger):
    outcome = act(project, trigger, who="asha", queue=Filter(), trail=Trail())
    assert outcome.error
    assert project.actions() == []


def test_source_entities_marked_by_hand(imported):
    reader = Reader(imported)
    was = [[0, 1, "PER"], [2, 3, "LOC"]]
    assert reader.send(1, "source_spans", was=was, now=[*was[:1]]).error is None
    assert imported.state(1).source_spans == (Span(0, 1, "PER"),)
    assert imported.get_meta("source_edits") == 1
    reader.send(1, "undo")
    assert imported.state(1).source_spans is None
    assert imported.get_meta("source_edits") == 2


def test_a_note_keeps_every_character(reader, project):
    note = "Ìbàdàn? <b>see</b>\n𞄀𞄄 👩🏽‍🌾"
    reader.send(1, "note", now=note)
    assert project.state(1).note == note


def test_with_no_projection_the_pairs_can_be_walked(imported):
    reader = Reader(imported)
    assert reader.send(0, "move", to="next").position == 1
    assert reader.send(0, "spans", was=[], now=[[0, 2, "PER"]]).error is None
    assert reader.spans(0) == (Span(0, 2, "PER"),)


# ------------------------------------------------------------------ links by hand

MACHINE_LINKS = [[0, 0, "sure"], [1, 1, "sure"]]  # as the fixture's aligner decided; its weak links are none
DRAWN = [[0, 0, "sure"], [1, 1, "sure"], [4, 8, "possible"]]


def links_of(project, position):
    state = project.state(position)
    return links_to_json(state.links) if state else None


def test_links_drawn_by_hand_are_in_the_database(reader, project):
    outcome = reader.send(0, "links", was=None, now=DRAWN)
    assert (outcome.position, outcome.error) == (0, None)
    [action] = project.actions(0)
    assert (action.who, action.kind, action.was, action.now) == ("asha", Kind.LINKS, None, DRAWN)
    assert links_of(project, 0) == DRAWN
    assert reader.spans(0) is None


def test_links_put_back_to_the_machines_stay_the_reviewers_until_they_are_given_up(reader, project):
    assert reader.send(0, "links", was=MACHINE_LINKS, now=DRAWN).error is None
    assert reader.send(0, "links", was=DRAWN, now=MACHINE_LINKS).error is None
    assert links_of(project, 0) == MACHINE_LINKS
    assert reader.send(0, "links", was=MACHINE_LINKS, now=None).error is None
    assert links_of(project, 0) is None


@pytest.mark.parametrize("given_up", ["by undo", "by null"])
def test_links_accepted_as_they_are_are_the_reviewers(project, given_up):
    reader = Reader(project)
    reader.trail = reader.links_trail
    assert reader.send(0, "links", was=MACHINE_LINKS, now=MACHINE_LINKS).error is None
    assert project.actions(0) == [], "nothing was changed and nothing accepted"
    assert reader.send(0, "links", was=MACHINE_LINKS, now=MACHINE_LINKS, accept=True).error is None
    assert links_of(project, 0) == MACHINE_LINKS
    if given_up == "by undo":
        assert reader.send(0, "undo").error is None
    else:
        assert reader.send(0, "links", was=MACHINE_LINKS, now=None).error is None
    assert links_of(project, 0) is None


def test_only_links_that_are_shown_can_be_accepted(reader, project):
    assert "Someone else" in reader.send(0, "links", was=DRAWN, now=DRAWN, accept=True).error
    assert project.actions(0) == []


def test_neither_part_takes_back_what_was_done_in_the_other(reader, project):
    reader.send(0, "spans", was=None, now=RIGHT_ONE)
    by_hand = Reader(project)
    by_hand.trail = by_hand.links_trail
    by_hand.send(0, "links", was=None, now=DRAWN)
    by_hand.send(0, "undo")
    assert "Nothing is left" in by_hand.send(0, "undo").error
    assert reader.spans(0) is not None
    by_hand.send(0, "redo")
    reader.open(0)
    reader.send(0, "undo")
    assert reader.spans(0) is None
    assert "Nothing is left" in reader.send(0, "undo").error
    assert links_of(project, 0) == DRAWN


def test_no_link_at_all_is_a_correction_of_some(reader, project):
    assert reader.send(0, "links", was=MACHINE_LINKS, now=[]).error is None
    assert links_of(project, 0) == []
    assert reader.send(2, "links", was=[], now=[]).error is None, "nobody linked anything there"
    assert links_of(project, 2) is None


def test_the_page_says_which_links_it_shows(project):
    trail = Trail()

    def shown(_project, position):
        return GoldLinks(frozenset({(position, 3)}), frozenset({(position, 3)}))

    def send(**rest):
        trigger = {"pair": "n-0", "position": 0, "kind": "links", **rest}
        return act(project, trigger, who="asha", queue=Filter(), trail=trail, links=shown)

    assert send(was=[[0, 3, "sure"]], now=[]).error is None
    assert links_of(project, 0) == []
    assert send(was=[], now=None).error is None
    assert links_of(project, 0) is None
    assert send(was=[[0, 3, "sure"]], now=[[0, 3, "sure"]], accept=True).error is None
    assert links_of(project, 0) == [[0, 3, "sure"]]
    assert "Someone else" in send(was=MACHINE_LINKS, now=[]).error


def test_before_a_projection_the_latest_aligner_stands_and_gold_is_nobodys(imported):
    reader = Reader(imported)
    assert machine_links(imported, 0) == GoldLinks()
    for name, gold, link in (
        ("first", {}, (0, 1)),
        ("second", {}, (2, 2)),
        ("by hand", {"gold": True}, (1, 1)),
    ):
        layer = imported.open_layer(
            name=name, kind=LayerKind.LINKS, side="both", fingerprint=name, provenance=gold
        )
        layer = imported.write(layer, 0, [Alignment(links=(Link(*link),))] + [Alignment()] * 3)
        imported.complete(layer)
    assert reader.send(0, "links", was=[[2, 2, "sure"]], now=[]).error is None
    assert links_of(imported, 0) == []


def test_undo_and_redo_of_links_go_along_the_trail(reader, project):
    reader.send(0, "spans", was=None, now=RIGHT_ONE)
    reader.trail = reader.links_trail
    reader.send(0, "links", was=None, now=DRAWN)
    reader.open(1)
    assert reader.send(1, "undo").position == 0
    assert links_of(project, 0) is None
    assert reader.spans(0) is not None
    assert reader.send(0, "redo").error is None
    assert links_of(project, 0) == DRAWN


def test_two_people_at_the_same_links(project):
    asha, juma = Reader(project, "asha"), Reader(project, "juma")
    asha.open(0)
    juma.open(0)
    assert asha.send(0, "links", was=None, now=DRAWN).error is None
    for was in (None, MACHINE_LINKS):
        juma.trail.seen[0] = 0
        assert "Someone else" in juma.send(0, "links", was=was, now=[]).error
    assert links_of(project, 0) == DRAWN, "hers stand"
    juma.open(0)
    assert "Someone else" in juma.send(0, "links", was=MACHINE_LINKS, now=[]).error, "not what he was shown"
    juma.open(0)
    assert juma.send(0, "links", was=DRAWN, now=[]).error is None


@pytest.mark.parametrize(
    "now",
    [
        "x", [[0, 1]], [[0, 1, "perhaps"]], [[0, 99, "sure"]], [[99, 0, "sure"]], [[-1, 0, "sure"]],
        [[True, 0, "sure"]], [[0.5, 1, "sure"]], [[0, 1, "sure"], [0, 1, "possible"]], [[0, 1, ["sure"]]], 7,
    ],
)  # fmt: skip
def test_links_that_do_not_fit_are_refused(reader, project, now):
    assert reader.send(0, "links", was=None, now=now).error
    assert project.actions() == []
