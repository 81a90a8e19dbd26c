"""One process at a time in a folder."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from projner_core.errors import ProjnerError


@contextmanager
def alone(folder: Path, taken: str) -> Iterator[None]:
    """Hold a folder, made where it is missing. The lock is SQLite's: a killed process loses it anywhere.

    Args:
        folder: where the lock lies.
        taken: what to say where another process holds it.

    Raises:
        ProjnerError: another process holds it, or the folder can't be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = sqlite3.connect(lock_of(folder), timeout=0, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise ProjnerError(f"the folder {folder} can't be made or written to: {error}") from error
    try:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise ProjnerError(taken) from error
        yield
    finally:
        lock.close()


def lock_of(folder: Path) -> Path:
    """The file that the lock is on."""
    return folder / ".lock"
