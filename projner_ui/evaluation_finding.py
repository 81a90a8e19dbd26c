"""What an evaluation found, as Inspect shows it: what the queue lists, and what is said of the open pair."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from projner_core.corpus import Span, projected_spans
from projner_core.errors import ProjnerError
from projner_core.evaluation.errors import Context, explain
from projner_core.evaluation.findings import Finding
from projner_core.evaluation.summary import facets
from projner_core.evaluation.words import OUTCOMES
from projner_core.pipeline.judging import context_of
from projner_core.pipeline.standards import ENTITIES
from projner_core.review.export import final_spans
from projner_core.store import Layer, LayerKind, Project
from projner_ui import session
from projner_ui.actions import REVIEW
from projner_ui.evaluation_words import STANDARDS, behind, cause_name
from projner_ui.frame import EVALUATION_PAGE
from projner_ui.text import count, isolated, plain

_MOST = 12  # findings that are wrong, said of one pair; of two layers, half as many of each


def chip(project: Project, examples: tuple[int, str], *, on_remove: Callable[[], None]) -> None:
    """What the queue lists, in words, as a button that lists all pairs again, and the way back."""
    layer_id, key = examples
    pairs = project.examples(layer_id, key)
    asked = facets(key)
    said = "Nothing is known of these examples"
    if pairs:
        said = f"**{plain(isolated(_listed(project, layer_id, asked)))}**: {count(pairs, 'pair')}"
    with st.container(key="chip", gap="xxsmall"):
        st.button(
            said, icon=":material/close:",
            icon_position="right", key="chip_remove", help="List all pairs again", on_click=on_remove,
            width="stretch", wrap=True,
        )  # fmt: skip
        st.page_link(
            EVALUATION_PAGE, label="Back to the evaluation", icon=":material/arrow_back:",
            query_params={"project": project.name} | _way_back(project, layer_id, asked),
        )  # fmt: skip


def _listed(project: Project, layer_id: int, asked: Mapping[str, str]) -> str:
    """What the queue lists, in words that name the layers."""
    findings = _asked_of(project, layer_id, asked)
    against = about(findings[0])[1] if findings else "gold"
    return behind(dict(asked), names=_names(project, findings), gold=STANDARDS.get(against, against))


def _way_back(project: Project, layer_id: int, asked: Mapping[str, str]) -> dict[str, str]:
    """What the URL of the Evaluation page said when these pairs were opened: what it says still, and what the
    layers tell of the rest. A review's findings are gone once it was evaluated anew."""
    return _told(project, layer_id, asked) | session.evaluation_asked()


def _told(project: Project, layer_id: int, asked: Mapping[str, str]) -> dict[str, str]:
    layer = _layer(project, layer_id)
    if layer is None:
        return {}
    if layer.kind is not LayerKind.FINDINGS:
        holds = layer.kind in ENTITIES
        return {"layer": str(layer_id), "against": "nothing"} if holds else {}
    evaluated, against = about(layer)
    way = {} if evaluated is None else {"layer": str(evaluated)}
    if against != "gold":
        way["against"] = against
    for compared in _asked_of(project, layer_id, asked)[1:]:
        if (beside := about(compared)[0]) is not None:
            way["versus"] = str(beside)
    return way


def _asked_of(project: Project, layer_id: int, asked: Mapping[str, str]) -> list[Layer]:
    """The layers of findings that examples are of: one, or the first and the second of a comparison."""
    other = session.layer_number(asked.get("versus", ""))
    found = [_layer(project, number) for number in (layer_id, other) if number is not None]
    return [layer for layer in found if layer is not None and layer.kind is LayerKind.FINDINGS]


def _names(project: Project, findings: Sequence[Layer]) -> tuple[str, ...]:
    """What the evaluated layers are called; with their number where two have one name."""
    layers = [_layer(project, about(layer)[0]) for layer in findings]
    known = [layer for layer in layers if layer is not None]
    if len(known) < len(findings):
        return ()
    same = len({layer.name for layer in known}) < len(known)
    return tuple(f"{layer.name} #{layer.id}" if same else layer.name for layer in known)


def _layer(project: Project, layer_id: int | None) -> Layer | None:
    """The layer with this id; None where there is none."""
    try:
        return None if layer_id is None else project.layer(layer_id)
    except ProjnerError:
        return None


def about(layer: Layer) -> tuple[int | None, str]:
    """Which layer these findings are about, and against what they were found."""
    evaluated = layer.provenance.get("layer")
    return (evaluated if isinstance(evaluated, int) else None), str(layer.provenance.get("against", "gold"))


@dataclass(frozen=True, slots=True)
class Found:
    """What an evaluation found wrong in a pair.

    Attributes:
        entries: each of them, as the link view shows it.
        layer: what the evaluated layer is called; of two, "".
        changed: whether the pair was corrected since, so that it is no longer what was evaluated.
    """

    entries: Sequence[Mapping[str, Any]] = ()
    layer: str = ""
    changed: bool = False


def of_pair(project: Project, position: int, examples: tuple[int, str]) -> Found:
    """What the evaluation found wrong in a pair, first what the queue lists it for. Of two layers that are
    compared, what is wrong in either, with its name."""
    layer_id, key = examples
    asked = facets(key)
    findings = _asked_of(project, layer_id, asked)
    names = _names(project, findings) or ("",) * len(findings)
    entries: list[dict[str, Any]] = []
    changed = False
    for layer, name in zip(findings, names, strict=True):
        if position >= layer.done:
            continue
        found = project.annotation(layer.id, position)
        made = _wrong(project, layer, position, found, asked)
        prefix = f"{name}: " if len(findings) > 1 and name else ""
        entries += [entry | {"name": prefix + entry["name"]} for entry in made[: _MOST // len(findings)]]
        changed = changed or (bool(made) and _changed(project, layer, position, found))
    return Found(tuple(entries), names[0] if len(findings) == 1 else "", changed)


def _wrong(
    project: Project, layer: Layer, position: int, found: Sequence[Finding], asked: Mapping[str, str]
) -> list[dict[str, Any]]:
    wrong = sorted((one for one in found if one.wrong), key=lambda finding: not fits(finding, asked))
    if not wrong:
        return []
    pair, context = project.pair(position), _context(project, layer, position)
    gold = STANDARDS.get(about(layer)[1], "gold")
    return [_entry(finding, explain(finding, pair, context), gold) for finding in wrong[:_MOST]]


def _changed(project: Project, layer: Layer, position: int, found: Sequence[Finding]) -> bool:
    """Whether the pair that is shown is no longer the one that was evaluated, or held against."""
    evaluated, against = about(layer)
    current = project.current_projection
    if current is None or (against == "gold" and evaluated != current):
        return False
    machine = projected_spans(tuple(project.annotation(current, position)))
    now = _places(final_spans(project.state(position, REVIEW), machine))
    sides = (one.gold if against == "review" else one.predicted for one in found)
    return now != _places(span for span in sides if span is not None)


def _places(spans: Iterable[Span]) -> set[tuple[int, int, str]]:
    return {(span.start, span.end, span.label) for span in spans}


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


def _entry(finding: Finding, sentence: str, gold: str) -> dict[str, Any]:
    span = finding.predicted or finding.gold
    assert span is not None
    name = OUTCOMES[finding.outcome]
    if finding.cause is not None:
        name += f" · {cause_name(finding.cause, gold)}"
    return {"name": name, "text": sentence, "side": "target", "index": span.start}
