"""An evaluation as tables: the one source of every report, so that all formats show the same figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from projner_core.evaluation.entities import EntityScores, Score
from projner_core.evaluation.findings import Cause, Outcome
from projner_core.evaluation.lenient import SCHEMES
from projner_core.evaluation.report_cells import (
    Cell,
    Table,
    count_cell,
    p_equals,
    p_value,
    part_cells,
    percent,
    score_cell,
    share_cells,
    signed,
)
from projner_core.evaluation.significance import Compared, Difference
from projner_core.evaluation.summary import DIMENSIONS, Row, Summary
from projner_core.evaluation.unmarked import in_words
from projner_core.evaluation.words import CAUSES, isolated, without_controls
from projner_core.evaluation.words import DIMENSIONS as DIMENSION_WORDS
from projner_core.evaluation.words import OUTCOMES as OUTCOME_WORDS
from projner_core.evaluation.words import SCHEMES as SCHEME_WORDS

_MOST_LABELS = 10  # of a confusion matrix that fits on a page
_NO_ENTITY = "no entity"


@dataclass(frozen=True, slots=True)
class Report:
    """What a report is about.

    Attributes:
        title: its heading.
        names: what each prediction is called: one or two, as there are summaries.
        summaries: their figures, over the same pairs.
        difference: how the two differ, where there are two.
        about: what the reader must know of how the figures came about: (what, value).

    Raises:
        ValueError: there are not one or two predictions, or not as many names.
    """

    title: str
    names: tuple[str, ...]
    summaries: tuple[Summary, ...]
    difference: Difference | None = None
    about: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if len(self.summaries) not in (1, 2) or len(self.names) != len(self.summaries):
            raise ValueError(
                f"a report is of one prediction or two, each with its name, but there are "
                f"{len(self.summaries)} summaries and {len(self.names)} names"
            )


def tables(report: Report) -> list[Table]:
    """Every table of a report, the figures that matter most first."""
    made = [_scores(report), _exact_match(report)]
    if report.difference is not None and len(report.names) == 2:
        made += differences(report.difference, (report.names[0], report.names[1]))
    made += [outcomes(report)]
    made += [table for table in [causes(report)] if table.rows]
    confusions = [_confusion(own, name if len(report.names) > 1 else "") for name, own in _named(report)]
    made += [table for table in confusions if table.rows]
    made += [_dimension(report, name) for name in DIMENSIONS if _tells(report, name)]
    made += [_lenient(report)]
    return made


def _scores(report: Report) -> Table:
    rows = [
        (kind, name, getattr(summary.scores, attribute))
        for kind, attribute in (("all entities (micro)", "micro"), ("mean over labels (macro)", "macro"))
        for name, summary in _named(report)
    ]
    note = (
        "An entity is correct where its tokens and its label are those of a gold entity. "
        "Scores in per cent, with their 95 % intervals by the bootstrap over sentences."
    )
    for name, summary in _named(report):
        if said := in_words(summary.dropped):
            note += f" {name}: {said}" if len(report.names) > 1 else f" {said}"
    return _score_table(report, "Strict scores", "", rows, note)


def _exact_match(report: Report) -> Table:
    rows: list[tuple[str, str, tuple[Cell, ...]]] = []
    for name, summary in _named(report):
        exact = summary.scores.exact_match
        cells = share_cells(exact.sentence, exact.exact_sentences, exact.sentences)
        rows.append(("sentences with exactly the gold entities", name, cells))
    for name, summary in _named(report):
        micro = summary.scores.micro
        cells = share_cells(summary.scores.exact_match.entity, micro.correct, micro.gold)
        rows.append(("gold entities matched exactly", name, cells))
    for name, summary in _named(report):
        if summary.projected is not None:
            cells = share_cells(Score(summary.projection_ratio or 0.0), *summary.projected)
            rows.append(("source entities projected", name, cells))
    return _table(report, "Exact match", "", ("share", "number", "of"), rows)


def differences(difference: Difference, names: tuple[str, str]) -> list[Table]:
    """The difference of two, and who got which sentences right."""
    first, second = map(without_controls, names)
    table, words = difference.table, difference.in_words(first, second)
    return [
        Table(
            "Difference",
            ("", first, second, "difference", "p, randomisation", "p, bootstrap"),
            tuple(
                _compared(name, compared)
                for name, compared in (("F1", difference.f1), ("exact match", difference.exact))
            ),
            note=words,
        ),
        Table(
            "Sentences that are right",
            ("", f"{isolated(second)}: right", f"{isolated(second)}: wrong"),
            (
                (
                    Cell(f"{isolated(first)}: right"),
                    count_cell(table.both_right),
                    count_cell(table.only_first),
                ),
                (
                    Cell(f"{isolated(first)}: wrong"),
                    count_cell(table.only_second),
                    count_cell(table.both_wrong),
                ),
            ),
            note=f"McNemar's exact test: p {p_equals(table.mcnemar)}.",
        ),
    ]


def _compared(name: str, compared: Compared) -> tuple[Cell, ...]:
    interval = compared.difference.interval
    return (
        Cell(name),
        Cell(percent(compared.first), number=True),
        Cell(percent(compared.second), number=True),
        Cell(
            signed(compared.difference.value),
            low="" if interval is None else signed(interval.low),
            high="" if interval is None else signed(interval.high),
            number=True,
        ),
        Cell(p_value(compared.randomisation), number=True),
        Cell(p_value(compared.bootstrap), number=True),
    )


def outcomes(report: Report) -> Table:
    """What became of the entities."""
    return _table(
        report,
        "What became of the entities",
        "",
        ("number", "share"),
        [
            (
                OUTCOME_WORDS[outcome],
                name,
                part_cells(summary.outcomes[outcome], sum(summary.outcomes.values())),
            )
            for outcome in Outcome
            for name, summary in _named(report)
        ],
        "Gold and predicted entities are matched one to one; each is counted once.",
    )


def causes(report: Report) -> Table:
    """Why entities are wrong, the most frequent cause first; without rows where no cause was asked for."""
    totals = {
        cause: sum(sum(summary.causes.get(cause, {}).values()) for summary in report.summaries)
        for cause in Cause
    }
    return _table(
        report,
        "Why they are wrong",
        "",
        ("number", "share"),
        [
            (
                CAUSES[cause],
                name,
                part_cells(
                    sum(summary.causes.get(cause, {}).values()),
                    sum(sum(counts.values()) for counts in summary.causes.values()),
                ),
            )
            for cause in sorted(totals, key=lambda cause: -totals[cause])
            if totals[cause]
            for name, summary in _named(report)
        ],
    )


def _confusion(summary: Summary, name: str) -> Table:
    title = f"Labels taken for one another: {isolated(name)}" if name else "Labels taken for one another"
    labels = sorted({*summary.confusion, *(label for row in summary.confusion.values() for label in row)})
    labels = [label for label in labels if label] + [label for label in labels if not label]
    if len(labels) > _MOST_LABELS:
        return _confusion_list(summary, title)
    return Table(
        title,
        ("gold", *map(_label, labels)),
        tuple(
            (
                Cell(_label(gold)),
                *(
                    Cell("")
                    if not gold and not label
                    else count_cell(summary.confusion.get(gold, {}).get(label, 0))
                    for label in labels
                ),
            )
            for gold in labels
        ),
        note="A row for each gold label, a column for each predicted one.",
    )


def _label(label: str) -> str:
    return without_controls(label) if label else _NO_ENTITY


def _confusion_list(summary: Summary, title: str) -> Table:
    confused = [
        (gold, label, number)
        for gold, row in summary.confusion.items()
        for label, number in row.items()
        if gold and label and gold != label
    ]
    confused.sort(key=lambda one: (-one[2], one[0], one[1]))
    return Table(
        title,
        ("gold", "predicted", "number"),
        tuple(
            (Cell(_label(gold)), Cell(_label(label)), count_cell(number)) for gold, label, number in confused
        ),
        names=2,
    )


def _dimension(report: Report, dimension: str) -> Table:
    order: dict[str, None] = {}
    found: list[dict[str, Row]] = []
    for summary in report.summaries:
        found.append({row.value: row for row in summary.dimensions[dimension]})
        order |= dict.fromkeys(found[-1])
    rows = [
        (value, name, found[number][value].scores)
        for value in order
        for number, name in enumerate(report.names)
        if value in found[number]
    ]
    return _score_table(
        report,
        f"By {DIMENSION_WORDS[dimension]}",
        DIMENSION_WORDS[dimension],
        rows,
        _NOTES.get(dimension, ""),
    )


_NOTES = {
    "position": "In which third of the sentence the middle of the entity lies.",
    "script": "Of the first letter.",
    "seen": "Whether the same words have had the same label before, in gold.",
    "form": "Whether the same words stand in the source sentence (copied).",
}


def _tells(report: Report, dimension: str) -> bool:
    """Whether there is something to compare."""
    values = {row.value for summary in report.summaries for row in summary.dimensions.get(dimension, ())}
    return len(values) > (0 if dimension == "label" else 1)


def _lenient(report: Report) -> Table:
    return _table(
        report,
        "With credit for parts",
        "",
        ("precision", "recall", "F1", "correct", "incorrect", "partial", "missing", "spurious"),
        [
            (
                SCHEME_WORDS[scheme],
                name,
                (
                    *(Cell(percent(score), number=True) for score in (own.precision, own.recall, own.f1)),
                    *map(count_cell, (own.correct, own.incorrect, own.partial, own.missing, own.spurious)),
                ),
            )
            for scheme in SCHEMES
            for name, own in ((name, summary.lenient[scheme]) for name, summary in _named(report))
        ],
        "The schemes of SemEval-2013 task 9.1, counted over entities matched one to one.",
    )


def _score_table(
    report: Report, title: str, about: str, rows: Sequence[tuple[str, str, EntityScores]], note: str
) -> Table:
    return _table(
        report,
        title,
        about,
        ("precision", "recall", "F1", "gold", "predicted", "correct"),
        [
            (
                value,
                name,
                (
                    score_cell(scores.precision),
                    score_cell(scores.recall),
                    score_cell(scores.f1, bar=True),
                    *map(count_cell, (scores.gold, scores.predicted, scores.correct)),
                ),
            )
            for value, name, scores in rows
        ],
        note,
    )


def _table(
    report: Report,
    title: str,
    about: str,
    headings: tuple[str, ...],
    rows: Sequence[tuple[str, str, tuple[Cell, ...]]],
    note: str = "",
) -> Table:
    """A table with the name of the prediction in each row, where there are two."""
    if len(report.names) == 1:
        plain = tuple((Cell(without_controls(value)), *cells) for value, _, cells in rows)
        return Table(title, (about, *headings), plain, note=note)
    named = tuple(
        (Cell(without_controls(value)), Cell(without_controls(name)), *cells) for value, name, cells in rows
    )
    return Table(title, (about, "prediction", *headings), named, names=2, note=note)


def _named(report: Report) -> Iterator[tuple[str, Summary]]:
    return zip(report.names, report.summaries, strict=True)
