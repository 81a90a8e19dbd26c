"""A file of annotations, one a pair, comes into a project as a layer: all of it, or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from projner_core.corpus import Pair
from projner_core.errors import InputError
from projner_core.pipeline.progress import Watch
from projner_core.store import Layer, Project

CHUNK = 1000  # pairs a commit

IMPORTED = "imported"  # stands in the provenance where a system's name stands otherwise

Fits = Callable[[int, Pair, Any], Any]
"""(position, pair, what the file has for it) -> the annotation; raises `InputError` where it does not fit."""


def digest(path: Path, *how: object) -> str:
    """What makes an imported layer this layer: what the file holds and how it was read."""
    with path.open("rb") as stream:
        held = hashlib.file_digest(stream, "sha256").hexdigest()
    return hashlib.sha256(" ".join([*map(str, how), held]).encode()).hexdigest()[:32]


def read_in(
    project: Project, layer: Layer, found: Iterator[Any], watch: Watch, fits: Fits | None = None
) -> Layer:
    """Write what `found` has for each pair into a layer that was opened for it, and complete it.

    What an import that was killed has left is gone on with. Of a file that is refused, nothing stays.

    Args:
        found: one a pair, in the order of the project; raises `InputError` where the file has fewer or more.
        fits: makes the annotation of what was found; None where it is the annotation.

    Raises:
        InputError: from `found` or `fits`.
        Cancelled: `watch` said so between two chunks.
    """
    total = project.count()
    watch.begin("import", layer.done, total)
    try:
        for start in range(0, total, CHUNK):
            watch.check()
            pairs = project.pairs(start, start + CHUNK)
            values = list(islice(found, len(pairs)))
            if fits is not None:
                numbered = enumerate(zip(pairs, values, strict=True), start)
                values = [fits(position, pair, value) for position, (pair, value) in numbered]
            if start + len(pairs) > layer.done:  # else a killed import wrote it
                layer = project.write(layer, layer.done, values[layer.done - start :])
                watch.advance(layer.done)
        next(found, None)  # which says so where there are more
    except InputError:
        project.delete_layer(layer)
        raise
    return project.complete(layer)


def free_name(project: Project, wanted: str, what: str) -> str:
    """A name that no layer has, nor is a word or number that means another layer on the command line."""
    taken = {layer.name for layer in project.layers()} | {"reviewed", "gold", "source"}  # `imported_spans`
    name = f"{what} {wanted}" if wanted.isdigit() else wanted
    number = 1
    free = name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free
