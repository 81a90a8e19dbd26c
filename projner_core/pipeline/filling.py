"""How every stage writes its layer: found again by its fingerprint, filled in chunks, gone on with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from projner_core import __version__
from projner_core.errors import ConflictError, ProjnerError
from projner_core.pipeline.config import StageConfig
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
    """Have what is missing of a layer written, chunk by chunk; show `observe` the chunks already there."""
    total = project.count()
    watch.begin(stage, layer.done, total)
    for start in range(0, total, chunk):
        stop = min(start + chunk, total)
        watch.check()
        if stop > layer.done:
            write(max(start, layer.done), stop)  # a run before this one may have taken other chunks
            watch.advance(stop)
        elif observe is not None:
            observe(start, stop)
    return project.complete(layer)


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
    project: Project, stage: str, config: StageConfig, kind: LayerKind, parents: Sequence[int] | None = None
) -> Layer | None:
    """The newest finished layer of this system, whatever revision its model had.

    Where parents are given, only one of these counts. It is asked for where the model is not on this machine
    any more, and its revision not known.
    """
    wanted = json.loads(json.dumps(provenance(stage, config)))  # as it is read back: tuples are lists
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
