from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projner_core.corpus import Span
from projner_core.evaluation.dimensions import Seen
from projner_core.evaluation.entities import score
from projner_core.evaluation.findings import Cause, Finding, Outcome
from projner_core.evaluation.summary import (
    DIMENSIONS,
    Summary,
    examples,
    facets,
    key,
    keys,
    summarise,
)
from tests.evaluation.made import corpora, findings, pair

PAIRS = [
    pair("Adé ti dé Lagos", "Ade has arrived in Lagos"),
    pair("Ọlá wà ní Abuja", "Ola is in Abuja"),
    pair("ó dára", "it is good"),
]
FINDINGS = [
    findings(PAIRS[0], "0-1 PER, 3-4 LOC", "0-1 PER, 3-4 ORG"),
    findings(PAIRS[1], "0-1 PER, 3-4 LOC", "0-2 PER"),
    findings(PAIRS[2], "", "1-2 LOC"),
]


def split(corpus):
    return [made for made, _ in corpus], [found[0] for _, found in corpus]


def test_a_small_corpus_by_hand():
    made = summarise(PAIRS, FINDINGS, projected=(4, 5), samples=0)
    assert made.outcomes == {
        Outcome.CORRECT: 1,
        Outcome.TYPE: 1,
        Outcome.BOUNDARY: 1,
        Outcome.TYPE_AND_BOUNDARY: 0,
        Outcome.MISSING: 1,
        Outcome.SPURIOUS: 1,
    }
    assert made.confusion == {"": {"LOC": 1}, "LOC": {"": 1, "ORG": 1}, "PER": {"PER": 2}}
    assert made.scores.micro.f1.value == pytest.approx(2 * 1 / 8)
    assert made.projection_ratio == pytest.approx(0.8)
    assert made.causes == {}
    copied = {row.value: row for row in made.dimensions["form"]}["copied"]
    assert (copied.scores.gold, copied.scores.predicted, copied.scores.correct) == (2, 1, 0)  # Lagos, Abuja
    assert copied.outcomes[Outcome.TYPE] == copied.outcomes[Outcome.MISSING] == 1


def test_rows_come_in_the_order_to_show_them():
    made = summarise(PAIRS, FINDINGS, samples=0)
    assert list(made.dimensions) == list(DIMENSIONS)
    assert [row.value for row in made.dimensions["label"]] == ["LOC", "ORG", "PER"]
    assert [row.value for row in made.dimensions["position"]] == ["beginning", "end"]


def test_of_a_label_the_scores_are_those_by_label_and_the_outcomes_those_of_gold():
    rows = {row.value: row for row in summarise(PAIRS, FINDINGS, samples=0).dimensions["label"]}
    assert (rows["ORG"].scores.gold, rows["ORG"].scores.predicted) == (0, 1)
    assert sum(rows["ORG"].outcomes.values()) == 0  # it was gold's LOC
    assert rows["LOC"].outcomes[Outcome.TYPE] == 1


def test_causes_are_counted_by_outcome():
    gold = FINDINGS[0][1].gold
    found = [(Finding(gold, None, Outcome.MISSING, Cause.NOT_ALIGNED),), (), ()]
    made = summarise(PAIRS, found, samples=0)
    assert list(made.causes) == [Cause.NOT_ALIGNED]
    assert made.causes[Cause.NOT_ALIGNED][Outcome.MISSING] == 1
    assert made.causes[Cause.NOT_ALIGNED][Outcome.SPURIOUS] == 0


@pytest.mark.parametrize(("projected", "expected"), [(None, None), ((0, 0), None), ((1, 4), 0.25)])
def test_the_projection_ratio_is_there_where_it_can_be(projected, expected):
    assert summarise([], [], projected=projected).projection_ratio == expected


def test_pairs_and_findings_must_be_as_many():
    with pytest.raises(ValueError, match=r"longer|shorter"):
        summarise(PAIRS[:2], FINDINGS)
    with pytest.raises(ValueError, match=r"longer|shorter"):
        summarise(iter(PAIRS), FINDINGS[:2])


def test_the_bootstrap_of_a_row_draws_sentences_without_such_entities_too():
    """Found in one sentence, missed in another, and three without: a sample may have either alone."""
    corpus = [pair("Lagos wà"), pair("Lagos wà"), *[pair("ó dára")] * 3]
    missed = (Finding(Span(0, 1, "LOC"), None, Outcome.MISSING),)
    found = [findings(corpus[0], "0-1 LOC", "0-1 LOC"), missed, (), (), ()]
    row = summarise(corpus, found).dimensions["length"][0]
    assert row.scores.f1.interval is not None
    assert (row.scores.f1.interval.low, row.scores.f1.interval.high) == (0.0, 1.0)


@given(corpora())
def test_scores_are_those_of_spans(corpus):
    made, found = split(corpus)
    gold = [[one.gold for one in own if one.gold] for own in found]
    predicted = [[one.predicted for one in own if one.predicted] for own in found]
    assert summarise(made, found, samples=20).scores == score(gold, predicted, samples=20)


@given(corpora())
def test_everything_adds_up(corpus):
    made, found = split(corpus)
    summary = summarise(made, found, samples=0)
    total, micro = sum(summary.outcomes.values()), summary.scores.micro
    assert total == sum(map(len, found))
    assert micro.gold == total - summary.outcomes[Outcome.SPURIOUS]
    assert micro.predicted == total - summary.outcomes[Outcome.MISSING]
    assert micro.correct == summary.outcomes[Outcome.CORRECT]
    assert sum(n for row in summary.confusion.values() for n in row.values()) == total
    assert all(counts.possible == micro.gold for counts in summary.lenient.values())
    assert all(counts.actual == micro.predicted for counts in summary.lenient.values())
    assert summary.lenient["strict"].f1 == pytest.approx(micro.f1.value)
    caused = Counter(one.cause for own in found for one in own if one.cause)
    assert {cause: sum(counts.values()) for cause, counts in summary.causes.items()} == caused
    for rows in summary.dimensions.values():
        for outcome in Outcome:
            assert sum(row.outcomes[outcome] for row in rows) == summary.outcomes[outcome]
        for name in ("gold", "predicted", "correct"):
            assert sum(getattr(row.scores, name) for row in rows) == getattr(micro, name)


@given(corpora(), st.none() | st.tuples(st.integers(0, 9), st.integers(10, 20)), st.sampled_from([0, 10]))
def test_a_dictionary_gives_back_what_went_in(corpus, projected, samples):
    made = summarise(*split(corpus), projected=projected, samples=samples)
    assert Summary.from_dict(json.loads(json.dumps(made.to_dict()))) == made


@given(corpora())
def test_behind_every_figure_are_the_pairs_it_counts(corpus):
    made, found = split(corpus)
    summary, behind = summarise(made, found, samples=0), examples(made, found)
    for outcome, number in summary.outcomes.items():
        positions = behind.get(key(outcome=outcome), [])
        assert sum(one.outcome is outcome for at in positions for one in found[at]) == number
    for gold, row in summary.confusion.items():
        for predicted in row:
            assert behind[key(gold=gold, predicted=predicted)]
    for dimension, rows in summary.dimensions.items():
        for row in rows:
            for outcome, number in row.outcomes.items():
                facet = {dimension: row.value, "outcome": outcome.value}
                assert bool(behind.get(key(**facet))) == bool(number)
            wrong = sum(n for outcome, n in row.outcomes.items() if outcome is not Outcome.CORRECT)
            assert bool(behind.get(key(**{dimension: row.value, "wrong": ""}))) == bool(wrong)
    for cause, counts in summary.causes.items():
        assert behind[key(cause=cause)]
        for outcome, number in counts.items():
            assert bool(behind.get(key(outcome=outcome, cause=cause))) == bool(number)


@given(corpora())
def test_a_pair_is_exact_or_wrong(corpus):
    made, found = split(corpus)
    behind = examples(made, found)
    exact, wrong = behind.get(key(exact=""), []), behind.get(key(wrong=""), [])
    assert sorted(exact + wrong) == list(range(len(made)))
    assert len(exact) == summarise(made, found, samples=0).scores.exact_match.exact_sentences


@given(corpora())
@settings(max_examples=30)
def test_keys_of_pairs_one_by_one_are_those_of_the_corpus(corpus):
    made, found = split(corpus)
    seen, one_by_one = Seen(), {}
    for position, (of, own) in enumerate(zip(made, found, strict=True)):
        for name in keys(of, own, seen):
            one_by_one.setdefault(name, []).append(position)
        seen.take(of, own)
    assert one_by_one == examples(made, found)


def test_keys_of_a_finding_by_hand():
    found = keys(PAIRS[0], FINDINGS[0][1:], Seen())
    assert {
        "outcome=type",
        "gold=LOC predicted=ORG",
        "label=LOC outcome=type",
        "length=1 wrong",
        "position=end",
        "script=Latin",
        "seen=unseen wrong",
        "form=copied outcome=type",
        "language=yo",
        "wrong",
    } <= found
    assert not any(name.startswith("cause") for name in found)
    assert not any(name.startswith("seen") for name in keys(PAIRS[0], FINDINGS[0]))


def test_facets_come_in_one_order():
    assert key(outcome="missing", label="PER") == key(label="PER", outcome="missing")
    assert key(outcome="missing", label="PER") == "label=PER outcome=missing"
    assert key(cell="only-first", versus="7") == "versus=7 cell=only-first"
    assert key(wrong="", length="3") == "length=3 wrong"


def test_an_unknown_facet_is_refused():
    with pytest.raises(ValueError, match=r"colour.*outcome"):
        key(colour="red")


@given(st.text(), st.text(min_size=1))
def test_a_key_can_be_read_back_whatever_the_labels(gold, label):
    made = key(gold=gold, label=label, wrong="")
    assert facets(made) == {"gold": gold, "label": label, "wrong": ""}
    assert len(made.split(" ")) == 3
    assert "~" not in made


def test_no_two_labels_have_one_key():
    labels = ["a b", "a%0020b", "a=b", "a", "A", "ä", "a\u0308"]
    assert len({key(label=label) for label in labels}) == len(labels)
