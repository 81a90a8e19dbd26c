"""The links of every pair, by one aligner or by several that are combined."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, runtime_checkable

from projner_core import aligners
from projner_core.aligners.base import Aligner, LearningAligner
from projner_core.corpus import Alignment
from projner_core.errors import ProjnerError
from projner_core.inference import revision
from projner_core.pipeline.config import StageConfig, fingerprint
from projner_core.pipeline.engines import LOCAL, Engine, Work
from projner_core.pipeline.filling import CHUNK, called, fill, fill_with, made_before, provenance
from projner_core.pipeline.progress import Watch
from projner_core.store import Layer, LayerKind, Project

_START_UP = 10.0  # seconds: below that, a single chunk measures how long a start takes


@runtime_checkable
class CombinedAligner(Aligner, Protocol):
    """An aligner that makes its links of those of others, each of which gets a layer of its own here."""

    members: Sequence[dict[str, Any]]  # name and settings of each

    def combine(self, alignments: Sequence[Sequence[Alignment]]) -> list[Alignment]:
        """One alignment a pair, of one sequence a member, each with one alignment a pair."""
        ...


def align(project: Project, config: StageConfig, watch: Watch, engine: Engine = LOCAL) -> Layer:
    """The links of every pair. An aligner that learns sees the corpus in order, and so in this process.

    What makes the layer this layer is the aligner with its settings, the corpus, the revision of its
    model where it has one, and the members' layers where it combines them. A finished layer is found again
    even where its model is not on this machine any more.

    Raises:
        Cancelled: `watch` said so between two chunks.
        ProjnerError: as `check_can_start`, before any aligner runs.
    """
    aligner = _look(project, config)
    if isinstance(aligner, Layer):
        watch.begin("align", aligner.done, aligner.done)
        return aligner
    about = provenance("align", config)
    parents: list[Layer] = []
    mark = _mark(project, config)
    if isinstance(aligner, CombinedAligner):
        members = map(StageConfig.model_validate, aligner.members)
        parents = [align(project, member, watch, engine) for member in members]
        mark = _mark(project, config, *(parent.fingerprint for parent in parents))
    elif isinstance(model := getattr(aligner, "model", None), str):
        about["revision"] = revision(model)
        mark = _mark(project, config, about["revision"])

    layer = project.open_layer(
        name=called(config),
        kind=LayerKind.LINKS,
        side="both",
        fingerprint=mark,
        provenance=about,
        parents=[parent.id for parent in parents],
    )
    timer = _Timer(project, layer)
    chunk = getattr(aligner, "chunk", CHUNK)
    if not isinstance(aligner, CombinedAligner | LearningAligner):
        work = Work("align", config)
        return fill_with(engine, work, project.pairs, project, layer, chunk, watch, around=timer.chunk)

    # A learning aligner sees the corpus once, in order, in blocks of its own size.
    learner = aligner.start() if isinstance(aligner, LearningAligner) else None
    chunk = aligner.block if isinstance(aligner, LearningAligner) else chunk

    def links(start: int, stop: int) -> list[Alignment]:
        if isinstance(aligner, CombinedAligner):
            return aligner.combine([project.annotations(p.id, start, stop) for p in parents])
        assert learner is not None
        return learner.align(project.pairs(start, stop))

    def write(start: int, stop: int) -> None:
        with timer.chunk(stop - start):
            project.write(layer, start, links(start, stop))

    def observe(start: int, stop: int) -> None:
        if learner is not None:
            learner.observe(project.pairs(start, stop), project.annotations(layer.id, start, stop))

    return fill(project, layer, "align", chunk, write, watch, observe=observe)


def check_can_start(project: Project, config: StageConfig) -> Layer | None:
    """Ask now what `align` will ask, so that no other aligner runs for an hour before.

    Returns:
        The finished layer that `align` would give; None where it would have to make one.

    Raises:
        ProjnerError: there is no such aligner, it refuses its settings, or its model is not here; the same of
            a member of a combination.
    """
    found = _look(project, config)
    return found if isinstance(found, Layer) else None


def _look(project: Project, config: StageConfig) -> Layer | Aligner:
    """The finished layer of this aligner, or where there is none, the aligner to make it with."""
    if there := _finished(project, _mark(project, config)):
        return there  # before the aligner is made: it may load what it needs
    aligner = aligners.create(config.name, **config.settings)
    if isinstance(aligner, CombinedAligner):
        members = [check_can_start(project, StageConfig.model_validate(m)) for m in aligner.members]
        made = [member.fingerprint for member in members if member is not None]
        if len(made) == len(members) and (there := _finished(project, _mark(project, config, *made))):
            return there
    elif isinstance(model := getattr(aligner, "model", None), str):
        try:
            mark = _mark(project, config, revision(model))
        except ProjnerError:
            if there := made_before(project, "align", config, LayerKind.LINKS):
                return there
            raise
        if there := _finished(project, mark):
            return there
    return aligner


def _mark(project: Project, config: StageConfig, *inputs: str) -> str:
    return fingerprint("align", config, project.fingerprint(), *inputs)


def _finished(project: Project, mark: str) -> Layer | None:
    layers = project.layers(kind=LayerKind.LINKS)
    return next((layer for layer in layers if layer.fingerprint == mark), None)


def pairs_per_second(project: Project, layer: Layer) -> float | None:
    """How fast a layer of links was made, its members' time counted; None where that is not known.

    What is counted is reading, aligning and writing, in all runs that the layer took. A run's first chunk, in
    which models are loaded and code is compiled, counts only where there was no other and it took long enough
    to say anything: a small corpus has no speed.
    """
    timed = project.get_meta(timing_key(layer))
    if timed is None:
        return None
    pairs, spent = timed["later"] if timed["later"][0] else timed["first"]
    if not timed["later"][0] and spent < _START_UP:
        return None
    seconds: float = spent / pairs
    for parent in layer.parents:
        speed = pairs_per_second(project, project.layer(parent))
        if speed is None:
            return None
        seconds += 1 / speed
    return 1 / seconds


class _Timer:
    """Adds the time that each chunk takes to what the layer took in earlier runs.

    A run that is killed loses the time of its last chunk and the chunk's pairs with it.
    """

    def __init__(self, project: Project, layer: Layer) -> None:
        self._project, self._key = project, timing_key(layer)
        self._chunk = "first"

    @contextmanager
    def chunk(self, pairs: int) -> Iterator[None]:
        began = time.perf_counter()
        yield
        spent = time.perf_counter() - began
        timed = self._project.get_meta(self._key, {"first": [0, 0.0], "later": [0, 0.0]})
        before, seconds = timed[self._chunk]
        self._project.set_meta(self._key, timed | {self._chunk: [before + pairs, seconds + spent]})
        self._chunk = "later"


def timing_key(layer: Layer) -> str:
    """Where a project's `meta` says how long a layer of links took."""
    return f"timing:{layer.id}"
