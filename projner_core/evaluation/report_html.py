"""A report as one page of HTML that needs nothing else: no scripts, no network, light and dark, printable."""

from __future__ import annotations

from html import escape
from itertools import groupby

from projner_core.evaluation.report_cells import Cell, Table
from projner_core.evaluation.report_tables import Report, tables
from projner_core.evaluation.words import FIRST_STRONG_ISOLATE, from_the_right, one_line, without_controls

_STYLE = """
:root { color-scheme: light dark; --paper: #fbfaf8; --card: #fff; --ink: #1d2327; --dim: #5f676c;
  --line: #e4e1db; --bar: #0b6e99; --rail: #efede8; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #15181b; --card: #1d2125; --ink: #e8eaec; --dim: #98a1a7; --line: #30363b;
    --bar: #5bb8de; --rail: #2a3035; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 "Inter", "Noto Sans", system-ui, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.05rem; margin: 2.6rem 0 .6rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.2rem; margin: 0 0 1.8rem;
  color: var(--dim); font-size: .9rem; }
dd { margin: 0; overflow-wrap: anywhere; }
.cards { display: flex; flex-wrap: wrap; gap: .8rem; }
.card { flex: 1 1 13rem; background: var(--card); border: 1px solid var(--line); border-radius: .7rem;
  padding: .9rem 1.1rem; }
.card span { color: var(--dim); font-size: .85rem; display: block; overflow-wrap: anywhere; }
.card b { font-size: 1.9rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .92rem;
  border-bottom: 1.5px solid var(--ink); }
th, td { padding: .34rem .7rem .38rem; text-align: start; vertical-align: baseline; }
thead th { color: var(--dim); font-weight: 600; border-bottom: 1.5px solid var(--ink); font-size: .84rem; }
tbody th { font-weight: 500; overflow-wrap: break-word; min-width: 7rem; max-width: 18rem; }
tbody th + th { font-weight: 400; }
tbody tr:first-child > * { border-top: 1px solid var(--line); }
tbody:first-of-type tr:first-child > * { border-top: 0; }
.n { text-align: end; white-space: nowrap; }
.i { color: var(--dim); font-size: .84em; }
.bar { display: block; position: relative; height: .3rem; min-width: 7rem; margin-top: .18rem;
  border-radius: .15rem; background: var(--rail); }
.bar i, .bar u { position: absolute; inset-block: 0; border-radius: .15rem; }
.bar i { left: 0; background: var(--bar); opacity: .75; }
.bar u { background: var(--ink); opacity: .45; inset-block: .09rem; }
p.note { color: var(--dim); font-size: .88rem; margin: .5rem 0 0; max-width: 46rem; }
@media print {
  :root { --paper: #fff; --card: #fff; --ink: #000; --dim: #444; --line: #bbb; --bar: #0b6e99;
    --rail: #e8e8e8; }
  main { max-width: none; padding: 0; }
  section { break-inside: avoid; }
  .scroll { overflow: visible; }
  .bar, .bar i, .bar u { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
""".strip()


def html(report: Report) -> str:
    """One page, self-contained; every text is escaped, and isolated from the direction of its neighbours."""
    title = without_controls(report.title)
    about = "".join(
        f"<dt>{_text(without_controls(what))}</dt><dd>{_text(without_controls(value))}</dd>"
        for what, value in report.about
    )
    made = tables(report)
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            # whatever stands in it, a page that may load nothing and run nothing
            '<meta http-equiv="Content-Security-Policy" '
            "content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            f"<title>{escape(one_line(title))}</title>",
            f"<style>\n{_STYLE}\n</style>",
            "</head>",
            "<body>",
            "<main>",
            f"<h1>{_text(title)}</h1>",
            *([f"<dl>{about}</dl>"] if about else []),
            _cards(made),
            *(_table(table) for table in made),
            "</main>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _cards(made: list[Table]) -> str:
    """The first figures of all: F1, and the shares of the second table."""
    scores, shares = made[0], made[1]
    f1 = scores.headings.index("F1")
    first = scores.rows[0][0].text
    chosen = [("F1", row, row[f1]) for row in scores.rows if row[0].text == first]
    chosen += [(row[0].text, row, row[shares.names]) for row in shares.rows]
    cards = []
    for title, row, cell in chosen:
        name = f" · {_text(row[1].text)}" if scores.names == 2 else ""
        cards.append(
            f'<div class="card"><span>{_text(title)}{name}</span><b>{_text(cell.text)}</b>'
            f"{_interval(cell)}{_bar(cell)}</div>"
        )
    return f'<div class="cards">{"".join(cards)}</div>'


def _table(table: Table) -> str:
    headings = "".join(
        f'<th scope="col"{_right(i >= table.names)}>{_text(heading)}</th>'
        for i, heading in enumerate(table.headings)
    )
    bodies = [list(rows) for _, rows in groupby(table.rows, key=lambda row: row[0].text)]
    if table.names == 1:
        bodies = [list(table.rows)]
    body = "\n".join(_body(rows, table.names) for rows in bodies)
    note = f'\n<p class="note">{_text(table.note)}</p>' if table.note else ""
    return (
        f'<section>\n<h2>{_text(table.title)}</h2>\n<div class="scroll"><table>'
        f"<thead><tr>{headings}</tr></thead>\n{body}</table></div>{note}\n</section>"
    )


def _body(rows: list[tuple[Cell, ...]], names: int) -> str:
    """Rows about one thing; where there are several of them, its name stands once."""
    lines = []
    for number, row in enumerate(rows):
        named = [f'<th scope="row">{_text(cell.text)}</th>' for cell in row[:names]]
        if names > 1:
            rowspan = f'<th scope="rowgroup" rowspan="{len(rows)}">{_text(row[0].text)}</th>'
            named = [*([] if number else [rowspan]), *named[1:]]
        figures = [
            f"<td{_right(cell.number)}>{_text(cell.text)}{_interval(cell)}{_bar(cell)}</td>"
            for cell in row[names:]
        ]
        lines.append(f"<tr>{''.join([*named, *figures])}</tr>")
    return f"<tbody>{chr(10).join(lines)}</tbody>"


def _right(number: bool) -> str:
    return ' class="n"' if number else ""


def _interval(cell: Cell) -> str:
    return f' <span class="i">({_text(cell.low)} to {_text(cell.high)})</span>' if cell.low else ""


def _bar(cell: Cell) -> str:
    if cell.bar is None:
        return ""
    bounds = ""
    if cell.bounds is not None:
        low, width = 100 * cell.bounds.low, 100 * (cell.bounds.high - cell.bounds.low)
        bounds = f'<u style="left:{low:.1f}%;width:{width:.1f}%"></u>'
    return f'<span class="bar" aria-hidden="true"><i style="width:{100 * cell.bar:.1f}%"></i>{bounds}</span>'


def _text(text: str) -> str:
    """Escaped; isolated where it holds letters written from the right."""
    escaped = escape(one_line(text))
    if FIRST_STRONG_ISOLATE in text:  # a sentence around a name, which is isolated
        return escaped
    return f"<bdi>{escaped}</bdi>" if from_the_right(text) else escaped
