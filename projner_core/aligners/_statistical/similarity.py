"""Words that look alike are likely to translate each other: names, numbers, cognates, punctuation."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from anyascii import anyascii
from numba import njit
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

from projner_core.aligners._statistical.arrays import FloatArray, IntArray, sums
from projner_core.aligners._statistical.lexical import Pseudocounts
from projner_core.aligners._statistical.tables import Block, Table

_COMMON_LETTERS = 0.5  # a quick test before the similarity is computed: the share of letters in common
_LEAST = 0.82  # the smallest similarity that says anything
_NOUGHT = 0.75  # the similarity that would weigh nothing
_SHORT = 4  # letters: up to here words have to be equal
_LONG = 6  # letters: from here on a pair weighs in full

# Scripts that spell foreign names by their consonants (Hebrew to Syriac), or by syllables and not letter by
# letter (Thai to Khmer; Kana and Han); and how many consonants a word must have to be compared by them.
# Syllables romanised have a few in common by chance.
_BY_SOUND = (
    (re.compile(r"[\u0590-\u05ff\u0600-\u074f\u08a0-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"), 3),
    (
        re.compile(
            r"[\u0e01-\u0eff\u0f40-\u0fbc\u1000-\u109f\u1780-\u17d3\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]"
        ),
        4,
    ),
)
_SOUNDS = (("ph", "f"), ("ch", "k"), ("kh", "k"), ("gh", "g"), ("dh", "d"), ("th", "t"), ("x", "ks"))
_NEAR_SOUNDS = str.maketrans(
    {
        "c": "k",
        "q": "k",
        "g": "k",
        "v": "f",
        "p": "b",
        "d": "t",
        "r": "l",
        "z": "s",
        **dict.fromkeys("aeiouyw", ""),
    }
)
_VAV = "\u05d5"  # mostly a vowel, in names
_LETTERS_OF_A_CONSONANT = 1.5  # how long a word is whose vowels are not written


@lru_cache(maxsize=200_000)
def romanise(word: str) -> str:
    """A normalised word in ASCII letters, so that scripts can be compared: `москва` is `moskva`."""
    if word.isascii():
        return word
    return anyascii(word).lower() or word


@lru_cache(maxsize=200_000)
def consonants(word: str) -> str:
    """The consonants that a word sounds of, the near ones as one: `merkel` and `ميركل` are both `mlkl`."""
    sounds = "".join(c for c in romanise(word.replace(_VAV, "")) if c.isalnum())
    for letters, sound in _SOUNDS:
        sounds = sounds.replace(letters, sound)
    return sounds.translate(_NEAR_SOUNDS)


def similar_pairs(
    block: Block, sources: list[str], targets: list[str], *, weight: float, threads: int
) -> list[Pseudocounts]:
    """Pseudo-counts for the pairs of words that look alike, one a level of the block's tables.

    With x the Jaro-Winkler similarity of the romanised words and l the letters of the shorter one:

        weight · ((x - 0.75) / 0.25)² · min(1, l / 6)        where x ≥ 0.82, and x = 1 if l ≤ 4

    Short words look alike by chance. Where one of the words is of a script that spells names by sound,
    their consonants are compared as well, which count as 1.5 letters each and have to be three or more
    (Arabic, Hebrew) or four (Thai, Kana, Han …).

    Args:
        block: its words are compared where they meet.
        sources, targets: the block's words, in the order of `block.tables[0]`.
        weight: the pseudo-count of two equal words of six letters or more.
        threads: how many threads to use.
    """
    table = block.tables[0]
    count = _likeness(
        table, [romanise(word) for word in sources], [romanise(word) for word in targets], threads
    )
    for script, least_consonants in _BY_SOUND:
        source_by_sound = np.array([bool(script.search(word)) for word in sources])
        target_by_sound = np.array([bool(script.search(word)) for word in targets])
        if source_by_sound.any() or target_by_sound.any():
            spoken = _likeness(
                table,
                [consonants(word) for word in sources],
                [consonants(word) for word in targets],
                threads,
                among=source_by_sound[table.source] != target_by_sound[table.target],
                shortest=least_consonants,
                length=_LETTERS_OF_A_CONSONANT,
            )
            count = np.maximum(count, spoken)
    return _as_pseudocounts(block, weight * count)


def _likeness(
    table: Table,
    left: list[str],
    right: list[str],
    threads: int,
    *,
    among: npt.NDArray[np.bool_] | None = None,
    shortest: int = 1,
    length: float = 1.0,
) -> FloatArray:
    """How much the spellings of each pair of words say that they are one: float64 [P], in [0, 1].

    Args:
        table: the pairs.
        left, right: how the source words and the target words are spelt.
        threads: how many threads to use.
        among: bool [P]; the pairs to compare, all by default.
        shortest: words of fewer letters are not compared.
        length: how many letters a letter counts for.
    """
    left_bits, left_length = _letters(left)
    right_bits, right_length = _letters(right)
    near = _plausible(table.source, table.target, left_bits, left_length, right_bits, right_length)
    if among is not None:
        near = near[among[near]]
    letters = np.minimum(left_length[table.source[near]], right_length[table.target[near]])
    near, letters = near[letters >= shortest], letters[letters >= shortest] * length
    likeness = cpdist(
        [left[s] for s in table.source[near].tolist()],
        [right[t] for t in table.target[near].tolist()],
        scorer=JaroWinkler.normalized_similarity,
        dtype=np.float64,
        workers=threads,
    )
    believed = (likeness >= _LEAST) & ((likeness == 1.0) | (letters > _SHORT))
    found = ((likeness - _NOUGHT) / (1.0 - _NOUGHT)) ** 2 * np.minimum(1.0, letters / _LONG)
    count = np.zeros(len(table))
    count[near[believed]] = found[believed]
    return count


def _as_pseudocounts(block: Block, count: FloatArray) -> list[Pseudocounts]:
    """Counts for the pairs of `block.tables[0]`, handed up to every level."""
    levels: list[Pseudocounts] = []
    for level, table in enumerate(block.tables):
        levels.append(
            Pseudocounts(
                count,
                sums(table.source, len(table.sources), count),
                sums(table.target, len(table.targets), count),
            )
        )
        if level + 1 < len(block.tables):
            count = sums(table.parent, len(block.tables[level + 1]), count)
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
