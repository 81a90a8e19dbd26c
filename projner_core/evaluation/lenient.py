"""The four schemes of SemEval-2013 task 9.1, as nervaluate names them, with totals that add up.

Each scheme calls an answer correct, incorrect or partial (Segura-Bedmar, Martínez and Herrero-Zazo 2013,
section 4, after the categories of MUC-5, Chinchor and Sundheim 1993):

| the answer has | strict | exact | partial | type |
|---|---|---|---|---|
| the same tokens and label | correct | correct | correct | correct |
| the same tokens, another label | incorrect | correct | correct | incorrect |
| some tokens in common, the same label | incorrect | incorrect | partial | correct |
| some tokens in common, another label | incorrect | incorrect | partial | incorrect |

    precision = (correct + partial / 2) / actual        recall = (correct + partial / 2) / possible

with possible = gold entities and actual = predicted entities. As every entity stands in exactly one
finding, `possible` and `actual` are the same in all four schemes; where each prediction is held against
all gold entities that it overlaps, they need not be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from projner_core.evaluation.findings import Outcome

SCHEMES = ("strict", "exact", "partial", "type")
PARTIAL_WEIGHT = 0.5

_ANSWERS: dict[Outcome, tuple[str, str, str, str]] = {  # in the order of SCHEMES
    Outcome.CORRECT: ("correct", "correct", "correct", "correct"),
    Outcome.TYPE: ("incorrect", "correct", "correct", "incorrect"),
    Outcome.BOUNDARY: ("incorrect", "incorrect", "partial", "correct"),
    Outcome.TYPE_AND_BOUNDARY: ("incorrect", "incorrect", "partial", "incorrect"),
    Outcome.MISSING: ("missing", "missing", "missing", "missing"),
    Outcome.SPURIOUS: ("spurious", "spurious", "spurious", "spurious"),
}


@dataclass(frozen=True, slots=True)
class Lenient:
    """Counts of one scheme; they add up: possible = correct + incorrect + partial + missing,
    actual = correct + incorrect + partial + spurious."""

    correct: int
    incorrect: int
    partial: int
    missing: int
    spurious: int

    @property
    def possible(self) -> int:
        """Gold entities."""
        return self.correct + self.incorrect + self.partial + self.missing

    @property
    def actual(self) -> int:
        """Predicted entities."""
        return self.correct + self.incorrect + self.partial + self.spurious

    @property
    def precision(self) -> float:
        """In [0, 1]; 0 where nothing was predicted."""
        return self._credit / max(1, self.actual)

    @property
    def recall(self) -> float:
        """In [0, 1]; 0 where nothing is gold."""
        return self._credit / max(1, self.possible)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 0 where there is neither gold nor prediction."""
        return 2 * self._credit / max(1, self.possible + self.actual)

    @property
    def _credit(self) -> float:
        return self.correct + PARTIAL_WEIGHT * self.partial

    def to_dict(self) -> dict[str, Any]:
        """The counts, and what follows from them, by name."""
        return {
            **asdict(self),
            **{name: getattr(self, name) for name in ("possible", "actual", "precision", "recall", "f1")},
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        return cls(*(int(kept[name]) for name in cls.__slots__))


def by_scheme(outcomes: Mapping[Outcome, int]) -> dict[str, Lenient]:
    """The counts of each scheme, from how many findings there are of each outcome."""
    counts = {scheme: dict.fromkeys(Lenient.__slots__, 0) for scheme in SCHEMES}
    for outcome, number in outcomes.items():
        for scheme, answer in zip(SCHEMES, _ANSWERS[outcome], strict=True):
            counts[scheme][answer] += number
    return {scheme: Lenient(**counts[scheme]) for scheme in SCHEMES}
