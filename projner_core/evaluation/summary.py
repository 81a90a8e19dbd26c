"""What findings add up to: every figure of an evaluation, and the key under which its examples are kept.

Whoever draws a figure takes its key from `key(...)`; whoever keeps the examples takes all keys of a pair
from `keys(...)`, or those of a whole corpus from `examples(...)`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Self

from projner_core.corpus import Pair
from projner_core.evaluation.dimensions import DIMENSIONS, POSITIONS, Seen, Values, values
from projner_core.evaluation.entities import EntityScores, Scores, score, score_kinds
from projner_core.evaluation.findings import Cause, Finding, Outcome
from projner_core.evaluation.keys import facets, key
from projner_core.evaluation.lenient import Lenient, by_scheme

__all__ = ["DIMENSIONS", "Lenient", "Row", "Summary", "examples", "facets", "key", "keys", "summarise"]

_Kind = tuple[int, int, int]  # gold, predicted, correct entities of a sentence


@dataclass(frozen=True, slots=True)
class Row:
    """One value of a dimension: `label` PER, `length` 3, …

    Attributes:
        value: the value, as shown.
        scores: strict scores of the entities with this value (a predicted entity has the value of the
            gold entity that it answers, else its own). Of `label` they are the scores by label, where a
            predicted entity counts under its own label, as everywhere in the field.
        outcomes: how many findings of each outcome; of `label`, by the gold label where there is one.
    """

    value: str
    scores: EntityScores
    outcomes: dict[Outcome, int]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"value": self.value, "scores": self.scores.to_dict(), "outcomes": _named(self.outcomes)}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        return cls(kept["value"], EntityScores.from_dict(kept["scores"]), _outcomes(kept["outcomes"]))


@dataclass(frozen=True, slots=True)
class Summary:
    """Every figure of an evaluation.

    Attributes:
        scores: strict micro, macro, by label, exact match, with intervals.
        lenient: scheme (`strict`, `exact`, `partial`, `type`) -> its counts.
        outcomes: how many findings of each outcome; totals reconcile.
        causes: cause -> how many findings of each outcome; findings without a cause are left out.
        confusion: gold label -> predicted label -> how many findings; "" stands for none (missing,
            spurious).
        dimensions: dimension -> its rows, in the order to show them.
        projected: source entities that were projected, and all of them; None where what was evaluated is
            no projection.
        dropped: label that gold does not mark -> how many predicted entities were left out for it
            (`evaluation.unmarked`); empty where none was.
    """

    scores: Scores
    lenient: dict[str, Lenient]
    outcomes: dict[Outcome, int]
    causes: dict[Cause, dict[Outcome, int]]
    confusion: dict[str, dict[str, int]]
    dimensions: dict[str, tuple[Row, ...]]
    projected: tuple[int, int] | None
    dropped: dict[str, int] = field(default_factory=dict)

    @property
    def projection_ratio(self) -> float | None:
        """Source entities that were projected, as a share of all; None where there is none."""
        return self.projected[0] / self.projected[1] if self.projected and self.projected[1] else None

    def to_dict(self) -> dict[str, Any]:
        """For JSON; what it holds twice is for whoever reads the JSON without this program."""
        return {
            "scores": self.scores.to_dict(),
            "lenient": {scheme: counts.to_dict() for scheme, counts in self.lenient.items()},
            "outcomes": _named(self.outcomes),
            "causes": {cause.value: _named(outcomes) for cause, outcomes in self.causes.items()},
            "confusion": {gold: dict(row) for gold, row in self.confusion.items()},
            "dimensions": {name: [row.to_dict() for row in rows] for name, rows in self.dimensions.items()},
            "projected": None if self.projected is None else list(self.projected),
            "projection_ratio": self.projection_ratio,
            "dropped": dict(self.dropped),
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        projected = kept["projected"]
        return cls(
            scores=Scores.from_dict(kept["scores"]),
            lenient={scheme: Lenient.from_dict(counts) for scheme, counts in kept["lenient"].items()},
            outcomes=_outcomes(kept["outcomes"]),
            causes={Cause(cause): _outcomes(outcomes) for cause, outcomes in kept["causes"].items()},
            confusion={gold: dict(row) for gold, row in kept["confusion"].items()},
            dimensions={
                name: tuple(Row.from_dict(row) for row in rows) for name, rows in kept["dimensions"].items()
            },
            projected=None if projected is None else (int(projected[0]), int(projected[1])),
            dropped=dict(kept.get("dropped", {})),
        )


def summarise(
    pairs: Iterable[Pair],
    findings: Sequence[Sequence[Finding]],
    *,
    projected: tuple[int, int] | None = None,
    known: Iterable[tuple[str, str]] | None = None,
    dropped: Mapping[str, int] | None = None,
    samples: int = 1000,
    seed: int = 0,
) -> Summary:
    """Add up the findings of a corpus, pair by pair.

    Args:
        pairs: the pairs in their order; may be a stream.
        findings: the findings of each pair.
        projected: source entities that were projected, and all of them, for a projection.
        known: (form, label) of the entities of a training file, which decide what is `seen`; None: the
            gold entities of earlier sentences do.
        dropped: predicted entities that were left out before, by label.
        samples: bootstrap samples; 0 for no intervals.
        seed: of the bootstrap.

    Raises:
        ValueError: there are not as many pairs as findings.
    """
    gold = [[found.gold for found in own if found.gold is not None] for own in findings]
    predicted = [[found.predicted for found in own if found.predicted is not None] for own in findings]
    scores = score(gold, predicted, samples=samples, seed=seed)
    outcomes = Counter(found.outcome for own in findings for found in own)
    causes = Counter((found.cause, found.outcome) for own in findings for found in own if found.cause)
    confusion = Counter(_labels(found) for own in findings for found in own)
    tally = _Tally()
    for own, valued in zip(findings, _valued(pairs, findings, Seen(known)), strict=True):
        tally.add(own, valued)
    return Summary(
        scores=scores,
        lenient=by_scheme(outcomes),
        outcomes=_all(outcomes),
        causes={
            cause: _all({outcome: number for (of, outcome), number in causes.items() if of is cause})
            for cause in Cause
            if any(of is cause for of, _ in causes)
        },
        confusion={
            label: {other: number for (one, other), number in sorted(confusion.items()) if one == label}
            for label in sorted({one for one, _ in confusion})
        },
        dimensions=tally.rows(scores, samples, seed),
        projected=projected,
        dropped=dict(dropped or {}),
    )


def keys(pair: Pair, findings: Sequence[Finding], seen: Seen | None = None) -> set[str]:
    """All keys under which a pair is kept as an example.

    Args:
        pair: the pair.
        findings: its findings.
        seen: what went before; the caller lets it `take` the pair afterwards. None: no key of `seen`.
    """
    return _keys(findings, values(pair, findings, seen))


def examples(
    pairs: Iterable[Pair],
    findings: Sequence[Sequence[Finding]],
    *,
    known: Iterable[tuple[str, str]] | None = None,
) -> dict[str, list[int]]:
    """Every key of a corpus, and the positions of the pairs behind it, in order.

    Arguments as those of `summarise`.
    """
    positions: defaultdict[str, list[int]] = defaultdict(list)
    valued = _valued(pairs, findings, Seen(known))
    for position, (own, their) in enumerate(zip(findings, valued, strict=True)):
        for name in _keys(own, their):
            positions[name].append(position)
    return dict(positions)


def _valued(
    pairs: Iterable[Pair], findings: Sequence[Sequence[Finding]], seen: Seen
) -> Iterator[list[Values]]:
    for pair, own in zip(pairs, findings, strict=True):
        yield values(pair, own, seen)
        seen.take(pair, own)


class _Tally:
    """Counts of each value of each dimension."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[int, str], Counter[_Kind]] = defaultdict(Counter)
        self._outcomes: dict[tuple[int, str], Counter[Outcome]] = defaultdict(Counter)
        self._sentences = 0

    def add(self, findings: Sequence[Finding], valued: Sequence[Values]) -> None:
        self._sentences += 1
        counts: dict[tuple[int, str], list[int]] = {}
        for found, own in zip(findings, valued, strict=True):
            for dimension in enumerate(own):
                count = counts.setdefault(dimension, [0, 0, 0])
                count[0] += found.gold is not None
                count[1] += found.predicted is not None
                count[2] += not found.wrong
                self._outcomes[dimension][found.outcome] += 1
        for dimension, (gold, predicted, correct) in counts.items():
            self._kinds[dimension][gold, predicted, correct] += 1

    def rows(self, scores: Scores, samples: int, seed: int) -> dict[str, tuple[Row, ...]]:
        by_dimension: dict[str, tuple[Row, ...]] = {}
        for number, name in enumerate(DIMENSIONS):
            found = [value for at, value in self._outcomes if at == number]
            if name == "label":
                found = list(scores.by_label)
            rows = [
                Row(
                    value,
                    scores.by_label[value]
                    if name == "label"
                    else score_kinds(self._with_none(number, value), samples=samples, seed=seed),
                    _all(self._outcomes.get((number, value), {})),
                )
                for value in found
            ]
            by_dimension[name] = tuple(sorted(rows, key=_ORDERS.get(name, _by_value)))
        return by_dimension

    def _with_none(self, number: int, value: str) -> Mapping[_Kind, int]:
        kinds = self._kinds[number, value]
        without = self._sentences - kinds.total()
        return kinds | Counter({(0, 0, 0): without} if without else {})


def _by_value(row: Row) -> tuple[float, str]:
    return 0, row.value


_ORDERS = {
    "position": lambda row: (POSITIONS.index(row.value), row.value),
    "script": lambda row: (-row.scores.gold, row.value),  # the script of the corpus first
}


def _keys(findings: Sequence[Finding], valued: Sequence[Values]) -> set[str]:
    wrong = any(found.wrong for found in findings)
    found_keys = {key(wrong="") if wrong else key(exact="")}
    for found, own in zip(findings, valued, strict=True):
        found_keys |= _keys_of(own, _labels(found), found.outcome, found.cause)
    return found_keys


@lru_cache(maxsize=1 << 16)
def _keys_of(
    valued: Values, labels: tuple[str, str], outcome: Outcome, cause: Cause | None
) -> frozenset[str]:
    gold, predicted = labels
    parts: list[dict[str, str]] = [{"outcome": outcome}, {"gold": gold, "predicted": predicted}]
    if cause is not None:
        parts += [{"cause": cause}, {"outcome": outcome, "cause": cause}]
    for name, value in zip(DIMENSIONS, valued, strict=True):
        if name == "seen" and not value:
            continue
        parts += [{name: value}, {name: value, "outcome": outcome}]
        if outcome is not Outcome.CORRECT:
            parts.append({name: value, "wrong": ""})
    return frozenset(key(**part) for part in parts)


def _labels(found: Finding) -> tuple[str, str]:
    return (
        "" if found.gold is None else found.gold.label,
        "" if found.predicted is None else found.predicted.label,
    )


def _all(counts: Mapping[Outcome, int]) -> dict[Outcome, int]:
    return {outcome: counts.get(outcome, 0) for outcome in Outcome}


def _named(counts: Mapping[Outcome, int]) -> dict[str, int]:
    return {outcome.value: number for outcome, number in counts.items()}


def _outcomes(kept: Mapping[str, int]) -> dict[Outcome, int]:
    return {Outcome(name): int(number) for name, number in kept.items()}
