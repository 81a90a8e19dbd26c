"""Who computes a stage: this process, or a cluster.

A stage is cut into stretches of pairs. Its `Work` says what to do with one, and can be sent to another
process; the engine gives the results back in order, and the pipeline writes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from projner_core.pipeline.config import StageConfig

Compute = Callable[[Sequence[Any]], list[Any]]
"""Items of some pairs in, one result a pair out: what a loaded system does."""


@dataclass(frozen=True, slots=True)
class Work:
    """One stage with its system, which can be pickled and loaded elsewhere.

    Attributes:
        stage: `translate`, `tag`, `align`, `predict`, `back-translate` or `project`.
        config: the system and its settings.
        about: what the stage wants to know beside them, plain data.
    """

    stage: str
    config: StageConfig
    about: dict[str, Any] = field(default_factory=dict)

    def load(self) -> Compute:
        """Load the system (its model, too) and give what computes."""
        raise NotImplementedError


class Engine(Protocol):
    """Runs work over stretches."""

    def results(
        self, work: Work, stretches: Sequence[tuple[int, int]], read: Callable[[int, int], list[Any]]
    ) -> Iterator[tuple[int, list[Any]]]:
        """Of each stretch `[start, stop)`, in order: its start, and one result a pair.

        Args:
            read: the items of the pairs of a stretch.
        """
        ...


class LocalEngine:
    """This process, one stretch after the other."""

    def results(
        self, work: Work, stretches: Iterable[tuple[int, int]], read: Callable[[int, int], list[Any]]
    ) -> Iterator[tuple[int, list[Any]]]:
        """As `Engine.results`."""
        compute = work.load()
        for start, stop in stretches:
            yield start, compute(read(start, stop))
