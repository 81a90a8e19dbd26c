"""Which pairs hold entities that were not projected, by reason and by label: examples of a projection."""

from __future__ import annotations

from array import array
from collections import defaultdict

from projner_core.evaluation.summary import key
from projner_core.pipeline.carried import carried_and_missed
from projner_core.pipeline.filling import CHUNK
from projner_core.store import Layer, Project

_EVERY = "unprojected"


def reason_key(reason: str) -> str:
    """The key of the pairs in which an entity was not projected for this reason."""
    return f"reason={reason}"


def label_key(label: str) -> str:
    """The key of the pairs in which an entity with this label was not projected."""
    return f"{key(label=label)} {_EVERY}"


def keep(project: Project, layer: Layer) -> None:
    """Keep them under the projection, unless they are there: a walk over all pairs, the first time.

    Raises:
        ProjnerError: the layer holds no projections, or the disk is full.
    """
    if _EVERY in project.example_counts(layer.id):
        return
    positions: defaultdict[str, array[int]] = defaultdict(lambda: array("q"))
    positions[_EVERY] = array("q")
    total = project.count()
    for start in range(0, total, CHUNK):
        rows = project.decisions(layer.id, start, min(start + CHUNK, total))
        for position, row in enumerate(rows, start):
            _, missed = carried_and_missed(row)
            keys = {reason_key(reason) for reason in missed.values()}
            keys |= {label_key(label) for _, _, label in missed}
            for name in keys | ({_EVERY} if missed else set()):
                positions[name].append(position)
    project.write_examples(layer, positions)
