"""How strongly each target token belongs to each source entity: link probabilities, summed.

The alignment score of arXiv 2501.18750 is `c(s, t) = 2 * sum(p(k, l) for k in s, l in t) / (|s| + |t|)`. Here
`|t|` is a sum too: a target token `l` that the aligner believes to translate nothing, as an article or
a preposition often does, counts less than one,

    |t| = sum(1 - discount * max(0, 1 - sum(p(k | l) for all k)) for l in t)

Otherwise "política regional de la Unión" would lose its end, two empty words long, to "Union regional
policy". Of the links, then, two sums are needed, and gathered here for a block of pairs at once: over
the tokens of each entity, and over all source tokens. `candidates.py` adds them up over target spans.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projner_core.corpus import Alignment, Link, Pair, Span
from projner_core.inference.interruption import asking

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rows:
    """One row for each entity of a block of pairs, each as wide as its pair's target sentence.

    A pair without entities has no row, and zeros in `aligned`: nobody asks.

    Attributes:
        pair: the pair of each row, counted from the block's first, int64 (rows,).
        first: where each row begins in `weight`, int64 (rows + 1,).
        weight: the summed link probability of each target token, float64 (sum of widths,).
        source_length: tokens in the entity, int64 (rows,).
        target_first: where each pair's target tokens begin in `aligned`, int64 (pairs + 1,).
        aligned: how likely each target token translates anything at all, float64 (target tokens,), in
            [0, 1].
    """

    pair: Integers
    first: Integers
    weight: Floats
    source_length: Integers
    target_first: Integers
    aligned: Floats

    def __len__(self) -> int:
        return len(self.pair)

    @property
    def linked(self) -> NDArray[np.bool_]:
        """Whether each row has any linked target token, bool (rows,)."""
        mass = np.add.reduceat(np.append(self.weight, 0.0), self.first[:-1])
        linked: NDArray[np.bool_] = (mass > 0.0) & (np.diff(self.first) > 0)
        return linked

    def among(self, numbers: Integers) -> NDArray[np.bool_]:
        """Which rows are among these, bool (rows,)."""
        there = np.zeros(len(self), dtype=np.bool_)
        there[numbers] = True
        return there


def entity_rows(
    pairs: Sequence[Pair],
    entities: Sequence[Sequence[Span]],
    alignments: Sequence[Alignment],
    forward_share: float,
    *,
    hard: bool = False,
) -> Rows:
    """Gather the links of every entity.

    Args:
        forward_share: the share of `Link.forward`, P(source token | target token), in a link's
            probability; `Link.backward` has the rest. A link that has only a score counts that.
        hard: every link counts one, and what is too weak to be a link counts nothing.
    """
    owner: list[int] = []  # the pair of each row
    lengths: list[int] = []
    widths: list[int] = []
    places: list[int] = []
    values: list[float] = []
    tokens: list[int] = []
    beliefs: list[float] = []
    target_first = np.cumsum([0, *(len(pair.target) for pair in pairs)], dtype=np.int64)
    begin = 0
    for index, (pair, spans, alignment) in enumerate(zip(asking(pairs), entities, alignments, strict=True)):
        if not spans:
            continue
        width = len(pair.target)
        row_of: dict[int, list[int]] = {}  # source token -> where its entities' rows begin
        for span in spans:
            for token in range(span.start, span.end):
                row_of.setdefault(token, []).append(begin)
            owner.append(index)
            lengths.append(len(span))
            widths.append(width)
            begin += width
        target_begin = int(target_first[index])
        for links in (alignment.links,) if hard else (alignment.links, alignment.weak):
            for link in links:
                tokens.append(target_begin + link.target)
                beliefs.append(1.0 if hard else link.score if link.forward is None else link.forward)
                for row in row_of.get(link.source, ()):
                    places.append(row + link.target)
                    values.append(1.0 if hard else _probability(link, forward_share))
    return Rows(
        np.array(owner, dtype=np.int64),
        np.concatenate(([0], np.cumsum(np.array(widths, dtype=np.int64)))),
        _summed(places, values, begin),
        np.array(lengths, dtype=np.int64),
        target_first,
        np.minimum(_summed(tokens, beliefs, int(target_first[-1])), 1.0),
    )


def _summed(places: list[int], values: list[float], length: int) -> Floats:
    """An array (length,) with each value added at its place."""
    total = np.zeros(length)
    np.add.at(total, np.array(places, dtype=np.int64), np.array(values))
    return total


def _probability(link: Link, forward_share: float) -> float:
    if link.forward is None or link.backward is None:
        return link.score
    return forward_share * link.forward + (1.0 - forward_share) * link.backward
