"""Scores of links against gold links: precision, recall, F1, AER, their intervals, and differences."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projner_core.corpus import Alignment, GoldLinks, Link
from projner_core.evaluation.alignments import COUNTED, AlignmentScores, count, difference, score
from projner_core.formats import pharaoh

OFFSETS = st.tuples(st.integers(0, 4), st.integers(0, 4))
LINKS = st.frozensets(OFFSETS, max_size=8)
GOLD = st.builds(lambda sure, more: GoldLinks(sure, sure | more), LINKS, LINKS)
FOUND = st.builds(lambda links: Alignment(tuple(Link(*offsets, score=0.9) for offsets in links)), LINKS)
CORPUS = st.lists(st.tuples(GOLD, FOUND), max_size=6)


def offsets(alignment: Alignment) -> set[tuple[int, int]]:
    return {(link.source, link.target) for link in alignment.links}


def corpus(seed: int, pairs: int = 200, noise: float = 0.2) -> tuple[list[GoldLinks], list[Alignment]]:
    """Pairs of ten words, aligned along the diagonal, with errors."""
    generator = np.random.default_rng(seed)
    gold, found = [], []
    for _ in range(pairs):
        sure = frozenset((i, i) for i in range(10) if generator.random() < 0.8)
        possible = sure | {(i, i + 1) for i in range(9) if generator.random() < 0.3}
        links = {link for link in possible if generator.random() > noise}
        links |= {(0, int(generator.integers(2, 10)))} if generator.random() < noise else set()
        gold.append(GoldLinks(sure, possible))
        found.append(Alignment(tuple(Link(*link) for link in sorted(links))))
    return gold, found


def test_by_hand():
    # The house / la maison, which was / qui était: sure 0-0 1-1 2-2 3-3, possible 0-1 and 3-2.
    gold = [pharaoh.parse_gold("0-0 1-1 0?1"), pharaoh.parse_gold("2-2 3-3 3?2")]
    found = [pharaoh.parse("0-0 0-1 2-1"), pharaoh.parse("2-2")]
    scores = score(gold, found, samples=0)
    assert scores.found == 4
    assert (scores.sure, scores.possible) == (4, 6)
    assert (scores.found_in_sure, scores.found_in_possible) == (2, 3)
    assert scores.precision.value == pytest.approx(3 / 4)
    assert scores.recall.value == pytest.approx(2 / 4)
    assert scores.f1.value == pytest.approx(2 * 0.75 * 0.5 / 1.25)
    assert scores.aer.value == pytest.approx(1 - (2 + 3) / (4 + 4))
    assert scores.aer.interval is None

    first, second = scores.pair_scores()
    assert (first.position, first.precision, first.recall) == (0, pytest.approx(2 / 3), 0.5)
    assert (second.precision, second.recall, second.aer) == (1.0, 0.5, pytest.approx(1 / 3))
    assert scores.worst(1) == [first]


def test_with_sure_links_alone_aer_is_one_less_f1():
    gold, found = corpus(1)
    only_sure = [GoldLinks(links.sure, links.sure) for links in gold]
    scores = score(only_sure, found, samples=0)
    assert scores.aer.value == pytest.approx(1 - scores.f1.value)


@given(CORPUS)
def test_the_formulas_of_the_paper(pairs):
    gold, found = [g for g, _ in pairs], [f for _, f in pairs]
    scores = score(gold, found, samples=0)
    a = [offsets(alignment) for alignment in found]
    in_sure = sum(len(links & g.sure) for links, g in zip(a, gold, strict=True))
    in_possible = sum(len(links & g.possible) for links, g in zip(a, gold, strict=True))
    size, sure = sum(map(len, a)), sum(len(g.sure) for g in gold)
    for value in (scores.precision, scores.recall, scores.f1, scores.aer):
        assert 0 <= value.value <= 1
    assert scores.precision.value == pytest.approx(in_possible / size if size else 0)
    assert scores.recall.value == pytest.approx(in_sure / sure if sure else 0)
    assert scores.aer.value == pytest.approx(
        1 - (in_sure + in_possible) / (size + sure) if size + sure else 0
    )


@given(CORPUS)
def test_aer_is_0_where_all_sure_links_were_found_and_nothing_impossible(pairs):
    scores = score((g for g, _ in pairs), (f for _, f in pairs), samples=0)
    within = all(g.sure <= offsets(f) <= g.possible for g, f in pairs)
    assert (scores.aer.value == 0) == within
    assert (scores.worst(10) == []) == within


@given(CORPUS, st.randoms(use_true_random=False))
def test_the_order_of_pairs_makes_no_difference(pairs, random):
    shuffled = random.sample(pairs, len(pairs))
    one, other = (score([g for g, _ in p], [f for _, f in p], samples=0) for p in (pairs, shuffled))
    assert one == other


@given(CORPUS)
def test_counts_give_what_links_give(pairs):
    gold, found = [g for g, _ in pairs], [f for _, f in pairs]
    rows = [count(g, f) for g, f in pairs]
    columns = {name: [row[place] for row in rows] for place, name in enumerate(COUNTED)}
    scores = AlignmentScores.of_counts(**columns, samples=20, seed=3)
    assert scores == score(gold, found, samples=20, seed=3)
    assert scores.pair_scores() == score(gold, found, samples=0).pair_scores()


def test_pairs_without_gold_are_left_out_and_keep_their_places():
    gold, found = corpus(2, pairs=10)
    some = [links if place % 2 else None for place, links in enumerate(gold)]
    scores = score(some, found, samples=50)
    assert scores == score(gold[1::2], found[1::2], samples=50)
    assert [pair.position for pair in scores.pair_scores()] == [1, 3, 5, 7, 9]
    assert {pair.position for pair in scores.worst(99)} <= {1, 3, 5, 7, 9}


@pytest.mark.parametrize(
    ("gold", "found", "precision", "recall", "aer"),
    [
        ([], [], 0, 0, 0),  # no pairs
        ([None], ["0-0"], 0, 0, 0),  # no gold at all
        ([""], [""], 0, 0, 0),  # nothing to find, nothing found: no error
        ([""], ["0-0"], 0, 0, 1),  # nothing to find, something found
        (["0-0"], [""], 0, 0, 1),  # nothing found
        (["0?0"], [""], 0, 0, 0),  # possible links need not be found
        (["0?0"], ["0-0"], 1, 0, 0),
        (["0-0"], ["0-0"], 1, 1, 0),
        (["0-0"], ["1-1"], 0, 0, 1),
    ],
)
def test_edge_cases(gold, found, precision, recall, aer):
    scores = score(
        [None if line is None else pharaoh.parse_gold(line) for line in gold],
        [pharaoh.parse(line) for line in found],
        samples=10,
    )
    assert (scores.precision.value, scores.recall.value, scores.aer.value) == (precision, recall, aer)
    assert not any(math.isnan(value.value) for value in (scores.precision, scores.f1, scores.aer))


def test_weak_links_repeated_links_and_scores_count_for_nothing():
    gold = [pharaoh.parse_gold("0-0 1-1")]
    plain = Alignment((Link(0, 0), Link(1, 2)))
    told = Alignment((Link(0, 0, 0.4), Link(0, 0, 0.6), Link(1, 2, 0.3)), weak=(Link(1, 1, 0.29),))
    assert score(gold, [told]) == score(gold, [plain])


def test_worst_pairs_come_first_and_among_equals_those_with_most_errors():
    gold = ["0-0", "0-0 1-1", "0-0 1-1", "0-0 1-1 2-2", ""]
    found = ["1-0", "0-0 1-1", "0-0", "0-1 1-2 2-0", ""]
    scores = score(map(pharaoh.parse_gold, gold), map(pharaoh.parse, found), samples=0)
    assert [pair.position for pair in scores.worst(10)] == [3, 0, 2]
    assert [pair.position for pair in scores.worst(2)] == [3, 0]
    assert scores.worst(0) == []


@pytest.mark.parametrize("seed", range(5))
def test_the_interval_holds_the_score_and_narrows_with_the_corpus(seed):
    few, many = (score(*corpus(seed, pairs)) for pairs in (100, 1600))
    for scores in (few, many):
        for value in (scores.precision, scores.recall, scores.f1, scores.aer):
            assert value.interval.low < value.value < value.interval.high
    widths = [s.aer.interval.high - s.aer.interval.low for s in (few, many)]
    assert widths[1] == pytest.approx(widths[0] / 4, rel=0.35)  # the square root of 16


def test_groups_of_many_pairs_give_the_interval_that_pairs_give(monkeypatch):
    from projner_core.evaluation import alignments

    gold, found = corpus(7, pairs=2500)
    exact = score(gold, found, samples=2000)
    monkeypatch.setattr(alignments, "_MOST_DRAWN", 600)  # groups of four and five
    grouped = score(gold, found, samples=2000)
    assert grouped.aer.value == exact.aer.value
    assert grouped.aer.interval != exact.aer.interval
    widths = [s.aer.interval.high - s.aer.interval.low for s in (grouped, exact)]
    assert widths[0] == pytest.approx(widths[1], rel=0.15)


def test_the_seed_decides_and_nothing_else(monkeypatch):
    from projner_core.evaluation import alignments

    gold, found = corpus(3)
    assert score(gold, found, seed=1) == score(gold, found, seed=1)
    assert score(gold, found, seed=1) != score(gold, found, seed=2)
    whole = score(gold, found, seed=1)
    monkeypatch.setattr(alignments, "_CELLS", 1)  # one sample at a time
    assert score(gold, found, seed=1) == whole


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    """Corpora of 150 pairs from one source, whose AER a corpus of 30,000 pairs tells."""
    truth = score(*corpus(99, pairs=30_000), samples=0).aer.value
    covered = 0
    for seed in range(60):
        interval = score(*corpus(seed, pairs=150), samples=300).aer.interval
        covered += interval.low <= truth <= interval.high
    assert covered >= 50  # 57 expected


def test_difference_of_an_aligner_from_itself_is_none():
    scores = score(*corpus(4))
    same = difference(scores, scores)
    assert same.value.value == 0
    assert same.p == 1


def test_difference_tells_better_from_as_good():
    gold, good = corpus(5, noise=0.1)
    worse = [Alignment(alignment.links[1:]) for alignment in good]
    scores, other = score(gold, good), score(gold, worse)
    found = difference(scores, other, samples=999)
    assert found.value.value == pytest.approx(scores.aer.value - other.aer.value)
    assert found.value.interval.high < 0
    assert found.p == pytest.approx(1 / 1000)
    back = difference(other, scores, samples=999)
    assert back.value.value == -found.value.value
    assert back.p == found.p


def test_p_is_uniform_enough_where_two_aligners_are_as_good():
    """Two aligners with the same noise: p under .05 in about one of twenty corpora, not in most."""
    small = 0
    for seed in range(60):
        gold, first = corpus(seed, pairs=100)
        generator = np.random.default_rng(1000 + seed)
        # one aligner or the other, pair by pair: neither is better
        both = [(a, Alignment(a.links[1:])) for a in first]
        swapped = [pair if generator.random() < 0.5 else pair[::-1] for pair in both]
        one, other = (score(gold, [pair[side] for pair in swapped], samples=0) for side in (0, 1))
        small += difference(one, other, samples=200).p < 0.05
    assert small <= 10


def test_a_difference_needs_the_same_gold():
    first, second = score(*corpus(1), samples=0), score(*corpus(2), samples=0)
    with pytest.raises(ValueError, match="different gold"):
        difference(first, second)
    assert difference(first, first, samples=0).p is None
    empty = score([], [], samples=10)
    assert difference(empty, empty).p is None


@pytest.mark.parametrize(
    "counts",
    [
        {"found": [1], "sure": [1], "possible": [0], "found_in_sure": [0], "found_in_possible": [0]},
        {"found": [1], "sure": [1], "possible": [1], "found_in_sure": [1], "found_in_possible": [0]},
        {"found": [0], "sure": [1], "possible": [1], "found_in_sure": [1], "found_in_possible": [1]},
        {"found": [-1], "sure": [0], "possible": [0], "found_in_sure": [0], "found_in_possible": [0]},
        {"found": [3], "sure": [2], "possible": [2], "found_in_sure": [1], "found_in_possible": [2]},
    ],
)
def test_counts_that_no_links_have_are_refused(counts):
    with pytest.raises(ValueError, match="pair 0"):
        AlignmentScores.of_counts(**counts)


def test_counts_of_different_lengths_are_refused():
    columns = {name: [1, 1] for name in COUNTED}
    with pytest.raises(ValueError, match="shape"):
        AlignmentScores.of_counts(**columns | {"sure": [1]})
    with pytest.raises(ValueError, match="positions"):
        AlignmentScores.of_counts(**columns, positions=[1])
    with pytest.raises(ValueError, match="argument"):
        score([None], [])


def test_to_dict_is_json():
    told = json.loads(json.dumps(score(*corpus(6)).to_dict()))
    low, high = told["interval"]["aer"]
    assert low < told["aer"] < high
    assert told["pairs"] == 200
    assert "interval" not in score(*corpus(6), samples=0).to_dict()


@settings(max_examples=20)
@given(CORPUS)
def test_inputs_are_not_changed(pairs):
    before = repr(pairs)
    score([g for g, _ in pairs], [f for _, f in pairs], samples=5)
    assert repr(pairs) == before


@pytest.mark.realdata
def test_the_default_aligner_on_english_french(realdata):
    from projner_core import aligners
    from projner_core.pipeline.align_files import read_pairs

    folder = realdata / "wa-alibi" / "en-fr"
    pairs = list(read_pairs(folder / "src.txt", folder / "tgt.txt", source_lang="en", target_lang="fr"))
    scores = score(pharaoh.read_gold(folder / "gold.txt"), aligners.create("statistical").align(pairs))
    assert scores.aer.value < 0.12
    assert scores.aer.interval.low < scores.aer.value < scores.aer.interval.high
    assert scores.pairs == len(pairs)
