from __future__ import annotations

import json
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_core.corpus import Span
from projner_core.evaluation.entities import Interval, Score, score


def spans(text: str) -> tuple[Span, ...]:
    """`"0-2 PER, 5-6 LOC"` as spans."""
    found = []
    for part in filter(None, text.split(", ")):
        place, label = part.split()
        start, end = place.split("-")
        found.append(Span(int(start), int(end), label))
    return tuple(found)


def values(scores) -> tuple[float, float, float]:
    return scores.precision.value, scores.recall.value, scores.f1.value


# What seqeval 1.2.2 calls strict: seqeval.metrics.v1, mode="strict", worked out by hand.
GOLD = [spans("0-2 PER, 5-6 LOC"), spans("1-4 ORG"), spans(""), spans("0-1 LOC, 3-4 LOC")]
PREDICTED = [spans("0-2 PER, 5-6 ORG"), spans("1-3 ORG"), spans(""), spans("0-1 LOC, 3-4 LOC")]


def test_micro_by_hand():
    micro = score(GOLD, PREDICTED).micro
    assert (micro.gold, micro.predicted, micro.correct) == (5, 5, 3)
    assert values(micro) == pytest.approx((0.6, 0.6, 0.6))


def test_by_label_by_hand():
    by_label = score(GOLD, PREDICTED).by_label
    assert list(by_label) == ["LOC", "ORG", "PER"]
    assert values(by_label["PER"]) == (1.0, 1.0, 1.0)
    assert values(by_label["LOC"]) == pytest.approx((1.0, 2 / 3, 0.8))
    assert values(by_label["ORG"]) == (0.0, 0.0, 0.0)
    assert (by_label["ORG"].gold, by_label["ORG"].predicted, by_label["ORG"].correct) == (1, 2, 0)


def test_macro_is_the_mean_over_labels():
    assert values(score(GOLD, PREDICTED).macro) == pytest.approx((2 / 3, 5 / 9, 0.6))


def test_exact_match_by_hand():
    exact = score(GOLD, PREDICTED).exact_match
    assert (exact.sentences, exact.exact_sentences) == (4, 2)  # the empty one and the last
    assert exact.sentence.value == 0.5
    assert exact.entity.value == pytest.approx(3 / 5)


def test_a_boundary_off_by_one_or_another_label_is_wrong():
    for wrong in ("0-1 PER", "0-3 PER", "1-2 PER", "0-2 LOC"):
        assert score([spans("0-2 PER")], [spans(wrong)]).micro.correct == 0


def test_labels_that_only_the_prediction_has_count_in_macro():
    scores = score([spans("0-1 PER")], [spans("0-1 PER, 2-3 MISC")])
    assert scores.macro.f1.value == pytest.approx(0.5)
    assert values(scores.micro) == pytest.approx((0.5, 1.0, 2 / 3))


def test_the_same_span_in_another_sentence_is_wrong():
    scores = score([spans("0-1 PER"), spans("")], [spans(""), spans("0-1 PER")])
    assert scores.micro.f1.value == 0.0
    assert scores.exact_match.sentence.value == 0.0


@pytest.mark.parametrize(
    ("gold", "predicted", "expected", "exact"),
    [
        ([], [], (0, 0, 0), 0.0),
        ([""], [""], (0, 0, 0), 1.0),
        (["0-1 PER"], [""], (0, 0, 0), 0.0),
        ([""], ["0-1 PER"], (0, 0, 0), 0.0),
    ],
)
def test_nothing_divided_by_nothing_is_zero(gold, predicted, expected, exact):
    scores = score([spans(g) for g in gold], [spans(p) for p in predicted])
    assert values(scores.micro) == expected
    assert values(scores.macro) == expected
    assert scores.exact_match.sentence.value == exact
    assert scores.exact_match.entity.value == 0.0


def test_scores_of_spans_and_repeated_spans_make_no_difference():
    scores = score([[Span(0, 1, "PER")]], [[Span(0, 1, "PER", 0.3), Span(0, 1, "PER", 0.9)]])
    assert values(scores.micro) == (1.0, 1.0, 1.0)
    assert scores.exact_match.sentence.value == 1.0


def test_labels_may_be_any_text():
    assert score([[Span(0, 1, "地名/市")]], [[Span(0, 1, "地名/市")]]).by_label["地名/市"].f1.value == 1.0


def test_lists_of_different_length_are_refused():
    with pytest.raises(ValueError, match=r"2 sentences.* 1"):
        score([(), ()], [()])


def test_the_dictionary_has_the_documented_keys_and_is_json():
    found = json.loads(json.dumps(score(GOLD, PREDICTED, samples=50).to_dict()))
    assert found["micro"]["precision"] == pytest.approx(0.6)
    assert found["micro"]["recall"] == pytest.approx(0.6)
    assert found["micro"]["f1"] == pytest.approx(0.6)
    assert found["micro"]["correct"] == 3
    assert found["exact_match"]["sentence"] == 0.5
    assert found["exact_match"]["entity"] == pytest.approx(0.6)
    assert found["by_label"]["LOC"]["f1"] == pytest.approx(0.8)
    low, high = found["micro"]["interval"]["f1"]
    assert 0.0 <= low <= 0.6 <= high <= 1.0
    assert low < high


def test_without_samples_there_are_no_intervals():
    scores = score(GOLD, PREDICTED, samples=0)
    assert scores.micro.f1.interval is None
    assert "interval" not in scores.to_dict()["micro"]


def test_the_seed_decides_the_interval():
    gold = [spans("0-1 PER")] * 40 + [spans("0-1 LOC")] * 40
    predicted = [spans("0-1 PER")] * 40 + [spans("0-2 LOC")] * 40
    one, again, other = (score(gold, predicted, samples=300, seed=seed) for seed in (1, 1, 2))
    assert one.to_dict() == again.to_dict()
    assert one.to_dict() != other.to_dict()


def test_the_interval_is_that_of_the_binomial_where_the_score_is_one():
    """A quarter of 400 sentences wrong: .75, with a standard error of sqrt(.75 * .25 / 400)."""
    gold = [spans("0-1 PER")] * 400
    predicted = [spans("0-1 PER")] * 300 + [spans("1-2 PER")] * 100
    interval = score(gold, predicted, samples=4000).exact_match.sentence.interval
    assert interval is not None
    error = 1.96 * (0.75 * 0.25 / 400) ** 0.5
    assert interval.low == pytest.approx(0.75 - error, abs=0.006)
    assert interval.high == pytest.approx(0.75 + error, abs=0.006)


def test_a_perfect_score_has_no_width():
    interval = score([spans("0-1 PER")] * 9, [spans("0-1 PER")] * 9).micro.f1.interval
    assert interval is not None
    assert (interval.low, interval.high) == (1.0, 1.0)


def test_many_sentences_do_not_take_long():
    gold = [spans("0-1 PER, 2-4 LOC"), spans(""), spans("3-4 ORG")] * 20_000
    predicted = [spans("0-1 PER, 2-3 LOC"), spans(""), spans("3-4 ORG")] * 20_000
    begin = time.perf_counter()
    assert score(gold, predicted).micro.f1.value == pytest.approx(2 / 3)
    assert time.perf_counter() - begin < 10


entity = st.builds(
    lambda start, length, label: Span(start, start + length, label),
    st.integers(0, 5),
    st.integers(1, 2),
    st.sampled_from(["PER", "LOC", "ORG"]),
)
corpora = st.lists(st.tuples(st.lists(entity, max_size=4), st.lists(entity, max_size=4)), max_size=6)


@given(corpora)
def test_swapping_gold_and_prediction_swaps_precision_and_recall(corpus):
    gold, predicted = [g for g, _ in corpus], [p for _, p in corpus]
    one, other = score(gold, predicted, samples=0), score(predicted, gold, samples=0)
    assert values(one.micro) == (
        other.micro.recall.value,
        other.micro.precision.value,
        other.micro.f1.value,
    )
    assert one.exact_match.sentence == other.exact_match.sentence


@given(corpora)
def test_the_prediction_that_is_gold_is_right(corpus):
    gold = [g for g, _ in corpus]
    scores = score(gold, gold, samples=0)
    assert scores.micro.f1.value == (1.0 if any(gold) else 0.0)
    assert scores.exact_match.sentence.value == (1.0 if gold else 0.0)


@given(corpora)
def test_labels_add_up(corpus):
    scores = score([g for g, _ in corpus], [p for _, p in corpus], samples=0)
    for name in ("gold", "predicted", "correct"):
        assert sum(getattr(s, name) for s in scores.by_label.values()) == getattr(scores.micro, name)


def test_a_sample_without_a_rare_label_says_nothing_of_it():
    """One entity of its label, found: no sample that misses its sentence makes it any worse."""
    gold = [[Span(0, 1, "PER")]] + [[Span(0, 1, "LOC")]] * 9
    scores = score(gold, gold, samples=500)
    assert scores.by_label["PER"].f1 == Score(1.0, Interval(1.0, 1.0))
    missed = score(gold, [[], *gold[1:]], samples=500)
    assert missed.by_label["PER"].recall == Score(0.0, Interval(0.0, 0.0))
    assert missed.by_label["PER"].precision == Score(0.0), "nothing was predicted, in any sample"


def test_sentences_of_many_kinds_are_drawn_in_groups(monkeypatch):
    """Hardly two of these sentences are alike; what is drawn are no more than 4,000 groups of them."""
    drawn: list[int] = []

    class Watched(np.random.Generator):
        def multinomial(self, n, pvals, size=None):
            drawn.append(len(pvals))
            return super().multinomial(n, pvals, size)

    monkeypatch.setattr(np.random, "default_rng", lambda seed: Watched(np.random.PCG64(seed)))
    labels = np.random.Generator(np.random.PCG64(7)).integers(0, 50, size=(6000, 4)).tolist()
    gold = [[Span(i, i + 1, f"L{label}") for i, label in enumerate(own)] for own in labels]
    predicted = [own if number % 4 else own[1:] for number, own in enumerate(gold)]
    interval = score(gold, predicted, samples=1000).exact_match.sentence.interval
    assert interval is not None
    assert max(drawn) <= 4000
    error = 1.96 * (0.75 * 0.25 / 6000) ** 0.5
    assert interval.low == pytest.approx(0.75 - error, abs=0.003)
    assert interval.high == pytest.approx(0.75 + error, abs=0.003)
