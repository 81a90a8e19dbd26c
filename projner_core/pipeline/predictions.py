"""What was predicted elsewhere comes into a project: a tagger's entities, or marked translations.

Each is a layer like any other, whose provenance says which file it was: projectors ask for it by name,
and a tagger's entities are evaluated and compared like those of a projection.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from projner_core import __version__
from projner_core.corpus import Pair, Span, TagProbabilities, check_spans
from projner_core.errors import InputError
from projner_core.formats import predictions
from projner_core.formats.base import sniff
from projner_core.formats.predictions import Prediction
from projner_core.pipeline.layer_files import IMPORTED, digest, free_name, read_in
from projner_core.pipeline.lineage import Side
from projner_core.pipeline.progress import Watch
from projner_core.store import Layer, LayerKind, Project


def import_predictions(
    project: Project,
    path: Path,
    *,
    name: str | None = None,
    side: Side = "target",
    watch: Watch | None = None,
) -> Layer:
    """Read a file of what a tagger found into a new layer: all of it, or nothing.

    The same file read again is the layer that is there already.

    Args:
        project: where to.
        path: CoNLL, or JSON lines (`formats.predictions`), one sentence a pair, in the order of the project.
        name: what the layer is called, the file's name without its ending where None.
        side: whose sentences the tagger read.
        watch: told of progress.

    Raises:
        InputError: the file is no such file, has more or fewer sentences than the project has pairs, or
            other tokens.
        Cancelled: `watch` said so between two chunks.
    """
    sniff(path)
    found = predictions.read(path)
    first = next(found, None)
    kind = LayerKind.TAGS if first is not None and first.tags is not None else LayerKind.SPANS
    layer, complete = _opened(project, path, name, kind, side, "predict")
    if complete:
        return layer
    every = chain(() if first is None else (first,), found)

    def fits(position: int, pair: Pair, prediction: Prediction) -> Any:
        return _fitting(path, kind, side, position, pair, prediction)

    watch = watch or Watch(None, None)
    return read_in(project, layer, _as_many(path, every, project.count()), watch, fits)


def import_marked(
    project: Project, path: Path, *, name: str | None = None, watch: Watch | None = None
) -> Layer:
    """Read a file of marked text, one a pair (`formats.marked`), into a new layer: all of it, or nothing.

    Raises:
        InputError: the file has more or fewer texts than the project has pairs.
        Cancelled: `watch` said so between two chunks.
    """
    from projner_core.formats import marked

    sniff(path)
    count = project.count()
    ids = [pair.id for start in range(0, count, 1000) for pair in project.pairs(start, start + 1000)]
    texts = marked.read(path, ids)
    layer, complete = _opened(project, path, name, LayerKind.TEXTS, "target", "mark")
    return layer if complete else read_in(project, layer, iter(texts), watch or Watch(None, None))


def _opened(
    project: Project, path: Path, name: str | None, kind: LayerKind, side: Side, stage: str
) -> tuple[Layer, bool]:
    """The layer for a file, and whether it is there and complete."""
    mark = digest(path, stage, side)
    there = next((layer for layer in project.layers() if layer.fingerprint == mark), None)
    if there is not None:
        return there, True
    about = {"stage": stage, "system": IMPORTED, "settings": {}, "version": __version__, "file": path.name}
    layer = project.open_layer(
        name=free_name(project, name or path.stem, "predictions"),
        kind=kind,
        side=side,
        fingerprint=mark,
        provenance=about,
    )
    return layer, False


def _as_many(path: Path, found: Iterator[Prediction], count: int) -> Iterator[Prediction]:
    """What was found, which must be as many as there are pairs."""
    number = 0
    for number, prediction in enumerate(found, start=1):
        if number > count:
            raise InputError(
                path, prediction.line, f"a sentence more than the project has pairs, {count}",
                "one sentence a pair, in the order of the project", _REMEDY,
            )  # fmt: skip
        yield prediction
    if number < count:
        raise InputError(
            path, None, f"{number} sentences", f"{count}, as many as the project has pairs", _REMEDY
        )


_REMEDY = "Tag the sentences of this project, all of them, in its order."


def _fitting(
    path: Path, kind: LayerKind, side: Side, position: int, pair: Pair, found: Prediction
) -> tuple[Span, ...] | TagProbabilities:
    """What was found in one sentence, if it is this pair's."""

    def wrong(what: str, expected: str) -> InputError:
        return InputError(path, found.line, what, expected, _REMEDY)

    sentence = pair.target if side == "target" else pair.source
    tokens = () if sentence is None else sentence.tokens
    if found.tokens is not None and found.tokens != tokens:
        raise wrong(
            f"the sentence “{_short(found.tokens)}”",
            f"that of pair {position + 1} ({pair.id!r}): “{_short(tokens)}”",
        )
    if found.tokens is None and found.id is not None and found.id != pair.id:
        raise wrong(f"the id {found.id!r}", f"that of pair {position + 1}: {pair.id!r}")
    if (found.tags is not None) != (kind is LayerKind.TAGS):
        raise wrong("entities in one line and probabilities in another", "the same in every line")
    if found.tags is not None:
        if len(found.tags.rows) != len(tokens):
            raise wrong(f"probabilities of {len(found.tags.rows)} tokens", f"of {len(tokens)}")
        return found.tags
    try:
        return check_spans(found.spans or (), len(tokens))
    except ValueError as error:
        raise wrong(str(error), "entities inside the sentence") from None


def _short(tokens: tuple[str, ...]) -> str:
    return " ".join(tokens[:8]) + (" …" if len(tokens) > 8 else "")
