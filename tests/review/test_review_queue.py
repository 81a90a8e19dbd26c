"""One number that orders the queue."""

from __future__ import annotations

from dataclasses import replace
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_core.corpus import Projection, Reason, Span
from projner_core.review.queue import LEAK, WEIGHTS, doubt, telling
from projner_core.review.signals import Sign, Signal

ENTITY = Projection(Span(0, 1, "PER"), Span(0, 1, "PER", 1.0), Reason.PROJECTED)

SIGNALS = st.builds(
    Signal,
    sign=st.sampled_from(Sign),
    value=st.floats(0, 1),
    entity=st.one_of(st.none(), st.integers(0, 4)),
)


def test_every_sign_has_a_weight_that_counts():
    assert set(WEIGHTS) == set(Sign)
    assert all(weight > 0 for weight in WEIGHTS.values())


def test_nothing_to_go_wrong_is_no_doubt():
    assert doubt([], []) == 0.0
    dropped = replace(ENTITY, target=None, reason=Reason.DROPPED)
    assert doubt([dropped], []) == 0.0


def test_signs_are_joined_by_a_noisy_or():
    alone = {sign: 1 - exp(-weight) for sign, weight in WEIGHTS.items()}
    both = [Signal(Sign.UNPROJECTED, 1.0, 0), Signal(Sign.UNLINKED, 1.0)]
    expected = 1 - (1 - alone[Sign.UNPROJECTED]) * (1 - alone[Sign.UNLINKED])
    assert doubt([], both) == pytest.approx(expected)
    assert doubt([ENTITY], []) == pytest.approx(1 - exp(-LEAK))


def test_doubt_ranks_as_a_linguist_would():
    sure = doubt([ENTITY], [])
    low = doubt([ENTITY], [Signal(Sign.LOW_SCORE, 0.6, 0)])
    missing = doubt([ENTITY], [Signal(Sign.UNPROJECTED, 1.0, 0)])
    two = doubt([ENTITY] * 2, [Signal(Sign.UNPROJECTED, 1.0, 0), Signal(Sign.LABEL_VARIES, 0.8, 1)])
    assert sure < low < missing < two


@given(st.integers(0, 6), st.lists(SIGNALS, max_size=12))
def test_doubt_is_a_chance_whatever_comes(entities, signals):
    assert 0.0 <= doubt([ENTITY] * entities, signals) <= 1.0


@given(st.lists(SIGNALS, min_size=1, max_size=8), st.data())
def test_a_stronger_sign_never_makes_a_pair_less_doubtful(signals, data):
    which = data.draw(st.integers(0, len(signals) - 1))
    stronger = data.draw(st.floats(signals[which].value, 1))
    raised = [*signals[:which], replace(signals[which], value=stronger), *signals[which + 1 :]]
    assert doubt([ENTITY], raised) >= doubt([ENTITY], signals) - 1e-12


@given(st.lists(SIGNALS, max_size=8), SIGNALS)
def test_neither_one_more_sign_nor_one_more_entity_makes_a_pair_less_doubtful(signals, more):
    before = doubt([ENTITY], signals)
    assert doubt([ENTITY], [*signals, more]) >= before - 1e-12
    assert doubt([ENTITY, ENTITY], signals) >= before


@given(st.lists(SIGNALS, max_size=8), st.randoms())
def test_the_order_of_the_signs_does_not_matter(signals, random):
    shuffled = list(signals)
    random.shuffle(shuffled)
    assert doubt([ENTITY], shuffled) == pytest.approx(doubt([ENTITY], signals))


def test_what_counts_most_is_told_first_and_trifles_are_not():
    faint, strong = Signal(Sign.LOW_SCORE, 0.1, 0), Signal(Sign.UNPROJECTED, 1.0, 1)
    middle = Signal(Sign.LABEL_VARIES, 0.5, 0)
    assert telling([faint, middle, strong]) == [strong, middle]
