"""Projectors: source entities and links in, what becomes of each entity out."""

from __future__ import annotations

from typing import Any

from projner_core.projectors.base import Projector
from projner_core.registry import Registry

registry = Registry(
    "projectors",
    {
        "matching": "projner_core.projectors.matching:MatchingProjector",
        "published": "projner_core.projectors.published:published_matching",
        "heuristic": "projner_core.projectors.heuristic:HeuristicProjector",
        "markers": "projner_core.projectors.markers:MarkersProjector",
        "back-translation": "projner_core.projectors.back_translation:BackTranslationProjector",
    },
)


def create(name: str, **settings: Any) -> Projector:
    """The projector `name` with its settings; `ProjnerError` where either is unknown."""
    projector: Projector = registry.create(name, **settings)
    return projector
