"""What is kept of each cell: a JSON file that appears whole or not at all."""

from __future__ import annotations

import hashlib
import json
import re
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
        data, lang, method, data_set, split: as `Cell`.
        state: done, or failed.
        fingerprint: says the same of two results of the same pipeline over the same data, scored alike.
        scores: strict scores with intervals; None of a failure.
        error: why it failed; "" where it did not.
        about: the pipeline, the data with their fingerprints and licences, models' revisions, seconds.
        limit: how many sentences were taken; 0: all.
    """

    data: str
    lang: str
    method: str
    state: State
    fingerprint: str
    scores: Scores | None = None
    error: str = ""
    about: dict[str, Any] = field(default_factory=dict)
    data_set: str = ""
    split: str = "test"
    limit: int = 0

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
            "data_set": self.data_set,
            "split": self.split,
            "limit": self.limit,
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        scores = None if kept["scores"] is None else Scores.from_dict(kept["scores"])
        return cls(**{**kept, "scores": scores})


def place(out: Path, cell: Cell) -> Path:
    """The file that a cell's result is kept in. The same cell of another plan text has the same file."""
    identity = json.dumps([cell.name, cell.split], ensure_ascii=False)
    mark = hashlib.sha256(identity.encode()).hexdigest()[:12]
    lang = re.sub(r"[^\w-]", "_", cell.lang)
    return out / "cells" / f"{cell.data_set}.{lang}.{mark}.json"


def read(out: Path, cell: Cell) -> Result | None:
    """The finished result that is kept of a cell; None where there is none.

    Raises:
        ProjnerError: the file is not what was written.
    """
    return _read(place(out, cell))


def read_failure(out: Path, cell: Cell) -> Result | None:
    """Why a cell failed when it was last tried; None where it did not. Raises as `read`."""
    return _read(_of_failure(place(out, cell)))


def write(out: Path, cell: Cell, result: Result) -> None:
    """Keep the result of a cell. A failure stands beside what was finished, until that is done anew."""
    path = place(out, cell)
    path.parent.mkdir(parents=True, exist_ok=True)
    failure = _of_failure(path)
    to = failure if result.state == "failed" else path
    write_whole(to, [json.dumps(result.to_dict(), ensure_ascii=False, indent=2), "\n"])
    if result.state == "done":
        failure.unlink(missing_ok=True)


def _of_failure(path: Path) -> Path:
    return path.with_suffix(".failed.json")


def _read(path: Path) -> Result | None:
    if not path.is_file():
        return None
    try:
        return Result.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ProjnerError(
            f"{path} can't be read as the result of a cell ({error}). Delete it, and run the plan again."
        ) from error
