"""An evaluation as a page gets it: read where it is there, made at once where that is quick, else offered."""

from __future__ import annotations

import streamlit as st

from projner_core.errors import ConflictError
from projner_core.pipeline import evaluating
from projner_core.pipeline.evaluating import Against, EvaluateConfig, Evaluation
from projner_core.pipeline.progress import Watch
from projner_core.store import Layer, Project
from projner_ui import run_panel
from projner_ui.evaluation_choice import Choice
from projner_ui.text import count, plain

SMALL = 3000  # pairs: so many are evaluated while the page is drawn


def ensure(project: Project, choice: Choice, layer: Layer) -> Evaluation | None:
    """The evaluation of a layer against what was chosen; where it has to be made and that takes a while,
    None, and a button that does so."""
    against = choice.against
    assert against is not None
    found = evaluating.find(project, layer.id, against)
    small = project.count() < SMALL
    if found is not None and not (found.outdated and small):
        if found.outdated:
            _offer(
                project, layer, against, "Corrections were made since this was evaluated.", "Evaluate again"
            )
        return found
    if run_panel.at_work(project):
        if found is None:
            st.caption(f"{plain(choice.name(layer))} is not evaluated yet: another run is at work.")
        else:
            st.caption(
                f"{plain(choice.name(layer))}: corrections were made since this was evaluated, and a run is "
                "at work. The figures are those of before."
            )
        return found
    if small:
        with st.spinner("Looking for errors and their causes…"):
            return _at_once(project, EvaluateConfig(layers=(layer.id,), against=against))
    pairs = count(project.count(), "pair")
    _offer(
        project, layer, against,
        f"**{plain(choice.name(layer))}** is not evaluated yet: {pairs}.", "Evaluate it",
    )  # fmt: skip
    return None


def _at_once(project: Project, config: EvaluateConfig) -> Evaluation | None:
    try:
        return evaluating.evaluate(project, config, Watch(None, None))[0]
    except ConflictError:  # another window is at the same, and will be done in a moment
        st.caption("This is being evaluated in another window. Reload the page in a moment.")
        return None


def _start(project: Project, config: EvaluateConfig) -> None:
    run_panel.begin(project, config)


def _offer(project: Project, layer: Layer, against: Against, sentence: str, button: str) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"call_{layer.id}"):
        st.markdown(sentence, width="stretch")
        st.button(
            button, type="primary", icon=":material/play_arrow:", key=f"evaluate_{layer.id}",
            disabled=run_panel.at_work(project), on_click=_start,
            args=(project, EvaluateConfig(layers=(layer.id,), against=against)),
        )  # fmt: skip
