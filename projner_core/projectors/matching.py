"""Candidate matching: n-gram candidates, alignment scores, and the best set of them, exactly.

After arXiv 2501.18750: each entity takes one target span (or `n_proj`), no two spans overlap,
and the sum of the matching scores is as high as it can be. `scores.py` weighs the links,
`candidates.py` lists the spans, `projner_core.selection` chooses; here it is decided what to say of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from projner_core.corpus import Alignment, Pair, Projection, Reason, Span
from projner_core.errors import ProjnerError
from projner_core.projectors.candidates import Spans, candidate_spans
from projner_core.projectors.scores import Integers, Rows, entity_rows
from projner_core.selection import Candidates, select

_BLOCK = 4096  # pairs at a time: bounds memory, changes nothing else


class MatchingProjector:
    """Projects by n-gram candidates and alignment scores.

    Args:
        max_length: the most tokens that a target span may have.
        minimum: candidates that score less are not chosen.
        forward_share: the share of P(source token | target token) in a link's probability, where the
            aligner gives both directions; P(target token | source token) has the rest.
        unaligned_discount: how much less than one a target token counts in a candidate's length where
            the aligner believes that it translates nothing; 0 for no discount.
        lower_case_edge: a factor for each edge of a candidate that is in lower case where the same edge
            of the entity is capitalised; 1 for no penalty.
        shown: how many of the best candidates each `Projection` lists.

    Raises:
        ProjnerError: a setting is out of its range.
    """

    def __init__(
        self,
        *,
        max_length: int = 30,
        minimum: float = 0.1,
        forward_share: float = 0.65,
        unaligned_discount: float = 0.5,
        lower_case_edge: float = 0.95,
        shown: int = 5,
    ) -> None:
        for name, value, low, high in (
            ("max_length", max_length, 1, float("inf")),
            ("minimum", minimum, 1e-6, float("inf")),
            ("forward_share", forward_share, 0, 1),
            ("unaligned_discount", unaligned_discount, 0, 1),
            ("lower_case_edge", lower_case_edge, 0.1, 1),
            ("shown", shown, 1, float("inf")),
        ):
            if not low <= value <= high:
                raise ProjnerError(
                    f"projector 'matching': {name} must be from {low} to {high}, but is {value}"
                )
        self.max_length = max_length
        self.minimum = minimum
        self.forward_share = forward_share
        self.unaligned_discount = unaligned_discount
        self.lower_case_edge = lower_case_edge
        self.shown = shown

    def project(
        self,
        pairs: Sequence[Pair],
        entities: Sequence[Sequence[Span]],
        alignments: Sequence[Alignment],
    ) -> list[tuple[Projection, ...]]:
        """For each pair, one `Projection` for each of its source entities, in their order.

        Each pair is decided on its own: cutting the list into chunks changes nothing.

        Raises:
            ValueError: the three differ in length, a pair has no source, or an entity or a link points
                outside its sentence.
        """
        if not len(pairs) == len(entities) == len(alignments):
            raise ValueError(
                f"got {len(pairs)} pairs, {len(entities)} lists of entities and {len(alignments)} alignments"
            )
        result: list[tuple[Projection, ...]] = []
        for begin in range(0, len(pairs), _BLOCK):
            part = slice(begin, begin + _BLOCK)
            result.extend(self._project(pairs[part], entities[part], alignments[part]))
        return result

    def candidates(
        self,
        pairs: Sequence[Pair],
        entities: Sequence[Sequence[Span]],
        alignments: Sequence[Alignment],
    ) -> Candidates:
        """All candidates that `project` would choose among, pair by pair, with their scores."""
        rows, spans = self._weighed(pairs, entities, alignments)
        return _good_enough(rows, spans, len(pairs), self.minimum)[1]

    def _weighed(
        self,
        pairs: Sequence[Pair],
        entities: Sequence[Sequence[Span]],
        alignments: Sequence[Alignment],
    ) -> tuple[Rows, Spans]:
        _check(pairs, entities, alignments)
        rows = entity_rows(pairs, entities, alignments, self.forward_share)
        spans = candidate_spans(
            pairs,
            entities,
            rows,
            max_length=self.max_length,
            unaligned_discount=self.unaligned_discount,
            lower_case_edge=self.lower_case_edge,
        )
        return rows, spans

    def _project(
        self, pairs: Sequence[Pair], entities: Sequence[Sequence[Span]], alignments: Sequence[Alignment]
    ) -> Iterator[tuple[Projection, ...]]:
        rows, spans = self._weighed(pairs, entities, alignments)
        target = _choose(rows, spans, len(pairs), self.minimum)
        ranked = _ranked(spans, len(rows), self.shown)
        begin = 0
        for own in entities:
            numbers = range(begin, begin + len(own))
            chosen = [target[number] for number in numbers]
            yield tuple(
                self._decision(
                    entity, spans, chosen[i], ranked[begin + i], bool(spans.linked[begin + i]), own, chosen
                )
                for i, entity in enumerate(own)
            )
            begin += len(own)

    def _decision(
        self,
        entity: Span,
        spans: Spans,
        chosen: int,
        ranked: list[int],
        linked: bool,
        entities: Sequence[Span],
        chosen_by_all: Sequence[int],
    ) -> Projection:
        """Say what was decided about one entity: `chosen` is its candidate's number, -1 for none."""
        if chosen >= 0 and chosen not in ranked:
            ranked = [*ranked[:-1], chosen]
        candidates = {number: _span(spans, number, entity.label) for number in ranked}
        listed = tuple(candidates.values())
        if chosen >= 0:
            return Projection(entity, candidates[chosen], Reason.PROJECTED, listed)
        if not ranked:
            return Projection(entity, None, Reason.EXCLUDED if linked else Reason.NOT_ALIGNED)
        best = ranked[0]
        if spans.score[best] < self.minimum:
            return Projection(entity, None, Reason.BELOW_MINIMUM, listed)
        # Whoever has the tokens of its best candidate is why: were they free, it would have them.
        rivals = tuple(
            rival
            for rival, other in zip(entities, chosen_by_all, strict=True)
            if other >= 0 and spans.start[other] < spans.end[best] and spans.start[best] < spans.end[other]
        )
        return Projection(entity, None, Reason.LOST_COLLISION, listed, rivals)


def _check(
    pairs: Sequence[Pair], entities: Sequence[Sequence[Span]], alignments: Sequence[Alignment]
) -> None:
    for pair, spans, alignment in zip(pairs, entities, alignments, strict=True):
        if not spans:
            continue
        source, target = pair.both()
        for span in spans:
            if span.end > len(source):
                raise ValueError(
                    f"pair {pair.id!r}: the {span.label} entity [{span.start}, {span.end}) ends past the "
                    f"source sentence, which has {len(source)} tokens"
                )
        alignment.check(len(source), len(target))


def _good_enough(rows: Rows, spans: Spans, pairs: int, minimum: float) -> tuple[Integers, Candidates]:
    """The numbers of the candidates that reach the minimum, and these candidates."""
    use = np.flatnonzero(spans.score >= minimum)
    pair = rows.pair[spans.row[use]]
    first = np.searchsorted(pair, np.arange(pairs + 1))
    entity = spans.row[use] - np.searchsorted(rows.pair, pair)  # counted from the pair's first row
    return use, Candidates.of(entity, spans.start[use], spans.end[use], spans.score[use], first=first)


def _choose(rows: Rows, spans: Spans, pairs: int, minimum: float) -> list[int]:
    """The number of the candidate that each row takes, -1 for none."""
    use, candidates = _good_enough(rows, spans, pairs, minimum)
    chosen = use[select(candidates)]
    target = np.full(len(rows), -1, dtype=np.int64)
    target[spans.row[chosen]] = chosen
    numbers: list[int] = target.tolist()
    return numbers


def _ranked(spans: Spans, rows: int, shown: int) -> list[list[int]]:
    """The numbers of each row's best candidates, best first; among equals the shorter, then the earlier."""
    order = np.lexsort((spans.start, spans.end - spans.start, -spans.score, spans.row))
    first = np.searchsorted(spans.row, np.arange(rows + 1))
    return [order[a : min(b, a + shown)].tolist() for a, b in pairwise(first.tolist())]


def _span(spans: Spans, number: int, label: str) -> Span:
    score = min(1.0, float(spans.score[number]))
    return Span(int(spans.start[number]), int(spans.end[number]), label, score)
