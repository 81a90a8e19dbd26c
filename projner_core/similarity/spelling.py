"""Words in forms that can be compared: normalised, and in ASCII letters."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from anyascii import anyascii


def normalise(token: str) -> str:
    """The word that `token` writes: NFKC, lower case, without invisible format characters.

    A token of nothing else (a lone U+200B, say) is kept as it is, so that no word is empty.
    """
    word = unicodedata.normalize("NFKC", token).lower()
    if not word.isascii():
        word = "".join(c for c in word if unicodedata.category(c) != "Cf")
    return word or token


@lru_cache(maxsize=200_000)
def romanise(word: str) -> str:
    """A normalised word in ASCII letters, so that scripts can be compared: `москва` is `moskva`."""
    if word.isascii():
        return word
    return anyascii(word).lower() or word
