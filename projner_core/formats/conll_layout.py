"""How a CoNLL file is laid out, and what its lines are.

A line is one of four things. **Blank**: nothing but spaces and tabs; it ends a sentence.
**Document mark**: it starts with `-DOCSTART-`. **Comment**: it starts with `#` and is no token line.
**Token line**: all else. A line that starts with `#` is a token line (the token may be `#`, or a
hashtag) only where it has all columns of the layout and, besides,

- it holds a tag in the tag column, or
- it does not start with `# ` in a file of tabs or of one column (`#`, `#farms`), or
- it does not start with `# ` in a file of spaces that has no tag column.

So `# id = 7` and `#begin document` are comments, `#<TAB>O`, `# O` and `#farms O` are tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from projner_core.errors import InputError
from projner_core.formats.base import MOST_TOKENS, Progress, pieces
from projner_core.schemes import Scheme, is_tag

DOCUMENT_MARK = "-DOCSTART-"
BLANK = " \t\r\n"

_FIELD = re.compile(r"[^ \t]+")
_BREAKS = {
    "\n": re.compile(r"\n(?:[ \t\r]*\n)+"),
    "\r": re.compile(r"\r(?:[ \t]*\r)+"),
}
_MARKS = {
    "\n": re.compile(r"(?<=\n)(?=-DOCSTART-)"),
    "\r": re.compile(r"(?<=\r)(?=-DOCSTART-)"),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """How one CoNLL file is laid out.

    Attributes:
        separator: a tab, or a space for columns that any run of spaces and tabs parts.
        columns: how many columns every token line has (empty ones behind them do no harm).
        token_column, tag_column: 0-based; the tag column is None where the file has no tags.
        scheme: what the tags are written in; None where there are none.
        bom: whether the file begins with a byte order mark.
        newline: how its first line ends: `"\\n"`, `"\\r\\n"` or, where there is no line feed, `"\\r"`.
    """

    separator: str = "\t"
    columns: int = 2
    token_column: int = 0
    tag_column: int | None = 1
    scheme: Scheme | None = Scheme.IOB2
    bom: bool = False
    newline: str = "\n"

    @property
    def terminator(self) -> str:
        """What ends a line; a carriage return before a line feed belongs to the line's end."""
        return "\r" if self.newline == "\r" else "\n"

    def to_dict(self) -> dict[str, Any]:
        """The layout as JSON can hold it."""
        return asdict(self) | {"scheme": None if self.scheme is None else self.scheme.value}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Layout:
        """The layout that `to_dict` wrote."""
        scheme = data["scheme"]
        return cls(**{**data, "scheme": None if scheme is None else Scheme(scheme)})


Kind = Literal["blank", "mark", "comment", "token"]


def content(row: str) -> str:
    """A row without the carriage returns that belong to its end."""
    return row.rstrip("\r")


def columns_of(row: str, separator: str) -> list[str]:
    """The columns of a row that holds no line ending, as they stand there."""
    return row.split(separator) if separator == "\t" else _FIELD.findall(row)


def span_of_column(row: str, column: int) -> tuple[int, int]:
    """Where a column stands in a row whose columns runs of spaces part: `[start, end)` in characters."""
    return [found.span() for found in _FIELD.finditer(row)][column]


def kind_of(row: str, layout: Layout) -> Kind:
    """What a row is: the rules stand at the head of this module."""
    if not row.strip(BLANK):
        return "blank"
    if row.startswith(DOCUMENT_MARK):
        return "mark"
    if row.startswith("#") and not _is_token(row, layout):
        return "comment"
    return "token"


def _is_token(row: str, layout: Layout) -> bool:
    columns = columns_of(row, layout.separator)
    if len(columns) < layout.columns:
        return False
    if layout.tag_column is not None and is_tag(columns[layout.tag_column].strip(" ")):
        return True
    if layout.tag_column is not None and layout.separator == " ":
        return False
    return not row.startswith("# ")


def blocks(path: str | Path, terminator: str, progress: Progress | None = None) -> Iterator[tuple[int, str]]:
    """The file in blocks: `(1-based number of its first line, its text)`.

    A block ends with its blank lines, or where the next line is a document mark, or with the file; so
    it holds one sentence, or only comments. The texts, joined, are the file.

    Raises:
        InputError: as `pieces`, or a sentence of more than 65,535 lines.
    """
    line, rest = 1, ""
    for piece in pieces(path, terminator=terminator, progress=progress):
        text, start = rest + piece, 0
        for found in _BREAKS[terminator].finditer(text):
            if found.end() == len(text):
                break  # more blank lines of this block may follow
            for block in _parted(text[start : found.end()], terminator):
                yield line, block
                line += block.count(terminator)
            start = found.end()
        rest = text[start:]
        rows = rest.count(terminator)
        if rows - rest.count(f"{terminator}#") > MOST_TOKENS or rows > 4 * MOST_TOKENS:
            raise too_many(path, line)
    for block in _parted(rest, terminator):
        yield line, block
        line += block.count(terminator)


def _parted(block: str, terminator: str) -> list[str]:
    if DOCUMENT_MARK not in block:
        return [block] if block else []
    return [part for part in _MARKS[terminator].split(block) if part]


def too_many(path: str | Path, line: int) -> InputError:
    """The error for a sentence that never ends."""
    return InputError(
        path,
        line,
        f"a sentence of more than {MOST_TOKENS:,} tokens",
        "a blank line after each sentence",
        "If the file is one sentence a line, it is text, not CoNLL: name it .txt.",
    )
