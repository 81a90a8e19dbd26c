"""One pair under several aligners: which one, how it is drawn, and what is corrected in it by hand."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from projner_core.corpus import Alignment, GoldLinks
from projner_core.pipeline import linking
from projner_core.pipeline.comparing import Comparison
from projner_core.review.actions import links_to_json
from projner_core.store import Order, Project
from projner_ui import actions, aligner_gold, session, view_model
from projner_ui.actions import REVIEW
from projner_ui.aligner_choice import Choice
from projner_ui.aligner_drawings import OpenPair, draw_beside, draw_matrix, draw_over, hand_data
from projner_ui.aligner_marks import Theme
from projner_ui.frame import INSPECT_PAGE
from projner_ui.link_view import link_view, pending_action
from projner_ui.text import plain

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

OWN = "as each decided"
_THRESHOLDS = [OWN, *(f"{step / 20:.2f}" for step in range(1, 20))]
_HELP = (
    "For this drawing only; the table keeps each aligner's own decision. Scores of two aligners are not on "
    "one scale."
)
_DRAWN = {"over": "Overlaid", "beside": "Side by side"}
_HAND, _HAND_VIEW = "hand", "aligners_hand"


def draw(
    project: Project, choice: Choice, comparison: Comparison | None, theme: Theme, line: DeltaGenerator
) -> None:
    """The pair that the URL names, else the most disputed one; the way to the others goes into `line`."""
    position = session.pair_position(project)
    if position is None:
        position = _neighbour(project, comparison, None, 1) or 0
        session.set_url(pair=project.id_of(position))
    with line:
        _moves(project, comparison, position)
        _inspect(project, comparison, position)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="pair_controls"):
        drawn, at, by_hand = _controls()
    view = view_model.build(project, position, error=st.session_state.pop("pair_error", None))
    if view.data["source"] is None:
        st.caption("This pair has no source sentence, so there is nothing to link.")
        return
    pair = OpenPair(
        project=project,
        position=position,
        data=view.data,
        aligners=choice.aligners,
        layers=choice.picked,
        shown=tuple(_shown(project, layer.id, position, at) for layer in choice.picked),
        gold=linking.gold_links(project, position, position + 1)[0],
    )
    if by_hand:
        _correct(pair, comparison, view.revision, at)
    elif drawn == "over" and len(pair.shown) > 1:
        draw_over(pair)
    else:
        draw_beside(pair, comparison)
    draw_matrix(pair, theme)


def _shown(project: Project, layer: int, position: int, at: float | None) -> Alignment:
    found = project.annotation(layer, position)
    alignment = found if isinstance(found, Alignment) else Alignment()
    return alignment if at is None else alignment.at(at)


def _moves(project: Project, comparison: Comparison | None, position: int) -> None:
    """Previous and next, where this pair stands, and the way to any other."""
    for step, label, key, icon in (
        (-1, "Previous", "K", ":material/arrow_upward:"),
        (1, "Next", "J", ":material/arrow_downward:"),
    ):
        there = _neighbour(project, comparison, position, step)
        st.button(
            label, shortcut=key, icon=icon, key=f"move_{label.lower()}", disabled=there is None,
            on_click=_open, args=(project, there),
        )  # fmt: skip
    where = f"**{plain(project.id_of(position))}** :gray[· {_place(project, comparison, position)}]"
    st.markdown(where, width="content")
    st.space("stretch")
    st.text_input(
        "Go to a pair", placeholder="Go to: id or number", key="go_to", label_visibility="collapsed",
        width=180, on_change=_go, args=(project,),
    )  # fmt: skip


def _inspect(project: Project, comparison: Comparison | None, position: int) -> None:
    """The way to this pair in Inspect, with what each aligner makes of it beside it."""
    made = [own.projection.id for own in comparison.aligners if own.projection] if comparison else []
    about = {"project": project.name, "pair": project.id_of(position), "beside": ",".join(map(str, made))}
    st.page_link(
        INSPECT_PAGE, label="in Inspect", icon=":material/join_inner:", width="content",
        query_params={key: value for key, value in about.items() if value},
    )  # fmt: skip


def _place(project: Project, comparison: Comparison | None, position: int) -> str:
    if comparison is None:
        return f"pair {position + 1:,} of {project.count():,}"
    before = project.queue_position(position, comparison.layer.id, review=REVIEW, order="doubt")
    rank = f"{ordinal(before + 1)} " if before else ""
    return f"{rank}most disputed of {comparison.pairs:,}"


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `3rd`, `11th`, `1,021st`."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"


def _neighbour(
    project: Project, comparison: Comparison | None, position: int | None, step: int
) -> int | None:
    """The next pair, the most disputed first; where nothing is compared yet, in the order of the file."""
    layer = None if comparison is None else comparison.layer.id
    order: Order = "file" if layer is None else "doubt"
    return project.next_in_queue(position, layer, review=REVIEW, order=order, step=step)


def _open(project: Project, position: int | None) -> None:
    if position is not None:
        session.set_url(pair=project.id_of(position))


def _go(project: Project) -> None:
    """Open the pair with this id, else with this number in the file."""
    said = str(st.session_state["go_to"]).strip()
    position = project.position_of(said)
    if position is None and said.isdecimal() and 1 <= int(said) <= project.count():
        position = int(said) - 1
    if position is None and said:
        st.toast(f"There is no pair “{plain(said)}”.", icon=":material/search_off:")
    _open(project, position)
    st.session_state["go_to"] = ""


def _controls() -> tuple[str, float | None, bool]:
    """How links are drawn, from which score on, and whether they are being corrected."""
    by_hand = st.query_params.get(_HAND) == "1"
    drawn = "beside" if st.query_params.get("drawn") == "beside" else "over"
    said = st.query_params.get("at", OWN)
    said = said if said in _THRESHOLDS else OWN
    st.session_state.update({"drawn": drawn, "at": said, _HAND: by_hand})  # the URL says, the widgets show
    st.segmented_control(
        "Drawn", list(_DRAWN), format_func=_DRAWN.__getitem__, required=True, key="drawn",
        label_visibility="collapsed", disabled=by_hand, on_change=_to_url, args=("drawn", "over"),
    )  # fmt: skip
    st.select_slider(
        "Show links that score at least", _THRESHOLDS, key="at", width=300, help=_HELP,
        on_change=_to_url, args=("at", OWN),
    )  # fmt: skip
    st.toggle("Correct by hand", key=_HAND, on_change=_to_url, args=(_HAND, False))
    return drawn, None if said == OWN else float(said), by_hand


def _to_url(name: str, usual: Any) -> None:
    value = st.session_state[name]
    session.set_url(**{name: None if value == usual else "1" if value is True else str(value)})


def _correct(pair: OpenPair, comparison: Comparison | None, revision: int, at: float | None) -> None:
    """The links to be corrected: those drawn already, else those of the first aligner."""
    project, layer = pair.project, pair.layers[0].id
    session.trail(project, links=True).seen[pair.position] = revision
    state = project.state(pair.position, REVIEW)
    drawn = None if state is None else state.links
    said = f"These are the links of {plain(pair.aligners[0].name)}. Change one: it is saved at once, and the "
    said += "pair is gold."
    if drawn is not None:
        said = "These links are yours."
    elif pair.gold is not None:
        said = "These are the imported gold links; what you change is yours."
    act = partial(_act, project, comparison, layer, at)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.caption(f"{said} {plain(aligner_gold.summary(project))}", width="stretch")
        if drawn is None and pair.gold is None:
            st.button(
                "These are right: keep them as gold", icon=":material/check:", key="keep_as_gold",
                on_click=act, args=(_accepting(pair, layer, at),),
            )  # fmt: skip
        aligner_gold.downloads(project, key="hand")
    link_view(hand_data(pair, drawn), key=_HAND_VIEW, on_action=lambda: act(pending_action(_HAND_VIEW)))


def _accepting(pair: OpenPair, layer: int, at: float | None) -> dict[str, Any]:
    """What the link view would send of links that are right as they are shown."""
    shown = links_to_json(_decided(pair.project, layer, pair.position, at))
    about = {"pair": pair.data["pair"], "position": pair.position}
    return {"kind": "links", **about, "was": shown, "now": shown, "accept": True}


def _act(
    project: Project,
    comparison: Comparison | None,
    layer: int,
    at: float | None,
    trigger: dict[str, Any] | None,
) -> None:
    if trigger is None:
        return
    if trigger.get("kind") == "move":  # by dispute here, not in the order of Inspect
        step = -1 if trigger.get("to") == "previous" else 1
        _open(project, _neighbour(project, comparison, session.pair_position(project), step))
        return
    outcome = actions.act(
        project, trigger, who=session.reviewer(), queue=session.Filter.from_url(),
        trail=session.trail(project, links=True),
        links=lambda _, position: _decided(project, layer, position, at),
    )  # fmt: skip
    st.session_state["pair_error"] = outcome.error
    if outcome.error or outcome.position != trigger.get(
        "position"
    ):  # else the reader may be elsewhere by now
        _open(project, outcome.position)


def _decided(project: Project, layer: int, position: int, at: float | None) -> GoldLinks:
    """What is shown where the reviewer drew no link: imported gold, else what this aligner decided."""
    [gold] = linking.gold_links(project, position, position + 1)  # a reviewer's own, where there are any
    return gold if gold is not None else GoldLinks.of(Alignment(_shown(project, layer, position, at).links))
