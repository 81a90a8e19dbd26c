"""The vocabulary checks itself."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_core.corpus import (
    Alignment,
    Link,
    Pair,
    Projection,
    Reason,
    Sentence,
    Span,
    check_spans,
    projected_spans,
    without_scores,
)


@pytest.mark.parametrize(("start", "end"), [(3, 3), (4, 2), (-1, 2)])
def test_an_empty_or_negative_span_is_refused(start, end):
    with pytest.raises(ValueError, match="start < end"):
        Span(start, end, "PER")


def test_a_span_needs_a_label():
    with pytest.raises(ValueError, match="empty label"):
        Span(0, 1, "")


def test_values_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Span(0, 1, "PER").end = 4  # type: ignore[misc]


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 5)), max_size=6))
def test_check_spans_refuses_exactly_what_overlaps_or_sticks_out(intervals):
    spans = [Span(start, start + length, "LOC") for start, length in intervals]
    used = [token for span in spans for token in range(span.start, span.end)]
    fits = len(used) == len(set(used)) and max(used, default=0) < 10
    if fits:
        assert check_spans(spans, 10) == tuple(sorted(spans, key=lambda s: s.start))
    else:
        with pytest.raises(ValueError, match=r"overlap|ends past"):
            check_spans(spans, 10)


def test_same_entity_ignores_the_score_and_nothing_else():
    assert Span(2, 4, "ORG", 0.5).same_entity(Span(2, 4, "ORG"))
    assert not Span(2, 4, "ORG").same_entity(Span(2, 4, "LOC"))
    assert not Span(2, 4, "ORG").same_entity(Span(2, 5, "ORG"))


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5), st.floats(0, 1)),
        max_size=9,
        unique_by=lambda x: x[:2],
    ),
    st.floats(0, 1),
)
def test_a_threshold_moves_links_and_loses_none(cells, threshold):
    before = Alignment(links=tuple(Link(*cell) for cell in cells))
    after = before.at(threshold)
    assert sorted((*after.links, *after.weak)) == sorted(before.links)
    assert all(link.score >= threshold for link in after.links)
    assert all(link.score < threshold for link in after.weak)


def test_a_link_outside_its_pair_is_named():
    with pytest.raises(ValueError, match=r"2-7 points outside its pair, which has 5 source and 6 target"):
        Alignment(weak=(Link(2, 7, 0.1),)).check(5, 6)


def test_a_pair_without_translation_says_so():
    with pytest.raises(ValueError, match="'s1' has no source sentence"):
        Pair("s1", None, Sentence(("Jambo",), "sw")).both()


def test_margin_is_to_the_best_candidate_not_chosen():
    chosen, rival = Span(3, 7, "ORG", 0.86), Span(3, 8, "ORG", 0.84)
    projection = Projection(Span(4, 9, "ORG"), chosen, Reason.PROJECTED, (chosen, rival))
    assert projection.margin == pytest.approx(0.02)
    assert projection.score == 0.86
    assert Projection(Span(4, 9, "ORG"), chosen, Reason.PROJECTED, (chosen,)).margin is None
    assert Projection(Span(4, 9, "ORG"), None, Reason.NOT_ALIGNED).margin is None


def test_projected_spans_are_sorted_and_skip_what_was_not_projected():
    first, second = Span(0, 2, "PER", 0.9), Span(5, 6, "LOC", 0.4)
    projections = [
        Projection(Span(0, 1, "LOC"), second, Reason.PROJECTED),
        Projection(Span(2, 3, "ORG"), None, Reason.BELOW_MINIMUM),
        Projection(Span(4, 5, "PER"), first, Reason.PROJECTED),
    ]
    assert projected_spans(projections) == (first, second)
    assert without_scores([first]) == (Span(0, 2, "PER"),)
