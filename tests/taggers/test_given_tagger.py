from __future__ import annotations

import pytest

from projner_core import taggers
from projner_core.corpus import Sentence, Span
from projner_core.errors import ProjnerError

ASHA = Sentence(("Asha", "lives", "in", "Mombasa"), "en")


def test_it_returns_what_was_given_sorted_and_with_scores():
    given = [[Span(3, 4, "LOC", 0.5), Span(0, 1, "PER")], []]
    found = taggers.create("given", entities=given).tag([ASHA, Sentence(("Yes",), "en")])
    assert found == [(Span(0, 1, "PER"), Span(3, 4, "LOC", 0.5)), ()]


def test_the_same_sentence_twice_keeps_its_two_markings():
    given = [[Span(0, 1, "PER")], [Span(3, 4, "LOC")]]
    assert taggers.create("given", entities=given).tag([ASHA, ASHA]) == [
        (Span(0, 1, "PER"),),
        (Span(3, 4, "LOC"),),
    ]


def test_the_given_lists_are_not_changed():
    given = [[Span(3, 4, "LOC"), Span(0, 1, "PER")]]
    taggers.create("given", entities=given).tag([ASHA])
    assert given == [[Span(3, 4, "LOC"), Span(0, 1, "PER")]]


def test_counts_that_differ_are_both_named():
    with pytest.raises(ProjnerError, match=r"2 sentences.* 1"):
        taggers.create("given", entities=[[], []]).tag([ASHA])


@pytest.mark.parametrize(
    ("spans", "what"),
    [([Span(3, 5, "LOC")], "past"), ([Span(0, 2, "PER"), Span(1, 3, "LOC")], "overlap")],
)
def test_entities_that_do_not_fit_say_which_sentence(spans, what):
    with pytest.raises(ProjnerError, match=f"sentence 2 .*{what}"):
        taggers.create("given", entities=[[], spans]).tag([ASHA, ASHA])


def test_told_nothing_it_has_nothing_to_say():
    assert taggers.create("given").tag([]) == []
    with pytest.raises(ProjnerError, match="0 sentences"):
        taggers.create("given").tag([ASHA])
