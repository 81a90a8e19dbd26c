"""How doubtful the projection of each pair looks: what the queue is ordered by."""

from __future__ import annotations

from projner_core.pipeline.filling import CHUNK
from projner_core.pipeline.progress import Watch
from projner_core.review.queue import doubt
from projner_core.store import Layer, Project


def weigh(project: Project, projection: Layer, links: Layer, watch: Watch) -> Layer:
    """Write the doubts of a finished projection, where they are missing; goes on where it stopped."""
    total = project.count()
    watch.begin("doubt", projection.signals_done, total)
    for start in range(projection.signals_done, total, CHUNK):
        stop = min(start + CHUNK, total)
        watch.check()
        pairs = project.pairs(start, stop)
        alignments = project.annotations(links.id, start, stop)
        projections = project.annotations(projection.id, start, stop)
        doubts = [doubt(p, a, pair) for p, a, pair in zip(projections, alignments, pairs, strict=True)]
        project.write_signals(projection, start, doubts)
        watch.advance(stop)
    return project.layer(projection.id)
