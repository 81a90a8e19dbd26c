"""Layers read as arrays say what they say otherwise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_core.corpus import Alignment, Link, Projection, Reason, Span
from projner_core.errors import ProjnerError
from projner_core.store import LayerKind
from projner_core.store.arrays import link_arrays, number_array
from projner_core.store.payload import decode, decode_targets, encode

SINGLE = st.floats(0, 1, width=32)
LINKS = st.builds(
    Link, st.integers(0, 70_000), st.integers(0, 70_000), SINGLE, st.one_of(st.none(), SINGLE), st.none()
)
LINK_TUPLES = st.lists(LINKS, max_size=6).map(tuple)
ALIGNMENTS = st.lists(st.builds(Alignment, LINK_TUPLES, LINK_TUPLES), max_size=5)


@given(ALIGNMENTS, st.booleans())
def test_arrays_hold_the_links_of_every_pair_in_order(alignments, weak):
    arrays = link_arrays([encode(LayerKind.LINKS, alignment) for alignment in alignments], weak=weak)
    expected = [alignment.weak if weak else alignment.links for alignment in alignments]
    assert arrays.offsets.tolist() == [sum(map(len, expected[:i])) for i in range(len(alignments) + 1)]
    assert arrays.rows.tolist() == [row for row, links in enumerate(expected) for _ in links]
    found = [
        Link(
            int(s), int(t), float(score), None if np.isnan(f) else float(f), None if np.isnan(b) else float(b)
        )
        for s, t, score, f, b in arrays.records
    ]
    assert found == [link for links in expected for link in links]


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False)).map(tuple))
def test_numbers_come_back_equal(numbers):
    assert decode(LayerKind.NUMBERS, encode(LayerKind.NUMBERS, numbers)) == numbers


@given(st.integers(0, 2**24))
def test_counts_are_exact(count):
    assert decode(LayerKind.NUMBERS, encode(LayerKind.NUMBERS, [count])) == (count,)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 1e39])
def test_what_single_precision_has_no_number_for_is_refused(number):
    with pytest.raises((ValueError, OverflowError)):
        encode(LayerKind.NUMBERS, (1.0, number))


def test_rows_of_numbers_are_equally_long_or_an_error():
    rows = [encode(LayerKind.NUMBERS, row) for row in ((1, 2), (3, 4), (5, 6))]
    assert number_array(rows).tolist() == [[1, 2], [3, 4], [5, 6]]
    with pytest.raises(ValueError, match="equally many"):
        number_array([*rows, encode(LayerKind.NUMBERS, (7,))])


def layer(project, kind, values, side="both"):
    made = project.open_layer(name=str(kind), kind=kind, side=side, fingerprint=str(kind), provenance={})
    return project.write(made, 0, values)


def test_stretches_of_a_project(project):
    alignments = [Alignment((Link(0, i), Link(1, 0)), (Link(2, 1, 0.125),)) for i in range(3)]
    links = layer(project, LayerKind.LINKS, alignments)
    arrays = project.link_arrays(links.id, 1, 99)
    assert arrays.offsets.tolist() == [0, 2, 4]
    assert arrays.records["target"].tolist() == [1, 0, 2, 0]
    assert project.link_arrays(links.id, 0, 3, weak=True).records["source"].tolist() == [2, 2, 2]
    assert project.link_arrays(links.id, 3, 9).offsets.tolist() == [0]
    assert project.annotations_at(links.id, [2, 0, 5]) == {0: alignments[0], 2: alignments[2]}
    numbers = layer(project, LayerKind.NUMBERS, [(i, 0.5) for i in range(6)])
    assert project.number_array(numbers.id, 2, 4).tolist() == [[2, 0.5], [3, 0.5]]
    assert project.annotation(numbers.id, 5) == (5.0, 0.5)


def test_where_entities_went(project):
    went = Projection(Span(0, 2, "PER"), Span(1, 2, "PER", 0.5), Reason.PROJECTED, (Span(1, 2, "PER", 0.5),))
    lost = Projection(Span(3, 4, "人名"), None, Reason.NOT_ALIGNED)
    projections = layer(project, LayerKind.PROJECTIONS, [(went, lost), ()], "target")
    assert project.targets(projections.id, 0, 2) == [[((0, 2, "PER"), (1, 2)), ((3, 4, "人名"), None)], []]
    assert decode_targets(encode(LayerKind.PROJECTIONS, ())) == []


def test_asking_a_layer_for_what_it_does_not_hold_is_a_sentence(project):
    links = layer(project, LayerKind.LINKS, [Alignment()])
    for ask in (project.number_array, project.targets):
        with pytest.raises(ProjnerError, match="holds links"):
            ask(links.id, 0, 1)
    with pytest.raises(ProjnerError, match="no layer 99"):
        project.link_arrays(99, 0, 1)


def test_pairs_and_doubts_of_a_page_wherever_they_stand(project):
    links = layer(project, LayerKind.LINKS, [Alignment()] * 3)
    project.write_signals(links.id, 0, [0.1, 0.2, 0.3])
    assert project.pairs_at([4, 1, 99]) == {1: project.pair(1), 4: project.pair(4)}
    assert project.doubts_at(links.id, [2, 0, 5]) == {0: 0.1, 2: 0.3}
