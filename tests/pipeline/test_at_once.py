"""Two processes that evaluate or weigh at once: one gives way in a sentence, and nothing is left over."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from projner_core.corpus import Span
from projner_core.errors import ConflictError
from projner_core.pipeline import doubting, evaluating, judging
from projner_core.pipeline.config import RunConfig
from projner_core.pipeline.evaluating import EvaluateConfig, difference, evaluate, find
from projner_core.pipeline.progress import Cancelled, Watch
from projner_core.pipeline.run import run
from projner_core.review.actions import Kind, draft
from projner_core.store import LayerKind, Project

WATCH = Watch(None, None)


def accept(project, position) -> None:
    project.append(draft(project.state(position), position=position, kind=Kind.VERDICT, now="right"))


def reviewed(project, layer):
    (evaluation,) = evaluate(project, EvaluateConfig(layers=(layer,), against="review"), WATCH)
    return evaluation


def predicted(project, name):
    layer = project.open_layer(
        name=name, kind=LayerKind.SPANS, side="target", fingerprint=name, provenance={"stage": "predict"}
    )
    project.write(layer, 0, [(Span(0, 1, "PER"),)] * project.count())
    return project.complete(layer)


@contextmanager
def first(monkeypatch, place, name, other):
    """What another process does, once, right before a function is entered."""
    real = getattr(place, name)

    def entered(*given, **named):
        monkeypatch.setattr(place, name, real)
        other()
        return real(*given, **named)

    monkeypatch.setattr(place, name, entered)
    yield
    assert getattr(place, name) is real, "the moment never came"


def evaluated_elsewhere(project, layer, position):
    def other() -> None:
        with Project.open(project.path) as again:
            accept(again, position)
            reviewed(again, layer)

    return other


def test_an_evaluation_in_the_making_is_not_taken_away(project, monkeypatch):
    layer = run(project, RunConfig()).projection.id
    accept(project, 0)
    with first(monkeypatch, evaluating, "add_up", evaluated_elsewhere(project, layer, 1)):
        evaluation = reviewed(project, layer)
    assert (evaluation.pairs, evaluation.outdated) == (1, True)
    assert find(project, layer, "review").pairs == 2


@pytest.mark.parametrize("moment", ["add_up", "summarise"])
def test_one_that_was_taken_away_says_so(project, monkeypatch, moment):
    monkeypatch.setattr(evaluating, "KILLED_AFTER_S", -1.0)
    layer = run(project, RunConfig()).projection.id
    accept(project, 0)
    place = evaluating if moment == "add_up" else judging
    with (
        first(monkeypatch, place, moment, evaluated_elsewhere(project, layer, 1)),
        pytest.raises(ConflictError, match=r"meanwhile.*evaluate again"),
    ):
        reviewed(project, layer)
    assert reviewed(project, layer).pairs == 2
    assert len(project.layers(kind=LayerKind.FINDINGS, incomplete=True)) == 1


def test_who_reads_while_another_evaluates_gets_what_stood_there(project, monkeypatch):
    layer = run(project, RunConfig()).projection.id
    accept(project, 0)
    reviewed(project, layer)
    with first(monkeypatch, evaluating, "_put_together", evaluated_elsewhere(project, layer, 1)):
        assert find(project, layer, "review").pairs == 1


def test_what_was_killed_goes_with_the_next_evaluation(project, monkeypatch):
    layer = run(project, RunConfig()).projection.id
    accept(project, 0)
    seen = []
    with pytest.raises(Cancelled):
        evaluate(
            project,
            EvaluateConfig(layers=(layer,), against="review"),
            Watch(seen.append, lambda: bool(seen)),
        )
    (half,) = project.layers(kind=LayerKind.FINDINGS, incomplete=True)
    accept(project, 1)
    reviewed(project, layer)
    assert half in project.layers(incomplete=True)  # perhaps somebody is at it
    monkeypatch.setattr(evaluating, "KILLED_AFTER_S", -1.0)
    now = reviewed(project, layer)
    assert project.layers(kind=LayerKind.FINDINGS, incomplete=True) == [now.findings]


def test_nothing_is_kept_of_an_older_look_at_the_review(project):
    one, other = predicted(project, "one").id, predicted(project, "other").id
    accept(project, 0)
    old = difference(project, reviewed(project, one), reviewed(project, other), samples=0)
    assert len(project.meta_keys("difference:")) == 1
    accept(project, 1)
    made = [reviewed(project, layer) for layer in (one, other)]
    assert project.meta_keys("difference:") == []
    assert project.meta_keys("evaluation:") == sorted(f"evaluation:{its.findings.id}" for its in made)
    assert difference(project, *made, samples=0) != old


def cancelled_in(report) -> Watch:
    """A watch that cancels after so many reports of adding up."""
    seen = []

    def on_progress(progress) -> None:
        if progress.stage == "score" and progress.seconds_left is not None:
            seen.append(progress.done)

    return Watch(on_progress, lambda: len(seen) >= report)


@pytest.mark.parametrize("chunks", [1, 3, 4, 6, 7, 8])
def test_adding_up_can_be_cancelled_everywhere(long_project, chunks):
    layer = run(long_project, RunConfig()).projection.id
    with pytest.raises(Cancelled):
        evaluate(long_project, EvaluateConfig(layers=(layer,)), cancelled_in(chunks))
    assert find(long_project, layer) is None
    done = []
    watch = Watch(lambda p: done.append((p.done, p.total)) if p.stage == "score" else None, None)
    evaluate(long_project, EvaluateConfig(layers=(layer,)), watch)
    assert [(n * 1000, 9000) for n in range(10)] == done


# weighing


def weighed_elsewhere(project):
    def other() -> None:
        with Project.open(project.path) as again:
            predicted(again, "a tagger")
            doubting.reweigh(again, WATCH)

    return other


def weighings(project):
    return project.layers(kind=LayerKind.SIGNALS, incomplete=True)


def test_of_two_weighings_the_one_with_more_evidence_stands(project, monkeypatch):
    projection = run(project, RunConfig()).projection
    predicted(project, "first")
    with (
        first(monkeypatch, Project, "take_doubts", weighed_elsewhere(project)),
        pytest.raises(ConflictError, match=r"meanwhile.*run again"),
    ):
        doubting.reweigh(project, WATCH)
    (layer,) = weighings(project)
    assert project.get_meta(doubting._key(projection.id)) == layer.id
    doubts = project.doubts_at(projection.id, range(3))
    counts = project.example_counts(projection.id)
    project.take_doubts(projection, layer)  # as they should be
    doubting.reweigh(project, WATCH)
    assert weighings(project) == [layer]
    assert counts[doubting.sign_key("models-disagree")] == 3  # the tagger of the other one was heard
    assert (project.doubts_at(projection.id, range(3)), project.example_counts(projection.id)) == (
        doubts,
        counts,
    )


def test_what_another_weighing_deleted_need_not_be_deleted(project, monkeypatch):
    run(project, RunConfig())
    predicted(project, "first")
    (old,) = weighings(project)

    def other() -> None:
        with Project.open(project.path) as again:
            again.delete_layer(old)

    with first(monkeypatch, Project, "delete_layer", other):
        doubting.reweigh(project, WATCH)
    assert len(weighings(project)) == 1


def test_who_reads_signs_while_another_weighs_gets_those_of_one_weighing(project, monkeypatch):
    projection = run(project, RunConfig()).projection.id
    with first(monkeypatch, Project, "annotations_at", weighed_elsewhere(project)):
        found = doubting.signals_at(project, projection, [0, 1, 2])
    assert found == doubting.signals_at(project, projection, [0, 1, 2]) != {}
    (layer,) = weighings(project)
    project.delete_layer(layer)
    assert doubting.signals_at(project, projection, [0]) == {}


def test_a_weighing_killed_before_it_tidied_up_is_tidied_by_the_next(project, monkeypatch):
    run(project, RunConfig())
    predicted(project, "first")
    with monkeypatch.context() as patched:
        patched.setattr(doubting, "_forget", None)
        with pytest.raises(TypeError):
            doubting.reweigh(project, WATCH)
    assert len(weighings(project)) == 2
    doubting.reweigh(project, WATCH)
    assert len(weighings(project)) == 1
