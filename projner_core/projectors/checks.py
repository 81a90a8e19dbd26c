"""What every projector asks of its arguments."""

from __future__ import annotations

from collections.abc import Sequence

from projner_core.corpus import Alignment, Pair, Span
from projner_core.errors import ProjnerError
from projner_core.inference.interruption import asking
from projner_core.projectors.base import Evidence


def check_all(
    pairs: Sequence[Pair], entities: Sequence[Sequence[Span]], alignments: Sequence[Alignment]
) -> None:
    """Raise `ValueError` where the three differ in length or something points outside its sentence.

    A pair without entities is not looked at: it may lack its source.
    """
    if not len(pairs) == len(entities) == len(alignments):
        raise ValueError(
            f"got {len(pairs)} pairs, {len(entities)} lists of entities and {len(alignments)} alignments"
        )
    for pair, spans, alignment in zip(asking(pairs), entities, alignments, strict=True):
        if not spans:
            continue
        source, target = pair.both()
        for span in spans:
            if span.end > len(source):
                raise ValueError(
                    f"pair {pair.id!r}: the {span.label} entity [{span.start}, {span.end}) ends past the "
                    f"source sentence, which has {len(source)} tokens"
                )
        alignment.check(len(source), len(target))


def marked_of(projector: str, evidence: Evidence, pairs: Sequence[Pair]) -> Sequence[str]:
    """The marked text of each pair.

    Raises:
        ProjnerError: there is none at all.
        ValueError: there are not as many texts as pairs.
    """
    if evidence.marked is None:
        raise ProjnerError(
            f"projector {projector!r} needs marked text: target sentences with their entities in brackets, "
            "one a pair, and none was given"
        )
    if len(evidence.marked) != len(pairs):
        raise ValueError(f"got {len(pairs)} pairs and {len(evidence.marked)} marked texts")
    return evidence.marked
