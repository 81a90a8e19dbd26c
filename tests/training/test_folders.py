"""The folder of a trained tagger: whole or not there, and it says what it was trained on."""

from __future__ import annotations

import json
import socket

import pytest

from projner_core import __version__
from projner_core.errors import ProjnerError
from projner_core.training import Record, corpus, train
from tests import models
from tests.training.toy import quick, toy


@pytest.mark.parametrize("model", ["cased", "uncased"])
def test_it_says_what_it_was_trained_on(model, request, tmp_path):
    about = {
        "licence": "CC BY 4.0",
        "project": "swa",
        "layer": "matching",
        "provenance": {"stage": "project"},
    }
    train_on = toy(60, about=about, weight=0.5)
    trained = train(
        quick(request.getfixturevalue(model), epochs=1), [train_on], [toy(20, seed=1)], tmp_path / "tagger"
    )
    card = (trained.folder / "README.md").read_text(encoding="utf-8")
    for said in (
        f"Trained by ProjNER {__version__}",
        "finds LOC and PER",
        "toy-0: 60 sentences",
        train_on.fingerprint(),
        "Licences of these: CC BY 4.0",
        "layer: matching",
        '`{"stage": "project"}`',
        "weight 0.5",
        "Strict micro F1",
        "seed: 0",
        "torch: 2.",
    ):
        assert said in card, said
    assert Record.read(trained.folder) == trained.record
    if model == "uncased":
        config = json.loads((trained.folder / "config.json").read_text(encoding="utf-8"))
        assert config["trained"]["fingerprint"] == trained.record.fingerprint


def test_what_nobody_knows_it_says_too(cased, tmp_path):
    trained = train(quick(cased, epochs=1), [toy(40)], [], tmp_path / "tagger")
    card = (trained.folder / "README.md").read_text(encoding="utf-8")
    assert "licences of these are not known" in card
    assert "Not known: no sentences with gold entities were set aside" in card


def test_a_folder_that_is_there_is_not_touched(cased, tmp_path):
    there = tmp_path / "thesis"
    there.mkdir()
    (there / "chapter.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(ProjnerError, match="thesis is there already"):
        train(quick(cased), [toy(20)], [], there)
    assert [path.name for path in there.iterdir()] == ["chapter.txt"]
    with pytest.raises(ProjnerError, match=r"there is no folder .*nowhere"):
        train(quick(cased), [toy(20)], [], tmp_path / "nowhere" / "tagger")


def test_the_same_training_again_does_nothing_and_another_is_refused(cased, tmp_path):
    config = quick(cased, epochs=1)
    first = train(config, [toy(40)], [], tmp_path / "tagger")
    steps = []
    again = train(config, [toy(40)], [], tmp_path / "tagger", on_step=steps.append)
    assert (steps, again) == ([], first)
    with pytest.raises(ProjnerError, match="tagger is there already"):
        train(config, [toy(40, seed=1)], [], tmp_path / "tagger")


def test_a_folder_that_cannot_be_written_leaves_nothing_behind(cased, tmp_path, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    config = quick(cased, epochs=1)
    with monkeypatch.context() as patched:
        patched.setattr("transformers.PreTrainedModel.save_pretrained", full)
        with pytest.raises(ProjnerError, match=r"cannot be written to .*: No space left on device"):
            train(config, [toy(40)], [], tmp_path / "tagger")
    assert [path.name for path in tmp_path.iterdir()] == ["tagger.training"]  # what was learnt is kept
    steps = []
    train(config, [toy(40)], [], tmp_path / "tagger", on_step=steps.append)
    assert steps == []
    assert [path.name for path in tmp_path.iterdir()] == ["tagger"]


def test_a_model_that_is_not_here_is_said_and_nothing_is_fetched(tmp_path, monkeypatch):
    def refused(*args, **kwargs):
        raise AssertionError("somebody reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refused)
    with pytest.raises(ProjnerError, match="'FacebookAI/xlm-roberta-base' is not on this machine"):
        train(quick("FacebookAI/xlm-roberta-base"), [toy(20)], [], tmp_path / "tagger")


def test_what_writes_text_is_no_encoder(tmp_path):
    with pytest.raises(ProjnerError, match="writes text and tags no words"):
        train(quick(models.nllb(tmp_path / "nllb")), [toy(20)], [], tmp_path / "tagger")


def test_a_training_that_leaves_the_numbers_is_said(cased, tmp_path):
    config = quick(cased, learning_rate=0.9, new_parts_rate=1000)
    broken = corpus("huge", [(["who", "saw"], ["O", "B-PER"])] * 40, weight=float("inf"))
    with pytest.raises(ProjnerError, match=r"choose a smaller learning_rate than 0\.9"):
        train(config, [broken], [], tmp_path / "tagger")
