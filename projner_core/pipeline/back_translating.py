"""Marked text: the source sentences translated back into the target language, their entities in brackets."""

from __future__ import annotations

from typing import Any

from projner_core import translators
from projner_core.corpus import Pair, Span
from projner_core.pipeline.config import StageConfig
from projner_core.pipeline.engines import LOCAL, Engine, Work
from projner_core.pipeline.filling import called, fill_with
from projner_core.pipeline.progress import Watch
from projner_core.pipeline.starting import Ready, look
from projner_core.pipeline.translating import check_languages
from projner_core.store import Layer, LayerKind, Project


def back_translate(
    project: Project, config: StageConfig, entities: Layer, watch: Watch, engine: Engine = LOCAL
) -> Layer:
    """The marked text of every pair, as a layer like those of imported marked text.

    Args:
        project: where the sentences are.
        config: the back-translator.
        entities: the source entities that are marked.
        watch: told of progress.
        engine: who computes.

    Raises:
        Cancelled: `watch` said so between two chunks, or within one.
        ProjnerError: there is no such back-translator, it refuses its settings, or its model is not here.
    """
    inputs = [project.fingerprint(), entities.fingerprint]
    found = look(project, "mark", config, _make(config), inputs, parents=[entities.id])
    if not isinstance(found, Ready):
        watch.begin("back-translate", found.done, found.done)
        return found
    layer = project.open_layer(
        name=called(config),
        kind=LayerKind.TEXTS,
        side="target",
        fingerprint=found.mark,
        provenance=found.about,
        parents=[entities.id],
    )

    def marked(start: int, stop: int) -> list[tuple[Pair, tuple[Span, ...]]]:
        spans = project.annotations(entities.id, start, stop)
        return list(zip(project.pairs(start, stop), spans, strict=True))

    return fill_with(engine, Work("back-translate", config), marked, project, layer, found.chunk, watch)


def check_can_start(project: Project, config: StageConfig, entities: Layer | None) -> Layer | None:
    """Ask now what `back_translate` will ask.

    Args:
        project: where the sentences are.
        config: the back-translator.
        entities: the source entities; None where they are still to be made, and so is their marked text.

    Returns:
        The finished layer that `back_translate` would give; None where it would have to make one.

    Raises:
        ProjnerError: as `back_translate`.
    """
    if entities is None:
        found = look(project, "mark", config, _make(config), [], parents=[])
    else:
        inputs = [project.fingerprint(), entities.fingerprint]
        found = look(project, "mark", config, _make(config), inputs, parents=[entities.id])
    if not isinstance(found, Ready):
        return found
    check_languages(project, found.system, reads="source")
    return None


def _make(config: StageConfig) -> Any:
    return lambda: translators.create_back_translator(config.name, **config.settings)
