"""The case of a word, for networks whose tokenizer throws it away.

An uncased vocabulary reads `US` and `us` alike. One of ten shapes beside each piece gives the case back: a
network learns a vector for each, which is added to the vectors of the word's pieces.
"""

from __future__ import annotations

from functools import lru_cache

SHAPES = (
    "none",  # of what the tokenizer puts around a sentence
    "digits",
    "marks",
    "caseless",  # letters of a script without case
    "lower",
    "single",  # one upper-case letter
    "upper",
    "title",
    "capital",  # a capital first, and more behind: McDonald
    "mixed",  # eBay
)


@lru_cache(maxsize=65_536)
def shape(word: str) -> int:
    """The shape of a word, as an index into `SHAPES`."""
    letters = [character for character in word if character.isalpha()]
    if not letters:
        return 1 if any(character.isdigit() for character in word) else 2
    upper = [character.isupper() or character.istitle() for character in letters]
    lower = [character.islower() for character in letters]
    if not any(upper) and not any(lower):
        return 3
    if all(lower):
        return 4
    if len(letters) == 1:
        return 5
    if all(upper):
        return 6
    if upper[0]:
        return 7 if all(lower[1:]) else 8
    return 9
