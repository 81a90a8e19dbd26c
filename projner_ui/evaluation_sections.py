"""The parts of an evaluation, one under the other: the figures, what went wrong and why, where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from projner_core.evaluation.findings import Cause, Outcome
from projner_core.evaluation.summary import Row, Summary, key
from projner_core.evaluation.unmarked import in_words
from projner_core.evaluation.words import DIMENSIONS, OUTCOMES
from projner_core.pipeline.evaluating import Evaluation
from projner_core.store import Project
from projner_ui import (
    evaluation_boundaries,
    evaluation_dots,
    evaluation_figures,
    evaluation_matrix,
    evaluation_plots,
    palette,
    session,
)
from projner_ui.aligner_marks import Theme
from projner_ui.aligner_verdict import short
from projner_ui.evaluation_choice import Choice
from projner_ui.evaluation_dots import wrong
from projner_ui.evaluation_examples import Examples, Line, as_list, chart, titled
from projner_ui.evaluation_plots import Look, inside
from projner_ui.evaluation_words import STANDARDS, WRONG, cause_name
from projner_ui.labels import labels
from projner_ui.text import count, isolated, plain

_DIMENSION = "evaluation_dimension"


def head(choice: Choice, evaluation: Evaluation, other: Evaluation | None) -> None:
    """The verdict and the large numbers, and what must be known to read them."""
    gold = STANDARDS[evaluation.against]
    st.html(evaluation_figures.verdict(evaluation.summary, choice.name(evaluation.layer), gold=gold))
    st.html(evaluation_figures.html(evaluation.summary, other.summary if other is not None else None, gold))
    notes = []
    if evaluation.against == "review":
        notes.append(
            f"Only the {count(evaluation.pairs, 'pair')} that you gave a verdict count. If you took them "
            "from the top of the queue, they are the hardest, and the whole corpus is better than that. You "
            "gave the verdicts looking at the layer under review, which favours it."
        )
    if said := in_words(evaluation.summary.dropped):
        notes.append(said)
    if evaluation.tuned_here:
        notes.append(
            "A setting behind this layer was tuned on these very sentences: the figures are too good to be "
            "true."
        )
    if notes:
        st.caption(" ".join(notes))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What all drawings of an evaluation share."""

    summary: Summary
    examples: Examples
    look: Look


def draw(project: Project, choice: Choice, evaluation: Evaluation, other: Evaluation | None) -> None:
    """Every drawing, each with the same as a list; of two that are compared, of the first."""
    summary = evaluation.summary
    if not any(summary.outcomes.values()):
        return
    examples = Examples.of(project, evaluation)
    known = labels(project, evaluation_matrix.labels_of(summary.confusion))
    theme: Theme = session.theme() or "light"
    look = Look(theme, palette.colours(known), examples.pairs(), STANDARDS[evaluation.against])
    drawn = _Drawn(summary, examples, look)
    if other is not None:
        name = plain(isolated(choice.name(evaluation.layer)))
        st.header(f"Errors of the first: {name}", anchor=False)
    _errors(project, evaluation, drawn)
    _where(drawn)
    with st.expander("Counted in other ways"):
        st.html(evaluation_figures.lenient_html(summary.lenient))
        st.caption(
            "The four schemes of SemEval-2013 task 9, as nervaluate names them. Strict is what stands above."
        )


def _where(drawn: _Drawn) -> None:
    """In which labels, and in which of whatever else; a matrix of many labels has a row of its own."""
    narrow = evaluation_matrix.fits(drawn.summary.confusion)
    if not narrow:
        _confusion(drawn)
    with st.container(key="split_where" if narrow else "split_where_wide"):
        columns = st.columns([1.1, 1, 1.15] if narrow else [1, 1.15], gap="large")
        if narrow:
            with columns[0]:
                _confusion(drawn)
        with columns[-2]:
            rows = drawn.summary.dimensions.get("label", ())
            lines = partial(_score_lines, "label", rows, drawn.look)
            titled("How good for each label", drawn.examples, lines, key="scores_label")
            _scores("label", rows, drawn)
        with columns[-1]:
            _dimension(drawn)


def _errors(project: Project, evaluation: Evaluation, drawn: _Drawn) -> None:
    summary, examples, look = drawn.summary, drawn.examples, drawn.look
    if not any(summary.outcomes.get(outcome) for outcome in WRONG):
        return
    boundaries = evaluation_boundaries.said(project, evaluation)
    with st.container(key="split_errors"):
        what, why = st.columns([1, 1.5], gap="large")
        with what:
            titled("What went wrong", examples, partial(_outcome_lines, summary, look), key="outcomes")
            more = {Outcome.BOUNDARY: boundaries} if boundaries else None
            figure = evaluation_plots.outcomes(summary.outcomes, look, more)
            chart(figure, examples.opened, key="outcomes", said=_outcomes_said(summary))
            if boundaries:
                st.caption(f"Of those with a wrong boundary: {boundaries}.")
        with why:
            titled("Why", examples, partial(_cause_lines, summary, look), key="causes")
            if summary.causes:
                figure = evaluation_plots.causes(summary.causes, look)
                chart(figure, examples.opened, key="causes", said=_causes_said(summary, look.gold))
            else:
                st.caption("Nothing is known of the causes: this layer is no projection.")


def _outcome_lines(summary: Summary, look: Look) -> Iterator[Line]:
    for outcome in (*WRONG, Outcome.CORRECT):
        if number := summary.outcomes.get(outcome):
            whole = key(outcome=outcome)
            yield Line(_line(OUTCOMES[outcome], number, whole, look), whole)


def _outcomes_said(summary: Summary) -> str:
    parts = [f"{OUTCOMES[outcome]} {summary.outcomes.get(outcome, 0):,}" for outcome in WRONG]
    return f"Errors: {', '.join(parts)}."


def _causes_said(summary: Summary, gold: str) -> str:
    parts = [f"{cause_name(cause, gold)} {total:,}" for cause, total in _by_size(summary)]
    return f"Causes of the errors: {', '.join(parts)}."


def _by_size(summary: Summary) -> list[tuple[Cause, int]]:
    totals = [(cause, sum(made.values())) for cause, made in summary.causes.items()]
    return sorted((pair for pair in totals if pair[1]), key=lambda pair: -pair[1])


def _cause_lines(summary: Summary, look: Look) -> Iterator[Line]:
    for cause, total in _by_size(summary):
        whole = key(cause=cause)
        yield Line(_line(cause_name(cause, look.gold), total, whole, look), whole)
        made = {outcome: summary.causes[cause].get(outcome, 0) for outcome in WRONG}
        for outcome, number in made.items():
            if 0 < number < total:
                part = key(outcome=outcome, cause=cause)
                name = f"{cause_name(cause, look.gold)} · {OUTCOMES[outcome]}"
                yield Line(_line(name, number, part, look), part)


def _line(name: str, entities: int, figure_key: str, look: Look) -> str:
    return f"{plain(name)}: {inside(entities, look.pairs.get(figure_key))}"


def _confusion(drawn: _Drawn) -> None:
    confusion, look = drawn.summary.confusion, drawn.look
    lines = partial(_confusion_lines, drawn.summary, look)
    titled("Which label for which", drawn.examples, lines, key="confusion")
    diagonal = not st.session_state.get("hide_diagonal", False)
    figure = evaluation_matrix.figure(confusion, look, diagonal=diagonal)
    said = evaluation_matrix.said(confusion, look.gold)
    with st.container(key="confusion"):
        chart(figure, drawn.examples.opened, key="confusion", said=said, wide=False)
    st.toggle("Hide the diagonal", key="hide_diagonal")


def _confusion_lines(summary: Summary, look: Look) -> Iterator[Line]:
    found = sorted(
        (
            (number, gold, predicted)
            for gold, line in summary.confusion.items()
            for predicted, number in line.items()
            if number
        ),
        key=lambda cell: (cell[1] == cell[2], -cell[0], cell[1:]),
    )
    for number, gold, predicted in found:
        cell = key(gold=gold, predicted=predicted)
        one, other = (isolated(label) if label else evaluation_matrix.NONE for label in (gold, predicted))
        yield Line(_line(f"{look.gold} {one}, predicted {other}", number, cell, look), cell)


def _dimension(drawn: _Drawn) -> None:
    """The scores by whatever the reader picks, of those that tell something."""
    summary = drawn.summary
    offered = [name for name in DIMENSIONS if name != "label" and len(summary.dimensions.get(name, ())) > 1]
    if not offered:
        return
    asked = st.query_params.get("dimension")
    state = st.session_state
    state[_DIMENSION] = asked if asked in offered else offered[0]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="dimension_line"):
        st.subheader("How good by", anchor=False, width="content")
        picked = st.selectbox(
            "Dimension", offered, key=_DIMENSION, format_func=lambda name: DIMENSIONS[name],
            label_visibility="collapsed", on_change=_picked, width=200,
        )  # fmt: skip
        rows = summary.dimensions[picked]
        as_list(drawn.examples, partial(_score_lines, picked, rows, drawn.look), key=f"scores_{picked}")
    _scores(picked, rows, drawn)


def _picked() -> None:
    session.set_url(dimension=st.session_state[_DIMENSION])


def _scores(name: str, rows: Sequence[Row], drawn: _Drawn) -> None:
    keyed = evaluation_dots.wrong_key(name)
    figure = evaluation_dots.scores(rows, drawn.look, keyed, labels=name == "label")
    said = "; ".join(f"{row.value} {row.scores.f1.value:.3f}" for row in rows)
    said = f"Strict F1 by {DIMENSIONS[name]}: {said}."
    chart(figure, drawn.examples.opened, key=f"scores_{name}", said=said)


def _score_lines(name: str, rows: Sequence[Row], look: Look) -> Iterator[Line]:
    keyed = evaluation_dots.wrong_key(name)
    for row in rows:
        found = f"{plain(isolated(row.value))}: F1 {short(row.scores.f1.value)}, "
        found += f"{row.scores.gold:,} in {look.gold}, "
        errors = f"wrong {inside(wrong(row), look.pairs.get(keyed(row)))}" if wrong(row) else "nothing wrong"
        yield Line(found + errors, keyed(row))
