"""Findings on a real corpus: totals, and a cause for every error."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from benchmarks.causes import draw, errors, table
from benchmarks.projection import load
from projner_core.evaluation.errors import find
from projner_core.evaluation.findings import Cause, Outcome

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def wrong(realdata):
    folder = realdata / "europarl-ner"
    return errors(load("europarl de", folder / "en.conll", folder / "de.conll", "de"))


def test_every_error_has_a_cause_that_says_something(wrong):
    causes = Counter(finding.cause for *_, finding in wrong)
    assert causes[None] == causes[Cause.UNKNOWN] == 0
    assert len(causes) >= 5
    # People marked the source, and these are their entities: the source is never to blame.
    assert not {cause for cause in causes if cause is not None and cause.startswith("source-")}


def test_the_table_adds_up(wrong):
    findings = [finding for *_, finding in wrong]
    last = table(findings).splitlines()[-1].strip("|").split("|")
    assert int(last[-1]) == len(findings) == sum(map(int, last[1:-1]))


def test_without_people_in_the_source_gold_is_doubted_by_no_one(wrong):
    for pair, context, finding in wrong:
        gold = [finding.gold] if finding.gold else []
        predicted = [finding.predicted] if finding.predicted else []
        again = find(pair, gold, predicted, context=replace(context, source_gold=None))
        assert all(other.cause is not Cause.GOLD_DISAGREES for other in again)
        assert [other.outcome for other in again] == [finding.outcome]


def test_a_seed_draws_what_another_did_not():
    first, second = draw(81, 40, 1, None), draw(81, 40, 2, 1)
    assert len(first) == len(second) == 40
    assert not set(first) & set(second)
    assert draw(3, 40, 1, None) == [0, 1, 2]


def test_correct_findings_are_no_errors(wrong):
    assert all(finding.outcome is not Outcome.CORRECT for *_, finding in wrong)
