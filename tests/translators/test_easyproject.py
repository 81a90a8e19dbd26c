"""Marked back-translation, and the trap of the wrong tokenizer."""

from __future__ import annotations

import json
import shutil

import pytest

from projner_core import translators
from projner_core.corpus import Pair, Sentence, Span
from projner_core.errors import ProjnerError
from projner_core.projectors.marked_text import parse
from projner_core.translators.easyproject import marked

MERKEL = Pair(
    "1",
    Sentence(("Angela", "Merkel", "lives", "in", "Berlin", "."), "en", "Angela Merkel lives in Berlin."),
    Sentence(("Angela", "Merkel", "lebt", "in", "Berlin", "."), "de"),
)
NAMES = (Span(0, 2, "PER"), Span(4, 5, "LOC"))


def easyproject(folder, tokenizer, **settings):
    settings = {"device": "cpu", "dtype": "float32"} | settings
    return translators.create_back_translator(
        "easyproject", model=str(folder), tokenizer=str(tokenizer), **settings
    )


@pytest.fixture(scope="module")
def checkpoint(taught, tmp_path_factory):
    """The taught model with a tokenizer that does not know the marks: every other piece is the same."""
    folder = shutil.copytree(taught, tmp_path_factory.mktemp("easyproject") / "model")
    file = folder / "tokenizer.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    vocab = content["model"]["vocab"]
    for mark, other in (("[", "\u2e22"), ("]", "\u2e23")):
        vocab[other] = vocab.pop(mark)
    content["model"]["merges"] = [
        pieces for pieces in content["model"]["merges"] if not set("".join(pieces)) & set("[]")
    ]
    file.write_text(json.dumps(content), encoding="utf-8")
    return folder


def test_entities_come_back_in_brackets(taught):
    found = easyproject(taught, taught).back_translate([MERKEL], [NAMES])
    assert found == ["[Angela Merkel] lebt in [Berlin]."]
    text = parse(found[0])  # as the projectors read it
    assert [text.words(mark) for mark in text.marks] == ["Angela Merkel", "Berlin"]


def test_the_original_tokenizer_keeps_the_marks_and_the_own_one_loses_them(checkpoint, taught):
    """The same weights, the same sentence; only the tokenizer differs."""
    right = easyproject(checkpoint, taught).back_translate([MERKEL], [NAMES])
    wrong = easyproject(checkpoint, "").back_translate([MERKEL], [NAMES])
    assert right == ["[Angela Merkel] lebt in [Berlin]."]
    assert "[" not in wrong[0]
    assert not parse(wrong[0]).marks


def test_the_original_tokenizer_is_the_default():
    back_translator = translators.create_back_translator("easyproject")
    assert back_translator.model == "ychenNLP/nllb-200-3.3B-easyproject"
    assert back_translator.tokenizer == "facebook/nllb-200-3.3B"


def test_pairs_without_entities_have_no_text_and_no_model_is_loaded():
    back_translator = easyproject("/no/such/model", "/no/such/tokenizer")
    assert back_translator.back_translate([], []) == []
    assert back_translator.back_translate([MERKEL, MERKEL], [(), ()]) == ["", ""]


def test_pairs_with_and_without_entities_keep_their_places(taught):
    back_translator = easyproject(taught, taught)
    paris = Pair(
        "2",
        Sentence(("She", "met", "the", "president", "in", "Paris", "."), "eng"),
        Sentence(("Sie", "traf", "ihn"), "deu_Latn"),
    )
    found = back_translator.back_translate([MERKEL, paris, MERKEL], [(), (Span(5, 6, "LOC"),), NAMES])
    assert found == ["", "Sie traf den Präsidenten in [Paris].", "[Angela Merkel] lebt in [Berlin]."]


def test_languages_can_be_said_for_all(taught):
    unknown = Pair("1", Sentence(MERKEL.source.tokens, "und"), Sentence(MERKEL.target.tokens, "und"))
    with pytest.raises(ProjnerError, match="nobody said which one"):
        easyproject(taught, taught).back_translate([unknown], [NAMES])
    told = easyproject(taught, taught, source_lang="English", target_lang="German")
    assert told.back_translate([unknown], [NAMES]) == ["[Angela Merkel] lebt in [Berlin]."]


@pytest.mark.parametrize(
    ("lang", "tokens", "spans", "text"),
    [
        ("en", "Angela Merkel , of Berlin .", ((0, 2), (4, 5)), "[Angela Merkel], of [Berlin]."),
        ("en", "( Lagos )", ((1, 2),), "([Lagos])"),
        ("en", "Berlin 's mayor", ((0, 1),), "[Berlin]'s mayor"),
        ("en", "Paris London", ((0, 1), (1, 2)), "[Paris] [London]"),
        ("zh", "默克尔 在 柏林 。", ((0, 1), (2, 3)), "[默克尔]在[柏林]。"),
        ("en", "he [ sic ] met Merkel", ((5, 6),), "he (sic) met [Merkel]"),
        ("yo", "Ààrẹ lọ sí Èkó .", ((3, 4),), "Ààrẹ lọ sí [Èkó]."),
    ],
)
def test_how_entities_are_marked(lang, tokens, spans, text):
    sentence = Sentence(tuple(tokens.split()), lang)
    assert marked(sentence, [Span(*span, "X") for span in spans]) == text


def test_the_text_of_a_translation_is_marked_as_it_stands():
    sentence = Sentence(("U.S.", "-", "Nigeria"), "en", "U.S.-Nigeria")
    assert marked(sentence, [Span(0, 1, "LOC"), Span(2, 3, "LOC")]) == "[U.S.]-[Nigeria]"


def test_what_it_cannot_mark_is_refused():
    with pytest.raises(ValueError, match="ends past"):
        marked(Sentence(("a",)), [Span(0, 2, "X")])
    with pytest.raises(ValueError, match="no source sentence"):
        easyproject("x", "y").back_translate([Pair("1", None, Sentence(("a",)))], [()])


def test_whatever_a_reader_would_take_for_a_mark_is_made_round():
    sentence = Sentence(("【", "新", "】", "柏林", "<b>", "［", "好", "］"), "zh")
    text = marked(sentence, (Span(3, 4, "LOC"),))
    assert text.count("[") == 1
    assert [parse(text).words(mark) for mark in parse(text).marks] == ["柏林"]
