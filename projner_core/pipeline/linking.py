"""Links that were made elsewhere come into a project, as an aligner's or as gold.

They are a layer of links like any other, whose provenance says which file it was, and `"gold": true` where
people drew them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from projner_core import __version__
from projner_core.corpus import Alignment, GoldLinks, Pair
from projner_core.errors import InputError
from projner_core.formats import links
from projner_core.formats.base import sniff
from projner_core.formats.links import LinkFormat
from projner_core.pipeline.layer_files import IMPORTED, digest, free_name, read_in
from projner_core.pipeline.progress import Watch
from projner_core.store import Layer, LayerKind, Project

_CHOSEN = "gold_layer"  # where in a project's `meta` the id of the gold layer stands


def import_links(
    project: Project,
    path: Path,
    *,
    name: str | None = None,
    format: LinkFormat | None = None,
    gold: bool = False,
    swap: bool = False,
    watch: Watch | None = None,
) -> Layer:
    """Read a file of links into a new layer: all of it, or nothing.

    The same file read again in the same way is the layer that is there already. What an import that was
    killed has left is no layer that anyone sees, and the same import again finishes it.

    Args:
        project: where to.
        path: one alignment a pair, in the order of the project.
        name: what the layer is called, the file's name without its ending where None; with a number
            behind it where there is a layer of that name.
        format: found by `formats.links.detect` where None.
        gold: people drew these links; sure and possible ones are told apart. The file imported last, be it
            for the second time, is the project's gold.
        swap: turn every link around: for a file whose source is our target.
        watch: told of progress.

    Raises:
        InputError: the file is no such file, has links for more or fewer pairs than the project has, or a
            link points outside its pair.
        Cancelled: `watch` said so between two chunks.
    """
    watch = watch or Watch(None, None)
    sniff(path)  # a file that is not there, or no text, is said so here
    format = format or links.detect(path)
    mark = digest(path, "links", format.value, gold, swap)
    there = next((layer for layer in project.layers() if layer.fingerprint == mark), None)
    if there is not None:
        return _chosen(project, there)
    layer = project.open_layer(
        name=free_name(project, name or path.stem, "links"),
        kind=LayerKind.LINKS,
        side="both",
        fingerprint=mark,
        provenance={
            "stage": "align",
            "system": IMPORTED,
            "settings": {},
            "version": __version__,
            "file": path.name,
            "format": format.value,
            "gold": gold,
            "swapped": swap,
        },
    )

    def checked(position: int, pair: Pair, alignment: Alignment) -> Alignment:
        _check_fits(path, format, position, pair, alignment)
        return alignment

    found = _read(path, format, gold, swap, project.count())
    return _chosen(project, read_in(project, layer, found, watch, checked))


def gold_layer(project: Project) -> Layer | None:
    """The gold links that were imported last, or None; a file imported again is the last one."""
    layers = [layer for layer in project.layers(kind=LayerKind.LINKS) if layer.provenance.get("gold")]
    chosen = project.get_meta(_CHOSEN)
    return next((layer for layer in layers if layer.id == chosen), layers[-1] if layers else None)


def gold_links(project: Project, start: int, stop: int) -> list[GoldLinks | None]:
    """The gold links of the pairs in `[start, stop)`, as many of them as there are.

    Links drawn by hand in the review stand over imported gold; None where a pair has neither. A pair for
    which the imported file has no link, sure or possible, was not drawn; one whose links were drawn by hand,
    be it none, was.
    """
    stop = min(stop, project.count())
    layer = gold_layer(project)
    states = project.states(start, stop)
    imported: Iterable[Alignment | None] = (
        [None] * max(0, stop - start) if layer is None else project.annotations(layer.id, start, stop)
    )
    gold: list[GoldLinks | None] = []
    for position, alignment in enumerate(imported, start):
        state = states.get(position)
        if state is not None and state.links is not None:
            gold.append(state.links)
        else:
            links_ = None if alignment is None else GoldLinks.of(alignment)
            gold.append(links_ if links_ is not None and links_.possible else None)
    return gold


def _chosen(project: Project, layer: Layer) -> Layer:
    """The layer; of gold, remembered as the gold that counts."""
    if layer.provenance.get("gold"):
        project.set_meta(_CHOSEN, layer.id)
    return layer


def _read(path: Path, format: LinkFormat, gold: bool, swap: bool, count: int) -> Iterator[Alignment]:
    if gold:
        drawn = links.read_gold(path, format=format, count=count, swap=swap)
        return (found.alignment() for found in drawn)
    return links.read_links(path, format=format, count=count, swap=swap)


def _check_fits(path: Path, format: LinkFormat, position: int, pair: Pair, alignment: Alignment) -> None:
    lengths = len(pair.source or ()), len(pair.target)
    for link in (*alignment.links, *alignment.weak):
        if link.source >= lengths[0] or link.target >= lengths[1]:
            raise InputError(
                path,
                _line(format, position),
                f"the link {link.source}-{link.target}, counted from 0, of pair {position + 1} ({pair.id!r})",
                f"offsets below {lengths[0]} in the source and below {lengths[1]} in the target, which have "
                "as many tokens",
                _remedy(format),
            )


def _remedy(format: LinkFormat) -> str:
    """What to do about a link that points outside its pair."""
    told = (
        "Check that the links are of this corpus and of these tokens. If the file's source is the project's "
        "target, turn the links around: swap."
    )
    if format is LinkFormat.PHARAOH:
        told += " If the file counts words from 1, name its format: talp."
    return told


def _line(format: LinkFormat, position: int) -> int | None:
    """The line of the file that a pair's links stand in, where every pair has one."""
    return position + 1 if format in {LinkFormat.PHARAOH, LinkFormat.TALP} else None
