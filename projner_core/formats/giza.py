"""GIZA++'s A3 files: three lines a pair, with the words in them.

    # Sentence pair (1) source length 3 target length 4 alignment score : 0.00012
    Sie wohnt in Berlin
    NULL ({ }) She ({ 1 }) lives ({ 2 }) there ({ 3 4 })

The third line has the words of what GIZA++ calls the source, each with the positions of the words of the
second line that it is linked to, counted from 1; `NULL` has those that are linked to nothing. So the third
line is our source and the second our target, unless the file was made in the other direction: then the
reader has to turn every link around, which nothing in the file can tell it.

Sentence pairs are put in the order of their numbers: a parallel run leaves them as its parts finished. A
file that is in order is read as a stream; else what came too early is held until its turn. The words
are not compared with any corpus; they may hold spaces and `({`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from projner_core.corpus import Alignment, GoldLinks, Link, Pair
from projner_core.errors import InputError
from projner_core.formats.base import MOST_TOKENS, Progress, lines, write_whole

HEAD = re.compile(
    r"# Sentence pair \(([0-9]{1,9})\) source length ([0-9]{1,6}) target length ([0-9]{1,6})"
    r" alignment score *: *(\S+) *"
)
"""The first line of a pair: its number, both lengths, and the score."""

# A word is as short as can be, so that the first positions behind it are its own; it may be “({” itself.
_WORD = re.compile(r"(.+?) \(\{((?: +[0-9]{1,6})*) *\}\)(?: +|$)", re.DOTALL)
_WORDS = re.compile(r"[^ \t\v\f]+")  # what GIZA++ parts words by, not what Unicode calls a space
_EXPECTED_HEAD = (
    "“# Sentence pair (1) source length 3 target length 4 alignment score : 0.01”, every third line"
)
_CUT = "The file seems damaged or cut off: write it again with GIZA++."


def read(
    path: str | Path, *, count: int | None = None, progress: Progress | None = None
) -> Iterator[Alignment]:
    """The alignments of a file in the order of their sentence numbers, links sorted, each of score 1.0.

    Args:
        path: the file.
        count: how many pairs there are, if that is known.
        progress: told the bytes read.

    Raises:
        InputError: a line that is not of the format or is missing, lengths that contradict the words, a
            position outside the sentence, a sentence number that comes twice, is missing or passes
            `count`, or a file that is no text.
    """
    due = 1
    early: dict[int, Alignment] = {}
    for line, number, alignment in _triples(path, progress):
        if number < due or number in early:
            raise InputError(
                path,
                line,
                f"sentence pair {number} twice" if number > 0 else "sentence pair 0",
                "each sentence pair once, numbered from 1",
                "If parts of a parallel run were joined, join each part once.",
            )
        if count is not None and number > count:
            raise InputError(
                path,
                line,
                f"sentence pair {number:,}",
                f"numbers up to {count:,}, as there are {count:,} pairs",
                "Check that these are the links of this corpus.",
            )
        early[number] = alignment
        while due in early:
            yield early.pop(due)
            due += 1
    if early:
        raise InputError(
            path,
            None,
            f"no sentence pair {due:,}, but {min(early):,}",
            "all sentence pairs from 1 on",
            "If a parallel run wrote several parts, join them all into one file.",
        )


def read_gold(
    path: str | Path, *, count: int | None = None, progress: Progress | None = None
) -> Iterator[GoldLinks]:
    """The links of a file as gold links, all sure: the format knows no others.

    Raises:
        InputError: as `read`.
    """
    for alignment in read(path, count=count, progress=progress):
        yield GoldLinks.of(alignment)


def write(path: str | Path, pairs: Iterable[Pair], alignments: Iterable[Alignment]) -> None:
    """Write pairs with their links; weak links and scores are left out.

    Spaces inside a token become `_`, as the format parts words by spaces. Target words that nothing is
    linked to are NULL's.

    Raises:
        InputError: the file cannot be written.
        ValueError: a pair has no source, a link points outside its pair, or there are more of one than of
            the other.
    """
    write_whole(
        path,
        (
            _format(number, pair, alignment)
            for number, (pair, alignment) in enumerate(zip(pairs, alignments, strict=True), start=1)
        ),
    )


def _format(number: int, pair: Pair, alignment: Alignment) -> str:
    source, target = pair.both()
    alignment.check(len(source), len(target))
    positions: list[list[int]] = [[] for _ in range(len(source))]
    for link in sorted(alignment.links):
        positions[link.source].append(link.target + 1)
    linked = {link.target + 1 for link in alignment.links}
    null = [position for position in range(1, len(target) + 1) if position not in linked]
    words = (
        f"{word} ({{ {''.join(f'{position} ' for position in at)}}}) "
        for word, at in zip(["NULL", *map(_word, source.tokens)], [null, *positions], strict=True)
    )
    return (
        f"# Sentence pair ({number}) source length {len(source)} target length {len(target)} "
        f"alignment score : 1\n{' '.join(map(_word, target.tokens))}\n{''.join(words)}\n"
    )


def _word(token: str) -> str:
    return "_".join(token.split()) or "_"


def _triples(path: str | Path, progress: Progress | None) -> Iterator[tuple[int, int, Alignment]]:
    """The line and the number of each sentence pair, and its links."""
    numbered = enumerate(lines(path, progress=progress), start=1)
    for line, text in numbered:
        if not text.strip():
            continue
        head = HEAD.fullmatch(text)
        if head is None:
            raise InputError(path, line, _shown(text), _EXPECTED_HEAD, _CUT)
        number, source_length, target_length = (int(group) for group in head.group(1, 2, 3))
        if max(source_length, target_length) > MOST_TOKENS:
            raise InputError(
                path, line, _shown(text), f"at most {MOST_TOKENS:,} words a sentence", "Cut the sentence."
            )
        line, text = _next(path, numbered, line, "the words of the target sentence")
        _check_target(path, line, text, target_length)
        line, text = _next(path, numbered, line, "the source words with their positions")
        yield line - 2, number, _links(path, line, text, source_length, target_length)


def _next(path: str | Path, numbered: Iterator[tuple[int, str]], line: int, expected: str) -> tuple[int, str]:
    line, text = next(numbered, (line, None))
    if text is None or HEAD.fullmatch(text):
        found = "the end of the file" if text is None else "the next sentence pair"
        raise InputError(path, line, found, expected, _CUT)
    return line, text


def _check_target(path: str | Path, line: int, text: str, length: int) -> None:
    # More may be right: a word may hold a space.
    if (words := len(_WORDS.findall(text))) < length:
        raise InputError(
            path, line, f"{words:,} words", f"{length:,}, the target length one line above", _CUT
        )


def _links(path: str | Path, line: int, text: str, source_length: int, target_length: int) -> Alignment:
    expected = "“NULL ({ 3 }) She ({ 1 }) lives ({ 2 })”: NULL and every source word, each with positions"
    links: list[Link] = []
    words = at = 0
    while at < len(text):
        found = _WORD.match(text, at)
        if found is None or (words == 0 and found[1] != "NULL"):
            raise InputError(path, line, _shown(text[at:]), expected, _CUT)
        positions = [int(position) for position in found[2].split()]
        for position in positions:
            if not 1 <= position <= target_length:
                raise InputError(
                    path,
                    line,
                    f"the position {position} behind {_shown(found[1])}",
                    f"positions from 1 to {target_length}, the target length",
                    _CUT,
                )
        if len(set(positions)) < len(positions):
            raise InputError(path, line, f"a position twice behind {_shown(found[1])}", "each once", _CUT)
        links.extend(Link(words - 1, position - 1) for position in sorted(positions) if words)
        words += 1
        at = found.end()
    if words != source_length + 1:
        raise InputError(
            path,
            line,
            f"{max(words - 1, 0):,} source words",
            f"NULL and {source_length:,} words, the source length two lines above",
            _CUT,
        )
    return Alignment(tuple(links))


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "…")
