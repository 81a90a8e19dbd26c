"""The evaluation as files to take home: a page to read, tables for a paper."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from projner_core.evaluation import report as reports
from projner_core.evaluation.report import Format
from projner_core.pipeline import evaluating
from projner_core.pipeline.evaluating import Evaluation
from projner_core.pipeline.reporting import report_of
from projner_core.store import Project

_FORMATS: dict[Format, tuple[str, str]] = {
    "html": ("HTML, a page to read", "text/html"),
    "md": ("Markdown", "text/markdown"),
    "csv": ("CSV, for a spreadsheet", "text/csv"),
    "tex": ("LaTeX, for a paper", "application/x-tex"),
}


def draw(project: Project, evaluations: Sequence[Evaluation]) -> None:
    """A button that opens: the same report, of one evaluation or of two, in four formats, each made when it
    is asked for."""
    popover = st.popover("Report", icon=":material/download:", key="report", on_change="rerun")
    if not popover.open:
        return
    with popover:
        for kind, (label, mime) in _FORMATS.items():
            st.download_button(
                label, data=partial(file, project, evaluations, kind), mime=mime,
                file_name=f"{project.name}.evaluation.{kind}", icon=":material/download:", on_click="ignore",
                key=f"report_{kind}", width="stretch",
            )  # fmt: skip


def file(project: Project, evaluations: Sequence[Evaluation], kind: Format) -> bytes:
    """The report of what the page shows."""
    difference = evaluating.difference(project, *evaluations) if len(evaluations) == 2 else None
    return reports.write(report_of(project, evaluations, difference), kind).encode("utf-8")
