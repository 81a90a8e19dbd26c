"""What a projector is, and what it may ask for beside the links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from projner_core.corpus import Alignment, Pair, Projection, Span, TagProbabilities

Ask = Literal["spans", "tags", "marked"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What else is known of some pairs, one value a pair, in their order; None of what is not known.

    Attributes:
        spans: target spans that somebody or something found, whose labels may be anything.
        tags: what a tagger believes of every target token.
        marked: the target sentence in other words with its entities in brackets, as models of marked
            translation write it; "" where there is none.
    """

    spans: Sequence[Sequence[Span]] | None = None
    tags: Sequence[TagProbabilities] | None = None
    marked: Sequence[str] | None = None


NO_EVIDENCE = Evidence()


class Projector(Protocol):
    """Carries entities across.

    A projector that needs evidence has an attribute `asks`: for each kind of evidence that it needs, the
    name of the layer to take it from, "" for the only one that there is.
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
