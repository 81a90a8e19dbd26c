"""Tags with their probabilities, texts and findings: as bytes and back, and only where they fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_core.corpus import Projection, Reason, Span, TagProbabilities
from projner_core.errors import ProjnerError
from projner_core.evaluation.findings import Cause, Finding, Outcome
from projner_core.review.actions import Kind, draft
from projner_core.store import LayerKind
from projner_core.store.payload import decode, encode

LABELS = st.one_of(
    st.sampled_from(["O", "B-PER", "I-人名", "B-ẸNÌYÀN", "👩‍👧"]), st.text(st.characters(), min_size=1)
)
SPANS = st.builds(
    lambda start, length, label, score: Span(start, start + length, label, score),
    st.integers(0, 70_000),
    st.integers(1, 9),
    LABELS,
    st.one_of(st.none(), st.floats(0, 1)),
)


@st.composite
def tag_probabilities(draw) -> TagProbabilities:
    tags = draw(st.lists(LABELS, max_size=9, unique=True))
    row = st.tuples(*[st.floats(0, 1) for _ in tags])
    return TagProbabilities(tuple(tags), tuple(draw(st.lists(row, max_size=12))))


@st.composite
def one_finding(draw) -> Finding:
    outcome = draw(st.sampled_from(Outcome))
    return Finding(
        gold=None if outcome is Outcome.SPURIOUS else draw(SPANS),
        predicted=None if outcome is Outcome.MISSING else draw(SPANS),
        outcome=outcome,
        cause=draw(st.one_of(st.none(), st.sampled_from(Cause))),
        entity=draw(st.one_of(st.none(), SPANS)),
    )


@given(tag_probabilities())
def test_tags_come_back_with_probabilities_that_are_as_good_as_equal(tags):
    back = decode(LayerKind.TAGS, encode(LayerKind.TAGS, tags))
    assert back.tags == tags.tags
    assert len(back.rows) == len(tags.rows)
    for ours, theirs in zip(tags.rows, back.rows, strict=True):
        assert theirs == pytest.approx(ours, abs=2**-12)  # half of float16's step below 1
        assert all(0 <= value <= 1 for value in theirs)
    assert decode(LayerKind.TAGS, encode(LayerKind.TAGS, back)) == back  # rounded once, not again


def test_the_tags_of_a_sentence_take_two_bytes_each_and_their_names_once():
    tags = TagProbabilities(("O", "B-PER", "I-PER"), ((0.9, 0.05, 0.05),) * 100)
    assert len(encode(LayerKind.TAGS, tags)) == 100 * 3 * 2 + 8 + len('["O","B-PER","I-PER"]')


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_a_probability_that_is_no_number_is_refused(wrong):
    with pytest.raises(ValueError, match="not all finite"):
        encode(LayerKind.TAGS, TagProbabilities(("O",), ((wrong,),)))


@given(st.text(st.characters()))
def test_texts_come_back_equal_half_characters_too(text):
    assert decode(LayerKind.TEXTS, encode(LayerKind.TEXTS, text)) == text


@given(st.lists(one_finding(), max_size=5).map(tuple))
def test_findings_come_back_equal(findings):
    back = decode(LayerKind.FINDINGS, encode(LayerKind.FINDINGS, findings))
    assert back == findings
    assert all(isinstance(f.outcome, Outcome) for f in back)
    assert all(f.cause is None or isinstance(f.cause, Cause) for f in back)


def test_findings_are_short_readable_json():
    paris = Span(0, 1, "LOC")
    findings = (
        Finding(paris, paris, Outcome.CORRECT),
        Finding(Span(2, 4, "人名"), None, Outcome.MISSING, Cause.NOT_ALIGNED, Span(1, 2, "PER")),
        Finding(None, Span(5, 6, "ORG"), Outcome.SPURIOUS, entity=Span(3, 4, "ORG")),
    )
    assert encode(LayerKind.FINDINGS, findings).decode() == (
        '[[[0,1,"LOC"],[0,1,"LOC"],"correct"],'
        '[[2,4,"人名"],null,"missing","not-aligned",[1,2,"PER"]],'
        '[null,[5,6,"ORG"],"spurious",null,[3,4,"ORG"]]]'
    )


def layer_of(project, kind: LayerKind, side="target"):
    return project.open_layer(
        name=kind, kind=kind, side=side, fingerprint=f"{kind} {side}", provenance={"stage": "test"}
    )


ROW = (0.75, 0.25)


@pytest.mark.parametrize(
    ("kind", "side", "value"),
    [
        (LayerKind.TAGS, "target", TagProbabilities(("O", "B-PER"), (ROW,) * 7)),
        (LayerKind.TAGS, "source", TagProbabilities(("O", "B-PER"), (ROW,) * 9)),
        (LayerKind.TEXTS, "target", "[Mahakama Kuu ya Kenya] ilikaa [Nairobi] . \ud800"),
        (LayerKind.TEXTS, "target", ""),
        (
            LayerKind.FINDINGS,
            "target",
            (
                Finding(
                    Span(0, 4, "ORG"), Span(0, 1, "ORG"), Outcome.BOUNDARY, Cause.SPLIT, Span(1, 5, "ORG")
                ),
            ),
        ),
    ],
)
def test_what_fits_its_pair_is_kept(project, kind, side, value):
    layer = layer_of(project, kind, side)
    project.write(layer, 0, [value])
    assert project.annotation(layer.id, 0) == value


@pytest.mark.parametrize(
    ("kind", "side", "value", "says"),
    [
        (
            LayerKind.TAGS,
            "target",
            TagProbabilities(("O",), ((1.0,),) * 8),
            "8 tokens, but the sentence has 7",
        ),
        (
            LayerKind.TAGS,
            "source",
            TagProbabilities(("O",), ((1.0,),) * 6),
            "6 tokens, but the sentence has 9",
        ),
        (
            LayerKind.TAGS,
            "target",
            TagProbabilities(("O",), ((1.5,),) * 7),
            "probability of O at token 0 is 1.5",
        ),
        (LayerKind.TEXTS, "target", b"bytes", "is no text"),
        (LayerKind.FINDINGS, "target", (Finding(Span(6, 8, "LOC"), None, Outcome.MISSING),), "7 tokens"),
        (LayerKind.FINDINGS, "target", (Finding(None, Span(6, 8, "LOC"), Outcome.SPURIOUS),), "7 tokens"),
        (
            LayerKind.FINDINGS,
            "target",
            (Finding(Span(0, 1, "LOC"), None, Outcome.MISSING, None, Span(8, 10, "LOC")),),
            "9 tokens",
        ),
        (
            LayerKind.FINDINGS,
            "target",
            (
                Finding(Span(0, 2, "LOC"), None, Outcome.MISSING),
                Finding(Span(1, 3, "ORG"), None, Outcome.MISSING),
            ),
            "overlap",
        ),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(project, kind, side, value, says):
    layer = layer_of(project, kind, side)
    with pytest.raises(ProjnerError, match=says):
        project.write(layer, 0, [value])
    assert project.layer(layer.id).done == 0


def test_decisions_say_where_each_entity_went_and_why(project):
    layer = layer_of(project, LayerKind.PROJECTIONS)
    court, nairobi = Span(1, 5, "ORG"), Span(7, 8, "LOC")
    found = (
        Projection(court, Span(0, 4, "ORG", 0.8), Reason.PROJECTED, (Span(0, 4, "ORG", 0.8),)),
        Projection(nairobi, None, Reason.NOT_ALIGNED),
    )
    project.write(layer, 0, [found, ()])
    assert project.decisions(layer.id, 0, 5) == [
        [((1, 5, "ORG"), (0, 4), "projected"), ((7, 8, "LOC"), None, "not-aligned")],
        [],
    ]
    spans = layer_of(project, LayerKind.SPANS)
    with pytest.raises(ProjnerError, match="holds spans, not projections"):
        project.decisions(spans.id, 0, 5)


def test_doubts_are_counted_by_tenths(project):
    layer = layer_of(project, LayerKind.PROJECTIONS)
    assert project.doubt_counts(layer.id) == (0,) * 10
    project.write_signals(layer, 0, [0.0, 0.09, 0.1, 0.95, 1.0, 0.5])
    assert project.doubt_counts(layer.id) == (2, 1, 0, 0, 0, 1, 0, 0, 0, 2)


def test_the_last_action_is_that_of_the_kinds_and_the_review_asked_for(project):
    def decide(kind, now, review="review"):
        return project.append(
            draft(project.state(1, review), position=1, kind=kind, now=now, review=review)
        ).id

    assert project.last_action((Kind.SPANS, Kind.VERDICT)) == 0
    verdict = decide(Kind.VERDICT, "right")
    note = decide(Kind.NOTE, "a note")
    other = decide(Kind.VERDICT, "right", review="another")
    assert project.last_action((Kind.SPANS, Kind.VERDICT)) == verdict
    assert project.last_action((Kind.NOTE,)) == note
    assert project.last_action((Kind.SPANS, Kind.VERDICT), "another") == other
