from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_core.corpus import Sentence, Span
from projner_core.evaluation.dimensions import Seen, fold, form, script, values
from tests.evaluation.made import findings, pair


def values_of(of, gold, predicted="", seen=None):
    return values(of, findings(of, gold, predicted), seen)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lagos", "Latin"),
        ("Ọlá", "Latin"),
        ("O\u0323la\u0301", "Latin"),
        ("Ｔｏｋｙｏ", "Latin"),
        ("«Москва»", "Cyrillic"),
        ("Αθήνα", "Greek"),
        ("თბილისი", "Georgian"),
        ("أحمد", "Arabic"),
        ("ירושלים", "Hebrew"),
        ("አዲስ አበባ", "Ethiopic"),
        ("北京", "Han"),
        ("ひろしま", "Hiragana"),
        ("トヨタ", "Katakana"),
        ("서울", "Hangul"),
        ("ไทย", "Thai"),
        ("मुंबई", "Devanagari"),
        ("தமிழ்", "Tamil"),
        ("ꯃꯅꯤꯄꯨꯔ", "Meetei Mayek"),
        ("ᱥᱟᱱᱛᱟᱲ", "Ol Chiki"),
        ("ߒߞߏ", "Nko"),
        ("𞤀𞤣𞤤𞤢𞤥", "Adlam"),
        ("ⵜⴰⵎⴰⵣⵉⵖⵜ", "Tifinagh"),
        ("ᐃᓄᒃᑎᑐᑦ", "Canadian Aboriginal"),
        ("1999 Lagos", "Latin"),
        ("ʻOkina", "Latin"),
        ("1999", "none"),
        ("🌍", "none"),
        ("\u200b", "none"),
        ("", "none"),
    ],
)
def test_the_script_is_that_of_the_first_letter(text, expected):
    assert script(text) == expected


def test_length_counts_tokens_and_five_and_more_together():
    of = pair("a b c d e f g h i j k l")
    found = values_of(of, "0-1 X, 1-3 X, 3-6 X, 6-10 X")
    assert [one.length for one in found] == ["1", "2", "3", "4"]
    assert [values_of(of, f"0-{end} X")[0].length for end in (5, 6, 12)] == ["5+"] * 3


def test_the_middle_of_an_entity_says_in_which_third_it_stands():
    of = pair("a b c d e f g h i")
    assert [values_of(of, f"{at}-{at + 1} X")[0].position for at in range(9)] == [
        *["beginning"] * 3,
        *["middle"] * 3,
        *["end"] * 3,
    ]
    assert values_of(of, "0-9 X")[0].position == "middle"
    assert values_of(pair("Lagos"), "0-1 LOC")[0].position == "middle"


def test_what_gold_says_counts_where_there_is_gold():
    of = pair("Adé went to Lagos State", "Ade went")
    boundary, spurious = values_of(of, "3-5 LOC", "0-1 PER, 3-4 ORG")[::-1]
    assert (boundary.label, boundary.length) == ("LOC", "2")
    assert (spurious.label, spurious.length) == ("PER", "1")


@pytest.mark.parametrize(
    ("target", "span", "source", "expected"),
    [
        ("ni New York lana", "1-3 LOC", "in New York yesterday", "copied"),
        ("ni NEW york lana", "1-3 LOC", "in New York yesterday", "copied"),
        ("ni U.S. lana", "1-2 LOC", "in U . S . yesterday", "copied"),  # however it is split into tokens
        ("ni O\u0323la\u0301 lana", "1-2 PER", "in Ọlá yesterday", "copied"),  # NFD and NFC
        ("STRASSE", "0-1 LOC", "in der Straße", "copied"),
        ("የኢትዮጵያ ባንክ", "0-2 ORG", "the Bank of Ethiopia", "other"),
        ("የኢትዮጵያ ባንክ", "0-2 ORG", "so የኢትዮጵያ ባንክ says", "copied"),
        ("ni An lana", "1-2 PER", "in Ankara and Iran", "other"),  # within a word is not the word
        ("ni York lana", "1-2 LOC", "in York Yorkshire", "copied"),
        ("北 京 市", "0-2 LOC", "in 北京 today", "copied"),
    ],
)
def test_a_form_is_copied_where_the_source_has_the_same_words(target, span, source, expected):
    assert values_of(pair(target, source), span)[0].form == expected


def test_without_a_source_sentence_nothing_is_known_of_the_form():
    assert values_of(pair("Lagos"), "0-1 LOC")[0].form == "unknown"


def test_an_entity_is_seen_when_an_earlier_sentence_has_its_form_and_label():
    seen = Seen()
    corpus = [
        ("Lagos ati Lagos", "0-1 LOC, 2-3 LOC"),  # twice in one sentence: not earlier
        ("LAGOS O\u0323la\u0301", "0-1 LOC, 1-2 PER"),
        ("Lagos Ọlá", "0-1 ORG, 1-2 PER"),  # another label is another entity
    ]
    found = []
    for text, gold in corpus:
        of = pair(text)
        found.append([one.seen for one in values_of(of, gold, seen=seen)])
        seen.take(of, findings(of, gold, ""))
    assert found == [["unseen", "unseen"], ["seen", "unseen"], ["unseen", "seen"]]


def test_a_spurious_entity_does_not_make_its_form_seen():
    seen, of = Seen(), pair("Lagos")
    seen.take(of, findings(of, "", "0-1 LOC"))
    assert values_of(of, "0-1 LOC", seen=seen)[0].seen == "unseen"


def test_the_forms_of_a_training_file_decide_alone_where_they_are_given():
    sentence = Sentence(("New", "YORK"), "en")
    seen, of = Seen({(form(sentence, Span(0, 2, "LOC")), "LOC")}), pair("new york Lagos")
    seen.take(of, findings(of, "0-2 LOC, 2-3 LOC", ""))
    assert [one.seen for one in values_of(of, "0-2 LOC, 2-3 LOC", seen=seen)] == ["seen", "unseen"]


def test_without_what_was_seen_nothing_is_said_of_it():
    assert values_of(pair("Lagos"), "0-1 LOC")[0].seen == ""


def test_the_language_is_that_of_the_target():
    assert values_of(pair("Lagos", "Lagos", lang="twi"), "0-1 LOC")[0].language == "twi"


@given(st.text())
def test_folding_is_the_same_for_nfc_and_nfd_and_is_done_once(text):
    folded = fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text)) == folded
    assert fold(folded) == folded
    assert script(text) == script(unicodedata.normalize("NFC", text))
