"""What can be said of a projection without gold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from projner_core.pipeline.carried import carried_and_missed
from projner_core.pipeline.filling import CHUNK
from projner_core.pipeline.lineage import imported_spans
from projner_core.pipeline.recent import Recent
from projner_core.pipeline.standards import ENTITIES, spans_of
from projner_core.store import Layer, LayerKind, Project

Entities = set[tuple[int, int, str]]  # start, end, label


@dataclass(frozen=True, slots=True)
class Glance:
    """What can be said of a projection without gold.

    Attributes:
        entities: source entities, by label.
        projected: how many of them were projected, by label.
        reasons: why the others were not: reason -> how many.
        doubts: how many pairs have a doubt in [0, .1), [.1, .2), … [.9, 1], (10,).
        agreement: of each other finished layer over the same sentences, the F1 of the two as if one were
            gold: (layer, F1).
        signals: of each sign of trouble, the pairs that show it: (name, pairs).
    """

    entities: dict[str, int]
    projected: dict[str, int]
    reasons: dict[str, int]
    doubts: tuple[int, ...]
    agreement: tuple[tuple[Layer, float], ...]
    signals: tuple[tuple[str, int], ...]


_Decided = tuple[dict[str, int], dict[str, int], dict[str, int]]

# By project and layers: what is counted over all pairs is counted once a process.
_decided: Recent[_Decided] = Recent(16)
_agreements: Recent[float] = Recent(256)


def glance(project: Project, layer: Layer) -> Glance:
    """What can be said of a projection without gold; counted once a process for each layer."""
    empty: _Decided = {}, {}, {}
    holds = layer.kind is LayerKind.PROJECTIONS
    key = (project.identity, layer.fingerprint)
    entities, projected, reasons = _decided.get(key, lambda: _count(project, layer)) if holds else empty
    return Glance(
        entities=entities,
        projected=projected,
        reasons=reasons,
        doubts=project.doubt_counts(layer.id),
        agreement=tuple((other, _agreement(project, layer, other)) for other in _others(project, layer)),
        signals=_signs(project, layer),
    )


def _signs(project: Project, layer: Layer) -> tuple[tuple[str, int], ...]:
    """What the weighing of doubts keeps under the projection as examples (`sign_key`), most pairs first."""
    begin = sign_key("")
    counts = project.example_counts(layer.id).items()
    signs = [(key.removeprefix(begin), pairs) for key, pairs in counts if pairs and key.startswith(begin)]
    return tuple(sorted(signs, key=lambda sign: -sign[1]))


def sign_key(name: str) -> str:
    """The key under which a projection keeps the pairs that show a sign of trouble, as examples."""
    return f"sign={name}"


def _count(project: Project, layer: Layer) -> _Decided:
    entities: Counter[str] = Counter()
    projected: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    total = project.count()
    for start in range(0, total, CHUNK):
        for row in project.decisions(layer.id, start, min(start + CHUNK, total)):
            carried, missed = carried_and_missed(row)
            entities.update(label for _, _, label in carried | missed.keys())
            projected.update(label for _, _, label in carried)
            reasons.update(missed.values())
    return (
        dict(sorted(entities.items())),
        {label: projected[label] for label in sorted(entities)},
        dict(reasons.most_common()),
    )


def _others(project: Project, layer: Layer) -> list[Layer]:
    """The other layers of target entities that are no gold, in order of creation."""
    gold = imported_spans(project, "target")
    return [
        other
        for other in project.layers(side="target")
        if other.kind in ENTITIES and other.id not in (layer.id, gold)
    ]


def _agreement(project: Project, one: Layer, other: Layer) -> float:
    """Strict micro F1 of one layer against the other, whichever of them; 1.0 where both are empty."""

    def made() -> float:
        both = shared = 0
        for ours, theirs in zip(_entities(project, one), _entities(project, other), strict=True):
            both += len(ours) + len(theirs)
            shared += len(ours & theirs)
        return 2 * shared / both if both else 1.0

    key = project.identity, frozenset((one.fingerprint, other.fingerprint))
    return _agreements.get(key, made)


def _entities(project: Project, layer: Layer) -> Iterator[Entities]:
    total = project.count()
    for start in range(0, total, CHUNK):
        stop = min(start + CHUNK, total)
        if layer.kind is LayerKind.PROJECTIONS:
            for row in project.targets(layer.id, start, stop):
                yield {(*target, label) for (_, _, label), target in row if target is not None}
        else:
            for found in project.annotations(layer.id, start, stop):
                yield {(span.start, span.end, span.label) for span in spans_of(found)}
