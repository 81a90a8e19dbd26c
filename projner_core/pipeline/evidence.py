"""What a projector asks for beside the links, from the layers of the project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from projner_core.errors import ProjnerError
from projner_core.pipeline.lineage import imported_spans
from projner_core.projectors.base import Ask, Evidence, Projector, asks
from projner_core.store import Layer, LayerKind, Project

# What may answer a question, the best first: a tagger's layer may hold either.
_KINDS: Mapping[Ask, tuple[LayerKind, ...]] = {
    "spans": (LayerKind.SPANS, LayerKind.TAGS),
    "tags": (LayerKind.TAGS, LayerKind.SPANS),
    "marked": (LayerKind.TEXTS,),
}
_CHUNK = 10_000  # pairs read at a time

_WHAT: Mapping[Ask, str] = {
    "spans": "entities that a tagger found in the target sentences",
    "tags": "what a tagger believes of the target sentences",
    "marked": "marked text",
}
_HOW: Mapping[Ask, str] = {
    "spans": "run a predictor, or add one with 'projner import-predictions'",
    "tags": "run a predictor, or add one with 'projner import-predictions'",
    "marked": "run a back-translator, or add one with 'projner import-marked'",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What answers a projector: a layer for each question, and the labels of the source entities."""

    answers: Mapping[Ask, Layer]
    labels: frozenset[str] | None = None

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers, each once."""
        return tuple({layer.id: layer for layer in self.answers.values()}.values())

    def read(self, project: Project, start: int, stop: int) -> Evidence:
        """The evidence for the pairs in `[start, stop)`."""
        found: dict[Any, Any] = {
            ask: project.annotations(layer.id, start, stop) for ask, layer in self.answers.items()
        }
        return Evidence(**found, labels=self.labels)

    def items(self, project: Project, start: int, stop: int) -> list[dict[Ask, Any]]:
        """The same pair by pair, without the labels."""
        columns = {ask: project.annotations(layer.id, start, stop) for ask, layer in self.answers.items()}
        return [{ask: column[i] for ask, column in columns.items()} for i in range(stop - start)]


def find(project: Project, projector: Projector, entities: Layer, own: Sequence[Layer] = ()) -> Known:
    """What the project has for what a projector asks for.

    Args:
        project: where the layers are.
        projector: what asks.
        entities: the source entities, whose labels it may ask for.
        own: layers that were made for this very projection; where none is named, they go before others.

    Raises:
        ProjnerError: there is no such layer, or there are several and none was named.
    """
    wanted = asks(projector)
    answers: dict[Ask, Layer] = {
        ask: _own(ask, name, own) or _layer(project, ask, name)
        for ask, name in wanted.items()
        if ask != "labels"
    }
    return Known(answers, _labels(project, entities) if "labels" in wanted else None)


def check_can_answer(project: Project, projector: Projector, coming: Mapping[Ask, str]) -> None:
    """Ask now what `find` will ask, before the layers are there that a run is to make.

    Args:
        project: where the layers are.
        projector: what asks.
        coming: what the run will answer, with the names of the layers that it makes for it.

    Raises:
        ProjnerError: as `find`.
    """
    for ask, name in asks(projector).items():
        if ask != "labels" and (ask not in coming or name not in {"", coming[ask]}):
            _layer(project, ask, name)


def _own(ask: Ask, name: str, own: Sequence[Layer]) -> Layer | None:
    """The layer made for this projection that answers a question."""
    if name:
        return None
    return next((layer for kind in _KINDS[ask] for layer in own if layer.kind is kind), None)


def _labels(project: Project, entities: Layer) -> frozenset[str]:
    return frozenset(
        span.label
        for start in range(0, project.count(), _CHUNK)
        for spans in project.annotations(entities.id, start, start + _CHUNK)
        for span in spans
    )


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
            f"this projector needs {_WHAT[ask]}, and the project has no such layer{asked}: {_HOW[ask]}"
        )
    if len(known) > 1 and not name:
        raise ProjnerError(
            f"this projector needs {_WHAT[ask]}, and there are several layers of that: name one of {names}"
        )
    return max(known, key=lambda layer: layer.id)  # of one name, the newest
