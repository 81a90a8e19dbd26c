"""Tables: figures checked by hand, the best in bold, failures with a note, every format escaped."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from projner_core.corpus import Span
from projner_core.evaluation.entities import score
from projner_core.experiments import tables
from projner_core.experiments.published import Published
from projner_core.experiments.results import Result

PLACES = [Span(place, place + 1, "LOC") for place in range(6)]


def result(lang, method, gold, predicted, *, data="demo", samples=0) -> Result:
    """Of one sentence whose first entities are gold, and of which the first `predicted` are found."""
    scores = score([PLACES[:gold]], [PLACES[:predicted]], samples=samples)
    return Result(data, lang, method, "done", "f", scores)


def failed(lang, method, error="no links") -> Result:
    return Result("demo", lang, method, "failed", "f", None, error)


# F1 = 2·correct / (gold + predicted): 2·2/(4+2) = 66.7, 2·4/(4+4) = 100, 2·3/(3+6) = 66.7, 2·1/(4+1) = 40
RESULTS = [
    result("yo", "matching", 4, 2),
    result("yo", "heuristic", 4, 4),
    result("zh", "matching", 3, 6),
    result("zh", "heuristic", 4, 1),
]
PUBLISHED = Published(
    "of a paper", 2, {"theirs": {"yo": 70.25, "zh": 50.0, "mean": 60.1}, "best": {"yo": 99.0}}, "demo"
)


def test_the_markdown_table_is_this():
    made = tables.table("T", RESULTS, published=PUBLISHED)
    assert tables.markdown_table(made) == (
        "| method | yo | zh | mean |\n"
        "| --- | ---: | ---: | ---: |\n"
        "| matching | 66.7 | **66.7** | 66.7 |\n"
        "| heuristic | **100.0** | 40.0 | **70.0** |\n"
        "| *published:* theirs | 70.2 | 50.0 | 60.1 |\n"
        "| *published:* best | 99.0 | | |"
    )


def test_what_reads_the_same_is_equally_good():
    twice = [*RESULTS, result("yo", "other", 4, 4), result("zh", "other", 4, 1)]
    rows = {row.name: [entry.best for entry in row.entries] for row in tables.table("T", twice).rows}
    assert rows == {
        "matching": [False, True, False],
        "heuristic": [True, False, True],
        "other": [True, False, True],
    }


def test_a_single_row_has_no_best():
    (row,) = tables.table("T", RESULTS[::2]).rows
    assert not any(entry.best for entry in row.entries)


def test_the_second_table_is_of_exact_match_and_has_nothing_published():
    made = tables.table("T", RESULTS, figure="exact", published=PUBLISHED)
    assert [[entry.text for entry in row.entries] for row in made.rows] == [
        ["0.0", "0.0", "0.0"],
        ["100.0", "0.0", "50.0"],
    ]
    assert made.about == ""


def test_failures_have_notes_and_a_mean_needs_all_its_cells():
    made = tables.table("T", [*RESULTS[:2], failed("zh", "matching"), failed("zh", "heuristic", "a | b")])
    assert made.notes == ("no links", "a | b")
    assert tables.markdown_table(made).splitlines()[2:] == [
        "| matching | 66.7 | failed <sup>1</sup> | |",
        "| heuristic | **100.0** | failed <sup>2</sup> | |",
    ]
    text = tables.markdown([made])
    assert "1. no links" in text
    assert "2. a \\| b" in text


def test_what_many_cells_fail_for_is_said_once():
    made = tables.table("T", [failed("yo", "a"), failed("zh", "a"), failed("yo", "b", "else")])
    assert made.notes == ("no links", "else")
    assert [[entry.note for entry in row.entries] for row in made.rows] == [[1, 1, 0], [2, 0, 0]]


def test_a_published_mean_over_other_languages_is_not_set_beside():
    made = tables.table("T", RESULTS[:2], published=PUBLISHED)
    theirs = made.rows[2]
    assert [entry.text for entry in theirs.entries] == ["70.2", ""]
    assert "over 2 languages, those measured here over 1" in made.about
    only_means = Published("x", 18, {"theirs": {"mean": 67.3}}, "demo")
    made = tables.table("T", RESULTS, published=only_means)
    assert [entry.text for entry in made.rows[2].entries] == ["", "", "67.3"]
    assert "over 18 languages, those measured here over 2" in made.about


def test_published_languages_go_by_any_code():
    made = tables.table(
        "T", [result("yor", "m", 2, 2)], published=Published("x", 1, {"p": {"yo": 1.0}}, "demo")
    )
    assert made.rows[1].entries[0].text == "1.0"


def test_several_data_sets_have_columns_of_their_own():
    made = tables.table("T", [result("yo", "m", 2, 2), result("yo", "m", 2, 1, data="other")])
    assert made.columns == ("demo yo", "other yo", "mean")
    assert [entry.text for entry in made.rows[0].entries] == ["100.0", "66.7", "83.3"]


def test_intervals_on_request():
    own = [result("yo", "m", 4, 2, samples=50)]
    made = tables.table("T", own)
    assert "(66.7–66.7)" in tables.markdown([made], intervals=True)
    assert "66.7 (66.7--66.7)" in tables.latex([made], intervals=True)
    assert "(" not in tables.markdown_table(made)


def test_latex_is_this_and_escapes_what_is_anybodys():
    nasty = "50% & $x_1$ \\input{/etc/passwd} #~^[a]*"
    made = tables.table("A_B", [result("yo", nasty, 4, 4), result("yo", "b", 4, 2), failed("zh", "b", nasty)])
    text = tables.latex([made])
    escaped = (
        "50\\% \\& \\$x\\_1\\$ \\textbackslash{}input\\{/etc/passwd\\} "
        "\\#\\textasciitilde{}\\textasciicircum{}{[}a{]}{*}"
    )
    lines = [line.strip() for line in text.splitlines()]
    assert lines[lines.index("\\midrule") + 1 : lines.index("\\bottomrule")] == [
        f"{escaped} & \\textbf{{100.0}} &  &  \\\\",
        "b & 66.7 & failed\\textsuperscript{1} &  \\\\",
    ]
    assert f"\\textsuperscript{{1}} {escaped}" in text
    assert "\\caption{A\\_B: strict F1, per cent.}" in text
    assert "\\begin{tabular}{lrrr}" in text


def test_markdown_escapes_what_is_anybodys():
    text = tables.markdown([tables.table("a|b", [result("yo", "<b>*x*</b> | [l](u)", 4, 4)])])
    assert text.startswith("# a\\|b\n")
    assert "| \\<b\\>\\*x\\*\\</b\\> \\| \\[l\\](u) | 100.0 |" in text


def test_csv_has_a_line_a_cell_in_full():
    text = tables.comma_separated([*RESULTS, failed("am", "=cmd()", "-1")], PUBLISHED)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 5 + 4
    assert rows[0]["f1"] == "0.666667"
    assert (rows[0]["precision"], rows[0]["recall"]) == ("1.000000", "0.500000")
    assert [rows[0][name] for name in ("gold", "predicted", "correct", "sentences")] == ["4", "2", "2", "1"]
    assert rows[0]["f1_low"] == rows[0]["exact_sentences_low"] == ""
    # what a spreadsheet would reckon with stands behind an apostrophe
    assert (rows[4]["method"], rows[4]["error"], rows[4]["state"]) == ("'=cmd()", "'-1", "failed")
    assert [(row["method"], row["lang"], row["f1"]) for row in rows[5:]] == [
        ("theirs", "yo", "0.7025"),
        ("theirs", "zh", "0.5"),
        ("theirs", "mean", "0.601"),
        ("best", "yo", "0.99"),
    ]
    assert {row["state"] for row in rows[5:]} == {"published"}


def test_results_come_back_from_json():
    import json

    for one in (*RESULTS, result("yo", "m", 4, 2, samples=10), failed("zh", "ẹ̀")):
        assert Result.from_dict(json.loads(json.dumps(one.to_dict()))) == one


def test_published_figures_stand_beside_their_own_data_alone():
    """Not beside another set, another split, or a folder of one's own."""
    for wrong in (replace(RESULTS[0], data_set="other"), replace(RESULTS[0], split="dev")):
        made = tables.table("T", [wrong], published=PUBLISHED)
        assert [row.name for row in made.rows] == ["matching"]
        assert made.about == ""
        assert "published" not in tables.comma_separated([wrong], PUBLISHED)
    mixed = [result("yo", "m", 4, 2), result("yo", "m", 4, 2, data="mine")]
    theirs = tables.table("T", mixed, published=PUBLISHED).rows[1]
    assert [entry.text for entry in theirs.entries] == ["70.2", "", ""]


def test_a_table_of_the_first_sentences_says_so():
    made = tables.table("T", [replace(one, limit=50) for one in RESULTS], published=PUBLISHED)
    text = tables.markdown([made])
    assert "## Strict F1, first 50 sentences, per cent" in text
    assert "published figures are of all sentences, those measured here of the first ones alone" in text


def test_sentences_left_out_and_mixed_versions_are_said():
    first, second = (
        replace(one, about={"models": {"mbert": f"v{number}"}, "data": {"target": {"left_out": number}}})
        for number, one in enumerate(RESULTS[::2], start=1)
    )
    made = tables.table("T", [first, second])
    assert made.remarks == (
        "Sentences left out, as no CoNLL file can hold one of their tokens: 1 of demo yo, 2 of demo zh.",
        "Figures are of 2 versions of the model mbert: run the plan again where it is.",
    )
    assert "2 of demo zh" in tables.markdown([made])
    assert "2 of demo zh" in tables.latex([made])
