"""From probabilities to entities: the best of all valid tags, found without trying them all."""

from __future__ import annotations

from itertools import product
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_core.corpus import Span, TagProbabilities, check_spans
from projner_core.schemes import Scheme, decode, validate
from projner_core.tagging import best_entities, entities

TAGS = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")


def rows(tags=TAGS, most: int = 4):
    """Probabilities of a short sentence, no two tags of a token alike."""
    row = st.lists(st.integers(1, 10_000), min_size=len(tags), max_size=len(tags), unique=True)
    return st.lists(row, max_size=most).map(
        lambda drawn: tuple(tuple(weight / sum(one) for weight in one) for one in drawn)
    )


def valid(tags) -> bool:
    return all(
        tag[0] != "I" or (position > 0 and tags[position - 1][2:] == tag[2:] and tags[position - 1] != "O")
        for position, tag in enumerate(tags)
    )


def likelihood(found, chosen) -> float:
    return prod(row[TAGS.index(tag)] for row, tag in zip(found, chosen, strict=True))


def as_tags(spans, length: int) -> list[str]:
    tags = ["O"] * length
    for span in spans:
        tags[span.start : span.end] = [f"B-{span.label}", *[f"I-{span.label}"] * (len(span) - 1)]
    return tags


@given(rows())
def test_no_valid_tags_are_more_probable(found):
    spans = entities(TagProbabilities(TAGS, found))
    best = max(likelihood(found, each) for each in product(TAGS, repeat=len(found)) if valid(each))
    assert likelihood(found, as_tags(spans, len(found))) == pytest.approx(best)


@given(rows(most=12))
def test_the_most_probable_tag_of_each_token_where_they_are_valid(found):
    chosen = [TAGS[max(range(len(TAGS)), key=row.__getitem__)] for row in found]
    if valid(chosen):
        spans = entities(TagProbabilities(TAGS, found))
        assert [(s.start, s.end, s.label) for s in spans] == [
            (s.start, s.end, s.label) for s in decode(tuple(chosen), Scheme.IOB2)
        ]


@given(rows(most=12))
def test_entities_fit_their_sentence_and_scores_are_probabilities(found):
    spans = entities(TagProbabilities(TAGS, found))
    assert check_spans(spans, len(found)) == spans
    assert all(0 <= span.score <= 1 for span in spans)
    assert not validate(as_tags(spans, len(found)), Scheme.IOB2)


@given(rows(most=12))
def test_arrays_of_any_numbers_and_tuples_are_read_alike(found):
    from_tuples = entities(TagProbabilities(TAGS, found))
    as_array = np.array(found, dtype=np.float64).reshape(-1, len(TAGS))
    before = as_array.copy()
    assert best_entities(as_array, TAGS) == from_tuples
    assert np.array_equal(as_array, before), "what was given is not changed"


def test_the_score_is_the_mean_of_the_chosen_tags():
    found = ((0.1, 0.8, 0.0, 0.1, 0.0), (0.2, 0.0, 0.6, 0.2, 0.0), (0.9, 0.1, 0.0, 0.0, 0.0))
    assert entities(TagProbabilities(TAGS, found)) == (Span(0, 2, "PER", pytest.approx(0.7)),)


def test_an_i_without_its_b_is_weighed_against_what_stands_before():
    """`Angela Merkel` with an unsure first word: token by token it would be O, I-PER."""
    unsure = ((0.5, 0.4, 0.1, 0.0, 0.0), (0.05, 0.05, 0.9, 0.0, 0.0))
    assert entities(TagProbabilities(TAGS, unsure))[0] == Span(0, 2, "PER", pytest.approx(0.65))
    surely_o = ((0.999, 0.0005, 0.0005, 0.0, 0.0), (0.05, 0.4, 0.55, 0.0, 0.0))
    assert entities(TagProbabilities(TAGS, surely_o))[0] == Span(1, 2, "PER", pytest.approx(0.4))


def test_the_classes_of_one_entity_are_one():
    found = ((0.0, 0.9, 0.0, 0.1, 0.0), (0.0, 0.0, 0.4, 0.0, 0.6))
    assert entities(TagProbabilities(TAGS, found)) == (Span(0, 2, "PER", pytest.approx(0.65)),)


def test_touching_entities_stay_two():
    found = ((0.0, 1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0, 0.0))
    spans = entities(TagProbabilities(TAGS, found))
    assert [(s.start, s.end, s.label) for s in spans] == [(0, 1, "PER"), (1, 2, "PER"), (2, 3, "LOC")]


def test_of_a_tagger_without_beginnings_a_run_is_an_entity():
    tags = ("O", "I-PER", "I-LOC")
    found = ((0.1, 0.8, 0.1), (0.2, 0.7, 0.1), (0.1, 0.1, 0.8), (0.9, 0.1, 0.0), (0.0, 0.3, 0.7))
    spans = entities(TagProbabilities(tags, found))
    assert [(s.start, s.end, s.label) for s in spans] == [(0, 2, "PER"), (2, 3, "LOC"), (4, 5, "LOC")]


@pytest.mark.parametrize("found", [(), ((1.0, 0.0, 0.0, 0.0, 0.0),) * 3])
def test_nothing_is_found_where_nothing_is(found):
    assert entities(TagProbabilities(TAGS, found)) == ()


def test_probabilities_of_nought_forbid_nothing_that_must_be():
    """Of rounded probabilities all valid tags may have one of nought among them."""
    found = ((0.0, 0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0, 1.0))
    spans = entities(TagProbabilities(TAGS, found))
    assert len(as_tags(spans, 2)) == 2
    assert not validate(as_tags(spans, 2), Scheme.IOB2)
