"""What a projector is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from projner_core.corpus import Alignment, Pair, Projection, Span


class Projector(Protocol):
    """Carries entities across."""

    def project(
        self,
        pairs: Sequence[Pair],
        entities: Sequence[Sequence[Span]],
        alignments: Sequence[Alignment],
    ) -> list[tuple[Projection, ...]]:
        """For each pair, one `Projection` for each of its source entities, in their order.

        The three arguments have the same length; the result has it too.
        """
        ...
