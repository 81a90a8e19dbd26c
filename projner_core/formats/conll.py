"""CoNLL: one token a line, in columns; a blank line after each sentence.

Reading streams, and keeps each sentence's text exactly as it was. Writing takes that text and puts
new tags into it, so that nothing but changed tags differs. The text of an untouched file comes back
byte for byte: comments, document marks, blank lines, line endings, a missing last line ending.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from projner_core.errors import InputError
from projner_core.formats.base import Progress, write_whole
from projner_core.formats.conll_detect import detect_layout
from projner_core.formats.conll_layout import Layout, blocks, content, kind_of, span_of_column
from projner_core.formats.conll_rows import rows_of

__all__ = [
    "ConllSentence",
    "Layout",
    "detect_layout",
    "line_of",
    "read",
    "render",
    "sentence_from_tokens",
    "write",
]

_ID = re.compile(r"#\s*(?:sent_)?id\s*=\s*(.*\S)")
_TEXT = re.compile(r"#\s*text\s*=\s*(.*\S)")


@dataclass(frozen=True, slots=True)
class ConllSentence:
    """One sentence of a CoNLL file.

    Attributes:
        tokens, tags: as they stand in the file; `tags` is None where the layout has no tag column.
            Tags are not checked against the scheme.
        raw: its text exactly as read, with the comments, document marks and blank lines around it.
        line: 1-based number of its first token's line.
        id: from a comment `# id = …` or `# sent_id = …`.
        comments: its comment lines, without line endings.
    """

    tokens: tuple[str, ...]
    tags: tuple[str, ...] | None
    raw: str
    line: int
    id: str | None = None
    comments: tuple[str, ...] = ()

    @property
    def text(self) -> str | None:
        """The running text from a comment `# text = …`, where there is one."""
        return _comment(_TEXT, self.comments)


def read(path: str | Path, layout: Layout, *, progress: Progress | None = None) -> Iterator[ConllSentence]:
    """The sentences of a file, as a stream: a few megabytes are in memory at a time.

    The raws, joined, are the text of the file without its byte order mark. Comments and document
    marks belong to the raw of the sentence behind them, at the end of the file to the last.

    Args:
        path: the file.
        layout: as `detect_layout` found it.
        progress: told the bytes read so far and in all, about once a megabyte.

    Raises:
        InputError: a line that the layout does not allow; the sentences before it have been given.
    """
    held: ConllSentence | None = None  # given when it is known what belongs to its raw
    head = ""
    head_comments: list[str] = []
    for line, block in blocks(path, layout.terminator, progress):
        rows = rows_of(block, layout, path, line)
        if not rows.tokens:
            head += block
            head_comments.extend(rows.comments)
            continue
        if held is not None:
            yield held
        comments = (*head_comments, *rows.comments)
        held = ConllSentence(
            rows.tokens, rows.tags, head + block, line + rows.before, _comment(_ID, comments), comments
        )
        head, head_comments = "", []
    if held is None:
        raise InputError(path, None, "no token", "one token a line", "Check that this is the right file.")
    yield replace(held, raw=held.raw + head) if head else held


def _comment(pattern: re.Pattern[str], comments: Sequence[str]) -> str | None:
    for comment in comments:
        if found := pattern.fullmatch(comment.rstrip()):
            return found[1]
    return None


def line_of(sentence: ConllSentence, position: int, layout: Layout) -> int:
    """The 1-based line of the token at `position`, for messages about it."""
    offsets = [offset for offset, _ in _token_rows(sentence.raw.split(layout.terminator), layout)]
    return sentence.line + offsets[position] - offsets[0]


def render(raw: str, layout: Layout, tags: Sequence[str]) -> str:
    """The text of a sentence with its tags replaced, and nothing else changed.

    Where the layout has no tag column, one is put behind the last. Tags that did not change leave
    their lines as they were.

    Args:
        raw: the sentence's text as `read` gave it.
        layout: the layout it was read with.
        tags: one a token.

    Raises:
        ValueError: not one tag a token, or a tag that would break the columns (empty, or with a tab,
            a line ending or, in a file of spaces, a space).
    """
    rows = raw.split(layout.terminator)
    places = list(_token_rows(rows, layout))
    if len(places) != len(tags):
        raise ValueError(f"a sentence of {len(places)} tokens needs as many tags, but got {len(tags)}")
    for (place, row), tag in zip(places, tags, strict=True):
        if not tag or any(mark in tag for mark in "\t\r\n") or (layout.separator == " " and " " in tag):
            raise ValueError(f"the tag {tag!r} cannot stand in a column of this file")
        rows[place] = _tagged(row, layout, tag) + rows[place][len(row) :]
    return layout.terminator.join(rows)


def _token_rows(rows: Sequence[str], layout: Layout) -> Iterator[tuple[int, str]]:
    for place, row in enumerate(map(content, rows)):
        if kind_of(row, layout) == "token":
            yield place, row


def _tagged(row: str, layout: Layout, tag: str) -> str:
    if layout.tag_column is None:
        return f"{row}{layout.separator}{tag}"
    if layout.separator == "\t":
        cells = row.split("\t")
        cell = cells[layout.tag_column]
        cells[layout.tag_column] = cell.replace(cell.strip(" "), tag)
        return "\t".join(cells)
    start, end = span_of_column(row, layout.tag_column)
    return row[:start] + tag + row[end:]


def sentence_from_tokens(
    tokens: Sequence[str], tags: Sequence[str], *, id: str | None = None, newline: str = "\n"
) -> str:
    """A new sentence of CoNLL: token, tab, tag on each line, then a blank line.

    Args:
        tokens, tags: of the same length.
        id: written as a comment `# id = …` where given.
        newline: the line ending.

    Raises:
        ValueError: different lengths, no token, or a token, tag or id that would break the lines.
    """
    if not tokens or len(tokens) != len(tags):
        raise ValueError(f"a sentence needs tokens and one tag each, but got {len(tokens)} and {len(tags)}")
    for cell in (*tokens, *tags):
        if not cell or any(mark in cell for mark in "\t\r\n"):
            raise ValueError(
                f"{cell!r} cannot stand in a column: it is empty, or holds a tab or a line ending"
            )
    if id is not None and any(mark in id for mark in "\r\n"):
        raise ValueError(f"the id {id!r} holds a line ending")
    head = "" if id is None else f"# id = {id}{newline}"
    rows = (f"{token}\t{tag}{newline}" for token, tag in zip(tokens, tags, strict=True))
    return f"{head}{''.join(rows)}{newline}"


def write(path: str | Path, texts: Iterable[str], *, bom: bool = False) -> None:
    """Write sentences' texts to a file in UTF-8, as they are; the file appears when it is whole.

    Raises:
        InputError: the file cannot be written.
    """
    write_whole(path, texts, bom=bom)
