"""Which aligner to trust? Two to four of them, pair by pair and over the whole project."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from projner_core.pipeline import comparing
from projner_core.pipeline.config import StageConfig
from projner_core.store import Project
from projner_ui import (
    aligner_choice,
    aligner_corpus,
    aligner_marks,
    aligner_pair,
    aligner_verdict,
    run_panel,
    session,
)
from projner_ui.frame import enter, headline, project_to_read

_STYLE = Path(aligner_marks.__file__).with_name("aligners.css")
_VIEWS = {"pair": "One pair", "corpus": "The whole corpus"}


def draw() -> None:
    """The page: which aligners, and one of the two ways to look at them."""
    project = project_to_read()
    if project is None:
        return
    headline(project)
    st.html(_STYLE)
    st.html(f"<style>{aligner_marks.style(session.theme())}</style>")
    last = project.latest_job()
    run_panel.outcome(project, ended=last is not None and last.kind == "compare")
    working = run_panel.at_work(project)
    choice = aligner_choice.read(project)
    if choice.known:
        aligner_choice.draw(project, choice, working=working)
        _look(project, choice, working=working)
    else:
        _no_links(project)


def _look(project: Project, choice: aligner_choice.Choice, *, working: bool) -> None:
    projector = run_panel.last_config(project).projector
    comparison = comparing.find(project, choice.ids, projector) if len(choice.picked) > 1 else None
    view = "corpus" if st.query_params.get("view") == "corpus" else "pair"
    if comparison is not None:
        st.html(aligner_verdict.html(comparison, choice.aligners))
    st.session_state["view"] = view  # the URL says, the control shows
    line = st.container(horizontal=True, vertical_alignment="center", gap="small", key="view_line")
    with line:
        st.segmented_control(
            "View", list(_VIEWS), format_func=_VIEWS.__getitem__, required=True, key="view",
            label_visibility="collapsed", on_change=_turn_to,
        )  # fmt: skip
    if not working:
        if len(choice.picked) < 2:
            aligner_choice.alone(project, choice)
        elif comparison is None or comparison.outdated:
            aligner_choice.not_compared(project, choice, outdated=comparison is not None)
    theme = session.theme() or "light"
    if view == "pair":
        aligner_pair.draw(project, choice, comparison, theme, line)
    elif comparison is not None:
        aligner_corpus.draw(project, choice, comparison, theme)


def _turn_to() -> None:
    view = st.session_state["view"]
    session.set_url(view=None if view == "pair" else view)


def _no_links(project: Project) -> None:
    """Nothing to compare: no words are linked yet."""
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="call"):
        st.markdown("No words are linked yet. Run two aligners, and see where they part.", width="stretch")
        st.button(
            "Link the words in two ways", type="primary", icon=":material/play_arrow:", key="compare_first",
            disabled=run_panel.at_work(project), on_click=aligner_choice.start,
            args=(project, (), (StageConfig(name="statistical"), aligner_choice.BARE)),
        )  # fmt: skip


enter()
draw()
