"""What findings add up to: every figure of an evaluation, and the key under which its examples are kept.

A key is a text such as `outcome=missing`, `cause=outscored`, `outcome=boundary cause=outscored`,
`gold=PER predicted=LOC`, `label=PER outcome=missing`, `length=3 wrong`. Whoever draws a figure takes
the key from `key(...)`; whoever keeps the examples takes all keys of a finding from `keys(...)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from projner_core.corpus import Pair
from projner_core.evaluation.entities import EntityScores, Scores
from projner_core.evaluation.findings import Cause, Finding, Outcome

DIMENSIONS = ("label", "length", "position", "script", "seen", "form", "language")


@dataclass(frozen=True, slots=True)
class Row:
    """One value of a dimension: `label` PER, `length` 3, …

    Attributes:
        value: the value, as shown.
        scores: strict scores of the entities with this value (a predicted entity has the value of the
            gold entity that it answers, else its own).
        outcomes: how many findings of each outcome.
    """

    value: str
    scores: EntityScores
    outcomes: dict[Outcome, int]


@dataclass(frozen=True, slots=True)
class Lenient:
    """Counts of one scheme of SemEval-2013 task 9.1, as nervaluate names them; they add up:
    possible = correct + incorrect + partial + missing, actual = correct + incorrect + partial + spurious."""

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


@dataclass(frozen=True, slots=True)
class Summary:
    """Every figure of an evaluation.

    Attributes:
        scores: strict micro, macro, by label, exact match, with intervals.
        lenient: scheme (`strict`, `exact`, `partial`, `type`) -> its counts.
        outcomes: how many findings of each outcome; totals reconcile.
        causes: cause -> how many findings of each outcome.
        confusion: gold label -> predicted label -> how many, over findings that have both; "" stands for
            none (missing, spurious).
        dimensions: dimension -> its rows, in the order to show them.
        projected: source entities that were projected, and all of them; None where what was evaluated is
            no projection.
    """

    scores: Scores
    lenient: dict[str, Lenient]
    outcomes: dict[Outcome, int]
    causes: dict[Cause, dict[Outcome, int]]
    confusion: dict[str, dict[str, int]]
    dimensions: dict[str, tuple[Row, ...]]
    projected: tuple[int, int] | None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        raise NotImplementedError

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Summary:
        """The inverse of `to_dict`."""
        raise NotImplementedError


def summarise(
    pairs: Iterable[Pair],
    findings: Sequence[Sequence[Finding]],
    *,
    projected: tuple[int, int] | None = None,
    samples: int = 1000,
    seed: int = 0,
) -> Summary:
    """Add up the findings of a corpus, pair by pair."""
    raise NotImplementedError


def key(**facets: str) -> str:
    """The key of a figure: `key(label="PER", outcome="missing")`; facets in the order of this module."""
    raise NotImplementedError


def keys(
    pair: Pair, findings: Sequence[Finding], seen: Mapping[tuple[str, str], int] | None = None
) -> set[str]:
    """All keys under which a pair is kept as an example."""
    raise NotImplementedError
