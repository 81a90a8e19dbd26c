from __future__ import annotations

import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_core.corpus import Alignment, Link, Projection, Reason, Span
from projner_core.store import LayerKind
from projner_core.store.payload import decode, encode

# Any text, half surrogates too: JSON files may hold them.
LABELS = st.one_of(
    st.sampled_from(["PER", "人名", "ẸNÌYÀN", "B-x/y", "👩‍👧", "\x00\u2028"]),
    st.text(st.characters(), min_size=1),
)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
SPANS = st.builds(
    lambda start, length, label, score: Span(start, start + length, label, score),
    st.integers(0, 70_000),
    st.integers(1, 70_000),
    LABELS,
    st.one_of(st.none(), FINITE),
)
SPAN_TUPLES = st.lists(SPANS, max_size=6).map(tuple)
SINGLE = st.floats(0, 1, width=32)
LINKS = st.builds(
    Link,
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    SINGLE,
    st.one_of(st.none(), SINGLE),
    st.one_of(st.none(), SINGLE),
)
LINK_TUPLES = st.lists(LINKS, max_size=20).map(tuple)
PROJECTIONS = st.builds(
    Projection,
    entity=SPANS,
    target=st.one_of(st.none(), SPANS),
    reason=st.sampled_from(Reason),
    candidates=SPAN_TUPLES,
    rivals=SPAN_TUPLES,
)


@given(SPAN_TUPLES)
def test_spans_come_back_equal(spans):
    assert decode(LayerKind.SPANS, encode(LayerKind.SPANS, spans)) == spans


@given(st.lists(PROJECTIONS, max_size=4).map(tuple))
def test_projections_come_back_equal(projections):
    back = decode(LayerKind.PROJECTIONS, encode(LayerKind.PROJECTIONS, projections))
    assert back == projections
    assert all(isinstance(projection.reason, Reason) for projection in back)


@given(LINK_TUPLES, LINK_TUPLES)
def test_links_come_back_equal(links, weak):
    alignment = Alignment(links, weak)
    assert decode(LayerKind.LINKS, encode(LayerKind.LINKS, alignment)) == alignment


@given(st.floats(0, 1))
def test_scores_of_links_are_rounded_to_single_precision_and_no_further(score):
    link = decode(LayerKind.LINKS, encode(LayerKind.LINKS, Alignment((Link(0, 0, score),)))).links[0]
    assert link.score == float(np.float32(score))
    assert (link.forward, link.backward) == (None, None)


def test_the_layout_of_links_is_the_documented_one():
    payload = encode(LayerKind.LINKS, Alignment((Link(1, 2, 0.5, 0.25),), (Link(3, 4, 0.125),)))
    dtype = [("source", "<u4"), ("target", "<u4"), ("score", "<f4"), ("forward", "<f4"), ("backward", "<f4")]
    records = np.frombuffer(payload, dtype=dtype, offset=4)
    assert struct.unpack_from("<I", payload) == (1,)
    assert records["source"].tolist() == [1, 3]
    assert records["target"].tolist() == [2, 4]
    assert records["score"].tolist() == [0.5, 0.125]
    assert records["forward"][0] == 0.25
    assert np.isnan(records["forward"][1])
    assert np.isnan(records["backward"]).all()


def test_numbers_of_numpy_are_plain_numbers_afterwards():
    spans = (Span(np.int64(1), np.int32(3), "PER", np.float32(0.5)),)
    (back,) = decode(LayerKind.SPANS, encode(LayerKind.SPANS, spans))
    assert back == Span(1, 3, "PER", 0.5)
    assert type(back.start) is int
    assert type(back.score) is float


def test_spans_are_readable_json():
    assert encode(LayerKind.SPANS, (Span(0, 2, "人名"), Span(3, 4, "LOC", 0.5))) == (
        '[[0,2,"人名"],[3,4,"LOC",0.5]]'.encode()
    )


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf])
def test_a_link_with_a_score_that_is_no_number_is_refused(score):
    for link in (Link(0, 1, score), Link(0, 1, 0.5, score), Link(0, 1, 0.5, None, score)):
        for alignment in (Alignment((link,)), Alignment((), (link,))):
            with pytest.raises(ValueError, match="not all finite"):
                encode(LayerKind.LINKS, alignment)


@pytest.mark.parametrize("score", [math.nan, math.inf])
def test_a_score_that_is_no_number_is_refused(score):
    with pytest.raises(ValueError, match="JSON"):
        encode(LayerKind.SPANS, (Span(0, 1, "PER", score),))
