"""The scores of a cell: entities of its layer against gold, by the labels that the data set scores."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from projner_core.corpus import Span
from projner_core.errors import ProjnerError
from projner_core.evaluation.entities import Scores, score
from projner_core.evaluation.unmarked import marked_only, unmarked_labels
from projner_core.pipeline.lineage import imported_spans
from projner_core.pipeline.standards import spans_of
from projner_core.store import Layer, Project

_CHUNK = 10_000  # pairs read at a time


def scores_of(
    project: Project,
    layer: Layer,
    labels: Collection[str],
    *,
    ignored: Collection[str] = (),
    samples: int,
    seed: int,
) -> Scores:
    """Strict scores and exact match accuracy of a layer of the target side.

    Entities of other labels than `labels`, and of those that are ignored, took part in the projection, so
    that no other took their place, and are dropped here, as published. Where no labels are said, all count,
    but MISC where gold has none (`evaluation.unmarked`).

    Raises:
        ProjnerError: the target file came without tags.
    """
    gold = imported_spans(project, "target")
    if gold is None:
        raise ProjnerError("the data has no gold entities: the target file came without tags")
    right, found = [], []
    for start in range(0, project.count(), _CHUNK):
        stop = start + _CHUNK
        right += [_kept(spans, labels, ignored) for spans in project.annotations(gold, start, stop)]
        found += [_kept(spans_of(one), labels, ignored) for one in project.annotations(layer.id, start, stop)]
    if not labels:
        unmarked = unmarked_labels(right)
        found = [list(marked_only(spans, unmarked)) for spans in found]
    return score(right, found, samples=samples, seed=seed)


def _kept(spans: Iterable[Span], labels: Collection[str], ignored: Collection[str]) -> list[Span]:
    return [span for span in spans if (not labels or span.label in labels) and span.label not in ignored]
