"""Links of several aligners made one: by hand, by properties, and beside a slow reference."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_core.aligners.symmetrisation import METHODS, intersection, symmetrise, union, vote
from projner_core.corpus import Alignment, Link

LINKS = st.frozensets(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=16)
MEMBERS = st.lists(LINKS, min_size=1, max_size=4)
SCORED = st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 4)), st.floats(0, 1), max_size=8)
GROWING = ["grow-diag", "grow-diag-final", "grow-diag-final-and"]


def offsets(links):
    return {(link.source, link.target) for link in links}


def alignment(scores, threshold=0.5):
    links = tuple(sorted(Link(i, j, score) for (i, j), score in scores.items()))
    return Alignment(links).at(threshold)


def reference(method, members):
    """Koehn's figure word for word: passes over the whole matrix until nothing is added."""
    grown = set.intersection(*map(set, members))
    allowed = set.union(*map(set, members))
    neighbours = [(-1, 0), (0, -1), (1, 0), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1)]
    added = True
    while added:
        added = False
        for i in range(8):
            for j in range(8):
                if (i, j) not in grown:
                    continue
                for di, dj in neighbours:
                    a, b = i + di, j + dj
                    free = all(x != a for x, _ in grown) or all(y != b for _, y in grown)
                    if free and (a, b) in allowed and (a, b) not in grown:
                        grown.add((a, b))
                        added = True
    if method != "grow-diag":
        for member in members:
            for i in range(8):
                for j in range(8):
                    row, column = all(x != i for x, _ in grown), all(y != j for _, y in grown)
                    free = row and column if method.endswith("and") else row or column
                    if free and (i, j) in member:
                        grown.add((i, j))
    return grown


@pytest.mark.parametrize("method", GROWING)
@given(members=MEMBERS)
def test_growing_is_what_the_figure_says(method, members):
    assert METHODS[method](members) == reference(method, members)


# “Michael geht davon aus” – “Michael assumes”: each direction may link a word once
FORWARD = {(0, 0), (1, 1)}  # one German word for each English one
BACKWARD = {(0, 0), (1, 1), (2, 1), (3, 1)}  # one English word for each German one


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("intersection", FORWARD),
        ("union", BACKWARD),
        ("grow-diag", BACKWARD),  # davon is beside geht, aus beside davon
        ("grow-diag-final", BACKWARD),
        ("grow-diag-final-and", BACKWARD),
    ],
)
def test_a_separable_verb(method, expected):
    assert METHODS[method]([FORWARD, BACKWARD]) == expected


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("intersection", {(0, 0)}),
        ("grow-diag", {(0, 0), (1, 1)}),  # a neighbour whose tokens are both free
        ("grow-diag-final", {(0, 0), (1, 1), (5, 5), (5, 0)}),  # 5-0: neither is free by then, but see below
        ("grow-diag-final-and", {(0, 0), (1, 1), (5, 5)}),  # far off, both free
    ],
)
def test_what_each_step_adds(method, expected):
    # 5-0 comes before 5-5 and has a free source token: final takes it, and 5-5 has a free target token.
    assert METHODS[method]([{(0, 0), (1, 1)}, {(0, 0), (5, 0), (5, 5)}]) == expected


def test_the_order_of_the_aligners_decides_between_far_links():
    one, other = {(0, 0), (5, 5)}, {(0, 0), (5, 7)}
    assert METHODS["grow-diag-final-and"]([one, other]) == {(0, 0), (5, 5)}
    assert METHODS["grow-diag-final-and"]([other, one]) == {(0, 0), (5, 7)}


def test_of_two_neighbours_the_earlier_in_the_figure_wins():
    # Both 0-1 and 2-1 are beside 1-1 … and 1-0 and 1-2 too, but then 1 has a link already.
    assert METHODS["grow-diag"]([{(1, 1)}, {(1, 1), (0, 0), (1, 0)}]) == {(1, 1), (1, 0), (0, 0)}


@pytest.mark.parametrize("method", METHODS)
@given(members=MEMBERS)
def test_results_lie_between_intersection_and_union(method, members):
    before = [set(member) for member in members]
    found = METHODS[method](members)
    assert intersection(members) <= found <= union(members)
    assert [set(member) for member in members] == before


@pytest.mark.parametrize("method", METHODS)
@given(links=LINKS)
def test_one_aligner_stays_as_it_is(method, links):
    assert METHODS[method]([links]) == links
    assert METHODS[method]([links, links]) == links


@pytest.mark.parametrize("method", ["intersection", "union"])
@given(members=MEMBERS)
def test_set_operations_know_no_sides_and_no_order(method, members):
    swapped = [{(j, i) for i, j in member} for member in members]
    assert METHODS[method](swapped) == {(j, i) for i, j in METHODS[method](members)}
    assert METHODS[method](members[::-1]) == METHODS[method](members)


@pytest.mark.parametrize("method", METHODS)
def test_no_links_and_no_members(method):
    assert METHODS[method]([set(), set()]) == set()
    assert METHODS[method]([]) == set()


@pytest.mark.parametrize("method", METHODS)
@given(members=st.lists(SCORED, min_size=1, max_size=3))
def test_a_combined_link_scores_the_mean(method, members):
    made = [alignment(member) for member in members]
    found = symmetrise(method, made)
    assert offsets(found.links) == METHODS[method]([offsets(a.links) for a in made])
    assert {*offsets(found.links), *offsets(found.weak)} == {key for member in members for key in member}
    for link in (*found.links, *found.weak):
        mean = sum(member.get((link.source, link.target), 0) for member in members) / len(members)
        assert link.score == pytest.approx(mean, abs=1e-6)
    assert list(found.links) == sorted(found.links)


@given(
    members=st.lists(SCORED, min_size=1, max_size=3),
    weights=st.lists(st.floats(0.01, 10), min_size=3, max_size=3),
    threshold=st.floats(0, 1),
)
def test_a_vote_is_the_weighted_mean(members, weights, threshold):
    weights = weights[: len(members)]
    found = vote([alignment(member) for member in members], weights, threshold)
    for link in (*found.links, *found.weak):
        key = (link.source, link.target)
        mean = sum(w * m.get(key, 0) for w, m in zip(weights, members, strict=True)) / sum(weights)
        assert link.score == pytest.approx(mean, abs=1e-6)
    assert all(link.score >= threshold for link in found.links)
    assert all(link.score < threshold for link in found.weak)
    assert found.at(threshold) == found


@pytest.mark.parametrize("weights", [(0.1, 0.2, 0.3), (1, 2, 3), (7, 14, 21)])
def test_rounding_does_not_decide(weights):
    sure = Alignment((Link(0, 0),))
    assert vote([sure, sure, Alignment()], weights, 0.5).links == (Link(0, 0, 0.5),)
    assert vote([sure, sure, sure], weights, 1.0).links == (Link(0, 0, 1.0),)
