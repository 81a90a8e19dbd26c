"""The database under a project: its engine, its two kinds of transaction, its errors as sentences.

SQLite runs with a write-ahead log and synchronous=FULL: what was committed survives `kill -9` and a
power cut, what was not committed leaves nothing. A writing transaction takes the write lock when it
begins (BEGIN IMMEDIATE), so that what it reads cannot change under it, and waits its turn for up to
`BUSY_S` seconds. Connections are pooled and may be used from any thread, one thread at a time.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, ProgrammingError

from projner_core.errors import ConflictError, ProjnerError

BUSY_S = 60  # longer than any one transaction but an import
_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_S * 1000}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -16384",  # KiB, for each connection
    "PRAGMA journal_size_limit = 67108864",  # an import's log does not stay that big
)
_WRITES = "projner_writes"


class Database:
    """One project's database.

    Args:
        path_or_url: a file, or any SQLAlchemy URL.
    """

    def __init__(self, path_or_url: str | Path) -> None:
        self.url = _url(path_or_url)
        self.path = _file_of(self.url)
        self.name = str(self.path) if self.path else self.url.render_as_string(hide_password=True)
        self.engine = self._engine()
        self._in_thread = threading.local()
        self._writing = self.engine.execution_options(**{_WRITES: True})

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite, where one writer at a time is the rule."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that reads: one consistent picture, whatever others write meanwhile."""
        with self._explained(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes: all of it or, on any exception, nothing.

        Raises:
            RuntimeError: this thread is in such a transaction already, and would wait for itself.
        """
        if getattr(self._in_thread, "writes", False):
            raise RuntimeError("a write inside `importing()` would wait for itself: do it before or after")
        with self._explained(), self._writing.begin() as connection:
            self._in_thread.writes = True
            try:
                yield connection
            finally:
                self._in_thread.writes = False

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def _engine(self) -> Engine:
        try:
            if not self.is_sqlite:
                # what SQLite's single writer gives for free
                return create_engine(self.url, isolation_level="SERIALIZABLE")
            engine = create_engine(
                self.url,
                # isolation_level None: the driver leaves transactions to the events below
                connect_args={"isolation_level": None, "timeout": BUSY_S},
                max_overflow=-1,
            )
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            raise ProjnerError(f"{self.name} cannot be used as a database: {error}") from error
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (IntegrityError, ProgrammingError):
            raise  # a mistake of the program, not of the disk
        except DBAPIError as error:
            raise self._explain(error.orig) from error
        except UnicodeEncodeError as error:
            raise ProjnerError(
                "This text holds half a character (a lone surrogate), which no file can take; "
                "nothing was written. Type it again without it."
            ) from error

    def _explain(self, error: BaseException | None) -> ProjnerError:
        if getattr(error, "sqlstate", None) == "40001":
            return ConflictError("Someone else wrote at the same moment; nothing was written. Try again.")
        code = getattr(error, "sqlite_errorcode", None)
        sentence = None if code is None else _SENTENCES.get(code & 0xFF)
        if sentence is None:
            return ProjnerError(f"The database {self.name} could not be used: {error}")
        return ProjnerError(sentence.format(name=self.name))


_SENTENCES = {
    sqlite3.SQLITE_FULL: (
        "There is no space left for {name}; nothing was written. "
        "Free some space on that disk, then try again."
    ),
    sqlite3.SQLITE_BUSY: (
        f"Another program has been writing to {{name}} for more than {BUSY_S} seconds; nothing was written. "
        "Wait until it has finished, then try again."
    ),
    sqlite3.SQLITE_READONLY: (
        "{name} cannot be written to. Check the permissions of the file and of its folder."
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "{name} cannot be opened. Check that its folder exists and that you may write to it."
    ),
    sqlite3.SQLITE_IOERR: (
        "The disk failed while {name} was in use; nothing was written. "
        "Check the disk and its space, then try again."
    ),
    sqlite3.SQLITE_CORRUPT: "{name} is damaged. Put a copy of it from a backup in its place.",
    sqlite3.SQLITE_NOTADB: "{name} is not a ProjNER project. Open the file that ProjNER made.",
}


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _url(path_or_url: str | Path) -> URL:
    if isinstance(path_or_url, Path) or "://" not in path_or_url:
        return URL.create("sqlite", database=str(Path(path_or_url).expanduser()))
    try:
        url = make_url(path_or_url)
    except ArgumentError as error:
        raise ProjnerError(f"{path_or_url!r} is neither a file nor a database URL.") from error
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise ProjnerError("A project needs a file: a database in memory would be lost.")
    return url


def _file_of(url: URL) -> Path | None:
    is_file = url.get_backend_name() == "sqlite" and url.database is not None
    return Path(url.database) if is_file and url.database else None
