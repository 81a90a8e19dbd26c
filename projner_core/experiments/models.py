"""The models that a plan's pipelines read, and whether they are on this machine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from projner_core import aligners, projectors, taggers, translators
from projner_core.bundled import MODELS
from projner_core.errors import ProjnerError
from projner_core.experiments.cells import Cell
from projner_core.inference import catalogue, revision
from projner_core.pipeline.config import RunConfig, StageConfig
from projner_core.pipeline.needed import Needed
from projner_core.registry import Registry

_REGISTRIES: dict[str, Registry] = {
    "translator": translators.registry,
    "tagger": taggers.registry,
    "aligner": aligners.registry,
    "projector": projectors.registry,
    "predictor": taggers.registry,
    "back_translator": translators.back_translators,
}
_OF_TRANSFER = ("predictor",)


@dataclass(frozen=True, slots=True)
class NeededModel:
    """A model that some cells need.

    Attributes:
        name: a folder, or a name on the hub.
        weights: whether these are read, or its tokenizer alone.
        size, licence: in words, where these are known; else "".
        revision: which version is here; "" where none is.
        obstacle: why it is not here; "" where it is.
    """

    name: str
    weights: bool
    size: str
    licence: str
    revision: str
    obstacle: str


def stages_of(cell: Cell) -> list[tuple[str, StageConfig]]:
    """The stages that a cell runs, with their systems."""
    names = _OF_TRANSFER if cell.transfer else tuple(RunConfig.model_fields)
    chosen = ((name, getattr(cell.config, name)) for name in names)
    return [(name, config) for name, config in chosen if config is not None]


def models_of(cells: Iterable[Cell]) -> list[NeededModel]:
    """Every model that these cells read, in the order in which they are first needed. None is loaded."""
    whole: dict[str, bool] = {}  # who reads the weights of a model needs its tokenizer, too
    for cell in cells:
        for stage, config in stages_of(cell):
            for model, weights in models_read(stage, config):
                whole[model] = whole.get(model, False) or weights
    return [_standing(model, weights) for model, weights in whole.items()]


def revisions_of(cell: Cell) -> dict[str, str]:
    """Model -> which version is on this machine; those that are not here are left out."""
    return {model.name: model.revision for model in models_of([cell]) if model.revision}


def models_read(stage: str, config: StageConfig) -> list[Needed]:
    """What a system reads: its model, a tokenizer of its own, and those of its members, if it has any."""
    try:
        system = _REGISTRIES[stage].create(config.name, **config.settings)  # which loads none
    except (ProjnerError, ImportError):  # said when the cell runs
        return []
    members = [StageConfig.model_validate(member) for member in getattr(system, "members", ())]
    own = [Needed(getattr(system, "model", ""), True), Needed(getattr(system, "tokenizer", ""), False)]
    return [
        *(one for one in own if isinstance(one.model, str) and one.model),
        *(one for member in members for one in models_read(stage, member)),
    ]


def _standing(name: str, weights: bool) -> NeededModel:
    about = catalogue.about(name)
    size, licence = (about.size, about.licence) if about else ("", "")
    size = size if weights else "its tokenizer alone"
    called = f"bundled/{Path(name).name}" if MODELS in Path(name).parents else name
    try:
        return NeededModel(called, weights, size, licence, revision(name, weights=weights), "")
    except ProjnerError as error:
        return NeededModel(called, weights, size, licence, "", str(error))
