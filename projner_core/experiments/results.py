"""What is kept of each cell: a JSON file that appears whole or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from projner_core.errors import ProjnerError
from projner_core.evaluation.entities import Scores
from projner_core.experiments.cells import Cell
from projner_core.formats.base import write_whole

State = Literal["done", "failed"]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a cell.

    Attributes:
        data, lang, method: as `Cell`.
        state: done, or failed.
        fingerprint: says the same of two results of the same pipeline over the same data, scored alike.
        scores: strict scores with intervals; None of a failure.
        error: why it failed; "" where it did not.
        about: the pipeline, the data with their fingerprints and licences, models' revisions, seconds.
    """

    data: str
    lang: str
    method: str
    state: State
    fingerprint: str
    scores: Scores | None = None
    error: str = ""
    about: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "data": self.data,
            "lang": self.lang,
            "method": self.method,
            "state": self.state,
            "fingerprint": self.fingerprint,
            "scores": None if self.scores is None else self.scores.to_dict(),
            "error": self.error,
            "about": self.about,
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        scores = None if kept["scores"] is None else Scores.from_dict(kept["scores"])
        return cls(**{**kept, "scores": scores})


def place(out: Path, cell: Cell) -> Path:
    """The file that a cell's result is kept in. The same cell of another plan text has the same file."""
    identity = json.dumps([cell.name, cell.split], ensure_ascii=False)
    return (
        out / "cells" / f"{cell.data}.{cell.lang}.{hashlib.sha256(identity.encode()).hexdigest()[:12]}.json"
    )


def read(out: Path, cell: Cell) -> Result | None:
    """The result that is kept of a cell; None where there is none.

    Raises:
        ProjnerError: the file is not what was written.
    """
    path = place(out, cell)
    if not path.is_file():
        return None
    try:
        return Result.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ProjnerError(
            f"{path} can't be read as the result of a cell ({error}). Delete it, and run the plan again."
        ) from error


def write(out: Path, cell: Cell, result: Result) -> None:
    """Keep the result of a cell."""
    path = place(out, cell)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, [json.dumps(result.to_dict(), ensure_ascii=False, indent=2), "\n"])
