"""Words of scripts that write no spaces, where tokens are single characters (or syllables).

A translation model of characters is a poor one: 中 is in China and in many a word besides, and a name
spelt by sound says nothing character by character. So characters that are next to each other are taken
together, on a copy, where a known word says so, or where they sound like a name on the other side. Links
of a unit are given back to its tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

from projner_core.aligners._statistical.words import Vocabulary
from projner_core.similarity.sound import consonants
from projner_core.similarity.spelling import normalise, romanise

# Thai and Lao, Tibetan, Myanmar, Khmer, Kana, Han.
WITHOUT_SPACES = re.compile(
    r"[\u0e01-\u0e4e\u0e80-\u0eff\u0f40-\u0fbc\u1000-\u103f\u1050-\u109f\u1780-\u17d3"
    r"\u3005\u3041-\u30fa\u30fc-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_KATAKANA = re.compile(r"[\u30a1-\u30fa\u30fc-\u30fe]+")  # a run of it is a foreign word, known or not
_LONGEST = 12  # tokens of a unit
_NAME = 4.0  # what a unit says that sounds just like a name, in known tokens
_LEAST_SOUND = 0.8  # the smallest similarity of sound that makes a unit
_LEAST_LETTERS = 4  # of a name that is listened for
_LEAST_CONSONANTS = 3


@dataclass(frozen=True, slots=True)
class Units:
    """A sentence as the aligner sees it.

    Attributes:
        words: the units, written together.
        start: where each unit's tokens begin, and last the number of tokens.
    """

    words: tuple[str, ...]
    start: tuple[int, ...]

    def spread(self, vocabulary: Vocabulary) -> list[int]:
        """For each token the word of its unit."""
        ids = vocabulary.ids(self.words)
        return [word for word, (a, b) in zip(ids, pairwise(self.start), strict=True) for _ in range(a, b)]

    @property
    def plain(self) -> bool:
        """Whether each token is a unit."""
        return len(self.words) == self.start[-1]


def apart(tokens: Sequence[str]) -> Units:
    """Each token as a unit."""
    return Units(tuple(tokens), tuple(range(len(tokens) + 1)))


class Joiner:
    """Joins tokens to units by the words it knows.

    Args:
        known: words, normalised; those of one character, or of a script with spaces, do not matter.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self._known = {word for word in known if len(word) > 1 and WITHOUT_SPACES.match(word)}

    def units(self, tokens: Sequence[str], others: Sequence[str]) -> Units:
        """The units of a sentence, given the tokens of its translation: the units that say most, exactly.

        A unit of n tokens says n - 1 if it is known or in Katakana, and 4·x⁴ if it sounds like a name, x
        being how much.
        """
        runs = list(_runs(tokens))
        if not runs:
            return apart(tokens)
        names = _names(others)
        cuts = [*range(len(tokens) + 1)]
        for start, end in runs:
            inside = self._cut([normalise(token) for token in tokens[start:end]], names)
            joined = {start + at for at in range(1, end - start)} - {start + at for at in inside}
            cuts = [at for at in cuts if at not in joined]
        words = tuple("".join(tokens[a:b]) for a, b in pairwise(cuts))
        return Units(words, tuple(cuts))

    def _cut(self, run: list[str], names: list[str]) -> list[int]:
        """Where the best units of a run of tokens begin."""
        spans = [(a, b) for a in range(len(run)) for b in range(a + 2, min(a + _LONGEST, len(run)) + 1)]
        texts = ["".join(run[a:b]) for a, b in spans]
        sounds = _sounds(texts, names)
        best: list[float] = [0.0]
        back = [0]
        by_end: dict[int, list[tuple[int, float]]] = {}
        for (a, b), text, sound in zip(spans, texts, sounds, strict=True):
            worth = (b - a - 1) * (
                text in self._known or _KATAKANA.fullmatch(text) is not None
            ) + _NAME * sound**4
            if worth:
                by_end.setdefault(b, []).append((a, worth))
        for end in range(1, len(run) + 1):
            options = [(best[end - 1], end - 1), *((best[a] + worth, a) for a, worth in by_end.get(end, ()))]
            value, start = max(options)
            best.append(value)
            back.append(start)
        cuts = []
        end = len(run)
        while end > 0:
            end = back[end]
            cuts.append(end)
        return cuts


def _runs(tokens: Sequence[str]) -> Iterable[tuple[int, int]]:
    """Two or more tokens on end of scripts without spaces."""
    start = 0
    for position in range(len(tokens) + 1):
        if position == len(tokens) or not WITHOUT_SPACES.match(tokens[position]):
            if position - start > 1:
                yield start, position
            start = position + 1


def _names(others: Sequence[str]) -> list[str]:
    """Tokens of the other side that may be spelt by sound: capitalised words."""
    words = (token for token in others if token[0].isupper() and len(token) >= _LEAST_LETTERS)
    return sorted({normalise(word) for word in words})


def _sounds(texts: list[str], names: list[str]) -> list[float]:
    """How much each text sounds like one of the names: 0, or a similarity from `_LEAST_SOUND` to 1."""
    if not names or not texts:
        return [0.0] * len(texts)
    spoken = _alike([romanise(text) for text in texts], [romanise(name) for name in names], _LEAST_LETTERS)
    bones = _alike(
        [consonants(text) for text in texts], [consonants(name) for name in names], _LEAST_CONSONANTS
    )
    best: list[float] = np.maximum(spoken, bones).max(axis=1).tolist()
    return best


def _alike(texts: list[str], names: list[str], shortest: int) -> npt.NDArray[np.float32]:
    """The similarity of each text and name by insertions and deletions, if it is enough: [texts, names]."""
    alike = cdist(
        texts, names, scorer=Indel.normalized_similarity, score_cutoff=_LEAST_SOUND, dtype=np.float32
    )
    alike[[len(text) < shortest for text in texts], :] = 0
    alike[:, [len(name) < shortest for name in names]] = 0
    return alike
