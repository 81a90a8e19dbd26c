"""What a token is, by its characters: sentence punctuation, a capitalised word, a small one."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

MARK, CAPITAL, SMALL = 1, 2, 4  # sentence punctuation; the first letter's case
_PART_OF_NAMES = frozenset("&/'’@#%*·・\\")  # stand inside names, or for them
_ROMAN = frozenset("IVXLCDM")


class Kinds(dict[str, int]):
    """What each token is, found out once a form."""

    def __missing__(self, token: str) -> int:
        kind = kind_of(token)
        if len(self) < _MOST:
            self[token] = kind
        return kind


_MOST = 1_000_000  # forms remembered
KINDS = Kinds()


def kind_of(token: str) -> int:
    """`MARK`, `CAPITAL`, `SMALL` or 0.

    A mark is made of nothing but punctuation that ends or encloses parts of a sentence, in any script.
    Hyphens, apostrophes, strokes and the like are no marks: names have them.
    """
    letter = next((c for c in token if c.isalpha()), None)
    if letter is None:
        return MARK if token and all(is_mark(c) for c in token) else 0
    return CAPITAL if letter.isupper() or letter.istitle() else SMALL if letter.islower() else 0


def kinds_of(tokens: Sequence[str]) -> list[int]:
    """What each token of a sentence is. The full stop of a number or an initial is no mark: "3 . Oktober"."""
    kinds = [KINDS[token] for token in tokens]
    if "." in tokens[1:-1]:
        for place in range(1, len(tokens) - 1):
            if tokens[place] == "." and _has_full_stop(tokens[place - 1]):
                kinds[place] = 0
    return kinds


def _has_full_stop(token: str) -> bool:
    return (
        token.isdecimal()
        or (len(token) == 1 and token.isalpha())
        or (token != "" and _ROMAN.issuperset(token))
    )


def is_mark(character: str) -> bool:
    """Whether a character is punctuation that ends or encloses parts of a sentence."""
    closing = unicodedata.category(character) in ("Po", "Ps", "Pe", "Pi", "Pf")
    return closing and character not in _PART_OF_NAMES


def holds_mark(token: str) -> bool:
    """Whether a token is a mark or has one written onto it: "Shawn,", "2.0"."""
    return not token.isalnum() and any(is_mark(c) for c in token)
