"""A report of an evaluation to take home: Markdown, CSV, LaTeX, or one page of HTML.

All four write the same tables (`report_tables`), with the same figures. Labels, names and provenance are
anybody's text: each format escapes what it would read as markup.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from itertools import groupby
from typing import Literal

from projner_core.evaluation.report_cells import Cell, Table
from projner_core.evaluation.report_html import html
from projner_core.evaluation.report_tables import Report, tables
from projner_core.evaluation.words import FIRST_STRONG_ISOLATE, isolated, one_line, without_controls

__all__ = ["FORMATS", "Format", "Report", "comma_separated", "html", "latex", "markdown", "write"]

Format = Literal["md", "csv", "tex", "html"]


def write(report: Report, kind: Format) -> str:
    """The report in the format whose files end in `kind`."""
    return FORMATS[kind](report)


def markdown(report: Report) -> str:
    """Tables of GitHub-flavoured Markdown."""
    parts = [f"# {marked(without_controls(report.title))}"]
    if report.about:
        about = ([marked(without_controls(text)) for text in line] for line in report.about)
        parts.append("\n".join(f"- {what}: {value}" for what, value in about))
    for table in tables(report):
        parts.append(f"## {marked(table.title)}")
        rule = ["---" if i < table.names else "---:" for i in range(len(table.headings))]
        lines = [[marked(heading) for heading in table.headings], rule]
        lines += [[marked(str(cell)) for cell in row] for row in table.rows]
        parts.append("\n".join(f"| {' | '.join(line)} |" for line in lines))
        if table.note:
            parts.append(marked(table.note))
    return "\n\n".join(parts) + "\n"


def marked(text: str) -> str:
    """Anybody's text in a cell of Markdown, on one line."""
    escaped = re.sub(r"([\\`*_\[\]<>|~&$#])", r"\\\1", one_line(text))
    return escaped if FIRST_STRONG_ISOLATE in escaped else isolated(escaped)


def comma_separated(report: Report) -> str:
    """One line a figure: table, row, prediction (where there are two), column, value, low, high.

    A text that a spreadsheet would take for a formula stands behind an apostrophe.
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("table", "row", "prediction", "column", "value", "low", "high"))
    for table in tables(report):
        for row in table.rows:
            about = [cell.text for cell in row[: table.names]]
            about += [""] * (2 - len(about))
            for heading, cell in list(zip(table.headings, row, strict=True))[table.names :]:
                if cell.text:
                    figures = [_ascii_minus(text) for text in (cell.text, cell.low, cell.high)]
                    writer.writerow([*map(no_formula, (table.title, *about, heading)), *figures])
    return stream.getvalue()


_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # full-width ones are read alike


def no_formula(text: str) -> str:
    """Anybody's text in a cell of CSV: what a spreadsheet would reckon with stands behind an apostrophe."""
    text = without_controls(one_line(text))
    return f"'{text}" if text.startswith(_FORMULA) else text


def _ascii_minus(figure: str) -> str:
    return figure.replace("−", "-").removeprefix("+")


def latex(report: Report) -> str:
    """Tables for `booktabs`, to be put into a paper; names in other scripts need XeLaTeX or LuaLaTeX."""
    parts = [
        *(f"% {without_controls(one_line(text))}" for text in (report.title, *map(": ".join, report.about))),
        "% \\usepackage{booktabs}",
    ]
    for table in tables(report):
        parts += ["", *_latex_table(table)]
    return "\n".join(parts) + "\n"


def _latex_table(table: Table) -> list[str]:
    caption = tex(table.title) + (f". {tex(table.note)}" if table.note else "")
    columns = "l" * table.names + "r" * (len(table.headings) - table.names)
    lines = [
        "\\begin{table}",
        "  \\centering",
        f"  \\caption{{{caption}}}",
        f"  \\begin{{tabular}}{{{columns}}}",
        "    \\toprule",
        f"    {' & '.join(map(tex, table.headings))} \\\\",
        "    \\midrule",
    ]
    for number, (_, rows) in enumerate(groupby(table.rows, key=lambda row: row[0].text)):
        if number and table.names == 2:
            lines.append("    \\addlinespace")
        for place, row in enumerate(rows):
            cells = [_tex_cell(cell) for cell in row]
            if place and table.names == 2:
                cells[0] = ""  # said in the row above
            lines.append(f"    {' & '.join(cells)} \\\\")
    return [*lines, "    \\bottomrule", "  \\end{tabular}", "\\end{table}"]


def _tex_cell(cell: Cell) -> str:
    if not cell.number:
        return tex(cell.text)
    text = cell.text if not cell.low else f"{cell.text} ({_range(cell.low, cell.high)})"
    return text.replace("−", "$-$").replace("<", "$<$")


def _range(low: str, high: str) -> str:
    return f"{low} to {high}" if low.startswith(("−", "+")) or high.startswith("−") else f"{low}--{high}"


_TEX = {
    "\\": "\\textbackslash{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
    "<": "\\textless{}",
    ">": "\\textgreater{}",
    "|": "\\textbar{}",
    "[": "{[}",  # behind the end of a row it would begin an option, and a star be one
    "]": "{]}",
    "*": "{*}",
    "−": "$-$",
    **{character: f"\\{character}" for character in "{}$&#%_"},
}


def tex(text: str) -> str:
    """Anybody's text in LaTeX, on one line."""
    return "".join(_TEX.get(character, character) for character in without_controls(one_line(text)))


FORMATS: dict[Format, Callable[[Report], str]] = {
    "html": html,
    "md": markdown,
    "csv": comma_separated,
    "tex": latex,
}
