"""Small English dictionaries of many languages, learned from NTREX-128 by `scripts/build_lexicons.py`.

One file a language, named by its BCP 47 code: xz-compressed UTF-8 text, in each line an English word,
a tab, and its translations by falling count, each `word count`, separated by tabs. Words are
normalised as the statistical aligner does it. A count is how many links the 1,997 sentence pairs of
NTREX-128 were expected to hold between the two words, times ten.

Source: NTREX-128 (Federmann, Kocmi and Xin 2022), © Microsoft, CC BY-SA 4.0; see NOTICE.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_SUFFIX = ".tsv.xz"
_UNIT = 10  # counts are stored as tenths


class Entry(NamedTuple):
    """An English word, a translation, and how often they were linked."""

    english: str
    word: str
    count: float


@cache
def names() -> tuple[str, ...]:
    """The languages that have a lexicon, as BCP 47 codes, sorted."""
    found = (item.name for item in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in found if name.endswith(_SUFFIX)))


def load(name: str) -> list[Entry]:
    """The lexicon of a language.

    Args:
        name: one of `names()`.

    Raises:
        KeyError: there is no lexicon of that name.
    """
    if name not in names():
        raise KeyError(name)
    data = (files(__name__) / f"{name}{_SUFFIX}").read_bytes()
    return list(unpack(data))


def pack(entries: Iterable[Entry]) -> bytes:
    """A lexicon file that holds `entries`; words hold no tab and no line break."""
    lines: dict[str, list[tuple[int, str]]] = {}
    for english, word, count in entries:
        lines.setdefault(english, []).append((-max(1, round(count * _UNIT)), word))
    text = "".join(
        "\t".join([english, *(f"{word} {-count}" for count, word in sorted(translations))]) + "\n"
        for english, translations in sorted(lines.items())
    )
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "lp": 0, "pb": 0}]
    return lzma.compress(text.encode(), check=lzma.CHECK_CRC32, filters=filters)


def unpack(data: bytes) -> Iterator[Entry]:
    """What `pack` packed."""
    for line in lzma.decompress(data).decode().split("\n"):
        english, *translations = line.split("\t")
        for translation in translations:
            word, _, count = translation.rpartition(" ")
            yield Entry(english, word, int(count) / _UNIT)
