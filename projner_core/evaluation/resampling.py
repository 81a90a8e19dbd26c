"""Samples of two predictions over the same pairs: what `significance.py` judges by.

Pairs whose counts are the same are drawn together: how often each kind of pair comes up is multinomial, and
how many of a kind are swapped is binomial. That is the same distribution, at a fraction of the work. Where
there are more than 4,000 kinds, pairs are first put into 4,000 random groups of equal size (but for one
pair), and groups are drawn: F1 is a ratio of sums, and sums over groups vary from sample to sample as sums
over pairs do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from projner_core.evaluation.findings import Finding

_MOST_KINDS = _MOST_GROUPS = 4_000
_DRAWN = 1 << 20  # random numbers held at a time
_HAIR = 1e-12  # two sums of one value must not differ by how they were rounded

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

# Columns of the counts of a pair: what F1 and exact match need of the first, then the same of the second.
_SIZE, _CORRECT, _EXACT = range(3)  # gold + predicted entities, correct ones, 1 where the sentence is exact


def count(one: Sequence[Sequence[Finding]], other: Sequence[Sequence[Finding]]) -> Counts:
    """What F1 and exact match need of each pair, of the first and of the second, (pairs, 6).

    Raises:
        ValueError: the two are not of the same pairs against the same gold entities.
    """
    if len(one) != len(other):
        raise ValueError(f"the first has findings of {len(one)} pairs, the second of {len(other)}")
    rows = np.zeros((len(one), 6), dtype=np.int64)
    for position, (ours, theirs) in enumerate(zip(one, other, strict=True)):
        if not ours and not theirs:
            rows[position] = (0, 0, 1, 0, 0, 1)
            continue
        if _gold(ours) != _gold(theirs):
            raise ValueError(f"the two have different gold entities in pair {position}: evaluate both anew")
        rows[position] = (*_counts(ours), *_counts(theirs))
    return rows


def _gold(findings: Sequence[Finding]) -> set[tuple[int, int, str]]:
    return {(f.gold.start, f.gold.end, f.gold.label) for f in findings if f.gold is not None}


def _counts(findings: Sequence[Finding]) -> tuple[int, int, int]:
    size = sum((f.gold is not None) + (f.predicted is not None) for f in findings)
    wrong = sum(f.wrong for f in findings)
    return size, len(findings) - wrong, int(wrong == 0)


def measures(totals: NDArray[Any], pairs: int) -> Floats:
    """F1 and exact match accuracy (2 predictions, 2) of totals (6,)."""
    return np.stack([_of_one(totals[:3], pairs), _of_one(totals[3:], pairs)])


def gap(totals: NDArray[Any], pairs: int) -> Floats:
    """The differences in F1 and exact match accuracy (..., 2) of totals (..., 6)."""
    return _of_one(totals[..., :3], pairs) - _of_one(totals[..., 3:], pairs)


def _of_one(totals: NDArray[Any], pairs: int) -> Floats:
    f1 = 2 * totals[..., _CORRECT] / np.maximum(totals[..., _SIZE], 1)
    return np.stack([f1, totals[..., _EXACT] / max(1, pairs)], axis=-1)


def bootstrap(rows: Counts, samples: int, seed: int) -> Floats | None:
    """The differences (samples, 2) of bootstrap samples."""
    if samples < 1 or len(rows) == 0:
        return None
    generator = np.random.default_rng([seed, 0])
    kinds, frequency = np.unique(rows, axis=0, return_counts=True)
    if len(kinds) > _MOST_KINDS:
        group = generator.permutation(len(rows)) % _MOST_GROUPS
        kinds = np.stack([np.bincount(group, column, _MOST_GROUPS) for column in rows.T], axis=1)
        frequency = np.ones(_MOST_GROUPS, dtype=np.int64)
    order = np.argsort(-frequency, kind="stable")
    table, frequency = kinds[order].astype(np.float64), frequency[order]
    units = int(frequency.sum())  # pairs, or groups of pairs
    chances = frequency / units
    step = max(1, _DRAWN // len(table))
    drawn = np.concatenate(
        [
            generator.multinomial(units, chances, size=min(step, samples - begin)) @ table
            for begin in range(0, samples, step)
        ]
    )
    return gap(drawn, len(rows))


def randomise(rows: Counts, samples: int, seed: int) -> Floats | None:
    """The differences (samples, 2) after swapping the two predictions of random pairs."""
    if samples < 1 or len(rows) == 0:
        return None
    generator = np.random.default_rng([seed, 1])
    # What a swap adds to the first and takes from the second: most pairs are alike in it, many have nothing.
    moved = rows[:, 3:] - rows[:, :3]
    kinds, frequency = np.unique(moved[moved.any(axis=1)], axis=0, return_counts=True)
    total = rows.sum(axis=0)
    swapped = np.zeros((samples, 3))
    for kind, number in zip(kinds, frequency, strict=True):
        swapped += generator.binomial(number, 0.5, size=samples)[:, None] * kind
    return gap(np.concatenate([total[:3] + swapped, total[3:] - swapped], axis=1), len(rows))


def share(distances: Floats, found: float) -> float:
    """How many of the samples are as far away as what was found, which is counted as one of them."""
    return float((1 + np.count_nonzero(distances >= found - _HAIR)) / (1 + len(distances)))
