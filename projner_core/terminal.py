"""What the command line shows: progress with the time left (silent in a pipe), and scores."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from projner_core.evaluation import report_cells, report_tables
from projner_core.evaluation.alignments import Difference, PairScore
from projner_core.evaluation.entities import Score, Scores
from projner_core.evaluation.significance import Difference as ScoreDifference
from projner_core.evaluation.summary import Summary
from projner_core.evaluation.unmarked import in_words
from projner_core.pipeline.link_scores import LinkReport
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


@contextmanager
def one_bar() -> Iterator[tuple[Callable[[str, int, int, float | None], None], Callable[[str], None]]]:
    """One bar whose title changes, and a line above it for what is finished.

    What is yielded takes (title, done, total, seconds left of everything), and a line of text.
    """
    console = Console(file=sys.stderr)
    with _bars(console) as progress:
        task = progress.add_task("", total=None, left="")

        def draw(title: str, done: int, total: int, seconds_left: float | None) -> None:
            progress.update(
                task, description=title, completed=done, total=total or None, left=_left(seconds_left)
            )

        yield draw, lambda line: console.print(Text(line), soft_wrap=True)


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
    table = _table("", "precision", "recall", "F1", "gold", "predicted")
    for name, row in [*scores.by_label.items(), ("all (micro)", scores.micro)]:
        plain = [f"{100 * score.value:.1f}" for score in (row.precision, row.recall)]
        table.add_row(Text(name), *plain, _percent(row.f1), str(row.gold), str(row.predicted))
    return table


def summary_report(summary: Summary) -> Group:
    """Scores, what became of the entities, why they are wrong, and how many were projected."""
    report = report_tables.Report("", ("",), (summary,))
    parts: list[RenderableType] = [scores_report(summary.scores)]
    if summary.projected is not None:
        projected, entities = summary.projected
        share = f"{100 * (summary.projection_ratio or 0.0):.1f}"
        parts.append(Text(f"source entities projected: {share}, {projected} of {entities}"))
    if said := in_words(summary.dropped):
        parts.append(Text(said))
    for table in (report_tables.outcomes(report), report_tables.causes(report)):
        if table.rows:
            parts += [Text(f"\n{table.title.lower()}"), _drawn(table)]
    return Group(*parts)


def full_report(report: report_tables.Report) -> Group:
    """Every table of a report."""
    parts: list[RenderableType] = []
    for table in report_tables.tables(report):
        parts += [Text(f"\n{table.title}"), _drawn(table, stacked=True)]
        if table.note:
            parts.append(Text(table.note))
    return Group(*parts)


def difference_report(
    difference: ScoreDifference, first: str = "the first", second: str = "the second"
) -> Group:
    """How two predictions differ: in words, in figures, and who got which sentences right."""
    parts: list[RenderableType] = [Text(difference.in_words(first, second))]
    for table in report_tables.differences(difference, ("first", "second")):
        parts += [Text(f"\n{table.title.lower()}"), _drawn(table)]
    parts.append(Text(f"\nMcNemar's exact test: p {report_cells.p_equals(difference.table.mcnemar)}"))
    return Group(*parts)


def _drawn(table: report_cells.Table, *, stacked: bool = False) -> Table:
    """A table of a report; `stacked` puts each interval below its figure, so that 80 columns are enough."""
    drawn = _table(*("" if i < table.names else heading for i, heading in enumerate(table.headings)))
    for row in table.rows:
        cells = [
            f"{cell.text}\n{cell.low}–{cell.high}" if stacked and cell.low else str(cell) for cell in row
        ]
        drawn.add_row(*map(Text, cells))
    return drawn


def link_scores_report(report: LinkReport, *, worst: int = 0) -> Group:
    """Scores of files of links, how several agree, and of each the `worst` pairs, as many as asked for."""
    parts: list[RenderableType] = [_link_scores_table(report), Text(_legend(report))]
    if report.agreement is not None:
        parts += [
            Text("\nagreement: F1 of the links of one file against those of another"),
            _agreement_table(report),
        ]
    for file in report.files:
        pairs = file.scores.worst(worst)
        if pairs:
            parts += [Text(f"\n{file.path}: most errors, pairs counted from 1"), _worst_table(pairs)]
    return Group(*parts)


def _link_scores_table(report: LinkReport) -> Table:
    """A row a file: each score above its interval, so that 80 columns are enough."""
    several = len(report.files) > 1
    table = _table("", "precision", "recall", "F1", "AER", "links", *(["p"] if several else []))
    for number, file in enumerate(report.files, start=1):
        scores = file.scores
        cells = [
            _percent(score).replace(" (", "\n").removesuffix(")")
            for score in (scores.precision, scores.recall, scores.f1, scores.aer)
        ]
        p = [_p(file.difference)] if several else []
        table.add_row(Text(f"{number} {file.path}"), *cells, str(scores.found), *p)
    return table


def _legend(report: LinkReport) -> str:
    first = report.files[0].scores
    text = f"\n{first.pairs} pairs, {first.sure} sure links, {first.possible} sure or possible ones"
    if any(file.difference is not None and file.difference.p is not None for file in report.files):
        text += "\np: how likely chance alone makes so large a difference to the AER of file 1"
    return text


def _agreement_table(report: LinkReport) -> Table:
    assert report.agreement is not None
    numbers = [str(number) for number in range(1, len(report.files) + 1)]
    table = _table("", *numbers, "only here")
    for number, file, row, only in zip(
        numbers, report.files, report.agreement.f1, report.agreement.only, strict=True
    ):
        table.add_row(Text(f"{number} {file.path}"), *(f"{100 * f1:.1f}" for f1 in row), str(only))
    return table


def _worst_table(pairs: Sequence[PairScore]) -> Table:
    table = _table("pair", "AER", "links", "sure", "possible", "found of sure", "found of possible")
    for pair in pairs:
        counts = (pair.found, pair.sure, pair.possible, pair.found_in_sure, pair.found_in_possible)
        table.add_row(str(pair.position + 1), f"{100 * pair.aer:.1f}", *map(str, counts))
    return table


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        if heading:
            table.add_column(heading, justify="right", no_wrap=True)
        else:
            table.add_column(overflow="fold")  # names may be long, and are never cut off
    return table


def _p(difference: Difference | None) -> str:
    if difference is None or difference.p is None:
        return ""
    return "< .001" if difference.p < 0.001 else f"{difference.p:.3f}"


def _percent(score: Score) -> str:
    value = f"{100 * score.value:.1f}"
    if score.interval is None:
        return value
    return f"{value} ({100 * score.interval.low:.1f}–{100 * score.interval.high:.1f})"
