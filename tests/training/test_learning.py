"""A tagger learns, and the same training gives the same tagger."""

from __future__ import annotations

import json

import pytest
from safetensors.numpy import load_file

from projner_core import taggers
from projner_core.corpus import Sentence
from projner_core.errors import ProjnerError
from projner_core.training import corpus, spread, train, train_seeds
from projner_core.training.scoring import count
from tests.training.toy import quick, toy


@pytest.mark.parametrize("model", ["cased", "uncased", "pieces", "byte_level"])
def test_a_toy_language_of_many_scripts_is_learnt(model, request, tmp_path):
    config = quick(request.getfixturevalue(model))
    held_out = toy(80, seed=2)
    trained = train(config, [toy()], [toy(60, seed=1)], tmp_path / "tagger")
    assert trained.record.f1 is not None
    assert trained.record.f1 > 0.9
    assert trained.record.shapes is (model == "uncased")

    tagger = taggers.create("token-classifier", model=str(trained.folder), device="cpu", dtype="float32")
    found = tagger.tag([Sentence(example.tokens) for example in held_out.examples])
    assert count([held_out], found).f1 > 0.9


def test_what_is_saved_finds_what_the_training_found(uncased, tmp_path):
    dev = toy(60, seed=1)
    trained = train(quick(uncased, epochs=3), [toy()], [dev], tmp_path / "tagger")
    tagger = taggers.create("token-classifier", model=str(trained.folder), device="cpu", dtype="float32")
    found = tagger.tag([Sentence(example.tokens) for example in dev.examples])
    assert count([dev], found).to_dict() == trained.record.scores


def test_case_is_learnt_by_shapes_alone(uncased, tmp_path):
    words = ["yesterday", "went", "in", "far", "from", "rained", "and", "where", "who", "saw"]
    case_tells = corpus(
        "case",
        [([w, v.title()], ["O", "B-ORG"]) for w in words for v in words]
        + [([v.title(), w], ["B-ORG", "O"]) for w in words for v in words],
    )
    with_shapes = train(quick(uncased, epochs=4), [case_tells], [case_tells], tmp_path / "with")
    without = train(quick(uncased, epochs=4, shapes="no"), [case_tells], [case_tells], tmp_path / "without")
    assert with_shapes.record.f1 == 1.0
    assert without.record.f1 is not None
    assert without.record.f1 < 0.9  # the two sentences of a pair of words are one and the same to it


def weights(folder):
    return {name: array.tobytes() for name, array in load_file(folder / "model.safetensors").items()}


@pytest.mark.parametrize("model", ["cased", "uncased"])
def test_the_same_seed_gives_the_same_weights_and_another_gives_others(model, request, tmp_path):
    config = quick(request.getfixturevalue(model), epochs=2, dropout=0.3, lower_case_share=0.2)
    one, same, other = (
        train(config.changed(seed=seed), [toy(60)], [], tmp_path / name).folder
        for name, seed in [("one", 1), ("same", 1), ("other", 2)]
    )
    assert weights(one) == weights(same)
    assert weights(one) != weights(other)


def test_training_leaves_the_random_numbers_of_others_alone(cased, tmp_path):
    import torch

    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    train(quick(cased, epochs=1), [toy(20)], [], tmp_path / "tagger")
    assert torch.equal(torch.rand(3), expected)


def test_frozen_embeddings_stay_what_they_were(cased, tmp_path):
    trained = train(quick(cased, epochs=1, freeze_embeddings=True), [toy(40)], [], tmp_path / "tagger")
    before, after = load_file(cased / "model.safetensors"), load_file(trained.folder / "model.safetensors")
    (name,) = [name for name in after if "word_embeddings" in name]
    (old,) = [name for name in before if "word_embeddings" in name]
    assert (after[name] == before[old]).all()
    moved = [name for name in after if "query.weight" in name]
    assert moved
    assert all((after[name] != before[name.removeprefix("bert.")]).any() for name in moved)


def test_seeds_have_a_mean_and_a_spread(cased, tmp_path):
    config = quick(cased, epochs=1)
    trained = train_seeds(config, [toy(60)], [toy(40, seed=1)], tmp_path / "tagger", 2)
    assert [one.folder.name for one in trained] == ["seed-0", "seed-1"]
    assert [one.record.settings["seed"] for one in trained] == [0, 1]
    over = spread([0.5, 0.7])
    assert (over.mean, over.low, over.high) == (pytest.approx(0.6), 0.5, 0.7)
    assert over.deviation == pytest.approx(0.02**0.5)  # of a sample: divided by n - 1
    steps = []
    again = train_seeds(config, [toy(60)], [toy(40, seed=1)], tmp_path / "tagger", 2, on_step=steps.append)
    assert steps == []  # what is there is not trained again
    assert [one.record for one in again] == [one.record for one in trained]


def test_the_best_epoch_is_kept_and_patience_ends_the_rest(cased, tmp_path):
    config = quick(cased, epochs=30, patience=2)
    trained = train(config, [toy()], [toy(40, seed=1)], tmp_path / "tagger")
    f1s = [epoch["dev"]["f1"] for epoch in trained.record.history]
    assert trained.record.f1 == max(f1s) == f1s[trained.record.best - 1]
    assert len(f1s) == trained.record.best + 2 < 30
    tagger = taggers.create("token-classifier", model=str(trained.folder), device="cpu", dtype="float32")
    dev = toy(40, seed=1)
    found = tagger.tag([Sentence(example.tokens) for example in dev.examples])
    assert round(count([dev], found).f1, 4) == trained.record.f1


def test_a_sentence_longer_than_the_model_is_read_in_windows_and_said(cased, tmp_path):
    words, tags = ["went", "to", "Berlin", "."] * 50, ["O", "O", "B-LOC", "O"] * 50
    long = corpus("long", [(words, tags)] * 8)
    trained = train(quick(cased, epochs=12, learning_rate=8e-3), [long], [long], tmp_path / "tagger")
    assert trained.record.f1 == 1.0
    assert trained.record.notes == [
        "8 sentences were too long for one reading, and were read in windows.",
        "8 of 8 dev sentences were learnt from, so the dev scores are too good.",
    ]


def test_empty_sentences_and_words_without_pieces_teach_nothing(cased, tmp_path):
    odd = [([], []), (["\u200b"], ["O"]), (["\u200b", "\u200b"], ["B-PER", "I-PER"])]
    trained = train(
        quick(cased, epochs=1), [corpus("odd", odd), toy(40)], [corpus("odd", odd)], tmp_path / "tagger"
    )
    assert trained.record.train[0]["sentences"] == 2
    with pytest.raises(ProjnerError, match="no word to train on that the model's tokenizer can read"):
        train(quick(cased), [corpus("odd", odd)], [], tmp_path / "other")


def test_a_label_without_an_example_is_never_found(cased, tmp_path):
    """Its tags would be a row of the head that nothing teaches: it has none."""
    trained = train(quick(cased, epochs=2), [toy(60)], [], tmp_path / "tagger")
    assert trained.record.tags == ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
    config = json.loads((trained.folder / "config.json").read_text(encoding="utf-8"))
    assert list(config["id2label"].values()) == trained.record.tags


def test_one_may_go_on_from_a_tagger_that_was_trained_before(uncased, tmp_path):
    first = train(quick(uncased, epochs=4), [toy()], [], tmp_path / "first")
    only_places = corpus(
        "places", [(e.tokens, ["O" if "PER" in t else t for t in e.tags]) for e in toy(60).examples]
    )
    second = train(quick(first.folder, epochs=1), [only_places], [toy(20, seed=1)], tmp_path / "second")
    assert second.record.tags == ["O", "B-LOC", "I-LOC"]
    assert second.record.shapes
    tagger = taggers.create("token-classifier", model=str(second.folder), device="cpu")
    example = toy(1, seed=3).examples[0]
    assert {span.label for span in tagger.tag([Sentence(example.tokens)])[0]} <= {"LOC"}
