"""Is one prediction better than another over the same sentences, or can that be chance?

For strict micro F1 and for exact match accuracy of sentences, with d = the first's less the second's:

- The **paired bootstrap** draws the same pairs for both, with replacement, as many as there are. It gives
  the interval of d, and a two-sided p-value: the share of samples whose difference is as far from d as d
  is from zero (Berg-Kirkpatrick, Burkett and Klein 2012, section 2, who ask the one-sided question).
- **Approximate randomisation** swaps the two predictions of each pair with a chance of one half; p is the
  share of swaps whose |d| is at least the one found (Noreen 1989, chapter 2; Yeh 2000, section 3).
- **McNemar's test**, exact: of the n sentences that only one of the two got right, each is as likely the
  first's as the second's, if they are equally good; p = min(1, 2 · P(X ≤ fewer of the two)) with X
  binomial(n, 1/2) (McNemar 1947; the exact form is the sign test).

Samples count the corpus itself as one of them, so that no p is under 1 / (1 + samples).

How samples are drawn is said in `resampling.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import numpy as np

from projner_core.evaluation import resampling
from projner_core.evaluation.entities import LEVEL, Interval, Score
from projner_core.evaluation.findings import Finding
from projner_core.evaluation.words import isolated

Cell = Literal["both-right", "only-first", "only-second", "both-wrong"]
CELLS: tuple[Cell, ...] = ("both-right", "only-first", "only-second", "both-wrong")
SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure of both, and how far they are apart.

    Attributes:
        first, second: the measure, in [0, 1].
        difference: first less second, with its interval; positive where the first is better.
        bootstrap: p by the paired bootstrap; None where no samples were asked for or there are no pairs.
        randomisation: p by approximate randomisation; None likewise.
    """

    first: float
    second: float
    difference: Score
    bootstrap: float | None
    randomisation: float | None

    @property
    def significant(self) -> bool:
        """Whether approximate randomisation gives less than .05; False where it was not asked."""
        return self.randomisation is not None and self.randomisation < SIGNIFICANT

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        interval = self.difference.interval
        return {
            "first": self.first,
            "second": self.second,
            "difference": self.difference.value,
            "interval": None if interval is None else [interval.low, interval.high],
            "p_bootstrap": self.bootstrap,
            "p_randomisation": self.randomisation,
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        bounds = kept["interval"]
        return cls(
            first=kept["first"],
            second=kept["second"],
            difference=Score(kept["difference"], None if bounds is None else Interval(*bounds)),
            bootstrap=kept["p_bootstrap"],
            randomisation=kept["p_randomisation"],
        )


@dataclass(frozen=True, slots=True)
class FourWay:
    """Sentences by who got all their entities right, and how likely chance alone divides them so."""

    both_right: int
    only_first: int
    only_second: int
    both_wrong: int
    mcnemar: float

    @property
    def cells(self) -> dict[Cell, int]:
        """The counts by the names that keys of examples use: `cell=only-first`."""
        return dict(
            zip(CELLS, (self.both_right, self.only_first, self.only_second, self.both_wrong), strict=True)
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """How two predictions over the same pairs differ.

    Attributes:
        f1: strict micro F1.
        exact: exact match accuracy of sentences.
        table: sentences by who got them right.
        pairs: how many pairs.
        samples: how many samples stand behind intervals and p-values; 0 for none.
    """

    f1: Compared
    exact: Compared
    table: FourWay
    pairs: int
    samples: int

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "f1": self.f1.to_dict(),
            "exact": self.exact.to_dict(),
            "table": asdict(self.table),
            "pairs": self.pairs,
            "samples": self.samples,
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        return cls(
            f1=Compared.from_dict(kept["f1"]),
            exact=Compared.from_dict(kept["exact"]),
            table=FourWay(**kept["table"]),
            pairs=kept["pairs"],
            samples=kept["samples"],
        )

    def in_words(self, first: str = "the first", second: str = "the second") -> str:
        """What it comes to, in two sentences for a reader who is no statistician.

        Args:
            first, second: what to call the two.
        """
        if not self.pairs:
            return "There are no pairs to compare them by."
        first, second = isolated(first), isolated(second)
        return f"{_of_f1(self.f1, first, second)} {_of_sentences(self.table, first, second)}"


def difference(
    one: Sequence[Sequence[Finding]],
    other: Sequence[Sequence[Finding]],
    *,
    samples: int = 10_000,
    seed: int = 0,
) -> Difference:
    """How the prediction behind the findings `one` differs from that behind `other`.

    Args:
        one: the findings of each pair, of the first prediction.
        other: the findings of the same pairs, in the same order, of the second.
        samples: of the bootstrap, and of approximate randomisation; 0 for neither.
        seed: of both; the same seed gives the same figures.

    Raises:
        ValueError: the two are not of the same pairs against the same gold entities.
    """
    rows = resampling.count(one, other)
    total = rows.sum(axis=0)
    found = resampling.measures(total, len(rows))
    gap = resampling.gap(total, len(rows))
    bootstrapped = resampling.bootstrap(rows, samples, seed)
    swapped = resampling.randomise(rows, samples, seed)
    compared = [
        Compared(
            first=float(found[0, i]),
            second=float(found[1, i]),
            difference=_score(gap[i], None if bootstrapped is None else bootstrapped[:, i]),
            bootstrap=None
            if bootstrapped is None
            else resampling.share(np.abs(bootstrapped[:, i] - gap[i]), abs(gap[i])),
            randomisation=None if swapped is None else resampling.share(np.abs(swapped[:, i]), abs(gap[i])),
        )
        for i in range(2)
    ]
    return Difference(
        f1=compared[0],
        exact=compared[1],
        table=_four_way(one, other),
        pairs=len(rows),
        samples=samples if bootstrapped is not None else 0,
    )


def cells(one: Sequence[Sequence[Finding]], other: Sequence[Sequence[Finding]]) -> Iterator[Cell]:
    """The cell of the four-way table in which each pair stands, in order."""
    for ours, theirs in zip(one, other, strict=True):
        yield _CELL[_exact(ours), _exact(theirs)]


_CELL: dict[tuple[bool, bool], Cell] = {
    (True, True): "both-right",
    (True, False): "only-first",
    (False, True): "only-second",
    (False, False): "both-wrong",
}


def _exact(findings: Sequence[Finding]) -> bool:
    return not any(found.wrong for found in findings)


def _four_way(one: Sequence[Sequence[Finding]], other: Sequence[Sequence[Finding]]) -> FourWay:
    counts = dict.fromkeys(CELLS, 0)
    for cell in cells(one, other):
        counts[cell] += 1
    both_right, only_first, only_second, both_wrong = counts.values()
    return FourWay(both_right, only_first, only_second, both_wrong, mcnemar(only_first, only_second))


def mcnemar(only_first: int, only_second: int) -> float:
    """The p-value of McNemar's exact test, two-sided; 1.0 where neither is ever right alone."""
    from scipy.special import bdtr  # the binomial distribution; light, where scipy.stats takes a second

    alone = only_first + only_second
    return min(1.0, 2 * float(bdtr(min(only_first, only_second), alone, 0.5))) if alone else 1.0


def _score(value: float, resampled: resampling.Floats | None) -> Score:
    if resampled is None:
        return Score(float(value))
    low, high = np.quantile(resampled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Score(float(value), Interval(float(low), float(high)))


def _of_f1(f1: Compared, first: str, second: str) -> str:
    points, interval = 100 * f1.difference.value, f1.difference.interval
    if round(abs(points), 1) == 0:
        same = f"{_capital(first)} and {second} have the same F1{' to a tenth of a point' if points else ''}"
        if interval is None:
            return f"{same}."
        low, high = 100 * interval.low, 100 * interval.high
        return f"{same} (95 % interval of the difference {_points(low)} to {_points(high)})."
    better, worse = (first, second) if points > 0 else (second, first)
    text = f"{_capital(better)} is better than {worse} by {abs(points):.1f} points of F1"
    if interval is None or f1.randomisation is None:
        return f"{text}."
    low, high = 100 * interval.low, 100 * interval.high
    if points < 0:
        low, high = -high, -low
    verdict = "" if f1.significant else ", so it may well be chance"
    return (
        f"{text} (95 % interval {_points(low)} to {_points(high)}); were the two equally good, a difference "
        f"this large would come about by chance in {_chance(f1.randomisation)} of cases{verdict}."
    )


def _of_sentences(table: FourWay, first: str, second: str) -> str:
    if not table.only_first and not table.only_second:
        return "Both get the same sentences right." if table.both_right else "Neither gets a sentence right."
    if table.only_first == table.only_second:
        number = table.only_first
        return f"Each of them alone gets {number:,} {_sentences(number)} right, so many the one as the other."
    return (
        f"{_capital(first)} alone gets {table.only_first:,} {_sentences(table.only_first)} right, {second} "
        f"alone {table.only_second:,}: chance alone divides them so unequally in {_chance(table.mcnemar)} "
        "of cases."
    )


def _sentences(number: int) -> str:
    return "sentence" if number == 1 else "sentences"


def _points(value: float) -> str:
    return f"{value:.1f}".replace("-0.0", "0.0").replace("-", "−")


def _chance(p: float) -> str:
    if p < 0.001:
        return "less than 0.1 %"
    return f"{100 * p:.1f} %" if p < 0.1 else f"{100 * p:.0f} %"


def _capital(name: str) -> str:
    """Only our own words begin a sentence with a capital: the name of a layer stays as it is."""
    return "T" + name[1:] if name in ("the first", "the second") else name
