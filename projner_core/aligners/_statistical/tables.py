"""The pairs of words that meet in a block, numbered, at every level of back-off.

A block of sentence pairs has one *cell* for each source token and target token of one pair, laid out
pair after pair, row after row (a row is a source token). A cell points to its pair of words; a pair
of words points to its pair of stems, and so on up: one array a cell is enough for all levels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

from projner_core.aligners._statistical.arrays import FloatArray, IntArray, LongArray, ShapeArray, sums
from projner_core.aligners._statistical.words import LEVELS, Vocabulary


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes that one side of a block has at one level (words at level 0, stems above).

    Attributes:
        number: int32 [classes in the vocabulary]; a class's number in the block, or -1.
        count: float64 [N]; how many tokens are of each class.
        parent: int32 [N]; the class one level up (zeros at the top).
        share: float64 [N]; which share of its parent's tokens a class has (ones at the top).
    """

    number: IntArray
    count: FloatArray
    parent: IntArray
    share: FloatArray

    def __len__(self) -> int:
        return len(self.count)


@dataclass(frozen=True, slots=True)
class Table:
    """The P distinct pairs of source and target class that meet at one level.

    Attributes:
        sources, targets: the classes of both sides.
        row: int64 [sources + 1]; the pairs of source class s are row[s] … row[s + 1] - 1.
        source, target: int32 [P]; the classes of each pair.
        parent: int32 [P]; each pair's pair one level up (zeros at the top).
    """

    sources: Classes
    targets: Classes
    row: LongArray
    source: IntArray
    target: IntArray
    parent: IntArray

    def __len__(self) -> int:
        return len(self.source)


@dataclass(frozen=True, slots=True)
class Block:
    """K sentence pairs as numbers.

    Attributes:
        source_length, target_length: int64 [K].
        source_start, target_start: int64 [K + 1]; where a pair's tokens begin.
        cell_start: int64 [K + 1]; where a pair's cells begin.
        source_token, target_token: int32 [tokens]; the word of each token, as numbered in `tables[0]`.
        source_shape, target_shape: int8 [tokens]; the `Shape` of each token.
        cell: int32 [C]; the pair of words of each cell, as numbered in `tables[0]`.
        tables: one a level, words first.
    """

    source_length: LongArray
    target_length: LongArray
    source_start: LongArray
    target_start: LongArray
    cell_start: LongArray
    source_token: IntArray
    target_token: IntArray
    source_shape: ShapeArray
    target_shape: ShapeArray
    cell: IntArray
    tables: tuple[Table, ...]

    def __len__(self) -> int:
        return len(self.source_length)


@dataclass(frozen=True, slots=True)
class Text:
    """One side of some sentence pairs.

    Attributes:
        vocabulary: numbers its words.
        sentences: the words of each sentence; none may be empty.
        shapes: the `Shape` of each token of each sentence.
    """

    vocabulary: Vocabulary
    sentences: list[Sequence[int]]
    shapes: list[Sequence[int]]

    def add(self, words: Sequence[int], shapes: Sequence[int]) -> None:
        """Append a sentence."""
        self.sentences.append(words)
        self.shapes.append(shapes)

    @property
    def lengths(self) -> LongArray:
        """int64 [sentences]."""
        return np.array([len(sentence) for sentence in self.sentences], dtype=np.int64)

    def flat_shapes(self) -> ShapeArray:
        """int8 [tokens]."""
        return np.array([shape for sentence in self.shapes for shape in sentence], dtype=np.int8)


def build_block(source_text: Text, target_text: Text) -> Block:
    """Number what meets in these sentence pairs."""
    source_length, target_length = source_text.lengths, target_text.lengths
    source_start, target_start = _starts(source_length), _starts(target_length)
    cell_start = _starts(source_length * target_length)
    source_token, source_levels = _classes(source_text)
    target_token, target_levels = _classes(target_text)

    first, second = _words_of_cells(source_start, target_start, cell_start, source_token, target_token)
    cell, row, source, target = number_pairs(first, second, len(source_levels[0]), len(target_levels[0]))
    tables: list[Table] = []
    for level in range(LEVELS):
        above: tuple[IntArray, LongArray, IntArray, IntArray] | None = None
        here, there = source_levels[level], target_levels[level]
        if level + 1 < LEVELS:
            above = number_pairs(
                here.parent[source],
                there.parent[target],
                len(source_levels[level + 1]),
                len(target_levels[level + 1]),
            )
        parent = above[0] if above else np.zeros(len(source), dtype=np.int32)
        tables.append(Table(here, there, row, source, target, parent))
        if above:
            _, row, source, target = above
    return Block(
        source_length,
        target_length,
        source_start,
        target_start,
        cell_start,
        source_token,
        target_token,
        source_text.flat_shapes(),
        target_text.flat_shapes(),
        cell,
        tuple(tables),
    )


def _starts(lengths: LongArray) -> LongArray:
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])


def _classes(text: Text) -> tuple[IntArray, list[Classes]]:
    """The tokens of a text as numbers within the block, and the block's classes level by level."""
    words = text.vocabulary
    tokens = np.array([word for sentence in text.sentences for word in sentence], dtype=np.int64)
    known, inverse = np.unique(tokens, return_inverse=True)
    token = inverse.astype(np.int32)
    word_count = sums(token, len(known))

    numbers: list[IntArray] = []
    class_of_word: list[IntArray] = []
    counts: list[FloatArray] = []
    for level in range(LEVELS):
        present, which = np.unique(words.classes(level)[known], return_inverse=True)
        number = np.full(words.size(level), -1, dtype=np.int32)
        number[present] = np.arange(len(present), dtype=np.int32)
        numbers.append(number)
        class_of_word.append(which.astype(np.int32))
        counts.append(sums(which, len(present), word_count))

    levels: list[Classes] = []
    for level, (number, count) in enumerate(zip(numbers, counts, strict=True)):
        parent = np.zeros(len(count), dtype=np.int32)
        share = np.ones(len(count))
        if level + 1 < LEVELS:
            parent[class_of_word[level]] = class_of_word[level + 1]
            share = count / counts[level + 1][parent]
        levels.append(Classes(number, count, parent, share))
    return token, levels


@njit(cache=True, nogil=True)
def _words_of_cells(
    source_start: LongArray,
    target_start: LongArray,
    cell_start: LongArray,
    source_token: IntArray,
    target_token: IntArray,
) -> tuple[IntArray, IntArray]:
    """The source word and the target word of every cell: two int32 [C]."""
    first = np.empty(cell_start[-1], dtype=np.int32)
    second = np.empty(cell_start[-1], dtype=np.int32)
    at = 0
    for k in range(len(source_start) - 1):
        for i in range(source_start[k], source_start[k + 1]):
            for j in range(target_start[k], target_start[k + 1]):
                first[at] = source_token[i]
                second[at] = target_token[j]
                at += 1
    return first, second


@njit(cache=True, nogil=True)
def number_pairs(
    first: IntArray, second: IntArray, n_first: int, n_second: int
) -> tuple[IntArray, LongArray, IntArray, IntArray]:
    """Number the distinct pairs (first[i], second[i]), those of one `first` together.

    Linear in the pairs: a counting sort by `first`, and a stamp on each `second` within a group.

    Returns:
        index: int32 [len(first)]; the number of each given pair.
        row: int64 [n_first + 1]; where the numbers of each `first` begin.
        own_first, own_second: int32 [P]; the distinct pairs.
    """
    begin, order = _group(first, n_first)
    index = np.empty(len(first), dtype=np.int32)
    own_first = np.empty(len(first), dtype=np.int32)
    own_second = np.empty(len(first), dtype=np.int32)
    row = np.empty(n_first + 1, dtype=np.int64)
    stamp = np.full(n_second, -1, dtype=np.int32)
    numbered = 0
    for a in range(n_first):
        row[a] = numbered
        for k in range(begin[a], begin[a + 1]):
            b = second[order[k]]
            if stamp[b] < row[a]:
                stamp[b] = numbered
                own_first[numbered] = a
                own_second[numbered] = b
                numbered += 1
            index[order[k]] = stamp[b]
    row[n_first] = numbered
    return index, row, own_first[:numbered].copy(), own_second[:numbered].copy()


@njit(cache=True, nogil=True)
def look_up(
    row: LongArray,
    second: IntArray,
    n_second: int,
    wanted_first: IntArray,
    wanted_second: IntArray,
    count: FloatArray,
) -> FloatArray:
    """Add up `count` of the wanted pairs that are in a table; the others are passed over.

    Args:
        row: int64 [n_first + 1], as of `number_pairs`.
        second: int32 [P], as of `number_pairs`.
        n_second: how many target classes there are.
        wanted_first: int32 [W]; the source class of each wanted pair, all of them known to the table.
        wanted_second: int32 [W]; its target class.
        count: float64 [W].

    Returns:
        float64 [P].
    """
    total = np.zeros(len(second))
    begin, order = _group(wanted_first, len(row) - 1)
    stamp = np.full(n_second, -1, dtype=np.int64)
    for a in range(len(row) - 1):
        if begin[a] == begin[a + 1]:
            continue
        for p in range(row[a], row[a + 1]):
            stamp[second[p]] = p
        for k in range(begin[a], begin[a + 1]):
            p = stamp[wanted_second[order[k]]]
            if p >= row[a]:
                total[p] += count[order[k]]
    return total


@njit(cache=True, nogil=True)
def _group(values: IntArray, n: int) -> tuple[LongArray, IntArray]:
    """A stable counting sort: where each value's positions begin (int64 [n + 1]), and the positions."""
    begin = np.zeros(n + 1, dtype=np.int64)
    for value in values:
        begin[value + 1] += 1
    for value in range(n):
        begin[value + 1] += begin[value]
    free = begin[:-1].copy()
    order = np.empty(len(values), dtype=np.int32)
    for position in range(len(values)):
        value = values[position]
        order[free[value]] = position
        free[value] += 1
    return begin, order
