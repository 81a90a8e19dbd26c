"""What the command line shows: progress with the time left (silent in a pipe), and scores."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console, Group
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from projner_core.evaluation.entities import Score, Scores
from projner_core.pipeline.progress import OnProgress, Progress


@contextmanager
def bars() -> Iterator[OnProgress]:
    """A bar a stage. What is yielded takes the reports of a run."""
    console = Console(file=sys.stderr)
    tasks: dict[str, Any] = {}
    with _bars(console) as progress:

        def on_progress(report: Progress) -> None:
            if report.stage not in tasks:
                tasks[report.stage] = progress.add_task(report.stage, total=report.total, left="")
            progress.update(tasks[report.stage], completed=report.done, left=_left(report.seconds_left))

        yield on_progress


@contextmanager
def byte_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """One bar for reading a file. What is yielded takes (bytes read, bytes in all)."""
    console = Console(file=sys.stderr)
    with Bars(
        TextColumn("{task.description:>8}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    ) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _bars(console: Console) -> Bars:
    return Bars(
        TextColumn("{task.description:>8}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
        console=console,
        disable=not console.is_terminal,
    )


def _left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s left" if minutes else f"{rest} s left"


def scores_report(scores: Scores) -> Group:
    """The table of scores, and exact match accuracy below it."""
    exact = scores.exact_match
    counts = f"{exact.exact_sentences} of {exact.sentences}"
    return Group(
        scores_table(scores),
        Text(f"\nexact match, sentences: {_percent(exact.sentence)}, {counts}"),
        Text(f"exact match, entities:  {_percent(exact.entity)}"),
    )


def scores_table(scores: Scores) -> Table:
    """Scores for people: percentages, F1 with its 95 % interval; a row a label and one for all."""
    table = Table(box=None, pad_edge=False)
    for heading in ("", "precision", "recall", "F1", "gold", "predicted"):
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    for name, row in [*scores.by_label.items(), ("all (micro)", scores.micro)]:
        plain = [f"{100 * score.value:.1f}" for score in (row.precision, row.recall)]
        table.add_row(Text(name), *plain, _percent(row.f1), str(row.gold), str(row.predicted))
    return table


def _percent(score: Score) -> str:
    value = f"{100 * score.value:.1f}"
    if score.interval is None:
        return value
    return f"{value} ({100 * score.interval.low:.1f}–{100 * score.interval.high:.1f})"
