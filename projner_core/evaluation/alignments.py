"""Scores of links against gold links, with bootstrap intervals, and agreement between aligners.

Gold links come in two kinds (Och and Ney 2003, section 5.1): the sure ones `S`, which an aligner ought to
find, and the possible ones `P`, which it may find; `S` is part of `P`. For the links `A` that were found,
summed over all pairs that have gold links,

    precision = |A ∩ P| / |A|                  recall = |A ∩ S| / |S|
    F1 = 2 · precision · recall / (precision + recall)
    AER = 1 - (|A ∩ S| + |A ∩ P|) / (|A| + |S|)

AER is 0 where all sure links were found and none that is not possible, and 1 where no link found is even
possible. What would be a division by zero is 0: precision where nothing was found, recall where nothing is
sure, F1 where both are 0; the AER of a pair where nothing is sure and nothing was found, which is right.
Without any pair that has gold links, all scores are 0.

A pair without gold links (None, which is not the same as gold links that are none) is left out of
everything. Only decided links count: weak ones are ignored, and so is how sure the aligner was.

Intervals are percentile intervals of the bootstrap over sentence pairs (Efron 1979): pairs are drawn with
replacement, as many as there are, and all scores computed anew. Where there are more than 10,000 pairs,
they are first put into 10,000 random groups of equal size (but for one pair), and groups are drawn: scores
are ratios of sums, and sums over groups vary from sample to sample as sums over pairs do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from projner_core.corpus import Alignment, GoldLinks
from projner_core.evaluation.entities import LEVEL, Interval, Score

COUNTED = ("found", "sure", "possible", "found_in_sure", "found_in_possible")
_MOST_DRAWN = 10_000  # pairs that are drawn one by one
_CELLS = 1 << 15  # random numbers held at a time: what a cache holds

Counts = NDArray[np.int64]  # (..., 5): the sizes of A, S, P, A ∩ S, A ∩ P, named in COUNTED
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PairScore:
    """The scores of one pair.

    Attributes:
        position: its place among all pairs, those without gold links counted too.
        found, sure, possible, found_in_sure, found_in_possible: sizes of A, S, P, A ∩ S, A ∩ P.
    """

    position: int
    precision: float
    recall: float
    f1: float
    aer: float
    found: int
    sure: int
    possible: int
    found_in_sure: int
    found_in_possible: int


@dataclass(frozen=True, slots=True)
class AlignmentScores:
    """Scores over a corpus, in [0, 1], and the counts behind them.

    Attributes:
        pairs: how many pairs have gold links; the scores are theirs.
        found, sure, possible, found_in_sure, found_in_possible: sizes of A, S, P, A ∩ S, A ∩ P, summed.
        counts: the same of each pair with gold links, (pairs, 5).
        positions: where each of these pairs stands among all pairs, (pairs,).
    """

    precision: Score
    recall: Score
    f1: Score
    aer: Score
    pairs: int
    found: int
    sure: int
    possible: int
    found_in_sure: int
    found_in_possible: int
    counts: Counts = field(repr=False, compare=False)
    positions: NDArray[np.int64] = field(repr=False, compare=False)

    @classmethod
    def of_counts(
        cls,
        found: ArrayLike,
        sure: ArrayLike,
        possible: ArrayLike,
        found_in_sure: ArrayLike,
        found_in_possible: ArrayLike,
        *,
        positions: ArrayLike | None = None,
        samples: int = 1000,
        seed: int = 0,
    ) -> Self:
        """The scores of pairs whose links were counted elsewhere.

        Args:
            found, sure, possible, found_in_sure, found_in_possible: sizes of A, S, P, A ∩ S, A ∩ P, one a
                pair with gold links, each of shape (pairs,).
            positions: where these pairs stand among all pairs; 0, 1, 2 … where None.
            samples: bootstrap samples; 0 for no intervals.
            seed: of the bootstrap; the same seed gives the same intervals.

        Raises:
            ValueError: the shapes differ, or the counts cannot be those of any sets of links.
        """
        columns = [np.asarray(column) for column in (found, sure, possible, found_in_sure, found_in_possible)]
        if len({column.shape for column in columns}) != 1 or columns[0].ndim != 1:
            raise ValueError(f"the counts need one shape, (pairs,), but have {[c.shape for c in columns]}")
        counts = np.stack(columns, axis=1).astype(np.int64)
        _check(counts)
        places = np.arange(len(counts)) if positions is None else np.asarray(positions)
        if places.shape != columns[0].shape:
            raise ValueError(f"there are {len(counts)} pairs, but {places.shape} positions")
        total = counts.sum(axis=0)
        drawn = _draw(counts, samples, seed)
        resampled = None if drawn is None else _measures(drawn)
        precision, recall, f1, aer = (
            _score(value, None if resampled is None else resampled[:, i])
            for i, value in enumerate(_measures(total))
        )
        return cls(
            precision=precision,
            recall=recall,
            f1=f1,
            aer=aer,
            pairs=len(counts),
            **_named(total),
            counts=counts,
            positions=places.astype(np.int64),
        )

    def pair_scores(self) -> list[PairScore]:
        """The scores of every pair with gold links, in order."""
        return [self._pair(place) for place in range(self.pairs)]

    def worst(self, number: int) -> list[PairScore]:
        """The `number` pairs of highest AER, those with most errors first where it is equal.

        A pair without error is never among them.
        """
        errors = self.counts[:, 0] + self.counts[:, 1] - self.counts[:, 3] - self.counts[:, 4]
        order = np.lexsort((self.positions, -errors, -_measures(self.counts)[:, 3]))
        return [self._pair(int(place)) for place in order[: max(0, number)] if errors[place]]

    def to_dict(self) -> dict[str, Any]:
        """Values by name, the counts, and `interval`: the bounds by name, where there are any."""
        scores = {"precision": self.precision, "recall": self.recall, "f1": self.f1, "aer": self.aer}
        return {
            **_values(scores),
            "pairs": self.pairs,
            **{name: getattr(self, name) for name in COUNTED},
        }

    def _pair(self, place: int) -> PairScore:
        row = self.counts[place]
        precision, recall, f1, aer = map(float, _measures(row))
        return PairScore(int(self.positions[place]), precision, recall, f1, aer, **_named(row))


@dataclass(frozen=True, slots=True)
class Difference:
    """How much two aligners differ in AER, and whether that can be chance.

    Attributes:
        value: AER of the first less AER of the second: negative where the first is better.
        p: the p-value of "they are equally good", None where no bootstrap was asked for.
    """

    value: Score
    p: float | None

    def to_dict(self) -> dict[str, Any]:
        """`aer` (the difference), `interval` and `p`, the latter two where a bootstrap was asked for."""
        return _values({"aer": self.value}) | ({} if self.p is None else {"p": self.p})


def score(
    gold: Iterable[GoldLinks | None], found: Iterable[Alignment], *, samples: int = 1000, seed: int = 0
) -> AlignmentScores:
    """Score links against gold links, pair by pair; both may be streams.

    A pair with gold links that are none counts here. That a pair without a link in a gold file was not drawn
    is a rule for files: `pipeline.link_scores` and `pipeline.linking.gold_links` give None for it.

    Args:
        gold: the gold links of each pair; None for a pair that has no gold, which is left out.
        found: the links of the same pairs, in the same order.
        samples: bootstrap samples; 0 for no intervals.
        seed: of the bootstrap; the same seed gives the same intervals.

    Raises:
        ValueError: the two differ in length.
    """
    rows = [
        (position, *count(links, alignment))
        for position, (links, alignment) in enumerate(zip(gold, found, strict=True))
        if links is not None
    ]
    table = np.array(rows, dtype=np.int64).reshape(len(rows), 6)
    return AlignmentScores.of_counts(*table.T[1:], positions=table[:, 0], samples=samples, seed=seed)


def count(gold: GoldLinks, found: Alignment) -> tuple[int, int, int, int, int]:
    """The sizes of A, S, P, A ∩ S and A ∩ P in one pair, as `COUNTED` names them."""
    links = {(link.source, link.target) for link in found.links}
    return (
        len(links),
        len(gold.sure),
        len(gold.possible),
        len(links & gold.sure),
        len(links & gold.possible),
    )


def difference(
    first: AlignmentScores, second: AlignmentScores, *, samples: int = 1000, seed: int = 0
) -> Difference:
    """The difference in AER between two aligners over the same pairs, by the paired bootstrap.

    Each sample draws the same pairs for both. The p-value is two-sided: the share of samples whose
    difference is as far from the difference found as that is from zero (Berg-Kirkpatrick, Burkett and
    Klein 2012, section 2, who ask the one-sided question), the corpus itself counted as a sample:
    p = (1 + #{samples: |d* - d| ≥ |d|}) / (1 + samples). It is never under 1 / (1 + samples).

    Raises:
        ValueError: the two were not scored on the same gold links.
    """
    if not np.array_equal(first.positions, second.positions) or not np.array_equal(
        first.counts[:, 1:3], second.counts[:, 1:3]
    ):
        raise ValueError("the two were scored on different gold links")
    value = first.aer.value - second.aer.value
    drawn = _draw(np.concatenate([first.counts, second.counts], axis=1), samples, seed)
    if drawn is None:
        return Difference(Score(value), None)
    resampled = _measures(drawn[:, :5])[:, 3] - _measures(drawn[:, 5:])[:, 3]
    # a hair less than |d|: two sums of one value must not differ by how they were rounded
    as_far = np.count_nonzero(np.abs(resampled - value) >= abs(value) - 1e-12)
    return Difference(_score(value, resampled), (1 + as_far) / (1 + samples))


def _check(counts: Counts) -> None:
    found, sure, possible, in_sure, in_possible = counts.T
    wrong = (
        (counts < 0).any(axis=1)
        | (in_sure > sure)
        | (in_possible > possible)
        | (sure > possible)
        | (in_sure > in_possible)
        | (in_possible > found)
        | (in_possible - in_sure > possible - sure)
    )
    if wrong.any():
        place = int(np.argmax(wrong))
        shown = ", ".join(f"{name} {value}" for name, value in _named(counts[place]).items())
        raise ValueError(f"pair {place} has counts that no sets of links have: {shown}")


def _named(row: Counts) -> dict[str, int]:
    return {name: int(value) for name, value in zip(COUNTED, row, strict=True)}


def _measures(counts: NDArray[Any]) -> Floats:
    """Precision, recall, F1 and AER (..., 4) of counts (..., 5)."""
    found, sure, _, in_sure, in_possible = (counts[..., i] for i in range(5))
    precision, recall = in_possible / np.maximum(found, 1), in_sure / np.maximum(sure, 1)
    both = precision + recall
    f1 = 2 * precision * recall / np.where(both > 0, both, 1)
    # the errors over the links, which is the formula without the rounding of 1 - x
    aer = (found + sure - in_sure - in_possible) / np.maximum(found + sure, 1)
    return np.stack([precision, recall, f1, aer], axis=-1)


def _draw(counts: Counts, samples: int, seed: int) -> Floats | None:
    """The sums (samples, columns) of bootstrap samples of the rows of `counts` (pairs, columns).

    The same number of rows and the same seed draw the same rows.
    """
    if samples < 1 or len(counts) == 0:
        return None
    generator = np.random.default_rng(seed)
    rows = counts.astype(np.float64)
    if len(rows) > _MOST_DRAWN:
        rows = _grouped(rows, generator)
    drawn = np.empty((samples, rows.shape[1]))
    step = max(1, _CELLS // len(rows))
    for begin in range(0, samples, step):
        size = min(step, samples - begin)
        chosen = generator.integers(0, len(rows), (size, len(rows)))
        chosen += len(rows) * np.arange(size)[:, None]
        times = np.bincount(chosen.ravel(), minlength=size * len(rows)).reshape(size, len(rows))
        drawn[begin : begin + size] = times.astype(np.float64) @ rows
    return drawn


def _grouped(rows: Floats, generator: np.random.Generator) -> Floats:
    """The sums of `_MOST_DRAWN` random groups of rows, of equal size but for one."""
    group = generator.permutation(len(rows)) % _MOST_DRAWN
    return np.stack([np.bincount(group, column, _MOST_DRAWN) for column in rows.T], axis=1)


def _score(value: float, resampled: Floats | None) -> Score:
    if resampled is None:
        return Score(float(value))
    low, high = np.quantile(resampled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Score(float(value), Interval(float(low), float(high)))


def _values(scores: dict[str, Score]) -> dict[str, Any]:
    values: dict[str, Any] = {name: score.value for name, score in scores.items()}
    intervals = {
        name: [score.interval.low, score.interval.high]
        for name, score in scores.items()
        if score.interval is not None
    }
    return values | ({"interval": intervals} if intervals else {})
