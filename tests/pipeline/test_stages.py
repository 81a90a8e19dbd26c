"""Taggers, predictors and back-translators as stages: what is found again, what is made anew, who wins."""

from __future__ import annotations

import json
import pickle

import pytest

from projner_core.corpus import Alignment, Link, Span, without_scores
from projner_core.errors import ProjnerError
from projner_core.pipeline.config import RunConfig, StageConfig
from projner_core.pipeline.engines import LocalEngine, Work
from projner_core.pipeline.predicting import predict
from projner_core.pipeline.predictions import import_marked, import_predictions
from projner_core.pipeline.progress import Cancelled, Watch
from projner_core.pipeline.run import run
from projner_core.pipeline.tagging import entities_mark, tag
from projner_core.review.actions import Kind, draft
from projner_core.store import LayerKind
from tests.pipeline import fakes

WATCH = Watch(None, None)
CAPITALS = StageConfig(name="capitals")
BELIEVING = StageConfig(name="believing")
FULL = RunConfig(
    tagger=CAPITALS,
    aligner=StageConfig(name="diagonal"),
    predictor=BELIEVING,
    back_translator=StageConfig(name="bracketing"),
    projector=StageConfig(name="markers"),
)


@pytest.fixture(autouse=True)
def systems(monkeypatch):
    fakes.installed(monkeypatch)


def correct(project, position, *spans):
    """A reviewer corrects the source entities of a pair."""
    now = [[span.start, span.end, span.label] for span in spans]
    project.append(
        draft(project.state(position), position=position, kind=Kind.SOURCE_SPANS, now=now, who="Ada")
    )


def test_what_a_tagger_finds_is_a_layer_with_its_revision(project):
    layer = tag(project, CAPITALS, WATCH)
    assert (layer.kind, layer.side, layer.name) == (LayerKind.SPANS, "source", "capitals")
    assert layer.provenance["revision"] == "revision of capitals"
    found = project.annotations(layer.id, 0, 3)
    assert [len(spans) for spans in found] == [3, 3, 1]
    assert tag(project, CAPITALS, WATCH) == layer
    assert fakes.ASKED["tag"] == 3


def test_another_revision_is_another_layer_and_a_gone_model_is_found(project, monkeypatch):
    first = tag(project, CAPITALS, WATCH)
    with monkeypatch.context() as patch:
        patch.setattr(fakes.WithModel, "revision", lambda self: "a newer one")
        newest = tag(project, CAPITALS, WATCH)
    assert newest.id > first.id
    fakes.GONE.add("capitals")
    assert tag(project, CAPITALS, WATCH) == newest
    with pytest.raises(ProjnerError, match="not on this machine"):
        tag(project, StageConfig(name="capitals", chunk=3), WATCH)


def test_a_correction_is_laid_over_without_tagging_again(project):
    machine = tag(project, CAPITALS, WATCH)
    correct(project, 1, Span(3, 4, "LOC"))
    corrected = tag(project, CAPITALS, WATCH)
    assert fakes.ASKED["tag"] == 3
    assert corrected.parents == (machine.id,)
    assert without_scores(project.annotation(corrected.id, 1)) == (Span(3, 4, "LOC"),)
    assert project.annotation(corrected.id, 0) == project.annotation(machine.id, 0)
    assert tag(project, CAPITALS, WATCH) == corrected
    fakes.GONE.add("capitals")
    correct(project, 2)
    assert project.annotation(tag(project, CAPITALS, WATCH).id, 2) == ()


def test_which_entities_there_would_be_is_told_without_a_model(project):
    assert entities_mark(project, CAPITALS) is not None
    layer = tag(project, CAPITALS, WATCH)
    fakes.GONE.add("capitals")
    assert entities_mark(project, CAPITALS) == layer.fingerprint
    correct(project, 1, Span(3, 4, "LOC"))
    mark = entities_mark(project, CAPITALS)
    assert mark == tag(project, CAPITALS, WATCH).fingerprint != layer.fingerprint


def test_a_run_over_corrections_keeps_the_model_idle(project):
    config = FULL.model_copy(update={"back_translator": None, "projector": StageConfig(name="matching")})
    run(project, config)
    before = fakes.ASKED.copy()
    correct(project, 1, Span(3, 4, "LOC"))
    result = run(project, config)
    assert result.entities.provenance["corrected_pairs"] == 1
    assert before == fakes.ASKED


def test_predictions_hold_probabilities_where_the_tagger_gives_them(project):
    believed, found = predict(project, BELIEVING, WATCH), predict(project, CAPITALS, WATCH)
    assert (believed.kind, believed.side, found.kind) == (LayerKind.TAGS, "target", LayerKind.SPANS)
    assert project.annotation(believed.id, 0).tags == ("O", "B-PER", "I-PER")
    assert without_scores(project.annotation(found.id, 0))[0] == Span(0, 1, "PER")
    assert predict(project, BELIEVING, WATCH) == believed
    assert fakes.ASKED["tag"] == 6
    assert predict(project, StageConfig(name="capitals", chunk=3), WATCH, name="mine").name == "mine"


def test_a_translation_changes_nothing_about_predictions(tmp_path):
    from tests.pipeline.test_translating import MIRROR, made

    with made(tmp_path) as alone:
        layer = predict(alone, BELIEVING, WATCH)
        asked = fakes.ASKED["tag"]
        result = run(alone, FULL.model_copy(update={"translator": MIRROR}))
        assert result.predictions == layer
        assert fakes.ASKED["tag"] == asked + alone.count()  # the source, and not the target again
        assert result.translation.id in result.entities.parents


def test_the_layers_of_the_run_answer_its_projector(project, tmp_path):
    """Others of their kind are there, too: without the run, one would have to be named."""
    predictions, marked = tmp_path / "p.jsonl", tmp_path / "m.txt"
    predictions.write_text('{"entities": []}\n' * 3, encoding="utf-8")
    marked.write_text("\n" * 3, encoding="utf-8")
    import_predictions(project, predictions)
    import_marked(project, marked)
    result = run(project, FULL)
    assert result.marked.id in result.projection.parents
    assert (result.marked.kind, result.marked.side) == (LayerKind.TEXTS, "target")
    assert project.annotation(result.marked.id, 0) == "[Asha] [Mwangi] alitembelea [Arusha] ."
    by_candidates = StageConfig.model_validate({"name": "matching", "candidates": "tagger"})
    result = run(project, FULL.model_copy(update={"projector": by_candidates}))
    assert result.predictions.id in result.projection.parents
    with pytest.raises(ProjnerError, match="several layers"):
        run(project, RunConfig(tagger=CAPITALS, projector=by_candidates))


def test_a_layer_that_the_run_makes_can_be_named(project):
    named = {"name": "matching", "candidates": "tagger", "predictions": "believing"}
    config = FULL.model_copy(update={"projector": StageConfig.model_validate(named)})
    result = run(project, config)
    assert result.predictions.id in result.projection.parents
    nobody = named | {"predictions": "nobody"}
    with pytest.raises(ProjnerError, match="called 'nobody'"):
        run(project, FULL.model_copy(update={"projector": StageConfig.model_validate(nobody)}))


def test_a_second_run_asks_no_system_anything(project):
    first = run(project, FULL)
    before = fakes.ASKED.copy()
    assert all(before[stage] for stage in ("tag", "align", "back-translate"))
    assert run(project, FULL) == first
    assert before == fakes.ASKED


def test_cancelled_at_every_chunk_of_every_stage_it_ends_in_the_same_layers(project, files):
    from projner_core.pipeline.importing import import_pair
    from projner_core.store import catalogue

    seen = set()
    for _ in range(40):
        reports = []

        def enough(reports=reports, before=frozenset(seen)):
            return any(r.done > 0 and (r.stage, r.done) not in before for r in reports)

        try:
            run(project, FULL, on_progress=reports.append, is_cancelled=enough)
        except Cancelled:
            seen |= {(r.stage, r.done) for r in reports}
        else:
            break
    assert {stage for stage, _ in seen} >= {"tag", "predict", "align", "back-translate", "project"}
    import_pair("whole", source=files[0], target=files[1], source_lang="en", target_lang="sw")
    with catalogue.open_project("whole") as whole:
        run(whole, FULL)
        assert contents(whole) == contents(project)


def contents(project):
    return {
        layer.name: (layer.fingerprint, project.annotations(layer.id, 0, project.count()))
        for layer in project.layers()
    }


@pytest.mark.parametrize(
    ("stage", "name", "items", "expected"),
    [
        ("translate", "mirror", "pairs", "ahsA"),
        ("tag", "capitals", "sources", Span(0, 1, "PER", 0.9)),
        ("predict", "believing", "targets", ("O", "B-PER", "I-PER")),
        ("align", "diagonal", "pairs", Link(0, 0)),
        ("back-translate", "bracketing", "marked", "[Asha]"),
        ("project", "matching", "projected", Span(0, 2, "PER", 1.0)),
    ],
)
def test_work_is_sent_elsewhere_and_gives_one_result_an_item(project, stage, name, items, expected):
    pairs = project.pairs(0, 3)
    entities = [(Span(0, 2, "PER"),), (), ()]
    links = [Alignment(tuple(Link(i, i) for i in range(3))) for _ in pairs]
    given = {
        "pairs": pairs,
        "sources": [pair.source for pair in pairs],
        "targets": [pair.target for pair in pairs],
        "marked": list(zip(pairs, entities, strict=True)),
        "projected": [(*three, {}) for three in zip(pairs, entities, links, strict=True)],
    }[items]
    work = pickle.loads(pickle.dumps(Work(stage, StageConfig(name=name))))
    found = work.load()(given)
    assert len(found) == 3
    assert str(expected) in str(found[0])
    json.dumps([work.stage, work.config.model_dump(), work.about])


def test_work_of_no_stage_and_of_an_aligner_that_learns():
    with pytest.raises(ValueError, match="no stage"):
        Work("guess", CAPITALS).load()
    with pytest.raises(ValueError, match="learns"):
        Work("align", StageConfig(name="statistical")).load()


def test_the_local_engine_lets_go_of_the_model_when_nobody_wants_more(monkeypatch):
    from projner_core.pipeline import engines

    freed = []
    monkeypatch.setattr(engines, "free", lambda: freed.append(True))
    results = LocalEngine().results(Work("tag", CAPITALS), [(0, 0), (0, 0)], lambda start, stop: [])
    assert next(results) == (0, [])
    assert not freed
    results.close()
    assert freed
