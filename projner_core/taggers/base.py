"""What a tagger is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from projner_core.corpus import Sentence, Span, TagProbabilities


class Tagger(Protocol):
    """Finds entities."""

    def tag(self, sentences: Sequence[Sentence]) -> list[tuple[Span, ...]]:
        """The entities of each sentence, sorted by position and without overlap, in the same order."""
        ...


@runtime_checkable
class ProbabilisticTagger(Tagger, Protocol):
    """A tagger that says how likely it finds each tag at each token."""

    def probabilities(self, sentences: Sequence[Sentence]) -> list[TagProbabilities]:
        """The probabilities of each sentence, in the same order; `tag` gives `tagging.entities` of them."""
        ...
