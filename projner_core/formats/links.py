"""Link files of every format: which one is it, and what links does it hold?

| format  | counts from | a pair is                       | possible links | scores |
|---------|-------------|---------------------------------|----------------|--------|
| Pharaoh | 0           | a line, `0-0 1?2`               | `1?2`          | `1-2:0.87` |
| NAACL   | 1           | the lines with its number       | `P`            | a last column |
| GIZA++  | 1           | three lines, with the words     | –              | –      |
| TALP    | 1           | a line, `1-1 2p3`               | `2p3`, `2?3`   | `1-2:0.87` |

In memory everything counts from 0. Each format has a module that says more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TypeVar

from projner_core.corpus import Alignment, GoldLinks, Link, Pair
from projner_core.errors import InputError, ProjnerError
from projner_core.formats import giza, naacl, pharaoh, talp
from projner_core.formats.base import Progress, sniff

_T = TypeVar("_T")


class LinkFormat(StrEnum):
    """The formats of link files."""

    PHARAOH = "pharaoh"
    NAACL = "naacl"
    GIZA = "giza"
    TALP = "talp"


_LINES_LOOKED_AT = 10_000


def detect(path: str | Path) -> LinkFormat:
    """What format a link file is in, by its first megabyte; its name says nothing.

    `1-1 2-2` may be Pharaoh's or TALP's, which differ in where they count from: it is taken for Pharaoh's
    unless a link is marked as only TALP does (`2p3`, `2-3p`, `2-3[p]`). A file of blank lines alone is
    Pharaoh's, of pairs without links.

    Raises:
        InputError: no such file, nothing in it, not text, or no format that is known.
    """
    start = sniff(path)
    texts = (text.strip(" \t\r") for text in start.head.split(start.terminator))
    looked_at = [
        (number, text) for number, text in islice(enumerate(texts, start=1), _LINES_LOOKED_AT) if text
    ]
    if not looked_at:
        return LinkFormat.PHARAOH
    line, first = looked_at[0]
    if giza.HEAD.fullmatch(first):
        return LinkFormat.GIZA
    if naacl.ROW.fullmatch(first):
        return LinkFormat.NAACL
    if any(talp.is_marked(text) for _, row in looked_at for text in row.split()):
        return LinkFormat.TALP
    try:
        pharaoh.parse_gold(first)
    except pharaoh.LinkError:
        raise InputError(
            path,
            line,
            repr(first if len(first) <= 40 else first[:37] + "…"),
            "links: “0-0 1-2” (Pharaoh), “1 1 2 S” (NAACL), “# Sentence pair (1) …” (GIZA++), "
            "or “1-1 2p3” (TALP)",
            "Check that this is a file of links, or name its format.",
        ) from None
    return LinkFormat.PHARAOH


def read_links(
    path: str | Path,
    *,
    format: LinkFormat | str | None = None,
    count: int | None = None,
    swap: bool = False,
    progress: Progress | None = None,
) -> Iterator[Alignment]:
    """The alignments of a file, one a pair, in the order of the pairs; read as a stream.

    Args:
        path: the file.
        format: its format; found by `detect` where None.
        count: how many pairs there are, if that is known. A NAACL file, which says nothing of pairs without
            links, then gives that many; any other has to have as many.
        swap: turn every link around: for files whose source is our target.
        progress: told the bytes read.

    Raises:
        ProjnerError: there is no such format.
        InputError: not of the format, a possible link (see `read_gold`), another number of pairs than
            `count`, or a file that is no text.
    """
    for alignment in _counted(path, _read(path, _known(path, format), count, progress), count):
        yield _turned(alignment) if swap else alignment


def read_gold(
    path: str | Path,
    *,
    format: LinkFormat | str | None = None,
    count: int | None = None,
    swap: bool = False,
    progress: Progress | None = None,
) -> Iterator[GoldLinks]:
    """The gold links of a file, one a pair, in the order of the pairs; scores are read and dropped.

    Arguments as for `read_links`.

    Raises:
        ProjnerError: there is no such format.
        InputError: as `read_links`, but for possible links, which are kept as such.
    """
    for links in _counted(path, _read_gold(path, _known(path, format), count, progress), count):
        yield _turned_gold(links) if swap else links


def write_links(
    path: str | Path,
    alignments: Iterable[Alignment],
    *,
    format: LinkFormat | str = LinkFormat.PHARAOH,
    scores: bool = False,
    pairs: Iterable[Pair] | None = None,
) -> None:
    """Write alignments, weak links left out; the file appears when it is whole.

    Args:
        path: the file.
        alignments: one a pair.
        format: GIZA++'s needs the `pairs` too, as it holds their words, and has no scores.
        scores: write each link's score.
        pairs: the pairs of the alignments.

    Raises:
        ProjnerError: there is no such format, or GIZA++'s is to be written without pairs or with scores.
        InputError: the file cannot be written.
    """
    match _format(format):
        case LinkFormat.PHARAOH:
            pharaoh.write(path, alignments, scores=scores)
        case LinkFormat.NAACL:
            naacl.write(path, alignments, scores=scores)
        case LinkFormat.TALP:
            talp.write(path, alignments, scores=scores)
        case LinkFormat.GIZA:
            if pairs is None or scores:
                raise ProjnerError("a GIZA++ file holds the words of its pairs, and no scores of links")
            giza.write(path, pairs, alignments)


def write_gold(
    path: str | Path, gold: Iterable[GoldLinks], *, format: LinkFormat | str = LinkFormat.PHARAOH
) -> None:
    """Write gold links, sure and possible; the file appears when it is whole.

    Raises:
        ProjnerError: there is no such format, or it is GIZA++'s, which has no possible links.
        InputError: the file cannot be written.
    """
    match _format(format):
        case LinkFormat.PHARAOH:
            pharaoh.write_gold(path, gold)
        case LinkFormat.NAACL:
            naacl.write_gold(path, gold)
        case LinkFormat.TALP:
            talp.write_gold(path, gold)
        case LinkFormat.GIZA:
            raise ProjnerError("a GIZA++ file has no way to mark possible links: write Pharaoh or NAACL")


def _format(format: LinkFormat | str) -> LinkFormat:
    try:
        return LinkFormat(format)
    except ValueError:
        raise ProjnerError(
            f"there is no link format {format!r}; there are: {', '.join(LinkFormat)}"
        ) from None


def _known(path: str | Path, format: LinkFormat | str | None) -> LinkFormat:
    return detect(path) if format is None else _format(format)


def _read(
    path: str | Path, format: LinkFormat, count: int | None, progress: Progress | None
) -> Iterator[Alignment]:
    match format:
        case LinkFormat.PHARAOH:
            return pharaoh.read(path, progress=progress)
        case LinkFormat.NAACL:
            return naacl.read(path, count=count, progress=progress)
        case LinkFormat.GIZA:
            return giza.read(path, count=count, progress=progress)
        case LinkFormat.TALP:
            return talp.read(path, progress=progress)


def _read_gold(
    path: str | Path, format: LinkFormat, count: int | None, progress: Progress | None
) -> Iterator[GoldLinks]:
    match format:
        case LinkFormat.PHARAOH:
            return pharaoh.read_gold(path, progress=progress)
        case LinkFormat.NAACL:
            return naacl.read_gold(path, count=count, progress=progress)
        case LinkFormat.GIZA:
            return giza.read_gold(path, count=count, progress=progress)
        case LinkFormat.TALP:
            return talp.read_gold(path, progress=progress)


def _counted(path: str | Path, items: Iterator[_T], count: int | None) -> Iterator[_T]:
    number = 0
    for number, item in enumerate(items, start=1):
        if count is not None and number > count:
            raise _other_count(path, number, f"links of pair {number:,}", count)
        yield item
    if count is not None and number < count:
        raise _other_count(path, None, f"the links of {number:,} pairs", count)


def _other_count(path: str | Path, line: int | None, found: str, count: int) -> InputError:
    return InputError(
        path,
        line,
        found,
        f"as many as there are pairs, {count:,}",
        "Check that these are the links of this corpus; a pair without links is an empty line.",
    )


def _turned(alignment: Alignment) -> Alignment:
    def turn(links: Sequence[Link]) -> tuple[Link, ...]:
        return tuple(
            replace(
                link,
                source=link.target,
                target=link.source,
                forward=link.backward,
                backward=link.forward,
            )
            for link in links
        )

    return Alignment(turn(alignment.links), turn(alignment.weak))


def _turned_gold(links: GoldLinks) -> GoldLinks:
    return GoldLinks(
        frozenset((target, source) for source, target in links.sure),
        frozenset((target, source) for source, target in links.possible),
    )
