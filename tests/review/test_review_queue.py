from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_core.corpus import Alignment, Link, Pair, Projection, Reason, Sentence, Span
from projner_core.review.queue import doubt, reason_text


def pair(source: str | None, target: str) -> Pair:
    english = None if source is None else Sentence(tuple(source.split()), "eng")
    return Pair("p", english, Sentence(tuple(target.split()), "swh"))


COURT = pair("The Supreme Court of Justice sat in Kenya", "Mahakama ya Haki ilikaa Kenya")
ENTITY = Span(1, 5, "ORG")
COURT_SPAN = Span(0, 3, "ORG", 0.86)
SURE = Projection(ENTITY, COURT_SPAN, Reason.PROJECTED, (COURT_SPAN,))
CLOSE = replace(SURE, candidates=(COURT_SPAN, Span(0, 4, "ORG", 0.84)))
LINKS = Alignment((Link(1, 0), Link(2, 0), Link(4, 2), Link(7, 4)))


def test_the_reason_says_what_is_linked_and_how_close_it_was():
    assert reason_text(CLOSE, COURT, LINKS) == (
        "3 of its 4 words are linked to “Mahakama ya Haki”; score 0.86, runner-up 0.84."
    )
    assert reason_text(SURE, COURT) == "Projected to “Mahakama ya Haki”; score 0.86."


def test_the_reason_counts_all_one_and_none():
    every = Alignment(tuple(Link(i, 0) for i in range(1, 5)))
    assert reason_text(SURE, COURT, every).startswith("All 4 of its words are linked to “Mahakama ya Haki”")
    one = Alignment((Link(2, 0),))
    assert reason_text(SURE, COURT, one).startswith("1 of its 4 words is linked to")
    assert "none of its words is linked" in reason_text(SURE, COURT, Alignment())
    kenya = Projection(Span(7, 8, "LOC"), Span(4, 5, "LOC", 1.0), Reason.PROJECTED)
    assert reason_text(kenya, COURT, LINKS) == "It is linked to “Kenya”; score 1.00."


def test_a_better_candidate_that_gave_way_is_told():
    gave_way = replace(SURE, candidates=(Span(0, 4, "ORG", 0.95), COURT_SPAN))
    assert reason_text(gave_way, COURT).endswith(
        "score 0.86, runner-up 0.95. "
        "The runner-up scores higher, but it overlaps another entity that was projected."
    )


@pytest.mark.parametrize(
    ("projection", "text"),
    [
        (
            Projection(ENTITY, None, Reason.NOT_ALIGNED),
            "Not projected: no word of the target is linked to it.",
        ),
        (
            Projection(ENTITY, None, Reason.EXCLUDED),
            "Not projected: what it is linked to cannot be a name (punctuation alone, say).",
        ),
        (
            Projection(ENTITY, None, Reason.BELOW_MINIMUM, (Span(3, 4, "ORG", 0.08),)),
            "Not projected: its best candidate, “ilikaa”, scores 0.08, which is under the minimum.",
        ),
        (
            Projection(ENTITY, None, Reason.LOST_COLLISION, (Span(4, 5, "ORG", 0.5),), (Span(7, 8, "LOC"),)),
            "Not projected: its best candidate, “Kenya”, scores 0.50, but “Kenya” (LOC) takes words of it.",
        ),
        (
            Projection(ENTITY, None, Reason.LOST_COLLISION, (), (Span(7, 8, "LOC"), Span(0, 1, "MISC"))),
            "Not projected: its best candidate scores too little, "
            "but “Kenya” (LOC) and “The” (MISC) take words of it.",
        ),
        (
            Projection(Span(4, 5, "LOC"), Span(4, 5, "LOC", 0.7), Reason.TRANSFERRED),
            "“Kenya” was found by a tagger on the target itself; score 0.70.",
        ),
    ],
)
def test_every_reason_has_its_sentence(projection, text):
    assert reason_text(projection, COURT) == text


def test_right_to_left_words_are_isolated_from_the_sentence_around_them():
    cairo = pair("Cairo grows", "القاهرة تنمو")
    projected = Projection(Span(0, 1, "LOC"), Span(0, 1, "LOC", 0.9), Reason.PROJECTED)
    assert reason_text(projected, cairo) == "Projected to “\u2068القاهرة\u2069”; score 0.90."


def test_doubt_ranks_as_a_linguist_would():
    sure = doubt([replace(SURE, target=Span(0, 3, "ORG", 0.99))], LINKS, COURT)
    low = doubt([replace(SURE, target=Span(0, 3, "ORG", 0.4))], LINKS, COURT)
    close = doubt([CLOSE], LINKS, COURT)
    clear = doubt([SURE], LINKS, COURT)
    missing = doubt([Projection(ENTITY, None, Reason.NOT_ALIGNED)], LINKS, COURT)
    both = doubt([SURE, Projection(ENTITY, None, Reason.NOT_ALIGNED)], LINKS, COURT)
    assert sure < clear < close < low
    assert clear < missing < both


def test_a_span_of_odd_length_is_doubtful():
    long = pair("a b c d e f g h", "a b c d e f g h")
    fair = Projection(Span(0, 1, "PER"), Span(0, 2, "PER", 0.9), Reason.PROJECTED)
    odd = Projection(Span(0, 1, "PER"), Span(0, 8, "PER", 0.9), Reason.PROJECTED)
    assert doubt([fair], Alignment(), long) == pytest.approx(0.1)
    # three doublings where none was expected: two beyond the first, 0.2 each
    assert doubt([odd], Alignment(), long) == pytest.approx(1 - 0.9 * 0.6)


def test_a_tie_is_doubtful_whatever_the_score():
    tie = replace(
        SURE, target=Span(0, 3, "ORG", 1.0), candidates=(Span(0, 3, "ORG", 1.0), Span(0, 4, "ORG", 1.0))
    )
    assert doubt([tie], LINKS, COURT) == pytest.approx(0.25)


def test_without_entities_the_doubt_is_small_and_shrinks_with_the_links():
    none = doubt([], Alignment(), COURT)
    some = doubt([], LINKS, COURT)
    assert 0 < some < none
    assert none == pytest.approx(0.05)
    assert doubt([], Alignment(), pair(None, "Mahakama")) == 0.0


SPANS = st.builds(
    lambda start, length, score: Span(start, start + length, "PER", score),
    st.integers(0, 3),
    st.integers(1, 4),
    st.one_of(st.none(), st.floats(0, 3)),
)
PROJECTIONS = st.builds(
    Projection,
    entity=SPANS,
    target=st.one_of(st.none(), SPANS),
    reason=st.sampled_from(Reason),
    candidates=st.lists(SPANS, max_size=3).map(tuple),
    rivals=st.lists(SPANS, max_size=3).map(tuple),
)


@given(st.lists(PROJECTIONS, max_size=5), st.sampled_from([None, "a b c d e f g", "x"]))
def test_whatever_comes_the_doubt_is_a_chance_and_every_reason_a_sentence(projections, source):
    odd = pair(source, "t u v w x y z")
    assert 0.0 <= doubt(projections, Alignment(), odd) <= 1.0
    for projection in projections:
        assert reason_text(projection, odd, Alignment()).endswith(".")


@given(st.lists(PROJECTIONS, max_size=4), PROJECTIONS)
def test_one_more_entity_never_makes_a_pair_less_doubtful(projections, more):
    if projections:
        before = doubt(projections, Alignment(), COURT)
        assert doubt([*projections, more], Alignment(), COURT) >= before - 1e-12
