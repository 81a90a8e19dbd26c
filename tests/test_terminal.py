from __future__ import annotations

import io

import pytest
from rich.console import Console

from projner_core.evaluation.findings import Cause, Finding
from projner_core.evaluation.significance import difference
from projner_core.evaluation.summary import summarise
from projner_core.terminal import difference_report, summary_report
from tests.evaluation.made import findings, pair

PAIR = pair("Adé dé Lagos", "Ade reached Lagos")
RIGHT = findings(PAIR, "0-1 [b]PER[/b]", "0-1 [b]PER[/b]")
WRONG = tuple(
    Finding(one.gold, one.predicted, one.outcome, Cause.OUTSCORED)
    for one in findings(PAIR, "0-1 [b]PER[/b]", "2-3 LOC")
)


def shown(report, width: int = 80) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width).print(report)
    return stream.getvalue()


def test_a_summary_shows_scores_outcomes_causes_and_what_was_projected():
    text = shown(summary_report(summarise([PAIR, PAIR], [RIGHT, WRONG], projected=(3, 4))))
    assert "[b]PER[/b]" in text  # a label is text, not markup
    assert "exact match, sentences: 50.0" in text
    assert "source entities projected: 75.0, 3 of 4" in text
    lines = {tuple(line.split()) for line in text.splitlines()}
    assert ("missing", "1", "33.3") in lines
    assert ("outscored", "2", "100.0") in lines


def test_what_is_not_known_is_not_shown():
    text = shown(summary_report(summarise([PAIR], [RIGHT])))
    assert "projected" not in text
    assert "why they are wrong" not in text


def test_a_difference_is_said_and_counted():
    text = shown(difference_report(difference([RIGHT] * 9, [RIGHT] * 5 + [WRONG] * 4), "[i]x[/i]", "y"))
    assert text.startswith("[i]x[/i] is better than y by ")
    assert "McNemar's exact test: p = 0.125" in text
    lines = {tuple(line.split()) for line in text.splitlines()}
    assert ("first:", "right", "5", "4") in lines


@pytest.mark.parametrize("width", [80, 200])
def test_it_fits_the_terminal(width):
    made = difference_report(difference([RIGHT] * 9, [WRONG] * 9))
    assert max(map(len, shown(made, width).splitlines())) <= width
