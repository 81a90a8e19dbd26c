"""Where did it go wrong? The queue of pairs, one pair drawn, corrections."""

from __future__ import annotations

from functools import partial

import streamlit as st

from projner_core.pipeline.lineage import entities_behind
from projner_core.store import Project
from projner_ui import actions, evaluation_finding, machine_made, queue_panel, run_panel, session, view_model
from projner_ui.frame import EXPORT_PAGE, PROJECT_PAGE, enter, headline, project_to_read
from projner_ui.languages import own_name
from projner_ui.link_view import link_view, pending_action
from projner_ui.text import plain

LINK_VIEW = "link_view"


def draw() -> None:
    """The page: which project, which pair, and the pair itself."""
    project = project_to_read()
    if project is None:
        return
    panel = queue_panel.Panel(project, session.pair_position(project))
    headline(project, panel.current, panel.doubt, panel.why)
    pending = project.current_projection is None or run_panel.source_changed(project)
    run_panel.outcome(project, ended=pending)
    with st.container(key="split"):
        side, main = st.columns([1, 4.4], gap="medium")
        with side:
            panel.draw()
        with main:
            _situation(project.name, project)
            if panel.current is None:
                _nothing_listed()
            else:
                _pair(project, panel.current, panel.queue)


def _pair(project: Project, position: int, queue: session.Filter) -> None:
    trail = session.trail(project)
    view = view_model.build(
        project, position, beside=session.layers_beside(),
        found=evaluation_finding.of_pair(project, position, queue.examples) if queue.examples else None,
        error=st.session_state.pop("pair_error", None),
    )  # fmt: skip
    trail.seen[position] = view.revision
    session.set_url(pair=project.id_of(position))
    if st.session_state.pop("at_end", False):
        _say_end(project)
    link_view(view.data, key=LINK_VIEW, on_action=partial(_on_action, project, queue))
    source = view.data["source"]
    if said := machine_made.line(project, position, entities_corrected=bool(source and source["corrected"])):
        st.caption(f":material/smart_toy: {plain(own_name(project.source_lang))} side: {plain(said)}")


def _on_action(project: Project, queue: session.Filter) -> None:
    trigger = pending_action(LINK_VIEW)
    if trigger is None:
        return
    outcome = actions.act(project, trigger, who=session.reviewer(), queue=queue, trail=session.trail(project))
    st.session_state["pair_error"] = outcome.error
    st.session_state["at_end"] = outcome.at_end
    if outcome.error or outcome.position != trigger.get(
        "position"
    ):  # else the reader may be elsewhere by now
        session.show_pair(project, outcome.position)


def _situation(name: str, project: Project) -> None:
    """What stands between this project and its review, and the button that gets it out of the way."""
    if run_panel.at_work(project):
        return
    if project.current_projection is None:
        if project.first_without_source() is not None:
            _elsewhere(
                f"These sentences have no {plain(own_name(project.source_lang))} translation yet. Choose on "
                "the Project page what translates them.", "Choose a translator",
            )  # fmt: skip
        elif entities_behind(project) is None and not project.get_meta("source_edits", 0):
            _call(
                name, project, f"No entity is known on the {plain(own_name(project.source_lang))} "
                "side. Mark some in the upper row: drag over the words, then press the key of a type. Or "
                "choose a tagger on the Project page.",
                "Project what I marked", disabled=True,
            )  # fmt: skip
        else:
            _call(
                name, project, f"Nothing was carried over to {plain(own_name(project.target_lang))} yet.",
                "Link the words and project",
            )  # fmt: skip
    elif run_panel.source_changed(project):
        _call(name, project, "Source entities changed since they were projected.", "Project again")


def _call(name: str, project: Project, sentence: str, button: str, *, disabled: bool = False) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="call"):
        st.markdown(sentence, width="stretch")
        st.button(
            button, type="primary", icon=":material/play_arrow:", disabled=disabled,
            on_click=run_panel.start, args=(name, project, run_panel.last_config(project)),
        )  # fmt: skip


def _elsewhere(sentence: str, label: str) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="call"):
        st.markdown(sentence, width="stretch")
        st.page_link(PROJECT_PAGE, label=label, icon=":material/arrow_forward:", width="content")


def _nothing_listed() -> None:
    with st.container(border=True, key="empty"):
        if st.query_params.get("show") == "open" and not st.query_params.get("find"):
            st.markdown("##### Every pair is reviewed")
            st.page_link(EXPORT_PAGE, label="Take the corrected file home", icon=":material/download:")
        elif st.query_params.get("examples") and not st.query_params.get("find"):
            st.markdown("##### No pair is behind this any more")
            st.caption("It was evaluated anew since, or these pairs are done. Go back, or list all pairs.")
        else:
            st.markdown("##### No pair matches")
            st.caption("Search for other words, or show all pairs.")


def _say_end(project: Project) -> None:
    reviewed, _, total = project.review_counts(actions.REVIEW)
    if reviewed == total:
        st.toast("Every pair is reviewed. Export has your file.", icon=":material/task_alt:")
    else:
        st.toast("This is the end of the list.", icon=":material/last_page:")


enter()
draw()
