"""What to say of the outcome of a matching: where each entity went, and why, or why nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from projner_core.corpus import Pair, Projection, Reason, Span
from projner_core.inference.interruption import asking
from projner_core.projectors.candidates import Spans
from projner_core.projectors.conventions import is_derived
from projner_core.schemes import OUTSIDE


@dataclass(frozen=True, slots=True)
class Labelling:
    """Which label a target span takes.

    Attributes:
        derived: the label of words that are derived from names; "" for that of the entity, `O` for none.
        known: the labels that the job has: a derived word keeps its entity's where the other is not known.
        dropped: labels that are dropped in the end.
    """

    derived: str
    known: frozenset[str]
    dropped: frozenset[str]

    def label(self, pair: Pair, entity: Span, start: int, end: int) -> str:
        """The label of the target span `[start, end)` of `entity`; `O` for one that is dropped."""
        label = entity.label
        if self.derived in self.known | {OUTSIDE} and is_derived(pair, entity, start, end):
            label = self.derived
        return OUTSIDE if label in self.dropped else label


def decisions(
    pairs: Sequence[Pair],
    entities: Sequence[Sequence[Span]],
    spans: Spans,
    chosen: Sequence[Sequence[int]],
    labelling: Labelling,
    minimum: float,
    shown: int,
) -> Iterator[tuple[Projection, ...]]:
    """The projections of every pair.

    Args:
        spans: the candidates; their rows are the entities, one after the other.
        chosen: the numbers of the candidates that each row takes.
        minimum: the least score that a candidate was chosen with.
        shown: how many candidates a projection lists.
    """
    ranked = _ranked(spans, len(chosen), shown)
    row = 0
    for pair, own in zip(asking(pairs), entities, strict=True):
        decided: list[Projection] = []
        rows = range(row, row + len(own))
        for entity, number in zip(own, rows, strict=True):
            best = ranked[number]
            if chosen[number]:
                for choice in chosen[number]:
                    decided.append(_projected(pair, entity, spans, choice, best, labelling))
                continue
            listed = tuple(_span(pair, entity, spans, other, labelling) for other in best)
            if not best:
                decided.append(Projection(entity, None, _without_candidate(spans, number)))
            elif spans.score[best[0]] < minimum:
                decided.append(Projection(entity, None, Reason.BELOW_MINIMUM, listed))
            else:
                # Whoever has the tokens of its best candidate is why: were they free, it would have them.
                rivals = tuple(
                    rival
                    for rival, other in zip(own, rows, strict=True)
                    if any(_overlap(spans, choice, best[0]) for choice in chosen[other])
                )
                decided.append(Projection(entity, None, Reason.LOST_COLLISION, listed, rivals))
        yield tuple(decided)
        row += len(own)


def with_ignored(
    entities: Sequence[Span], taking: Sequence[Span], decided: tuple[Projection, ...]
) -> tuple[Projection, ...]:
    """The decisions of a pair with those about its ignored entities in their places."""
    every = [*decided, *(Projection(e, None, Reason.DROPPED) for e in entities if e not in taking)]
    order = {(span.start, span.end, span.label): place for place, span in enumerate(entities)}
    return tuple(sorted(every, key=lambda p: order[p.entity.start, p.entity.end, p.entity.label]))


def _without_candidate(spans: Spans, row: int) -> Reason:
    """Why an entity has no candidate that scores anything."""
    if spans.proposed[row]:
        return Reason.BELOW_MINIMUM
    return Reason.EXCLUDED if spans.linked[row] else Reason.NOT_ALIGNED


def _projected(
    pair: Pair, entity: Span, spans: Spans, choice: int, best: list[int], labelling: Labelling
) -> Projection:
    if choice not in best:
        best = [*best[:-1], choice]
    listed = tuple(_span(pair, entity, spans, number, labelling) for number in best)
    start, end = int(spans.start[choice]), int(spans.end[choice])
    if labelling.label(pair, entity, start, end) == OUTSIDE:
        return Projection(entity, None, Reason.DROPPED, listed)
    return Projection(entity, listed[best.index(choice)], Reason.PROJECTED, listed)


def _overlap(spans: Spans, one: int, other: int) -> bool:
    return bool(spans.start[one] < spans.end[other] and spans.start[other] < spans.end[one])


def _ranked(spans: Spans, rows: int, shown: int) -> list[list[int]]:
    """The numbers of each row's best candidates, best first; among equals the shorter, then the earlier."""
    order = np.lexsort((spans.start, spans.end - spans.start, -spans.score, spans.row))
    first = np.searchsorted(spans.row, np.arange(rows + 1))
    return [order[a : min(b, a + shown)].tolist() for a, b in pairwise(first.tolist())]


def _span(pair: Pair, entity: Span, spans: Spans, number: int, labelling: Labelling) -> Span:
    """A candidate with the label that it would take; of one that would be dropped, the entity's."""
    start, end = int(spans.start[number]), int(spans.end[number])
    label = labelling.label(pair, entity, start, end)
    score = min(1.0, float(spans.score[number]))
    return Span(start, end, entity.label if label == OUTSIDE else label, score)
