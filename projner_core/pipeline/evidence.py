"""What a projector asks for beside the links, from the layers of the project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from projner_core.errors import ProjnerError
from projner_core.pipeline.lineage import imported_spans
from projner_core.projectors.base import NO_EVIDENCE, Ask, Evidence, Projector, asks
from projner_core.store import Layer, LayerKind, Project

# What may answer a question, the best first: a tagger's layer holds either, and projectors take both.
_KINDS: Mapping[Ask, tuple[LayerKind, ...]] = {
    "spans": (LayerKind.SPANS, LayerKind.TAGS),
    "tags": (LayerKind.TAGS, LayerKind.SPANS),
    "marked": (LayerKind.TEXTS,),
}
_FIELDS: Mapping[LayerKind, str] = {
    LayerKind.SPANS: "spans",
    LayerKind.TAGS: "tags",
    LayerKind.TEXTS: "marked",
}
_WHAT: Mapping[Ask, str] = {
    "spans": "entities that a tagger found in the target sentences",
    "tags": "what a tagger believes of the target sentences",
    "marked": "marked text",
}
_HOW: Mapping[Ask, str] = {
    "spans": "projner import-predictions",
    "tags": "projner import-predictions",
    "marked": "projner import-marked",
}


@dataclass(frozen=True, slots=True)
class EvidenceLayers:
    """The layers that answer a projector."""

    layers: tuple[Layer, ...] = ()

    def read(self, project: Project, start: int, stop: int) -> Evidence:
        """The evidence for the pairs in `[start, stop)`."""
        if not self.layers:
            return NO_EVIDENCE
        found: dict[str, Any] = {
            _FIELDS[layer.kind]: project.annotations(layer.id, start, stop) for layer in self.layers
        }
        return Evidence(**found)


def find(project: Project, projector: Projector) -> EvidenceLayers:
    """The layers that a projector asks for.

    Raises:
        ProjnerError: there is none, or there are several and none was named.
    """
    wanted = (_layer(project, ask, name) for ask, name in asks(projector).items())
    return EvidenceLayers(tuple({layer.id: layer for layer in wanted}.values()))


def _layer(project: Project, ask: Ask, name: str) -> Layer:
    gold = imported_spans(project, "target")
    known = [
        layer
        for kind in _KINDS[ask]
        for layer in project.layers(kind=kind)
        if layer.side == "target" and (layer.id != gold or name)  # gold only where it is asked for by name
    ]
    if name:
        known = [layer for layer in known if name in {layer.name, str(layer.id)}]
    names = ", ".join(f"{layer.name} ({layer.id})" for layer in known)
    if not known:
        asked = f" called {name!r}" if name else ""
        raise ProjnerError(
            f"this projector needs {_WHAT[ask]}, and the project has no such layer{asked}: add one with "
            f"'{_HOW[ask]}'"
        )
    if len(known) > 1 and not name:
        raise ProjnerError(
            f"this projector needs {_WHAT[ask]}, and there are several layers of that: name one of {names}"
        )
    return known[-1] if name else known[0]
