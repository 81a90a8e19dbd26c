"""Words that look alike are likely to translate each other: names, numbers, cognates, punctuation."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from anyascii import anyascii
from numba import njit
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

from projner_core.aligners._statistical.lexical import Pseudocounts
from projner_core.aligners._statistical.tables import Block, FloatArray, IntArray

_COMMON_LETTERS = 0.5  # a quick test before the similarity is computed: the share of letters in common


@lru_cache(maxsize=200_000)
def romanise(word: str) -> str:
    """A normalised word in ASCII letters, so that scripts can be compared: `москва` is `moskva`."""
    if word.isascii():
        return word
    return anyascii(word).lower() or word


def similar_pairs(
    block: Block, sources: list[str], targets: list[str], *, least: float, threads: int
) -> tuple[IntArray, FloatArray]:
    """The pairs of words of a block that look alike, and how much.

    Args:
        block: its words are compared where they meet.
        sources, targets: the block's words, in the order of `block.tables[0]`.
        least: the smallest Jaro-Winkler similarity that counts, in [0, 1].
        threads: how many threads to use.

    Returns:
        int32 [Q], the pairs' numbers in `block.tables[0]`, and float64 [Q], their similarities.
    """
    table = block.tables[0]
    left, right = [romanise(word) for word in sources], [romanise(word) for word in targets]
    near = _plausible(table.source, table.target, *_letters(left), *_letters(right), _COMMON_LETTERS)
    if not len(near):
        return near, np.empty(0)
    score = cpdist(
        [left[s] for s in table.source[near].tolist()],
        [right[t] for t in table.target[near].tolist()],
        scorer=JaroWinkler.normalized_similarity,
        score_cutoff=least,
        dtype=np.float64,
        workers=threads,
    )
    alike = score >= least
    return near[alike], score[alike]


def as_pseudocounts(block: Block, pairs: IntArray, count: FloatArray) -> list[Pseudocounts]:
    """Counts for pairs of words (numbers in `block.tables[0]`), handed up to every level."""
    levels: list[Pseudocounts] = []
    pair_count = np.bincount(pairs, weights=count, minlength=len(block.tables[0]))
    for level, table in enumerate(block.tables):
        levels.append(
            Pseudocounts(
                pair_count,
                np.bincount(table.source, weights=pair_count, minlength=len(table.sources)),
                np.bincount(table.target, weights=pair_count, minlength=len(table.targets)),
            )
        )
        if level + 1 < len(block.tables):
            above = block.tables[level + 1]
            pair_count = np.bincount(table.parent, weights=pair_count, minlength=len(above))
    return levels


def _letters(words: list[str]) -> tuple[npt.NDArray[np.uint64], IntArray]:
    """For each word the set of its characters as 64 bits (some share one), and its length."""
    bits = [0] * len(words)
    for number, word in enumerate(words):
        for character in set(word):
            bits[number] |= 1 << (ord(character) & 63)
    return np.array(bits, dtype=np.uint64), np.array([len(word) for word in words], dtype=np.int32)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _plausible(
    source: IntArray,
    target: IntArray,
    source_letters: npt.NDArray[np.uint64],
    source_length: IntArray,
    target_letters: npt.NDArray[np.uint64],
    target_length: IntArray,
    common: float,
) -> IntArray:
    """Pairs whose lengths are within a factor of two and that share enough letters: int32 [Q]."""
    chosen = np.empty(len(source), dtype=np.int32)
    n = 0
    for p in range(len(source)):
        a, b = source[p], target[p]
        if source_length[a] > 2 * target_length[b] or target_length[b] > 2 * source_length[a]:
            continue
        both = _bits(source_letters[a] & target_letters[b])
        if both >= common * max(_bits(source_letters[a]), _bits(target_letters[b])):
            chosen[n] = p
            n += 1
    return chosen[:n].copy()


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _bits(mask: int) -> int:
    """How many bits of a 64-bit mask are set."""
    n = 0
    rest = np.uint64(mask)
    while rest:
        rest &= rest - np.uint64(1)
        n += 1
    return n
