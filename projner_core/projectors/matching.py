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
from projner_core.projectors.conventions import is_derived, without_articles
from projner_core.projectors.scores import Integers, Rows, entity_rows
from projner_core.selection import Candidates, select

OUTSIDE = "O"
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
        edge_minimum: the least link probability to the entity, summed over its tokens, that the first and the
            last token of a target span have, where any token has as much.
        leave_articles: leave the definite article outside of a name: "the Netherlands" becomes
            "[Niederlanden]" in "in den Niederlanden".
        end_on_nouns: in languages that write nouns with a capital, as German does, no name ends in a
            small letter unless it does so in the source.
        derived_label: the label of a word that is no name in the target sentence but derived from one, as
            "europeas" from Europe: small letters where the source has a capital, one word, from PER, LOC
            or ORG. Empty: the label of the entity; O: none, the entity is dropped.
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
        edge_minimum: float = 0.2,
        leave_articles: bool = True,
        end_on_nouns: bool = True,
        derived_label: str = "MISC",
        shown: int = 5,
    ) -> None:
        for name, value, low, high in (
            ("max_length", max_length, 1, float("inf")),
            ("minimum", minimum, 1e-6, float("inf")),
            ("forward_share", forward_share, 0, 1),
            ("unaligned_discount", unaligned_discount, 0, 1),
            ("lower_case_edge", lower_case_edge, 0.1, 1),
            ("edge_minimum", edge_minimum, 0, 1),
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
        self.edge_minimum = edge_minimum
        self.leave_articles = leave_articles
        self.end_on_nouns = end_on_nouns
        self.derived_label = derived_label
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
        names = without_articles(pairs, entities) if self.leave_articles else entities
        rows = entity_rows(pairs, names, alignments, self.forward_share)
        spans = candidate_spans(
            pairs,
            names,
            rows,
            max_length=self.max_length,
            unaligned_discount=self.unaligned_discount,
            lower_case_edge=self.lower_case_edge,
            edge_minimum=self.edge_minimum,
            leave_articles=self.leave_articles,
            end_on_nouns=self.end_on_nouns,
        )
        return rows, spans

    def _project(
        self, pairs: Sequence[Pair], entities: Sequence[Sequence[Span]], alignments: Sequence[Alignment]
    ) -> Iterator[tuple[Projection, ...]]:
        rows, spans = self._weighed(pairs, entities, alignments)
        target = _choose(rows, spans, len(pairs), self.minimum)
        ranked = _ranked(spans, len(rows), self.shown)
        begin = 0
        for pair, own in zip(pairs, entities, strict=True):
            numbers = range(begin, begin + len(own))
            chosen = [target[number] for number in numbers]
            yield tuple(
                self._decision(
                    pair,
                    entity,
                    spans,
                    chosen[i],
                    ranked[begin + i],
                    bool(spans.linked[begin + i]),
                    own,
                    chosen,
                )
                for i, entity in enumerate(own)
            )
            begin += len(own)

    def _decision(
        self,
        pair: Pair,
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
        candidates = {
            number: _span(spans, number, self._label(pair, entity, spans, number)) for number in ranked
        }
        listed = tuple(candidates.values())
        if chosen >= 0 and self.derived_label == OUTSIDE and self._derived(pair, entity, spans, chosen):
            return Projection(entity, None, Reason.DROPPED, listed)
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

    def _derived(self, pair: Pair, entity: Span, spans: Spans, number: int) -> bool:
        return is_derived(pair, entity, int(spans.start[number]), int(spans.end[number]))

    def _label(self, pair: Pair, entity: Span, spans: Spans, number: int) -> str:
        """The label that a candidate would take."""
        if self.derived_label in ("", OUTSIDE) or not self._derived(pair, entity, spans, number):
            return entity.label
        return self.derived_label


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
