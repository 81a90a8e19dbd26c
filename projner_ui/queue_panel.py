"""The queue beside the pair: what is listed, in what order, which stretch of it, and which pair is open."""

from __future__ import annotations

from functools import cached_property

import streamlit as st

from projner_core.pipeline.doubting import signals_at
from projner_core.review.queue import telling
from projner_core.review.reasons import short
from projner_core.store import Project, QueueItem
from projner_ui import evaluation_finding, session
from projner_ui.actions import REVIEW
from projner_ui.queue_list import opened, queue_list
from projner_ui.session import Filter

LENGTH = 50
_LIST, _PAGE, _EXAMPLES = "queue_list", "queue_page", "queue_examples"
_ORDERS = {"doubt": "Most doubtful first", "file": "In the order of the file"}
_SHOWS = {"all": "All", "open": "Open", "done": "Done"}


class Panel:
    """The stretch of the queue that is listed now. Reads one page of it, however long it is.

    Attributes:
        queue: what is listed, as the URL says.
        current: the position of the pair that is open; the first of the list where none was asked for,
            None where the list is empty.
    """

    def __init__(self, project: Project, wanted: int | None) -> None:
        self.project = project
        self.queue = Filter.from_url()
        self.reviewed, self.changed, self.total = project.review_counts(REVIEW)
        if st.session_state.get(_EXAMPLES) != self.queue.examples:  # another list starts at its beginning
            st.session_state.update({_EXAMPLES: self.queue.examples, _PAGE: 1})
        self._page = int(st.session_state.setdefault(_PAGE, 1))
        self.items = self._read()
        if session.follows() and wanted is not None and not self._lists(wanted):
            self._turn_to(self._rank(wanted) // LENGTH + 1)
        if not self.items and self._page > 1:  # what was on the last page is done, and the list shorter
            self._turn_to(1)
        self.current = wanted if wanted is not None else (self.items[0].position if self.items else None)

    @property
    def doubt(self) -> float | None:
        """The doubt of the open pair, where this page of the list shows it."""
        return next((item.doubt for item in self.items if item.position == self.current), None)

    @property
    def why(self) -> str:
        """What makes the open pair doubtful above all, in a word or three; "" where nothing does."""
        return self._why.get(self.current, "") if self.current is not None else ""

    @cached_property
    def _why(self) -> dict[int, str]:
        """The same of each pair that this page of the list shows."""
        positions = [item.position for item in self.items[:LENGTH]]
        found = signals_at(self.project, self.project.current_projection, positions)
        strongest = {position: telling(signals)[:1] for position, signals in found.items()}
        return {position: short(first[0].sign) for position, first in strongest.items() if first}

    def draw(self) -> None:
        """What is listed where that is not all, the filters, the list, and the way to its other pages."""
        if self.queue.examples is not None:
            evaluation_finding.chip(self.project, self.queue.examples, on_remove=_all_pairs)
        _filters(self.queue, doubts=self.project.current_projection is not None)
        if not self.items:
            st.caption("Nothing is listed.")
            return
        queue_list(
            self.items[:LENGTH],
            why=self._why,
            current=self.current,
            title=_ORDERS[self.queue.order],
            key=_LIST,
            on_open=self._open,
        )
        self._pages()

    def _open(self) -> None:
        position = opened(_LIST)
        if position is not None and 0 <= position < self.total:
            session.show_pair(self.project, position, follow=False)

    def _read(self) -> list[QueueItem]:
        """This page and one item more, which says whether there is another."""
        return self.project.queue(
            self.project.current_projection, review=REVIEW, order=self.queue.order, show=self.queue.show,
            offset=(self._page - 1) * LENGTH, limit=LENGTH + 1, search=self.queue.search or None,
            examples=self.queue.examples,
        )  # fmt: skip

    def _rank(self, position: int) -> int:
        """How many pairs stand before this one in the list."""
        return self.project.queue_position(
            position, self.project.current_projection, review=REVIEW, order=self.queue.order,
            show=self.queue.show, search=self.queue.search or None, examples=self.queue.examples,
        )  # fmt: skip

    def _lists(self, position: int) -> bool:
        return any(item.position == position for item in self.items[:LENGTH])

    def _turn_to(self, page: int) -> None:
        self._page = st.session_state[_PAGE] = page
        self.items = self._read()

    def _known(self) -> int:
        """How many pairs are listed, on all pages; a search is not counted."""
        if self.queue.examples is not None and not self.queue.search:
            return self.project.queue_size(
                self.project.current_projection, review=REVIEW, order=self.queue.order,
                show=self.queue.show, examples=self.queue.examples,
            )  # fmt: skip
        sizes = {"all": self.total, "open": self.total - self.reviewed, "done": self.reviewed}
        return sizes[self.queue.show]

    def _pages(self) -> None:
        more = len(self.items) > LENGTH
        if not more and self._page == 1:
            return
        first = (self._page - 1) * LENGTH + 1
        last = first + min(len(self.items), LENGTH) - 1
        known = self._known()
        of = "" if self.queue.search else f" of {known:,}"
        pages = self._page + more if self.queue.search else max(-(-known // LENGTH), self._page + more)
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="turn"):
            key = f"{_PAGE} {self._page}"  # a widget for each page: none has to be told where it stands
            st.pagination(
                pages, max_visible_pages=0, key=key, default=self._page, on_change=_turn, args=(key,)
            )
            st.caption(f"{first:,}–{last:,}{of}", width="content")


def _all_pairs() -> None:
    session.set_url(examples=None, **dict.fromkeys(session.evaluation_asked()))


def _turn(key: str) -> None:
    st.session_state[_PAGE] = st.session_state[key]


def _filters(queue: Filter, *, doubts: bool) -> None:
    with st.container(horizontal=True, gap="xsmall", key="filters"):
        if doubts:
            st.selectbox(
                "Order", list(_ORDERS), index=list(_ORDERS).index(queue.order), key="filter_order",
                format_func=_ORDERS.__getitem__, label_visibility="collapsed", on_change=_apply,
            )  # fmt: skip
        st.segmented_control(
            "Show", list(_SHOWS), default=queue.show, format_func=_SHOWS.__getitem__, required=True,
            key="filter_show", label_visibility="collapsed", width="stretch", on_change=_apply,
        )  # fmt: skip
        st.text_input(
            "Search", value=queue.search, type="search", placeholder="Search words", key="filter_find",
            label_visibility="collapsed", live=True, on_change=_apply,
        )  # fmt: skip


def _apply() -> None:
    """What was chosen goes into the URL; the list starts again, and the open pair stays open."""
    state = st.session_state
    order = state.get("filter_order", Filter.from_url().order)  # not asked before there are doubts
    examples = Filter.from_url().examples
    Filter(state["filter_show"], order, state["filter_find"].strip(), examples).to_url()
    state[_PAGE] = 1
