from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_core.evaluation.findings import Outcome
from projner_core.evaluation.lenient import SCHEMES, Lenient, by_scheme

EACH_ONCE = dict.fromkeys(Outcome, 1)


@pytest.mark.parametrize(
    ("scheme", "counts"),
    [  # correct, incorrect, partial, missing, spurious
        ("strict", (1, 3, 0, 1, 1)),
        ("exact", (2, 2, 0, 1, 1)),
        ("partial", (2, 0, 2, 1, 1)),
        ("type", (2, 2, 0, 1, 1)),
    ],
)
def test_one_of_each_outcome_by_hand(scheme, counts):
    assert by_scheme(EACH_ONCE)[scheme] == Lenient(*counts)


def test_six_gold_and_six_predicted_entities_by_hand():
    outcomes = {
        Outcome.CORRECT: 1,
        Outcome.TYPE: 2,
        Outcome.BOUNDARY: 1,
        Outcome.TYPE_AND_BOUNDARY: 1,
        Outcome.MISSING: 1,
        Outcome.SPURIOUS: 1,
    }
    partial = by_scheme(outcomes)["partial"]
    assert (partial.possible, partial.actual) == (6, 6)
    assert partial.precision == partial.recall == pytest.approx((3 + 0.5 * 2) / 6)
    assert by_scheme(outcomes)["strict"].f1 == pytest.approx(1 / 6)
    assert by_scheme(outcomes)["exact"].f1 == pytest.approx(3 / 6)
    assert by_scheme(outcomes)["type"].f1 == pytest.approx(2 / 6)


counted = st.fixed_dictionaries({outcome: st.integers(0, 50) for outcome in Outcome})


@given(counted)
def test_totals_add_up_in_every_scheme(outcomes):
    total = sum(outcomes.values())
    for scheme, counts in by_scheme(outcomes).items():
        assert counts.possible == total - outcomes[Outcome.SPURIOUS], scheme
        assert counts.actual == total - outcomes[Outcome.MISSING], scheme
        assert 0 <= counts.precision <= 1
        assert 0 <= counts.recall <= 1
        if counts.precision + counts.recall:
            mean = 2 * counts.precision * counts.recall / (counts.precision + counts.recall)
            assert counts.f1 == pytest.approx(mean)


@given(counted)
def test_no_scheme_is_stricter_than_strict(outcomes):
    made = by_scheme(outcomes)
    assert all(made["strict"].f1 <= made[scheme].f1 for scheme in SCHEMES)
    assert made["exact"].f1 <= made["partial"].f1


@given(counted)
def test_a_dictionary_gives_back_what_went_in(outcomes):
    for counts in by_scheme(outcomes).values():
        assert Lenient.from_dict(counts.to_dict()) == counts


def test_nothing_of_nothing_is_zero():
    empty = by_scheme({})["partial"]
    assert (empty.precision, empty.recall, empty.f1, empty.possible, empty.actual) == (0, 0, 0, 0, 0)
