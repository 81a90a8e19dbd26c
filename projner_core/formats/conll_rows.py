"""The tokens and tags of one block of CoNLL text, checked.

Most blocks are plain: comments at the head, then token lines that all have the same columns. Those
are cut by a few calls on whole strings, which is several times as fast as going line by line. Any
other block is read line by line, by the rules of `conll_layout`, and errors are found there.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

from projner_core.errors import InputError
from projner_core.formats.base import MOST_TOKENS
from projner_core.formats.conll_layout import (
    BLANK,
    DOCUMENT_MARK,
    Layout,
    columns_of,
    content,
    kind_of,
    too_many,
)


@dataclass(frozen=True, slots=True)
class Rows:
    """What one block holds.

    Attributes:
        tokens, tags: of its token lines; `tags` is None where the layout has no tag column.
        comments: its comment lines, without line endings.
        before: how many lines of the block stand before its first token line.
    """

    tokens: tuple[str, ...]
    tags: tuple[str, ...] | None
    comments: tuple[str, ...]
    before: int


def rows_of(block: str, layout: Layout, path: str | Path, line: int) -> Rows:
    """Read one block, whose first line is line `line` of the file `path`.

    Raises:
        InputError: a token line with too few or too many columns, an empty token or tag, or more
            than 65,535 tokens.
    """
    rows = _plain(block, layout) or _line_by_line(block, layout, path, line)
    if len(rows.tokens) > MOST_TOKENS:
        raise too_many(path, line)
    return rows


def _plain(block: str, layout: Layout) -> Rows | None:
    body = block.rstrip("\r\n")
    if "\r" in body and layout.terminator == "\n":
        body = body.replace("\r\n", "\n")
        if "\r" in body:
            return None
    rows = body.split(layout.terminator)
    before = 0
    while before < len(rows) and rows[before].startswith("#") and kind_of(rows[before], layout) == "comment":
        before += 1
    comments, rows = tuple(rows[:before]), rows[before:]
    special = f"{layout.terminator}#" in body or DOCUMENT_MARK in body
    if not rows or (special and not all(kind_of(row, layout) == "token" for row in rows)):
        return None
    if set(map(str.count, rows, repeat(layout.separator))) != {layout.columns - 1}:
        return None
    if layout.separator == " " and "\t" in body:
        return None
    cells = layout.separator.join(rows).split(layout.separator) if layout.columns > 1 else rows
    if "" in cells or (layout.columns == 1 and not all(row.strip(BLANK) for row in rows)):
        return None
    tokens = tuple(cells[layout.token_column :: layout.columns])
    if layout.tag_column is None:
        return Rows(tokens, None, comments, before)
    tags = _tags(cells[layout.tag_column :: layout.columns])
    return None if "" in tags else Rows(tokens, tags, comments, before)


def _line_by_line(block: str, layout: Layout, path: str | Path, line: int) -> Rows:
    tokens: list[str] = []
    tags: list[str] = []
    comments: list[str] = []
    before = 0
    for offset, row in enumerate(map(content, block.split(layout.terminator))):
        kind = kind_of(row, layout)
        if kind == "comment":
            comments.append(row)
        if kind != "token":
            continue
        if not tokens:
            before = offset
        columns = _checked(row, layout, path, line + offset)
        tokens.append(columns[layout.token_column])
        if layout.tag_column is not None:
            tags.append(columns[layout.tag_column])
    return Rows(tuple(tokens), None if layout.tag_column is None else _tags(tags), tuple(comments), before)


def _tags(cells: list[str]) -> tuple[str, ...]:
    """The tags without spaces around them, which are no part of a label."""
    if any(cell[0] == " " or cell[-1] == " " for cell in set(cells)):
        return tuple(cell.strip(" ") for cell in cells)
    return tuple(cells)


def _checked(row: str, layout: Layout, path: str | Path, line: int) -> list[str]:
    columns = columns_of(row, layout.separator)
    parted = "tabs" if layout.separator == "\t" else "spaces"
    if len(columns) < layout.columns or any(map(str.strip, columns[layout.columns :], repeat(BLANK))):
        raise InputError(
            path,
            line,
            f"{_count(len(columns))} in {_short(row)}",
            f"{_count(layout.columns)} parted by {parted}, as in the rest of the file",
            "Put this line right, or leave it out; a comment starts with “# ”.",
        )
    for what, index in (("token", layout.token_column), ("tag", layout.tag_column)):
        if index is not None and not (columns[index].strip(" ") if what == "tag" else columns[index]):
            raise InputError(
                path,
                line,
                f"an empty {what} in {_short(row)}",
                f"a {what} in column {index + 1}",
                "Put this line right, or leave it out.",
            )
    return columns


def _count(columns: int) -> str:
    return "1 column" if columns == 1 else f"{columns} columns"


def _short(row: str) -> str:
    return repr(row if len(row) <= 60 else row[:57] + "…")
