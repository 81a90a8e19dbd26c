"""A project: one database with a corpus, what machines said of it, and what people decided."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from projner_core.errors import ProjnerError
from projner_core.store.actions import ActionStore
from projner_core.store.annotations import AnnotationStore
from projner_core.store.base import now, write_meta
from projner_core.store.database import Database
from projner_core.store.examples import ExampleStore
from projner_core.store.imports import ImportStore
from projner_core.store.jobs import JobStore
from projner_core.store.layers import LayerStore
from projner_core.store.migrations import create, is_empty, migrate, newest, version
from projner_core.store.pairs import PairStore
from projner_core.store.queue import QueueStore
from projner_core.store.translations import TranslationStore

if TYPE_CHECKING:
    from sqlalchemy import Engine


class Project(
    ImportStore,
    PairStore,
    TranslationStore,
    LayerStore,
    AnnotationStore,
    ExampleStore,
    QueueStore,
    ActionStore,
    JobStore,
):
    """One project; open it with `Project.open` or make it with `Project.create`.

    It may be used from several threads and by several processes at once: readers never wait, writers
    take turns. Every method that writes is one transaction: when it returns, its work is on the disk;
    when it raises, nothing of it is there.

    Nothing but SQLite may open the file, not even to read it: POSIX drops the locks that a process has on
    a file when it closes any descriptor of it, and with them the hold on the write-ahead log.
    """

    @classmethod
    def create(cls, path_or_url: str | Path, *, name: str, source_lang: str, target_lang: str) -> Self:
        """Make a new, empty project.

        Args:
            path_or_url: a file that does not exist yet, or a SQLAlchemy URL of an empty database.
            name: what the project is called.
            source_lang: the language of the source sentences.
            target_lang: the language of the target sentences.

        Raises:
            ProjnerError: something is there already, or the file cannot be made.
        """
        database = Database(path_or_url)
        if database.path is not None:
            _make_folder(database.path.parent)
        with _closed_unless_done(database):
            with database.writing() as connection:
                if not is_empty(connection):
                    raise ProjnerError(f"{database.name} exists already. Open it, or choose another name.")
                create(connection)
                about = {"name": name, "source_lang": source_lang, "target_lang": target_lang}
                for key, value in {**about, "created": now()}.items():
                    write_meta(connection, key, value)
            return cls(database)

    @classmethod
    def open(cls, path_or_url: str | Path) -> Self:
        """Open a project; one of an older program is brought up to date.

        Raises:
            ProjnerError: it does not exist, is no project, or was written by a newer program.
        """
        database = Database(path_or_url)
        if database.path is not None and not database.path.is_file():
            raise ProjnerError(f"There is no project at {database.name}.")
        with _closed_unless_done(database):
            with database.reading() as connection:
                current = version(connection) == newest()
            if not current:
                with database.writing() as connection:
                    migrate(connection, database.name)
            return cls(database)

    @property
    def path(self) -> Path | None:
        """The file, or None where the project lives on a database server."""
        return self._db.path

    @property
    def engine(self) -> Engine:
        """The SQLAlchemy engine below, for reading what no method offers."""
        return self._db.engine

    def close(self) -> None:
        """Close every connection; leaving a `with` block does it too."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


@contextmanager
def _closed_unless_done(database: Database) -> Iterator[None]:
    """Leave no connection open where the project could not be made or opened."""
    with ExitStack() as stack:
        stack.callback(database.close)
        yield
        stack.pop_all()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ProjnerError(f"The folder {folder} cannot be made: {error.strerror}.") from error
