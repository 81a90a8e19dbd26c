"""Which pairs of words can be alike at all: a quick look at lengths and letters before they are compared."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

Letters = NDArray[np.uint64]
Numbers = NDArray[np.int32]

_COMMON_LETTERS = 0.5  # the share of letters in common


def letters(words: Sequence[str]) -> tuple[Letters, Numbers]:
    """For each word the set of its characters as 64 bits (some share one), and its length."""
    bits = [0] * len(words)
    for number, word in enumerate(words):
        for character in set(word):
            bits[number] |= 1 << (ord(character) & 63)
    return np.array(bits, dtype=np.uint64), np.array([len(word) for word in words], dtype=np.int32)


@njit(cache=True, nogil=True)
def plausible(
    source: Numbers,
    target: Numbers,
    source_letters: Letters,
    source_length: Numbers,
    target_letters: Letters,
    target_length: Numbers,
) -> Numbers:
    """Pairs whose lengths are within a factor of two and that share enough letters: int32 [Q].

    Args:
        source, target: int32 [P]; the two words of each pair.
        source_letters, source_length, target_letters, target_length: of each word, as `letters` has them.

    Returns:
        the numbers of the pairs, rising.
    """
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
