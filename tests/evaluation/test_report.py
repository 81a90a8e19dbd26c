from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from projner_core.evaluation.findings import Cause, Outcome
from projner_core.evaluation.report import FORMATS, Report, html, write
from projner_core.evaluation.report_tables import tables
from projner_core.evaluation.significance import difference
from projner_core.evaluation.summary import DIMENSIONS, summarise
from projner_core.evaluation.words import CAUSES, OUTCOMES, isolated, without_controls
from projner_core.evaluation.words import DIMENSIONS as DIMENSION_WORDS
from tests.evaluation.made import LABELS, corpora, findings, pair

NASTY = (
    "<b>",
    "$\\%",
    "a|b",
    "</td><script>alert(1)</script>",
    "=1+1",
    "أحمد",
    "&lt;",
    "*x*_y_`z`",
    "#1 ~^{}",
)


def summary_of(label: str, wrong: str = "LOC"):
    """One right entity with this label, and one taken for another."""
    of = pair("Adé dé Lagos", "Ade reached Lagos")
    return summarise(
        [of, of],
        [findings(of, f"0-1 {label}", f"0-1 {label}"), findings(of, f"0-1 {label}", f"0-1 {wrong}")],
        projected=(3, 4),
    )


def report_of(label: str, name: str = "matching") -> Report:
    return Report(label, (name,), (summary_of(label),), about=((label, label),))


def compared(corpus) -> Report:
    made = [of for of, _ in corpus]
    one, other = ([found[i] for _, found in corpus] for i in range(2))
    return Report(
        "Two",
        ("أحمد|<i>", "$b_%"),
        (summarise(made, one, projected=(1, 2), samples=20), summarise(made, other, samples=20)),
        difference(one, other, samples=20),
        (("gold", "de.conll"),),
    )


# -- what each format is read back as: its tables, cell by cell ---------------------------------------


class Page(HTMLParser):
    """The texts of a page, cell by cell, and its tags; a `tr` whose first name stands above lacks it."""

    VOID = ("meta",)

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.tags: set[str] = set()
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "td" in self.open or "th" in self.open:
            self.tables[-1][-1][-1] += data


def markdown_cells(text: str) -> list[list[list[str]]]:
    made: list[list[list[str]]] = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "table_open":
            made.append([])
        elif token.type == "tr_open":
            made[-1].append([])
        elif token.type == "inline" and made and made[-1] and token.level >= 4:
            assert {child.type for child in token.children} <= {"text", "text_special"}, token.content
            made[-1][-1].append("".join(child.content for child in token.children))
    return made


def expected(report: Report) -> list[list[list[str]]]:
    return [
        [list(table.headings), *([str(cell) for cell in row] for row in table.rows)]
        for table in tables(report)
    ]


def plain(made: list[list[list[str]]]) -> list[list[list[str]]]:
    return [[[without_controls(cell).strip() for cell in row] for row in table] for table in made]


@given(corpora(predictions=2, most=5))
@settings(max_examples=25, deadline=None)
def test_markdown_holds_every_figure(corpus):
    report = compared(corpus)
    assert plain(markdown_cells(write(report, "md"))) == plain(expected(report))


@given(corpora(predictions=2, most=5))
@settings(max_examples=25, deadline=None)
def test_html_holds_every_figure(corpus):
    report = compared(corpus)
    rows = [cells for table in Page(write(report, "html")).tables for cells in table]
    wanted = [row for table in expected(report) for row in table]
    assert len(rows) == len(wanted)
    for found, row in zip(rows, wanted, strict=True):
        assert plain([[found]])[0][0] in (plain([[row]])[0][0], plain([[row]])[0][0][1:])


@given(corpora(predictions=2, most=5))
@settings(max_examples=25, deadline=None)
def test_csv_holds_every_figure(corpus):
    report = compared(corpus)
    lines = list(csv.DictReader(io.StringIO(write(report, "csv"), newline="")))
    cells = [
        cell for table in tables(report) for row in table.rows for cell in row[table.names :] if cell.text
    ]
    ascii_figure = [
        tuple(text.replace("−", "-").removeprefix("+") for text in (c.text, c.low, c.high)) for c in cells
    ]
    assert [(line["value"], line["low"], line["high"]) for line in lines] == ascii_figure


@given(corpora(predictions=2, most=5))
@settings(max_examples=25, deadline=None)
def test_latex_holds_every_figure_and_no_markup_of_others(corpus):
    report = compared(corpus)
    text = write(report, "tex")
    for table in tables(report):
        for row in table.rows:
            for cell in row[table.names :]:
                assert cell.text.replace("−", "$-$").replace("<", "$<$") in text
    body = re.sub(r"^%.*$", "", text, flags=re.MULTILINE)
    assert body.count("\\begin{table}") == body.count("\\end{table}") == len(tables(report))
    for line in body.splitlines():
        if line.endswith(" \\\\"):
            bare = line.removesuffix(" \\\\")
            assert not re.search(r"(?<!\\)[#%_]", bare)
            assert bare.count("{") - bare.count("\\{") == bare.count("}") - bare.count("\\}")
            assert len(re.findall(r"(?<!\\)\$", bare)) % 2 == 0


# -- text that would be markup ------------------------------------------------------------------------


@pytest.mark.parametrize("label", NASTY)
def test_a_label_that_is_markup_is_a_label_in_html(label):
    page = Page(html(report_of(label, name=label)))
    assert label in {cell for table in page.tables for row in table for cell in row}
    assert not page.tags & {"script", "img", "iframe", "link"}


@pytest.mark.parametrize("label", NASTY)
def test_a_label_that_is_markup_is_a_label_in_markdown(label):
    made = plain(markdown_cells(write(report_of(label, name=label), "md")))
    assert label in {cell for table in made for row in table for cell in row}


@pytest.mark.parametrize("label", [label for label in NASTY if not label.startswith("=")])
def test_a_label_that_is_markup_is_a_label_in_csv(label):
    lines = csv.DictReader(io.StringIO(write(report_of(label), "csv"), newline=""))
    assert label in {line["row"] for line in lines}


@pytest.mark.parametrize("label", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_a_label_that_is_a_formula_stands_behind_an_apostrophe(label):
    lines = list(csv.DictReader(io.StringIO(write(report_of(label), "csv"), newline="")))
    assert f"'{label}" in {line["row"] for line in lines}
    assert not any(cell.startswith(("=", "+", "@")) for line in lines for cell in line.values())


@pytest.mark.parametrize(
    ("label", "written"),
    [
        ("<b>", "\\textless{}b\\textgreater{}"),
        ("$\\%", "\\$\\textbackslash{}\\%"),
        ("a|b", "a\\textbar{}b"),
        ("*[x]", "{*}{[}x{]}"),
        ("#1 ~^{}&_", "\\#1 \\textasciitilde{}\\textasciicircum{}\\{\\}\\&\\_"),
    ],
)
def test_a_label_that_is_markup_is_a_label_in_latex(label, written):
    assert f"    {written} & " in write(report_of(label), "tex")


@pytest.mark.parametrize("kind", FORMATS)
@given(name=st.text(max_size=12), label=st.text(min_size=1, max_size=6).filter(lambda text: "," not in text))
@settings(max_examples=20, deadline=None)
def test_any_name_and_any_label_can_be_written(kind, name, label):
    of = pair("Adé dé Lagos")
    found = [findings(of, "0-1 PER", "0-1 LOC")]
    found = [tuple(type(one)(one.gold, one.predicted, one.outcome, Cause.OUTSCORED) for one in found[0])]
    text = write(Report(label, (name,), (summarise([of], found, samples=0),), about=((name, label),)), kind)
    text.encode("utf-8")  # nothing that no file can hold
    assert "outscored" in text


def test_a_line_break_in_a_name_breaks_no_line():
    for kind in ("md", "tex"):
        usual, broken = (
            write(Report(name, (name,), (summary_of("PER"),), about=((name, name),)), kind)
            for name in ("x", "x\n\r\u2028y")
        )
        assert len(broken.splitlines()) == len(usual.splitlines())


# -- the page -----------------------------------------------------------------------------------------


def test_the_page_needs_nothing_else_and_runs_nothing():
    text = html(report_of("PER"))
    assert "default-src 'none'" in text
    assert not re.search(r"https?://|url\(|@import|<script|\son\w+=", text)
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_names_written_from_the_right_are_isolated():
    assert "<bdi>أحمد</bdi>" in html(report_of("أحمد"))
    assert isolated("أحمد") in write(report_of("أحمد"), "md")
    assert isolated("Lagos") == "Lagos"


def test_bars_are_as_long_as_their_figures():
    text = html(report_of("PER"))
    widths = [float(width) for width in re.findall(r'<i style="width:([\d.]+)%">', text)]
    assert 50.0 in widths  # one of two entities
    assert 75.0 in widths  # three of four source entities projected
    assert all(0 <= width <= 100 for width in widths)


# -- which tables there are ---------------------------------------------------------------------------


def test_a_report_of_two_says_how_they_differ():
    of = pair("Adé dé Lagos")
    one, other = [findings(of, "0-1 PER", "0-1 PER")], [findings(of, "0-1 PER", "")]
    report = Report("Two", ("A", "B"), (summarise([of], one), summarise([of], other)), difference(one, other))
    titles = [table.title for table in tables(report)]
    assert titles[2:4] == ["Difference", "Sentences that are right"]
    assert report.difference.in_words("A", "B") in without_controls(
        write(report, "html").replace("&lt;", "<")
    )


def test_a_dimension_that_tells_nothing_has_no_table():
    titles = [table.title for table in tables(report_of("PER"))]
    assert "By label" in titles
    assert "By language" not in titles  # there is one
    assert "Why they are wrong" not in titles  # no causes were asked for


def test_many_labels_are_listed_where_a_matrix_would_not_fit():
    of = pair(tuple("abcdefghijkl"))
    found = [findings(of, ", ".join(f"{i}-{i + 1} L{i}" for i in range(12)), "0-1 L1, 1-2 L1")]
    made = {table.title: table for table in tables(Report("x", ("a",), (summarise([of], found),)))}
    rows = [[cell.text for cell in row] for row in made["Labels taken for one another"].rows]
    assert rows == [["L0", "L1", "1"]]


def test_every_table_is_rectangular():
    for label in LABELS:
        for table in tables(report_of(label)):
            assert {len(row) for row in table.rows} <= {len(table.headings)}


def test_everything_has_a_word():
    assert set(OUTCOMES) == set(Outcome)
    assert set(CAUSES) == set(Cause)
    assert set(DIMENSION_WORDS) == set(DIMENSIONS)


@pytest.mark.parametrize(("names", "number"), [((), 0), (("a",), 2), (("a", "b", "c"), 3)])
def test_a_report_is_of_one_prediction_or_two(names, number):
    with pytest.raises(ValueError, match="one prediction or two"):
        Report("x", names, (summary_of("PER"),) * number)


@pytest.mark.parametrize("sign", "＝＋－＠=+-@")
def test_no_cell_begins_as_a_formula_does(sign):
    text = write(report_of(f"{sign}SUM(A1)", name=f"{sign}1"), "csv")
    cells = [cell for line in csv.reader(io.StringIO(text, newline="")) for cell in line[:4]]
    assert f"'{sign}SUM(A1)" in cells
    assert not any(cell.startswith(sign) for cell in cells)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("control", [*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))])
def test_a_label_cannot_turn_what_stands_behind_it_around(kind, control):
    one, other = (summary_of(f"{control}PER", f"L{control}OC{control}") for _ in range(2))
    names = (f"{control}a", f"أحمد{control}")
    text = write(Report(f"{control}x", names, (one, other), about=((control, f"y{control}"),)), kind)
    of_ours = {"\u2068", "\u2069"}
    if control not in of_ours:
        assert control not in text
    assert text.count("\u2068") == text.count("\u2069")
    assert isolated(f"{control}PER") == "PER"
    assert isolated(f"أحمد{control}") == "\u2068أحمد\u2069"
    assert "PER" in text


def test_where_there_are_no_entities_no_labels_are_confused():
    of = pair("Adé dé")
    nothing = summarise([of], [findings(of, "", "")])
    for report in (Report("x", ("a",), (nothing,)), Report("x", ("a", "b"), (nothing, nothing))):
        assert not any("taken for one another" in table.title for table in tables(report))
        assert all(write(report, kind) for kind in FORMATS)
