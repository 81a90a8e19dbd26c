from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from projner_core.corpus import GoldLinks, Span
from projner_core.errors import ConflictError, ProjnerError
from projner_core.review.actions import Action, Kind, Verdict, draft, fold, inverse, redoable, undoable
from projner_core.store import Project


def spans(position=0, now=None, was=None, **more) -> Action:
    now = [[0, 4, "ORG"]] if now is None else now
    return Action(None, "", "Ada", "review", position, Kind.SPANS, was, now, **more)


def test_an_action_is_written_with_its_state(project):
    action = project.append(spans())
    assert (action.id, action.who, action.now) == (1, "Ada", [[0, 4, "ORG"]])
    assert action.at.endswith("+00:00")
    assert project.actions() == [action]
    state = project.state(0)
    assert state.spans == (Span(0, 4, "ORG"),)
    assert state.last_action == action.id
    assert project.state(1) is None
    assert project.states(0, 6) == {0: state}


def test_text_of_any_kind_survives(project):
    note = "ẹ̀kọ́ 北京 'quoted\" \x00 👩‍👩‍👧\u2028"
    project.append(draft(None, position=0, kind=Kind.NOTE, now=note, who="Zoë"))
    assert project.state(0).note == project.actions()[0].now == note


def test_half_a_character_is_refused_wherever_it_comes_from(project):
    note = draft(None, position=0, kind=Kind.NOTE, now="x")
    for bad in (replace(note, now="\ud83d"), replace(note, who="\ud83d"), spans(now=[[0, 1, "\ud83d"]])):
        with pytest.raises(ProjnerError, match="half a character"):
            project.append(bad)
    with pytest.raises(ProjnerError, match="half a character"):
        project.queue(None, search="\ud83d")
    assert project.actions() == []


def test_two_reviewers_of_one_pair_conflict_and_nothing_is_written(project):
    with Project.open(project.path) as other:
        seen_by_ada, seen_by_bao = project.state(0), other.state(0)
        project.append(draft(seen_by_ada, position=0, kind=Kind.SPANS, now=[[0, 4, "ORG"]], who="Ada"))
        with pytest.raises(ConflictError, match="nothing was written"):
            other.append(draft(seen_by_bao, position=0, kind=Kind.SPANS, now=[], who="Bao"))
        assert [action.who for action in other.actions()] == ["Ada"]
        assert other.state(0).spans == (Span(0, 4, "ORG"),)
        other.append(draft(other.state(0), position=0, kind=Kind.SPANS, now=[], who="Bao"))
        assert project.state(0).spans == ()


def test_expect_refuses_any_change_that_was_not_seen(project):
    first = project.append(spans(), expect=0)
    verdict = draft(project.state(0), position=0, kind=Kind.VERDICT, now="right")
    for stale in (0, 99):
        with pytest.raises(ConflictError, match="nothing was written"):
            project.append(verdict, expect=stale)
    assert project.state(0).verdict is None
    project.append(verdict, expect=first.id)
    assert project.state(0).verdict is Verdict.RIGHT


def test_several_actions_are_written_together_or_not_at_all(project):
    verdict = draft(None, position=0, kind=Kind.VERDICT, now="right")
    with pytest.raises(ConflictError):
        project.append_all([spans(), verdict, spans(now=[])])
    assert project.actions() == []
    assert project.state(0) is None
    assert [a.id for a in project.append_all([spans(), verdict], expect=0)] == [1, 2]
    assert project.state(0).last_action == 2


@pytest.mark.parametrize(
    ("action", "says"),
    [
        (spans(now=[[0, 8, "ORG"]]), "7 tokens"),
        (spans(now=[[0, 2, "ORG"], [1, 3, "ORG"]]), "overlap"),
        (spans(now="ORG"), "cannot be read"),
        (spans(position=6), "no pair at position 6"),
        (spans(undoes=5), "no action 5"),
        (Action(None, "", "", "review", 5, Kind.SOURCE_SPANS, None, [[0, 1, "X"]]), "no source"),
        (Action(None, "", "", "review", 5, Kind.LINKS, None, [[0, 0, "sure"]]), "no source"),
        (Action(None, "", "", "review", 0, Kind.LINKS, None, [[0, 7, "sure"]]), "do not fit their pair"),
        (Action(None, "", "", "review", 0, Kind.LINKS, None, [[9, 0, "sure"]]), "do not fit their pair"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(project, action, says):
    with pytest.raises(ProjnerError, match=says):
        project.append(action)
    assert project.actions() == []
    assert project.states(0, 6) == {}


def test_an_undo_must_undo_an_action_of_its_pair(project):
    action = project.append(spans())
    elsewhere = replace(inverse(action), position=1, was=None)
    with pytest.raises(ProjnerError, match="could be undone"):
        project.append(elsewhere)
    undone = project.append(inverse(action))
    assert undone.undoes == action.id
    assert project.state(0).spans is None


def test_the_log_can_be_asked_in_parts(project):
    first = project.append(spans(0))
    second = project.append(spans(1))
    third = project.append(replace(spans(0), review="second look"))
    assert project.actions() == [first, second]
    assert project.actions(0) == [first]
    assert project.actions(0, review=None) == [first, third]
    assert project.actions(review=None, after=first.id) == [second, third]
    assert project.actions(last=1) == [second]


def test_links_drawn_by_hand_are_kept_found_and_undone(project):
    drawn = [[1, 0, "possible"], [0, 0, "sure"]]
    for position in (4, 1):
        project.append(draft(None, position=position, kind=Kind.LINKS, now=drawn, who="Ada"))
    project.append(draft(None, position=2, kind=Kind.NOTE, now="no links here"))
    project.append(draft(None, position=3, kind=Kind.LINKS, now=[], review="second look"))
    links = GoldLinks(frozenset({(0, 0)}), frozenset({(0, 0), (1, 0)}))
    assert project.state(1).links == links
    assert project.positions_with_links() == [1, 4]
    assert project.links_by_hand() == {1: links, 4: links}
    assert project.links_by_hand("second look") == {3: GoldLinks()}
    project.append(inverse(project.actions(1)[-1]))
    assert project.positions_with_links() == [4]
    project.append(inverse(redoable(project.actions(1))))
    assert project.positions_with_links() == [1, 4]


def test_links_drawn_by_hand_say_nothing_of_entities(project):
    project.append(draft(None, position=1, kind=Kind.LINKS, now=[[0, 0, "sure"]]))
    assert project.review_counts() == (0, 0, 6)
    assert project.queue_size(None, show="done") == 0
    assert not project.queue(None)[1].changed


@pytest.mark.parametrize("statement", ["UPDATE actions SET who = 'Eve'", "DELETE FROM actions"])
def test_the_log_only_grows(project, statement):
    action = project.append(spans())
    with pytest.raises(IntegrityError, match="only ever appended"), project.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    assert project.actions() == [action]


STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.integers(0, 2),
            st.sampled_from(
                [
                    (Kind.SPANS, [[0, 1, "PER"], [1, 3, "LOC"]]),
                    (Kind.SPANS, []),
                    (Kind.SPANS, None),
                    (Kind.SOURCE_SPANS, [[2, 3, "LOC"]]),
                    (Kind.LINKS, [[1, 0, "possible"], [0, 0, "sure"]]),
                    (Kind.LINKS, None),
                    (Kind.VERDICT, "right"),
                    (Kind.VERDICT, None),
                    (Kind.NOTE, "ṣé?"),
                ]
            ),
            st.sampled_from(["review", "another"]),
        ),
        st.sampled_from(["undo", "redo", "stale"]),
    ),
    max_size=15,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(STEPS)
def test_what_is_kept_is_the_fold_of_the_log_whatever_happens(tmp_path_factory, corpus, steps):
    path = tmp_path_factory.mktemp("log") / "p.sqlite"
    with Project.create(path, name="p", source_lang="eng", target_lang="swh") as project:
        with project.importing() as importer:
            importer.add(corpus)
        for step in steps:
            play(project, step)
        kept = {review: project.states(0, 6, review) for review in ("review", "another")}
        for review, states in kept.items():
            assert states == fold(project.actions(review=review))
        with project.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM states")
        assert project.rebuild_states() == sum(map(len, kept.values()))
        assert {review: project.states(0, 6, review) for review in kept} == kept


def play(project, step) -> None:
    if step == "undo" or step == "redo":
        chosen = undoable if step == "undo" else redoable
        action = chosen(project.actions())
        if action is not None:
            project.append(inverse(action))
    elif step == "stale":
        before = project.actions(review=None)
        state = project.state(0)
        if state is not None and state.note:
            with pytest.raises(ConflictError):
                project.append(draft(None, position=0, kind=Kind.NOTE, now="late"))
            assert project.actions(review=None) == before
    else:
        position, (kind, now), review = step
        state = project.state(position, review)
        project.append(draft(state, position=position, kind=kind, now=now, review=review))
