"""The projection of every source entity, by one projector over the links of one aligner."""

from __future__ import annotations

from projner_core import projectors
from projner_core.errors import ProjnerError
from projner_core.inference import revision
from projner_core.pipeline import evidence
from projner_core.pipeline.config import StageConfig, fingerprint
from projner_core.pipeline.filling import CHUNK, called, fill, made_before, provenance, there_already
from projner_core.pipeline.progress import Watch
from projner_core.projectors.base import asks
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

    With `compared` it is made to compare systems, not to be reviewed, and its provenance says so. A finished
    layer is found again even where the projector's model is not on this machine any more.

    Raises:
        Cancelled: `watch` said so between two chunks.
        ProjnerError: there is no such projector, it refuses its settings, or the project does not have the
            evidence that it asks for.
    """
    mark = fingerprint("project", config, entities.fingerprint, links.fingerprint)
    if there := there_already(project, mark, "project", watch):
        return there  # before the projector is made: it may load what it needs
    projector = projectors.create(config.name, **config.settings)
    known = evidence.find(project, projector, entities)
    parents = [layer.id for layer in (entities, links, *known.layers)]
    about = provenance("project", config) | ({"compared": True} if compared else {})
    inputs = [layer.fingerprint for layer in (entities, links, *known.layers)]
    if isinstance(model := getattr(projector, "model", None), str) and model:
        try:
            about["revision"] = revision(model)
        except ProjnerError:
            if there := made_before(project, "project", config, LayerKind.PROJECTIONS, parents):
                watch.begin("project", there.done, there.done)
                return there
            raise
        inputs.append(about["revision"])
    mark = fingerprint("project", config, *inputs)
    if there := there_already(project, mark, "project", watch):
        return there
    layer = project.open_layer(
        name=f"{links.name} › {called(config)}",
        kind=LayerKind.PROJECTIONS,
        side="target",
        fingerprint=mark,
        provenance=about,
        parents=parents,
    )
    asking = bool(asks(projector))

    def write(start: int, stop: int) -> None:
        given = (
            project.pairs(start, stop),
            project.annotations(entities.id, start, stop),
            project.annotations(links.id, start, stop),
        )
        if asking:
            found = projector.project(*given, known.read(project, start, stop))
        else:  # projectors of others need not know of evidence
            found = projector.project(*given)
        project.write(layer, start, found)

    return fill(project, layer, "project", CHUNK, write, watch)
