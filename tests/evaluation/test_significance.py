from __future__ import annotations

import json
from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_core.corpus import Span
from projner_core.evaluation import resampling
from projner_core.evaluation.entities import score
from projner_core.evaluation.findings import Finding, Outcome
from projner_core.evaluation.significance import CELLS, Difference, cells, difference, mcnemar
from tests.evaluation.made import corpora

GOLD = Span(0, 1, "PER")
RIGHT = (Finding(GOLD, GOLD, Outcome.CORRECT),)
MISSING = (Finding(GOLD, None, Outcome.MISSING),)
TYPE = (Finding(GOLD, Span(0, 1, "LOC"), Outcome.TYPE),)
SPURIOUS = (*RIGHT, Finding(None, Span(2, 3, "LOC"), Outcome.SPURIOUS))
NOTHING: tuple[Finding, ...] = ()

# all of one gold entity, so that any two can be compared
KINDS = (RIGHT, MISSING, TYPE, SPURIOUS)


def two(corpus):
    return [found[0] for _, found in corpus], [found[1] for _, found in corpus]


def f1(findings):
    gold = [[one.gold for one in own if one.gold] for own in findings]
    predicted = [[one.predicted for one in own if one.predicted] for own in findings]
    return score(gold, predicted, samples=0).micro.f1.value


def exact(findings):
    return sum(not any(one.wrong for one in own) for own in findings) / max(1, len(findings))


# -- slow and direct versions -------------------------------------------------------------------------


def slow_bootstrap(one, other, measure, samples, seed):
    generator = np.random.default_rng(seed)
    drawn = []
    for _ in range(samples):
        chosen = generator.integers(0, len(one), len(one))
        drawn.append(measure([one[i] for i in chosen]) - measure([other[i] for i in chosen]))
    return np.array(drawn)


def all_swaps(one, other, measure):
    """The exact p of the randomisation test: every way to swap the two, not a sample of them."""
    found = abs(measure(one) - measure(other))
    as_far = 0
    for swapped in product([False, True], repeat=len(one)):
        first = [b if swap else a for a, b, swap in zip(one, other, swapped, strict=True)]
        second = [a if swap else b for a, b, swap in zip(one, other, swapped, strict=True)]
        as_far += abs(measure(first) - measure(second)) >= found - 1e-12
    return as_far / 2 ** len(one)


def some(generator, number, weights):
    return [KINDS[k] for k in generator.choice(len(KINDS), number, p=weights)]


@pytest.mark.parametrize(("measure", "attribute"), [(f1, "f1"), (exact, "exact")])
def test_the_bootstrap_is_that_of_drawing_pair_by_pair(measure, attribute):
    generator = np.random.default_rng(5)
    one = some(generator, 60, [0.8, 0.1, 0.05, 0.05])
    other = some(generator, 60, [0.6, 0.2, 0.1, 0.1])
    slow = slow_bootstrap(one, other, measure, 4000, 1)
    found = getattr(difference(one, other, samples=20_000), attribute)
    assert found.difference.interval.low == pytest.approx(np.quantile(slow, 0.025), abs=0.012)
    assert found.difference.interval.high == pytest.approx(np.quantile(slow, 0.975), abs=0.012)
    value = measure(one) - measure(other)
    expected = np.mean(np.abs(slow - value) >= abs(value) - 1e-12)
    assert found.bootstrap == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize(("measure", "attribute"), [(f1, "f1"), (exact, "exact")])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_randomisation_comes_to_the_share_of_all_swaps(measure, attribute, seed):
    generator = np.random.default_rng(seed)
    one = some(generator, 10, [0.7, 0.1, 0.1, 0.1])
    other = some(generator, 10, [0.4, 0.3, 0.2, 0.1])
    found = getattr(difference(one, other, samples=40_000), attribute)
    assert found.randomisation == pytest.approx(all_swaps(one, other, measure), abs=0.012)


def test_groups_of_pairs_vary_as_pairs_do(monkeypatch):
    generator = np.random.default_rng(3)
    one = some(generator, 3000, [0.8, 0.1, 0.05, 0.05])
    other = some(generator, 3000, [0.78, 0.12, 0.05, 0.05])
    whole = difference(one, other).f1.difference.interval
    monkeypatch.setattr(resampling, "_MOST_KINDS", 10)  # fewer than there are kinds: 16
    monkeypatch.setattr(resampling, "_MOST_GROUPS", 500)
    grouped = difference(one, other).f1.difference.interval
    assert grouped.high - grouped.low == pytest.approx(whole.high - whole.low, rel=0.1)
    assert grouped.low == pytest.approx(whole.low, abs=0.002)


@given(st.integers(0, 40), st.integers(0, 40))
def test_mcnemar_is_twice_the_tail_of_the_binomial(only_first, only_second):
    alone, fewer = only_first + only_second, min(only_first, only_second)
    tail = sum(comb(alone, k) for k in range(fewer + 1)) / 2**alone
    assert mcnemar(only_first, only_second) == pytest.approx(min(1.0, 2 * tail))


def test_mcnemar_by_hand():
    assert mcnemar(1, 9) == pytest.approx(2 * (1 + 10) / 1024)
    assert mcnemar(0, 0) == 1.0
    assert 0 < mcnemar(400, 600) < 1e-9


# -- calibration --------------------------------------------------------------------------------------


def test_between_equally_good_predictions_p_is_spread_evenly():
    """Of 400 corpora where the two are equally good, 5 % have p < .05, half of them p < .5, and so on."""
    generator = np.random.default_rng(11)
    weights = [0.7, 0.12, 0.1, 0.08]
    found = [
        difference(some(generator, 120, weights), some(generator, 120, weights), samples=400, seed=seed)
        for seed in range(400)
    ]
    for name in ("bootstrap", "randomisation"):
        p = np.array([getattr(one.f1, name) for one in found])
        for level in (0.05, 0.1, 0.25, 0.5, 0.75):
            error = 4 * (level * (1 - level) / len(p)) ** 0.5
            assert np.mean(p <= level) == pytest.approx(level, abs=error), (name, level)
    exact_test = np.array([one.table.mcnemar for one in found])
    assert np.mean(exact_test <= 0.05) <= 0.05 + 4 * (0.05 * 0.95 / 400) ** 0.5  # never more than it says
    inside = [one.f1.difference.interval.low <= 0 <= one.f1.difference.interval.high for one in found]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.045)


def test_a_prediction_that_is_much_better_is_found_to_be():
    generator = np.random.default_rng(2)
    one = some(generator, 400, [0.9, 0.05, 0.03, 0.02])
    other = some(generator, 400, [0.6, 0.2, 0.1, 0.1])
    found = difference(one, other, samples=2000)
    assert found.f1.significant
    assert found.f1.bootstrap == found.f1.randomisation == pytest.approx(1 / 2001)
    assert found.f1.difference.interval.low > 0.1
    assert found.table.mcnemar < 1e-6


# -- what always holds --------------------------------------------------------------------------------


@given(corpora(predictions=2))
def test_values_are_the_scores_and_cells_add_up(corpus):
    one, other = two(corpus)
    found = difference(one, other, samples=30)
    assert found.f1.first == pytest.approx(f1(one))
    assert found.f1.second == pytest.approx(f1(other))
    assert found.exact.first == pytest.approx(exact(one))
    assert found.f1.difference.value == pytest.approx(f1(one) - f1(other))
    counts = found.table.cells
    assert sum(counts.values()) == found.pairs == len(corpus)
    assert counts["both-right"] + counts["only-first"] == round(found.exact.first * len(corpus))
    assert {cell: list(cells(one, other)).count(cell) for cell in CELLS} == counts


@given(corpora(predictions=2))
def test_a_dictionary_gives_back_what_went_in(corpus):
    for samples in (0, 20):
        found = difference(*two(corpus), samples=samples)
        assert Difference.from_dict(json.loads(json.dumps(found.to_dict()))) == found


@given(corpora(predictions=2))
def test_the_other_way_round_the_difference_has_the_other_sign(corpus):
    one, other = two(corpus)
    there, back = difference(one, other, samples=0), difference(other, one, samples=0)
    assert there.f1.difference.value == -back.f1.difference.value
    assert there.table.mcnemar == back.table.mcnemar
    assert there.table.only_first == back.table.only_second


@given(corpora(most=5))
def test_a_prediction_does_not_differ_from_itself(corpus):
    one = [found[0] for _, found in corpus]
    found = difference(one, one, samples=20)
    assert found.f1.difference.value == found.exact.difference.value == 0
    assert found.table.only_first == found.table.only_second == 0
    if corpus:
        assert found.f1.bootstrap == found.f1.randomisation == 1.0
        assert "the same F1" in found.in_words()


def test_the_seed_decides():
    generator = np.random.default_rng(4)
    one, other = (some(generator, 50, [0.7, 0.1, 0.1, 0.1]) for _ in range(2))
    assert difference(one, other, seed=1) == difference(one, other, seed=1)
    assert difference(one, other, seed=1) != difference(one, other, seed=2)


def test_different_pairs_or_gold_entities_are_refused():
    with pytest.raises(ValueError, match=r"of 1 pairs.* of 2"):
        difference([RIGHT], [RIGHT, RIGHT])
    with pytest.raises(ValueError, match=r"different gold entities in pair 1"):
        difference([RIGHT, RIGHT], [RIGHT, NOTHING])


# -- in words -----------------------------------------------------------------------------------------


def test_a_clear_difference_in_words():
    words = difference([RIGHT] * 90 + [MISSING] * 10, [RIGHT] * 60 + [MISSING] * 40).in_words()
    assert words.startswith("The first is better than the second by 19.7 points of F1 (95 % interval ")
    assert "by chance in less than 0.1 % of cases." in words
    assert "The first alone gets 30 sentences right, the second alone 0" in words


def test_the_better_one_is_named_first_and_the_interval_is_turned_with_it():
    one, other = [RIGHT] * 6 + [MISSING] * 4, [RIGHT] * 7 + [MISSING] * 3
    found = difference(one, other)
    words = found.in_words("greedy", "exact")
    assert words.startswith("exact is better than greedy by 7.4 points of F1 (95 % interval 0.0 to ")
    assert "by chance in 100 % of cases, so it may well be chance." in words
    assert "greedy alone gets 0 sentences right, exact alone 1" in words


def test_names_written_from_the_right_do_not_turn_the_figures_around():
    words = difference([RIGHT], [MISSING], samples=10).in_words("أحمد", "b")
    assert words.startswith("\u2068أحمد\u2069 is better than b by 100.0 points")


def test_without_samples_and_without_pairs_there_are_words_too():
    assert "points of F1. The first" in difference([RIGHT], [MISSING], samples=0).in_words()
    assert difference([], []).in_words() == "There are no pairs to compare them by."


def test_equal_ones_are_said_to_be_equal():
    one = [RIGHT] * 3 + [MISSING]
    assert difference(one, one).in_words("a", "b") == (
        "a and b have the same F1 (95 % interval of the difference 0.0 to 0.0). "
        "Both get the same sentences right."
    )
    assert difference([MISSING], [MISSING], samples=0).in_words() == (
        "The first and the second have the same F1. Neither gets a sentence right."
    )
    turned = difference([RIGHT] * 5 + [MISSING] * 2, [MISSING] * 2 + [RIGHT] * 5).in_words()
    assert turned.startswith("The first and the second have the same F1 (95 % interval of the difference −")
    assert turned.endswith("Each of them alone gets 2 sentences right, so many the one as the other.")
    assert "chance" not in turned


def test_a_difference_that_rounds_to_nothing():
    one, other = [RIGHT] * 6000, [RIGHT] * 5999 + [MISSING]
    words = difference(one, other, samples=0).in_words()
    assert words.startswith("The first and the second have the same F1 to a tenth of a point. ")
