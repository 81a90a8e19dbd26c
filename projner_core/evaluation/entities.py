"""Strict entity scores and exact match accuracy, with bootstrap intervals.

An entity is correct where start, end and label all agree with a gold entity (seqeval's strict mode).
Precision is the share of predicted entities that are correct, recall the share of gold entities that
were found, F1 = 2 * correct / (gold + predicted). *Micro* counts over all entities; *macro* is the plain
mean over labels, those of gold and prediction alike. Exact match accuracy is the share of sentences
whose set of entities is exactly the gold set (a sentence without entities on both sides is exact), and
beside it the share of gold entities matched exactly, which is micro recall.

What would be a division by zero is 0: precision where nothing was predicted, recall where nothing is
gold, every score of no sentences at all. Spans are compared as sets: scores of spans and repeated
spans make no difference.

Intervals are percentile intervals of the bootstrap over sentences (Efron 1979): sentences are drawn
with replacement, as many as there are, and all scores computed anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from projner_core.corpus import Span

LEVEL = 0.95  # of the intervals
_MOST_KINDS = 4_000
_CELLS = 1 << 21  # random numbers held at a time

Counts = NDArray[np.int64]  # (..., 3): gold, predicted, correct
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a score lies with a confidence of 95 %."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Score:
    """A score and its interval; None where no bootstrap was asked for."""

    value: float
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class EntityScores:
    """Precision, recall and F1, in [0, 1], and the counts behind them."""

    precision: Score
    recall: Score
    f1: Score
    gold: int
    predicted: int
    correct: int

    def to_dict(self) -> dict[str, Any]:
        """Values by name, the counts, and `interval`: the bounds by name, where there are any."""
        return {
            **_values(precision=self.precision, recall=self.recall, f1=self.f1),
            "gold": self.gold,
            "predicted": self.predicted,
            "correct": self.correct,
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        precision, recall, f1 = (_kept(kept, name) for name in ("precision", "recall", "f1"))
        return cls(precision, recall, f1, *(int(kept[name]) for name in ("gold", "predicted", "correct")))


@dataclass(frozen=True, slots=True)
class ExactMatch:
    """Exact match accuracy: of sentences, and of gold entities."""

    sentence: Score
    entity: Score
    sentences: int
    exact_sentences: int

    def to_dict(self) -> dict[str, Any]:
        """Values by name, the counts, and `interval`: the bounds by name, where there are any."""
        return {
            **_values(sentence=self.sentence, entity=self.entity),
            "sentences": self.sentences,
            "exact_sentences": self.exact_sentences,
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        sentences, exact = int(kept["sentences"]), int(kept["exact_sentences"])
        return cls(_kept(kept, "sentence"), _kept(kept, "entity"), sentences, exact)


@dataclass(frozen=True, slots=True)
class Scores:
    """All of it. `by_label` is sorted by label; `macro` has the counts of `micro`."""

    micro: EntityScores
    macro: EntityScores
    by_label: dict[str, EntityScores]
    exact_match: ExactMatch

    def to_dict(self) -> dict[str, Any]:
        """For JSON: `micro.f1`, `exact_match.sentence`, `by_label.PER.recall` and so on."""
        return {
            "micro": self.micro.to_dict(),
            "macro": self.macro.to_dict(),
            "exact_match": self.exact_match.to_dict(),
            "by_label": {label: scores.to_dict() for label, scores in self.by_label.items()},
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        return cls(
            micro=EntityScores.from_dict(kept["micro"]),
            macro=EntityScores.from_dict(kept["macro"]),
            by_label={
                label: EntityScores.from_dict(kept["by_label"][label]) for label in sorted(kept["by_label"])
            },
            exact_match=ExactMatch.from_dict(kept["exact_match"]),
        )


def score(
    gold: Sequence[Iterable[Span]],
    predicted: Sequence[Iterable[Span]],
    *,
    samples: int = 1000,
    seed: int = 0,
) -> Scores:
    """Score `predicted` against `gold`, sentence by sentence.

    Args:
        gold: the entities of each sentence.
        predicted: the entities of the same sentences, in the same order.
        samples: bootstrap samples; 0 for no intervals.
        seed: of the bootstrap; the same seed gives the same intervals.

    Raises:
        ValueError: the two differ in length.
    """
    if len(gold) != len(predicted):
        raise ValueError(f"gold has {len(gold)} sentences, the prediction {len(predicted)}")
    labels, counts, exact = _count(gold, predicted)
    drawn = _draw(counts, exact, samples, seed)
    resampled, exact_resampled = drawn if drawn is not None else (None, None)

    total = counts.sum(axis=0)
    everything = total.sum(axis=0)
    macro = _mean_over_labels(_ratios(total), total)
    macro_drawn = None if resampled is None else _mean_over_labels(_ratios(resampled), resampled)
    return Scores(
        micro=_scores(
            everything,
            _ratios(everything),
            None if resampled is None else _drawn_ratios(resampled.sum(axis=1)),
        ),
        macro=_scores(everything, macro, macro_drawn),
        by_label={
            label: _scores(
                total[i], _ratios(total[i]), None if resampled is None else _drawn_ratios(resampled[:, i])
            )
            for i, label in enumerate(labels)
        },
        exact_match=ExactMatch(
            sentence=_score(
                exact.sum() / max(1, len(exact)),
                None if exact_resampled is None else exact_resampled / max(1, len(exact)),
            ),
            entity=_score(
                _ratios(everything)[1],
                None if resampled is None else _drawn_ratios(resampled.sum(axis=1))[:, 1],
            ),
            sentences=len(exact),
            exact_sentences=int(exact.sum()),
        ),
    )


def score_kinds(
    kinds: Mapping[tuple[int, int, int], int], *, samples: int = 1000, seed: int = 0
) -> EntityScores:
    """Scores of some entities only, from how many sentences have how many of them.

    Args:
        kinds: (gold, predicted, correct) entities of a sentence -> how many sentences have so many;
            sentences with none belong there too, as the bootstrap draws them.
        samples: bootstrap samples; 0 for no intervals.
        seed: of the bootstrap.
    """
    counts = np.array(sorted(kinds), dtype=np.int64).reshape(len(kinds), 3)
    frequency = np.array([kinds[kind] for kind in sorted(kinds)], dtype=np.int64)
    total = frequency @ counts
    sentences = int(frequency.sum())
    if samples < 1 or sentences == 0:
        return _scores(total, _ratios(total), None)
    drawn = np.random.default_rng(seed).multinomial(sentences, frequency / sentences, size=samples) @ counts
    return _scores(total, _ratios(total), _drawn_ratios(drawn))


def _count(
    gold: Sequence[Iterable[Span]], predicted: Sequence[Iterable[Span]]
) -> tuple[list[str], Counts, NDArray[np.bool_]]:
    """The labels; counts (sentences, labels, 3); which sentences are exact."""
    sets = [
        ({_key(s) for s in ours}, {_key(s) for s in theirs})
        for ours, theirs in zip(gold, predicted, strict=True)
    ]
    labels = sorted({label for pair in sets for side in pair for _, _, label in side})
    number = {label: i for i, label in enumerate(labels)}
    counts = np.zeros((len(sets), len(labels), 3), dtype=np.int64)
    for row, (ours, theirs) in zip(counts, sets, strict=True):
        for column, keys in enumerate((ours, theirs, ours & theirs)):
            for _, _, label in keys:
                row[number[label], column] += 1
    exact = np.array([ours == theirs for ours, theirs in sets], dtype=np.bool_)
    return labels, counts, exact


def _key(span: Span) -> tuple[int, int, str]:
    return span.start, span.end, span.label


def _draw(counts: Counts, exact: NDArray[np.bool_], samples: int, seed: int) -> tuple[Counts, Counts] | None:
    """Counts (samples, labels, 3) and exact sentences (samples,) of bootstrap samples.

    Sentences with the same counts are drawn together: how often each kind of sentence comes up is
    multinomial, and there are few kinds.
    """
    sentences, labels, _ = counts.shape
    if samples < 1 or sentences == 0:
        return None
    rows = np.column_stack([counts.reshape(sentences, -1), exact])
    kinds, frequency = np.unique(rows, axis=0, return_counts=True)
    generator = np.random.default_rng(seed)
    if len(kinds) > _MOST_KINDS:  # random groups of sentences vary as sentences do (`resampling.py`)
        group = generator.permutation(sentences) % _MOST_KINDS
        kinds = np.zeros((_MOST_KINDS, rows.shape[1]), dtype=np.int64)
        np.add.at(kinds, group, rows)
        frequency = np.ones(_MOST_KINDS, dtype=np.int64)
    units = int(frequency.sum())
    step = max(1, _CELLS // len(kinds))
    table = kinds.astype(np.float64)  # products of whole numbers: exact, and numpy is fast with them
    drawn = np.concatenate(
        [
            generator.multinomial(units, frequency / units, size=min(step, samples - begin)) @ table
            for begin in range(0, samples, step)
        ]
    ).astype(np.int64)
    return drawn[:, :-1].reshape(samples, labels, 3), drawn[:, -1]


def _ratios(counts: Counts) -> Floats:
    """Precision, recall and F1 (..., 3) of counts (..., 3)."""
    gold, predicted, correct = (counts[..., i] for i in range(3))
    tops = np.stack([correct, correct, 2 * correct], axis=-1)
    bottoms = np.stack([predicted, gold, gold + predicted], axis=-1)
    ratios: Floats = tops / np.maximum(bottoms, 1)
    return ratios


def _drawn_ratios(counts: Counts) -> Floats:
    """The same of bootstrap samples (samples, 3), NaN where a sample has nothing to reckon a score of.

    A sample that misses a rare label says nothing of it: to count it as 0 would make every interval of a
    rare label begin there.
    """
    gold, predicted, _ = (counts[..., i] for i in range(3))
    reckoned = np.stack([predicted, gold, gold + predicted], axis=-1) > 0
    return np.where(reckoned, _ratios(counts), np.nan)


def _mean_over_labels(ratios: Floats, counts: Counts) -> Floats:
    """The mean (..., 3) of (..., labels, 3), over labels that occur in these counts at all."""
    occurs = counts.any(axis=-1, keepdims=True)
    mean: Floats = (ratios * occurs).sum(axis=-2) / np.maximum(occurs.sum(axis=-2), 1)
    return mean


def _scores(counts: Counts, ratios: Floats, resampled: Floats | None) -> EntityScores:
    precision, recall, f1 = (
        _score(ratios[i], None if resampled is None else resampled[:, i]) for i in range(3)
    )
    gold, predicted, correct = (int(count) for count in counts)
    return EntityScores(precision, recall, f1, gold, predicted, correct)


def _score(value: float, resampled: Floats | None) -> Score:
    if resampled is None:
        return Score(float(value))
    resampled = resampled[np.isfinite(resampled)]
    if not len(resampled):
        return Score(float(value))
    low, high = np.quantile(resampled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Score(float(value), Interval(float(low), float(high)))


def _values(**scores: Score) -> dict[str, Any]:
    values: dict[str, Any] = {name: score.value for name, score in scores.items()}
    intervals = {
        name: [score.interval.low, score.interval.high]
        for name, score in scores.items()
        if score.interval is not None
    }
    return values | ({"interval": intervals} if intervals else {})


def _kept(kept: Mapping[str, Any], name: str) -> Score:
    """The inverse of `_values`, for one score."""
    bounds = kept.get("interval", {}).get(name)
    return Score(float(kept[name]), None if bounds is None else Interval(float(bounds[0]), float(bounds[1])))
