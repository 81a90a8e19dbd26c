"""What a projection was made from: the layers that stand behind what is reviewed and exported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from projner_core.errors import ProjnerError
from projner_core.store import Layer, LayerKind, Project

Side = Literal["source", "target"]


def links_behind(project: Project, layer_id: int | None) -> Layer | None:
    """The links that a layer is, or was made with; None of a comparison, which is made with several."""
    return _behind(project, layer_id, LayerKind.LINKS, "both")


def link_layers(project: Project) -> list[Layer]:
    """The finished layers of an aligner's links, in order of creation: all but gold links."""
    return [layer for layer in project.layers(kind=LayerKind.LINKS) if not layer.provenance.get("gold")]


def entities_behind(project: Project) -> int | None:
    """The source entities that the projection under review started from, else those imported."""
    found = _behind(project, project.current_projection, LayerKind.SPANS, "source")
    return found.id if found is not None else imported_spans(project, "source")


def source_entities_of(project: Project, layer_id: int) -> Layer | None:
    """The source entities that a projection was made from; None of a layer that was not made from any."""
    return _behind(project, layer_id, LayerKind.SPANS, "source")


def named(layers: Sequence[Layer], text: str, what: str = "layer", also: Sequence[str] = ()) -> Layer:
    """The layer that people call `text`, by its number or its name; of one name, the newest.

    Args:
        what: what the layers are, for the error.
        also: what else could have been said there.

    Raises:
        ProjnerError: there is none; it names those that there are.
    """
    found = [layer for layer in layers if text in {layer.name, str(layer.id)}]
    if found:
        return max(found, key=lambda layer: layer.id)
    known = ", ".join([*also, *(f"{layer.name} ({layer.id})" for layer in layers)]) or "none"
    raise ProjnerError(f"there is no {what} {text!r}; there are: {known}")


def imported_spans(project: Project, side: Side) -> int | None:
    """The layer of what the imported file's own tags said; None where it had none.

    Its name alone does not tell: what a model predicted may come from a file of that name.
    """
    name = "source" if side == "source" else "gold"
    for layer in project.layers(kind=LayerKind.SPANS, side=side):
        if layer.name == name and layer.provenance.get("stage") == "import":
            return layer.id
    return None


def _behind(
    project: Project, layer_id: int | None, kind: LayerKind, side: Literal["source", "both"]
) -> Layer | None:
    if layer_id is None:
        return None
    layer = project.layer(layer_id)
    if layer.kind is LayerKind.NUMBERS:
        return None
    line = [layer, *(project.layer(parent) for parent in layer.parents)]
    return next((member for member in line if (member.kind, member.side) == (kind, side)), None)
