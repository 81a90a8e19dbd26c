"""Pairs go out: one, a range, or the text of the files they came from."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, Literal

from sqlalchemy import Row, select

from projner_core.corpus import Pair, Sentence
from projner_core.store.base import Base, pair_count, pair_missing, read_meta
from projner_core.store.schema import pairs, raw


class PairStore(Base):
    """The part of a project that reads pairs."""

    def pair(self, position: int) -> Pair:
        """The pair at `position`, 0-based.

        Raises:
            ProjnerError: there is none.
        """
        with self._db.reading() as connection:
            row = connection.execute(select(pairs).where(pairs.c.position == position)).one_or_none()
            if row is None:
                raise pair_missing(position, pair_count(connection))
            return self._pair(row)

    def pairs(self, start: int, stop: int) -> list[Pair]:
        """The pairs in `[start, stop)`, as many of them as there are, in order."""
        query = select(pairs).where(pairs.c.position >= start, pairs.c.position < stop)
        with self._db.reading() as connection:
            return [self._pair(row) for row in connection.execute(query.order_by(pairs.c.position))]

    def pairs_at(self, positions: Collection[int]) -> dict[int, Pair]:
        """Position -> pair, of these positions that there are: a page of the queue."""
        query = select(pairs).where(pairs.c.position.in_(list(positions)))
        with self._db.reading() as connection:
            return {row.position: self._pair(row) for row in connection.execute(query)}

    def raw(self, side: Literal["source", "target"], start: int, stop: int) -> list[str | None]:
        """The CoNLL text of each pair in `[start, stop)` as it was read; None where it came otherwise."""
        text = raw.c.source if side == "source" else raw.c.target
        query = (
            select(text)
            .select_from(pairs.outerjoin(raw))
            .where(pairs.c.position >= start, pairs.c.position < stop)
            .order_by(pairs.c.position)
        )
        with self._db.reading() as connection:
            return list(connection.scalars(query))

    def first_without_source(self) -> str | None:
        """The id of the first pair that has no source sentence, or None where all have one."""
        query = select(pairs.c.id).where(pairs.c.source_tokens.is_(None)).order_by(pairs.c.position).limit(1)
        with self._db.reading() as connection:
            return connection.scalar(query)

    def languages(self, side: Literal["source", "target"]) -> set[str]:
        """The languages that the sentences of a side are in."""
        lang, usual = pairs.c.target_lang, self._target_lang
        query = select(lang).distinct()
        if side == "source":
            lang, usual = pairs.c.source_lang, self._source_lang
            query = select(lang).where(pairs.c.source_tokens.is_not(None)).distinct()
        with self._db.reading() as connection:
            return {usual if found is None else found for found in connection.scalars(query)}

    def position_of(self, pair_id: str) -> int | None:
        """Where the pair with this id stands, or None."""
        with self._db.reading() as connection:
            return connection.scalar(select(pairs.c.position).where(pairs.c.id == pair_id))

    def id_of(self, position: int) -> str:
        """The id of the pair at `position`.

        Raises:
            ProjnerError: there is none.
        """
        with self._db.reading() as connection:
            found = connection.scalar(select(pairs.c.id).where(pairs.c.position == position))
            if found is None:
                raise pair_missing(position, pair_count(connection))
            return str(found)

    def fingerprint(self) -> str:
        """A digest (SHA-256, hexadecimal) that tells corpora apart; empty before the import.

        Of the ids and tokens of all pairs as they came in; once a translation was adopted, of that and of it.
        """
        with self._db.reading() as connection:
            return str(read_meta(connection, "fingerprint", ""))

    def _pair(self, row: Row[Any]) -> Pair:
        source = None
        if row.source_tokens is not None:
            tokens = tuple(json.loads(row.source_tokens))
            source = Sentence(tokens, row.source_lang or self._source_lang, row.source_text)
        tokens = tuple(json.loads(row.target_tokens))
        return Pair(row.id, source, Sentence(tokens, row.target_lang or self._target_lang, row.target_text))
