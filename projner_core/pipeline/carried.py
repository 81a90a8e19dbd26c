"""How many source entities a projection carried over, and which it did not."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from projner_core.pipeline.filling import CHUNK
from projner_core.pipeline.progress import Watch
from projner_core.store import Project

Entity = tuple[int, int, str]  # start, end, label
Place = tuple[int, int] | None  # start, end; None: not projected


def carried_and_missed(
    decisions: Iterable[tuple[Entity, Place, str]],
) -> tuple[set[Entity], dict[Entity, str]]:
    """The entities of one pair that were projected, and why the others were not.

    Args:
        decisions: a row of `Project.decisions`; an entity may be projected to several places.
    """
    known = list(decisions)
    carried = {entity for entity, place, _ in known if place is not None}
    return carried, {entity: reason for entity, _, reason in known if entity not in carried}


def count_projected(
    project: Project,
    layer_id: int,
    *,
    counts: Callable[[int], bool] = lambda position: True,
    watch: Watch | None = None,
    before: int = 0,
) -> tuple[int, int]:
    """Source entities that a layer projects, and all of them.

    Args:
        project: where the layer is.
        layer_id: of a layer of projections.
        counts: which pairs do.
        watch: asked before each stretch of pairs, and told of progress after it.
        before: what was done already of the stage that is under way.

    Raises:
        Cancelled: `watch` said so.
        ProjnerError: there is no such layer of projections.
    """
    total, projected, entities = project.count(), 0, 0
    for start in range(0, total, CHUNK):
        if watch is not None:
            watch.check()
        stop = min(start + CHUNK, total)
        for position, row in enumerate(project.targets(layer_id, start, stop), start):
            if counts(position):
                entities += len({entity for entity, _ in row})
                projected += len({entity for entity, place in row if place is not None})
        if watch is not None:
            watch.advance(before + stop)
    return projected, entities
