"""Find out how a CoNLL file is laid out, by reading it once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from projner_core.errors import InputError
from projner_core.formats.base import Progress, sniff
from projner_core.formats.conll_layout import BLANK, DOCUMENT_MARK, Layout, blocks, columns_of, content
from projner_core.formats.conll_rows import rows_of
from projner_core.schemes import OUTSIDE, Detector, is_tag

_SAMPLE = 1 << 18  # characters from which separator and columns are judged


def detect_layout(
    path: str | Path,
    *,
    token_column: int | None = None,
    tag_column: int | None = None,
    progress: Progress | None = None,
) -> Layout:
    """The layout of a CoNLL file.

    Separator and columns are judged by the first 256 KB: tabs where at least half of the lines hold
    one (unless others hold none and spaces and tabs together part all lines alike); else spaces where
    they part nine in ten lines alike, or half of them with tags in one column; else there is one
    column. `columns` is the commonest number. Tags stand in the last column, other than the tokens',
    in which at least half of the cells are tags (a column with nothing but `O` only where there is no
    other). Tokens stand in the first column, or in the second where the first counts the tokens: 1, 2,
    3. The scheme is judged by all tags of the file.

    Args:
        path: the file.
        token_column, tag_column: 0-based, where the user knows; negative ones count from the end.
        progress: told the bytes read so far.

    Raises:
        InputError: the file cannot be read as CoNLL; every line has been checked by the time this
            returns.
    """
    start = sniff(path)
    found = blocks(path, start.terminator, progress)
    sample, length = [], 0
    for line, block in found:
        sample.append((line, block))
        length += len(block)
        if length >= _SAMPLE:
            break
    sentences = _token_rows((block for _, block in sample), start.terminator)
    if not sentences:
        raise _no_tokens(path)
    separator, columns = _separator(sentences, path)
    cells = [[columns_of(row, separator) for row in rows] for rows in sentences]
    full = [[row for row in rows if len(row) >= columns] for rows in cells]
    tokens = _chosen(token_column, columns, path, "token")
    tags = _chosen(tag_column, columns, path, "tag")
    if tags is None:
        tags = _tag_column(full, columns, tokens)
    elif not _looks_tagged(full, tags):
        raise _not_tags(full, tags, path)
    if tokens is None:
        tokens = 1 if tags != 1 and columns > 1 and _counts_tokens(full) else 0
    layout = Layout(separator, columns, tokens, tags, None, start.bom, start.newline)
    detector = Detector()
    some = False
    for line, block in chain(sample, found):
        rows = rows_of(block, layout, path, line)
        some = some or bool(rows.tokens)
        if rows.tags:
            detector.feed(rows.tags)
    if not some:
        raise _no_tokens(path)
    scheme = None if tags is None else detector.result()
    return Layout(separator, columns, tokens, tags, scheme, start.bom, start.newline)


def _token_rows(texts: Iterator[str], terminator: str) -> list[list[str]]:
    """The rows that are surely tokens; where there are none, those that start like a hashtag."""
    rows = [
        [
            row
            for row in map(content, text.split(terminator))
            if row.strip(BLANK) and not row.startswith(DOCUMENT_MARK)
        ]
        for text in texts
    ]
    sure = [[row for row in block if not row.startswith("#")] for block in rows]
    if not any(sure):
        sure = [[row for row in block if not row.startswith("# ")] for block in rows]
    return [block for block in sure if block]


def _separator(sentences: Sequence[Sequence[str]], path: str | Path) -> tuple[str, int]:
    rows = list(chain.from_iterable(sentences))
    tabs = sum("\t" in row for row in rows)
    words = [columns_of(row, " ") for row in rows]
    counts = Counter(map(len, words))
    mixed = 0 < tabs < len(rows) and len(counts) == 1 and 1 not in counts
    if 2 * tabs >= len(rows) and not mixed:
        return "\t", _commonest(Counter(row.count("\t") + 1 for row in rows))
    columns = _commonest(counts)
    full = [row for row in words if len(row) == columns]
    tagged = any(_looks_tagged([full], column) for column in range(1, columns))
    if columns > 1 and (10 * len(full) >= 9 * len(rows) or (tagged and 2 * len(full) >= len(rows))):
        return " ", columns
    if sum(map(len, words)) <= 2.5 * len(rows):
        return "\t", 1  # tokens, some of which hold a space
    raise InputError(
        path,
        None,
        f"lines of {min(counts)} to {max(counts)} words",
        "one token a line, with the same columns on every line",
        "If the file is one sentence a line, it is text, not CoNLL: name it .txt.",
    )


def _commonest(counts: Counter[int]) -> int:
    return max(counts, key=lambda columns: (counts[columns], columns))


def _chosen(column: int | None, columns: int, path: str | Path, what: str) -> int | None:
    if column is None:
        return None
    if not -columns <= column < columns:
        raise InputError(
            path,
            None,
            f"{columns} columns",
            f"a column {column + 1 if column >= 0 else column} with the {what}s",
            f"Choose a {what} column from 1 to {columns}.",
        )
    return column % columns


def _tag_column(sentences: Sequence[Sequence[Sequence[str]]], columns: int, tokens: int | None) -> int | None:
    likely = [
        column
        for column in range(columns - 1, -1, -1)
        if column != (tokens or 0) and _looks_tagged(sentences, column)
    ]
    for column in likely:
        if any(row[column].strip(" ") != OUTSIDE for rows in sentences for row in rows):
            return column
    return likely[0] if likely else None


def _looks_tagged(sentences: Sequence[Sequence[Sequence[str]]], column: int) -> bool:
    cells = Counter(row[column].strip(" ") for rows in sentences for row in rows)
    tagged = sum(count for cell, count in cells.items() if is_tag(cell))
    return cells.total() > 0 and 2 * tagged >= cells.total()


def _counts_tokens(sentences: Sequence[Sequence[Sequence[str]]]) -> bool:
    return any(len(rows) > 1 for rows in sentences) and all(
        row[0] == str(number) for rows in sentences for number, row in enumerate(rows, start=1)
    )


def _not_tags(sentences: Sequence[Sequence[Sequence[str]]], column: int, path: str | Path) -> InputError:
    cells = (row[column] for rows in sentences for row in rows)
    example = next((cell for cell in cells if not is_tag(cell)), "")
    return InputError(
        path,
        None,
        f"{example!r} and other such values in column {column + 1}",
        "tags such as O and B-PER",
        "Choose the column that holds the tags.",
    )


def _no_tokens(path: str | Path) -> InputError:
    return InputError(
        path,
        None,
        "no token, only comments or blank lines",
        "one token a line",
        "Check that this is the right file.",
    )
