"""Pharaoh: the links of one sentence pair a line, `0-0 1-2 2?1`, offsets from 0.

`i-j` is a sure link and `i?j`, in gold files, a possible one; a score may follow: `1-2:0.87`. A line
with no link is a pair that no link was found for, and counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from projner_core.corpus import Alignment, GoldLinks, Link
from projner_core.errors import InputError
from projner_core.formats.base import MOST_TOKENS, Progress, lines, write_whole

_LINK = re.compile(r"([0-9]{1,6})([-?])([0-9]{1,6})(?::([0-9.eE+-]{1,32}))?")
_REMEDY = "Write links as “0-0 1-2”, counted from 0, parted by spaces, one sentence pair a line."


class LinkError(ValueError):
    """A line that is not Pharaoh's; `found` and `expected` say how."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(f"found {found}; expected {expected}")
        self.found = found
        self.expected = expected


def parse(line: str) -> Alignment:
    """The alignment of one line, links in the line's order, score 1.0 where none is written.

    Raises:
        LinkError: not a link, a possible link (see `parse_gold`), a score outside [0, 1], an offset
            over 65,534, or one link twice.
    """
    links: dict[tuple[int, int], Link] = {}
    for text in line.split():
        source, sure, target, score = _link(text)
        if not sure:
            raise LinkError(
                f"the possible link {text!r}", "links that were decided, “i-j”; “i?j” is for gold links"
            )
        if (source, target) in links:
            raise LinkError(f"the link {source}-{target} twice", "each link once")
        links[source, target] = Link(source, target, score)
    return Alignment(tuple(links.values()))


def parse_gold(line: str) -> GoldLinks:
    """The gold links of one line; scores are read and dropped.

    Raises:
        LinkError: not a link, a score outside [0, 1], or an offset over 65,534.
    """
    links = [_link(text) for text in line.split()]
    return GoldLinks(
        sure=frozenset((source, target) for source, sure, target, _ in links if sure),
        possible=frozenset((source, target) for source, _, target, _ in links),
    )


def format(alignment: Alignment, *, scores: bool = False) -> str:
    """The line of an alignment's links, sorted, without a line ending; weak links are left out.

    With `scores`, `parse` gives the same links back, less what each direction believed.
    """
    if not scores:
        return " ".join(f"{link.source}-{link.target}" for link in sorted(alignment.links))
    return " ".join(f"{link.source}-{link.target}:{float(link.score)!r}" for link in sorted(alignment.links))


def format_gold(links: GoldLinks) -> str:
    """The line of gold links, sorted, without a line ending."""
    marks = {pair: "?" for pair in links.possible} | dict.fromkeys(links.sure, "-")
    return " ".join(f"{source}{mark}{target}" for (source, target), mark in sorted(marks.items()))


def read(path: str | Path, *, progress: Progress | None = None) -> Iterator[Alignment]:
    """The alignments of a file, one a line.

    Raises:
        InputError: a line that `parse` refuses, or a file that is no text.
    """
    for number, line in enumerate(lines(path, progress=progress), start=1):
        try:
            yield parse(line)
        except LinkError as error:
            raise InputError(path, number, error.found, error.expected, _REMEDY) from error


def read_gold(path: str | Path, *, progress: Progress | None = None) -> Iterator[GoldLinks]:
    """The gold links of a file, one sentence pair a line.

    Raises:
        InputError: a line that `parse_gold` refuses, or a file that is no text.
    """
    for number, line in enumerate(lines(path, progress=progress), start=1):
        try:
            yield parse_gold(line)
        except LinkError as error:
            raise InputError(path, number, error.found, error.expected, _REMEDY) from error


def write(path: str | Path, alignments: Iterable[Alignment], *, scores: bool = False) -> None:
    """Write one line an alignment; the file appears when it is whole.

    Raises:
        InputError: the file cannot be written.
    """
    write_whole(path, (format(alignment, scores=scores) + "\n" for alignment in alignments))


def write_gold(path: str | Path, gold: Iterable[GoldLinks]) -> None:
    """Write gold links, one line a pair; the file appears when it is whole.

    Raises:
        InputError: the file cannot be written.
    """
    write_whole(path, (format_gold(links) + "\n" for links in gold))


def _link(text: str) -> tuple[int, bool, int, float]:
    found = _LINK.fullmatch(text)
    shown = repr(text if len(text) <= 40 else text[:37] + "…")
    if found is None:
        raise LinkError(shown, "a link such as 0-0 or 2?1, or 0-0:0.87 with a score")
    source, mark, target, written = found.groups()
    if max(int(source), int(target)) >= MOST_TOKENS:
        raise LinkError(shown, f"offsets below {MOST_TOKENS:,}")
    try:
        score = 1.0 if written is None else float(written)
    except ValueError:
        raise LinkError(shown, "a number behind the colon") from None
    if not 0.0 <= score <= 1.0:
        raise LinkError(f"the score {score} in {shown}", "a score from 0 to 1")
    return int(source), mark == "-", int(target), score
