"""What a tagger is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from projner_core.corpus import Sentence, Span


class Tagger(Protocol):
    """Finds entities."""

    def tag(self, sentences: Sequence[Sentence]) -> list[tuple[Span, ...]]:
        """The entities of each sentence, sorted by position and without overlap, in the same order."""
        ...
