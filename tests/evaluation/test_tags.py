from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_core.corpus import Span
from projner_core.evaluation.tags import score_tags, strict_spans
from projner_core.schemes import Scheme, decode, encode
from tests.evaluation.made import marked, spans


@pytest.mark.parametrize(
    ("scheme", "tags", "expected"),
    [
        ("IOB2", "B-PER I-PER O B-LOC", "0-2 PER, 3-4 LOC"),
        ("IOB2", "O I-PER I-PER", ""),  # none begins
        ("IOB2", "B-PER I-LOC", "0-1 PER"),  # a label that changes begins none
        ("IOB2", "I-PER B-PER I-PER", "1-3 PER"),
        ("IOB1", "I-PER B-PER O I-LOC", "0-1 PER, 1-2 PER, 3-4 LOC"),
        ("IOB1", "B-PER I-PER", ""),  # B- parts two entities that touch, and nothing else
        ("BIOES", "B-PER E-PER S-LOC", "0-2 PER, 2-3 LOC"),
        ("BIOES", "B-PER O S-LOC", "2-3 LOC"),  # left open
        ("BIOES", "B-PER I-PER S-PER", "2-3 PER"),
        ("BIOES", "E-PER", ""),
        ("BILOU", "B-PER L-PER U-LOC I-LOC", "0-2 PER, 2-3 LOC"),
        ("IOB2", "B-地名 I-地名 x", "0-2 地名"),
    ],
)
def test_what_the_scheme_does_not_allow_is_no_entity(scheme, tags, expected):
    assert strict_spans(tags.split(), Scheme(scheme)) == spans(expected)


def test_tags_that_are_lenient_everywhere_else_are_wrong_here():
    gold, predicted = [["B-PER", "I-PER"]], [["I-PER", "I-PER"]]
    scores = score_tags(gold, predicted, Scheme.IOB2, samples=0)
    assert (scores.micro.gold, scores.micro.predicted, scores.micro.correct) == (1, 0, 0)
    assert scores.exact_match.sentence.value == 0.0


def test_sentences_must_have_as_many_tags():
    with pytest.raises(ValueError, match=r"sentence 1 has 2 gold tags, but 1"):
        score_tags([["O"], ["O", "O"]], [["O"], ["O"]], Scheme.IOB2)
    with pytest.raises(ValueError, match=r"1 sentences.* 2"):
        score_tags([["O"]], [["O"], ["O"]], Scheme.IOB2)


def by_hand(tags):
    """IOB2 as its definition has it: a B and the I's of its label behind it."""
    found = []
    for start, tag in enumerate(tags):
        if tag.startswith("B-"):
            end = start + 1
            while end < len(tags) and tags[end] == f"I-{tag[2:]}":
                end += 1
            found.append(Span(start, end, tag[2:]))
    return tuple(found)


@given(st.lists(st.sampled_from(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"])))
def test_iob2_is_its_definition_whatever_the_tags(tags):
    assert strict_spans(tags, Scheme.IOB2) == by_hand(tags)


@given(marked(10), st.sampled_from([Scheme.IOB1, Scheme.IOB2, Scheme.BIOES, Scheme.BILOU]))
def test_valid_tags_are_read_as_they_are(entities, scheme):
    tags = encode(entities, 10, scheme)
    assert strict_spans(tags, scheme) == decode(tags, scheme)
