"""How good is it? Scores with their intervals, errors and their causes; every mark opens its examples."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from projner_core.store import Project
from projner_ui import (
    evaluation_choice,
    evaluation_compare,
    evaluation_figures,
    evaluation_glance,
    evaluation_making,
    evaluation_report,
    evaluation_sections,
    run_panel,
    session,
)
from projner_ui.evaluation_choice import Choice
from projner_ui.frame import PROJECT_PAGE, enter, headline, project_to_read

_STYLES = [Path(evaluation_figures.__file__).with_name(name) for name in ("aligners.css", "evaluation.css")]


def draw() -> None:
    """The page: which layer, against what, how good it is, and why it is wrong where it is."""
    project = project_to_read()
    if project is None:
        return
    session.keep_evaluation(project.name)
    headline(project)
    for style in _STYLES:
        st.html(style)
    last = project.latest_job()
    run_panel.outcome(project, ended=last is not None and last.kind == "evaluate")
    choice = evaluation_choice.read(project)
    if choice is None:
        _nothing_projected(project)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="choice"):
        evaluation_choice.draw(choice)
        tools = st.container(width="content")
    if choice.against is None:
        evaluation_glance.draw(project, choice)
    else:
        _evaluated(project, choice, tools)


def _evaluated(project: Project, choice: Choice, tools: st.delta_generator.DeltaGenerator) -> None:
    assert choice.against is not None
    evaluation = evaluation_making.ensure(project, choice, choice.layer)
    if evaluation is None:
        return
    other = evaluation_making.ensure(project, choice, choice.versus) if choice.versus is not None else None
    if other is not None and not evaluation_compare.comparable(evaluation, other):
        st.caption(
            "The two were evaluated at different moments, with corrections made in between: they can be "
            "compared once both are evaluated again."
        )
        other = None
    with tools:
        evaluation_report.draw(project, (evaluation,) if other is None else (evaluation, other))
    evaluation_sections.head(choice, evaluation, other)
    if other is not None:
        evaluation_compare.draw(project, choice, evaluation, other)
    evaluation_sections.draw(project, choice, evaluation, other)


def _nothing_projected(project: Project) -> None:
    """Nothing can be evaluated yet: nothing was carried over, and no file brought tags to judge."""
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="call"):
        st.markdown("Nothing was carried over yet, so there is nothing to evaluate.", width="stretch")
        st.page_link(
            PROJECT_PAGE, label="Run the pipeline", icon=":material/play_arrow:",
            query_params={"project": project.name},
        )  # fmt: skip


enter()
draw()
