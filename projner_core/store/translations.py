"""A translation comes in: the source sentences of the pairs that came without one, all in one transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from projner_core.corpus import Sentence
from projner_core.errors import ConflictError, ProjnerError
from projner_core.store.annotations import kind_of
from projner_core.store.base import Base, pair_count, read_meta, write_meta
from projner_core.store.imports import CHUNK, searchable, source_columns
from projner_core.store.layers import Layer
from projner_core.store.payload import LayerKind
from projner_core.store.schema import layers, pairs, search_texts

_TRANSLATION = "translation"
_IMPORTED = "imported_fingerprint"
_UNKNOWN = frozenset({"", "und"})

Rows = list[dict[str, Any]]


class TranslationStore(Base):
    """The part of a project that knows where its source sentences come from.

    A project has one translation: every later layer counts its tokens.
    """

    @property
    def translation(self) -> int | None:
        """The layer whose texts are the source sentences of pairs that came without; None: there is none."""
        found: int | None = self.get_meta(_TRANSLATION)
        return found

    def without_source(self) -> int:
        """How many pairs have no source sentence."""
        query = select(func.count()).select_from(pairs).where(pairs.c.source_tokens.is_(None))
        with self._db.reading() as connection:
            return int(connection.scalar(query) or 0)

    def imported_fingerprint(self) -> str:
        """What `fingerprint` was before a translation was adopted: a digest of what was imported."""
        with self._db.reading() as connection:
            own = read_meta(connection, "fingerprint", "")
            return str(read_meta(connection, _IMPORTED, own))

    def adopt_translation(
        self, layer: Layer | int, sentences: Iterable[Sentence], *, source_lang: str
    ) -> None:
        """Make the texts of a finished layer the source sentences of the pairs that have none, all or none.

        The project's fingerprint becomes another, which follows from what it was and from the layer's. A
        project whose source language was not known takes `source_lang`; of the sentences that it had before,
        the language stays unknown. A layer that was adopted before is
        left as it is.

        Args:
            layer: texts of the source side; only its id counts.
            sentences: one a pair, in order; those of pairs that have a source sentence are passed over.
            source_lang: the language of the translation.

        Raises:
            ConflictError: the project has another translation.
            ProjnerError: the layer is no finished translation, there are fewer sentences than pairs, or the
                disk is full.
        """
        layer_id = layer.id if isinstance(layer, Layer) else int(layer)
        with self._db.reading() as connection:
            if _is_adopted(connection, layer_id, self.name):
                return
            mark = _finished(connection, layer_id)
            known = str(read_meta(connection, "source_lang"))
            # before the write lock is taken: most of the time goes into this
            prepared = list(_prepared(connection, sentences, known))
        with self._db.writing() as connection:
            if _is_adopted(connection, layer_id, self.name):  # another process was faster
                return
            if known in _UNKNOWN:  # what is not said is the project's language, which is about to change
                connection.execute(
                    update(pairs)
                    .where(pairs.c.source_tokens.is_not(None), pairs.c.source_lang.is_(None))
                    .values(source_lang="und")
                )
            for sources, texts in prepared:
                connection.execute(update(pairs).where(pairs.c.position == bindparam("at")), sources)
                connection.execute(
                    update(search_texts).where(search_texts.c.position == bindparam("at")), texts
                )
            before = str(read_meta(connection, "fingerprint", ""))
            after = hashlib.sha256(f"{before} {mark}".encode()).hexdigest()
            write_meta(connection, _IMPORTED, before)
            write_meta(connection, "fingerprint", after)
            write_meta(connection, _TRANSLATION, layer_id)
            if known in _UNKNOWN:
                write_meta(connection, "source_lang", source_lang)


def _is_adopted(connection: Connection, layer_id: int, name: str) -> bool:
    adopted = read_meta(connection, _TRANSLATION)
    if adopted not in {None, layer_id}:
        raise ConflictError(
            f"The project {name!r} has a translation already. Make a new project for another one."
        )
    return bool(adopted == layer_id)


def _prepared(
    connection: Connection, sentences: Iterable[Sentence], lang: str
) -> Iterator[tuple[Rows, Rows]]:
    """What `pairs` and `search_texts` are to hold, of some pairs at a time that have no source sentence."""
    stream = iter(sentences)
    for start in range(0, pair_count(connection), CHUNK):
        rows = connection.execute(
            select(pairs.c.position, pairs.c.id, pairs.c.source_tokens, pairs.c.target_tokens)
            .where(pairs.c.position >= start, pairs.c.position < start + CHUNK)
            .order_by(pairs.c.position)
        ).all()
        found = list(islice(stream, len(rows)))
        if len(found) < len(rows):
            raise ProjnerError(f"The translation ends at pair {start + len(found)}, before the last one.")
        sources: Rows = []
        texts: Rows = []
        for row, sentence in zip(rows, found, strict=True):
            if row.source_tokens is None:
                target = json.loads(row.target_tokens)
                sources.append({"at": row.position, **source_columns(sentence, lang)})
                texts.append({"at": row.position, "folded": searchable(row.id, sentence.tokens, target)})
        if sources:
            yield sources, texts


def _finished(connection: Connection, layer_id: int) -> str:
    """The fingerprint of a finished translation."""
    kind, side = kind_of(connection, layer_id)
    row = connection.execute(
        select(layers.c.name, layers.c.fingerprint, layers.c.complete).where(layers.c.id == layer_id)
    ).one()
    if (kind, side) != (LayerKind.TEXTS, "source") or not row.complete:
        raise ProjnerError(f"The layer {row.name!r} holds {kind} of {side}, and is no finished translation.")
    return str(row.fingerprint)
