"""What am I working on? Open a project, import one, choose its pipeline, run it."""

from __future__ import annotations

import streamlit as st

from projner_core.errors import ProjnerError
from projner_core.pipeline import demo
from projner_core.pipeline.lineage import entities_behind, imported_spans
from projner_core.store import Project, catalogue
from projner_ui import import_form, layer_uploads, machine_made, pipeline_form, run_panel, session
from projner_ui.actions import REVIEW
from projner_ui.frame import INSPECT_PAGE, enter, headline
from projner_ui.labels import USUAL, labels, set_labels
from projner_ui.languages import direction_of_work
from projner_ui.text import count, plain

_SHOWN_NOTICES = 200


def draw() -> None:
    """The page: projects on one side, the open one or a new one on the other."""
    summaries = catalogue.projects()
    name = session.project_name()
    importing = "new" in st.query_params or not summaries
    project = None
    if name is not None and not importing:
        try:
            project = session.open_project(name)
        except ProjnerError as error:
            st.error(plain(str(error)), icon=":material/error:")
    headline(project)
    with st.container(key="split_form" if importing else "split"):
        side, main = st.columns([1, 2.6], gap="large")
        with side:
            _projects(summaries, None if importing else name)
        with main:
            if importing:
                import_form.draw(on_imported=_open)
            elif project is not None and name is not None:
                _project(name, project)


def _projects(summaries: list[catalogue.ProjectSummary], current: str | None) -> None:
    st.button(
        "Import your files", icon=":material/upload_file:", type="primary", width="stretch",
        on_click=session.set_url, kwargs={"new": "1"}, disabled=current is None and bool(summaries),
    )  # fmt: skip
    st.subheader("Projects", anchor=False)
    if not summaries:
        st.caption("None yet. Import your files, or look at a demo.")
    with st.container(
        height=420 if len(summaries) > 8 else "content", border=False, gap="xsmall", key="projects"
    ):
        for summary in summaries:
            _entry(summary, current)
    wanted: demo.DemoCorpus | None = None
    missing = [c for c in demo.languages() if c.project not in {s.name for s in summaries}]
    if missing:
        st.subheader("Demos", anchor=False)
        with st.container(horizontal=True, gap="xsmall"):
            for corpus in missing:
                if st.button(corpus.name, key=f"demo_{corpus.lang}"):
                    wanted = corpus
        st.caption("Small texts, English beside each language, to try things on.")
        if wanted is not None:
            _make_demo(wanted)
    with st.expander("You", icon=":material/person:"):
        st.text_input(
            "Your name, under your corrections", value=session.reviewer(), key="reviewer_name", max_chars=80,
            on_change=lambda: session.set_reviewer(st.session_state["reviewer_name"]),
        )  # fmt: skip


def _entry(summary: catalogue.ProjectSummary, current: str | None) -> None:
    if summary.problem:
        about = plain(summary.problem)
    else:
        languages = direction_of_work(summary.source_lang, summary.target_lang)
        about = f"{plain(languages)} · {count(summary.pairs, 'pair')}"
    st.button(
        f"**{plain(summary.name)}**  \n:gray[{about}]",
        key=f"open_{summary.name}", width="stretch", disabled=bool(summary.problem), wrap=True,
        type="secondary" if summary.name == current else "tertiary",
        on_click=_open, args=(summary.name,),
    )  # fmt: skip


def _open(name: str) -> None:
    session.remember(name)
    session.set_url(new=None)


def _make_demo(corpus: demo.DemoCorpus) -> None:
    try:
        with st.spinner(f"Preparing {plain(corpus.name)}: linking and projecting…"):
            name = session.make_demo(corpus.lang)
    except ProjnerError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    _open(name)
    st.rerun()


def _project(name: str, project: Project) -> None:
    _notices(project)
    run_panel.outcome(project)
    _facts(project)
    working = run_panel.at_work(project)
    done = project.current_projection is not None
    st.subheader("How entities get to your text", anchor=False)
    chosen = pipeline_form.draw(project, disabled=working)
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            "Run again" if done else "Run", type="secondary" if done else "primary", key="run",
            icon=":material/play_arrow:", disabled=working or chosen.config is None,
        )  # fmt: skip
        # Not in a callback: that would be given the settings as they were when the page was last drawn.
        if pressed and chosen.config is not None and not working:
            run_panel.start(name, project, chosen.config)
            st.rerun()
        if done:
            st.page_link(INSPECT_PAGE, label="Inspect the result", icon=":material/join_inner:")
        elif entities_behind(project) is None and project.first_without_source() is None:
            st.page_link(
                INSPECT_PAGE, label="No source entities yet: mark them by hand", icon=":material/edit:"
            )
    if chosen.lacks:
        st.caption(plain(chosen.lacks))
    elif done and not working:
        st.caption("What is done already is not done again: only a changed setting starts a stage anew.")
    st.space("small")
    others = st.expander(
        "What others made of these sentences", icon=":material/upload_file:", key="others", on_change="rerun"
    )
    if others.open:
        with others:
            layer_uploads.draw(project)
    with st.expander("Entity types", icon=":material/label:"):
        known = labels(project)
        st.multiselect(
            "Types that a reviewer may choose from", list(dict.fromkeys([*known, *USUAL])), default=known,
            accept_new_options=True, key=f"labels_{name}",
            on_change=lambda: set_labels(project, st.session_state[f"labels_{name}"]),
            help="Each gets a key and a colour in Inspect. Empty: the types that the files hold.",
        )  # fmt: skip
    with st.expander("Delete this project", icon=":material/delete:"):
        st.caption("It goes to the folder “trash” beside the projects, with every correction in it.")
        st.button(f"Delete {plain(name)}", key="delete", disabled=working, on_click=_delete, args=(name,))


def _facts(project: Project) -> None:
    reviewed, changed, total = project.review_counts(REVIEW)
    gold = imported_spans(project, "target") is not None
    made = machine_made.origin(project)
    with st.container(horizontal=True, gap="large", border=True, key="facts"):
        for label, value in (
            ("Pairs", f"{total:,}"),
            ("Reviewed", f"{reviewed:,}"),
            ("Corrected", f"{changed:,}"),
            ("Gold tags", "in your file" if gold else "none"),
            ("Source sentences", made.sentences),
            ("Source entities", made.entities),
            *_data_set(project),
        ):
            st.metric(label, plain(value), width="content")


def _data_set(project: Project) -> list[tuple[str, str]]:
    """Which data set the project was made of, and its licence, where it was made of one."""
    about = project.get_meta("dataset", None)
    if not isinstance(about, dict):
        return []
    facts = (("Data set", about.get("name")), ("Its licence", about.get("licence")))
    return [(label, str(value)) for label, value in facts if value]


def _notices(project: Project) -> None:
    """What the import had to put right."""
    notices = project.get_meta("import_notices", [])
    if not notices:
        return
    with st.expander(f"{count(len(notices), 'thing')} in your files to look at", icon=":material/info:"):
        st.code("\n".join(notices[:_SHOWN_NOTICES]), language=None, wrap_lines=True)
        if len(notices) > _SHOWN_NOTICES:
            st.caption(f"and {len(notices) - _SHOWN_NOTICES:,} more")


def _delete(name: str) -> None:
    try:
        session.close_project(name)
        catalogue.delete_project(name)
    except ProjnerError as error:
        st.session_state["run_error"] = str(error)
        return
    session.forget()


enter()
draw()
