"""Two layers against the same gold: how far apart they are, whether that is chance, and where they part."""

from __future__ import annotations

from html import escape

import streamlit as st

from projner_core.evaluation.significance import Cell, Compared, Difference
from projner_core.pipeline import evaluating
from projner_core.pipeline.evaluating import Evaluation
from projner_core.store import Project
from projner_ui.evaluation_choice import Choice
from projner_ui.evaluation_examples import Examples, Line, link
from projner_ui.text import count, isolated, plain

_CELLS: tuple[tuple[Cell, Cell], ...] = (("both-right", "only-first"), ("only-second", "both-wrong"))


def draw(project: Project, choice: Choice, evaluation: Evaluation, other: Evaluation) -> None:
    """The difference in words, and the four-way table of sentences, whose cells open their pairs."""
    with st.spinner("Asking whether the difference can be chance…"):
        difference = evaluating.difference(project, evaluation, other)
    first, second = choice.name(evaluation.layer), choice.name(other.layer)
    with st.container(border=True, key="split_versus"):
        said, table = st.columns([1.25, 1], gap="large")
        with said:
            st.subheader("Is one of them better?", anchor=False)
            st.caption(f"The first: {plain(isolated(first))}. The second: {plain(isolated(second))}.")
            st.markdown(plain(difference.in_words()))
            st.html(figures(difference))
        with table:
            st.subheader("Sentences that are exactly right", anchor=False)
            _four_way(Examples.of(project, evaluation, other), difference, other)


def comparable(one: Evaluation, other: Evaluation) -> bool:
    """Whether two were held against the same: of a large project, one may be outdated and the other not."""
    about, others = one.findings.provenance, other.findings.provenance
    return (about["against"], about["state"]) == (others["against"], others["state"])


def figures(difference: Difference) -> str:
    """Differences, intervals and p-values as a table, as HTML."""
    names = ("", "difference", "95 % interval", "p, randomisation", "p, bootstrap", "p, McNemar")
    head = "".join(f"<th>{name}</th>" for name in names)
    rows = [
        _row("F1, micro", difference.f1, None),
        _row("sentences exact", difference.exact, difference.table.mcnemar),
    ]
    return (
        f'<div class="aligner-scroll"><table class="aligner-table"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _row(name: str, compared: Compared, mcnemar: float | None) -> str:
    interval = compared.difference.interval
    cells = [
        signed(compared.difference.value),
        f"{signed(interval.low)} to {signed(interval.high)}" if interval is not None else "–",
        *(chance(p) for p in (compared.randomisation, compared.bootstrap, mcnemar)),
    ]
    body = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row">{escape(name)}</th>{body}</tr>'


def signed(value: float) -> str:
    """A difference between two scores, with its sign: `+.021`."""
    rounded = f"{abs(value):.3f}".removeprefix("0")
    return rounded if float(rounded) == 0 else f"{'−' if value < 0 else '+'}{rounded}"


def chance(p: float | None) -> str:
    """A p-value as tables write it."""
    return "–" if p is None else "<.001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def _four_way(examples: Examples, difference: Difference, other: Evaluation) -> None:
    counts = difference.table.cells
    heads = ("", "second right", "second wrong")
    rows = ("first right", "first wrong")
    with st.container(key="fourway", gap="xsmall"):
        for column, head in zip(st.columns([1, 1, 1]), heads, strict=True):
            column.markdown(f":gray[{head}]" if head else "\u00a0")
        for row, cells in zip(rows, _CELLS, strict=True):
            name, *places = st.columns([1, 1, 1], vertical_alignment="center")
            name.markdown(f":gray[{row}]")
            for place, cell in zip(places, cells, strict=True):
                with place:
                    key = evaluating.cell_key(other, cell) if counts[cell] else ""
                    link(examples, Line(f"**{counts[cell]:,}** {_pairs(counts[cell])}", key))


def _pairs(number: int) -> str:
    return count(number, "pair").split(" ", 1)[1]
