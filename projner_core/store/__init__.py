"""A project is one database: pairs, layers with their provenance, actions and what they add up to.

    from projner_core.store import Project

    with Project.create("swahili.sqlite", name="swahili", source_lang="eng", target_lang="swh") as project:
        with project.importing() as importer:
            importer.add(records)

The store stands on `corpus`, `errors` and the pure types and functions of `review.actions`; `review`
never imports the store.
"""

from __future__ import annotations

from projner_core.store.fit import Side
from projner_core.store.imports import Importer, PairRecord
from projner_core.store.jobs import Job, JobState
from projner_core.store.layers import Layer
from projner_core.store.payload import LayerKind
from projner_core.store.project import Project
from projner_core.store.queue import QueueItem
from projner_core.store.views import Examples, Order, Show

__all__ = [
    "Examples",
    "Importer",
    "Job",
    "JobState",
    "Layer",
    "LayerKind",
    "Order",
    "PairRecord",
    "Project",
    "QueueItem",
    "Show",
    "Side",
]
