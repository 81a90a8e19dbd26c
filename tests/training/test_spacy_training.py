"""Pipelines of spaCy that were trained here."""

from __future__ import annotations

import random

import numpy as np
import pytest

from projner_core import taggers
from projner_core.corpus import Sentence
from projner_core.errors import ProjnerError
from projner_core.inference.interruption import interruptible
from projner_core.training import TrainingConfig, corpus, train
from projner_core.training.scoring import count
from tests.training.toy import toy

QUICK = TrainingConfig(kind="spacy", epochs=12, batch_size=16, learning_rate=5e-3)


def test_a_toy_language_of_many_scripts_is_learnt(tmp_path):
    trained = train(QUICK, [toy()], [toy(60, seed=1)], tmp_path / "tagger")
    held_out = toy(80, seed=2)
    found = taggers.create("spacy", model=str(trained.folder), labels="keep").tag(
        [Sentence(example.tokens) for example in held_out.examples]
    )
    assert count([held_out], found).f1 > 0.9
    assert trained.record.f1 is not None
    assert trained.record.f1 > 0.9
    card = (trained.folder / "README.md").read_text(encoding="utf-8")
    assert "from nothing, as a spaCy pipeline" in card
    assert "toy-0: 160 sentences" in card


def test_the_same_seed_gives_the_same_pipeline_and_leaves_other_random_numbers_alone(tmp_path):
    random.seed(3)
    np.random.seed(3)
    expected = random.random(), np.random.rand()
    random.seed(3)
    np.random.seed(3)
    config = QUICK.changed(epochs=2)
    one, same, other = (
        train(config.changed(seed=seed), [toy(40)], [], tmp_path / name)
        for name, seed in [("one", 1), ("same", 1), ("other", 2)]
    )
    assert (random.random(), np.random.rand()) == expected
    model = "ner/model"
    assert (one.folder / model).read_bytes() == (same.folder / model).read_bytes()
    assert (one.folder / model).read_bytes() != (other.folder / model).read_bytes()


def test_patience_ends_it_and_the_best_is_kept(tmp_path):
    trained = train(QUICK.changed(epochs=60, patience=2), [toy()], [toy(60, seed=1)], tmp_path / "tagger")
    f1s = [epoch["dev"]["f1"] for epoch in trained.record.history]
    assert trained.record.f1 == max(f1s)
    assert len(f1s) == trained.record.best + 2 < 60
    dev = toy(60, seed=1)
    tagger = taggers.create("spacy", model=str(trained.folder), labels="keep")
    found = tagger.tag([Sentence(example.tokens) for example in dev.examples])
    assert count([dev], found).to_dict() == trained.record.scores


def test_it_is_stopped_between_two_steps(tmp_path):
    class Stopped(ProjnerError):
        pass

    steps = []

    def check():
        if len(steps) == 2:
            raise Stopped

    with interruptible(check), pytest.raises(Stopped):
        train(QUICK, [toy()], [], tmp_path / "tagger", on_step=steps.append)
    assert len(steps) == 2
    assert not (tmp_path / "tagger").exists()


def test_what_spacy_cannot_do_is_said(tmp_path):
    odd = corpus("odd", [(["New", "\u00a0", "York"], ["B-LOC", "I-LOC", "I-LOC"])])
    config = QUICK.changed(epochs=1, lang="qqq")
    trained = train(config, [odd, toy(40)], [], tmp_path / "tagger")
    assert trained.record.notes == [
        "1 sentences with white space for a word of an entity were left out: spaCy learns from none such.",
        "spaCy has no rules for 'qqq': the pipeline is of any language (xx).",
    ]
