"""The table of a plan: methods down, languages across, the published numbers beside it.

Figures are strict micro F1, or exact match accuracy, in per cent to one decimal. The best of what was
measured here stands in bold in each column, after rounding: what reads the same is equally good. The mean is
the plain mean over the columns, and is told only where each of them has a figure. A cell that failed has a
note.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from projner_core.evaluation.entities import Score
from projner_core.evaluation.report import marked, no_formula, tex
from projner_core.evaluation.report_cells import percent
from projner_core.experiments.published import MEAN, Published
from projner_core.experiments.results import Result
from projner_core.languages import parse

Figure = Literal["f1", "exact"]

FIGURES: dict[Figure, str] = {"f1": "strict F1", "exact": "exact match accuracy of sentences"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One cell of the table.

    Attributes:
        text: the figure, rounded; "" where there is none.
        interval: its bounds, rounded; "" where there are none.
        best: whether it is the best of its column.
        note: the number of the note on why it failed; 0 for none.
    """

    text: str = ""
    interval: str = ""
    best: bool = False
    note: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One method: its name, an entry a column, and whether it is published rather than measured here."""

    name: str
    entries: tuple[Entry, ...]
    published: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table of one figure.

    Attributes:
        title: its heading.
        figure: what its numbers are, in words.
        columns: languages, and last the mean.
        rows: the methods, measured ones first.
        notes: why cells failed.
        about: where the published rows are from; "" without any.
        remarks: what else is to be known of the figures, in sentences.
    """

    title: str
    figure: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    about: str = ""
    remarks: tuple[str, ...] = ()


def table(
    title: str, results: Sequence[Result], *, figure: Figure = "f1", published: Published | None = None
) -> Table:
    """The table of the results of a plan, in their order.

    Args:
        title: its heading.
        results: of the cells; a cell that was not run yet is empty.
        figure: f1, or exact match accuracy.
        published: a table to set beside, in the columns of the data that it is of. It is of F1, and left out
            of other figures.
    """
    places = list(dict.fromkeys((result.data, result.lang) for result in results))
    methods = list(dict.fromkeys(result.method for result in results))
    several = len({data for data, _ in places}) > 1
    columns = tuple(f"{data} {lang}" if several else lang for data, lang in places)
    found = {(result.method, result.data, result.lang): result for result in results}
    notes: list[str] = []
    rows = []
    for method in methods:
        own = [found.get((method, *place)) for place in places]
        rows.append(Row(method, (*(_entry(result, figure, notes) for result in own), _mean(own, figure))))
    rows = _with_best(rows)
    about = ""
    limits = sorted({result.limit for result in results})
    if published is not None and figure == "f1":
        its_own = {(r.data, r.lang) for r in results if published.is_of(r.data_set or r.data, r.split)}
        languages = [lang if (data, lang) in its_own else None for data, lang in places]
        if any(languages):
            rows += [
                Row(name, _published_entries(figures, languages), True)
                for name, figures in published.rows.items()
            ]
            about = _about(published, languages, limited=any(limits))
    words = FIGURES[figure] + "".join(f", first {limit:,} sentences" for limit in limits if limit)
    made = (*columns, MEAN), tuple(rows), tuple(notes), about, _remarks(results)
    return Table(title, words, *made)


def _about(published: Published, languages: Sequence[str | None], *, limited: bool) -> str:
    about = published.about
    own = sum(lang is not None for lang in languages)
    if own != published.languages:
        about += f"; published means are over {published.languages} languages, those measured here over {own}"
    if limited:
        about += "; published figures are of all sentences, those measured here of the first ones alone"
    return about


def _remarks(results: Sequence[Result]) -> tuple[str, ...]:
    """What the figures do not say themselves: sentences that were left out, models that changed meanwhile."""
    left_out: dict[str, int] = {}
    versions: dict[str, set[str]] = {}
    for result in results:
        target = (result.about.get("data") or {}).get("target") or {}
        if target.get("left_out"):
            left_out[f"{result.data} {result.lang}"] = target["left_out"]
        for model, version in result.about.get("models", {}).items():
            versions.setdefault(model, set()).add(version)
    remarks = []
    if left_out:
        told = ", ".join(f"{number:,} of {place}" for place, number in left_out.items())
        remarks.append(f"Sentences left out, as no CoNLL file can hold one of their tokens: {told}.")
    remarks += [
        f"Figures are of {len(several)} versions of the model {model}: run the plan again where it is."
        for model, several in versions.items()
        if len(several) > 1
    ]
    return tuple(remarks)


def markdown(tables: Sequence[Table], *, intervals: bool = False) -> str:
    """Tables of GitHub-flavoured Markdown, the first title as heading."""
    parts = [f"# {marked(tables[0].title)}"] if tables else []
    for one in tables:
        parts += [
            f"## {marked(one.figure[0].upper() + one.figure[1:])}, per cent",
            markdown_table(one, intervals),
        ]
        parts += [f"{number}. {marked(note)}" for number, note in enumerate(one.notes, start=1)]
        if one.about:
            parts.append(f"Published: {marked(one.about)}.")
        parts += [marked(remark) for remark in one.remarks]
    return "\n\n".join(parts) + "\n"


def markdown_table(one: Table, intervals: bool = False) -> str:
    """The rows alone."""

    def cell(entry: Entry) -> str:
        if entry.note:
            return f"failed <sup>{entry.note}</sup>"
        text = f"**{entry.text}**" if entry.best else entry.text
        return f"{text} ({entry.interval})" if intervals and entry.interval else text

    lines = [["method", *map(marked, one.columns)], ["---", *("---:" for _ in one.columns)]]
    for row in one.rows:
        name = f"*published:* {marked(row.name)}" if row.published else marked(row.name)
        lines.append([name, *map(cell, row.entries)])
    return "\n".join(f"|{'|'.join(f' {text} ' if text else ' ' for text in line)}|" for line in lines)


def latex(tables: Sequence[Table], *, intervals: bool = False) -> str:
    """Tables for `booktabs`; names in other scripts need XeLaTeX or LuaLaTeX."""
    return "\n\n".join(["% \\usepackage{booktabs}", *(_latex_table(one, intervals) for one in tables)]) + "\n"


def _latex_table(one: Table, intervals: bool) -> str:
    def cell(entry: Entry) -> str:
        if entry.note:
            return f"failed\\textsuperscript{{{entry.note}}}"
        text = f"\\textbf{{{entry.text}}}" if entry.best else entry.text
        return f"{text} ({entry.interval.replace('–', '--')})" if intervals and entry.interval else text

    caption = f"{tex(one.title)}: {tex(one.figure)}, per cent."
    if one.about:
        caption += f" Published: {tex(one.about)}."
    caption += "".join(f" {tex(remark)}" for remark in one.remarks)
    lines = [
        "\\begin{table}",
        "  \\centering",
        f"  \\caption{{{caption}}}",
        f"  \\begin{{tabular}}{{l{'r' * len(one.columns)}}}",
        "    \\toprule",
        f"    {' & '.join(['method', *map(tex, one.columns)])} \\\\",
        "    \\midrule",
    ]
    for number, row in enumerate(one.rows):
        if row.published and number and not one.rows[number - 1].published:
            lines.append("    \\midrule")
        name = f"\\emph{{published:}} {tex(row.name)}" if row.published else tex(row.name)
        lines.append(f"    {' & '.join([name, *map(cell, row.entries)])} \\\\")
    lines += ["    \\bottomrule", "  \\end{tabular}"]
    if one.notes:
        notes = " ".join(f"\\textsuperscript{{{n}}} {tex(note)}" for n, note in enumerate(one.notes, start=1))
        lines.append(f"  \\par\\footnotesize {notes}")
    return "\n".join([*lines, "\\end{table}"])


_CSV = (
    *("data", "lang", "method", "state", "f1", "f1_low", "f1_high", "precision", "recall"),
    *("exact_sentences", "exact_sentences_low", "exact_sentences_high", "exact_entities"),
    *("gold", "predicted", "correct", "sentences", "error"),
)


def comma_separated(results: Sequence[Result], published: Published | None = None) -> str:
    """A line a cell, shares from 0 to 1 in full; published figures follow, with the state "published"."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_CSV)
    for result in results:
        names = [no_formula(text) for text in (result.data, result.lang, result.method)]
        writer.writerow([*names, result.state, *_figures(result), no_formula(result.error)])
    beside = published is not None and any(
        published.is_of(result.data_set or result.data, result.split) for result in results
    )
    for name, figures in (published.rows if published is not None and beside else {}).items():
        for lang, figure in figures.items():
            blank = [""] * (len(_CSV) - 5)
            writer.writerow(["", lang, no_formula(name), "published", f"{figure / 100:.4g}", *blank])
    return stream.getvalue()


def _figures(result: Result) -> list[str]:
    if result.scores is None:
        return [""] * (len(_CSV) - 5)
    micro, exact = result.scores.micro, result.scores.exact_match
    counts = (micro.gold, micro.predicted, micro.correct, exact.sentences)
    return [
        *_bounds(micro.f1),
        f"{micro.precision.value:.6f}",
        f"{micro.recall.value:.6f}",
        *_bounds(exact.sentence),
        f"{exact.entity.value:.6f}",
        *map(str, counts),
    ]


def _bounds(score: Score) -> list[str]:
    bounds = () if score.interval is None else (score.interval.low, score.interval.high)
    return [f"{score.value:.6f}", *(f"{bound:.6f}" for bound in bounds), *([] if bounds else ["", ""])]


def _entry(result: Result | None, figure: Figure, notes: list[str]) -> Entry:
    if result is None:
        return Entry()
    if (score := _score(result, figure)) is None:
        if result.error not in notes:  # what many cells fail for is said once
            notes.append(result.error)
        return Entry(note=notes.index(result.error) + 1)
    within = score.interval
    return Entry(
        percent(score.value), "" if within is None else f"{percent(within.low)}–{percent(within.high)}"
    )


def _score(result: Result, figure: Figure) -> Score | None:
    if result.scores is None:
        return None
    return result.scores.micro.f1 if figure == "f1" else result.scores.exact_match.sentence


def _mean(own: Sequence[Result | None], figure: Figure) -> Entry:
    scores = [None if result is None else _score(result, figure) for result in own]
    values = [score.value for score in scores if score is not None]
    return Entry(percent(sum(values) / len(values))) if values and len(values) == len(scores) else Entry()


def _with_best(rows: Sequence[Row]) -> list[Row]:
    """The same with the best of each column told; a single row has no best."""
    if len(rows) < 2:
        return list(rows)
    tops = [_top([row.entries[place].text for row in rows]) for place in range(len(rows[0].entries))]
    return [
        Row(
            row.name,
            tuple(
                Entry(entry.text, entry.interval, bool(entry.text) and entry.text == top, entry.note)
                for entry, top in zip(row.entries, tops, strict=True)
            ),
        )
        for row in rows
    ]


def _top(texts: Sequence[str]) -> str:
    return max((text for text in texts if text), key=lambda text: float(text), default="")


def _published_entries(figures: Mapping[str, float], languages: Sequence[str | None]) -> tuple[Entry, ...]:
    """A published row in these languages, None for columns of other data. Its mean is left out where its own
    languages are others, and beside other data."""
    own = [Entry() if lang is None else _published(figures, lang) for lang in languages]
    of_these = all(entry.text for entry in own) and len(figures) - (MEAN in figures) == len(languages)
    told = MEAN in figures and all(languages) and (of_these or len(figures) == 1)
    return (*own, Entry(f"{figures[MEAN]:.1f}") if told else Entry())


def _published(figures: Mapping[str, float], lang: str) -> Entry:
    language = parse(lang).language
    for known, figure in figures.items():
        if known != MEAN and (known == lang or parse(known).language == language):
            return Entry(f"{figure:.1f}")
    return Entry()
