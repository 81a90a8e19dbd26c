"""Compounds: a long word that ends in a known word is believed to translate, in part, as that word does.

`Ostdeutschland` is in no lexicon, but ends in `Deutschland`, which is, and so it may well be `Germany`.
Stems, which are beginnings, do not see that. Not only Germanic compounds are made so, but also words with
prefixes: the longest known ending of any long word is looked for, whatever the language.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from projner_core.aligners._statistical.arrays import FloatArray, LongArray, sums
from projner_core.aligners._statistical.learned import WordCounts
from projner_core.aligners._statistical.words import Vocabulary

_LEAST_ENDING = 4  # letters of the known word that a compound ends in
_LEAST_REST = 3  # letters before it
_LEAST_SHARE = 0.1  # of the known word's counts, for a translation of it to be one of the compound


def ending(word: str, known: Collection[str], longest: int) -> str | None:
    """The longest known word that `word` ends in, of those that leave a beginning; None if there is none.

    Args:
        word: a normalised word.
        known: the known words.
        longest: how many letters the longest of them has.
    """
    for start in range(max(_LEAST_REST, len(word) - longest), len(word) - _LEAST_ENDING + 1):
        if word[start:] in known:
            return word[start:]
    return None


class Compounds:
    """What may be believed of words that end in known words.

    Args:
        given: counts of word pairs, those of a lexicon say.
        source_words, target_words: number its words.
    """

    def __init__(self, given: WordCounts, source_words: Vocabulary, target_words: Vocabulary) -> None:
        source, target = given.words()
        self._sources = _Side(source_words, source, target, given.counts)
        self._targets = _Side(target_words, target, source, given.counts)

    def counts(self, sources: LongArray, targets: LongArray, weight: float) -> WordCounts:
        """Counts of the compounds among some words and the translations of what they end in.

        A word with translations of its own is left as it is.

        Args:
            sources, targets: the words, by number.
            weight: what the translations of one compound count in all.
        """
        source, its_target, forward = self._sources.believed(sources)
        target, its_source, backward = self._targets.believed(targets)
        counts = WordCounts()
        counts.add(
            np.concatenate([source, its_source]),
            np.concatenate([its_target, target]),
            np.concatenate([forward, backward]) * weight,
        )
        return counts


class _Side:
    """The words of one side that have translations, and these."""

    def __init__(self, words: Vocabulary, word: LongArray, other: LongArray, count: FloatArray) -> None:
        order = np.argsort(word, kind="stable")
        total = sums(word, len(words))
        self._words = words
        self._known = {words.words[w]: w for w in np.flatnonzero(total).tolist()}
        self._longest = max(map(len, self._known), default=0)
        self._start = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(total).astype(np.int64)])
        self._other = other[order]
        self._share = (count / sums(word, len(words), count)[word])[order]

    def believed(self, numbers: LongArray) -> tuple[LongArray, LongArray, FloatArray]:
        """Compounds among words, translations of what they end in, and the share of each: three arrays."""
        found = list(self._endings(numbers.tolist()))
        compound, known = np.array(found, dtype=np.int64).reshape(-1, 2).T
        length = self._start[known + 1] - self._start[known]
        row = np.repeat(self._start[known] - (np.cumsum(length) - length), length) + np.arange(length.sum())
        usual = self._share[row] >= _LEAST_SHARE
        return np.repeat(compound, length)[usual], self._other[row][usual], self._share[row][usual]

    def _endings(self, numbers: list[int]) -> Iterator[tuple[int, int]]:
        """Each compound with the known word that it ends in."""
        for number in numbers:
            word = self._words.words[number]
            if len(word) >= _LEAST_REST + _LEAST_ENDING and word not in self._known:
                part = ending(word, self._known, self._longest)
                if part is not None:
                    yield number, self._known[part]
