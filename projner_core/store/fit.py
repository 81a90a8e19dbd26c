"""Whether annotations fit their pairs: every reader may then trust what a layer holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import select

from projner_core.corpus import Reason, TagProbabilities, check_spans
from projner_core.errors import ProjnerError
from projner_core.store.payload import LayerKind
from projner_core.store.schema import pairs

if TYPE_CHECKING:
    from sqlalchemy import Connection

Side = Literal["source", "target", "both"]


def pair_lengths(connection: Connection, start: int, stop: int) -> list[tuple[int, int]]:
    """Tokens of source and target of the pairs in `[start, stop)`; a source that is not there has none."""
    query = (
        select(pairs.c.source_length, pairs.c.target_length)
        .where(pairs.c.position >= start, pairs.c.position < stop)
        .order_by(pairs.c.position)
    )
    return [(source or 0, target) for source, target in connection.execute(query)]


def check_fits(kind: LayerKind, side: Side, value: Any, lengths: tuple[int, int], position: int) -> None:
    """Whether an annotation lies within its pair, whose lengths are those of source and target.

    Raises:
        ProjnerError: it points outside, or its spans overlap.
    """
    source, target = lengths
    try:
        match kind:
            case LayerKind.SPANS:
                check_spans(value, source if side == "source" else target)
            case LayerKind.LINKS:
                value.check(source, target)
            case LayerKind.PROJECTIONS:
                for projection in value:
                    # an entity that a tagger found on the target itself counts target tokens
                    transferred = projection.reason is Reason.TRANSFERRED
                    check_spans((projection.entity,), target if transferred else source)
                check_spans((p.target for p in value if p.target is not None), target)
            case LayerKind.TAGS:
                _check_tags(value, source if side == "source" else target)
            case LayerKind.TEXTS:
                if not isinstance(value, str):
                    raise ValueError(f"{value!r} is no text")
            case LayerKind.FINDINGS:
                check_spans((f.gold for f in value if f.gold is not None), target)
                check_spans((f.predicted for f in value if f.predicted is not None), target)
                for finding in value:
                    if finding.entity is not None:
                        check_spans((finding.entity,), source)
    except ValueError as error:
        raise ProjnerError(f"The annotation of pair {position} does not fit: {error}.") from error


def _check_tags(tags: TagProbabilities, length: int) -> None:
    if len(tags.rows) != length:
        raise ValueError(f"there are tags of {len(tags.rows)} tokens, but the sentence has {length}")
    for position, row in enumerate(tags.rows):
        for tag, probability in zip(tags.tags, row, strict=True):
            if not 0.0 <= probability <= 1.0:
                raise ValueError(f"the probability of {tag} at token {position} is {probability}")
