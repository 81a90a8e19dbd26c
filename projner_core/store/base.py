"""What every part of a project stands on: its database, its name, its languages, its `meta` table."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from projner_core.errors import ProjnerError
from projner_core.store.database import Database
from projner_core.store.schema import meta, pairs


class Base:
    """A database with a project in it. `Project` is made of the classes that extend this one."""

    def __init__(self, database: Database) -> None:
        self._db = database
        with database.reading() as connection:
            self._name = str(read_meta(connection, "name"))
            self._source_lang = str(read_meta(connection, "source_lang"))
            self._target_lang = str(read_meta(connection, "target_lang"))
            self._identity = database.name, str(read_meta(connection, "created", ""))

    @property
    def name(self) -> str:
        """What the project is called."""
        return self._name

    @property
    def identity(self) -> tuple[str, str]:
        """What tells this project from every other, whatever the two hold: where it is, when it was made."""
        return self._identity

    @property
    def source_lang(self) -> str:
        """The language of the source sentences; where it was not known, that of an adopted translation."""
        if self._source_lang in {"", "und"}:  # another process may have translated meanwhile
            self._source_lang = str(self.get_meta("source_lang", ""))
        return self._source_lang

    @property
    def target_lang(self) -> str:
        """The language of the target sentences."""
        return self._target_lang

    def get_meta(self, key: str, default: Any = None) -> Any:
        """The JSON value kept under `key`, or `default`."""
        with self._db.reading() as connection:
            return read_meta(connection, key, default)

    def meta_keys(self, start: str) -> list[str]:
        """The keys that begin so and hold a value."""
        with self._db.reading() as connection:
            begins = meta.c.key.startswith(start, autoescape=True)
            return list(connection.scalars(select(meta.c.key).where(begins).order_by(meta.c.key)))

    def set_meta(self, key: str, value: Any) -> None:
        """Keep a JSON value under `key`; None is a value too."""
        with self._db.writing() as connection:
            write_meta(connection, key, value)

    def count(self) -> int:
        """How many pairs there are; their positions are 0 … count - 1."""
        with self._db.reading() as connection:
            return pair_count(connection)


def pair_count(connection: Connection) -> int:
    """How many pairs there are. Positions have no gaps, so the last one tells."""
    last = connection.scalar(select(func.max(pairs.c.position)))
    return 0 if last is None else int(last) + 1


def read_meta(connection: Connection, key: str, default: Any = None) -> Any:
    """The JSON value under `key`, or `default`."""
    value = connection.scalar(select(meta.c.value).where(meta.c.key == key))
    return default if value is None else json.loads(value)


def write_meta(connection: Connection, key: str, value: Any) -> None:
    """Put a JSON value under `key`."""
    connection.execute(delete(meta).where(meta.c.key == key))
    connection.execute(insert(meta).values(key=key, value=json.dumps(value)))


def now() -> str:
    """This moment, ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def pair_missing(position: int, count: int) -> ProjnerError:
    """The error of asking for a pair that is not there."""
    return ProjnerError(f"There is no pair at position {position}: the project holds {count} pairs.")
