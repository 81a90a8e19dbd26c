"""Tokenisation: recognisable sentences in many scripts, and what holds for any text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projner_core.tokenisation import guess, locate, tokenise

FUZZ = settings(deadline=None)  # a busy machine is not a slow program
TEXT = st.text(
    st.one_of(
        st.characters(exclude_categories=("Cs",)),
        st.sampled_from(" \t.,'’-\u200b\u200c\u200d\u0301\u17d2\u1039\u0f0b\u2028\u00a0Us국中กក🇪👩🏽"),
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("lang", "text", "tokens"),
    [
        ("en", "President Obama's dog (3.5 kg) can't sit.", "President|Obama|'s|dog|(|3.5|kg|)|can't|sit|."),
        ("en", "The U.S. won 1,000-1.", "The|U.S.|won|1,000-1|."),
        ("eng_Latn", "Lagos’s mayor", "Lagos|’s|mayor"),
        ("fr", "L'Union d’Obama aujourd'hui", "L'|Union|d’|Obama|aujourd'hui"),
        ("ita_Latn", "dell'Italia", "dell'|Italia"),
        ("sw", "Ng'ombe wa Nyong'o", "Ng'ombe|wa|Nyong'o"),
        ("ca", "Sant Marcel·lí", "Sant|Marcel·lí"),
        ("ar", "قال الرئيس، ١٬٢٣٤٫٥", "قال|الرئيس|،|١٬٢٣٤٫٥"),
        ("he", "מנכ״ל צה״ל", "מנכ״ל|צה״ל"),
        ("am", "አዲስ አበባ፣ ኢትዮጵያ።", "አዲስ|አበባ|፣|ኢትዮጵያ|።"),
        ("hi", "वाजपेयी ने दिल्ली में कहा।", "वाजपेयी|ने|दिल्ली|में|कहा|।"),
        ("zh", "奥巴马2008年访问北京。", "奥|巴|马|2008|年|访|问|北|京|。"),
        ("ja", "東京タワー・オバマ", "東|京|タ|ワ|ー|・|オ|バ|マ"),
        ("ko", "버락 오바마는 대통령", "버락|오바마는|대통령"),
        ("th", "น้ำ", "น้|ำ"),
        ("km", "កម្ពុជា", "ក|ម្ពុ|ជា"),
        ("bo", "བོད་ལྗོངས།", "བོད་|ལྗོངས|།"),
        ("und", "👩🏽\u200d🚀🇪🇹🇳🇬!", "👩🏽\u200d🚀|🇪🇹|🇳🇬|!"),
        ("fa", "می\u200cخواهم", "می\u200cخواهم"),
        ("und", "a\u200bb\u00a0c", "a|b|c"),
    ],
)
def test_words_in_many_scripts(lang, text, tokens):
    assert tokenise(text, lang) == tuple(tokens.split("|"))


def test_yoruba_in_nfd_stays_whole_and_stays_nfd():
    text = unicodedata.normalize("NFD", "Ọbáfẹ́mi Awólọ́wọ̀ kú.")
    assert tokenise(text, "yo") == (*text[:-1].split(), ".")


def test_spaces_part_only_at_spaces_and_tabs():
    text = "10\u00a0000  «\u2028x»\tisn't\u3000."
    assert tokenise(text, "fr", "spaces") == ("10\u00a0000", "«\u2028x»", "isn't\u3000.")


@FUZZ
@given(TEXT, st.sampled_from(("und", "en", "fr", "th_Thai", "zho_Hans")))
def test_tokens_are_the_text_without_white_space(text, lang):
    spaceless = "".join(c for c in text if not c.isspace() and c != "\u200b")
    assert "".join(tokenise(text, lang)) == spaceless


@FUZZ
@given(TEXT, st.sampled_from(("words", "spaces")))
def test_places_are_in_order_and_name_the_tokens(text, how):
    places = locate(text, "en", how)
    ends = [0, *(end for _, end in places)]
    assert all(before <= start < end for before, (start, end) in zip(ends, places, strict=False))
    assert tokenise(text, "en", how) == tuple(text[start:end] for start, end in places)


@FUZZ
@given(st.lists(st.text(st.characters(exclude_characters=" \t"), min_size=1), max_size=8))
def test_tokens_joined_by_spaces_come_back(tokens):
    assert tokenise(" ".join(tokens), how="spaces") == tuple(tokens)


def test_another_way_is_refused():
    with pytest.raises(ValueError, match="'bpe'"):
        tokenise("a", how="bpe")


@pytest.mark.parametrize(
    ("lines", "how"),
    [
        (["Ann is here .", "Where ?", "A headline"], "spaces"),
        (["Ann is here.", "Where?", "A headline"], "words"),
        (["ዛሬ ነው ።"], "spaces"),
        (["今天。"], "words"),
        ([], "words"),
        (["."], "words"),
    ],
)
def test_tokenised_text_is_known_by_its_last_punctuation(lines, how):
    assert guess(lines) == how
