"""From the schema of any earlier version to the one of `schema.py`.

The version stands in a table of its own, so that this works on any database. A new project is made
whole from `schema.py`; an old one takes the steps that it lacks, all in one transaction. A step is a
small function that never changes once it was released.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, insert, inspect, select, update

from projner_core.errors import ProjnerError
from projner_core.store.schema import metadata, schema_version

Step = Callable[[Connection], None]


def _links_drawn_by_hand(connection: Connection) -> None:
    """States know links drawn by hand, and an index knows which pairs had which kind of action."""
    connection.exec_driver_sql("ALTER TABLE states ADD COLUMN links TEXT")
    connection.exec_driver_sql("CREATE INDEX actions_by_kind ON actions (review, kind, position)")


def _examples(connection: Connection) -> None:
    """Evaluations keep which pairs stand behind their figures."""
    serial = "INTEGER" if connection.dialect.name == "sqlite" else "SERIAL"
    connection.exec_driver_sql(
        f"CREATE TABLE example_keys (id {serial} NOT NULL PRIMARY KEY, layer_id INTEGER NOT NULL, "
        '"key" TEXT NOT NULL, pairs INTEGER NOT NULL, UNIQUE (layer_id, "key"), '
        "FOREIGN KEY(layer_id) REFERENCES layers (id) ON DELETE CASCADE)"
    )
    without_rowid = " WITHOUT ROWID" if connection.dialect.name == "sqlite" else ""
    connection.exec_driver_sql(
        "CREATE TABLE examples (key_id INTEGER NOT NULL, position INTEGER NOT NULL, "
        "PRIMARY KEY (key_id, position), "
        "FOREIGN KEY(key_id) REFERENCES example_keys (id) ON DELETE CASCADE, "
        f"FOREIGN KEY(position) REFERENCES pairs (position)){without_rowid}"
    )


# The step at index i leads from version i + 1 to version i + 2.
STEPS: Sequence[Step] = (_links_drawn_by_hand, _examples)


def newest() -> int:
    """The version that this program writes."""
    return len(STEPS) + 1


def version(connection: Connection) -> int | None:
    """The version of the database's schema; None where it holds no project."""
    if not inspect(connection).has_table(schema_version.name):
        return None
    return connection.scalar(select(schema_version.c.version))


def is_empty(connection: Connection) -> bool:
    """Whether the database holds no table at all: a new file, or a creation that was killed."""
    return not inspect(connection).get_table_names()


def create(connection: Connection) -> None:
    """Make every table and write down the version."""
    metadata.create_all(connection, checkfirst=False)
    connection.execute(insert(schema_version).values(version=newest()))


def migrate(connection: Connection, where: str) -> None:
    """Take the steps that lead to the newest version; `where` names the project in errors.

    Raises:
        ProjnerError: the database holds no project, or one of a newer program.
    """
    found = version(connection)
    if found is None:
        raise ProjnerError(f"{where} is not a ProjNER project. Open the file that ProjNER made.")
    if found > newest():
        raise ProjnerError(
            f"{where} was written by a newer ProjNER (schema {found}; this program knows {newest()}). "
            "Install the newer version to open it."
        )
    for step in STEPS[found - 1 :]:
        step(connection)
    if found < newest():
        connection.execute(update(schema_version).values(version=newest()))
