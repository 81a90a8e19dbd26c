"""How far a run is, how long it will take, and whether anyone still wants it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from projner_core.errors import ProjnerError


class Cancelled(ProjnerError):
    """The user stopped the run. What was finished is kept; running again goes on from there."""

    def __init__(self) -> None:
        super().__init__("Cancelled. What was finished is kept; run again and it goes on.")


@dataclass(frozen=True, slots=True)
class Progress:
    """One report: `done` of `total` pairs of a stage, with the seconds left once they can be told."""

    stage: str
    done: int
    total: int
    seconds_left: float | None = None


OnProgress = Callable[[Progress], None]
IsCancelled = Callable[[], bool]


class Watch:
    """Carries progress out of a run and cancellation into it."""

    def __init__(self, on_progress: OnProgress | None, is_cancelled: IsCancelled | None) -> None:
        self._report = on_progress or (lambda progress: None)
        self._is_cancelled = is_cancelled or (lambda: False)

    def begin(self, stage: str, done: int, total: int) -> None:
        """A stage starts with `done` pairs finished by an earlier run."""
        self._stage, self._total, self._first, self._since = stage, total, done, time.monotonic()
        self.check()
        self._report(Progress(stage, done, total))

    def advance(self, done: int) -> None:
        """`done` pairs of the stage are committed."""
        worked, spent = done - self._first, time.monotonic() - self._since
        left = (self._total - done) * spent / worked if worked > 0 else None
        self._report(Progress(self._stage, done, self._total, left))

    def check(self) -> None:
        """Raise `Cancelled` where the user asked for it."""
        if self._is_cancelled():
            raise Cancelled
