"""Which aligners there are, and which of them can run on this machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from projner_core import aligners
from projner_core.errors import ProjnerError
from projner_core.inference import revision
from projner_core.pipeline.config import StageConfig


@dataclass(frozen=True, slots=True)
class KnownAligner:
    """An aligner of the registry.

    Attributes:
        name: its name.
        about: what it is, in a line; "" where that cannot be told.
        obstacle: why it cannot run on this machine with its default settings; "" where it can.
    """

    name: str
    about: str
    obstacle: str


def known_aligners() -> list[KnownAligner]:
    """Every aligner, sorted by name, and whether it can run here; no model is loaded."""
    return [_known(name) for name in aligners.registry.names()]


def obstacle(config: StageConfig) -> str | None:
    """Why an aligner can't run on this machine, in a sentence; None where it can, as far as can be told
    without loading a model. A combination can run where all of its members can."""
    try:
        aligner = aligners.create(config.name, **config.settings)
        model = getattr(aligner, "model", None)
        if isinstance(model, str):
            revision(model)
    except (ProjnerError, ImportError) as error:  # ImportError: another package's aligner, installed in part
        return str(error)
    members = (StageConfig.model_validate(member) for member in getattr(aligner, "members", ()))
    return next((found for found in map(obstacle, members) if found), None)


def _known(name: str) -> KnownAligner:
    try:
        about = _about(aligners.registry.factory(name))
    except (ProjnerError, ImportError) as error:
        return KnownAligner(name, "", str(error))
    return KnownAligner(name, about, obstacle(StageConfig(name=name)) or "")


def _about(system: Callable[..., Any]) -> str:
    """The first paragraph of a docstring, as one line."""
    return " ".join((system.__doc__ or "").partition("\n\n")[0].split())
