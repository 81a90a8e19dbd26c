"""Token classifiers of real architectures: which word has which probabilities."""

from __future__ import annotations

import json
import unicodedata

import numpy as np
import pytest
import torch
from transformers import AutoModelForTokenClassification, AutoTokenizer

from projner_core.errors import ProjnerError
from projner_core.inference import classifiers, free
from projner_core.inference.batching import Budget
from projner_core.inference.classifiers import load_classifier
from projner_core.inference.interruption import interruptible
from tests import models

KINDS = ("bert", "bert-uncased", "electra", "deberta", "xlm-roberta", "roberta")
SENTENCES = [
    text.split()
    for text in (
        *models.TEXTS,
        "Ààrẹ Nàìjíríà",  # decomposed below
        "🦁 Simba 🦁 .",
        "Union",
    )
]
SENTENCES[6] = ["A\u0300a\u0300re\u0323", "Na\u0300i\u0300ji\u0301ri\u0301a\u0300"]
ZERO_WIDTH = "\u200b"


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    made = {}
    for kind in KINDS:
        made[kind] = models.token_classifier(tmp_path_factory.mktemp(kind), kind=kind)
    made["own"] = models.own_tagger(tmp_path_factory.mktemp("own"))
    return made


@pytest.fixture(autouse=True)
def _nothing_kept():
    yield
    free()


def load(folder):
    return load_classifier(str(folder), device="cpu", dtype="float32")


def one_by_one(folder, words, pooling):
    """The same by the plain means of transformers: one sentence, the tokenizer's own word numbers."""
    tokenizer = AutoTokenizer.from_pretrained(folder, add_prefix_space=True)
    network = AutoModelForTokenClassification.from_pretrained(folder).eval()
    composed = [unicodedata.normalize("NFC", word) for word in words]
    encoded = tokenizer(composed, is_split_into_words=True, return_tensors="pt")
    with torch.inference_mode():
        found = network(**encoded).logits[0].softmax(dim=-1).numpy()
    of_words = [np.flatnonzero([w == index for w in encoded.word_ids(0)]) for index in range(len(words))]
    return np.array([found[at[0]] if pooling == "first" else found[at].mean(axis=0) for at in of_words])


@pytest.mark.parametrize("pooling", ["first", "mean"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_word_has_the_probabilities_that_transformers_gives_it(folders, kind, pooling):
    found = load(folders[kind]).probabilities(SENTENCES, pooling=pooling)
    for words, rows in zip(SENTENCES, found, strict=True):
        assert rows.dtype == np.float32
        assert rows.shape == (len(words), 9)
        assert np.allclose(rows, one_by_one(folders[kind], words, pooling), atol=1e-5)


@pytest.mark.parametrize("kind", ["bert", "xlm-roberta"])
def test_a_word_is_read_alike_composed_and_decomposed(folders, kind):
    words = ["Ààrẹ", "Nàìjíríà", "São", "Müller"]
    classifier = load(folders[kind])
    composed, decomposed = (
        classifier.probabilities([[unicodedata.normalize(form, word) for word in words]])[0]
        for form in ("NFC", "NFD")
    )
    assert np.array_equal(composed, decomposed)


def test_the_poolings_differ_where_a_word_has_several_pieces(folders):
    model = load(folders["bert"])
    first, mean = (model.probabilities(SENTENCES, pooling=pooling) for pooling in classifiers.POOLINGS)
    assert not np.allclose(np.concatenate(first), np.concatenate(mean), atol=1e-3)


@pytest.mark.parametrize("kind", [*KINDS, "own"])
def test_batches_of_any_size_give_the_same(folders, kind):
    model = load(folders[kind])
    found = {}
    for pieces in (1, 64, 4096):
        model.budget = Budget(pieces)
        found[pieces] = model.probabilities(SENTENCES)
    for one, some, all_ in zip(found[1], found[64], found[4096], strict=True):
        assert np.allclose(one, all_, atol=1e-5)
        assert np.allclose(one, some, atol=1e-5)


@pytest.mark.parametrize("kind", [*KINDS, "own"])
def test_words_without_pieces_and_sentences_without_words(folders, kind):
    model = load(folders[kind])
    said = ["Angela", ZERO_WIDTH, "Merkel"]
    empty, found, nothing, plain = model.probabilities([[], said, [ZERO_WIDTH], ["Angela", "Merkel"]])
    assert empty.shape == (0, 9)
    assert found.shape == (3, 9)
    assert model.probabilities([]) == []
    if kind in ("roberta", "xlm-roberta"):  # to these it is bytes, or an unknown piece
        assert np.allclose(found.sum(axis=1), 1.0, atol=1e-5)
        return
    assert nothing.tolist() == [[1.0, *[0.0] * 8]]
    assert found[1].tolist() == [1.0, *[0.0] * 8]
    assert np.allclose(found[[0, 2]], plain, atol=1e-5), "it is not read at all"


@pytest.mark.parametrize("kind", [*KINDS, "own"])
@pytest.mark.parametrize("pooling", ["first", "mean"])
def test_a_long_sentence_is_read_in_windows(folders, kind, pooling):
    model = load(folders[kind])
    words = [word for _ in range(12) for sentence in SENTENCES for word in sentence]
    (found,) = model.probabilities([words], pooling=pooling)
    assert found.shape == (len(words), 9)
    assert np.allclose(found.sum(axis=1), 1.0, atol=1e-5)
    # The first words stand where they stand in the first window, which is read alone here.
    room = model.limit - 2
    taken = next(n for n in range(1, len(words)) if len(_pieces(model, words[: n + 1])) > room)
    (beginning,) = model.probabilities([words[:taken]], pooling=pooling)
    if len(_pieces(model, words[:taken])) == room:  # the window ends where a word does
        assert np.allclose(found[:5], beginning[:5], atol=1e-5)
    assert len({tuple(row) for row in found.round(4).tolist()}) > 20, "and every word has its own"


def _pieces(model, words):
    words = [unicodedata.normalize("NFC", word) for word in words]
    return model._tokenizer(words, is_split_into_words=True, add_special_tokens=False)["input_ids"]


def test_a_byte_level_tokenizer_reads_words_as_behind_a_space(folders):
    """RoBERTa's checkpoints say add_prefix_space false, which glues the words together."""
    said = json.loads((folders["roberta"] / "tokenizer.json").read_text(encoding="utf-8"))
    assert said["pre_tokenizer"]["add_prefix_space"] is False
    model = load(folders["roberta"])
    pieces = model._tokenizer(["Angela", "Merkel"], is_split_into_words=True, add_special_tokens=False)
    assert model._tokenizer.decode(pieces["input_ids"]).split() == ["Angela", "Merkel"]


def test_our_own_network_sees_case_though_its_vocabulary_has_none(folders):
    model = load(folders["own"])
    upper, lower = model.probabilities([["US", "in", "Berlin"], ["us", "in", "berlin"]])
    assert not np.allclose(upper, lower, atol=1e-2)
    uncased = load(folders["bert-uncased"])
    upper, lower = uncased.probabilities([["US", "in", "Berlin"], ["us", "in", "berlin"]])
    assert np.allclose(upper, lower, atol=1e-5)


def test_one_that_is_asked_for_twice_is_loaded_once(folders):
    assert load(folders["bert"]) is load(folders["bert"])


def test_bfloat16_agrees_with_float32(folders):
    half = load_classifier(str(folders["bert"]), device="cpu", dtype="bfloat16")
    for found, exact in zip(
        half.probabilities(SENTENCES), load(folders["bert"]).probabilities(SENTENCES), strict=True
    ):
        assert found.dtype == np.float32
        assert np.abs(found - exact).max() < 0.2
        assert np.allclose(found.sum(axis=1), 1.0, atol=1e-5)


# ------------------------------------------------------------------ several devices, little memory


def test_several_devices_share_the_sentences_and_give_the_same(folders, monkeypatch):
    alone = load(folders["xlm-roberta"]).probabilities(SENTENCES, pooling="mean")
    free()
    monkeypatch.setattr(classifiers.devices, "places", lambda name: ("cpu", "cpu"))
    two = load(folders["xlm-roberta"])
    assert len(two.others) == 1
    for model in (two, *two.others):
        model.budget = Budget(40)
    for one, other in zip(alone, two.probabilities(SENTENCES, pooling="mean"), strict=True):
        assert np.allclose(one, other, atol=1e-5)


def test_a_batch_that_does_not_fit_is_halved(folders, monkeypatch):
    model = load(folders["bert"])
    expected = model.probabilities(SENTENCES)
    sizes = []
    run = type(model)._run

    def short_of_memory(self, ids, *rest):
        sizes.append(len(ids))
        if len(ids) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return run(self, ids, *rest)

    monkeypatch.setattr(type(model), "_run", short_of_memory)
    for one, other in zip(expected, model.probabilities(SENTENCES), strict=True):
        assert np.allclose(one, other, atol=1e-5)
    before = len(sizes)
    model.probabilities(SENTENCES)
    assert max(sizes[before:]) < sizes[0], "later calls begin with what fits"


def test_who_cancels_does_not_wait_for_the_batch(folders, monkeypatch):
    """It is asked before each batch and before each of its two layers."""
    model = load(folders["bert"])
    asked, runs = [], []
    run = type(model)._run
    monkeypatch.setattr(type(model), "_run", lambda *given: runs.append(1) or run(*given))

    class Enough(Exception):
        pass

    def check() -> None:
        asked.append(1)
        if len(asked) == 3:
            raise Enough

    with pytest.raises(Enough), interruptible(check):
        model.probabilities(SENTENCES * 50)
    assert len(runs) == 1
    assert len(model.probabilities(SENTENCES)) == len(SENTENCES), "it can be used again at once"


# ------------------------------------------------------------------ what is no tagger


def test_a_model_without_a_head_is_refused(tmp_path):
    with pytest.raises(ProjnerError, match=r"no token classifier: its config.json says BertModel"):
        load(models.bert(tmp_path / "plain"))


def test_a_model_that_does_not_name_its_tags_is_refused(tmp_path):
    folder = models.token_classifier(tmp_path / "nameless", labels=[f"LABEL_{n}" for n in range(5)])
    with pytest.raises(ProjnerError, match=r"does not say what its 5 tags are.*id2label"):
        load(folder)


def test_a_model_that_tags_something_else_is_refused(tmp_path):
    folder = models.token_classifier(tmp_path / "pos", labels=["NOUN", "VERB", "ADJ"])
    with pytest.raises(ProjnerError, match=r"no named entities.*NOUN, VERB, ADJ"):
        load(folder)


def test_the_tokenizer_of_another_model_is_found_out(tmp_path):
    small = models.token_classifier(tmp_path / "small", ["a b"])
    large = models.token_classifier(tmp_path / "large", ["zebra yak xenon ẹlẹ́dẹ̀ " * 3])
    for file in large.glob("tokenizer*"):
        (small / file.name).write_bytes(file.read_bytes())
    with pytest.raises(ProjnerError, match=r"tokenizer of .* is not this model's"):
        load(small).probabilities([["zebra", "yak", "xenon", "ẹlẹ́dẹ̀"]])


def test_weights_that_are_no_numbers_are_found_out(tmp_path):
    folder = models.token_classifier(tmp_path / "damaged")
    network = AutoModelForTokenClassification.from_pretrained(folder)
    with torch.no_grad():
        network.classifier.bias[0] = float("nan")
    network.save_pretrained(folder)
    with pytest.raises(ProjnerError, match=r"no numbers .* in float32: its weights are damaged"):
        load(folder).probabilities([["Berlin"]])


def test_a_model_that_is_not_here_is_a_sentence():
    with pytest.raises(ProjnerError, match="nothing is fetched unasked"):
        load_classifier("nobody/no-such-tagger", device="cpu")
