"""The projection of every source entity, by one projector over the links of one aligner."""

from __future__ import annotations

from projner_core import projectors
from projner_core.pipeline.config import StageConfig, fingerprint
from projner_core.pipeline.filling import CHUNK, called, fill, provenance, there_already
from projner_core.pipeline.progress import Watch
from projner_core.store import Layer, LayerKind, Project


def carry_over(
    project: Project,
    config: StageConfig,
    entities: Layer,
    links: Layer,
    watch: Watch,
    *,
    compared: bool = False,
) -> Layer:
    """The projection of every source entity.

    With `compared` it is made to compare systems, not to be reviewed, and its provenance says so.
    """
    mark = fingerprint("project", config, entities.fingerprint, links.fingerprint)
    if there := there_already(project, mark, "project", watch):
        return there
    projector = projectors.create(config.name, **config.settings)
    layer = project.open_layer(
        name=f"{links.name} › {called(config)}",
        kind=LayerKind.PROJECTIONS,
        side="target",
        fingerprint=mark,
        provenance=provenance("project", config) | ({"compared": True} if compared else {}),
        parents=[entities.id, links.id],
    )

    def write(start: int, stop: int) -> None:
        pairs = project.pairs(start, stop)
        alignments = project.annotations(links.id, start, stop)
        projections = projector.project(pairs, project.annotations(entities.id, start, stop), alignments)
        project.write(layer, start, projections)

    return fill(project, layer, "project", CHUNK, write, watch)
