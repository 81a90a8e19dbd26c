"""Counts of pairs of words that outlive a block: a bundled lexicon's, or what earlier blocks taught."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from projner_core.aligners._statistical.arrays import FloatArray, IntArray, LongArray, sums
from projner_core.aligners._statistical.lexical import Pseudocounts
from projner_core.aligners._statistical.tables import Block, Table, look_up
from projner_core.aligners._statistical.words import Vocabulary

_SHIFT = 32  # a pair of words is one number: source << 32 | target
_LOW = (1 << _SHIFT) - 1


@dataclass(slots=True)
class WordCounts:
    """A sparse table of counts by pair of words, kept sorted and small.

    Attributes:
        limit: how many pairs may be kept; when there are more, the rarest go (as in lossy counting,
            Manku and Motwani 2002), at least a third of them, so that it does not happen every time.
        pairs: int64 [W], sorted; source << 32 | target, words as numbered by the vocabularies.
        counts: float64 [W].
    """

    limit: int = 1_500_000
    pairs: LongArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    counts: FloatArray = field(default_factory=lambda: np.empty(0))

    def __len__(self) -> int:
        return len(self.pairs)

    def add(
        self, source: npt.NDArray[np.integer], target: npt.NDArray[np.integer], count: FloatArray
    ) -> None:
        """Add counts, in the order given; a pair may come more than once."""
        new = (source.astype(np.int64) << _SHIFT) | target.astype(np.int64)
        pairs, where = np.unique(np.concatenate([self.pairs, new]), return_inverse=True)
        counts = sums(where, len(pairs), np.concatenate([self.counts, count]))
        if len(pairs) > self.limit:
            bar = np.partition(counts, len(counts) - self.limit * 2 // 3)[len(counts) - self.limit * 2 // 3]
            frequent = counts > bar
            pairs, counts = pairs[frequent], counts[frequent]
        self.pairs, self.counts = pairs, counts

    def words(self) -> tuple[LongArray, LongArray]:
        """The source word and the target word of each pair: two int64 [W]."""
        return self.pairs >> _SHIFT, self.pairs & _LOW

    def entries(self) -> Iterator[tuple[int, int, float]]:
        """Source word, target word, count, in order of the words' numbers."""
        source, target = self.words()
        yield from zip(source.tolist(), target.tolist(), self.counts.tolist(), strict=True)

    def pseudocounts(
        self, block: Block, source_words: Vocabulary, target_words: Vocabulary
    ) -> list[Pseudocounts]:
        """The counts as pseudo-counts, one a level of the block's tables."""
        source, target = self.words()
        return [
            _at_level(
                table, source_words.classes(level)[source], target_words.classes(level)[target], self.counts
            )
            for level, table in enumerate(block.tables)
        ]


def _at_level(table: Table, source: IntArray, target: IntArray, count: FloatArray) -> Pseudocounts:
    here, there = table.sources.number[source], table.targets.number[target]
    met = (here >= 0) & (there >= 0)
    return Pseudocounts(
        pair=look_up(table.row, table.target, len(table.targets), here[met], there[met], count[met]),
        source=sums(here[here >= 0], len(table.sources), count[here >= 0]),
        target=sums(there[there >= 0], len(table.targets), count[there >= 0]),
    )
