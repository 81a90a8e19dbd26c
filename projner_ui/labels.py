"""The entity types of a project: those a reviewer may choose from, in their order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

from projner_core import tagging
from projner_core.corpus import Projection, Span, TagProbabilities
from projner_core.pipeline.standards import ENTITIES
from projner_core.store import Project
from projner_ui import session

USUAL = ("PER", "LOC", "ORG", "MISC", "DATE")
"""The types on offer where nothing is known of a project, and the order of those that it has."""

_SCANNED = 2000  # pairs read to find the types in use; `set_labels` names the rest


def labels(project: Project, seen: Iterable[str] = ()) -> list[str]:
    """The types on offer: those named for the project, else those in use, else the usual ones.

    Types of `seen` come behind them where they are none of these: what a pair shows is never missing.
    """
    named = project.get_meta("labels", None) or _in_use(project)
    known = [str(label) for label in named] or list(USUAL)
    return [*known, *sorted(set(seen) - set(known), key=_order)]


def set_labels(project: Project, names: Sequence[str]) -> None:
    """Name the types of a project; an empty list goes back to those in use."""
    project.set_meta("labels", list(dict.fromkeys(n.strip() for n in names if n.strip())))


def _in_use(project: Project) -> list[str]:
    layers = [layer.id for kind in ENTITIES for layer in project.layers(kind=kind)]
    return _scan(project, session.identity(project), tuple(layers))


@st.cache_data(show_spinner=False, max_entries=64)
def _scan(_project: Project, identity: str, layers: tuple[int, ...]) -> list[str]:
    found: set[str] = set()
    stop = min(_SCANNED, _project.count())
    for layer in layers:
        for annotation in _project.annotations(layer, 0, stop):
            found.update(_labels_in(annotation))
    return sorted(found, key=_order)


def _labels_in(annotation: Iterable[Span | Projection] | TagProbabilities) -> set[str]:
    if isinstance(annotation, TagProbabilities):
        return {span.label for span in tagging.entities(annotation)}
    return {item.entity.label if isinstance(item, Projection) else item.label for item in annotation}


def _order(label: str) -> tuple[int, str]:
    return (USUAL.index(label) if label in USUAL else len(USUAL), label)
