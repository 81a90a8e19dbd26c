"""Several aligners over the whole project: figures, agreement, the projection they lead to, disputes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape

import streamlit as st

from projner_core.pipeline import comparing
from projner_core.pipeline.comparing import Compared, Comparison, Disputed, Estimate
from projner_core.store import Project
from projner_ui import aligner_plots, plotting, session
from projner_ui.actions import REVIEW
from projner_ui.aligner_choice import Choice
from projner_ui.aligner_marks import Marked, Theme
from projner_ui.aligner_verdict import short
from projner_ui.frame import INSPECT_PAGE
from projner_ui.text import count, isolated, plain

LENGTH = 10  # disputed pairs a page
_SCATTER, _PAGE = "disagreement", "disputed_page"


def draw(project: Project, choice: Choice, comparison: Comparison, theme: Theme) -> None:
    """The figures first, then the drawings, then the pairs to look at."""
    st.html(table(comparison, choice.aligners))
    st.caption(explained(comparison, mine=len(project.positions_with_links(REVIEW))))
    with st.container(key="split_plots"):
        made, agree, apart = st.columns([1, 1, 1.1], gap="medium")
        with made:
            st.subheader("What each makes of the projection", anchor=False)
            if any(compared.entities for compared in comparison.aligners):
                made_of_it = aligner_plots.outcome(comparison, choice.aligners, theme=theme)
                _chart(made_of_it, "outcome", aligner_plots.outcome_said(comparison, choice.aligners))
                if not aligner_plots.scored(comparison):
                    st.caption("Carrying more over is not being right.")
            else:
                st.caption("No source entity is known, so nothing is carried over.")
        with agree:
            st.subheader("Links that two of them share", anchor=False)
            shared = aligner_plots.agreement(comparison, choice.aligners, theme=theme)
            _chart(shared, "agreement", aligner_plots.agreement_said(comparison, choice.aligners))
        with apart:
            st.subheader("Where they part, is the projection worse?", anchor=False)
            whose = "the projection under review"
            if project.current_projection is None:
                whose = f"the projection of {choice.aligners[0].name}"
            st.plotly_chart(
                aligner_plots.disagreement(comparison, theme=theme), theme=None, key=_SCATTER,
                config=plotting.config(), on_select=lambda: _selected(project), selection_mode="points",
                alt=aligner_plots.disagreement_said(comparison, whose),
            )  # fmt: skip
            st.caption(
                f"A point is a pair, judged by {plain(whose)} · {count(len(comparison.sample), 'pair')} · "
                "the line is the mean · click opens a pair"
            )
    _disputed(project, choice, comparison)


def _chart(figure: dict[str, object], key: str, said: str) -> None:
    st.plotly_chart(figure, theme=None, key=key, config=plotting.config(), alt=said)


def _selected(project: Project) -> None:
    """A click on a point opens its pair."""
    points = st.session_state[_SCATTER]["selection"]["points"]
    if points and isinstance(position := points[0].get("customdata"), int | list):
        show(project, position[0] if isinstance(position, list) else position)


def show(project: Project, position: int) -> None:
    """Turn to the view of one pair, and open this one."""
    session.set_url(pair=project.id_of(position), view=None)


_COLUMNS: tuple[tuple[str, str, Callable[[Compared], str | None]], ...] = (
    ("links", "How many links it has", lambda c: f"{c.links:,}"),
    ("links no other has", "Links that none of the others has", lambda c: f"{c.only:,}"),
    ("entities carried over", "Source entities that its links carried to the other side",
     lambda c: f"{c.projected:,} of {c.entities:,}" if c.entities else None),
    ("entity F1", "Strict F1 of the projection against the gold entities, with its 95 % interval",
     lambda c: _estimate(c.f1)),
    ("link precision", "Of its links, those among the gold links", lambda c: _estimate(c.precision)),
    ("link recall", "Of the sure gold links, those it has", lambda c: _estimate(c.recall)),
    ("link AER", "Alignment error rate against the gold links: less is better", lambda c: _estimate(c.aer)),
    ("pairs/s", "How fast it ran here", lambda c: _rate(c.pairs_per_second)),
)  # fmt: skip
"""Head, what it means, and how it is written, "" or None where nothing is known."""


def explained(comparison: Comparison, *, mine: int) -> str:
    """What the heads of the table mean, as Markdown, for who has no mouse to point at them."""
    said = []
    if any(compared.f1 is not None for compared in comparison.aligners):
        said.append(
            "**Entity F1**: how many entities land on exactly the right words, against the gold entities."
        )
    if comparison.gold_pairs:
        said.append(
            "**Link precision**: of its links, those among the gold links; **link recall**: of the sure gold "
            "links, those it has; **link AER**, the alignment error rate: both in one, and less is better; "
            f"against gold links for {count(comparison.gold_pairs, 'pair')}, {mine:,} of them yours."
        )
    if said:
        said.append("Small figures: the 95 % interval.")
    else:
        said.append("No figure here says which is right: for that there must be gold entities or gold links.")
    return " ".join(said)


def table(comparison: Comparison, aligners: Sequence[Marked]) -> str:
    """A row an aligner, as HTML; columns of which nothing is known are left out."""
    cells = [[column(compared) for _, _, column in _COLUMNS] for compared in comparison.aligners]
    kept = [number for number in range(len(_COLUMNS)) if any(row[number] for row in cells)]
    head = "".join(f'<th title="{escape(_COLUMNS[n][1])}">{_COLUMNS[n][0]}</th>' for n in kept)
    body = "".join(
        f'<tr><th scope="row">{aligner.html()}</th>'
        + "".join(f"<td>{row[n] or '<i>–</i>'}</td>" for n in kept)
        + "</tr>"
        for aligner, row in zip(aligners, cells, strict=True)
    )
    return (
        f'<div class="aligner-scroll"><table class="aligner-table"><thead><tr><th></th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _estimate(estimate: Estimate | None) -> str | None:
    if estimate is None:
        return None
    value, low, high = map(short, (estimate.value, estimate.low, estimate.high))
    return (
        value if low == high else f"{value} <small>{low}–{high}</small>"
    )  # of one pair there is no interval


def _rate(rate: float | None) -> str | None:
    return None if rate is None else f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"


def _disputed(project: Project, choice: Choice, comparison: Comparison) -> None:
    """The pairs in which an entity goes to different places."""
    if not comparison.disputed:
        st.subheader("No entity is disputed", anchor=False)
        st.caption("Whichever aligner you take, every entity goes to the same words.")
        return
    st.subheader(f"{count(comparison.disputed, 'pair')} where they disagree about an entity", anchor=False)
    pages = -(-comparison.disputed // LENGTH)
    key = f"{_PAGE} {comparison.layer.id}"
    page = min(int(st.session_state.get(key, 1) or 1), pages)
    projections = [str(own.projection.id) for own in comparison.aligners if own.projection]
    for disputed in comparing.disputed(project, comparison, offset=(page - 1) * LENGTH, limit=LENGTH):
        if disputed.spans:
            _card(project, choice, disputed, beside=",".join(projections))
    if pages > 1:
        st.pagination(pages, key=key)


def _card(project: Project, choice: Choice, disputed: Disputed, *, beside: str) -> None:
    """A disputed pair; in Inspect, what each aligner makes of it stands beside it."""
    with st.container(border=True, key=f"disputed_{disputed.position}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link(
                INSPECT_PAGE, label=f"**{plain(isolated(disputed.id))}** in Inspect",
                icon=":material/join_inner:",
                query_params={"project": project.name, "pair": disputed.id, "beside": beside},
            )  # fmt: skip
            st.button(
                "Compare here", key=f"here_{disputed.position}", type="tertiary", icon=":material/grid_on:",
                on_click=show, args=(project, disputed.position),
            )  # fmt: skip
            st.space("stretch")
            st.markdown(f":gray[{disputed.agreement:.0%} of the links in common]", width="content")
        st.html(entities(disputed, choice.aligners))


def entities(disputed: Disputed, aligners: Sequence[Marked]) -> str:
    """Where each aligner puts each disputed entity, as HTML: a row an entity, a column an aligner."""
    head = "".join(f"<th>{aligner.html()}</th>" for aligner in aligners)
    rows = "".join(
        f'<tr><th scope="row"><bdi>{escape(entity)}</bdi></th>{"".join(_cells(places))}</tr>'
        for entity, places in disputed.spans
    )
    return (
        f'<div class="aligner-scroll"><table class="aligner-table places"><thead><tr><th></th>{head}</tr>'
        f"</thead><tbody>{rows}</tbody></table></div>"
    )


def _cells(places: Sequence[str]) -> Iterator[str]:
    """A cell an aligner; where most of them agree, what they agree on steps back."""
    most = max(places, key=places.count)
    usual = most if places.count(most) > len(places) / 2 else None
    for place in places:
        said = f"<bdi>{escape(place)}</bdi>" if place else "<i>nowhere</i>"
        yield f"<td{' class=usual' if place == usual else ''}>{said}</td>"
