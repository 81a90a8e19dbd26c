"""Tokens into running text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_core.corpus import Sentence
from projner_core.detokenisation import detokenise, running_text
from projner_core.tokenisation import tokenise

PIECES = (
    ". , ; : ! ? ( ) [ ] « » „ “ ” ‘ ’ ' \" - — / $ € % ... `` '' n't 's l' dell’ 主席 。 、 「 」 "
    "ศาล བོད་ မြန်မာ ខ្មែរ በርሊን ። ، ؟ في Ààrẹ Ààrẹ 🇳🇬 \u200b 2019 年"
)
TOKENS = st.lists(
    st.one_of(
        st.sampled_from(PIECES.split()),
        st.text(st.characters(exclude_categories=["Cs", "Zs", "Zl", "Zp", "Cc"]), min_size=1, max_size=5),
    ),
    max_size=15,
).map(tuple)
LANGS = st.sampled_from(["en", "fr", "it", "de", "zh", "und", "swh_Latn", "th"])


@given(TOKENS, LANGS)
def test_no_character_is_changed_or_lost_but_space(tokens, lang):
    assert "".join(detokenise(tokens, lang).split()) == "".join("".join(tokens).split())


@given(TOKENS, LANGS)
def test_every_token_is_found_where_it_is_said_to_stand(tokens, lang):
    text, places = running_text(Sentence(tokens, lang))
    assert tuple(text[start:end] for start, end in places) == tokens


@pytest.mark.parametrize(
    ("lang", "tokens", "text"),
    [
        ("en", "Angela Merkel , who met him ( twice ) , left .", "Angela Merkel, who met him (twice), left."),
        ("en", 'He said : " I do n\'t know " .', 'He said: "I don\'t know".'),
        ("en", "`` Yes '' , she said .", "``Yes'', she said."),
        ("en", "The president 's 5 % of $ 20 million ...", "The president's 5% of $20 million..."),
        ("en", "The boys ' house", "The boys' house"),
        ("en", "the 'old ' town", "the 'old' town"),
        ("en", "“ Yes ” and ‘ no ’", "“Yes” and ‘no’"),
        ("de", "Er sagte : „ Ja “ und ging .", "Er sagte: „Ja“ und ging."),
        ("de", "Er sagte : » Ja « und ging .", "Er sagte: »Ja« und ging."),
        ("fr", "Il dit : « Oui , l' ami ! »", "Il dit: «Oui, l'ami!»"),
        ("it", "dell' Unione europea", "dell'Unione europea"),
        ("sv", "Han sa : ” Ja ” och gick .", "Han sa: ”Ja” och gick."),
        ("es", "¿ Qué ? ¡ No !", "¿Qué? ¡No!"),
        ("zh", "主席 在 柏林 会见 了 默克尔 。", "主席在柏林会见了默克尔。"),
        ("zh", "2019 年 ， 欧盟 （ EU ） 的 「 主席 」", "2019年，欧盟（EU）的「主席」"),
        ("ja", "これ は ペン です 。 はい", "これはペンです。はい"),
        ("th", "ศาล รัฐธรรมนูญ", "ศาลรัฐธรรมนูญ"),
        ("bo", "བོད་ ལྗོངས་ །", "བོད་ལྗོངས་།"),
        ("km", "ភ្នំ ពេញ ។", "ភ្នំពេញ។"),
        ("ar", "هل التقى الرئيس ، ميركل ؟", "هل التقى الرئيس، ميركل؟"),
        ("am", "ፕሬዝዳንቱ ፣ ሜርክልን አገኙ ።", "ፕሬዝዳንቱ፣ ሜርክልን አገኙ።"),
        ("hi", "वह दिल्ली गया ।", "वह दिल्ली गया।"),
        ("yo", "Ààrẹ lọ sí Èkó .", "Ààrẹ lọ sí Èkó."),
        ("yo", "A\u0300a\u0300re\u0323 lo\u0323 .", "A\u0300a\u0300re\u0323 lo\u0323."),
        ("ko", "대통령 은 서울 에 갔다 .", "대통령 은 서울 에 갔다."),
        ("en", "so good 🇳🇬 !", "so good 🇳🇬!"),
        ("en", "", ""),
        ("en", ". . .", "..."),
    ],
)
def test_what_it_looks_like(lang, tokens, text):
    assert detokenise(tuple(tokens.split()), lang) == text


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Angela Merkel, who met him (twice), doesn't know the president's 3.5% in the U.S."),
        ("de", "Die Präsidentin traf „Angela Merkel“ in Berlin."),
        ("zh", "主席在柏林会见了默克尔。"),
        ("am", "ፕሬዝዳንቱ በርሊን ውስጥ ሜርክልን አገኙ።"),
        ("ar", "التقى الرئيس المستشارة ميركل، في برلين."),
        ("th", "ศาลรัฐธรรมนูญ"),
        ("fr", "L'ami de l'Union, aujourd'hui!"),
    ],
)
def test_what_was_taken_apart_is_put_together(lang, text):
    assert detokenise(tokenise(text, lang), lang) == text


def test_the_text_that_came_with_a_sentence_is_kept():
    text = "Angela  Merkel ,\u00a0ja."
    sentence = Sentence(("Angela", "Merkel", ",", "ja", "."), "de", text)
    found = running_text(sentence)
    assert found.text == text
    assert [text[start:end] for start, end in found.places] == list(sentence.tokens)


@pytest.mark.parametrize("text", ["Something else", "Angela", "Angela Merkel left", "", "Merkel Angela"])
def test_a_text_of_other_words_is_not_trusted(text):
    assert running_text(Sentence(("Angela", "Merkel"), "de", text)).text == "Angela Merkel"


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        (["Yagize", "ati", '""""', "Itariki", "ya", "4", ".", '""""'], 'Yagize ati """"Itariki ya 4.""""'),
        (["ati", '"', "Itariki"], 'ati "Itariki'),  # it closes in another sentence
        (['"', "Itariki", "ya", "4"], '"Itariki ya 4'),
        (["Itariki", "ya", "4", ".", '"'], 'Itariki ya 4."'),
        (["Itariki", '"', "ya"], 'Itariki "ya'),
        (["He", "saw", "''", "Star", "Wars", "''", "."], "He saw ''Star Wars''."),
        (["Han", "sade", "»", "hej", "»", "till", "mig"], "Han sade »hej» till mig"),
    ],
)
def test_quotes_that_csv_or_a_sentence_end_broke(tokens, text):
    assert detokenise(tokens) == text
