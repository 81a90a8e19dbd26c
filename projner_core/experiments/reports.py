"""How far a plan is, and how long it will take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Report:
    """How far a plan is.

    Attributes:
        cell: the name of the cell at work.
        number: which of the steps it is, from 1: cells, and before them stages that are run ahead.
        cells: how many there are.
        stage: what is done of it; "kept" where it was finished before.
        done, total: pairs of that stage.
        seconds_left: of the whole plan, once that can be told.
    """

    cell: str
    number: int
    cells: int
    stage: str
    done: int = 0
    total: int = 0
    seconds_left: float | None = None


OnReport = Callable[[Report], None]


class Clock:
    """The time left: cells to come take as long as those that were run took on average."""

    def __init__(self, cells: int) -> None:
        self.cells = self._to_come = cells
        self._seconds: list[float] = []

    def finished(self, seconds: float | None) -> None:
        """A cell is done; None where it was found finished."""
        self._to_come -= 1
        if seconds is not None:
            self._seconds.append(seconds)

    def left(self, spent: float) -> float | None:
        """Seconds, `spent` of which have gone into the cell at work."""
        if not self._seconds:
            return None
        each = sum(self._seconds) / len(self._seconds)
        return max(0.0, each - spent) + each * (self._to_come - 1)
