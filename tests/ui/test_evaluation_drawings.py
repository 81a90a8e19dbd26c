"""What the drawings of an evaluation hold: every mark its key, whatever a label is made of."""

from __future__ import annotations

import json
import re

import pytest

from projner_core.corpus import Pair, Reason, Sentence, Span
from projner_core.evaluation.entities import Interval, Score
from projner_core.evaluation.errors import find
from projner_core.evaluation.findings import Cause, Finding, Outcome
from projner_core.evaluation.summary import examples, facets, key, summarise
from projner_core.evaluation.words import CAUSES, OUTCOMES
from projner_core.review.signals import Sign
from projner_ui import (
    evaluation_compare,
    evaluation_dots,
    evaluation_figures,
    evaluation_matrix,
    evaluation_plots,
    palette,
)
from projner_ui.evaluation_examples import chosen_key
from projner_ui.evaluation_plots import Look
from projner_ui.evaluation_words import (
    CAUSES_SAID,
    OUTCOMES_SAID,
    REASONS,
    REASONS_SAID,
    SIGNS_SAID,
    WRONG,
    behind,
)

LABELS = ["<b>PER</b>", "$x_1$", "مكان", "ቦታ", "地名", "👩‍👩‍👧", "a=b ~ %20", "Ẹ̀ka", "\u200b", "[x](y)"]
CODES = re.compile(r"</?(?:b|span|br)(?: style='[^']*')?>")


def corpus():
    """For each label a pair: an entity right, one too long, one missing, one spurious, one mistaken."""
    pairs, found = [], []
    for number, label in enumerate(LABELS):
        other = LABELS[(number + 1) % len(LABELS)]
        gold = (Span(0, 1, label), Span(2, 4, label), Span(5, 6, label), Span(9, 10, label))
        predicted = (Span(0, 1, label), Span(2, 5, label), Span(7, 8, label), Span(9, 10, other))
        pair = Pair(f"n-{number}", None, Sentence(tuple("abcdefghijkl"), "und"))
        pairs.append(pair)
        outcomes = find(pair, gold, predicted)
        found.append(
            tuple(
                Finding(f.gold, f.predicted, f.outcome, Cause.NOT_ALIGNED if f.wrong else None)
                for f in outcomes
            )
        )
    return pairs, found


@pytest.fixture(scope="module")
def kept():
    """Summary, and the pairs behind each key."""
    pairs, found = corpus()
    summary = summarise(pairs, found, samples=20)
    return summary, {where: len(positions) for where, positions in examples(pairs, found).items()}


def look(pairs, theme="light"):
    return Look(theme, palette.colours(LABELS), pairs)


def drawings(summary, pairs, theme="light"):
    shown = look(pairs, theme)
    yield evaluation_plots.outcomes(summary.outcomes, shown)
    yield evaluation_plots.causes(summary.causes, shown)
    yield evaluation_matrix.figure(summary.confusion, shown)
    yield evaluation_matrix.figure(summary.confusion, shown, diagonal=False)
    for name, rows in summary.dimensions.items():
        yield evaluation_dots.scores(rows, shown, evaluation_dots.wrong_key(name), labels=name == "label")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_mark_has_pairs_behind_it_and_says_how_many(kept, theme):
    summary, pairs = kept
    for figure in drawings(summary, pairs, theme):
        json.dumps(figure, allow_nan=False)
        for trace in figure["data"]:
            for where, said in zip(trace.get("customdata", ()), trace.get("hovertext", ()), strict=True):
                assert pairs[where] > 0
                assert f"in {pairs[where]} pair" in said


def test_text_of_users_is_never_markup(kept):
    summary, pairs = kept
    for figure in drawings(summary, pairs):
        texts = [text for trace in figure["data"] for text in trace.get("hovertext", ())]
        texts += [t for axis in ("xaxis", "yaxis") for t in figure["layout"][axis].get("ticktext", ())]
        for said in texts:
            rest = CODES.sub("", said)
            assert "<" not in rest
            assert "$" not in rest
    html = evaluation_figures.verdict(summary, "<img src=x onerror=alert(1)>", gold="gold")
    assert "<img" not in html


def test_a_label_is_found_again_in_its_key(kept):
    _, pairs = kept
    for label in LABELS:
        where = key(gold=label, predicted="")
        assert pairs[where] >= 1
        assert facets(where) == {"gold": label, "predicted": ""}
        assert behind(facets(where)) == f"{label} missing"


def test_bars_of_causes_add_up_to_those_of_outcomes(kept):
    summary, pairs = kept
    outcomes = evaluation_plots.outcomes(summary.outcomes, look(pairs))["data"][0]
    causes = evaluation_plots.causes(summary.causes, look(pairs))["data"]
    stacked = {trace["name"]: sum(trace["x"]) for trace in causes if trace["type"] == "bar"}
    assert dict(zip(outcomes["y"], outcomes["x"], strict=True)) == stacked
    totals = next(trace for trace in causes if trace["type"] == "scatter")
    assert [int(text) for text in totals["text"]] == [sum(stacked.values())]


def test_outcomes_are_filled_alike_in_both_drawings_and_no_two_the_same(kept):
    summary, pairs = kept
    first = evaluation_plots.outcomes(summary.outcomes, look(pairs))["data"][0]
    fills = {
        name: (first["marker"]["color"][n], first["marker"]["pattern"]["shape"][n])
        for n, name in enumerate(first["y"])
    }
    assert len(set(fills.values())) == len(fills) == 4
    for trace in evaluation_plots.causes(summary.causes, look(pairs))["data"]:
        if trace["type"] == "bar":
            marker = trace["marker"]
            assert {*zip(marker["color"], marker["pattern"]["shape"], strict=True)} == {fills[trace["name"]]}


def test_colour_is_for_types_alone(kept):
    summary, pairs = kept
    hues = {colour.light for colour in palette.PALETTE} | {colour.dark for colour in palette.PALETTE}
    rows = summary.dimensions["length"]
    figure = evaluation_dots.scores(rows, look(pairs), evaluation_dots.wrong_key("length"))
    assert not hues & set(figure["data"][-1]["marker"]["color"])
    rows = summary.dimensions["label"]
    figure = evaluation_dots.scores(rows, look(pairs), evaluation_dots.wrong_key("label"), labels=True)
    assert set(figure["data"][-1]["marker"]["color"]) <= hues
    for drawing in (
        evaluation_plots.outcomes(summary.outcomes, look(pairs)),
        evaluation_matrix.figure(summary.confusion, look(pairs)),
    ):
        assert not hues & set(drawing["data"][0]["marker"]["color"])


def test_the_matrix_without_its_diagonal_has_errors_alone(kept):
    summary, pairs = kept
    whole = evaluation_matrix.figure(summary.confusion, look(pairs))["data"][0]["customdata"]
    errors = evaluation_matrix.figure(summary.confusion, look(pairs), diagonal=False)["data"][0]["customdata"]
    same = {key(gold=label, predicted=label) for label in LABELS}
    assert set(whole) - set(errors) == same


@pytest.mark.parametrize(
    ("labels", "beside"),
    [
        (["PER", "ORG", "LOC", "MISC"], True),
        (list("ABCDEFGH"), True),
        ([f"WORK_{n}" for n in range(18)], False),
    ],
)
def test_a_matrix_finds_room_or_has_a_row_of_its_own(labels, beside):
    confusion = {gold: dict.fromkeys(labels, 1234) for gold in labels}
    assert evaluation_matrix.fits(confusion) == beside
    figure = evaluation_matrix.figure(confusion, look({}))
    assert figure["layout"]["width"] <= (378 if beside else 1020), "a column at 1280 pixels, the whole page"
    margin, [squares] = figure["layout"]["margin"], figure["data"]
    step = (figure["layout"]["width"] - margin["l"] - margin["r"]) / (len(labels) + 1)
    assert 24 <= squares["marker"]["size"] < step, "no square on another"
    widest = max(map(len, squares["text"]))
    assert widest * squares["textfont"]["size"] * 0.6 < step, "no number on another"


def test_reasons_and_signs_say_what_they_mean():
    assert set(REASONS_SAID) == set(REASONS)
    assert set(SIGNS_SAID) == set(Sign)
    figure = evaluation_plots.plain_bars(
        [("low score", 2)],
        "light",
        keys=["sign=low-score"],
        unit=("pair", "pairs"),
        explained=["it scores low"],
    )
    assert "it scores low" in figure["data"][0]["hovertext"][0]


def test_nothing_is_drawn_of_nothing():
    empty = look({})
    assert evaluation_plots.outcomes({}, empty)["data"][0]["x"] == []
    assert evaluation_plots.causes({}, empty)["data"] == []
    assert evaluation_matrix.figure({}, empty)["data"][0]["x"] == []
    assert evaluation_dots.scores((), empty, evaluation_dots.wrong_key("length"))["data"][-1]["x"] == []
    assert evaluation_plots.plain_bars([], "light", keys=[], unit=("pair", "pairs"))["data"][0]["x"] == []


def test_a_bar_of_what_was_carried_over_opens_only_what_was_not():
    rows = [("PER", 3, 4), ("LOC", 2, 2)]
    figure = evaluation_plots.carried(rows, look({}), lambda label: f"key of {label}")
    done, rest, ends = figure["data"]
    assert done["x"] == [3, 2]
    assert rest["x"] == [1, 0]
    assert rest["customdata"] == ["key of PER", ""]
    assert (ends["y"], ends["text"], ends["customdata"]) == (["PER"], ["1 not"], ["key of PER"])


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"selection": {"points": [{"customdata": "outcome=missing"}]}}, "outcome=missing"),
        ({"selection": {"points": [{"customdata": ["cause=split"]}]}}, "cause=split"),
        ({"selection": {"points": [{"customdata": ""}, {"customdata": "wrong"}]}}, "wrong"),
        ({"selection": {"points": [{"customdata": 7}, {}]}}, None),
        ({"selection": {"points": []}}, None),
        ({}, None),
        (None, None),
    ],
)
def test_the_key_of_a_click(state, expected):
    assert chosen_key(state) == expected


def test_everything_has_a_name_and_a_meaning():
    assert set(OUTCOMES) == set(OUTCOMES_SAID) == set(Outcome)
    assert set(WRONG) == set(Outcome) - {Outcome.CORRECT}
    assert set(CAUSES) == set(CAUSES_SAID) == set(Cause)
    assert set(REASONS) == set(Reason) - {Reason.PROJECTED, Reason.TRANSFERRED}
    for sign in Sign:
        assert behind({"sign": sign}) not in ("", sign.name)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ({"outcome": "missing", "cause": "not-aligned"}, "missing · not aligned"),
        ({"gold": "PER", "predicted": "LOC"}, "PER taken for LOC"),
        ({"gold": "PER", "predicted": "PER"}, "PER found as PER"),
        ({"gold": "", "predicted": "LOC"}, "LOC spurious"),
        ({"label": "PER", "wrong": ""}, "PER · wrong"),
        ({"length": "3", "wrong": ""}, "length in tokens: 3 · wrong"),
        ({"versus": "9", "cell": "only-first"}, "only the first is right"),
        ({"reason": "not-aligned"}, "not projected · not aligned"),
        ({"outcome": "unheard-of"}, "unheard-of"),
        ({}, "wrong"),
    ],
)
def test_what_is_behind_a_figure_in_words(where, said):
    assert behind(where) == said


@pytest.mark.parametrize(
    ("value", "said"), [(0.021, "+.021"), (-0.1, "−.100"), (0.0, ".000"), (-0.0001, ".000"), (1.0, "+1.000")]
)
def test_differences_have_signs(value, said):
    assert evaluation_compare.signed(value) == said


@pytest.mark.parametrize(("p", "said"), [(None, "–"), (0.0001, "<.001"), (0.05, ".050"), (1.0, "1.000")])
def test_chances(p, said):
    assert evaluation_compare.chance(p) == said


def test_a_thin_mark_lies_where_the_score_does():
    html = evaluation_figures._mark(Score(0.5, Interval(0.25, 0.75)))
    assert "left:25.00%;width:50.00%" in html
    assert "left:50.00%" in html
    assert "width:0.00%" in evaluation_figures._mark(Score(1.0))


def test_the_verdict_counts_what_reconciles(kept):
    summary, _ = kept
    said = evaluation_figures.verdict(summary, "x", gold="gold")
    errors = sum(summary.outcomes[outcome] for outcome in WRONG)
    assert f"Of {errors} errors" in said
    assert f"{len(LABELS)} of {4 * len(LABELS)}" in said
    assert "as you left them" in evaluation_figures.verdict(summary, "x", gold="your review")
