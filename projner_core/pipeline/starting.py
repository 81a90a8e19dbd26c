"""Whether a stage can start, asked before anything runs: its layer is there, or its system and model are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from projner_core.errors import ProjnerError
from projner_core.inference import revision
from projner_core.pipeline.config import StageConfig, fingerprint
from projner_core.pipeline.filling import CHUNK, made_before, provenance
from projner_core.store import Layer, LayerKind, Project
from projner_core.training.records import trained_on


@dataclass(frozen=True, slots=True)
class Ready:
    """A system that can start, and the layer that it would make.

    Attributes:
        system: made from its settings; its model is not loaded.
        mark: the layer's fingerprint.
        about: the layer's provenance.
    """

    system: Any
    mark: str
    about: dict[str, Any]

    @property
    def chunk(self) -> int:
        """Pairs a commit."""
        return int(getattr(self.system, "chunk", CHUNK))


def look(
    project: Project,
    stage: str,
    config: StageConfig,
    make: Callable[[], Any],
    inputs: Sequence[str],
    *,
    kind: LayerKind | None = None,
    parents: Sequence[int] | None = None,
    also: Mapping[str, Any] | None = None,
) -> Layer | Ready:
    """The finished layer of a system over these inputs; where there is none, the system to make it with.

    The layer is found before the system is made where that needs no model, and where the model is not on this
    machine any more. Nothing is loaded.

    Args:
        project: where the layers are.
        stage: as in their provenance.
        config: the system and its settings.
        make: makes the system.
        inputs: fingerprints of what it reads.
        kind: what the layer holds, where that tells it from other layers of the stage.
        parents: the layers that it is made from, where they tell it from others of the same system.
        also: what else its provenance says; it must follow from `inputs`.

    Raises:
        ProjnerError: there is no such system, it refuses its settings, or its model is not here.
    """
    mark = fingerprint(stage, config, *inputs)
    if there := finished(project, mark):
        return there
    system = make()
    about = provenance(stage, config) | dict(also or {})
    try:
        found = revisions(system)
    except ProjnerError:
        if there := made_before(project, stage, config, kind, parents, also):
            return there
        raise
    mark = fingerprint(stage, config, *inputs, *found.values())
    if isinstance(model := getattr(system, "model", None), str) and model:  # "" is no folder, but Path("") is
        about |= trained_on(Path(model))
    return finished(project, mark) or Ready(system, mark, about | found)


def finished(project: Project, mark: str) -> Layer | None:
    """The finished layer with this fingerprint."""
    return next((layer for layer in project.layers() if layer.fingerprint == mark), None)


def revisions(system: Any) -> dict[str, str]:
    """Which versions of its files a system would use; nothing of one that has no model.

    A system has a method `revision` where what it reads is no model (a file of translations); else that of
    the folder or hub name in its attribute `model` is asked for, and of `tokenizer`, where that comes from
    elsewhere.

    Raises:
        ProjnerError: a model is not on this machine.
    """
    told = getattr(system, "revision", None)
    if isinstance(told, str):
        return {"revision": told}
    if callable(told):
        return {"revision": str(told())}
    found = {}
    for attribute, key in (("model", "revision"), ("tokenizer", "tokenizer_revision")):
        name = getattr(system, attribute, None)
        if isinstance(name, str) and name:
            found[key] = revision(name, weights=attribute == "model")
    return found
