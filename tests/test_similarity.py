"""How alike names are, whatever script they are in."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_core.similarity import likeness
from projner_core.similarity.sound import consonants
from projner_core.similarity.spelling import normalise, romanise

NAMES = st.text("aeklmrS 1٢\u200bÈọ\u0301мשלمركلቢ北京ンロ🙂.-") | st.text(max_size=8)


def alike(one: str, other: str) -> float:
    return float(likeness([one], [other])[0])


@pytest.mark.parametrize(
    ("one", "other", "least"),
    [
        ("Merkel", "ميركل", 0.86),
        ("Netanyahu", "נתניהו", 0.83),
        ("Christopher", "كريستوفر", 0.71),
        ("Moskau", "Москва", 0.83),
        ("Αθήνα", "Athina", 1.0),
        ("Nairobi", "ናይሮቢ", 0.85),
        ("Addis Ababa", "አዲስ አበባ", 0.78),
        ("北京", "Beijing", 1.0),
        ("オバマ", "Obama", 1.0),
        ("London", "ลอนดอน", 1.0),
        ("European Parliament", "Europäisches Parlament", 0.77),
    ],
)
def test_names_in_two_scripts_are_alike(one, other, least):
    assert alike(one, other) >= least
    assert alike(one, other) > alike(one, "Sir Bani Yas") + 0.3


def test_what_the_measure_cannot_tell():
    """Han is read as in Mandarin, a translated name has another sound, short words are alike by chance."""
    assert alike("東京", "Tokyo") < 0.2
    assert alike("Germany", "Deutschland") < 0.4
    assert alike("Angela Merkel", "Merkel Angela") < 0.5
    assert alike("Iran", "Iraq") == 0.75
    assert alike("US", "UN") == 0.5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (unicodedata.normalize("NFC", "Yorùbá Ẹ̀gbá"), unicodedata.normalize("NFD", "Yorùbá Ẹ̀gbá")),
        ("STRASSE", "Straße"),
        ("\u200bአዲስ\u200b  አበባ", "አዲስ አበባ"),
        ("می\u200cخواهم", "میخواهم"),
        ("１９９９", "1999"),
        ("١٩٩٩", "1999"),
        ("🙂", "🙂"),
        ("👩‍👧", "👩‍👧"),
        ("Köln", "koln"),
        ("\U00012000", "\U00012000"),  # cuneiform, which nothing romanises
    ],
)
def test_forms_of_writing_do_not_matter(one, other):
    assert alike(one, other) == 1.0


@pytest.mark.parametrize("nothing", ["", " ", "\u200b", "\ufeff \u200d"])
def test_nothing_is_like_nothing(nothing):
    assert alike(nothing, nothing) == alike(nothing, "Merkel") == alike("ميركل", nothing) == 0.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Resolution 1701", "Resolution 1702"),
        ("Apollo 11", "Apollo"),
        ("Boeing 747", "بوينغ ٧٣٧"),
        ("11", "1"),
    ],
)
def test_names_with_other_digits_are_not_alike(one, other):
    assert alike(one, other) == 0.0


def test_digits_agree_across_scripts():
    assert alike("Boeing 747", "بوينغ ٧٤٧") > 0.7


def test_sound_counts_from_enough_consonants_on_and_where_it_is_written_by_ear():
    assert consonants("wien") == consonants("nou") == "n"
    assert alike("Wien", "نو") == pytest.approx(2 * 1 / (4 + 2))  # one consonant: letters alone
    assert consonants("merkel") == consonants("marakala") == "mlkl"
    assert alike("Merkel", "Marakala") == pytest.approx(2 * 4 / (6 + 8))  # both in Latin letters
    assert alike("Merkel", "ميركل") == pytest.approx((2 * 4 / (6 + 5) + 1) / 2)


def test_the_word_beside_a_name_is_not_taken_along():
    sentence = ["و", "قال", "ميركل", "يوم"]
    spans = [(i, j) for i in range(4) for j in range(i + 1, 5)]
    texts = [" ".join(sentence[i:j]) for i, j in spans]
    assert spans[int(likeness(["Merkel"] * len(texts), texts).argmax())] == (2, 3)


@given(NAMES, NAMES)
def test_likeness_is_symmetric_and_between_nought_and_one(one, other):
    assert 0.0 <= alike(one, other) <= 1.0
    assert alike(one, other) == alike(other, one)


@given(NAMES)
def test_a_name_is_like_itself_however_it_is_composed(name):
    written = "".join(c for c in name if unicodedata.category(c) != "Cf").split()
    assert alike(name, name) == (1.0 if written else 0.0)
    for form in ("NFC", "NFD"):
        assert alike(name, unicodedata.normalize(form, name)) == alike(name, name)
    assert alike(name, f"  {name}\u200b ") == alike(name, name)


@given(st.lists(st.tuples(NAMES, NAMES)))
def test_each_pair_is_compared_by_itself(pairs):
    pairs += pairs[:2]
    together = likeness([one for one, _ in pairs], [other for _, other in pairs])
    assert together.dtype == np.float64
    assert together.tolist() == [alike(*pair) for pair in pairs]


def test_as_many_names_on_both_sides():
    with pytest.raises(ValueError, match=r"2 names .* with 1"):
        likeness(["Paris", "Rome"], ["Paris"])


@given(st.text(min_size=1))
def test_romanised_words_are_ascii_or_as_they_were(word):
    plain = normalise(word)
    assert plain
    assert romanise(plain).isascii() or romanise(plain) == plain
