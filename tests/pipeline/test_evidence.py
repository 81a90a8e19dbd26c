"""Predictions and marked text become layers, and a projector gets what it asks for."""

from __future__ import annotations

import json

import pytest

from projner_core import projectors
from projner_core.corpus import Projection, Reason, Span, TagProbabilities
from projner_core.errors import InputError, ProjnerError
from projner_core.pipeline import evaluating, evidence, projecting
from projner_core.pipeline.config import RunConfig, StageConfig
from projner_core.pipeline.importing import import_pair
from projner_core.pipeline.lineage import entities_behind, imported_spans, links_behind
from projner_core.pipeline.predictions import import_marked, import_predictions
from projner_core.pipeline.progress import Watch
from projner_core.pipeline.projecting import carry_over
from projner_core.pipeline.run import run
from projner_core.projectors.base import NO_EVIDENCE
from projner_core.store import LayerKind, catalogue

WATCH = Watch(None, None)
FOUND = [[[0, 2, "PER", 0.9], [3, 4, "LOC", 0.8]], [[2, 3, "ORG", 0.4]], []]
LENGTHS = [5, 7, 3]


class Asking:
    """A projector that carries each entity to the first span that was found, and says what it was given."""

    given: list = []  # noqa: RUF012

    def __init__(self, *, predictions: str = "", ask: str = "spans") -> None:
        self.asks = {ask: predictions}

    def project(self, pairs, entities, alignments, known=NO_EVIDENCE):
        Asking.given.append(known)
        spans = known.spans if known.spans and not hasattr(known.spans[0], "rows") else [()] * len(pairs)
        return [
            tuple(
                Projection(
                    e,
                    Span(found[0].start, found[0].end, e.label) if found and not i else None,
                    Reason.PROJECTED if found and not i else Reason.EXCLUDED,
                )
                for i, e in enumerate(own)
            )
            for own, found in zip(entities, spans, strict=True)
        ]


@pytest.fixture(autouse=True)
def asking(monkeypatch):
    Asking.given = []
    monkeypatch.setitem(projectors.registry._targets, "asking", f"{__name__}:Asking")


@pytest.fixture
def write(tmp_path):
    def written(rows, name="tagger.jsonl"):
        path = tmp_path / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path

    return written


def entities(found=FOUND):
    return [{"entities": own} for own in found]


def probabilities():
    tags = ["O", "B-PER", "I-PER"]
    return [{"tags": tags, "probabilities": [[0.5, 0.25, 0.25]] * length} for length in LENGTHS]


def test_predictions_become_a_layer_once(project, write):
    layer = import_predictions(project, write(entities()))
    assert (layer.name, layer.kind, layer.side, layer.complete) == ("tagger", LayerKind.SPANS, "target", True)
    assert layer.provenance["file"] == "tagger.jsonl"
    assert project.annotation(layer.id, 0) == (Span(0, 2, "PER", 0.9), Span(3, 4, "LOC", 0.8))
    assert import_predictions(project, write(entities(), "copy.jsonl")) == layer
    # other than gold, and other than the source entities
    assert imported_spans(project, "target") != layer.id


def test_probabilities_are_kept(project, write):
    layer = import_predictions(project, write(probabilities()))
    assert layer.kind is LayerKind.TAGS
    first = project.annotation(layer.id, 0)
    assert first.tags == ("O", "B-PER", "I-PER")
    assert len(first.rows) == 5
    assert first.rows[0] == pytest.approx((0.5, 0.25, 0.25))


@pytest.mark.parametrize(
    ("rows", "line", "why"),
    [
        (entities(FOUND[:2]), None, "2 sentences"),
        ([*entities(), {"entities": []}], 4, "a sentence more"),
        (entities([[], [[6, 8, "PER"]], []]), 2, "ends past"),
        ([{"entities": [], "tokens": ["Asha"]}, *entities(FOUND[1:])], 1, "the sentence"),
        ([{"entities": [], "id": "zwei"}, *entities(FOUND[1:])], 1, "the id"),
        ([*entities(FOUND[:1]), *probabilities()[1:]], 2, "entities in one line"),
        ([*probabilities()[:2], probabilities()[0]], 3, "probabilities of 5 tokens"),
    ],
)
def test_what_does_not_fit_leaves_nothing(project, write, rows, line, why):
    before = project.layers(incomplete=True)
    with pytest.raises(InputError, match=why) as caught:
        import_predictions(project, write(rows))
    assert caught.value.line == line
    assert project.layers(incomplete=True) == before


def test_marked_text_becomes_a_layer(project, tmp_path):
    path = tmp_path / "marked.txt"
    path.write_text("[Asha Mwangi] alitembelea [Arusha] .\nMeya wa [Nairobi] .\nMvua .\n", encoding="utf-8")
    layer = import_marked(project, path)
    assert (layer.name, layer.kind, layer.side) == ("marked", LayerKind.TEXTS, "target")
    assert project.annotation(layer.id, 1) == "Meya wa [Nairobi] ."
    path.write_text("one line\n", encoding="utf-8")
    with pytest.raises(InputError):
        import_marked(project, path)
    assert project.layers(kind=LayerKind.TEXTS, incomplete=True) == [layer]


def test_a_projector_gets_the_only_layer_there_is(project, write):
    layer = import_predictions(project, write(entities()))
    result = run(project, RunConfig(projector=StageConfig(name="asking")))
    assert layer.id in result.projection.parents
    (given,) = Asking.given
    assert [len(own) for own in given.spans] == [2, 1, 0]
    assert (given.tags, given.marked) == (None, None)
    assert project.annotation(result.projection.id, 0)[0].target == Span(0, 2, "PER")
    # what it was made from is still told apart: entities of the source, links, predictions
    assert entities_behind(project) == result.entities.id
    assert links_behind(project, result.projection.id) == result.links
    assert run(project, RunConfig(projector=StageConfig(name="asking"))).projection == result.projection
    assert len(Asking.given) == 1


def test_other_predictions_make_another_projection(project, write):
    config = StageConfig(name="asking", predictions="one")
    import_predictions(project, write(entities()), name="one")
    result = run(project, RunConfig(projector=config))
    other = import_predictions(project, write(entities([[], [], []]), "other.jsonl"), name="other")
    again = StageConfig(name="asking", predictions=str(other.id))
    assert carry_over(project, config, result.entities, result.links, WATCH) == result.projection
    assert carry_over(project, again, result.entities, result.links, WATCH) != result.projection


def test_gold_is_never_taken_unasked(project):
    with pytest.raises(ProjnerError, match="import-predictions"):
        run(project, RunConfig(projector=StageConfig(name="asking")))
    run(project, RunConfig(projector=StageConfig(name="asking", predictions="gold")))
    assert Asking.given[0].spans[0] == (Span(0, 2, "PER"), Span(3, 4, "LOC"))


def test_several_layers_must_be_told_apart(project, write):
    import_predictions(project, write(entities()), name="one")
    import_predictions(project, write(entities([[], [], []]), "other.jsonl"), name="two")
    with pytest.raises(ProjnerError, match=r"one \(\d+\), two \(\d+\)"):
        run(project, RunConfig(projector=StageConfig(name="asking")))
    with pytest.raises(ProjnerError, match="called 'three'"):
        run(project, RunConfig(projector=StageConfig(name="asking", predictions="three")))


def test_two_questions_get_the_layer_that_each_names(project, write):
    for found, name in ((FOUND, "one"), ([[], [], []], "two")):
        import_predictions(project, write(entities(found), f"{name}.jsonl"))

    class Both:
        asks = {"spans": "one", "tags": "two"}  # noqa: RUF012

        def project(self, pairs, entities, alignments, known=NO_EVIDENCE):
            raise AssertionError("not asked to")

    source = project.layer(imported_spans(project, "source"))
    known = evidence.find(project, Both(), source)
    given = known.read(project, 0, 2)
    assert [len(own) for own in given.spans] == [2, 1]
    assert list(given.tags) == [(), ()]
    assert [layer.name for layer in known.layers] == ["one", "two"]


@pytest.mark.parametrize("ask", ["spans", "tags"])
def test_of_one_name_the_newest_answers(project, ask):
    layers = []
    for kind, rows in ((LayerKind.TAGS, None), (LayerKind.SPANS, [(), (), ()]), (LayerKind.TAGS, None)):
        layer = project.open_layer(
            name="tagger", kind=kind, side="target", fingerprint=f"{len(layers)}", provenance={"stage": "x"}
        )
        tags = [TagProbabilities(("O",), ((1.0,),) * length) for length in LENGTHS]
        project.write(layer, 0, rows or tags)
        layers.append(project.complete(layer))
        source = project.layer(imported_spans(project, "source"))
        found = evidence.find(project, Asking(predictions="tagger", ask=ask), source)
        assert found.layers == (layers[-1],)


def test_what_a_model_predicted_is_never_gold_whatever_it_is_called(tmp_path):
    """Projects of older programs hold predictions that are called gold, and tags never came with the file."""
    for side, text in (("en", "Asha sang\n"), ("sw", "Asha aliimba\n")):
        (tmp_path / f"{side}.txt").write_text(text, encoding="utf-8")
    sides = {"source": tmp_path / "en.txt", "target": tmp_path / "sw.txt"}
    import_pair("bare", **sides, source_lang="en", target_lang="sw")
    with catalogue.open_project("bare") as project:
        for name, side in (("gold", "target"), ("source", "source")):
            layer = project.open_layer(
                name=name, kind=LayerKind.SPANS, side=side, fingerprint=name, provenance={"stage": "predict"}
            )
            project.write(layer, 0, [(Span(0, 1, "PER"),)])
            project.complete(layer)
        assert imported_spans(project, "target") is imported_spans(project, "source") is None
        assert evaluating.standards(project) == []
        assert [layer.name for layer in evaluating.evaluable(project)] == ["gold"]


def test_a_finished_projection_is_found_where_its_model_is_gone(project, monkeypatch):
    class Neural(Asking):
        model = "organisation/model"

    result = run(project, RunConfig())
    other = run(project, RunConfig(aligner=StageConfig(name="identity"))).links
    layers = [result.entities, result.links]
    config = StageConfig(name="neural", predictions="gold")
    monkeypatch.setattr(projectors, "create", lambda name, **settings: Neural(**settings))
    monkeypatch.setattr(projecting, "revision", lambda model: "abc")
    made = carry_over(project, config, *layers, WATCH)

    def gone(model):
        raise ProjnerError("the model is not on this machine")

    monkeypatch.setattr(projecting, "revision", gone)
    assert carry_over(project, config, *layers, WATCH) == made
    with pytest.raises(ProjnerError, match="not on this machine"):
        carry_over(project, config, result.entities, other, WATCH)


def test_a_layer_of_probabilities_answers_both_questions(project, write):
    import_predictions(project, write(probabilities()))
    for ask in ("spans", "tags"):
        run(project, RunConfig(projector=StageConfig(name="asking", ask=ask)))
        assert [len(own.rows) for own in getattr(Asking.given[-1], ask)] == LENGTHS


def test_a_projector_that_asks_for_nothing_is_not_handed_evidence(project, write, monkeypatch):
    import_predictions(project, write(entities()))

    class Plain:
        def project(self, pairs, entities, alignments):
            return [tuple(Projection(e, None, Reason.EXCLUDED) for e in own) for own in entities]

    monkeypatch.setattr(projectors, "create", lambda name, **settings: Plain())
    found = run(project, RunConfig(projector=StageConfig(name="plain")))
    assert found.projection.complete
    assert evidence.find(project, Plain(), found.entities).layers == ()


def test_the_labels_of_the_whole_job_are_known(project):
    result = run(project, RunConfig())

    class Labels:
        asks = {"labels": ""}  # noqa: RUF012

        def project(self, pairs, entities, alignments, known=NO_EVIDENCE):
            raise AssertionError("not asked to")

    found = evidence.find(project, Labels(), result.entities)
    assert found.labels == {"PER", "LOC"}
    assert found.read(project, 0, 1).labels == {"PER", "LOC"}
    assert found.layers == ()


@pytest.mark.parametrize("name", ["gold", "source", "reviewed"])
def test_predictions_never_take_a_name_that_means_another_layer(tmp_path, name):
    """In a project without gold, a file called gold is a prediction like any other."""
    for side, text in (("en", "Asha sang\n"), ("sw", "Asha aliimba\n")):
        (tmp_path / f"{side}.txt").write_text(text, encoding="utf-8")
    sides = {"source": tmp_path / "en.txt", "target": tmp_path / "sw.txt"}
    import_pair("bare", **sides, source_lang="en", target_lang="sw")
    path = tmp_path / f"{name}.conll"
    path.write_text("Asha\tB-PER\naliimba\tO\n", encoding="utf-8")
    with catalogue.open_project("bare") as project:
        layer = import_predictions(project, path)
        assert layer.name == f"{name} (2)"
        assert imported_spans(project, "target") is imported_spans(project, "source") is None
        assert evaluating.standards(project) == []
