"""A layer of a tagger's probabilities is read as entities wherever a layer of entities is."""

from __future__ import annotations

import pytest

from projner_core.corpus import Span, TagProbabilities
from projner_core.pipeline import exporting
from projner_core.pipeline.evaluating import EvaluateConfig, evaluable, evaluate
from projner_core.pipeline.lineage import imported_spans
from projner_core.pipeline.progress import Watch
from projner_core.store import LayerKind
from tests.pipeline.conftest import TARGET

TAGS = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")
WATCH = Watch(None, None)
# Of the first sentence the tagger is unsure where the person begins; the whole is right all the same.
FOUND = [
    ["B-PER?", "I-PER", "O", "B-LOC", "O"],
    ["O", "O", "O", "O", "O", "B-LOC", "O"],
    ["O", "O", "O"],
]
ENTITIES = [(Span(0, 2, "PER"), Span(3, 4, "LOC")), (Span(5, 6, "LOC"),), ()]


def believed(tags: list[str]) -> TagProbabilities:
    rows = []
    for tag in tags:
        sure = 0.4 if tag.endswith("?") else 1.0
        row = [sure * (name == tag.rstrip("?")) for name in TAGS]
        row[0] += 1 - sure
        rows.append(tuple(row))
    return TagProbabilities(TAGS, tuple(rows))


def layer(project, kind: LayerKind, annotations) -> int:
    made = project.open_layer(
        name=kind.value, kind=kind, side="target", fingerprint=kind.value, provenance={"stage": "predict"}
    )
    project.write(made, 0, annotations)
    return project.complete(made).id


@pytest.fixture
def both(project) -> tuple[int, int]:
    """The same entities as probabilities of tags, and as spans."""
    tags = layer(project, LayerKind.TAGS, [believed(one) for one in FOUND])
    return tags, layer(project, LayerKind.SPANS, ENTITIES)


def test_it_is_evaluated_like_a_layer_of_entities(project, both):
    assert set(both) <= {one.id for one in evaluable(project)}
    of_tags, of_spans = evaluate(project, EvaluateConfig(layers=both), WATCH)
    assert of_tags.summary == of_spans.summary
    outcomes = {outcome.value: count for outcome, count in of_tags.summary.outcomes.items() if count}
    assert outcomes == {"correct": 2, "type": 1}


def test_it_is_exported_like_a_layer_of_entities(project, both):
    of_tags, of_spans = ("".join(exporting.conll_text(project, one)) for one in both)
    assert of_tags == of_spans
    assert "Asha\tNN\tB-PER\nMwangi\tNN\tI-PER" in of_tags
    assert of_tags != TARGET, "Juma is a person in the file"
    gold = imported_spans(project, "target")
    assert "".join(exporting.conll_text(project, gold)) == TARGET
