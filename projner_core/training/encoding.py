"""Sentences as a network reads them, and batches of like length.

The first piece of each word carries its tag; of the others nothing is asked. A word without a piece (nothing
but zero-width characters) is asked nothing either. A sentence that is longer than the network may read is
read in overlapping windows, as it will be when the trained network reads it, and each word is asked in one.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from projner_core.inference.subwords import Subwords, split_composed, windows
from projner_core.inference.word_shapes import shape
from projner_core.training.config import TrainingConfig
from projner_core.training.corpora import Corpus, Example

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int32]

_AT_ONCE = 2000  # sentences that the tokenizer is given
BUCKETS = 20  # batches whose sentences are sorted by length together


@dataclass(frozen=True, slots=True)
class Item:
    """One window of a sentence, as numbers.

    Attributes:
        ids: the pieces with those around them, (pieces,).
        shapes: the shape of each piece's word, (pieces,); 0 of those around.
        first: where the words that are asked have their first piece, (asked,).
        words: the offsets of these words in the sentence, (asked,).
        sentence: the sentence it is of, as an offset into those that were encoded.
    """

    ids: Integers
    shapes: Integers
    first: Integers
    words: Integers
    sentence: int


@dataclass(frozen=True, slots=True)
class Reader:
    """From words to items.

    Attributes:
        tokenizer: of transformers.
        room: the most pieces of an item, with those around.
    """

    tokenizer: Any
    room: int

    def items(self, sentences: Sequence[Sequence[str]]) -> list[Item]:
        """The windows of every sentence, in order; of an empty sentence none."""
        found = []
        for start in range(0, len(sentences), _AT_ONCE):
            part = sentences[start : start + _AT_ONCE]
            for position, (words, pieces) in enumerate(
                zip(part, split_composed(self.tokenizer, part), strict=True)
            ):
                found += self._windows(words, pieces, start + position)
        return found

    def _windows(self, words: Sequence[str], pieces: Subwords, sentence: int) -> list[Item]:
        around = len(pieces.before) + len(pieces.after)
        ids = np.array(pieces.ids, dtype=np.int32)
        of = np.array(pieces.words, dtype=np.int32)
        begins = np.ones(len(of), dtype=bool)
        begins[1:] = of[1:] != of[:-1]
        shapes = np.array([shape(word) for word in words], dtype=np.int32)
        before = np.array(pieces.before, dtype=np.int32)
        after = np.array(pieces.after, dtype=np.int32)
        found = []
        for window in windows(len(ids), max(self.room - around, 1)):
            here = slice(window.start, window.end)
            asked = np.flatnonzero(begins[window.first : window.last]) + window.first
            found.append(
                Item(
                    np.concatenate([before, ids[here], after]),
                    np.concatenate([0 * before, shapes[of[here]], 0 * after]),
                    (asked - window.start + len(before)).astype(np.int32),
                    of[asked],
                    sentence,
                )
            )
        return found


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step learns from, as arrays.

    Attributes:
        ids, shapes, mask: (items, pieces).
        first: the first pieces of the words, (items, words), 0 where there is no word.
        tags: what is right, (items, words); -1 where there is no word.
        corpus: of each item, (items,).
    """

    ids: NDArray[np.int64]
    shapes: NDArray[np.int64]
    mask: NDArray[np.int64]
    first: NDArray[np.int64]
    tags: NDArray[np.int64]
    corpus: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    def part(self, start: int, stop: int) -> Batch:
        """Some of its items; padding that they don't need is cut off."""
        pieces = int(self.mask[start:stop].sum(axis=1).max())
        words = max(int((self.tags[start:stop] >= 0).sum(axis=1).max()), 1)
        return Batch(
            ids=self.ids[start:stop, :pieces],
            shapes=self.shapes[start:stop, :pieces],
            mask=self.mask[start:stop, :pieces],
            first=self.first[start:stop, :words],
            tags=self.tags[start:stop, :words],
            corpus=self.corpus[start:stop],
        )


def collate(items: Sequence[Item], tags: Sequence[Integers], corpus: Sequence[int], pad: int) -> Batch:
    """Items side by side, padded to the longest.

    Args:
        items: of one batch.
        tags: of each item's words, as offsets; as long as `item.words`.
        corpus: the number of each item's corpus.
        pad: the piece that fills up.
    """
    pieces = max(len(item.ids) for item in items)
    words = max(1, *(len(item.first) for item in items))
    batch = Batch(
        ids=np.full((len(items), pieces), pad, dtype=np.int64),
        shapes=np.zeros((len(items), pieces), dtype=np.int64),
        mask=np.zeros((len(items), pieces), dtype=np.int64),
        first=np.zeros((len(items), words), dtype=np.int64),
        tags=np.full((len(items), words), -1, dtype=np.int64),
        corpus=np.array(corpus, dtype=np.int64),
    )
    for row, (item, right) in enumerate(zip(items, tags, strict=True)):
        batch.ids[row, : len(item.ids)] = item.ids
        batch.shapes[row, : len(item.ids)] = item.shapes
        batch.mask[row, : len(item.ids)] = 1
        batch.first[row, : len(item.first)] = item.first
        batch.tags[row, : len(right)] = right
    return batch


class Material:
    """All training sentences as items, and the batches of each epoch.

    Which sentences a batch has, and which of them are seen in another case, is drawn from the seed and the
    number of the epoch alone: a training that goes on after it was killed sees what it would have seen.
    """

    def __init__(
        self, corpora: Sequence[Corpus], tags: Sequence[str], reader: Reader, config: TrainingConfig
    ) -> None:
        self._reader, self._config = reader, config
        self._number = {tag: offset for offset, tag in enumerate(tags)}
        self._pad = reader.tokenizer.pad_token_id or 0
        self.examples: list[Example] = [example for one in corpora for example in one.examples]
        self.corpus = [number for number, one in enumerate(corpora) for _ in one.examples]
        self.items = [
            item
            for item in reader.items([example.tokens for example in self.examples])
            if len(item.words)  # of a sentence of zero-width characters, say, nothing is to be learnt
        ]
        self._tags = [self._right(item) for item in self.items]

    def __len__(self) -> int:
        """How many steps an epoch has."""
        return -(-len(self.items) // self._config.batch_size)

    @property
    def cut(self) -> int:
        """How many sentences are read in more than one window."""
        seen: set[int] = set()
        again: set[int] = set()
        for item in self.items:
            (again if item.sentence in seen else seen).add(item.sentence)
        return len(again)

    def epoch(self, number: int) -> list[tuple[list[int], list[str]]]:
        """The batches of an epoch: positions of items, and for each the case in which it is seen."""
        draw = random.Random(f"{self._config.seed} {number}")
        order = list(range(len(self.items)))
        draw.shuffle(order)
        size = self._config.batch_size
        batches = []
        for start in range(0, len(order), size * BUCKETS):
            bucket = sorted(order[start : start + size * BUCKETS], key=lambda at: len(self.items[at].ids))
            batches += [bucket[at : at + size] for at in range(0, len(bucket), size)]
        draw.shuffle(batches)
        return [(batch, [self._case(draw) for _ in batch]) for batch in batches]

    def batch(self, positions: Sequence[int], cases: Sequence[str]) -> Batch:
        """The arrays of a batch."""
        items, tags, corpus = [], [], []
        for position, case in zip(positions, cases, strict=True):
            item, right = self.items[position], self._tags[position]
            if case:
                item, right = self._recased(item, right, case)
            items.append(item)
            tags.append(right)
            corpus.append(self.corpus[self.items[position].sentence])
        return collate(items, tags, corpus, self._pad)

    def _recased(self, item: Item, right: Integers, case: str) -> tuple[Item, Integers]:
        """The item in another case: of a sentence in windows, the one that begins where this one does."""
        words = [getattr(word, case)() for word in self.examples[item.sentence].tokens]
        begin, end = int(item.words[0]), int(item.words[-1]) + 1
        again = self._reader.items([words[begin:end]])
        if not again or not len(again[0].words):
            return item, right
        found = again[0]
        tags = self.examples[item.sentence].tags
        numbers = [self._number[tags[begin + int(word)]] for word in found.words]
        return found, np.array(numbers, dtype=np.int32)

    def _case(self, draw: random.Random) -> str:
        number = draw.random()
        if number < self._config.lower_case_share:
            return "lower"
        return "upper" if number < self._config.lower_case_share + self._config.upper_case_share else ""

    def _right(self, item: Item) -> Integers:
        tags = self.examples[item.sentence].tags
        return np.array([self._number[tags[word]] for word in item.words], dtype=np.int32)
