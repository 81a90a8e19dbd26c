"""One process at a time in a folder of results."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from projner_core.errors import ProjnerError


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """Hold the folder of results. The hold is a lock of SQLite's, which a killed process loses on any system.

    Raises:
        ProjnerError: another process holds it, or the folder can't be made.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = sqlite3.connect(out / ".lock", timeout=0, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise ProjnerError(f"the folder {out} can't be made or written to: {error}") from error
    try:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise ProjnerError(
                f"another process is running a plan in {out}: wait until it is done, or name another folder "
                "with --out"
            ) from error
        yield
    finally:
        lock.close()
