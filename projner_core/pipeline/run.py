"""Running the pipeline over a project: translate, tag, align, project.

Each stage is a function from a stretch of pairs to annotations. Its layer is written in chunks, each
committed whole, so a run that is killed or cancelled leaves finished chunks and nothing else. A layer
is known by its fingerprint: the same stage over the same input is never run twice, and a layer that is
not complete is gone on with where it stopped.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from projner_core import __version__, aligners, projectors, taggers
from projner_core.aligners.base import LearningAligner
from projner_core.corpus import Span
from projner_core.errors import ProjnerError
from projner_core.pipeline.config import RunConfig, StageConfig, fingerprint
from projner_core.pipeline.lineage import imported_spans
from projner_core.pipeline.progress import IsCancelled, OnProgress, Watch
from projner_core.review.queue import doubt
from projner_core.store import Layer, LayerKind, Project

CHUNK = 1000  # pairs a commit, where the stage itself asks for nothing else


@dataclass(frozen=True, slots=True)
class RunResult:
    """The layers that a run made or found again."""

    entities: Layer
    links: Layer
    projection: Layer


def run(
    project: Project,
    config: RunConfig,
    *,
    on_progress: OnProgress | None = None,
    is_cancelled: IsCancelled | None = None,
) -> RunResult:
    """Run every stage of `config` that this project does not have yet; put the projection under review.

    Raises:
        Cancelled: `is_cancelled` said so between two chunks.
        ProjnerError: a stage can't start (no source sentences, no entities, an unknown system).
    """
    watch = Watch(on_progress, is_cancelled)
    check_translated(project, config.translator)
    entities = tag(project, config.tagger, watch)
    links = align(project, config.aligner, watch)
    projection = carry_over(project, config.projector, entities, links, watch)
    project.set_current(projection.id)
    return RunResult(entities, links, projection)


def check_translated(project: Project, config: StageConfig) -> None:
    """Every pair must have a source sentence; with the given translator it came with the file.

    Raises:
        ProjnerError: the first pair that has none is named.
    """
    if config.name != "given":
        raise ProjnerError(
            f"no translator {config.name!r} can be run yet; use 'given': import the source sentences "
            "together with the target sentences"
        )
    missing = project.first_without_source()
    if missing is not None:
        raise ProjnerError(
            f"pair {missing!r} has no source sentence. Import the source sentences together with the "
            "target sentences, then run again."
        )


def tag(project: Project, config: StageConfig, watch: Watch) -> Layer:
    """The source entities: what the tagger finds, with what reviewers corrected laid over it.

    The given tagger reads the entities that came with the file; with no correction, the imported layer
    itself is the result and nothing is written.
    """
    given = config.name == "given"
    imported = imported_spans(project, "source") if given else None
    corrections = _source_corrections(project)
    if given and not corrections:
        if imported is None:
            raise ProjnerError(
                "no source entity is known. Import a source file with entity tags, mark entities on the "
                "source side in Inspect, or choose a tagger."
            )
        return project.layer(imported)

    mark = fingerprint("tag", config, project.fingerprint(), _digest(corrections))
    if there := _there_already(project, mark, "tag", watch):
        return there
    tagger = None if given else taggers.create(config.name, **config.settings)

    def write(start: int, stop: int) -> None:
        sources = [pair.both()[0] for pair in project.pairs(start, stop)]
        if tagger is not None:
            found = tagger.tag(sources)
        else:
            known = [()] * len(sources) if imported is None else project.annotations(imported, start, stop)
            found = taggers.create("given", entities=known).tag(sources)
        final = [corrections.get(position, spans) for position, spans in enumerate(found, start)]
        project.write(layer, start, final)

    layer = project.open_layer(
        name="source entities",
        kind=LayerKind.SPANS,
        side="source",
        fingerprint=mark,
        provenance=_provenance("tag", config) | {"corrected_pairs": len(corrections)},
        parents=[] if imported is None else [imported],
    )
    return _fill(project, layer, "tag", CHUNK, write, watch)


def align(project: Project, config: StageConfig, watch: Watch) -> Layer:
    """The links of every pair."""
    mark = fingerprint("align", config, project.fingerprint())
    if there := _there_already(project, mark, "align", watch):
        return there
    aligner = aligners.create(config.name, **config.settings)
    layer = project.open_layer(
        name=_called(config),
        kind=LayerKind.LINKS,
        side="both",
        fingerprint=mark,
        provenance=_provenance("align", config),
    )
    # A learning aligner sees the corpus once, in order, in blocks of its own size; others take any chunk.
    learner = aligner.start() if isinstance(aligner, LearningAligner) else None
    chunk = aligner.block if isinstance(aligner, LearningAligner) else CHUNK

    def write(start: int, stop: int) -> None:
        project.write(layer, start, (learner or aligner).align(project.pairs(start, stop)))

    def observe(start: int, stop: int) -> None:
        if learner is not None:
            learner.observe(project.pairs(start, stop), project.annotations(layer.id, start, stop))

    return _fill(project, layer, "align", chunk, write, watch, observe=observe)


def carry_over(project: Project, config: StageConfig, entities: Layer, links: Layer, watch: Watch) -> Layer:
    """The projection of every source entity, and for each pair how doubtful it looks."""
    mark = fingerprint("project", config, entities.fingerprint, links.fingerprint)
    if there := _there_already(project, mark, "project", watch):
        return there
    projector = projectors.create(config.name, **config.settings)
    layer = project.open_layer(
        name=f"{links.name} › {_called(config)}",
        kind=LayerKind.PROJECTIONS,
        side="target",
        fingerprint=mark,
        provenance=_provenance("project", config),
        parents=[entities.id, links.id],
    )

    def write(start: int, stop: int) -> None:
        pairs = project.pairs(start, stop)
        alignments = project.annotations(links.id, start, stop)
        projections = projector.project(pairs, project.annotations(entities.id, start, stop), alignments)
        doubts = [doubt(p, a, pair) for p, a, pair in zip(projections, alignments, pairs, strict=True)]
        project.write(layer, start, projections, doubts=doubts)

    return _fill(project, layer, "project", CHUNK, write, watch)


def _there_already(project: Project, mark: str, stage: str, watch: Watch) -> Layer | None:
    """The finished layer with this fingerprint; found before a system is made, which may load a model."""
    found = next((layer for layer in project.layers() if layer.fingerprint == mark), None)
    if found is not None:
        watch.begin(stage, found.done, found.done)
    return found


def _fill(
    project: Project,
    layer: Layer,
    stage: str,
    chunk: int,
    write: Callable[[int, int], None],
    watch: Watch,
    *,
    observe: Callable[[int, int], None] | None = None,
) -> Layer:
    """Have what is missing of a layer written, chunk by chunk; show `observe` the chunks already there."""
    total = project.count()
    watch.begin(stage, layer.done, total)
    for start in range(0, total, chunk):
        stop = min(start + chunk, total)
        watch.check()
        if stop > layer.done:
            write(start, stop)
            watch.advance(stop)
        elif observe is not None:
            observe(start, stop)
    return project.complete(layer)


def _source_corrections(project: Project) -> dict[int, tuple[Span, ...]]:
    return {
        position: state.source_spans
        for position, state in project.states(0, project.count()).items()
        if state.source_spans is not None
    }


def _digest(corrections: dict[int, tuple[Span, ...]]) -> str:
    rows = [[p, [[s.start, s.end, s.label] for s in spans]] for p, spans in sorted(corrections.items())]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()[:32]


def _called(config: StageConfig) -> str:
    """What people call a layer: its system, and what it was told that others were not."""
    told = ", ".join(f"{key} {value}" for key, value in config.settings.items())
    return f"{config.name} ({told})" if told else config.name


def _provenance(stage: str, config: StageConfig) -> dict[str, Any]:
    return {"stage": stage, "system": config.name, "settings": config.settings, "version": __version__}
