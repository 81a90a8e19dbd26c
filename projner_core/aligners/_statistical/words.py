"""Tokens as numbers: normalised words, and the stems that words back off to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np

from projner_core.aligners._statistical.arrays import IntArray
from projner_core.similarity.spelling import normalise

# Letters that a stem keeps, level by level: the word itself, then ever shorter beginnings of it.
STEM_LETTERS: tuple[int, ...] = (6, 4)
LEVELS = 1 + len(STEM_LETTERS)

# Canonical combining classes up to this one are part of how a syllable is written (nukta, virama);
# those above are points, tones and accents, which writers set or leave out.
_LAST_ESSENTIAL_CLASS = 9


# What Arabic and Hebrew write together with the next word: and, then; with, like, to, from; the.
_CLITICS = re.compile(r"^(?:[وف]?(?:[بكل]?ال|لل)|و|ו?ה|ו)(?=\w{3})")


def stem(word: str, letters: int, clitics: bool = True) -> str:
    """The first `letters` characters of a normalised word, written without tones and accents.

    Arabic and Hebrew clitics are taken off first, unless `clitics` is false.
    """
    if not word.isascii():
        spread = unicodedata.normalize("NFD", word)
        bare = "".join(c for c in spread if unicodedata.combining(c) <= _LAST_ESSENTIAL_CLASS)
        bare = unicodedata.normalize("NFC", bare)
        word = (_CLITICS.sub("", bare) if clitics else bare) or word
    return word[:letters]


class Vocabulary:
    """The words of one side of a corpus, numbered from 0 as they come.

    Level 0 are the words themselves, level `l > 0` their stems of `STEM_LETTERS[l - 1]` letters, each
    level with numbers of its own.

    Args:
        clitics: whether stems are without clitics.
    """

    def __init__(self, clitics: bool = True) -> None:
        self._clitics = clitics
        self.words: list[str] = []
        self._ids: dict[str, int] = {}
        self._seen: dict[str, int] = {}  # token as written -> word
        self._stem_ids: list[dict[str, int]] = [{} for _ in STEM_LETTERS]
        self._stems: list[list[int]] = [[] for _ in STEM_LETTERS]  # word -> stem

    def __len__(self) -> int:
        return len(self.words)

    def ids(self, tokens: Sequence[str]) -> list[int]:
        """The word of each token as written; new ones are added."""
        seen = self._seen
        for token in tokens:
            if token not in seen:
                seen[token] = self.add(normalise(token))
        return [seen[token] for token in tokens]

    def add(self, word: str) -> int:
        """The number of a normalised word, which is added if it is new."""
        known = self._ids.get(word)
        if known is not None:
            return known
        self._ids[word] = number = len(self.words)
        self.words.append(word)
        for letters, ids, stems in zip(STEM_LETTERS, self._stem_ids, self._stems, strict=True):
            stems.append(ids.setdefault(stem(word, letters, self._clitics), len(ids)))
        return number

    def classes(self, level: int) -> IntArray:
        """The class of every word at a level: int32 of shape [words]."""
        if level == 0:
            return np.arange(len(self.words), dtype=np.int32)
        return np.asarray(self._stems[level - 1], dtype=np.int32)

    def size(self, level: int) -> int:
        """How many classes a level has."""
        return len(self.words) if level == 0 else len(self._stem_ids[level - 1])
