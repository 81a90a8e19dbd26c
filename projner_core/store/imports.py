"""Pairs come in: all of them in one transaction, streamed, or none."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, Protocol

from sqlalchemy import Connection, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from projner_core.corpus import Sentence, Span, check_spans
from projner_core.errors import ProjnerError
from projner_core.store.base import Base, now, write_meta
from projner_core.store.payload import LayerKind, encode_spans
from projner_core.store.schema import layers, pairs, payloads, raw, search_texts

CHUNK = 1000  # pairs that are in memory at once


class PairRecord(Protocol):
    """What the store needs to know of a pair; `projner_core.formats` makes such records."""

    @property
    def id(self) -> str:
        """Names this pair alone."""
        ...

    @property
    def source(self) -> Sentence | None:
        """Its translation, where the file has one."""
        ...

    @property
    def target(self) -> Sentence:
        """The sentence that needs labels."""
        ...

    @property
    def source_spans(self) -> tuple[Span, ...] | None:
        """Entities of the source; None: the file says nothing of them."""
        ...

    @property
    def target_spans(self) -> tuple[Span, ...] | None:
        """Entities of the target; None: the file says nothing of them."""
        ...

    @property
    def source_raw(self) -> str | None:
        """The text of the source as it stood in its file, to write it back."""
        ...

    @property
    def target_raw(self) -> str | None:
        """The text of the target as it stood in its file, to write it back."""
        ...


class Importer:
    """Takes pairs inside the one transaction of `Project.importing`."""

    def __init__(self, connection: Connection, source_lang: str, target_lang: str) -> None:
        self.count = 0
        self._connection = connection
        self._langs = (source_lang, target_lang)
        self._digest = hashlib.sha256()
        self._source = _SpanLayer(connection, name="source", side="source")
        self._gold = _SpanLayer(connection, name="gold", side="target")

    def add(self, records: Iterable[PairRecord]) -> int:
        """Write `records` behind those that are there; how many pairs there are now.

        Raises:
            ProjnerError: an id comes twice, or spans lie outside their sentence or overlap.
        """
        stream = iter(records)
        while chunk := list(islice(stream, CHUNK)):
            self._write(chunk)
        return self.count

    def _write(self, chunk: list[PairRecord]) -> None:
        start = self.count
        rows = [self._row(position, record) for position, record in enumerate(chunk, start)]
        folded = [
            {
                "position": position,
                "folded": searchable(
                    record.id, () if record.source is None else record.source.tokens, record.target.tokens
                ),
            }
            for position, record in enumerate(chunk, start)
        ]
        texts = [
            {"position": position, "source": record.source_raw, "target": record.target_raw}
            for position, record in enumerate(chunk, start)
            if record.source_raw is not None or record.target_raw is not None
        ]
        try:
            self._connection.execute(insert(pairs), rows)
            self._connection.execute(insert(search_texts), folded)
            if texts:
                self._connection.execute(insert(raw), texts)
        except IntegrityError as error:
            raise ProjnerError(self._twice(chunk)) from error
        except UnicodeEncodeError as error:
            raise ProjnerError(_broken(chunk)) from error
        self._source.add(start, [(r.id, r.source_spans, r.source) for r in chunk])
        self._gold.add(start, [(r.id, r.target_spans, r.target) for r in chunk])
        self.count += len(chunk)

    def _row(self, position: int, record: PairRecord) -> dict[str, Any]:
        source = source_columns(record.source, self._langs[0])
        target = _json(record.target.tokens)
        line = f"{_json(record.id)} {source['source_tokens']} {target}\n"
        self._digest.update(line.encode("utf-8", "surrogatepass"))
        return {
            "position": position,
            "id": record.id,
            **source,
            "target_tokens": target,
            "target_length": len(record.target),
            "target_lang": _lang(record.target, self._langs[1]),
            "target_text": record.target.text,
        }

    def _twice(self, chunk: list[PairRecord]) -> str:
        seen: set[str] = set()
        for record in chunk:
            before = select(pairs.c.position).where(pairs.c.id == record.id, pairs.c.position < self.count)
            if record.id in seen or self._connection.scalar(before) is not None:
                return (
                    f"The id {record.id!r} stands for two pairs; an id must name one pair alone. "
                    "Give one of them another id. Nothing was imported."
                )
            seen.add(record.id)
        return "Two pairs have the same id. Nothing was imported."

    def finish(self) -> None:
        """Close the layers and write down what was imported. `Project.importing` calls it."""
        for layer in (self._source, self._gold):
            layer.finish(self.count)
        write_meta(self._connection, "fingerprint", self._digest.hexdigest())


class _SpanLayer:
    """Entities that came with the file; the layer appears with the first pair that says something."""

    def __init__(self, connection: Connection, *, name: str, side: str) -> None:
        self._connection = connection
        self._name = name
        self._side = side
        self._digest = hashlib.sha256()
        self._id: int | None = None

    def add(self, start: int, chunk: list[tuple[str, Sequence[Span] | None, Sentence | None]]) -> None:
        if self._id is None:
            if all(spans is None for _, spans, _ in chunk):
                return
            self._id = self._open(start)
        encoded = [self._payload(*entry) for entry in chunk]
        for payload in encoded:
            self._digest.update(payload + b"\n")
        rows = [
            {"layer_id": self._id, "position": position, "payload": payload}
            for position, payload in enumerate(encoded, start)
        ]
        self._connection.execute(insert(payloads), rows)

    def _payload(self, pair_id: str, spans: Sequence[Span] | None, sentence: Sentence | None) -> bytes:
        if not spans:
            return b"[]"
        try:
            return encode_spans(check_spans(spans, 0 if sentence is None else len(sentence)))
        except ValueError as error:
            raise ProjnerError(
                f"The {self._side} entities of pair {pair_id!r} do not fit: {error}. Nothing was imported."
            ) from error

    def _open(self, start: int) -> int:
        row = {
            "name": self._name,
            "kind": LayerKind.SPANS.value,
            "side": self._side,
            "fingerprint": f"unfinished import of {self._name}",
            "provenance": json.dumps({"stage": "import"}),
            "parents": "[]",
            "created": now(),
            "done": 0,
            "signals_done": 0,
        }
        key = self._connection.execute(insert(layers).values(row)).inserted_primary_key
        assert key is not None
        layer_id = int(key[0])
        blank = select(literal(layer_id), pairs.c.position, literal(b"[]")).where(pairs.c.position < start)
        columns = ["layer_id", "position", "payload"]
        self._connection.execute(insert(payloads).from_select(columns, blank))
        self._digest.update(b"[]\n" * start)
        return layer_id

    def finish(self, count: int) -> None:
        if self._id is None:
            return
        closed = {
            "fingerprint": f"import-{self._name}-{self._digest.hexdigest()}",
            "done": count,
            "complete": True,
        }
        self._connection.execute(update(layers).where(layers.c.id == self._id).values(closed))


class ImportStore(Base):
    """The part of a project that takes pairs in."""

    @contextmanager
    def importing(self) -> Iterator[Importer]:
        """One transaction: give the importer every pair; an exception inside leaves none of them.

        Where records say something of entities (spans are not None), the layers "source" (side
        source) and "gold" (side target) are made of them, for all pairs.

        Raises:
            ProjnerError: the project holds pairs already, no pair came, or the disk is full.
        """
        with self._db.writing() as connection:
            if connection.scalar(select(func.count()).select_from(pairs.select().limit(1).subquery())):
                raise ProjnerError(
                    f"The project {self.name!r} holds a corpus already. Make a new project for another one."
                )
            importer = Importer(connection, self.source_lang, self.target_lang)
            yield importer
            if importer.count == 0:
                raise ProjnerError("There is no sentence to import. Nothing was imported.")
            importer.finish()


def search_key(text: str) -> str:
    """How texts are compared in a search: case folded, composed (NFC), for stored text and needle alike."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def searchable(pair_id: str, source: Sequence[str], target: Sequence[str]) -> str:
    """What a search looks through for one pair: its id and its tokens."""
    return search_key("\n".join((pair_id, " ".join(source), " ".join(target))))


def source_columns(source: Sentence | None, usual: str) -> dict[str, Any]:
    """A source sentence as a row of `pairs` keeps it; `usual` is the project's source language."""
    return {
        "source_tokens": None if source is None else _json(source.tokens),
        "source_length": None if source is None else len(source),
        "source_lang": _lang(source, usual),
        "source_text": None if source is None else source.text,
    }


def _lang(sentence: Sentence | None, usual: str) -> str | None:
    return None if sentence is None or sentence.lang == usual else sentence.lang


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _broken(chunk: list[PairRecord]) -> str:
    for record in chunk:
        sentences = (record.source, record.target)
        tokens = [t for s in sentences if s is not None for t in (*s.tokens, s.text or "")]
        if any("\ud800" <= character <= "\udfff" for t in (record.id, *tokens) for character in t):
            return (
                f"The pair {record.id!a} holds half a character (a lone surrogate), which no text may. "
                "Repair the file that it came from. Nothing was imported."
            )
    return "A pair holds half a character (a lone surrogate). Nothing was imported."
