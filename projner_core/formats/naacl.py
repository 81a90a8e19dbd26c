"""NAACL: a link a line, `sentence source target [S|P] [score]`, all counted from 1.

The format of the shared tasks on word alignment (Mihalcea and Pedersen 2003). `S` marks a sure link, which
is what a link without a mark is, and `P` a possible one. A link to 0 says that a word stands for nothing:
the same as no link, so it is checked and dropped. A sentence without a line has no link; those behind the
last line are known only to who knows how many pairs there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from projner_core.corpus import Alignment, GoldLinks, Link
from projner_core.errors import InputError
from projner_core.formats.base import MOST_TOKENS, Progress, lines, write_whole

MOST_SENTENCES = 10_000_000
"""The largest sentence number that is believed: beyond it, the first column is something else."""

ROW = re.compile(
    r"[ \t]*([0-9]{1,9})[ \t]+([0-9]{1,6})[ \t]+([0-9]{1,6})"
    r"(?:[ \t]+([SsPp]))?(?:[ \t]+([0-9.eE+-]{1,32}))?[ \t]*"
)
"""A line of the format: sentence, source, target, mark, score."""

_EXPECTED = "“sentence source target”, then S or P, then a score from 0 to 1, both optional: “18 1 2 S”"
_REMEDY = "Write a link a line, parted by spaces, all counted from 1."


class _Row(NamedTuple):
    line: int
    source: int  # 0-based
    target: int
    sure: bool
    score: float


def read(
    path: str | Path, *, count: int | None = None, progress: Progress | None = None
) -> Iterator[Alignment]:
    """The alignments of a file in the order of the sentence numbers, links in the file's order.

    Args:
        path: the file.
        count: how many pairs there are; without it, the last sentence number.
        progress: told the bytes read.

    Raises:
        InputError: a line that is not of the format, a possible link (see `read_gold`), one link twice,
            sentence numbers that do not rise or pass `count`, or a file that is no text.
    """
    for rows in _sentences(path, count, progress):
        links: dict[tuple[int, int], Link] = {}
        for line, source, target, sure, score in rows:
            if not sure:
                raise InputError(
                    path,
                    line,
                    f"the possible link {source + 1} {target + 1} P",
                    "links that were decided, marked S or not at all",
                    "If people drew these links, import them as gold links.",
                )
            if (source, target) in links:
                raise InputError(
                    path,
                    line,
                    f"the link {source + 1} {target + 1} twice",
                    "each link of a sentence once",
                    "Take one of the lines out.",
                )
            links[source, target] = Link(source, target, score)
        yield Alignment(tuple(links.values()))


def read_gold(
    path: str | Path, *, count: int | None = None, progress: Progress | None = None
) -> Iterator[GoldLinks]:
    """The gold links of a file in the order of the sentence numbers; scores are read and dropped.

    Raises:
        InputError: as `read`, but for possible links and links that come twice.
    """
    for rows in _sentences(path, count, progress):
        yield GoldLinks(
            sure=frozenset((row.source, row.target) for row in rows if row.sure),
            possible=frozenset((row.source, row.target) for row in rows),
        )


def write(path: str | Path, alignments: Iterable[Alignment], *, scores: bool = False) -> None:
    """Write the links of alignments, weak ones left out; pairs without a link have no line.

    Raises:
        InputError: the file cannot be written.
    """
    write_whole(
        path,
        (
            f"{number} {link.source + 1} {link.target + 1} S"
            + (f" {float(link.score)!r}\n" if scores else "\n")
            for number, alignment in enumerate(alignments, start=1)
            for link in sorted(alignment.links)
        ),
    )


def write_gold(path: str | Path, gold: Iterable[GoldLinks]) -> None:
    """Write gold links, marked S and P; pairs without a link have no line.

    Raises:
        InputError: the file cannot be written.
    """
    write_whole(
        path,
        (
            f"{number} {source + 1} {target + 1} {'S' if (source, target) in links.sure else 'P'}\n"
            for number, links in enumerate(gold, start=1)
            for source, target in sorted(links.possible)
        ),
    )


def _sentences(path: str | Path, count: int | None, progress: Progress | None) -> Iterator[list[_Row]]:
    """The links of each sentence from 1 on, in turn; null links are dropped."""
    now = 1
    rows: list[_Row] = []
    seen = False
    for line, text in enumerate(lines(path, progress=progress), start=1):
        if not text.strip():
            continue
        sentence, row = _row(path, line, text)
        if sentence < now:
            raise InputError(
                path,
                line,
                f"sentence {sentence} behind sentence {now}",
                "rising sentence numbers, the links of a sentence together",
                "Sort the lines by their first column (sort -n).",
            )
        if count is not None and sentence > count:
            raise InputError(
                path,
                line,
                f"sentence {sentence:,}",
                f"sentence numbers up to {count:,}, as there are {count:,} pairs",
                "Check that these are the links of this corpus.",
            )
        for _ in range(now, sentence):
            yield rows
            rows = []
        now, seen = sentence, True
        if row is not None:
            rows.append(row)
    if seen:
        yield rows
    for _ in range(now + seen, (count or 0) + 1):
        yield []


def _row(path: str | Path, line: int, text: str) -> tuple[int, _Row | None]:
    """Sentence number and link of one line; None for a link to the null word."""
    shown = repr(text if len(text) <= 40 else text[:37] + "…")
    found = ROW.fullmatch(text)
    if found is None:
        raise InputError(path, line, shown, _EXPECTED, _REMEDY)
    sentence, source, target = (int(group) for group in found.group(1, 2, 3))
    if not 1 <= sentence <= MOST_SENTENCES:
        raise InputError(
            path,
            line,
            f"the sentence number {sentence}",
            f"numbers from 1 to {MOST_SENTENCES:,}",
            "Check that the first column counts the sentence pairs. " + _REMEDY,
        )
    if source == target == 0:
        raise InputError(
            path,
            line,
            f"a link from 0 to 0 in {shown}",
            "words counted from 1; a 0 on one side says that a word has no link",
            "If the file counts words from 0, add 1 to both columns, or save it as Pharaoh (“0-0 1-2”).",
        )
    if max(source, target) > MOST_TOKENS:
        raise InputError(path, line, shown, f"words up to {MOST_TOKENS:,}", _REMEDY)
    try:
        score = 1.0 if found[5] is None else float(found[5])
    except ValueError:
        score = -1.0
    if not 0.0 <= score <= 1.0:
        raise InputError(path, line, f"the score {found[5]} in {shown}", "a score from 0 to 1", _REMEDY)
    if source == 0 or target == 0:
        return sentence, None
    return sentence, _Row(line, source - 1, target - 1, found[4] not in ("P", "p"), score)
