"""Texts that are longer than a model reads: cut into parts, and put together again.

Nothing of a text is lost: its parts joined are the text. It is cut where a reader would pause, as near the
middle as can be: behind a sentence's end, else behind a comma or the like, else at a space, else between two
characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from projner_core.languages import parse, script_of

_CLOSERS = "\"'”’»)\\]}」』）】›"
# Behind Latin punctuation there must be a space: a point in `3.5` or `U.S.` ends nothing. The marks of other
# scripts mean one thing only.
_PAUSES = (
    re.compile(rf"[.!?…;]+[{_CLOSERS}]*(?=\s)|[。！？｡．।॥؟۔።፧፨။།༎៕᙮‼⁇⁉]+[{_CLOSERS}]*|\n"),
    re.compile(rf"[,:–—-]+[{_CLOSERS}]*(?=\s)|[，、；：،؛፣፤፥፦၊་]+[{_CLOSERS}]*"),
    re.compile(r"(?=\s)|(?<=\u200b)"),
)
_BEFORE = frozenset("เแโใไເແໂໃໄ")  # vowels of Thai and Lao that are written before their consonant
_MIDDLE = 0.25  # a cut this near an edge is worse than a weaker one farther from it
_UNSPACED = frozenset({"Hans", "Hant", "Hani", "Jpan", "Thai", "Laoo", "Khmr", "Mymr", "Tibt"})


def is_blank(text: str) -> bool:
    """Whether a text has nothing but space and characters that nobody sees."""
    return all(character.isspace() or unicodedata.category(character)[0] == "C" for character in text)


def cut(text: str, fits: Callable[[str], bool]) -> list[str]:
    """The text as parts of which each fits, or is a single character; joined they are the text."""
    if len(text) < 2 or fits(text):
        return [text]
    position = _best_cut(text)
    if position is None:
        return [text]
    return [*cut(text[:position], fits), *cut(text[position:], fits)]


def join(parts: list[str], lang: str) -> str:
    """Translated parts as one text in `lang`; with no space between where its script has none."""
    between = "" if script_of(parse(lang)) in _UNSPACED else " "
    return between.join(part for part in parts if part)


def _best_cut(text: str) -> int | None:
    """Where to cut, in characters; None where the text is one character with its marks."""
    found = [[match.end() for match in pause.finditer(text)] for pause in _PAUSES]
    found.append(list(_between_characters(text)))
    inside = [[place for place in places if 0 < place < len(text)] for places in found]
    # A marked entity is not torn, where there is another place.
    whole = [[p for p in places if text.count("[", 0, p) <= text.count("]", 0, p)] for places in inside]
    for least, several in ((_MIDDLE, whole), (0.0, whole), (_MIDDLE, inside), (0.0, inside)):
        for places in several:
            near = [p for p in places if least * len(text) <= p <= (1 - least) * len(text)]
            # not where one side would hold nothing to read
            near = [p for p in near if not is_blank(text[:p]) and not is_blank(text[p:])]
            if near:
                return min(near, key=lambda place: abs(2 * place - len(text)))
    return None


def _between_characters(text: str) -> Iterator[int]:
    """Where no mark, joiner or half of a flag is torn from its character."""
    for place in range(1, len(text)):
        here, before = text[place], text[place - 1]
        torn = (
            unicodedata.category(here)[0] in "MC" or unicodedata.category(before) == "Cf" or before in _BEFORE
        )
        if not torn and not 0x1F3FB <= ord(here) <= 0x1F3FF and not 0x1F1E6 <= ord(here) <= 0x1F1FF:
            yield place
