"""The evaluation as files to take home: a page to read, tables for a paper."""

from __future__ import annotations

from functools import partial

import streamlit as st

from projner_core.evaluation import report as reports
from projner_core.evaluation.report import Format, Report
from projner_core.pipeline import evaluating
from projner_core.pipeline.evaluating import Evaluation
from projner_core.store import Project
from projner_ui.evaluation_choice import Choice

_FORMATS: dict[Format, tuple[str, str]] = {
    "html": ("HTML, a page to read", "text/html"),
    "md": ("Markdown", "text/markdown"),
    "csv": ("CSV, for a spreadsheet", "text/csv"),
    "tex": ("LaTeX, for a paper", "application/x-tex"),
}


def draw(project: Project, choice: Choice, evaluation: Evaluation, other: Evaluation | None) -> None:
    """A button that opens: the same report in four formats, each made when it is asked for."""
    popover = st.popover("Report", icon=":material/download:", key="report", on_change="rerun")
    if not popover.open:
        return
    with popover:
        for kind, (label, mime) in _FORMATS.items():
            st.download_button(
                label, data=partial(_file, project, choice, evaluation, other, kind), mime=mime,
                file_name=f"{project.name}.evaluation.{kind}", icon=":material/download:", on_click="ignore",
                key=f"report_{kind}", width="stretch",
            )  # fmt: skip


def _file(
    project: Project, choice: Choice, evaluation: Evaluation, other: Evaluation | None, kind: Format
) -> bytes:
    return reports.write(made(project, choice, evaluation, other), kind).encode("utf-8")


def made(project: Project, choice: Choice, evaluation: Evaluation, other: Evaluation | None) -> Report:
    """The report of what the page shows."""
    evaluations = [one for one in (evaluation, other) if one is not None]
    about = [
        ("languages", f"{project.source_lang} → {project.target_lang}"),
        ("held against", "gold" if evaluation.against == "gold" else "the pairs that were reviewed"),
        ("pairs", f"{evaluation.pairs:,}"),
    ]
    about += [(f"{choice.name(one.layer)} made", one.layer.created.partition("T")[0]) for one in evaluations]
    if any(one.tuned_here for one in evaluations):
        about.append(("beware", "a setting was tuned on these sentences: the figures are too good"))
    return Report(
        title=f"Evaluation of {project.name}",
        names=tuple(choice.name(one.layer) for one in evaluations),
        summaries=tuple(one.summary for one in evaluations),
        difference=None if other is None else evaluating.difference(project, evaluation, other),
        about=tuple(about),
    )
