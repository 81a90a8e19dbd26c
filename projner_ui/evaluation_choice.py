"""What is evaluated: which layer, against what, beside which other; the URL says, the controls show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from projner_core.pipeline import evaluating
from projner_core.pipeline.evaluating import Against
from projner_core.store import Layer, Project
from projner_ui import session

_AGAINST = {"gold": "Against gold", "review": "Against your review", "nothing": "Without gold"}


@dataclass(frozen=True, slots=True)
class Choice:
    """What the page is about.

    Attributes:
        layers: what can be evaluated here, the one under review first.
        layer: what is.
        standards: what it can be held against.
        against: what it is; None for a look without gold.
        versus: another layer to compare with.
    """

    layers: tuple[Layer, ...]
    layer: Layer
    standards: tuple[Against, ...]
    against: Against | None
    versus: Layer | None

    def name(self, layer: Layer) -> str:
        """What a layer is called here; with its number where another has the same name."""
        same = sum(other.name == layer.name for other in self.layers)
        return layer.name if same <= 1 else f"{layer.name} #{layer.id}"


def read(project: Project) -> Choice | None:
    """What the URL asks for of what there is; None where nothing can be evaluated."""
    layers = tuple(evaluating.evaluable(project))
    if not layers:
        return None
    standards = tuple(evaluating.standards(project))
    layer = _asked(layers, "layer") or layers[0]
    versus = _asked(layers, "versus")
    wanted = st.query_params.get("against")
    against: Against | None = next((known for known in standards if known == wanted), None)
    if against is None and wanted != "nothing" and "gold" in standards:
        against = "gold"
    return Choice(
        layers, layer, standards, against, versus if versus is not None and versus.id != layer.id else None
    )


def _asked(layers: Sequence[Layer], name: str) -> Layer | None:
    wanted = session.layer_number(st.query_params.get(name, ""))
    return next((layer for layer in layers if layer.id == wanted), None)


def draw(choice: Choice) -> None:
    """The controls, in one line."""
    by_id = {layer.id: layer for layer in choice.layers}
    state = st.session_state
    state["evaluation_layer"] = choice.layer.id
    st.selectbox(
        "Layer", list(by_id), key="evaluation_layer", label_visibility="collapsed", width=330,
        format_func=lambda number: choice.name(by_id[number]), on_change=_layer_chosen,
    )  # fmt: skip
    if choice.standards:
        options = [*choice.standards, "nothing"]
        state["evaluation_against"] = choice.against or "nothing"
        st.segmented_control(
            "Held against", options, key="evaluation_against", required=True,
            format_func=_AGAINST.__getitem__, label_visibility="collapsed", on_change=_against_chosen,
            args=("gold" if "gold" in choice.standards else "nothing",),
        )  # fmt: skip
    others = [layer.id for layer in choice.layers if layer.id != choice.layer.id]
    if choice.against is None or not others:
        return
    state["evaluation_versus"] = choice.versus.id if choice.versus else None
    st.selectbox(
        "Compared with", others, key="evaluation_versus", index=None, label_visibility="collapsed", width=330,
        placeholder="Compare with another layer…", on_change=_versus_chosen,
        format_func=lambda number: f"compared with {choice.name(by_id[number])}",
    )  # fmt: skip


def _layer_chosen() -> None:
    session.set_url(layer=str(st.session_state["evaluation_layer"]), dimension=None)


def _against_chosen(usual: str) -> None:
    chosen = st.session_state["evaluation_against"]
    session.set_url(against=None if chosen == usual else chosen)


def _versus_chosen() -> None:
    chosen = st.session_state["evaluation_versus"]
    session.set_url(versus=None if chosen is None else str(chosen))
