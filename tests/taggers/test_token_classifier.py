"""The tagger of any token classifier, and the bundled one."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from projner_core import taggers
from projner_core.corpus import Sentence, check_spans
from projner_core.errors import ProjnerError
from projner_core.inference import free, revision
from projner_core.inference.batching import Budget
from projner_core.pipeline.config import StageConfig
from projner_core.taggers import bundled
from projner_core.taggers.base import ProbabilisticTagger
from projner_core.tagging import entities
from tests import models

SENTENCES = [Sentence(tuple(text.split())) for text in models.TEXTS]
LONG = Sentence(tuple(word for _ in range(20) for word in " ".join(models.TEXTS).split()))
ONTONOTES = ("O", "B-PERSON", "I-PERSON", "B-GPE", "I-GPE", "B-DATE", "I-DATE", "B-NORP", "I-NORP")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return models.token_classifier(tmp_path_factory.mktemp("mbert"))


@pytest.fixture(autouse=True)
def _nothing_kept():
    yield
    free()


def tagger(folder, **settings):
    return taggers.create("token-classifier", model=str(folder), device="cpu", dtype="float32", **settings)


@pytest.mark.parametrize("kind", ["bert", "bert-uncased", "xlm-roberta", "roberta"])
@pytest.mark.parametrize("pooling", ["first", "mean"])
def test_tags_are_the_entities_of_its_probabilities(tmp_path, kind, pooling):
    made = tagger(models.token_classifier(tmp_path / kind, kind=kind), pooling=pooling)
    assert isinstance(made, ProbabilisticTagger)
    given = [*SENTENCES, Sentence(()), LONG]
    before = [sentence.tokens for sentence in given]
    found = made.tag(given)
    assert found == [entities(one) for one in made.probabilities(given)]
    assert [check_spans(spans, len(s)) for spans, s in zip(found, given, strict=True)] == found
    assert found[len(SENTENCES)] == ()
    assert any(found), "a model whose tags are all O would show nothing"
    assert [sentence.tokens for sentence in given] == before
    assert made.tag([]) == []


def test_sentences_one_by_one_and_all_at_once_are_tagged_alike(folder):
    made = tagger(folder)
    given = [*SENTENCES * 6, LONG]
    together = made.probabilities(given)
    made._load()[0].budget = Budget(1)  # every batch is one sentence
    for one, other in zip(together, made.probabilities(given), strict=True):
        assert np.allclose(one.rows, other.rows, atol=1e-5)
    assert made.tag(given) == [found for sentence in given for found in made.tag([sentence])]


def test_labels_become_classes_or_stay(tmp_path):
    folder = models.token_classifier(tmp_path / "ontonotes", labels=ONTONOTES)
    (first, *_) = tagger(folder).probabilities(SENTENCES)
    assert first.tags == ("O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-MISC", "I-MISC")
    (kept, *_) = tagger(folder, labels="keep").probabilities(SENTENCES)
    assert set(kept.tags) == set(ONTONOTES)
    dates = [kept.tags.index(tag) for tag in ("B-DATE", "I-DATE", "O")]
    for row, own in zip(first.rows, kept.rows, strict=True):
        assert row[0] == pytest.approx(sum(own[tag] for tag in dates), abs=1e-6)
    (told, *_) = tagger(folder, labels={"GPE": "LOC"}).probabilities(SENTENCES)
    assert told.tags == ("O", "B-LOC", "I-LOC")


def test_a_table_of_labels_can_stand_in_a_configuration():
    config = StageConfig(name="token-classifier", model="x", labels={"GPE": "LOC"})
    assert taggers.create(config.name, **config.settings).labels == {"GPE": "LOC"}


def test_an_iob1_checkpoint_begins_entities_with_i(tmp_path):
    labels = ("B-LOC", "B-MISC", "B-ORG", "I-LOC", "I-MISC", "I-ORG", "I-PER", "O")
    made = tagger(models.token_classifier(tmp_path / "conll03", labels=labels))
    for sentence, found in zip(SENTENCES, made.probabilities(SENTENCES), strict=True):
        assert len(found.rows) == len(sentence)
        assert "B-PER" in found.tags
        beginnings = [tag for tag in range(len(found.tags)) if found.tags[tag][0] == "I"]
        assert all(found.rows[0][tag] == 0 for tag in beginnings), "a sentence begins with no I"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"pooling": "last"}, "no pooling 'last'; there are: first, mean"),
        ({"labels": "onto"}, "no label set 'onto'"),
        ({"scheme": "IOB3"}, "no scheme 'IOB3'"),
        ({"device": "abacus"}, "no device 'abacus'"),
        ({"dtype": "int3"}, "no dtype 'int3'"),
    ],
)
def test_settings_are_checked_before_any_model_is_loaded(settings, said):
    with pytest.raises(ProjnerError, match=said):
        taggers.create("token-classifier", model="nowhere", **settings)


def test_nothing_is_loaded_before_it_is_asked_for():
    made = taggers.create("token-classifier", model="nobody/nothing", device="cpu")
    with pytest.raises(ProjnerError, match="not on this machine"):
        made.tag(SENTENCES)


def test_its_model_says_which_version_it_is(folder):
    assert revision(tagger(folder).model).startswith("folder-")
    assert tagger(folder).chunk > 1


# ------------------------------------------------------------------ our own network, and the bundled one


@pytest.fixture
def bundled_here(tmp_path, monkeypatch):
    """A bundled tagger as it is kept: what was trained, and the rest in the folder of its base."""
    whole = models.own_tagger(tmp_path / "whole")
    base, own = tmp_path / "bundled" / "tiny-base", tmp_path / "bundled" / "english-ner"
    from safetensors.torch import load_file, save_file

    base.mkdir(parents=True)
    own.mkdir()
    frozen = "encoder.embeddings.word_embeddings.weight"
    weights = load_file(whole / "model.safetensors")
    save_file({frozen: weights.pop(frozen)}, base / "model.safetensors")
    save_file(weights, own / "model.safetensors")
    said = json.loads((whole / "config.json").read_text(encoding="utf-8"))
    (own / "config.json").write_text(json.dumps(said | {"base": "tiny-base"}), encoding="utf-8")
    for file in whole.glob("tokenizer*"):
        (base / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(bundled, "MODELS", own.parent)
    monkeypatch.setattr("projner_core.inference.classifiers.MODELS", own.parent)
    return whole


def test_a_folder_with_a_base_is_the_same_as_the_whole(bundled_here):
    made = taggers.create("bundled", device="cpu", dtype="float32")
    assert made.tag(SENTENCES) == tagger(bundled_here).tag(SENTENCES)
    assert any(made.tag(SENTENCES))


def test_the_bundled_taggers_revision_is_what_its_files_hold(bundled_here, tmp_path, monkeypatch):
    before = taggers.create("bundled").revision
    assert before.startswith("bundled-")
    copied = tmp_path / "installed elsewhere"
    shutil.copytree(tmp_path / "bundled", copied, copy_function=shutil.copy)  # with other dates
    monkeypatch.setattr(bundled, "MODELS", copied)
    assert taggers.create("bundled").revision == before
    changed = tmp_path / "another version"
    shutil.copytree(copied, changed)
    weights = changed / "tiny-base" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\1")
    monkeypatch.setattr(bundled, "MODELS", changed)
    assert taggers.create("bundled").revision != before, "of its base, too"


def test_the_bundled_tagger_has_no_model_to_choose():
    with pytest.raises(ProjnerError, match="no setting 'model'"):
        taggers.create("bundled", model="x")


def test_a_saved_tagger_loads_by_its_path(tmp_path):
    made = tagger(models.own_tagger(tmp_path / "own"), pooling="mean")
    assert [len(found.rows) for found in made.probabilities(SENTENCES)] == [len(s) for s in SENTENCES]
