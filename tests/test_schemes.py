"""Schemes: tables against examples from the literature, and properties over arbitrary spans and tags."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from projner_core.corpus import Span, without_scores
from projner_core.errors import ProjnerError
from projner_core.schemes import (
    Change,
    Detector,
    Scheme,
    SchemeError,
    decode,
    detect,
    encode,
    is_tag,
    repair,
    validate,
)

FUZZ = settings(deadline=None)  # a busy machine is not a slow program
LABELS = ("PER", "LOC", "B-PER", "weather/attribute", "人名", "Ọ̀nà")
PARTING = [scheme for scheme in Scheme if scheme is not Scheme.IO]


@st.composite
def marked(draw) -> tuple[tuple[Span, ...], int]:
    """Spans that do not overlap, many of them touching, and the length of their sentence."""
    spans, position = [], 0
    for _ in range(draw(st.integers(0, 6))):
        start = position + draw(st.sampled_from((0, 0, 1, 3)))
        position = start + draw(st.integers(1, 4))
        spans.append(Span(start, position, draw(st.sampled_from(LABELS))))
    return tuple(spans), position + draw(st.integers(0, 3))


TAGS = st.lists(
    st.one_of(
        st.just("O"),
        st.builds("{}-{}".format, st.sampled_from("BIESLU"), st.sampled_from(("PER", "LOC"))),
        st.sampled_from(("", "B-", "PER", "X-PER", "o", "b-PER", "_", "-", "O-PER")),
    ),
    max_size=9,
)
SCHEMES = st.sampled_from(list(Scheme))

# "Ann Lee | Bo | visited New York City": two people touch.
TOUCHING = (Span(0, 2, "PER"), Span(2, 3, "PER"), Span(4, 7, "LOC"))
WRITTEN = {
    Scheme.IOB1: "I-PER I-PER B-PER O I-LOC I-LOC I-LOC",
    Scheme.IOB2: "B-PER I-PER B-PER O B-LOC I-LOC I-LOC",
    Scheme.BIOES: "B-PER E-PER S-PER O B-LOC I-LOC E-LOC",
    Scheme.BILOU: "B-PER L-PER U-PER O B-LOC I-LOC L-LOC",
}


@pytest.mark.parametrize("scheme", PARTING)
def test_each_scheme_writes_and_reads_what_its_definition_says(scheme):
    tags = tuple(WRITTEN[scheme].split())
    assert encode(TOUCHING, 7, scheme) == tags
    assert decode(tags, scheme) == TOUCHING


def test_io_writes_every_token_alike_and_refuses_to_merge():
    assert encode((Span(0, 2, "PER"), Span(2, 3, "LOC")), 4, Scheme.IO) == ("I-PER", "I-PER", "I-LOC", "O")
    with pytest.raises(SchemeError, match=r"touch.*IO would merge") as caught:
        encode(TOUCHING, 7, Scheme.IO)
    assert (caught.value.position, caught.value.tag) == (2, "I-PER")


def test_iob1_parts_only_touching_spans_of_one_label():
    spans = (Span(0, 1, "PER"), Span(1, 2, "LOC"), Span(2, 3, "LOC"))
    assert encode(spans, 3, Scheme.IOB1) == ("I-PER", "I-LOC", "B-LOC")


@FUZZ
@given(marked(), st.sampled_from(PARTING))
def test_spans_come_back_from_every_scheme_that_can_part_them(case, scheme):
    spans, length = case
    tags = encode(spans, length, scheme)
    assert len(tags) == length
    assert validate(tags, scheme) == ()
    assert decode(tags, scheme) == spans


@FUZZ
@given(marked())
def test_spans_come_back_from_io_unless_they_would_merge(case):
    spans, length = case
    merge = any(a.end == b.start and a.label == b.label for a, b in pairwise(spans))
    if merge:
        with pytest.raises(SchemeError):
            encode(spans, length, Scheme.IO)
    else:
        assert decode(encode(spans, length, Scheme.IO), Scheme.IO) == spans


@FUZZ
@given(TAGS, SCHEMES)
def test_decode_fails_exactly_where_validate_finds_the_first_problem(tags, scheme):
    problems = validate(tags, scheme)
    if not problems:
        assert encode(decode(tags, scheme), len(tags), scheme) == tuple(tags)
        return
    with pytest.raises(SchemeError) as caught:
        decode(tags, scheme)
    assert (caught.value.position, caught.value.tag) == (problems[0].position, problems[0].tag)
    assert isinstance(caught.value, ProjnerError)
    assert all(tags[problem.position] == problem.tag and problem.why for problem in problems)


@FUZZ
@given(TAGS, SCHEMES)
def test_repair_gives_valid_tags_and_lists_every_change(tags, scheme):
    before = list(tags)
    repaired = repair(tags, scheme)
    assert tags == before
    assert validate(repaired.tags, scheme) == ()
    assert {change.position for change in repaired.changes} == {
        position for position, (was, now) in enumerate(zip(tags, repaired.tags, strict=True)) if was != now
    }
    for change in repaired.changes:
        assert (change.was, change.now) == (tags[change.position], repaired.tags[change.position])
        assert change.why
    assert (not repaired.changes) == (not validate(tags, scheme))
    assert repair(repaired.tags, scheme).changes == ()


@FUZZ
@given(TAGS, SCHEMES)
def test_repair_never_changes_a_label_and_marks_no_token_that_was_outside(tags, scheme):
    for was, now in zip(tags, repair(tags, scheme).tags, strict=True):
        assert now[2:] == (was[2:] if is_tag(was) else "")


@FUZZ
@given(marked(), st.sampled_from(PARTING), SCHEMES)
def test_repair_reads_the_tags_of_any_other_scheme(case, written_in, wanted):
    spans, length = case
    merge = any(a.end == b.start and a.label == b.label for a, b in pairwise(spans))
    assume(written_in is not Scheme.IOB1 or not merge)
    assume(wanted is not Scheme.IO or not merge)
    repaired = repair(encode(spans, length, written_in), wanted)
    assert decode(repaired.tags, wanted) == spans


@pytest.mark.parametrize(
    ("scheme", "tags", "now", "why"),
    [
        (Scheme.IOB2, "O I-PER I-PER", "O B-PER I-PER", "a PER span begins here: none is open before it"),
        (Scheme.IOB2, "B-PER I-LOC", "B-PER B-LOC", "a LOC span begins here: none is open before it"),
        (Scheme.IOB2, "S-PER O", "B-PER O", "IOB2 has no prefix 'S'"),
        (Scheme.IOB2, "B-PER PER", "B-PER O", "'PER' is not a tag"),
        (Scheme.IOB1, "O B-PER", "O I-PER", "IOB1 writes B- only right after another PER span"),
        (Scheme.IO, "I-PER B-PER", "I-PER I-PER", "IO has no prefix 'B'"),
        (Scheme.BIOES, "B-PER O", "S-PER O", "the PER span is this token alone"),
        (Scheme.BIOES, "B-PER I-PER", "B-PER E-PER", "the PER span ends here"),
        (Scheme.BIOES, "I-PER E-PER", "B-PER E-PER", "a PER span begins here: none is open before it"),
        (Scheme.BILOU, "B-PER E-PER", "B-PER L-PER", "BILOU has no prefix 'E'"),
    ],
)
def test_a_repair_says_why(scheme, tags, now, why):
    repaired = repair(tags.split(), scheme)
    assert repaired.tags == tuple(now.split())
    assert [change.why for change in repaired.changes] == [why]


def test_a_change_names_position_old_and_new():
    assert repair(["O", "I-LOC"], Scheme.IOB2).changes == (
        Change(1, "I-LOC", "B-LOC", "a LOC span begins here: none is open before it"),
    )


@pytest.mark.parametrize(
    ("scheme", "tags", "positions"),
    [
        (Scheme.IO, "B-PER I-PER", [0]),
        (Scheme.IOB1, "B-PER", [0]),
        (Scheme.IOB1, "I-PER B-LOC", [1]),
        (Scheme.IOB1, "I-PER B-PER B-PER", []),
        (Scheme.IOB2, "O I-PER", [1]),
        (Scheme.BIOES, "B-PER", [0]),
        (Scheme.BIOES, "B-PER I-LOC E-LOC", [0, 1]),
        (Scheme.BIOES, "S-PER E-PER", [1]),
        (Scheme.BILOU, "B-PER I-PER O", [1]),
        (Scheme.BILOU, "S-PER", [0]),
    ],
)
def test_validation_points_at_the_tag_that_is_wrong(scheme, tags, positions):
    assert [problem.position for problem in validate(tags.split(), scheme)] == positions


def test_labels_are_split_at_the_first_hyphen_only():
    assert decode(("B-B-PER", "I-B-PER", "B-weather/attribute"), Scheme.IOB2) == (
        Span(0, 2, "B-PER"),
        Span(2, 3, "weather/attribute"),
    )


@pytest.mark.parametrize("text", ["", "o", "B", "B-", "-PER", "PER", "0", "B_PER", "Ọ", "O-PER", "Β-PER"])
def test_only_a_tag_is_a_tag(text):
    assert not is_tag(text)


def test_encode_checks_its_spans():
    with pytest.raises(ValueError, match="ends past"):
        encode((Span(0, 3, "PER"),), 2, Scheme.IOB2)
    with pytest.raises(ValueError, match="overlap"):
        encode((Span(0, 2, "PER"), Span(1, 3, "PER")), 3, Scheme.IOB2)


def test_encode_sorts_spans_and_drops_scores():
    spans = (Span(2, 3, "LOC", 0.5), Span(0, 1, "PER", 0.9))
    tags = encode(spans, 3, Scheme.IOB2)
    assert decode(tags, Scheme.IOB2) == without_scores(sorted(spans))


@pytest.mark.parametrize(
    ("sentences", "scheme"),
    [
        ([], Scheme.IOB2),
        (["O O"], Scheme.IOB2),
        (["B-PER O", "B-LOC I-LOC"], Scheme.IOB2),
        (["B-PER B-PER"], Scheme.IOB2),
        (["I-PER O", "I-LOC I-LOC"], Scheme.IO),
        (["I-PER B-PER", "I-LOC"], Scheme.IOB1),
        (["S-PER O"], Scheme.BIOES),
        (["B-PER E-PER"], Scheme.BIOES),
        (["U-PER O"], Scheme.BILOU),
        (["B-PER I-PER L-PER"], Scheme.BILOU),
    ],
)
def test_detection_takes_the_strictest_scheme(sentences, scheme):
    assert detect(sentence.split() for sentence in sentences) is scheme


@pytest.mark.parametrize("scheme", PARTING)
def test_one_slip_does_not_turn_a_file_into_another_scheme(scheme):
    sentences = [WRITTEN[scheme].split()] * 5
    for slip in ("I-PER", "E-LOC", "L-LOC", "PER", "B-LOC"):
        detector = Detector()
        for tags in [*sentences, ["O", slip, "O"]]:
            detector.feed(tags)
        assert detector.result() is scheme


@FUZZ
@given(st.lists(marked(), min_size=1, max_size=5), st.sampled_from(PARTING))
def test_what_is_detected_reads_the_same_spans(cases, scheme):
    written = [encode(spans, length, scheme) for spans, length in cases]
    detector = Detector()
    for tags in written:
        detector.feed(tags)
    assert detector.fits()
    for tags, (spans, _) in zip(written, cases, strict=True):
        assert decode(tags, detector.result()) == spans


def test_the_detector_stays_small_on_a_column_that_holds_no_tags():
    detector = Detector()
    for number in range(120):
        detector.feed([f"B-word{number}.{place}" for place in range(1_000)])
    assert len(detector._seen) <= 2 * Detector._MOST_KINDS
    assert detector.result() is Scheme.IOB2
