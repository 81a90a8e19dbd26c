"""TALP: the links of one sentence pair a line, `1-1 2p3`, counted from 1.

The format of the Alignment Set Toolkit (Lambert, TALP Research Center, Barcelona) and of the gold
alignments that came with it (Lambert, de Gispert, Banchs and Mariño 2005). It looks like Pharaoh but counts
from 1. Several ways of marking links are about, and all are read:

    sure        1-2     1s2     1-2s    1-2[s]
    possible    1?2     1p2     1-2p    1-2[p]

A weight may follow: `1-2:0.87`. What is written is `1-2` and `1p2`. A 0 is refused: it is the sign of a
file that counts from 0, which is Pharaoh's whatever its name says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from projner_core.corpus import Alignment, GoldLinks, Link
from projner_core.errors import InputError
from projner_core.formats.base import MOST_TOKENS, Progress, lines, write_whole
from projner_core.formats.pharaoh import LinkError

_LINK = re.compile(
    r"([0-9]{1,6})(?:([sSpP?])([0-9]{1,6})|-([0-9]{1,6})(?:\[([sSpP])\]|([sSpP]))?)(?::([0-9.eE+-]{1,32}))?"
)
_POSSIBLE = frozenset("pP?")
_REMEDY = "Write links as “1-1 2p3”, counted from 1, parted by spaces, one sentence pair a line."
_COUNTED_FROM_0 = "If the file counts words from 0, read it as Pharaoh."


def is_marked(text: str) -> bool:
    """Whether a link is written in a way that is TALP's and not also Pharaoh's."""
    found = _LINK.fullmatch(text)
    return found is not None and (found[2] not in (None, "?") or bool(found[5] or found[6]))


def parse(line: str) -> Alignment:
    """The alignment of one line, links in the line's order, score 1.0 where no weight is written.

    Raises:
        LinkError: not a link, a possible link (see `parse_gold`), a weight outside [0, 1], an offset that
            is 0 or over 65,535, or one link twice.
    """
    links: dict[tuple[int, int], Link] = {}
    for text in line.split():
        source, target, sure, score = _link(text)
        if not sure:
            raise LinkError(f"the possible link {text!r}", "decided links; possible ones are for gold")
        if (source, target) in links:
            raise LinkError(f"the link {text!r} twice", "each link once")
        links[source, target] = Link(source, target, score)
    return Alignment(tuple(links.values()))


def parse_gold(line: str) -> GoldLinks:
    """The gold links of one line; weights are read and dropped.

    Raises:
        LinkError: as `parse`, but for possible links and links that come twice.
    """
    links = [_link(text) for text in line.split()]
    return GoldLinks(
        sure=frozenset((source, target) for source, target, sure, _ in links if sure),
        possible=frozenset((source, target) for source, target, _, _ in links),
    )


def read(path: str | Path, *, progress: Progress | None = None) -> Iterator[Alignment]:
    """The alignments of a file, one a line.

    Raises:
        InputError: a line that `parse` refuses, or a file that is no text.
    """
    for number, line in enumerate(lines(path, progress=progress), start=1):
        try:
            yield parse(line)
        except LinkError as error:
            raise _refused(path, number, error) from error


def read_gold(path: str | Path, *, progress: Progress | None = None) -> Iterator[GoldLinks]:
    """The gold links of a file, one sentence pair a line.

    Raises:
        InputError: a line that `parse_gold` refuses, or a file that is no text.
    """
    for number, line in enumerate(lines(path, progress=progress), start=1):
        try:
            yield parse_gold(line)
        except LinkError as error:
            raise _refused(path, number, error) from error


def write(path: str | Path, alignments: Iterable[Alignment], *, scores: bool = False) -> None:
    """Write one line an alignment, weak links left out; the file appears when it is whole.

    Raises:
        InputError: the file cannot be written.
    """
    write_whole(
        path,
        (
            " ".join(
                f"{link.source + 1}-{link.target + 1}" + (f":{float(link.score)!r}" if scores else "")
                for link in sorted(alignment.links)
            )
            + "\n"
            for alignment in alignments
        ),
    )


def write_gold(path: str | Path, gold: Iterable[GoldLinks]) -> None:
    """Write gold links, one line a pair; the file appears when it is whole.

    Raises:
        InputError: the file cannot be written.
    """
    write_whole(
        path,
        (
            " ".join(
                f"{source + 1}{'-' if (source, target) in links.sure else 'p'}{target + 1}"
                for source, target in sorted(links.possible)
            )
            + "\n"
            for links in gold
        ),
    )


def _refused(path: str | Path, line: int, error: LinkError) -> InputError:
    remedy = _COUNTED_FROM_0 if "the offset 0" in error.found else _REMEDY
    return InputError(path, line, error.found, error.expected, remedy)


def _link(text: str) -> tuple[int, int, bool, float]:
    """Source and target, from 0 now; whether sure; the weight."""
    shown = repr(text if len(text) <= 40 else text[:37] + "…")
    found = _LINK.fullmatch(text)
    if found is None:
        raise LinkError(shown, "a link such as 1-1 or 2p3, or 1-1:0.87 with a weight")
    source, target = int(found[1]), int(found[3] or found[4])
    if source == 0 or target == 0:
        raise LinkError(f"the offset 0 in {shown}", "offsets from 1")
    if max(source, target) > MOST_TOKENS:
        raise LinkError(shown, f"offsets up to {MOST_TOKENS:,}")
    try:
        score = 1.0 if found[7] is None else float(found[7])
    except ValueError:
        raise LinkError(shown, "a number behind the colon") from None
    if not 0.0 <= score <= 1.0:
        raise LinkError(f"the weight {score} in {shown}", "a weight from 0 to 1")
    mark = found[2] or found[5] or found[6]
    return source - 1, target - 1, mark not in _POSSIBLE, score
