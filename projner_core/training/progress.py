"""How far a training is, and how long the rest will take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from projner_core.training.scoring import DevScores


@dataclass(frozen=True, slots=True)
class Step:
    """One report.

    Attributes:
        epoch: that is under way, from 1.
        step, steps: done, and in all.
        loss: the mean of a word in this step; at the end of an epoch, in the epoch.
        seconds_left: once it can be told.
        scores: on the dev sentences, where an epoch has just ended and there are any.
        ends_epoch: whether this is the report of a whole epoch, behind that of its last step.
    """

    epoch: int
    step: int
    steps: int
    loss: float
    seconds_left: float | None = None
    scores: DevScores | None = None
    ends_epoch: bool = False


OnStep = Callable[[Step], None]


class Clock:
    """Tells how long the rest will take.

    Args:
        done: steps that an earlier run did.
        steps: in all.
    """

    def __init__(self, done: int, steps: int) -> None:
        self._first, self._steps, self._since = done, steps, time.monotonic()

    def report(
        self, epoch: int, step: int, loss: float, scores: DevScores | None = None, *, ends_epoch: bool = False
    ) -> Step:
        """The report of a step, or of an epoch."""
        step = min(step, self._steps)
        spent, worked = time.monotonic() - self._since, step - self._first
        left = (self._steps - step) * spent / worked if worked > 0 else None
        return Step(epoch, step, self._steps, loss, left, scores, ends_epoch)
