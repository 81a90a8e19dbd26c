"""What pages share: which project and pair are open (the URL says), handles on projects, who reviews.

Nothing that must survive lives here: a refresh of the page empties the session, so the database holds
every decision and the URL says where the reader is. Session state only remembers, between pages, what
the URL of the last one said.
"""

from __future__ import annotations

import contextlib
import getpass
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import streamlit as st

from projner_core.errors import ProjnerError
from projner_core.evaluation.keys import facets
from projner_core.pipeline import demo
from projner_core.store import Order, Project, Show, catalogue
from projner_ui.actions import Trail
from projner_ui.aligner_marks import Theme

FIRST_DEMO = "sw"

_MAKING = threading.Lock()  # two browsers at once shall not make one demo twice
_SHOWS, _ORDERS = ("all", "open", "done"), ("doubt", "file")
_LONGEST_ID = 12  # digits: what is longer is no number of a layer, and no database could take it
_EVALUATION = ("layer", "against", "versus", "dimension")  # what the URL says of the Evaluation page


@dataclass(frozen=True, slots=True)
class Filter:
    """Which pairs the queue lists, and in what order. What a person would share, so it is in the URL.

    `examples` names the pairs behind a figure of an evaluation: the layer that keeps them, and their key.
    """

    show: Show = "all"
    order: Order = "doubt"
    search: str = ""
    examples: tuple[int, str] | None = None

    @classmethod
    def from_url(cls) -> Filter:
        """Read the URL; what it says wrong counts as not said."""
        show, order = st.query_params.get("show", "all"), st.query_params.get("order", "doubt")
        return cls(
            show=cast("Show", show) if show in _SHOWS else "all",
            order=cast("Order", order) if order in _ORDERS else "doubt",
            search=st.query_params.get("find", ""),
            examples=examples_from_url(st.query_params.get("examples", "")),
        )

    def to_url(self) -> None:
        """Write the URL, leaving out what is the default."""
        set_url(
            show=None if self.show == "all" else self.show,
            order=None if self.order == "doubt" else self.order,
            find=self.search or None,
            examples=None if self.examples is None else examples_to_url(self.examples),
        )


def layer_number(said: str) -> int | None:
    """The number of a layer, as the URL names it; None of what can't be one."""
    return int(said) if said.isdecimal() and len(said) < _LONGEST_ID else None


def examples_from_url(said: str) -> tuple[int, str] | None:
    """The layer and the key that `examples_to_url` wrote; None of anything else."""
    number, _, key = said.partition("~")
    layer = layer_number(number)
    if layer is None or not key:
        return None
    try:  # half a surrogate pair, whether as such or escaped, can't be sent to the browser again
        "".join((key, *facets(key).values())).encode()
    except UnicodeEncodeError:
        return None
    return layer, key


def examples_to_url(examples: tuple[int, str]) -> str:
    """The pairs behind a figure, as the URL names them: `7~outcome=missing`."""
    return f"{examples[0]}~{examples[1]}"


def set_url(**parameters: str | None) -> None:
    """Set parameters of the URL, or remove those that are None; the others stay."""
    for name, value in parameters.items():
        if value is None:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != value:
            st.query_params[name] = value


def project_name() -> str | None:
    """The open project: the one the URL names, else the session's last, else this machine's last."""
    named = st.query_params.get("project")
    if named is None:
        last = st.session_state.get("project")
        named = last if last is not None and _exists(last) else _latest()
    if named is not None:
        remember(named)
    return named


def remember(name: str) -> None:
    """Make `name` the open project, here and in the URL; another project's pair leaves the URL."""
    if st.session_state.get("project") not in (None, name):
        set_url(
            **dict.fromkeys(("pair", "beside", "aligners", "job", "hand", "at", "examples", *_EVALUATION))
        )
        st.session_state.update(queue_page=1, follow=True)
    if st.session_state.get("project") != name and _exists(name):
        _write(_last_file(), name)
    st.session_state["project"] = name
    set_url(project=name)


def open_project(name: str) -> Project:
    """A handle on the project, shared by all sessions of this server.

    Raises:
        ProjnerError: there is no such project, or it can't be opened.
    """
    path = catalogue.path_of(name)
    if not path.exists():
        raise ProjnerError(f"There is no project “{name}” on this machine.")
    return _handle(str(path), path.stat().st_ino)


def close_project(name: str) -> None:
    """Close this server's handle on the project, before its file is moved away."""
    path = catalogue.path_of(name)
    if path.exists():
        _handle(str(path), path.stat().st_ino).close()
        _handle.clear(str(path), path.stat().st_ino)


def forget() -> None:
    """No project is open any more: the next page opens the latest that is left."""
    st.session_state.pop("project", None)
    set_url(project=None, pair=None)


@st.cache_resource(show_spinner=False, max_entries=32, on_release=lambda project: project.close())
def _handle(path: str, inode: int) -> Project:
    """One handle a file: a project that was deleted (to the trash) and made anew is another file."""
    return Project.open(Path(path))


def make_first_project() -> str:
    """The demo that a fresh installation opens on, made and projected where it is missing.

    Raises:
        ProjnerError: it can't be made, for want of room or of rights.
    """
    with st.spinner("Preparing the demo: linking Swahili words to English…"):
        name = make_demo(FIRST_DEMO)
    remember(name)
    return name


def make_demo(lang: str) -> str:
    """The name of the demo in this language, made where it is missing; one at a time.

    Raises:
        ProjnerError: it can't be made, for want of room or of rights.
    """
    with _MAKING:
        return demo.ensure(lang)


def pair_position(project: Project) -> int | None:
    """The position of the pair that the URL names; None where it names none that is there."""
    named = st.query_params.get("pair")
    return None if named is None else project.position_of(named)


def layers_beside() -> tuple[int, ...]:
    """The layers that the URL names to compare with; what is no number counts as not said."""
    asked = (layer_number(said) for said in st.query_params.get("beside", "").split(","))
    return tuple(number for number in asked if number is not None)


def evaluation_asked() -> dict[str, str]:
    """What the URL says of the Evaluation page: which layer, against what, beside which other. Inspect
    carries it along, so that there is a way back."""
    return {name: st.query_params[name] for name in _EVALUATION if name in st.query_params}


def keep_evaluation(project: str) -> None:
    """Remember what the URL says of the Evaluation page, for whoever goes to another page and comes back."""
    st.session_state.setdefault("evaluations", {})[project] = evaluation_asked()


def kept_evaluation(project: str) -> dict[str, str]:
    """The same, as it stood last in this session."""
    return dict(st.session_state.get("evaluations", {}).get(project, {}))


def show_pair(project: Project, position: int, *, follow: bool = True) -> None:
    """Open the pair at `position`; with `follow` the queue turns to the page that lists it."""
    set_url(pair=project.id_of(position))
    if follow:
        st.session_state["follow"] = True


def follows() -> bool:
    """Whether the queue is to turn to the open pair: after a move, and when the page was just loaded."""
    follow = bool(st.session_state.get("follow", True))
    st.session_state["follow"] = False
    return follow


def trail(project: Project, *, links: bool = False) -> Trail:
    """What this reader has seen and done in the project since the page was loaded: of the links drawn by
    hand, or of everything else."""
    trails: dict[tuple[str, bool], Trail] = st.session_state.setdefault("trails", {})
    return trails.setdefault((identity(project), links), Trail(links=links))


def reviewer() -> str:
    """Who signs the corrections made in this session."""
    known = st.session_state.get("reviewer")
    if known is None:
        known = st.session_state["reviewer"] = _read(_reviewer_file()) or _account()
    return str(known)


def set_reviewer(name: str) -> None:
    """Sign as `name` from now on, and after the next refresh of a page on this machine."""
    name = " ".join(name.split())[:80] or _account()
    st.session_state["reviewer"] = name
    _write(_reviewer_file(), name)


def theme() -> Theme | None:
    """The theme that Streamlit shows; None where it does not say yet."""
    known = st.context.theme.type
    return known if known in ("light", "dark") else None


def identity(project: Project) -> str:
    """The project's file, told apart from another one that takes its place."""
    path = project.path
    return "" if path is None else f"{path} {path.stat().st_ino}"


def _reviewer_file() -> Path:
    return catalogue.home() / "reviewer.txt"


def _last_file() -> Path:
    return catalogue.home() / "last-project.txt"


def _read(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def _write(file: Path, text: str) -> None:
    """Remember something small for the next start; where that can't be written, nothing is lost but ease."""
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no name for this user id, as in some containers
        return "reviewer"


def _exists(name: str) -> bool:
    try:
        return catalogue.path_of(name).exists()
    except ProjnerError:
        return False


def _latest() -> str | None:
    """The project that was open last on this machine, else the first demo, else the newest there is."""
    first = next(corpus.project for corpus in demo.languages() if corpus.lang == FIRST_DEMO)
    for name in (_read(_last_file()), first):
        if name is not None and _exists(name):
            return name
    names = [summary.name for summary in catalogue.projects()]
    return max(names, key=lambda name: catalogue.path_of(name).stat().st_mtime, default=None)
