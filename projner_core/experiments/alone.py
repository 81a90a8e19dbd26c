"""One process at a time in a folder of results."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from projner_core import alone as locks


def alone(out: Path) -> AbstractContextManager[None]:
    """Hold the folder of results; `ProjnerError` where another process holds it, or it can't be made."""
    return locks.alone(
        out,
        f"another process is running a plan in {out}: wait until it is done, or name another folder with "
        "--out",
    )
