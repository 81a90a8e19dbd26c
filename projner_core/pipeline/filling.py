"""How every stage writes its layer: found again by its fingerprint, filled in chunks, gone on with."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from projner_core import __version__
from projner_core.errors import ConflictError, ProjnerError
from projner_core.inference.interruption import interruptible
from projner_core.pipeline.config import StageConfig
from projner_core.pipeline.engines import Engine, Work
from projner_core.pipeline.progress import Cancelled, Watch
from projner_core.store import Layer, LayerKind, Project

CHUNK = 1000  # pairs a commit, where the stage itself asks for nothing else


def there_already(project: Project, mark: str, stage: str, watch: Watch) -> Layer | None:
    """The finished layer with this fingerprint; found before a system is made, which may load a model."""
    found = next((layer for layer in project.layers() if layer.fingerprint == mark), None)
    if found is not None:
        watch.begin(stage, found.done, found.done)
    return found


def fill(
    project: Project,
    layer: Layer,
    stage: str,
    chunk: int,
    write: Callable[[int, int], None],
    watch: Watch,
    *,
    observe: Callable[[int, int], None] | None = None,
) -> Layer:
    """Have what is missing of a layer written, chunk by chunk; show `observe` the chunks already there.

    A long computation in `write` asks at its checkpoints whether anyone still wants it.
    """
    total = project.count()
    watch.begin(stage, layer.done, total)
    with interruptible(watch.check):
        for start in range(0, total, chunk):
            stop = min(start + chunk, total)
            watch.check()
            if stop > layer.done:
                write(max(start, layer.done), stop)  # a run before this one may have taken other chunks
                watch.advance(stop)
            elif observe is not None:
                observe(start, stop)
    return project.complete(layer)


def fill_with(
    engine: Engine,
    work: Work,
    read: Callable[[int, int], list[Any]],
    project: Project,
    layer: Layer,
    chunk: int,
    watch: Watch,
    *,
    ready: Callable[[int, int, list[Any]], Sequence[Any]] = lambda start, stop, results: results,
    around: Callable[[int], AbstractContextManager[None]] = lambda pairs: nullcontext(),
) -> Layer:
    """As `fill`, with what an engine computes.

    Args:
        engine: who computes.
        work: what; its stage is the one that `watch` is told of.
        read: the items of the pairs in `[start, stop)`.
        project: where the layer is.
        layer: what is filled.
        chunk: pairs a commit.
        watch: told of progress, and asked whether to go on.
        ready: makes of the results for `[start, stop)` what the layer holds, one a pair.
        around: a context for each chunk, given how many pairs it has.
    """
    total = project.count()
    starts = range(layer.done // chunk * chunk, total, chunk)
    stretches = [(max(start, layer.done), min(start + chunk, total)) for start in starts]
    results = engine.results(work, stretches, read)

    def write(start: int, stop: int) -> None:
        with around(stop - start):
            _, found = next(results)
            project.write(layer, start, ready(start, stop, found))

    try:
        return fill(project, layer, work.stage, chunk, write, watch)
    finally:
        if isinstance(results, Generator):  # its model is let go of now, not some time later
            results.close()


def is_gone(project: Project, layer_id: int) -> bool:
    """Whether somebody deleted a layer."""
    return all(layer.id != layer_id for layer in project.layers(incomplete=True))


@contextmanager
def standing(project: Project, layer: Layer, verb: str) -> Iterator[None]:
    """Work on a layer that another process may find to be of yesterday and delete.

    Raises:
        ConflictError: it did; `verb` is what to do again.
    """
    try:
        yield
    except Cancelled:
        raise
    except ProjnerError as error:
        if is_gone(project, layer.id):
            said = f"{layer.name!r} was made anew meanwhile from what is known by now: {verb} again."
            raise ConflictError(said) from error
        raise


def made_before(
    project: Project,
    stage: str,
    config: StageConfig,
    kind: LayerKind | None,
    parents: Sequence[int] | None = None,
    also: Mapping[str, Any] | None = None,
) -> Layer | None:
    """The newest finished layer of this system, whatever revision its model had.

    Where parents are given, only one of these counts; what `also` says must stand in its provenance, too. It
    is asked for where the model is not on this machine any more, and its revision not known.
    """
    # as it is read back: tuples are lists
    wanted = json.loads(json.dumps(provenance(stage, config) | dict(also or {})))
    for layer in reversed(project.layers(kind=kind)):
        if wanted.items() <= layer.provenance.items() and parents in (None, list(layer.parents)):
            return layer
    return None


def called(config: StageConfig) -> str:
    """What people call a layer: its system, and what it was told that others were not."""
    told = ", ".join(f"{key} {_told(value)}" for key, value in config.settings.items())
    return f"{config.name} ({told})" if told else config.name


def _told(value: Any) -> str:
    match value:
        case list() | tuple():  # the members of a combination
            return " + ".join(map(_told, value))
        case {"name": str()}:
            return called(StageConfig.model_validate(value))
        case _:
            return str(value)


def provenance(stage: str, config: StageConfig) -> dict[str, Any]:
    """Where a layer comes from: its stage, system and settings, and the version of the program."""
    about = {"stage": stage, "system": config.name, "settings": config.settings, "version": __version__}
    return about | ({"tuned_on": config.tuned_on} if config.tuned_on else {})
