"""What can be said of a projection without gold: how much was carried over, why the rest was not, doubts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import streamlit as st

from projner_core.pipeline import evaluating, unprojected
from projner_core.pipeline.evaluating import Glance
from projner_core.pipeline.glancing import sign_key
from projner_core.store import Layer, LayerKind, Project
from projner_ui import evaluation_plots, palette, session
from projner_ui.aligner_marks import Theme
from projner_ui.aligner_verdict import short
from projner_ui.evaluation_choice import Choice
from projner_ui.evaluation_examples import Examples, Line, chart, titled
from projner_ui.evaluation_plots import Look
from projner_ui.evaluation_words import REASONS, REASONS_SAID, SIGNS_SAID, sign_said
from projner_ui.frame import INSPECT_PAGE
from projner_ui.labels import labels
from projner_ui.text import count, isolated, plain

_MOST = 8  # other layers to agree with


def draw(project: Project, choice: Choice) -> None:
    """All of it, and what to do to know more."""
    with st.spinner("Counting what was carried over…"):
        glance = evaluating.glance(project, choice.layer)
    theme: Theme = session.theme() or "light"
    own = () if choice.layer.id == project.current_projection else (choice.layer.id,)
    examples = Examples(project, choice.layer.id, own)
    _head(project, choice, glance)
    with st.container(key="split_carried"):
        carried, why = st.columns([1, 1.2], gap="large")
        with carried:
            _carried(project, choice.layer, glance, examples, theme)
        with why:
            _reasons(project, choice.layer, glance, examples, theme)
    with st.container(key="split_doubts"):
        doubts, signs = st.columns([1, 1.2], gap="large")
        with doubts:
            _doubts(project, choice.layer, glance, theme)
        with signs:
            _signs(glance, examples, theme)
    _agreement(project, choice, glance)


def _head(project: Project, choice: Choice, glance: Glance) -> None:
    total, carried = sum(glance.entities.values()), sum(glance.projected.values())
    name = f"**{plain(isolated(choice.name(choice.layer)))}**"
    if choice.layer.kind is LayerKind.PROJECTIONS:
        said = f"{name} carried over **{carried:,} of {count(total, 'source entity', 'source entities')}**."
    else:
        said = f"{name} is no projection: its entities were found on the target itself."
    with st.container(key="glance_head", gap="xsmall"):
        st.markdown(f"{said} How many of them are right, nobody can say without gold.")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if "review" in choice.standards:
                reviewed = project.review_counts()[0]
                st.button(
                    f"Evaluate against the {count(reviewed, 'pair')} that you reviewed", type="primary",
                    icon=":material/rule:", key="against_review", on_click=_against_review,
                )  # fmt: skip
            else:
                st.page_link(
                    INSPECT_PAGE, label="Review some pairs, and this page measures against them",
                    icon=":material/arrow_forward:", query_params={"project": project.name, "order": "doubt"},
                )  # fmt: skip


def _against_review() -> None:
    session.set_url(against="review")


def _carried(project: Project, layer: Layer, glance: Glance, examples: Examples, theme: Theme) -> None:
    if not glance.entities:
        return
    names = sorted(glance.entities, key=lambda label: (-glance.entities[label], label))
    colours = palette.colours(labels(project, names))
    titled("Carried over", examples, partial(_carried_lines, project, layer, glance, names), key="carried")
    figure = evaluation_plots.carried(
        [(name, glance.projected.get(name, 0), glance.entities[name]) for name in names],
        Look(theme, colours, {}),
        unprojected.label_key,
    )
    said = "; ".join(
        f"{name} {glance.projected.get(name, 0):,} of {glance.entities[name]:,}" for name in names
    )
    kept = partial(_kept, project, layer, examples)
    chart(figure, kept, key="carried", said=f"Source entities carried over, by label: {said}.")


def _kept(project: Project, layer: Layer, examples: Examples, key: str) -> dict[str, str]:
    """Where these pairs are listed, once it is written down which they are."""
    unprojected.keep(project, layer)
    return examples.opened(key)


def _carried_lines(project: Project, layer: Layer, glance: Glance, names: list[str]) -> Iterator[Line]:
    unprojected.keep(project, layer)
    for name in names:
        carried, of = glance.projected.get(name, 0), glance.entities[name]
        said = f"{plain(isolated(name))}: {carried:,} of {of:,}"
        yield Line(said, unprojected.label_key(name) if carried < of else "")


def _reasons(project: Project, layer: Layer, glance: Glance, examples: Examples, theme: Theme) -> None:
    if not glance.reasons:
        return
    rows = [(REASONS.get(reason, reason), number) for reason, number in glance.reasons.items()]
    keys = [unprojected.reason_key(reason) for reason in glance.reasons]
    titled("Why the others were not", examples, partial(_reason_lines, project, layer, glance), key="reasons")
    means = [REASONS_SAID.get(reason, "") for reason in glance.reasons]
    unit = ("entity", "entities")
    figure = evaluation_plots.plain_bars(rows, theme, keys=keys, unit=unit, explained=means)
    said = "; ".join(f"{name} {number:,}" for name, number in rows)
    kept = partial(_kept, project, layer, examples)
    chart(figure, kept, key="reasons", said=f"Why entities were not carried over: {said}.")


def _reason_lines(project: Project, layer: Layer, glance: Glance) -> Iterator[Line]:
    unprojected.keep(project, layer)
    for reason, number in glance.reasons.items():
        said = f"{plain(REASONS.get(reason, reason))}: {count(number, 'entity', 'entities')}"
        yield Line(said, unprojected.reason_key(reason))


def _doubts(project: Project, layer: Layer, glance: Glance, theme: Theme) -> None:
    if not any(glance.doubts):
        return
    st.subheader("How doubtful the pairs are", anchor=False)
    said = "; ".join(f"from .{n} on {number:,}" for n, number in enumerate(glance.doubts))
    chart(
        evaluation_plots.histogram(glance.doubts, theme, opens=layer.id == project.current_projection),
        partial(_at_doubt, project, glance), key="doubts", said=f"Pairs by their doubt: {said}.",
    )  # fmt: skip
    st.page_link(
        INSPECT_PAGE, label="The queue lists the most doubtful first", icon=":material/arrow_forward:",
        query_params={"project": project.name},
    )  # fmt: skip


def _at_doubt(project: Project, glance: Glance, tenth: str) -> dict[str, str]:
    """The queue by doubt, opened at the first pair of this tenth."""
    before = sum(glance.doubts[int(tenth) + 1 :])
    items = project.queue(project.current_projection, offset=before, limit=1)
    st.session_state["follow"] = True  # the queue turns to the page that lists it
    pair = {"pair": items[0].id} if items else {}
    return session.evaluation_asked() | {"project": project.name} | pair


def _signs(glance: Glance, examples: Examples, theme: Theme) -> None:
    if not glance.signals:
        return
    rows = [(sign_said(name), pairs) for name, pairs in glance.signals]
    keys = [sign_key(name) for name, _ in glance.signals]
    lines = [
        Line(f"{plain(said)}: {count(pairs, 'pair')}", key)
        for (said, pairs), key in zip(rows, keys, strict=True)
    ]
    titled("Signs of trouble", examples, lambda: lines, key="signs")
    said = "; ".join(f"{name} {pairs:,}" for name, pairs in rows)
    means = [SIGNS_SAID.get(name, "") for name, _ in glance.signals]
    unit = ("pair", "pairs")
    figure = evaluation_plots.plain_bars(rows, theme, keys=keys, unit=unit, explained=means)
    chart(figure, examples.opened, key="signs", said=f"Pairs that show a sign of trouble: {said}.")


def _agreement(project: Project, choice: Choice, glance: Glance) -> None:
    """Other layers: how far they agree, and this layer beside each in Inspect."""
    if not glance.agreement:
        return
    st.subheader("Agreement with other layers", anchor=False)
    st.caption(
        "The F1 of the two, as if one of them were gold. Layers that agree may still be wrong together; "
        "where they part, one of them is."
    )
    for layer, f1 in sorted(glance.agreement, key=lambda agreed: agreed[1])[:_MOST]:
        st.page_link(
            INSPECT_PAGE, label=f"{short(f1)} · {plain(isolated(choice.name(layer)))}, beside it in Inspect",
            query_params={"project": project.name, "beside": str(layer.id)},
        )  # fmt: skip
