"""From a figure to the pairs behind it: a click on a mark, a link in a list, the address of the queue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from projner_core.pipeline.evaluating import Evaluation
from projner_core.store import Project
from projner_ui import plotting, session
from projner_ui.actions import REVIEW
from projner_ui.frame import INSPECT_PAGE

_CLICKS = "evaluation_clicks"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a list beside a drawing: what it says as Markdown, and the key of its pairs, "" for none."""

    said: str
    key: str


@dataclass(frozen=True, slots=True)
class Examples:
    """The pairs behind the figures of one layer of findings.

    Attributes:
        project: where the pairs are.
        layer: the id of the layer that keeps the examples.
        beside: the ids of the layers to be seen in Inspect, besides the one under review.
    """

    project: Project
    layer: int
    beside: tuple[int, ...] = ()

    @classmethod
    def of(cls, project: Project, evaluation: Evaluation, other: Evaluation | None = None) -> Examples:
        """The examples of an evaluation; in Inspect, what it was compared with is to be seen too."""
        layers = [one.layer.id for one in (evaluation, other) if one is not None]
        beside = tuple(layer for layer in layers if layer != project.current_projection)
        return cls(project, evaluation.findings.id, beside)

    def pairs(self) -> Mapping[str, int]:
        """How many pairs stand behind each key."""
        return _pairs(self.project, session.identity(self.project), self.layer)

    def address(self, key: str) -> dict[str, str]:
        """What the URL of Inspect says so that the queue lists these pairs and no others, and where they
        came from."""
        beside = {"beside": ",".join(map(str, self.beside))} if self.beside else {}
        examples = {"examples": session.examples_to_url((self.layer, key))}
        return session.evaluation_asked() | {"project": self.project.name} | examples | beside

    def opened(self, key: str) -> dict[str, str]:
        """The same, with the pair that the queue lists first. Inspect would open it anyway, but put it into
        the URL in a second step, from which the browser's Back would not get back here."""
        position = self.project.next_in_queue(
            None, self.project.current_projection, review=REVIEW, examples=(self.layer, key)
        )
        pair = {} if position is None else {"pair": self.project.id_of(position)}
        return self.address(key) | pair


@st.cache_data(show_spinner=False, max_entries=64)
def _pairs(_project: Project, identity: str, layer: int) -> dict[str, int]:
    """What stands behind the figures of an evaluation is written once, with them."""
    return _project.example_counts(layer)


def chart(
    figure: Mapping[str, Any],
    address: Callable[[str], Mapping[str, str]],
    *,
    key: str,
    said: str,
    wide: bool = True,
) -> None:
    """Draw a figure; a click on one of its marks opens Inspect on the pairs that it counts.

    Args:
        figure: plotly's JSON; the `customdata` of a mark says which it is, "" for one that opens nothing.
        address: what the URL of Inspect says then, by the `customdata` (`Examples.opened`).
        key: of the widget.
        said: the figure in a sentence, for who can't see it.
        wide: whether it is as wide as its column, else as wide as it says.
    """
    clicks = st.session_state.get(_CLICKS, 0)
    # A drawing that comes back after a click must not remember it, or the page could never be read again.
    state = st.plotly_chart(
        dict(figure), theme=None, key=f"{key} {clicks}", config=plotting.config(), on_select="rerun",
        selection_mode="points", alt=said, width="stretch" if wide else "content",
    )  # fmt: skip
    chosen = chosen_key(state)
    if chosen is not None:
        st.session_state[_CLICKS] = clicks + 1
        st.switch_page(INSPECT_PAGE, query_params=dict(address(chosen)))


def chosen_key(state: Any) -> str | None:
    """The key of the mark that was clicked; None where none was, or nothing is behind it."""
    selection = state.get("selection") if isinstance(state, Mapping) else None
    points = selection.get("points") if isinstance(selection, Mapping) else None
    for point in points or ():
        data = point.get("customdata")
        if isinstance(data, list):
            data = data[0] if data else None
        if isinstance(data, str) and data:
            return data
    return None


def titled(title: str, examples: Examples, lines: Callable[[], Iterable[Line]], *, key: str) -> None:
    """The title of a drawing, and beside it the same figures as a list of links, for who can't see the
    drawing or point at it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"title_{key}"):
        st.subheader(title, anchor=False, width="content")
        as_list(examples, lines, key=key)


def as_list(examples: Examples, lines: Callable[[], Iterable[Line]], *, key: str) -> None:
    """A button that opens a list of links; `lines` are asked for when it is open."""
    popover = st.popover(
        "as a list", type="tertiary", key=f"list_{key}", on_change="rerun", width="content",
    )  # fmt: skip
    if not popover.open:
        return
    with popover, st.container(gap="xxsmall", width=500):
        for line in lines():
            link(examples, line)


def link(examples: Examples, line: Line) -> None:
    """A link to the pairs of a line; without a key, the line alone."""
    if line.key:
        st.page_link(INSPECT_PAGE, label=line.said, query_params=examples.opened(line.key))
    else:
        st.markdown(f":gray[{line.said}]")
