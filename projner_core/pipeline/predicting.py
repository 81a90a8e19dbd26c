"""What a tagger finds in the target sentences themselves: model transfer, and evidence for projectors."""

from __future__ import annotations

from typing import Any

from projner_core import taggers
from projner_core.corpus import Sentence
from projner_core.errors import ProjnerError
from projner_core.pipeline.config import StageConfig
from projner_core.pipeline.engines import LOCAL, Engine, Work
from projner_core.pipeline.filling import called, fill_with
from projner_core.pipeline.progress import Watch
from projner_core.pipeline.starting import Ready, look
from projner_core.store import Layer, LayerKind, Project
from projner_core.taggers.base import ProbabilisticTagger


def predict(
    project: Project,
    config: StageConfig,
    watch: Watch,
    engine: Engine = LOCAL,
    *,
    name: str | None = None,
) -> Layer:
    """What a tagger finds in the target sentences, as a layer like those of imported predictions.

    It holds the probabilities of the tags where the tagger gives them (`LayerKind.TAGS`), else spans. No
    source sentence is needed.

    Args:
        project: where the sentences are.
        config: the tagger.
        watch: told of progress.
        engine: who computes.
        name: what a new layer is called; the system and its settings where None.

    Raises:
        Cancelled: `watch` said so between two chunks, or within one.
        ProjnerError: as `check_can_start`.
    """
    found = check_can_start(project, config)
    if not isinstance(found, Ready):
        watch.begin("predict", found.done, found.done)
        return found
    layer = project.open_layer(
        name=name or called(config),
        kind=LayerKind.TAGS if isinstance(found.system, ProbabilisticTagger) else LayerKind.SPANS,
        side="target",
        fingerprint=found.mark,
        provenance=found.about,
    )

    def targets(start: int, stop: int) -> list[Sentence]:
        return [pair.target for pair in project.pairs(start, stop)]

    return fill_with(engine, Work("predict", config), targets, project, layer, found.chunk, watch)


def check_can_start(project: Project, config: StageConfig) -> Layer | Ready:
    """Ask now what `predict` will ask: the finished layer, or the tagger that would make it.

    Raises:
        ProjnerError: there is no such tagger, it refuses its settings, its model is not here, or it is one
            that reads what came with the file.
    """
    if config.name == "given":
        raise ProjnerError(
            "the tagger 'given' finds nothing of its own, so it predicts nothing: choose another, for "
            "example token-classifier, or add what was predicted elsewhere with 'projner import-predictions'"
        )

    def make() -> Any:
        return taggers.create(config.name, **config.settings)

    # of the target sentences alone: a translation that is adopted later changes nothing
    return look(project, "predict", config, make, [project.imported_fingerprint()])
