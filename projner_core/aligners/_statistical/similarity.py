"""Words that look alike are likely to translate each other: names, numbers, cognates, punctuation."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from anyascii import anyascii
from numba import njit
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

from projner_core.aligners._statistical.arrays import FloatArray, IntArray, sums
from projner_core.aligners._statistical.lexical import Pseudocounts
from projner_core.aligners._statistical.tables import Block

_COMMON_LETTERS = 0.5  # a quick test before the similarity is computed: the share of letters in common
_LEAST = 0.82  # the smallest similarity that says anything
_NOUGHT = 0.75  # the similarity that would weigh nothing
_SHORT = 4  # letters: up to here words have to be equal
_LONG = 6  # letters: from here on a pair weighs in full


@lru_cache(maxsize=200_000)
def romanise(word: str) -> str:
    """A normalised word in ASCII letters, so that scripts can be compared: `москва` is `moskva`."""
    if word.isascii():
        return word
    return anyascii(word).lower() or word


def similar_pairs(
    block: Block, sources: list[str], targets: list[str], *, weight: float, threads: int
) -> list[Pseudocounts]:
    """Pseudo-counts for the pairs of words that look alike, one a level of the block's tables.

    With x the Jaro-Winkler similarity of the romanised words and l the letters of the shorter one:

        weight · ((x - 0.75) / 0.25)² · min(1, l / 6)        where x ≥ 0.82, and x = 1 if l ≤ 4

    Short words look alike by chance; so do words of one script more than of two.

    Args:
        block: its words are compared where they meet.
        sources, targets: the block's words, in the order of `block.tables[0]`.
        weight: the pseudo-count of two equal words of six letters or more.
        threads: how many threads to use.
    """
    table = block.tables[0]
    left, right = [romanise(word) for word in sources], [romanise(word) for word in targets]
    left_bits, left_length = _letters(left)
    right_bits, right_length = _letters(right)
    near = _plausible(table.source, table.target, left_bits, left_length, right_bits, right_length)
    likeness = cpdist(
        [left[s] for s in table.source[near].tolist()],
        [right[t] for t in table.target[near].tolist()],
        scorer=JaroWinkler.normalized_similarity,
        dtype=np.float64,
        workers=threads,
    )
    letters = np.minimum(left_length[table.source[near]], right_length[table.target[near]])
    believed = (likeness >= _LEAST) & ((likeness == 1.0) | (letters > _SHORT))
    count = weight * ((likeness - _NOUGHT) / (1.0 - _NOUGHT)) ** 2 * np.minimum(1.0, letters / _LONG)
    return _as_pseudocounts(block, near[believed], count[believed])


def _as_pseudocounts(block: Block, pairs: IntArray, count: FloatArray) -> list[Pseudocounts]:
    """Counts for pairs of words (numbers in `block.tables[0]`), handed up to every level."""
    levels: list[Pseudocounts] = []
    pair_count = sums(pairs, len(block.tables[0]), count)
    for level, table in enumerate(block.tables):
        levels.append(
            Pseudocounts(
                pair_count,
                sums(table.source, len(table.sources), pair_count),
                sums(table.target, len(table.targets), pair_count),
            )
        )
        if level + 1 < len(block.tables):
            above = block.tables[level + 1]
            pair_count = sums(table.parent, len(above), pair_count)
    return levels


def _letters(words: list[str]) -> tuple[npt.NDArray[np.uint64], IntArray]:
    """For each word the set of its characters as 64 bits (some share one), and its length."""
    bits = [0] * len(words)
    for number, word in enumerate(words):
        for character in set(word):
            bits[number] |= 1 << (ord(character) & 63)
    return np.array(bits, dtype=np.uint64), np.array([len(word) for word in words], dtype=np.int32)


@njit(cache=True, nogil=True)
def _plausible(
    source: IntArray,
    target: IntArray,
    source_letters: npt.NDArray[np.uint64],
    source_length: IntArray,
    target_letters: npt.NDArray[np.uint64],
    target_length: IntArray,
) -> IntArray:
    """Pairs whose lengths are within a factor of two and that share enough letters: int32 [Q]."""
    chosen = np.empty(len(source), dtype=np.int32)
    n = 0
    for p in range(len(source)):
        a, b = source[p], target[p]
        if source_length[a] > 2 * target_length[b] or target_length[b] > 2 * source_length[a]:
            continue
        both = _bits(source_letters[a] & target_letters[b])
        if both >= _COMMON_LETTERS * max(_bits(source_letters[a]), _bits(target_letters[b])):
            chosen[n] = p
            n += 1
    return chosen[:n].copy()


@njit(cache=True, nogil=True)
def _bits(mask: int) -> int:
    """How many bits of a 64-bit mask are set."""
    n = 0
    rest = np.uint64(mask)
    while rest:
        rest &= rest - np.uint64(1)
        n += 1
    return n
