from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_core.corpus import GoldLinks, Span
from projner_core.errors import ConflictError, ProjnerError
from projner_core.review.actions import (
    UNTOUCHED,
    Action,
    Kind,
    PairState,
    Verdict,
    apply,
    check,
    draft,
    fold,
    inverse,
    links_from_json,
    links_to_json,
    redoable,
    spans_from_json,
    spans_to_json,
    undoable,
    value_of,
)

LENGTH = 9
LABELS = st.sampled_from(["PER", "LOC", "ORG", "人名", "שם", "B-x/y"])


@st.composite
def span_values(draw):
    """null, or a list of spans that do not overlap."""
    if draw(st.booleans()):
        return None
    cuts = sorted(draw(st.sets(st.integers(0, LENGTH), max_size=6)))
    return [[a, b, draw(LABELS)] for a, b in zip(cuts[::2], cuts[1::2], strict=False)]


LINK_VALUES = st.one_of(
    st.none(),
    st.dictionaries(
        st.tuples(st.integers(0, LENGTH - 1), st.integers(0, LENGTH - 1)),
        st.sampled_from(["sure", "possible"]),
        max_size=6,
    ).map(lambda links: [[source, target, how] for (source, target), how in links.items()]),
)


EDITS = st.one_of(
    st.tuples(st.just(Kind.SPANS), span_values()),
    st.tuples(st.just(Kind.SOURCE_SPANS), span_values()),
    st.tuples(st.just(Kind.VERDICT), st.sampled_from([None, "right", "no-entity"])),
    st.tuples(st.just(Kind.LINKS), LINK_VALUES),
    st.tuples(st.just(Kind.NOTE), st.text(max_size=5)),
)
POSITIONS = st.integers(0, 2)
# an edit of a pair, or one of the two keys
STEPS = st.lists(st.one_of(st.tuples(POSITIONS, EDITS), st.sampled_from(["undo", "redo"])), max_size=25)


class Log:
    """The log as a store keeps it, and the states step by step."""

    def __init__(self) -> None:
        self.actions: list[Action] = []
        self.states: dict[int, PairState] = {}

    def write(self, action: Action) -> None:
        action = replace(action, id=len(self.actions) + 1, at="2025-01-01T00:00:00Z")
        self.states[action.position] = apply(self.states.get(action.position), action)
        self.actions.append(action)

    def edit(self, position: int, kind: Kind, now) -> None:
        self.write(draft(self.states.get(position), position=position, kind=kind, now=now, who="Ada"))

    def undo(self) -> bool:
        action = undoable(self.actions)
        if action is not None:
            self.write(inverse(action))
        return action is not None

    def redo(self) -> bool:
        action = redoable(self.actions)
        if action is not None:
            self.write(inverse(action))
        return action is not None

    def picture(self) -> dict[int, PairState]:
        """The states without the mark of the last action; an untouched pair is no state."""
        bare = {p: replace(s, last_action=None) for p, s in self.states.items()}
        return {p: s for p, s in bare.items() if s != UNTOUCHED}


def played(steps) -> Log:
    log = Log()
    for step in steps:
        if step == "undo":
            log.undo()
        elif step == "redo":
            log.redo()
        else:
            position, (kind, now) = step
            log.edit(position, kind, now)
    return log


@given(STEPS)
def test_the_states_are_the_fold_of_the_log(steps):
    log = played(steps)
    assert fold(log.actions) == log.states


@given(STEPS, POSITIONS, EDITS)
def test_undo_returns_the_state_before_and_redo_the_one_after(steps, position, edit):
    log = played(steps)
    before = log.picture()
    log.edit(position, *edit)
    after = log.picture()
    assert log.undo()
    assert log.picture() == before
    assert log.redo()
    assert log.picture() == after


@given(st.lists(st.tuples(POSITIONS, EDITS), max_size=12))
def test_undoing_everything_leaves_nothing_and_redoing_everything_brings_it_back(edits):
    log = Log()
    pictures = [log.picture()]
    for position, edit in edits:
        log.edit(position, *edit)
        pictures.append(log.picture())
    for picture in pictures[-2::-1]:
        assert log.undo()
        assert log.picture() == picture
    assert not log.undo()
    for picture in pictures[1:]:
        assert log.redo()
        assert log.picture() == picture
    assert not log.redo()


@given(STEPS)
def test_undo_and_redo_behave_like_two_stacks(steps):
    """The textbook model: snapshots on two stacks, a new edit clears the second."""
    log = Log()
    past, future = [], []
    for step in steps:
        before = log.picture()
        if step == "undo":
            assert log.undo() == bool(past)
            if past:
                future.append(before)
                assert log.picture() == past.pop()
        elif step == "redo":
            assert log.redo() == bool(future)
            if future:
                past.append(before)
                assert log.picture() == future.pop()
        else:
            log.edit(step[0], *step[1])
            past.append(before)
            future.clear()


def test_a_new_edit_leaves_nothing_to_redo():
    log = Log()
    log.edit(0, Kind.SPANS, [[0, 2, "PER"]])
    log.undo()
    assert redoable(log.actions) is not None
    log.edit(0, Kind.NOTE, "unsure")
    assert redoable(log.actions) is None


def test_two_people_in_one_log_undo_their_own():
    log = Log()
    log.edit(0, Kind.SPANS, [[0, 2, "PER"]])
    log.write(draft(log.states[0], position=0, kind=Kind.VERDICT, now="right", who="Bao"))
    of_ada = [action for action in log.actions if action.who == "Ada"]
    log.write(inverse(undoable(of_ada), who="Ada"))
    assert log.states[0].spans is None
    assert log.states[0].verdict is Verdict.RIGHT


def test_a_part_of_the_log_never_mistakes_an_undo_for_an_edit():
    log = Log()
    log.edit(0, Kind.NOTE, "x")
    log.undo()
    assert undoable(log.actions[1:]) is None
    assert redoable(log.actions[1:]) is None


def test_spans_are_compared_whatever_their_order_and_container():
    state = apply(None, draft(None, position=0, kind=Kind.SPANS, now=((3, 4, "LOC"), (0, 2, "PER"))))
    assert state.spans == (Span(0, 2, "PER"), Span(3, 4, "LOC"))
    action = Action(None, "", "", "review", 0, Kind.SPANS, [[3, 4, "LOC"], [0, 2, "PER"]], [])
    assert apply(state, action).spans == ()


def test_an_action_made_for_another_state_is_a_conflict():
    state = PairState(spans=(Span(0, 1, "PER"),))
    stale = draft(None, position=0, kind=Kind.SPANS, now=[])
    with pytest.raises(ConflictError, match="nothing was written"):
        apply(state, stale)


def test_corrected_to_none_and_not_corrected_differ():
    emptied = apply(None, draft(None, position=0, kind=Kind.SPANS, now=[]))
    assert emptied.spans == ()
    assert value_of(emptied, Kind.SPANS) == []
    assert value_of(UNTOUCHED, Kind.SPANS) is None


@given(span_values())
def test_spans_survive_json(value):
    spans = spans_from_json(value)
    assert spans_to_json(spans) == value
    assert spans_from_json(spans_to_json(spans)) == spans


@pytest.mark.parametrize(
    "value",
    [
        "PER",
        7,
        [[0, 1]],
        [[0, 1, "PER", 3]],
        [[1, 1, "PER"]],
        [[-1, 1, "PER"]],
        [[0, 1, ""]],
        [[0.0, 1, "PER"]],
        [[False, True, "PER"]],
        [[0, 1, None]],
        [None],
    ],
)
def test_what_is_no_list_of_spans_is_refused(value):
    with pytest.raises(ProjnerError, match="cannot be read"):
        spans_from_json(value)


@pytest.mark.parametrize(("kind", "now"), [(Kind.VERDICT, "maybe"), (Kind.VERDICT, []), (Kind.NOTE, 3)])
def test_a_value_of_another_kind_is_refused(kind, now):
    with pytest.raises(ProjnerError):
        apply(None, Action(None, "", "", "review", 0, kind, None, now))


def action(kind: Kind, now) -> Action:
    return Action(None, "", "", "review", 0, kind, None, now)


@pytest.mark.parametrize(
    ("kind", "now", "says"),
    [
        (Kind.SPANS, [[2, 5, "PER"]], "4 tokens"),
        (Kind.SPANS, [[0, 2, "PER"], [1, 3, "LOC"]], "overlap"),
        (Kind.SOURCE_SPANS, [[2, 4, "PER"]], "3 tokens"),
        (Kind.SPANS, [[0, 1, "MISC"]], "LOC, PER"),
    ],
)
def test_what_does_not_fit_its_sentence_is_refused(kind, now, says):
    with pytest.raises(ProjnerError, match=says):
        check(action(kind, now), source_length=3, target_length=4, labels={"PER", "LOC"})


def test_what_fits_passes():
    check(action(Kind.SPANS, [[0, 2, "PER"], [2, 4, "LOC"]]), source_length=None, target_length=4)
    check(action(Kind.SPANS, None), source_length=None, target_length=0)
    check(action(Kind.NOTE, "ọ̀rọ̀"), source_length=None, target_length=0)


def test_entities_of_a_source_that_is_not_there_are_refused():
    with pytest.raises(ProjnerError, match="no source sentence"):
        check(action(Kind.SOURCE_SPANS, []), source_length=None, target_length=4)


def test_a_draft_has_no_inverse():
    with pytest.raises(ValueError, match="draft"):
        inverse(action(Kind.NOTE, "x"))


@given(LINK_VALUES)
def test_links_come_back_equal_and_sorted(value):
    links = links_from_json(value)
    again = links_to_json(links)
    assert links_from_json(again) == links
    assert again == (None if value is None else sorted(value))


def test_links_drawn_by_hand_stand_in_their_own_field():
    drawn = [[2, 0, "possible"], [0, 0, "sure"]]
    action = draft(None, position=0, kind=Kind.LINKS, now=drawn)
    assert (action.was, action.now) == (None, [[0, 0, "sure"], [2, 0, "possible"]])
    state = apply(None, action)
    assert state == PairState(links=GoldLinks(frozenset({(0, 0)}), frozenset({(0, 0), (2, 0)})))
    assert value_of(state, Kind.LINKS) == action.now
    assert apply(state, draft(state, position=0, kind=Kind.LINKS, now=None)) == UNTOUCHED


def test_no_links_at_all_is_something_else_than_nothing_drawn():
    assert apply(None, draft(None, position=0, kind=Kind.LINKS, now=[])).links == GoldLinks()


@pytest.mark.parametrize(
    "value",
    [
        [[0, 1]],
        [[0, 1, "certain"]],
        [[0, 1, None]],
        [[-1, 1, "sure"]],
        [[True, 1, "sure"]],
        [[0, 1.0, "sure"]],
        [[0, 1, "sure"], [0, 1, "possible"]],
        "sure",
        7,
    ],
)
def test_what_is_no_list_of_links_is_a_sentence(value):
    with pytest.raises(ProjnerError, match="links cannot be read"):
        draft(None, position=0, kind=Kind.LINKS, now=value)


@pytest.mark.parametrize("link", [[3, 0, "sure"], [0, 4, "possible"]])
def test_links_must_lie_in_their_pair(link):
    action = draft(None, position=0, kind=Kind.LINKS, now=[[2, 3, "sure"], link])
    check(action, source_length=4, target_length=5)
    with pytest.raises(ProjnerError, match="do not fit their pair"):
        check(action, source_length=3, target_length=4)
    with pytest.raises(ProjnerError, match="translate it, then link its words"):
        check(action, source_length=None, target_length=4)
