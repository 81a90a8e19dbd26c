"""Running the pipeline over a project: translate, tag, align, project.

Each stage is a function from a stretch of pairs to annotations. Its layer is written in chunks, each
committed whole, so a run that is killed or cancelled leaves finished chunks and nothing else. A layer
is known by its fingerprint: the same stage over the same input is never run twice, and a layer that is
not complete is gone on with where it stopped.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from projner_core import taggers
from projner_core.corpus import Span
from projner_core.errors import ProjnerError
from projner_core.pipeline.aligning import align, check_can_start
from projner_core.pipeline.config import RunConfig, StageConfig, fingerprint
from projner_core.pipeline.doubting import weigh
from projner_core.pipeline.filling import CHUNK, fill, provenance, there_already
from projner_core.pipeline.lineage import imported_spans
from projner_core.pipeline.progress import IsCancelled, OnProgress, Watch
from projner_core.pipeline.projecting import carry_over
from projner_core.store import Layer, LayerKind, Project


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
        ProjnerError: a stage can't start (no source sentences, no entities, an unknown system). That the
            aligner can't is said before the tagger runs.
    """
    watch = Watch(on_progress, is_cancelled)
    check_translated(project, config.translator)
    check_can_start(project, config.aligner)
    entities = tag(project, config.tagger, watch)
    links = align(project, config.aligner, watch)
    projection = weigh(project, carry_over(project, config.projector, entities, links, watch), links, watch)
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
    corrections = project.source_corrections()
    if given and not corrections:
        if imported is None:
            raise ProjnerError(
                "no source entity is known. Import a source file with entity tags, mark entities on the "
                "source side in Inspect, or choose a tagger."
            )
        return project.layer(imported)

    mark = _tag_mark(project, config, corrections)
    if there := there_already(project, mark, "tag", watch):
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
        provenance=provenance("tag", config) | {"corrected_pairs": len(corrections)},
        parents=[] if imported is None else [imported],
    )
    return fill(project, layer, "tag", CHUNK, write, watch)


def entities_mark(project: Project, config: StageConfig) -> str | None:
    """The fingerprint of the layer that `tag` would give now; None where no source entity is known."""
    corrections = project.source_corrections()
    if config.name == "given" and not corrections:
        imported = imported_spans(project, "source")
        return None if imported is None else project.layer(imported).fingerprint
    return _tag_mark(project, config, corrections)


def _tag_mark(project: Project, config: StageConfig, corrections: dict[int, tuple[Span, ...]]) -> str:
    return fingerprint("tag", config, project.fingerprint(), _digest(corrections))


def _digest(corrections: dict[int, tuple[Span, ...]]) -> str:
    rows = [[p, [[s.start, s.end, s.label] for s in spans]] for p, spans in sorted(corrections.items())]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()[:32]
