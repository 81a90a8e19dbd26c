"""What every page stands in: width, style, and the line that says where the reader is."""

from __future__ import annotations

import gc
import sys
from html import escape
from pathlib import Path

import streamlit as st

from projner_core.errors import ProjnerError
from projner_core.store import Project
from projner_ui import session
from projner_ui.actions import REVIEW
from projner_ui.languages import direction_of_work
from projner_ui.text import isolated, plain

PROJECT_PAGE, INSPECT_PAGE, EXPORT_PAGE = "pages/project.py", "pages/inspect.py", "pages/export.py"
ALIGNERS_PAGE, EVALUATION_PAGE = "pages/aligners.py", "pages/evaluation.py"

_INSIDE = "inside the app"
_frozen = {"modules": 0}  # how many there were at the last freeze
_STYLE = Path(__file__).parent / "frame.css"

# Two linked words. A data URL, because Streamlit fetches its own icons for the tab from the network.
_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E"
    "%3Crect width='32' height='32' rx='7' fill='%230b6e99'/%3E%3Cg fill='white'%3E"
    "%3Crect x='5' y='6' width='9' height='5' rx='2'/%3E%3Crect x='18' y='21' width='9' height='5' rx='2'/%3E"
    "%3C/g%3E%3Cpath d='M9.5 11C9.5 17 22.5 15 22.5 21' fill='none' stroke='white' stroke-width='2.2'/%3E"
    "%3C/svg%3E"
)


def navigation() -> st.Page:
    """Tell Streamlit the pages; returns the one that the URL names.

    Without icons, which Streamlit would fetch from the network for the browser's tab; hidden, because each
    page draws the links itself, in the line that says where the reader is.
    """
    pages = [
        st.Page(INSPECT_PAGE, title="Inspect", default=True),
        st.Page(ALIGNERS_PAGE, title="Aligners"),
        st.Page(EVALUATION_PAGE, title="Evaluation"),
        st.Page(PROJECT_PAGE, title="Project"),
        st.Page(EXPORT_PAGE, title="Export"),
    ]
    return st.navigation(pages, position="hidden")


def enter() -> None:
    """The first thing a page does: make sure that `app.py` stands around it.

    Of a server that has just started, Streamlit takes a folder `pages` for its old kind of app: whoever
    opens `/project` first gets that script alone. Telling it the pages puts that right, for good.
    """
    if not st.session_state.get(_INSIDE):
        navigation()
        st.rerun()


def run(page: st.Page) -> None:
    """Draw the page; what goes wrong on the way and can be put right is a sentence, not a trace."""
    configure(page.title)
    try:
        page.run()
    except ProjnerError as error:
        st.error(plain(str(error)), icon=":material/error:")


def configure(title: str) -> None:
    """Set up the browser’s page: once a run, before anything is drawn."""
    st.session_state[_INSIDE] = True
    st.set_page_config(page_title=f"{title} · ProjNER", page_icon=_ICON, layout="wide")
    st.html(_STYLE)
    _spare_the_collector()


def _spare_the_collector() -> None:
    """Take what is loaded for good out of the garbage collector's sight.

    Streamlit collects after every run of a page, in the way of the next key press, and a collection
    takes as long as there are objects: 70 ms for the modules alone, which never become garbage.
    """
    loaded = len(sys.modules)
    if _frozen["modules"] != loaded:
        gc.collect()
        gc.freeze()
        _frozen["modules"] = loaded


def headline(
    project: Project | None = None, position: int | None = None, doubt: float | None = None, why: str = ""
) -> None:
    """One line: the pages, the project and its languages, how much is reviewed, the open pair; `why` says in
    a word or three what makes it doubtful."""
    with st.container(horizontal=True, vertical_alignment="center", key="headline"):
        _links(project.name if project else None)
        if project is None:
            return
        reviewed, _, total = project.review_counts(REVIEW)
        languages = direction_of_work(project.source_lang, project.target_lang)
        st.markdown(f"**{plain(isolated(project.name))}** :gray[· {plain(languages)}]", width="content")
        st.progress(reviewed / total if total else 0.0, width=160)
        st.markdown(f":gray[{reviewed:,} of {total:,} reviewed]", width="content")
        if position is not None:
            said = f"pair {position + 1:,}" + (f" · doubt {doubt:.2f}" if doubt is not None else "")
            said += f": {why}" if why and doubt is not None else ""
            # One line, cut where it is long: the page must not move as the reader goes from pair to pair.
            with st.container(key="open_pair"):
                said = escape(said)
                st.markdown(f'<span title="{said}">{said}</span>', unsafe_allow_html=True)


def _links(project: str | None) -> None:
    with st.container(horizontal=True, gap="xxsmall", width="content", key="pages"):
        for page in (INSPECT_PAGE, ALIGNERS_PAGE, EVALUATION_PAGE, PROJECT_PAGE, EXPORT_PAGE):
            asked = {"project": project} if project else {}
            if project and page == EVALUATION_PAGE:  # as it was left
                asked |= session.kept_evaluation(project)
            st.page_link(page, query_params=asked or None)


def project_to_read() -> Project | None:
    """The open project, the first demo where there is none yet; None, and a page that says what to do, where
    it can't be opened or holds no sentence."""
    try:
        name = session.project_name() or session.make_first_project()
        project = session.open_project(name)
    except ProjnerError as error:
        nothing_here(plain(str(error)), "Choose another project", PROJECT_PAGE)
        return None
    if project.count() == 0:
        nothing_here(f"**{plain(name)}** holds no sentence yet.", "Import files", PROJECT_PAGE)
        return None
    return project


def nothing_here(sentence: str, button: str, page: str) -> None:
    """An empty page: what is missing, and where to get it. `sentence` is Markdown."""
    headline()
    with st.container(border=True, horizontal_alignment="center", key="empty"):
        st.space("small")
        st.markdown(sentence, width="content")
        st.page_link(page, label=button, icon=":material/arrow_forward:", width="content")
        st.space("small")
