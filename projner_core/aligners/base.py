"""What an aligner is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from projner_core.corpus import Alignment, Pair


class Aligner(Protocol):
    """Aligns words."""

    def align(self, pairs: Sequence[Pair]) -> list[Alignment]:
        """One alignment a pair, in the same order; an empty side is aligned to nothing."""
        ...


class Learner(Protocol):
    """An aligner at work on a corpus that passes by in blocks: what it sees, it learns from."""

    def align(self, pairs: Sequence[Pair]) -> list[Alignment]:
        """Align the next block, with all that was learned from the blocks before it."""
        ...

    def observe(self, pairs: Sequence[Pair], alignments: Sequence[Alignment]) -> None:
        """Learn from a block that was aligned before, exactly as `align` did when it returned
        `alignments`: a killed run that is resumed ends in the same links as one that was not."""
        ...


@runtime_checkable
class LearningAligner(Aligner, Protocol):
    """An aligner that learns from the corpus it aligns, and so takes a large one in blocks."""

    block: int  # pairs a block

    def start(self) -> Learner:
        """Begin a corpus."""
        ...
