"""How much names look or sound alike that may be written in different scripts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import Indel
from rapidfuzz.process import cpdist

from projner_core.similarity.sound import BY_SOUND, consonants
from projner_core.similarity.spelling import romanise

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NOT_A_DIGIT = re.compile(r"\D+")
_LEAST_SOUND = 0.8  # names that sound less alike than this sound different


def likeness(left: Sequence[str], right: Sequence[str]) -> NDArray[np.float64]:
    """How much each name of `left` looks or sounds like the one of `right` at its place: [N], in [0, 1].

    Both are normalised (NFKC, no case, nothing of zero width, one space between words) and written in
    ASCII letters. With d the fewest insertions and deletions that make the one of the other, they look
    alike as much as

        x = 1 - d / (letters of both)

    Where one of them is in a script that spells names by ear (`sound.BY_SOUND`) and the other is not, and
    both have enough consonants, their consonants are compared in the same way: y. If y ≥ 0.8, the
    likeness is max(x, (x + y) / 2), else x: of spans that sound the same, that one is best which looks
    best, so that the word beside a name is not taken along because it has no consonants.

    Names with different digits are not alike at all: resolution 1701 is not resolution 1702. Nor is
    anything like a name of which nothing is left.

    What it cannot tell: unrelated names reach 0.4 now and then, since they have letters in common by
    chance, and short ones more than that (US and UN are 0.5, Iran and Iraq 0.75): below five letters only
    1 says much. Names that are translated (Germany, Deutschland), whose words are in another order, or
    that are read otherwise than anyascii reads them (東京 is `dongjing`) are not alike. Emoji are compared
    by what they are called.

    Args:
        left, right: names of one or several words, as many on both sides. They may come often: each pair
            of two names is compared once.

    Raises:
        ValueError: there are more names on one side.
    """
    if len(left) != len(right):
        raise ValueError(f"{len(left)} names cannot be compared with {len(right)}, one with one")
    numbers: dict[tuple[str, str], int] = {}
    pair = [numbers.setdefault(both, len(numbers)) for both in zip(left, right, strict=True)]
    return _likeness([one for one, _ in numbers], [other for _, other in numbers])[pair]


def _likeness(left: list[str], right: list[str]) -> NDArray[np.float64]:
    """The likeness of pairs that are all different."""
    forms = {text: _plain(text) for text in {*left, *right}}
    left, right = [forms[text] for text in left], [forms[text] for text in right]
    alike = _similarity(*_each(_romanised, left, right), shortest=1)
    for script, least_consonants in BY_SOUND:
        among = np.array(
            [bool(script.search(a)) != bool(script.search(b)) for a, b in zip(left, right, strict=True)],
            dtype=np.bool_,
        )
        use = np.flatnonzero(among).tolist()
        sound = _similarity(
            *_each(_consonants, [left[i] for i in use], [right[i] for i in use]), shortest=least_consonants
        )
        sound[sound < _LEAST_SOUND] = 0.0
        alike[use] = np.maximum(alike[use], (alike[use] + sound) / 2 * (sound > 0))
    digits = _each(_digits, left, right)
    alike[[one != other for one, other in zip(*digits, strict=True)]] = 0.0
    return alike


def _similarity(left: list[str], right: list[str], *, shortest: int) -> NDArray[np.float64]:
    """1 - d / (letters of both); 0 where one has fewer than `shortest` letters."""
    alike = cpdist(left, right, scorer=Indel.normalized_similarity, dtype=np.float64, workers=1)
    alike[[min(len(a), len(b)) < shortest for a, b in zip(left, right, strict=True)]] = 0.0
    return np.asarray(alike, dtype=np.float64)


def _each(
    form: Callable[[str], str], left: Sequence[str], right: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Both lists in another form; each text is put into it once."""
    forms = {text: form(text) for text in {*left, *right}}
    return [forms[text] for text in left], [forms[text] for text in right]


def _plain(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return " ".join(text.casefold().split())


def _romanised(text: str) -> str:
    # Word by word: an n-gram is seldom met again, its words are.
    if text.isascii():
        return text
    return " ".join(" ".join(romanise(word) for word in text.split()).split())


def _consonants(text: str) -> str:
    return "".join(consonants(word) for word in text.split())


def _digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(c)) for c in _NOT_A_DIGIT.sub("", text))
