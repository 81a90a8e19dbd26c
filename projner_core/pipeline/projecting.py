"""The projection of every source entity, by one projector over the links of one aligner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from projner_core import projectors
from projner_core.errors import ProjnerError
from projner_core.inference import revision
from projner_core.pipeline import evidence
from projner_core.pipeline.config import StageConfig, fingerprint
from projner_core.pipeline.engines import LOCAL, Engine, Work
from projner_core.pipeline.filling import CHUNK, called, fill_with, made_before, provenance, there_already
from projner_core.pipeline.progress import Watch
from projner_core.pipeline.starting import finished
from projner_core.projectors.base import Ask, asks
from projner_core.store import Layer, LayerKind, Project

_MODEL_CHUNK = 100  # pairs a commit of a projector that asks a model


def carry_over(
    project: Project,
    config: StageConfig,
    entities: Layer,
    links: Layer,
    watch: Watch,
    engine: Engine = LOCAL,
    *,
    own: Sequence[Layer] = (),
    compared: bool = False,
) -> Layer:
    """The projection of every source entity.

    With `compared` it is made to compare systems, not to be reviewed, and its provenance says so. A finished
    layer is found again even where the projector's model is not on this machine any more.

    Args:
        project: where the layers are.
        config: the projector.
        entities: the source entities.
        links: what they are carried over.
        watch: told of progress.
        engine: who computes.
        own: predictions and marked text that were made for this projection (`evidence.find`).
        compared: see above.

    Raises:
        Cancelled: `watch` said so between two chunks, or within one.
        ProjnerError: there is no such projector, it refuses its settings, or the project does not have the
            evidence that it asks for.
    """
    if there := projected(project, config, entities.fingerprint, links):
        watch.begin("project", there.done, there.done)
        return there  # before the projector is made: it may load what it needs
    projector = projectors.create(config.name, **config.settings)
    known = evidence.find(project, projector, entities, own)
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
    labels = None if known.labels is None else sorted(known.labels)
    work = Work("project", config, {"asks": bool(asks(projector)), "labels": labels})

    def items(start: int, stop: int) -> list[tuple[Any, ...]]:
        return list(
            zip(
                project.pairs(start, stop),
                project.annotations(entities.id, start, stop),
                project.annotations(links.id, start, stop),
                known.items(project, start, stop),
                strict=True,
            )
        )

    chunk = getattr(projector, "chunk", _MODEL_CHUNK if "revision" in about else CHUNK)
    return fill_with(engine, work, items, project, layer, chunk, watch)


def projected(project: Project, config: StageConfig, entities: str, links: Layer) -> Layer | None:
    """The finished projection by a projector that needs no evidence; `entities` is a fingerprint."""
    return finished(project, fingerprint("project", config, entities, links.fingerprint))


def check_can_start(
    project: Project,
    config: StageConfig,
    coming: Mapping[Ask, str],
    entities: Layer | None = None,
    links: Layer | None = None,
) -> None:
    """Ask now what `carry_over` will ask, before all of its evidence is there.

    Args:
        project: where the layers are.
        config: the projector.
        coming: the evidence that will be there by then, and what its layers will be called.
        entities, links: what is carried over, and over what; None where they are still to be made.

    Raises:
        ProjnerError: as `carry_over`; a model that is not here any more is not asked for where there is a
            finished layer of these entities over these links by this projector.
    """
    projector = projectors.create(config.name, **config.settings)
    evidence.check_can_answer(project, projector, coming)
    if isinstance(model := getattr(projector, "model", None), str) and model:
        try:
            revision(model)
        except ProjnerError:
            if not _projected_before(project, config, entities, links):
                raise


def _projected_before(
    project: Project, config: StageConfig, entities: Layer | None, links: Layer | None
) -> bool:
    if entities is None or links is None:
        return False
    behind = (entities.id, links.id)
    return any(
        layer.parents[:2] == behind
        and made_before(project, "project", config, LayerKind.PROJECTIONS, list(layer.parents)) is not None
        for layer in project.layers(kind=LayerKind.PROJECTIONS)
    )
