"""Translations that another program or a person wrote into a file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from projner_core.corpus import Pair, Sentence
from projner_core.errors import InputError, ProjnerError
from projner_core.tokenisation import tokenise

_REMEDY = "Write one translation a pair, and an empty one where a pair has none."
_ALL = 1_000_000_000


class FileTranslator:
    """Reads translations: one line a pair, in their order; or by the pairs' ids.

    With ids it is a file `.tsv` of lines `id⇥translation`, or `.jsonl` of objects
    `{"id": "…", "text": "…"}`, in any order. An empty text says that a pair has no translation.
    Pairs that came with a source sentence may have a translation there or not: theirs stays.

    Args:
        path: the file, UTF-8.
        source_lang: the language of the translations.
        tokenise: `words`: the text is running text; `spaces`: its tokens stand between spaces.

    Attributes:
        chunk: how many pairs to give at once: all, as the lines are counted off.
        detokenises: that no target text was made.
        path: the file.
        reads_every_pair: it is to be given the pairs with a source sentence, too, which a file may count.
        tokenises: as the setting `tokenise`.

    Raises:
        ProjnerError: no file was named.
    """

    detokenises = "not at all: the translations came from a file"
    reads_every_pair = True

    def __init__(
        self, *, path: str = "", source_lang: str = "en", tokenise: Literal["words", "spaces"] = "words"
    ) -> None:
        if not path.strip():
            raise ProjnerError("the translator 'file' needs a path: a file with one translation a pair")
        if tokenise not in ("words", "spaces"):
            raise ProjnerError(f"the translator 'file': tokenise must be words or spaces, not {tokenise!r}")
        self.path = path
        self.source_lang = source_lang
        self.chunk = _ALL
        self.tokenises: Literal["words", "spaces"] = tokenise

    def revision(self) -> str:
        """A digest of the file: other translations are another layer.

        Raises:
            ProjnerError: it can't be read.
        """
        return f"file-{hashlib.sha256(_bytes(self.path)).hexdigest()[:32]}"

    def translate(self, pairs: Sequence[Pair]) -> list[Sentence]:
        """One source sentence a pair, in the same order; that of a pair that has one is its own.

        A file has a line for every pair, or for every pair without a source sentence.

        Raises:
            InputError: there are fewer or more texts than pairs, an id is missing or there twice, or the file
                is no text.
        """
        rows = _rows(self.path)
        if Path(self.path).suffix.lower() in (".tsv", ".jsonl", ".ndjson"):
            texts = _by_id(self.path, rows, pairs)
        else:
            texts = _in_order(self.path, rows, [pair.source is None for pair in pairs])
        return [
            Sentence(tokenise(text, self.source_lang, self.tokenises), self.source_lang, text)
            if pair.source is None
            else pair.source
            for pair, text in zip(pairs, texts, strict=True)
        ]


def _bytes(path: str) -> bytes:
    try:
        return Path(path).expanduser().read_bytes()
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ProjnerError(f"the file of translations {path!r} can't be read: {reason}") from error


def _rows(path: str) -> list[str]:
    """The lines, trimmed; blank ones at the end left to the caller."""
    try:
        text = _bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InputError(
            path, line, "bytes that are no UTF-8", "a text in UTF-8", "Save the file as UTF-8."
        ) from error
    rows = text.replace("\r\n", "\n").split("\n")
    return rows[:-1] if rows[-1] == "" else rows


def _in_order(path: str, rows: list[str], wanted: list[bool]) -> list[str]:
    """One text a pair; `wanted` says of each whether it needs one, and of the others nothing is read."""
    texts = [row.strip() for row in rows]
    pairs, some = len(wanted), sum(wanted)
    expected = f"{pairs:,}, one a pair"
    if some < pairs:
        expected += f", or {some:,}, one for each pair without a source sentence"
    readings = []
    if len(lines := _trimmed(texts, pairs)) == pairs:
        readings.append([text if needs else "" for text, needs in zip(lines, wanted, strict=True)])
    if len(rest := _trimmed(texts, some)) == some:
        after = iter(rest)
        readings.append([next(after) if needs else "" for needs in wanted])
    if not readings:
        line = min(len(lines), pairs + 1) or None
        raise InputError(path, line, f"{len(lines):,} lines", expected, _REMEDY)
    if readings[0] != readings[-1]:
        found = "blank lines at the end that may stand for pairs or for nothing"
        remedy = "Take the blank lines away, or write the translations by id (.tsv)."
        raise InputError(path, None, found, f"lines: {expected}", remedy)
    return readings[0]


def _trimmed(texts: list[str], least: int) -> list[str]:
    """Without blank lines at the end, which are no pairs, as long as there are more than `least`."""
    end = len(texts)
    while end > least and not texts[end - 1]:
        end -= 1
    return texts[:end]


def _by_id(path: str, rows: list[str], pairs: Sequence[Pair]) -> list[str]:
    found: dict[str, str] = {}
    known = {pair.id for pair in pairs}
    split = _tsv if Path(path).suffix.lower() == ".tsv" else _jsonl
    for line, row in enumerate(rows, start=1):
        if not row.strip():
            continue
        name, text = split(path, line, row)
        if name not in known:
            raise InputError(path, line, f"the id {name!r}", "the id of a pair", _REMEDY)
        if name in found:
            raise InputError(path, line, f"the id {name!r} again", "each pair once", _REMEDY)
        found[name] = " ".join(text.splitlines()).strip()
    wanted = [pair.id for pair in pairs if pair.source is None]
    for name in wanted:
        if name not in found:
            raise InputError(
                path, None, f"no translation for the pair {name!r}", f"{len(wanted):,}, one a pair", _REMEDY
            )
    return [found.get(pair.id, "") for pair in pairs]


def _tsv(path: str, line: int, row: str) -> tuple[str, str]:
    name, tab, text = row.partition("\t")
    if not tab:
        raise InputError(path, line, "no tab", "an id, a tab, and a translation", _REMEDY)
    return name.strip(), text.replace("\t", " ")


def _jsonl(path: str, line: int, row: str) -> tuple[str, str]:
    wrong = InputError(
        path,
        line,
        "something else",
        'an object {"id": "…", "text": "…"}',
        "Write one a line, or plain lines.",
    )
    try:
        value = json.loads(row)
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair can be escaped in JSON
    except (ValueError, RecursionError) as error:
        raise wrong from error
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        raise wrong
    name = value.get("id")
    if isinstance(name, bool) or not isinstance(name, str | int):
        raise wrong
    return str(name), value["text"]
