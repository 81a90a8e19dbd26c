from __future__ import annotations

from itertools import combinations, permutations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from projner_core.corpus import Span
from projner_core.evaluation.assignment import match, overlap


def spans(text: str) -> list[Span]:
    """`"0-2 PER, 5-6 LOC"` as spans."""
    found = []
    for part in filter(None, text.split(", ")):
        place, label = part.split()
        start, end = map(int, place.split("-"))
        found.append(Span(start, end, label))
    return found


def shown(pairs) -> list[tuple[str, str]]:
    def say(span: Span | None) -> str:
        return "" if span is None else f"{span.start}-{span.end} {span.label}"

    return [(say(gold), say(predicted)) for gold, predicted in pairs]


SPAN = st.builds(
    lambda start, length, label: Span(start, start + length, label),
    st.integers(0, 9),
    st.integers(1, 4),
    st.sampled_from(["PER", "LOC", "ORG"]),
)
ANY = st.lists(SPAN, max_size=5)


def objective(pairs) -> tuple[int, int, int, int]:
    """The four sums of the docstring, of an assignment."""
    both = [(g, p) for g, p in pairs if g is not None and p is not None]
    return (
        sum(g.same_entity(p) for g, p in both),
        sum(overlap(g, p) for g, p in both),
        sum(g.label == p.label for g, p in both),
        sum(2 * overlap(g, p) - len(g) - len(p) for g, p in both),
    )


def best_by_force(gold: list[Span], predicted: list[Span]) -> tuple[int, int, int, int]:
    """The best objective of all assignments of spans that share a token."""
    best = (0, 0, 0, 0)
    for size in range(1, min(len(gold), len(predicted)) + 1):
        for ours in combinations(gold, size):
            for theirs in permutations(predicted, size):
                pairs = list(zip(ours, theirs, strict=True))
                if all(overlap(g, p) for g, p in pairs):
                    best = max(best, objective(pairs))
    return best


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ("", "", []),
        ("0-2 PER", "", [("0-2 PER", "")]),
        ("", "0-2 PER", [("", "0-2 PER")]),
        ("0-2 PER", "0-2 PER", [("0-2 PER", "0-2 PER")]),
        ("0-2 PER", "2-4 PER", [("0-2 PER", ""), ("", "2-4 PER")]),  # neighbours do not meet
        ("0-2 PER", "1-4 ORG", [("0-2 PER", "1-4 ORG")]),
        ("0-4 ORG", "0-1 ORG, 1-4 LOC", [("0-4 ORG", "1-4 LOC"), ("", "0-1 ORG")]),  # tokens before label
        ("0-4 ORG", "0-2 LOC, 2-4 ORG", [("0-4 ORG", "2-4 ORG"), ("", "0-2 LOC")]),  # then label
        ("0-4 ORG", "0-2 ORG, 2-4 ORG", [("0-4 ORG", "0-2 ORG"), ("", "2-4 ORG")]),  # then the first
        ("0-3 ORG, 3-4 ORG", "2-4 ORG", [("0-3 ORG", ""), ("3-4 ORG", "2-4 ORG")]),  # then the closer
        ("0-4 ORG, 4-6 PER", "2-5 ORG, 5-6 PER", [("0-4 ORG", "2-5 ORG"), ("4-6 PER", "5-6 PER")]),
        # What is right stays right, whatever else could be gained.
        ("0-1 PER, 0-9 ORG", "0-1 PER", [("0-1 PER", "0-1 PER"), ("0-9 ORG", "")]),
    ],
)
def test_who_answers_whom(gold, predicted, expected):
    assert sorted(shown(match(spans(gold), spans(predicted)))) == sorted(expected)


def test_sorted_by_position_and_not_by_side():
    pairs = match(spans("4-5 LOC, 0-1 PER"), spans("2-3 ORG, 6-7 LOC"))
    assert shown(pairs) == [("0-1 PER", ""), ("", "2-3 ORG"), ("4-5 LOC", ""), ("", "6-7 LOC")]


def test_scores_make_no_difference():
    gold, predicted = [Span(0, 1, "PER")], [Span(0, 1, "PER", 0.3)]
    assert match(gold, predicted) == [(gold[0], predicted[0])]


def test_a_span_that_is_there_twice_counts_once():
    assert shown(match(spans("0-1 PER, 0-1 PER"), spans("0-1 PER"))) == [("0-1 PER", "0-1 PER")]


@settings(deadline=None)  # the first to need SciPy waits for its import
@given(ANY, ANY)
@example(spans("0-4 ORG, 4-6 PER, 6-9 LOC"), spans("2-5 ORG, 5-7 PER"))
def test_no_assignment_is_better(gold, predicted):
    distinct = [list({(s.start, s.end, s.label): s for s in side}.values()) for side in (gold, predicted)]
    assert objective(match(gold, predicted)) == best_by_force(*distinct)


@settings(deadline=None)  # the first to need SciPy waits for its import
@given(ANY, ANY)
def test_every_entity_is_there_once(gold, predicted):
    pairs = match(gold, predicted)
    for side, asked in enumerate((gold, predicted)):
        found = [pair[side] for pair in pairs if pair[side] is not None]
        assert len(found) == len(set(found))
        assert {(s.start, s.end, s.label) for s in found} == {(s.start, s.end, s.label) for s in asked}
    assert all(g is not None or p is not None for g, p in pairs)
    assert all(overlap(g, p) > 0 for g, p in pairs if g is not None and p is not None)


@settings(deadline=None)  # the first to need SciPy waits for its import
@given(ANY, ANY, st.randoms(use_true_random=False))
def test_the_order_of_the_spans_makes_no_difference(gold, predicted, chance):
    asked = match(gold, predicted)
    chance.shuffle(gold)
    chance.shuffle(predicted)
    assert shown(match(gold, predicted)) == shown(asked)


@settings(deadline=None)  # the first to need SciPy waits for its import
@given(ANY, ANY)
def test_nothing_that_was_given_is_changed(gold, predicted):
    before = list(gold), list(predicted)
    match(gold, predicted)
    assert (gold, predicted) == before
