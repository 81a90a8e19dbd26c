"""The translators that run a model of transformers: pairs in, source sentences out."""

from __future__ import annotations

import inspect

import pytest

from projner_core import translators
from projner_core.corpus import Pair, Sentence
from projner_core.errors import ProjnerError
from projner_core.translators.nllb import NllbTranslator
from projner_core.translators.seq2seq import Seq2SeqTranslator
from tests import seq2seq_models


def pair(tokens: str, lang: str = "de", text: str | None = None) -> Pair:
    return Pair("p", None, Sentence(tuple(tokens.split()), lang, text))


@pytest.fixture
def nllb(taught):
    return translators.create("nllb", model=str(taught), device="cpu", dtype="float32")


def test_each_pair_has_a_source_sentence_in_order(nllb):
    pairs = [
        pair("Sie traf den Präsidenten in Paris ."),
        pair(""),
        pair("Ààrẹ lọ sí Èkó .", "yor"),
        pair("التقى الرئيس ميركل في برلين .", "ar"),
        pair("默克尔 在 柏林 。", "zh"),
        pair("Ja .", "German"),
    ]
    assert [sentence.text for sentence in nllb.translate(pairs)] == [
        "She met the president in Paris.",
        "",
        "The president went to Lagos.",
        "The president met Merkel in Berlin.",
        "Merkel is in Berlin.",
        "Yes.",
    ]


def test_what_is_written_is_tokenised_and_says_its_language(nllb):
    found = nllb.translate([pair("Sie traf den Präsidenten in Paris .")])
    tokens = ("She", "met", "the", "president", "in", "Paris", ".")
    assert found == [Sentence(tokens, "en", "She met the president in Paris.")]


def test_target_tokens_are_never_touched(nllb):
    given = pair("Ja .")
    before = Sentence(given.target.tokens, given.target.lang, given.target.text)
    nllb.translate([given])
    assert given.target == before


def test_the_text_that_came_with_a_sentence_is_what_is_read(nllb, monkeypatch):
    read = []
    generator = nllb._loaded()
    monkeypatch.setattr(generator, "translate", lambda texts, **_: read.extend(texts) or ["x"] * len(texts))
    nllb.translate([pair("Ja .", text="Ja ."), pair("Ja ."), pair("主 席", "zh"), pair("Ja .", text="Nein.")])
    assert read == ["Ja .", "Ja.", "Ja.", "主席"]  # the last text has other words than the tokens


def test_no_model_is_loaded_where_there_is_nothing_to_read():
    translator = translators.create("nllb", model="/no/such/model")
    assert translator.translate([]) == []
    assert translator.translate([pair(""), pair("", "und")]) == [Sentence((), "en", "")] * 2


def test_a_model_that_is_not_here_is_a_sentence():
    with pytest.raises(ProjnerError, match="is not on this machine"):
        translators.create("nllb", device="cpu").translate([pair("Ja .")])


def test_a_sentence_of_no_known_language_is_a_sentence(nllb):
    with pytest.raises(ProjnerError, match="nobody said which one the sentences are in"):
        nllb.translate([pair("Ja .", "und")])


def test_the_language_can_be_said_for_all(taught):
    translator = translators.create("nllb", model=str(taught), target_lang="deu_Latn", device="cpu")
    assert translator.translate([pair("Ja .", "und"), pair("Ja .", "gsw")])[1].text == "Yes."


def test_it_translates_into_another_language_than_english(taught):
    translator = translators.create("nllb", model=str(taught), source_lang="German", device="cpu")
    assert translator.translate([pair("Ja .")]) == [Sentence(("Ja", "."), "de", "Ja.")]


def test_any_kind_of_model_is_read(lively):
    translator = translators.create("seq2seq", model=str(lively), device="cpu", beams=2)
    pairs = [pair("Die Präsidentin traf Angela Merkel ."), pair(""), pair("Berlin")]
    found = translator.translate(pairs)
    assert [bool(sentence.tokens) for sentence in found] == [True, False, True]
    assert all(sentence.lang == "en" for sentence in found)


@pytest.mark.parametrize("name", ["nllb", "seq2seq", "ctranslate2"])
def test_what_provenance_wants_is_said_without_a_model(name):
    translator = translators.create(name)
    assert isinstance(translator.model, str)
    assert translator.model
    assert translator.chunk > 0
    assert "text that came with" in translator.detokenises


@pytest.mark.parametrize("name", ["nllb", "seq2seq", "ctranslate2"])
def test_every_setting_is_explained(name):
    factory = translators.registry.factory(name)
    for setting in inspect.signature(factory).parameters:
        assert f"\n        {setting}: " in inspect.getdoc(factory).replace("\n    ", "\n        "), setting


def test_nllb_is_one_of_the_others_with_a_model_of_its_own():
    assert issubclass(NllbTranslator, Seq2SeqTranslator)
    settings = [inspect.signature(one).parameters for one in (NllbTranslator, Seq2SeqTranslator)]
    assert list(settings[0]) == list(settings[1])
    assert translators.create("nllb").model == "facebook/nllb-200-distilled-600M"


@pytest.mark.parametrize("name", ["nllb", "seq2seq"])
@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"beams": 0}, "must be at least 1"),
        ({"max_length": -1}, "must be at least 1"),
        ({"device": "tpu"}, "there is no device 'tpu'"),
        ({"dtype": "int3"}, "there is no dtype 'int3'"),
        ({"model": ""}, "needs a model"),
        ({"source_lang": "und"}, "the language to translate into"),
    ],
)
def test_settings_out_of_range_are_refused_before_anything_is_loaded(name, settings, said):
    with pytest.raises(ProjnerError, match=said):
        translators.create(name, **settings)


def test_a_quotation_mark_that_csv_doubled_is_read_as_one(nllb, monkeypatch):
    read = []
    generator = nllb._loaded()
    monkeypatch.setattr(generator, "translate", lambda texts, **_: read.extend(texts) or list(texts))
    (found,) = nllb.translate([pair('Yagize ati """" Ego """" .', "rw")])
    assert read == ['Yagize ati "Ego".']
    assert found.text == 'Yagize ati "Ego".'


def test_a_model_of_one_pair_takes_languages_by_their_names(tmp_path):
    folder = str(seq2seq_models.marian(tmp_path, source="de", target="en"))
    translator = translators.create(
        "seq2seq", model=folder, source_lang="English", device="cpu", max_length=16
    )
    (found,) = translator.translate([pair("Berlin", "German")])
    assert found.lang == "en"
