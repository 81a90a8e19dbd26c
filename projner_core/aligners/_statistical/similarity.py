"""Words that look alike are likely to translate each other: names, numbers, cognates, punctuation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

from projner_core.aligners._statistical.arrays import FloatArray, sums
from projner_core.aligners._statistical.lexical import Pseudocounts
from projner_core.aligners._statistical.tables import Block, Table
from projner_core.inference.interruption import checkpoint
from projner_core.similarity.letters import letters, plausible
from projner_core.similarity.sound import BY_SOUND, consonants
from projner_core.similarity.spelling import romanise

_LEAST = 0.82  # the smallest similarity that says anything
_NOUGHT = 0.75  # the similarity that would weigh nothing
_SHORT = 4  # letters: up to here words have to be equal
_LONG = 6  # letters: from here on a pair weighs in full
_LETTERS_OF_A_CONSONANT = 1.5  # how long a word is whose vowels are not written


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
    for script, least_consonants in BY_SOUND:
        checkpoint()
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
    left_bits, left_length = letters(left)
    right_bits, right_length = letters(right)
    near = plausible(table.source, table.target, left_bits, left_length, right_bits, right_length)
    if among is not None:
        near = near[among[near]]
    shorter = np.minimum(left_length[table.source[near]], right_length[table.target[near]])
    near, shorter = near[shorter >= shortest], shorter[shorter >= shortest] * length
    likeness = cpdist(
        [left[s] for s in table.source[near].tolist()],
        [right[t] for t in table.target[near].tolist()],
        scorer=JaroWinkler.normalized_similarity,
        dtype=np.float64,
        workers=threads,
    )
    believed = (likeness >= _LEAST) & ((likeness == 1.0) | (shorter > _SHORT))
    found = ((likeness - _NOUGHT) / (1.0 - _NOUGHT)) ** 2 * np.minimum(1.0, shorter / _LONG)
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
