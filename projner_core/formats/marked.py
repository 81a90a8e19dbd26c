"""Marked text: target sentences with their entities in brackets, as models of marked translation write it.

Two kinds of file. Plain text has one line a pair, in the order of the pairs; an empty line says that a pair
has no marked text. JSON lines have one object a line, in any order, with the pair's id:

    [Angela Merkel] besuchte [Paris] .

    {"id": "pud-17", "marked": "[Angela Merkel] besuchte [Paris] ."}

Objects without ids are taken in the order of the pairs. What the marks mean is decided by the projectors
that read them (`projner_core.projectors.marked_text`): here a text stays as it came.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from projner_core.errors import InputError
from projner_core.formats.base import Progress, lines

_REMEDY = "Write one text a pair, and an empty one where a pair has none."
_FIELDS = ("marked", "text")


def read(path: str | Path, ids: Sequence[str], *, progress: Progress | None = None) -> list[str]:
    """The marked text of every pair, "" where it has none; all of it, or nothing.

    Args:
        path: the file: JSON lines where its name ends in `.jsonl` or its first line holds an object.
        ids: the ids of the pairs, in their order.
        progress: told the bytes read.

    Raises:
        InputError: fewer or more texts than pairs, an id that is unknown, missing or there twice, a line
            that is not such an object, or a file that is no text.
    """
    rows = list(enumerate((line.strip() for line in lines(path, progress=progress)), start=1))
    while rows and not rows[-1][1] and len(rows) > len(ids):
        rows.pop()  # blank lines at the end of a file are no pairs
    if _is_jsonl(path, rows):
        return _by_id(path, list(_objects(path, rows)), ids)
    return _in_order(path, rows, ids)


def _is_jsonl(path: str | Path, rows: list[tuple[int, str]]) -> bool:
    if Path(path).suffix.lower() in (".jsonl", ".ndjson"):
        return True
    first = next((text for _, text in rows if text), "")
    try:
        return first.startswith("{") and isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _in_order(path: str | Path, rows: list[tuple[int, str]], ids: Sequence[str]) -> list[str]:
    if len(rows) > len(ids):
        raise InputError(
            path, rows[len(ids)][0], f"text number {len(ids) + 1:,}", f"{len(ids):,}, one a pair", _REMEDY
        )
    if len(rows) < len(ids):
        last = rows[-1][0] if rows else None
        raise InputError(path, last, f"the last of {len(rows):,} texts", f"{len(ids):,}, one a pair", _REMEDY)
    return [text for _, text in rows]


def _objects(path: str | Path, rows: list[tuple[int, str]]) -> Iterator[tuple[int, str | None, str]]:
    """Line, id and text of every object; blank lines are left out."""
    for line, row in rows:
        if not row:
            continue
        try:
            value = json.loads(row)
            json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair can be escaped in JSON
        except (ValueError, RecursionError) as error:
            raise _wrong(path, line, f"a line that is not JSON ({error})", "a JSON object") from None
        text = None
        if isinstance(value, dict):
            text = next((value[field] for field in _FIELDS if field in value), None)
        if not isinstance(text, str):
            raise _wrong(path, line, "no text", "an object with a text called “marked” or “text”")
        name = value.get("id")
        if isinstance(name, bool) or not isinstance(name, str | int | None):
            raise _wrong(path, line, f"the id {name!r}", "an id that is a text or a whole number")
        yield line, None if name is None else str(name), " ".join(text.splitlines()).strip()


def _by_id(path: str | Path, objects: list[tuple[int, str | None, str]], ids: Sequence[str]) -> list[str]:
    if all(name is None for _, name, _ in objects):
        return _in_order(path, [(line, text) for line, _, text in objects], ids)
    known = set(ids)
    found: dict[str, str] = {}
    for line, name, text in objects:
        if name is None:
            raise _wrong(path, line, "no id", "an id in every object, or in none")
        if name not in known:
            raise _wrong(path, line, f"the id {name!r}", "the id of a pair")
        if name in found:
            raise _wrong(path, line, f"the id {name!r} again", "each pair once")
        found[name] = text
    missing = [name for name in ids if name not in found]
    if missing:
        raise InputError(
            path,
            objects[-1][0],
            f"the last of {len(objects):,} texts, and none for the pair {missing[0]!r}",
            f"{len(ids):,}, one a pair",
            _REMEDY,
        )
    return [found[name] for name in ids]


def _wrong(path: str | Path, line: int, found: str, expected: str) -> InputError:
    return InputError(path, line, found, expected, 'Write one object a line: {"id": "…", "marked": "…"}.')
