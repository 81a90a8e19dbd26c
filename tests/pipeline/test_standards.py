"""Against a review: what the reviewer saw when a pair was accepted, whatever came under review later."""

from __future__ import annotations

import pytest

from projner_core.corpus import Span
from projner_core.errors import ProjnerError
from projner_core.pipeline.evaluating import EvaluateConfig, evaluate, find
from projner_core.pipeline.progress import Watch
from projner_core.pipeline.standards import standard, state_of
from projner_core.review.actions import Kind, draft, inverse
from projner_core.store import LayerKind

WATCH = Watch(None, None)
ONE = [(Span(0, 2, "PER"), Span(3, 4, "LOC")), (Span(2, 3, "LOC"), Span(5, 6, "PER")), ()]
TWO = [(Span(0, 1, "PER"),), (Span(2, 3, "ORG"),), (Span(0, 1, "PER"),)]


def add(project, name, spans):
    layer = project.open_layer(
        name=name, kind=LayerKind.SPANS, side="target", fingerprint=name, provenance={"stage": "predict"}
    )
    project.write(layer, 0, spans)
    return project.complete(layer)


def decide(project, position, kind, now):
    return project.append(draft(project.state(position), position=position, kind=kind, now=now))


def take_back(project, action):
    return project.append(inverse(action))


def right(project):
    """What a review says of the three pairs; None where nothing is known."""
    return standard(project, "review").spans(project, 0, 3)


@pytest.fixture
def layers(project):
    """Two layers, the first of them under review."""
    one, two = add(project, "one", ONE), add(project, "two", TWO)
    project.set_current(one)
    return one, two


def test_what_was_accepted_stays_right_when_another_comes_under_review(project, layers):
    one, two = layers
    decide(project, 0, Kind.VERDICT, "right")
    decide(project, 2, Kind.VERDICT, "right")
    before = right(project)
    assert before == [ONE[0], None, ONE[2]]
    (first,) = evaluate(project, EvaluateConfig(layers=(two.id,), against="review"), WATCH)
    state = state_of(project, "review")
    project.set_current(two)
    assert right(project) == before
    assert state_of(project, "review") == state
    assert find(project, two.id, "review") == first  # not outdated: nobody decided anything
    decide(project, 1, Kind.VERDICT, "right")
    assert right(project) == [ONE[0], TWO[1], ONE[2]]
    ours, theirs = evaluate(project, EvaluateConfig(layers=(one.id, two.id), against="review"), WATCH)
    assert (ours.summary.scores.micro.gold, theirs.summary.scores.micro.gold) == (3, 3)
    assert (ours.summary.scores.micro.correct, theirs.summary.scores.micro.correct) == (2, 1)
    assert set(ours.findings.parents) == {one.id, two.id}


def test_corrections_and_no_entity_need_no_layer(project, layers):
    _, two = layers
    decide(project, 0, Kind.VERDICT, "right")
    decide(project, 1, Kind.VERDICT, "no-entity")
    project.set_current(two)
    corrected = decide(project, 0, Kind.SPANS, [[3, 4, "LOC"]])
    assert right(project) == [(Span(3, 4, "LOC"),), (), None]
    take_back(project, corrected)
    assert right(project)[0] == ONE[0]  # what the verdict was about


def test_who_takes_the_machines_entities_back_takes_those_on_the_screen(project, layers):
    _, two = layers
    decide(project, 0, Kind.SPANS, [[3, 4, "LOC"]])
    decide(project, 0, Kind.VERDICT, "right")
    project.set_current(two)
    decide(project, 0, Kind.SPANS, None)
    assert right(project) == [TWO[0], None, None]


def test_a_verdict_taken_back_and_given_again_is_about_what_is_shown_then(project, layers):
    _, two = layers
    verdict = decide(project, 0, Kind.VERDICT, "right")
    project.set_current(two)
    taken = take_back(project, verdict)
    with pytest.raises(ProjnerError, match="no pair has a verdict"):
        right(project)
    take_back(project, taken)
    assert right(project) == [TWO[0], None, None]


def test_layers_that_nobody_decided_under_leave_no_trace(project, layers):
    one, two = layers
    for layer in (two, None, one, two, one):
        project.set_current(layer)
    assert project.under_review() == [(one.id, 0)]
    last = decide(project, 0, Kind.VERDICT, "right").id
    for layer in (two, None, two):
        project.set_current(layer)
    assert project.under_review() == [(one.id, 0), (two.id, last)]
    project.set_current(one)
    assert project.under_review() == [(one.id, 0)]


def test_a_verdict_before_anything_was_projected_is_about_no_entity(project):
    decide(project, 0, Kind.VERDICT, "right")
    assert right(project) == [(), None, None]
    project.set_current(add(project, "one", ONE))
    assert right(project) == [(), None, None]


def test_a_project_of_an_older_program_knows_what_is_under_review_now(project, layers):
    one, two = layers
    decide(project, 0, Kind.VERDICT, "right")
    project.set_meta("under_review", None)
    with project.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM meta WHERE key = 'under_review'")
    assert project.under_review() == [(one.id, 0)]
    assert right(project) == [ONE[0], None, None]
    project.set_current(two)  # the newer program takes down what it finds
    decide(project, 2, Kind.VERDICT, "right")
    assert right(project) == [ONE[0], None, TWO[2]]


def test_a_layer_that_verdicts_rest_upon_is_not_deleted(project, layers):
    one, two = layers
    verdict = decide(project, 0, Kind.VERDICT, "right")
    project.set_current(two)
    with pytest.raises(ProjnerError, match="reviewers said"):
        project.delete_layer(one)
    project.delete_layer(two)  # nobody decided anything about it
    assert right(project) == [ONE[0], None, None]
    taken = take_back(project, verdict)
    project.delete_layer(one)
    assert project.under_review()[0] == (one.id, 0)
    project.append(inverse(taken))
    assert right(project) == [(), None, None]
