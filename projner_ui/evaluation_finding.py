"""What an evaluation found, as Inspect shows it: what the queue lists, and what is said of the open pair."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from projner_core.errors import ProjnerError
from projner_core.evaluation.errors import Context, explain
from projner_core.evaluation.findings import Finding
from projner_core.evaluation.summary import facets
from projner_core.evaluation.words import CAUSES, OUTCOMES
from projner_core.pipeline.judging import context_of
from projner_core.store import Layer, LayerKind, Project
from projner_ui.evaluation_words import behind
from projner_ui.frame import EVALUATION_PAGE
from projner_ui.text import count, isolated, plain

_MOST = 12  # findings that are wrong, said of one pair


def chip(project: Project, examples: tuple[int, str], *, on_remove: Callable[[], None]) -> None:
    """What the queue lists, in words, as a button that lists all pairs again, and the way back."""
    layer_id, key = examples
    pairs = project.examples(layer_id, key)
    asked = facets(key)
    with st.container(key="chip", gap="xxsmall"):
        st.button(
            f"**{plain(isolated(behind(asked)))}**: {count(pairs, 'pair')}", icon=":material/close:",
            icon_position="right", key="chip_remove", help="List all pairs again", on_click=on_remove,
            width="stretch", wrap=True,
        )  # fmt: skip
        st.page_link(
            EVALUATION_PAGE, label="Back to the evaluation", icon=":material/arrow_back:",
            query_params={"project": project.name} | _way_back(project, layer_id, asked),
        )  # fmt: skip


def _way_back(project: Project, layer_id: int, asked: Mapping[str, str]) -> dict[str, str]:
    """What the URL of the Evaluation page said when these pairs were opened."""
    layer = findings_layer(project, layer_id)
    if layer is None:
        return {"layer": str(layer_id), "against": "nothing"}
    evaluated, against = about(layer)
    way = {} if evaluated is None else {"layer": str(evaluated)}
    if against != "gold":
        way["against"] = against
    other = asked.get("versus", "")
    compared = findings_layer(project, int(other)) if other.isdecimal() else None
    if compared is not None and (beside := about(compared)[0]) is not None:
        way["versus"] = str(beside)
    return way


def findings_layer(project: Project, layer_id: int) -> Layer | None:
    """The layer of findings with this id; None where there is none."""
    try:
        layer = project.layer(layer_id)
    except ProjnerError:
        return None
    return layer if layer.kind is LayerKind.FINDINGS else None


def about(layer: Layer) -> tuple[int | None, str]:
    """Which layer these findings are about, and against what they were found."""
    evaluated = layer.provenance.get("layer")
    return (evaluated if isinstance(evaluated, int) else None), str(layer.provenance.get("against", "gold"))


def of_pair(project: Project, position: int, examples: tuple[int, str]) -> list[dict[str, Any]]:
    """What the evaluation found wrong in a pair, as the link view shows it; first what the queue lists it
    for."""
    layer_id, key = examples
    layer = findings_layer(project, layer_id)
    if layer is None or position >= layer.done:
        return []
    wrong = [finding for finding in project.annotation(layer_id, position) if finding.wrong]
    if not wrong:
        return []
    asked = facets(key)
    wrong.sort(key=lambda finding: not fits(finding, asked))
    pair = project.pair(position)
    context = _context(project, layer, position)
    return [_entry(finding, explain(finding, pair, context)) for finding in wrong[:_MOST]]


def fits(finding: Finding, asked: Mapping[str, str]) -> bool:
    """Whether a finding is one of those that a figure counts, as far as outcome, cause and labels tell."""
    gold = finding.gold.label if finding.gold else ""
    predicted = finding.predicted.label if finding.predicted else ""
    known = {
        "outcome": finding.outcome.value, "cause": finding.cause.value if finding.cause else "",
        "gold": gold, "predicted": predicted, "label": gold or predicted,
    }  # fmt: skip
    return all(known[name] == value for name, value in asked.items() if name in known)


def _context(project: Project, layer: Layer, position: int) -> Context | None:
    """What the layers know of the pair; None where the evaluated layer is gone."""
    evaluated, _ = about(layer)
    if evaluated is None:
        return None
    try:
        return context_of(project, project.layer(evaluated), position)
    except ProjnerError:
        return None


def _entry(finding: Finding, sentence: str) -> dict[str, Any]:
    span = finding.predicted or finding.gold
    assert span is not None
    name = OUTCOMES[finding.outcome]
    if finding.cause is not None:
        name += f" · {CAUSES[finding.cause]}"
    return {"name": name, "text": sentence, "side": "target", "index": span.start}
