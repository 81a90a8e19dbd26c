"""What is wrong about wrong boundaries: too few words, too many, or others."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from projner_core.corpus import Span
from projner_core.evaluation.findings import Outcome
from projner_core.evaluation.summary import key
from projner_core.pipeline.evaluating import Evaluation
from projner_core.store import Project
from projner_ui import session

_MOST = 5000  # pairs that are read for it while a page is drawn


def said(project: Project, evaluation: Evaluation) -> str:
    """`12 too short, 5 too long, 1 shifted`; "" where nothing is, or too many pairs would have to be read."""
    return _said(project, session.identity(project), evaluation.findings.id)


@st.cache_data(show_spinner=False, max_entries=64)
def _said(_project: Project, identity: str, findings: int) -> str:
    positions = _project.example_positions(findings, key(outcome=Outcome.BOUNDARY))
    if len(positions) > _MOST:
        return ""
    kinds = Counter(
        kind(one.gold, one.predicted)
        for found in _project.annotations_at(findings, positions).values()
        for one in found
        if one.outcome is Outcome.BOUNDARY
    )
    return ", ".join(
        f"{kinds[name]:,} {name}" for name in ("too short", "too long", "shifted") if kinds[name]
    )


def kind(gold: Span, predicted: Span) -> str:
    """How the words of two entities differ that share some."""
    if gold.start <= predicted.start and predicted.end <= gold.end:
        return "too short"
    if predicted.start <= gold.start and gold.end <= predicted.end:
        return "too long"
    return "shifted"
