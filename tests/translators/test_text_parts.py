"""Long texts in parts: nothing is lost, and they are cut where a reader would pause."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_core.inference.text_parts import cut, is_blank, join

LETTERS = st.characters(exclude_categories=["Cs"])
WORDS = st.sampled_from(
    ["Ààrẹ", "主席", "ศาล", "في", "3.5", "U.S.", "🇳🇬", "👩🏽‍🚀", "é", "\u200b", "—", "።", "?", ",", "\n"]
)
TEXTS = st.one_of(st.text(LETTERS, max_size=60), st.lists(WORDS, max_size=30).map(" ".join))


def shorter_than(limit):
    return lambda part: len(part.strip()) <= limit


@given(TEXTS, st.integers(1, 40))
def test_parts_joined_are_the_text(text, limit):
    assert "".join(cut(text, shorter_than(limit))) == text


@given(TEXTS, st.integers(1, 40))
def test_parts_fit_unless_they_are_one_character_with_its_marks(text, limit):
    for part in cut(text, shorter_than(limit)):
        assert len(part.strip()) <= limit or len(cut(part, shorter_than(1))) == 1


@given(TEXTS)
def test_what_fits_is_not_cut(text):
    assert cut(text, lambda part: True) == [text]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("She left. He stayed.", ["She left.", " He stayed."]),
        ("“She left.” He stayed.", ["“She left.”", " He stayed."]),
        (
            "In the U.S., 3.5 million voted! They won it all.",
            ["In the U.S., 3.5 million voted!", " They won it all."],
        ),
        ("他走了。她留下了。", ["他走了。", "她留下了。"]),
        ("እሷ ሄደች። እሱ ቀረ።", ["እሷ ሄደች።", " እሱ ቀረ።"]),
        ("هل ذهبت؟ نعم ذهبت.", ["هل ذهبت؟", " نعم ذهبت."]),
        ("वह गया। वह रुकी।", ["वह गया।", " वह रुकी।"]),
        ("a long road, a short one", ["a long road,", " a short one"]),
        ("no marks at all here", ["no marks at", " all here"]),
        ("ภาษาไทยไม่เว้นวรรค", ["ภาษาไทยไม่", "เว้นวรรค"]),
    ],
)
def test_where_texts_are_cut(text, parts):
    assert cut(text, lambda part: len(part) < len(text)) == parts


def test_a_sentence_end_at_the_edge_is_worse_than_a_comma_in_the_middle():
    text = "Mr. Okafor of Lagos, who was there, came late"
    assert cut(text, lambda part: len(part) < len(text))[0] == "Mr. Okafor of Lagos,"


def test_no_mark_is_torn_from_its_letter_and_no_flag_is_halved():
    for text in ("e\u0301" * 8, "🇳🇬🇰🇪" * 4, "👩🏽‍🚀" * 5, "क्षि" * 6):
        for part in cut(text, shorter_than(3)):
            assert part[0] not in "\u0301\u200d\u093f\u094d\U0001f3fd"
    assert cut("👩🏽‍🚀👩🏽‍🚀", shorter_than(4)) == ["👩🏽‍🚀", "👩🏽‍🚀"]


@pytest.mark.parametrize(
    ("lang", "joined"),
    [("en", "A. B."), ("eng_Latn", "A. B."), ("zh", "A.B."), ("ja", "A.B."), ("th", "A.B."), ("ar", "A. B.")],
)
def test_parts_are_joined_as_the_language_is_written(lang, joined):
    assert join(["A.", "", "B."], lang) == joined


@pytest.mark.parametrize("text", ["", " \t\n", "\u200b", "\ufeff \u2060", "\u00a0", "\u200e"])
def test_blank(text):
    assert is_blank(text)


@pytest.mark.parametrize("text", ["a", ".", "\u0301", "🇳🇬", " 主"])
def test_not_blank(text):
    assert not is_blank(text)


def test_a_marked_entity_is_not_torn_where_there_is_another_place():
    text = "a [b c, d e f g] h i j"
    parts = cut(text, lambda part: len(part) <= 16)
    assert "".join(parts) == text
    assert all(part.count("[") == part.count("]") for part in parts)
