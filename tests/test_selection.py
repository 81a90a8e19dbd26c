from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from projner_core.selection import Candidates, greedy, integer_program, select

Row = tuple[int, int, int, float]


@pytest.fixture(scope="module", autouse=True)
def compiled():
    """Compile before hypothesis holds a watch to it."""
    candidates = Candidates.batch([[(0, 0, 2, 0.8), (1, 1, 4, 0.9), (1, 2, 4, 0.7)]])
    for solve in (select, greedy):
        solve(candidates)


def values(candidates: Candidates, chosen) -> np.ndarray:
    """The summed score of each sentence's choice."""
    sentence = np.repeat(np.arange(len(candidates)), np.diff(candidates.first))
    return np.bincount(sentence, candidates.score * chosen, minlength=len(candidates))


def allowed(rows: list[Row], n_proj: int | None) -> bool:
    for (e, a, b, _), (f, c, d, _) in itertools.combinations(rows, 2):
        if a < d and c < b:
            return False
        if n_proj == 1 and e == f:
            return False
    return n_proj is None or all(sum(r[0] == e for r in rows) <= n_proj for e, *_ in rows)


def by_trying_all(rows: list[Row], n_proj: int | None) -> float:
    return max(
        sum(row[3] for row in subset)
        for size in range(len(rows) + 1)
        for subset in itertools.combinations(rows, size)
        if allowed(list(subset), n_proj)
    )


def random_sentences(count: int, seed: int = 0) -> list[list[Row]]:
    rng = np.random.default_rng(seed)
    sentences = []
    for _ in range(count):
        tokens, entities = int(rng.integers(1, 25)), int(rng.integers(1, 9))
        rows: list[Row] = []
        for entity in range(entities):
            for _ in range(int(rng.integers(0, 12))):
                start = int(rng.integers(0, tokens))
                end = min(tokens, start + int(rng.integers(1, 6)))
                rows.append((entity, start, end, float(rng.random())))
        sentences.append(rows)
    return sentences


row = st.builds(
    lambda entity, start, length, score: (entity, start, start + length, score / 8),
    st.integers(0, 3),
    st.integers(0, 6),
    st.integers(1, 3),
    st.integers(-1, 8),
)
n_projs = st.sampled_from([1, 2, None])


# What it is for


def test_two_good_spans_beat_the_one_best_span_over_both():
    """ "Alemania Oriental" between two names: greedy takes the long span and starves the neighbour."""
    candidates = Candidates.batch([[(0, 0, 2, 0.8), (1, 1, 4, 0.9), (1, 2, 4, 0.7)]])
    assert greedy(candidates).tolist() == [False, True, False]
    assert select(candidates).tolist() == [True, False, True]


def test_each_entity_is_projected_once_unless_told_otherwise():
    candidates = Candidates.batch([[(0, 0, 1, 0.9), (0, 3, 4, 0.8), (0, 5, 6, 0.7)]])
    assert select(candidates).tolist() == [True, False, False]
    assert select(candidates, n_proj=2).tolist() == [True, True, False]
    assert select(candidates, n_proj=None).tolist() == [True, True, True]


def test_touching_spans_do_not_overlap():
    assert select(Candidates.batch([[(0, 0, 2, 0.5), (1, 2, 3, 0.5)]])).all()


def test_without_a_limit_it_is_weighted_interval_scheduling():
    candidates = Candidates.batch([[(0, 0, 3, 0.5), (0, 0, 1, 0.2), (0, 1, 2, 0.2), (0, 2, 3, 0.2)]])
    assert select(candidates, n_proj=None).tolist() == [False, True, True, True]


def test_scores_of_zero_and_less_are_never_chosen():
    assert not select(Candidates.batch([[(0, 0, 1, 0.0), (1, 1, 2, -0.5)]])).any()


def test_no_candidates_and_no_sentences():
    assert select(Candidates.batch([[], []])).shape == (0,)
    assert select(Candidates.batch([])).shape == (0,)
    assert greedy(Candidates.batch([[]])).shape == (0,)


def test_empty_sentences_between_others():
    candidates = Candidates.batch([[], [(0, 4, 5, 0.5)], [], [(3, 0, 9, 0.2)], []])
    assert select(candidates).tolist() == [True, True]


def test_scores_may_be_on_any_scale():
    rows = [(0, 0, 2, 0.8), (1, 1, 4, 0.9), (1, 2, 4, 0.7)]
    for scale in (1e-9, 1e9):
        scaled = Candidates.batch([[(e, a, b, s * scale) for e, a, b, s in rows]])
        assert select(scaled).tolist() == [True, False, True]


# It is exact


@given(st.lists(row, max_size=8), n_projs)
def test_no_set_is_better(rows, n_proj):
    candidates = Candidates.batch([rows])
    chosen = select(candidates, n_proj=n_proj)
    assert allowed([r for r, c in zip(rows, chosen, strict=True) if c], n_proj)
    assert values(candidates, chosen)[0] == pytest.approx(by_trying_all(rows, n_proj))


@pytest.mark.parametrize("n_proj", [1, 2, None])
def test_the_integer_program_finds_the_same_value(n_proj):
    candidates = Candidates.batch(random_sentences(400))
    ours, theirs = select(candidates, n_proj=n_proj), integer_program(candidates, n_proj=n_proj)
    assert values(candidates, ours) == pytest.approx(values(candidates, theirs), abs=1e-9)


@given(st.lists(st.lists(row, max_size=12), max_size=4), n_projs)
def test_greedy_is_allowed_and_never_better(sentences, n_proj):
    candidates = Candidates.batch(sentences)
    chosen = greedy(candidates, n_proj=n_proj)
    for i, rows in enumerate(sentences):
        part = chosen[candidates.first[i] : candidates.first[i + 1]]
        assert allowed([r for r, c in zip(rows, part, strict=True) if c], n_proj)
    best = values(candidates, select(candidates, n_proj=n_proj))
    assert (values(candidates, chosen) <= best + 1e-9).all()


@pytest.mark.parametrize("size", [2, 7, 11, 20])
def test_names_that_all_want_the_same_tokens_are_an_assignment(size):
    """Beyond about fourteen, the table is too large and the integer program takes over."""
    score = np.random.default_rng(size).uniform(0.5, 1.0, (size, size))
    rows = [(e, t, t + 1, float(score[e, t])) for e in range(size) for t in range(size)]
    candidates = Candidates.batch([rows])
    best = score[linear_sum_assignment(score, maximize=True)].sum()
    assert values(candidates, select(candidates))[0] == pytest.approx(best)


def test_a_hard_sentence_among_easy_ones_is_solved_too():
    score = np.random.default_rng(1).uniform(0.5, 1.0, (18, 18))
    hard = [(e, t, t + 1, float(score[e, t])) for e in range(18) for t in range(18)]
    candidates = Candidates.batch([[(0, 0, 1, 0.5)], hard, [(0, 2, 3, 0.5), (1, 2, 3, 0.6)]])
    chosen = select(candidates)
    assert chosen[0]
    assert chosen[-2:].tolist() == [False, True]
    best = score[linear_sum_assignment(score, maximize=True)].sum()
    assert values(candidates, chosen)[1] == pytest.approx(best)


# It is always the same


def test_among_equals_the_fewest_tokens():
    candidates = Candidates.batch([[(0, 0, 3, 0.5), (0, 1, 2, 0.5), (0, 0, 2, 0.5)]])
    assert select(candidates).tolist() == [False, True, False]


@given(st.lists(row, max_size=10), st.randoms(use_true_random=False), n_projs)
def test_the_order_of_the_candidates_does_not_matter(rows, random, n_proj):
    rows = list(dict.fromkeys(rows))
    shuffled = random.sample(rows, len(rows))
    one = select(Candidates.batch([rows]), n_proj=n_proj)
    other = select(Candidates.batch([shuffled]), n_proj=n_proj)
    assert {r for r, c in zip(rows, one, strict=True) if c} == {
        r for r, c in zip(shuffled, other, strict=True) if c
    }


@given(st.lists(st.lists(row, max_size=8), max_size=5), n_projs)
@settings(max_examples=50)
def test_sentences_do_not_disturb_each_other(sentences, n_proj):
    together = select(Candidates.batch(sentences), n_proj=n_proj).tolist()
    alone = [select(Candidates.batch([rows]), n_proj=n_proj).tolist() for rows in sentences]
    assert together == [c for part in alone for c in part]


def test_the_candidates_are_not_changed():
    candidates = Candidates.batch(random_sentences(20))
    before = [getattr(candidates, name).copy() for name in ("first", "entity", "start", "end", "score")]
    select(candidates)
    greedy(candidates)
    for name, was in zip(("first", "entity", "start", "end", "score"), before, strict=True):
        assert (getattr(candidates, name) == was).all()


# What it refuses


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (([0], [1], [1], [0.5]), "start < end"),
        (([0], [-1], [1], [0.5]), "0 <= start"),
        (([-1], [0], [1], [0.5]), "entities"),
        (([0], [0], [1], [float("nan")]), "finite"),
        (([0], [0], [1], [float("inf")]), "finite"),
        (([0, 1], [0], [1], [0.5]), "one length"),
        (([0], [0], [1 << 30], [0.5]), "end <"),
    ],
)
def test_candidates_that_make_no_sense(arguments, what):
    with pytest.raises(ValueError, match=what):
        Candidates.of(*arguments)


@pytest.mark.parametrize("first", [[0], [0, 1], [1, 2], [0, 3, 2], []])
def test_sentences_that_do_not_cover_the_candidates(first):
    with pytest.raises(ValueError, match="first"):
        Candidates.of([0, 0], [0, 1], [1, 2], [0.5, 0.5], first=first)


@pytest.mark.parametrize("solve", [select, greedy, integer_program])
def test_n_proj_is_at_least_one(solve):
    with pytest.raises(ValueError, match="n_proj"):
        solve(Candidates.batch([[(0, 0, 1, 0.5)]]), n_proj=0)


# It is fast


def test_many_sentences_take_little_time():
    candidates = Candidates.batch(random_sentences(200) * 20)
    select(candidates)  # compiled
    begin = time.perf_counter()
    select(candidates)
    assert time.perf_counter() - begin < 1.0
