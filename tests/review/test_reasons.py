from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_core.corpus import Alignment, Link, Pair, Projection, Reason, Sentence, Span
from projner_core.review.reasons import reason_text, short, signal_text
from projner_core.review.signals import Sign, Signal


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
            Projection(ENTITY, None, Reason.TOO_SHORT, (Span(0, 3, "ORG", 0.75), Span(4, 5, "ORG", 0.25))),
            "Not projected: the longest run of words linked to it, “Mahakama ya Haki”, is 3 words long, "
            "too few beside its own 4.",
        ),
        (
            Projection(ENTITY, None, Reason.NOT_MARKED),
            "Not projected: the marked text marks no words for it that stand in this sentence.",
        ),
        (
            Projection(ENTITY, None, Reason.DROPPED),
            "Not projected: entities labelled ORG are not wanted in the target.",
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


@given(PROJECTIONS, st.sampled_from([None, "a b c d e f g", "x"]))
def test_whatever_comes_every_reason_is_a_sentence(projection, source):
    assert reason_text(projection, pair(source, "t u v w x y z"), Alignment()).endswith(".")


@pytest.mark.parametrize(
    ("signal", "text"),
    [
        (Signal(Sign.UNPROJECTED, 1.0, 0), "it was not carried over"),
        (Signal(Sign.LOW_SCORE, 0.6, 0), "its place scores only 0.40"),
        (
            Signal(Sign.ALIGNERS_DISAGREE, 1.0, 0, ("eflomal", "Mahakama ya")),
            "with the links of eflomal it lands on “Mahakama ya”",
        ),
        (
            Signal(Sign.ALIGNERS_DISAGREE, 0.5, 0, ("eflomal", "")),
            "with the links of eflomal it is not carried over",
        ),
        (
            Signal(Sign.MODELS_DISAGREE, 1.0, 0, ("afro-xlmr", "Mahakama", "LOC")),
            "afro-xlmr finds “Mahakama” (LOC) here",
        ),
        (Signal(Sign.MODELS_DISAGREE, 1.0, 0, ("afro-xlmr",)), "afro-xlmr finds no entity here"),
        (
            Signal(Sign.MODELS_DISAGREE, 1.0, None, ("afro-xlmr", "Kenya", "LOC")),
            "afro-xlmr finds “Kenya” (LOC), which is not marked",
        ),
        (Signal(Sign.ODD_LENGTH, 0.4, 0, ("short",)), "its place is unusually short"),
        (
            Signal(Sign.ODD_SENTENCES, 0.4, None, ("long",)),
            "the target is unusually long for this source",
        ),
        (Signal(Sign.LABEL_VARIES, 0.8, 0, ("LOC",)), "elsewhere in the corpus these words are LOC"),
        (
            Signal(Sign.FORM_VARIES, 0.8, 0, ("korti kuu",)),
            "elsewhere in the corpus it became “korti kuu”",
        ),
        (
            Signal(Sign.KNOWN_NAME, 0.7, None, ("Kenya",)),
            "“Kenya” is an entity elsewhere in the corpus, and unmarked here",
        ),
        (Signal(Sign.UNLINKED, 0.25), "25% of the target words are linked to nothing"),
    ],
)
def test_every_sign_has_its_clause(signal, text):
    assert signal_text(signal) == text


def test_words_that_run_from_right_to_left_are_isolated_in_a_clause():
    known = Signal(Sign.KNOWN_NAME, 0.9, None, ("القاهرة",))
    assert signal_text(known).startswith("“\u2068القاهرة\u2069” is an entity elsewhere")


@given(st.sampled_from(Sign), st.booleans(), st.lists(st.text(max_size=4), max_size=3))
def test_whatever_is_known_of_a_sign_it_has_words(sign, whole, details):
    signal = Signal(sign, 0.5, None if whole else 0, tuple(details))
    assert short(sign)
    assert signal_text(signal)
