"""Which aligners there are, and which of them can run on this machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from projner_core import aligners
from projner_core.errors import ProjnerError
from projner_core.inference import revision


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


def _known(name: str) -> KnownAligner:
    about = ""
    try:
        about = _about(aligners.registry.factory(name))
        model = getattr(aligners.create(name), "model", None)
        if isinstance(model, str):
            revision(model)
    except (ProjnerError, ImportError) as error:  # ImportError: of another package's aligner
        return KnownAligner(name, about, str(error))
    return KnownAligner(name, about, "")


def _about(system: Callable[..., Any]) -> str:
    """The first paragraph of a docstring, as one line."""
    return " ".join((system.__doc__ or "").partition("\n\n")[0].split())
