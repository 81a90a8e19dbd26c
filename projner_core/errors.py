"""Errors that a user reads. Each says what was found, what was expected, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class ProjnerError(Exception):
    """Something the user can put right; its text is a sentence for them, never a trace."""


@dataclass
class InputError(ProjnerError):
    """A file that could not be read as what it was said to be.

    Attributes:
        path: the file, as the user named it.
        line: 1-based line number, or None where the whole file is meant.
        found: what is there.
        expected: what should be there.
        remedy: what to do about it.
    """

    path: str | Path
    line: int | None
    found: str
    expected: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.path}" if self.line is None else f"{self.path}, line {self.line}"
        return f"{where}: found {self.found}; expected {self.expected}. {self.remedy}"


class ConflictError(ProjnerError):
    """Someone else changed this in the meantime; nothing was written."""
