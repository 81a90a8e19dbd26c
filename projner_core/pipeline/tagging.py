"""The source entities: what came with the file, or what a tagger finds, under reviewers' corrections."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from projner_core import taggers
from projner_core.corpus import Sentence, Span
from projner_core.errors import ProjnerError
from projner_core.pipeline.config import StageConfig, fingerprint
from projner_core.pipeline.engines import LOCAL, Engine, Work
from projner_core.pipeline.filling import (
    CHUNK,
    called,
    fill,
    fill_with,
    made_before,
    provenance,
    there_already,
)
from projner_core.pipeline.lineage import imported_spans
from projner_core.pipeline.progress import Watch
from projner_core.pipeline.starting import Ready, look
from projner_core.store import Layer, LayerKind, Project

Corrections = dict[int, tuple[Span, ...]]
"""Position of a pair -> its source entities as reviewers corrected them."""

_NONE: Corrections = {}
_UNCORRECTED = {"corrected_pairs": 0}


def tag(project: Project, config: StageConfig, watch: Watch, engine: Engine = LOCAL) -> Layer:
    """The source entities: what the tagger finds, with what reviewers corrected laid over it.

    The given tagger reads the entities that came with the file; with no correction, the imported layer
    itself is the result and nothing is written. What another tagger finds is a layer of its own, so that a
    correction does not have it run again.

    Raises:
        Cancelled: `watch` said so between two chunks, or within one.
        ProjnerError: as `check_can_start`.
    """
    found = check_can_start(project, config)
    if isinstance(found, Ready):
        found = _tagged(project, config, found, watch, engine)
    elif found is not None and config.name != "given":
        watch.begin("tag", found.done, found.done)
    corrections = project.source_corrections()
    if found is not None and not corrections:
        return found
    return _corrected(project, config, found, corrections, watch)


def check_can_start(project: Project, config: StageConfig) -> Layer | Ready | None:
    """Ask now what `tag` will ask.

    Returns:
        The finished layer that corrections are laid over, or the tagger that would make it; None where there
        is nothing but corrections.

    Raises:
        ProjnerError: with the given tagger, no source entity is known, or none in the sentences that were
            translated; with another, there is no such tagger, it refuses its settings, or its model is not
            here.
    """
    if config.name == "given":
        imported = imported_spans(project, "source")
        if (imported is not None or project.source_corrections()) and _leaves_translations_out(project):
            raise ProjnerError(
                "source entities came with some pairs only: the others have a translation as their source "
                "sentence, and nobody marked entities in it. Choose a tagger, for example --tagger bundled, "
                "which tags all source sentences; or mark entities in the translations in Inspect."
            )
        if imported is None and not project.source_corrections():
            raise ProjnerError(
                "no source entity is known. Import a source file with entity tags, mark entities on the "
                "source side in Inspect, or choose a tagger."
            )
        return None if imported is None else project.layer(imported)

    def make() -> Any:
        return taggers.create(config.name, **config.settings)

    inputs = [project.fingerprint(), _digest(_NONE)]
    return look(project, "tag", config, make, inputs, kind=LayerKind.SPANS, also=_UNCORRECTED)


def entities_mark(project: Project, config: StageConfig) -> str | None:
    """The fingerprint of the layer that `tag` would give now; None where no source entity is known.

    Of a tagger with a model it is that of the newest layer by this tagger: which revision the model has now
    is not asked. Where there is no such layer yet, it is one that no layer has.
    """
    corrections = project.source_corrections()
    if config.name == "given":
        if _leaves_translations_out(project):
            return None
        if not corrections:
            imported = imported_spans(project, "source")
            return None if imported is None else project.layer(imported).fingerprint
        return _given_mark(project, config, corrections)
    found = made_before(project, "tag", config, LayerKind.SPANS, also=_UNCORRECTED)
    mark = _given_mark(project, config, _NONE) if found is None else found.fingerprint
    return _corrected_mark(config, mark, corrections) if corrections else mark


def _leaves_translations_out(project: Project) -> bool:
    """Whether pairs have, or will have, a translation as their source, and people marked none of these.

    From the first one that they did mark, the given entities are those that came with the file and those
    marked by hand, as where no pair came with any.
    """
    if project.translation is None:
        return project.first_without_source() is not None
    marked = project.source_corrections()
    return not any(project.annotations_at(project.translation, list(marked)).values())


def _tagged(project: Project, config: StageConfig, ready: Ready, watch: Watch, engine: Engine) -> Layer:
    translation = project.translation
    layer = project.open_layer(
        name=called(config),
        kind=LayerKind.SPANS,
        side="source",
        fingerprint=ready.mark,
        provenance=ready.about,
        parents=[] if translation is None else [translation],
    )

    def sources(start: int, stop: int) -> list[Sentence]:
        return [pair.both()[0] for pair in project.pairs(start, stop)]

    return fill_with(engine, Work("tag", config), sources, project, layer, ready.chunk, watch)


def _corrected(
    project: Project, config: StageConfig, found: Layer | None, corrections: Corrections, watch: Watch
) -> Layer:
    """What was found, with the corrections in its place."""
    if config.name == "given":
        mark = _given_mark(project, config, corrections)
    else:
        assert found is not None
        mark = _corrected_mark(config, found.fingerprint, corrections)
    if there := there_already(project, mark, "tag", watch):
        return there

    def write(start: int, stop: int) -> None:
        sources = [pair.both()[0] for pair in project.pairs(start, stop)]
        known = [()] * len(sources) if found is None else project.annotations(found.id, start, stop)
        fitting = taggers.create("given", entities=known).tag(sources)
        final = [corrections.get(position, spans) for position, spans in enumerate(fitting, start)]
        project.write(layer, start, final)

    layer = project.open_layer(
        name="source entities",
        kind=LayerKind.SPANS,
        side="source",
        fingerprint=mark,
        provenance=provenance("tag", config) | {"corrected_pairs": len(corrections)},
        parents=[] if found is None else [found.id],
    )
    return fill(project, layer, "tag", CHUNK, write, watch)


def _given_mark(project: Project, config: StageConfig, corrections: Corrections) -> str:
    return fingerprint("tag", config, project.fingerprint(), _digest(corrections))


def _corrected_mark(config: StageConfig, found: str, corrections: Corrections) -> str:
    return fingerprint("tag", config, found, _digest(corrections))


def _digest(corrections: Corrections) -> str:
    rows = [[p, [[s.start, s.end, s.label] for s in spans]] for p, spans in sorted(corrections.items())]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()[:32]
