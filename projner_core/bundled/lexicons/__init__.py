"""Small English dictionaries of many languages, learned from NTREX-128 by `scripts/build_lexicons.py`.

`english.txt.xz` lists the English words, one a line. Beside it is one file a language, named by its
BCP 47 code: line n holds the translations of English word n, tab-separated, by falling count. A
translation is a word, then, where it is not 1, a space and its count: how many links between the two words
the 1,997 sentence pairs were expected to hold, rounded (0 stands for a half). `=` is the English word
itself. All are xz-compressed UTF-8 text, and words are normalised as the statistical aligner does it.

Source: NTREX-128 (Federmann, Kocmi and Xin 2022), © Microsoft, CC BY-SA 4.0; see NOTICE.
"""

from __future__ import annotations

import lzma
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

ENGLISH = "english.txt.xz"
SUFFIX = ".tsv.xz"
_SAME = "="
_HALF = 0.5


class Entry(NamedTuple):
    """An English word, a translation, and how many links between them were expected."""

    english: str
    word: str
    links: float


@cache
def names() -> tuple[str, ...]:
    """The languages that have a lexicon, as BCP 47 codes, sorted."""
    found = (item.name for item in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(SUFFIX) for name in found if name.endswith(SUFFIX)))


def load(name: str) -> list[Entry]:
    """The lexicon of a language.

    Args:
        name: one of `names()`.

    Raises:
        KeyError: there is no lexicon of that name.
    """
    if name not in names():
        raise KeyError(name)
    return list(unpack((files(__name__) / f"{name}{SUFFIX}").read_bytes(), _english()))


@cache
def _english() -> tuple[str, ...]:
    return tuple(unpack_words((files(__name__) / ENGLISH).read_bytes()))


def pack(entries: Iterable[Entry], english: Sequence[str]) -> bytes:
    """The lexicon file that holds `entries`, all of whose English words are in the list `english`."""
    lines: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
    for head, word, links in entries:
        lines[head].append((_rounded(links), word))
    text = "\n".join(
        "\t".join(_written(head, word, count) for count, word in sorted(lines[head], key=_by_count))
        for head in english
    )
    return _compress(text)


def unpack(data: bytes, english: Sequence[str]) -> Iterator[Entry]:
    """What `pack` packed, with counts as they were rounded.

    Raises:
        ValueError: the file was packed with another list of English words.
    """
    lines = lzma.decompress(data).decode().split("\n")
    if len(lines) != len(english):
        raise ValueError(f"the lexicon has {len(lines)} lines, but there are {len(english)} English words")
    for head, line in zip(english, lines, strict=True):
        for translation in line.split("\t") if line else ():
            word, _, count = translation.partition(" ")
            yield Entry(head, head if word == _SAME else word, float(count or 1) or _HALF)


def pack_words(words: Iterable[str]) -> bytes:
    """The file of English words."""
    return _compress("\n".join(words))


def unpack_words(data: bytes) -> list[str]:
    """What `pack_words` packed."""
    return lzma.decompress(data).decode().split("\n")


def _rounded(links: float) -> int:
    return int(links + 0.5) if links >= 1 else int(links >= 0.75)


def _written(head: str, word: str, count: float) -> str:
    word = _SAME if word == head else word
    return word if count == 1 else f"{word} {count}"


def _by_count(translation: tuple[float, str]) -> tuple[float, str]:
    return -translation[0], translation[1]


def _compress(text: str) -> bytes:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "lp": 0, "pb": 0}]
    return lzma.compress(text.encode(), check=lzma.CHECK_CRC32, filters=filters)
