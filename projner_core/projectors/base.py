"""What a projector is, and what it may ask for beside the links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from projner_core.corpus import Alignment, Pair, Projection, Span, TagProbabilities

Ask = Literal["spans", "tags", "marked", "labels"]

Found = Sequence[Span] | TagProbabilities
"""What a tagger, or somebody, found in one sentence: entities, or what it believes of every token."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What else is known of some pairs, one value a pair, in their order; None of what is not known.

    Attributes:
        spans: what was found in the target sentences, whose spans may be candidates.
        tags: what a tagger found in the target sentences, to score candidates by.
        marked: the target sentence in other words with its entities in brackets, as models of marked
            translation write it; "" where there is none.
        labels: the labels that the source entities of the whole job have, not one value a pair.
    """

    spans: Sequence[Found] | None = None
    tags: Sequence[Found] | None = None
    marked: Sequence[str] | None = None
    labels: frozenset[str] | None = None

    def part(self, start: int, stop: int) -> Evidence:
        """The evidence for the pairs from `start` to `stop`, counted from its first."""
        return Evidence(
            None if self.spans is None else self.spans[start:stop],
            None if self.tags is None else self.tags[start:stop],
            None if self.marked is None else self.marked[start:stop],
            self.labels,
        )


NO_EVIDENCE = Evidence()


class Projector(Protocol):
    """Carries entities across.

    A projector that needs evidence has an attribute `asks`: for each kind of evidence that it needs, the
    name of the layer to take it from, "" for the only one that there is. (`labels` are in no layer.)
    """

    def project(
        self,
        pairs: Sequence[Pair],
        entities: Sequence[Sequence[Span]],
        alignments: Sequence[Alignment],
        evidence: Evidence = NO_EVIDENCE,
    ) -> list[tuple[Projection, ...]]:
        """For each pair, what becomes of each of its source entities, in their order: one `Projection`, or
        several that follow one another where the entity has several target spans.

        `pairs`, `entities`, `alignments` and what the evidence holds have one length; the result has it too.
        """
        ...


def asks(projector: Projector) -> Mapping[Ask, str]:
    """The evidence that a projector needs: kind -> name of the layer; nothing for most."""
    wanted: Mapping[Ask, str] = getattr(projector, "asks", {})
    return wanted
