"""Running the pipeline over a project: translate, tag, predict, align, back-translate, project.

Each stage is a function from a stretch of pairs to annotations. Its layer is written in chunks, each
committed whole, so a run that is killed or cancelled leaves finished chunks and nothing else. A layer
is known by its fingerprint: the same stage over the same input is never run twice, and a layer that is
not complete is gone on with where it stopped.
"""

from __future__ import annotations

from dataclasses import dataclass

from projner_core.pipeline import aligning, back_translating, predicting, projecting, tagging, translating
from projner_core.pipeline.aligning import align
from projner_core.pipeline.back_translating import back_translate
from projner_core.pipeline.config import RunConfig
from projner_core.pipeline.doubting import weigh
from projner_core.pipeline.engines import LOCAL, Engine
from projner_core.pipeline.filling import called
from projner_core.pipeline.predicting import predict
from projner_core.pipeline.progress import IsCancelled, OnProgress, Watch
from projner_core.pipeline.projecting import carry_over, projected
from projner_core.pipeline.starting import finished
from projner_core.pipeline.tagging import tag
from projner_core.pipeline.translating import translate
from projner_core.projectors.base import Ask
from projner_core.store import Layer, Project


@dataclass(frozen=True, slots=True)
class RunResult:
    """The layers that a run made or found again.

    Attributes:
        entities: the source entities.
        links: the links.
        projection: the projection, which is under review now.
        translation: the source sentences of pairs that came without; None where all came with one.
        predictions: what the predictor found in the target sentences; None where none was asked for.
        marked: the marked text; None where no back-translator was asked for.
    """

    entities: Layer
    links: Layer
    projection: Layer
    translation: Layer | None = None
    predictions: Layer | None = None
    marked: Layer | None = None


def run(
    project: Project,
    config: RunConfig,
    *,
    on_progress: OnProgress | None = None,
    is_cancelled: IsCancelled | None = None,
    engine: Engine = LOCAL,
) -> RunResult:
    """Run every stage of `config` that this project does not have yet; put the projection under review.

    Args:
        project: where the pairs are.
        config: the system of each stage.
        on_progress: told how far each stage is.
        is_cancelled: asked between two chunks, and at the checkpoints of a long computation.
        engine: who computes.

    Raises:
        Cancelled: `is_cancelled` said so.
        ProjnerError: as `check_can_start`, before anything runs.
    """
    watch = Watch(on_progress, is_cancelled)
    check_can_start(project, config)
    translation = translate(project, config.translator, watch, engine)
    entities = tag(project, config.tagger, watch, engine)
    predictions = None if config.predictor is None else predict(project, config.predictor, watch, engine)
    links = align(project, config.aligner, watch, engine)
    marked = None
    if config.back_translator is not None:
        marked = back_translate(project, config.back_translator, entities, watch, engine)
    own = [layer for layer in (predictions, marked) if layer is not None]
    carried = carry_over(project, config.projector, entities, links, watch, engine, own=own)
    projection = weigh(project, carried, links, watch)
    project.set_current(projection.id)
    return RunResult(entities, links, projection, translation, predictions, marked)


def check_can_start(project: Project, config: RunConfig) -> None:
    """Ask of every stage whether it can start, so that none runs for an hour before another one can't.

    Raises:
        ProjnerError: a stage can't start: no source sentences and no translator, no entities and no tagger,
            an unknown system or setting, a model that is not on this machine, a projector that needs what no
            stage of the run gives and the project does not have.
    """
    translating.check_can_start(project, config.translator)
    tagging.check_can_start(project, config.tagger)
    coming: dict[Ask, str] = {}
    if config.predictor is not None:
        found = predicting.check_can_start(project, config.predictor)
        name = found.name if isinstance(found, Layer) else called(config.predictor)
        coming |= dict.fromkeys(("spans", "tags"), name)
    links = aligning.check_can_start(project, config.aligner)
    mark = tagging.entities_mark(project, config.tagger)
    entities = None if mark is None else finished(project, mark)
    if config.back_translator is not None:
        marked = back_translating.check_can_start(project, config.back_translator, entities)
        coming["marked"] = called(config.back_translator) if marked is None else marked.name
    if links is None or mark is None or not projected(project, config.projector, mark, links):
        projecting.check_can_start(project, config.projector, coming, entities, links)
