"""Agreement between aligners, and the links that only one has."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_core.corpus import Alignment, GoldLinks, Link
from projner_core.evaluation.agreement import Tally, agreement, only
from projner_core.evaluation.alignments import score
from projner_core.formats import pharaoh

LINKS = st.frozensets(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=6)


@st.composite
def layers(draw) -> list[list[Alignment]]:
    """Two to four aligners over up to five pairs."""
    aligners, pairs = draw(st.integers(2, 4)), draw(st.integers(0, 5))
    return [
        [Alignment(tuple(Link(*offsets) for offsets in draw(LINKS))) for _ in range(pairs)]
        for _ in range(aligners)
    ]


def known(layer: list[Alignment]) -> set[tuple[int, int, int]]:
    return {(n, link.source, link.target) for n, alignment in enumerate(layer) for link in alignment.links}


def parse(*lines: str) -> list[Alignment]:
    return [pharaoh.parse(line) for line in lines]


def test_by_hand():
    statistical = parse("0-0 1-1 2-2", "0-0")
    eflomal = parse("0-0 1-1", "0-1")
    simalign = parse("0-0 2-2 3-3", "")
    found = agreement([statistical, eflomal, simalign])
    assert found.pairs == 2
    assert found.shared == ((4, 2, 2), (2, 3, 1), (2, 1, 3))
    assert found.only == (1, 1, 1)
    assert (found.by_all, found.by_any) == (1, 6)
    assert found.f1[0] == (1.0, pytest.approx(4 / 7), pytest.approx(4 / 7))
    assert found.jaccard[0] == (1.0, pytest.approx(2 / 5), pytest.approx(2 / 5))
    assert json.loads(json.dumps(found.to_dict()))["f1"][1][2] == pytest.approx(2 / 6)
    assert list(only([statistical, eflomal, simalign], 0)) == [(1, (Link(0, 0),))]
    assert list(only([statistical, eflomal, simalign], 2)) == [(0, (Link(3, 3),))]


def test_as_many_aligners_as_anyone_likes():
    tally = Tally(70)
    tally.add(parse("0-0 1-1", *["0-0"] * 68, "0-0 2-2"))
    found = tally.result()
    assert (found.by_all, found.by_any, found.only[0], found.only[1], found.only[69]) == (1, 3, 1, 0, 1)
    assert found.shared[0][69] == 1


@given(layers())
def test_against_sets(aligners):
    found = agreement(aligners)
    sets = [known(layer) for layer in aligners]
    for a, mine in enumerate(sets):
        for b, theirs in enumerate(sets):
            assert found.shared[a][b] == len(mine & theirs)
            assert found.f1[a][b] == found.f1[b][a]
            assert 0 <= found.jaccard[a][b] <= found.f1[a][b] <= 1
            union = mine | theirs
            assert found.jaccard[a][b] == (len(mine & theirs) / len(union) if union else 1)
        assert found.f1[a][a] == found.jaccard[a][a] == 1
        rest = set().union(*(theirs for b, theirs in enumerate(sets) if b != a))
        assert found.only[a] == len(mine - rest)
        alone = {(n, link.source, link.target) for n, links in only(aligners, a) for link in links}
        assert alone == mine - rest
    assert found.by_all == len(set.intersection(*sets))
    assert found.by_any == len(set.union(*sets))


@given(layers())
def test_f1_is_what_one_scores_with_the_other_for_gold(aligners):
    gold = [GoldLinks.of(alignment) for alignment in aligners[1]]
    if known(aligners[0]) | known(aligners[1]):
        scores = score(gold, aligners[0], samples=0)
        assert agreement(aligners[:2]).f1[0][1] == pytest.approx(scores.f1.value)
    else:
        assert agreement(aligners[:2]).f1[0][1] == 1.0


def test_links_that_only_one_has_come_with_their_scores():
    mine = [Alignment((Link(2, 1, 0.25), Link(0, 1, 0.75), Link(0, 0)))]
    assert list(only([mine, parse("0-0")], 0)) == [(0, (Link(0, 1, 0.75), Link(2, 1, 0.25)))]


def test_weak_links_are_no_links():
    weak = [Alignment((Link(0, 0),), weak=(Link(1, 1, 0.2),))]
    found = agreement([weak, parse("0-0 1-1")])
    assert found.shared == ((1, 1), (1, 2))
    assert list(only([weak, parse("0-0")], 0)) == []


def test_layers_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="argument"):
        agreement([parse("0-0"), parse("0-0", "1-1")])
    with pytest.raises(ValueError, match="2 aligners"):
        Tally(2).add(parse("0-0"))
