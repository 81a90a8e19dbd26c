"""Several versions of a model on one machine, and models of which a part is here."""

from __future__ import annotations

import json
import logging
import os
import threading
import time

import pytest

from projner_core import inference
from projner_core.cli import main
from projner_core.errors import ProjnerError
from projner_core.inference import checkpoints, fetching
from projner_core.inference.interruption import interruptible
from projner_core.inference.loading import load_config
from tests import hub as hubs
from tests import models

NAME = "linguists/tiny-bert"
NEWER = "b" * 40


@pytest.fixture
def hub(tmp_path, monkeypatch):
    with hubs.serving(monkeypatch, tmp_path / "cache" / "hub") as found:
        found.models[NAME] = read(models.bert(tmp_path / "bert"))
        yield found


def read(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def newer(hub):
    """It is published anew, with two words of its vocabulary exchanged and a layer less; those words."""
    files = dict(hub.models[NAME])
    tokenizer = json.loads(files["tokenizer.json"])
    vocabulary = tokenizer["model"]["vocab"]
    one, other = [piece for piece in vocabulary if not piece.startswith("[")][-2:]
    vocabulary[one], vocabulary[other] = vocabulary[other], vocabulary[one]
    files["tokenizer.json"] = json.dumps(tokenizer).encode()
    files["config.json"] = json.dumps(json.loads(files["config.json"]) | {"num_hidden_layers": 2}).encode()
    files["model.safetensors"] = files["model.safetensors"][:-1] + b"\x01"
    hub.models[NAME], hub.commit = files, NEWER
    return one, other


def test_tokenizer_configuration_and_weights_are_of_one_version(hub):
    fetching.fetch(NAME)
    before = inference.load_tokenizer(NAME)
    one, _ = newer(hub)
    hub.broken_off.add("model.safetensors")
    with pytest.raises(ProjnerError, match="could not be fetched"):
        fetching.fetch(NAME)
    assert inference.locate(NAME).name == inference.locate(NAME, weights=False).name == hubs.COMMIT
    assert inference.revision(NAME, weights=False) == hubs.COMMIT
    now = inference.load_tokenizer(NAME)
    assert now.convert_tokens_to_ids(one) == before.convert_tokens_to_ids(one)
    assert load_config(NAME).num_hidden_layers == 3
    hub.broken_off.clear()
    fetching.fetch(NAME)
    assert inference.locate(NAME).name == inference.locate(NAME, weights=False).name == NEWER
    assert inference.load_tokenizer(NAME).convert_tokens_to_ids(one) != before.convert_tokens_to_ids(one)


def test_of_two_versions_without_weights_the_one_with_a_tokenizer_is_read(hub):
    fetching.fetch(NAME, weights=False)
    newer(hub)
    hub.broken_off |= {"tokenizer.json", "tokenizer_config.json", "vocab.txt"}
    with pytest.raises(ProjnerError, match="could not be fetched"):
        fetching.fetch(NAME, weights=False)
    assert inference.locate(NAME, weights=False).name == hubs.COMMIT


def test_a_tokenizer_that_broke_off_is_not_here(hub):
    hub.broken_off |= {"tokenizer.json", "tokenizer_config.json", "vocab.txt"}
    with pytest.raises(ProjnerError, match="could not be fetched"):
        fetching.fetch(NAME, weights=False)
    assert list((checkpoints.hub_cache()).glob("*/snapshots/*/config.json"))
    with pytest.raises(ProjnerError, match="in part only: it lacks a tokenizer") as caught:
        inference.locate(NAME, weights=False)
    assert f"projner models fetch {NAME}" in str(caught.value)


def another_program_fetches(*files):
    from huggingface_hub import constants, hf_hub_download

    for name in files:
        hf_hub_download(NAME, name, cache_dir=constants.HF_HUB_CACHE)


def test_a_model_that_another_program_fetched_without_its_tokenizer_is_fetched_to_its_end(hub, capsys):
    another_program_fetches("config.json", "model.safetensors")
    there = fetching.standing(NAME)
    assert there.here
    assert not there.tokenizer
    with pytest.raises(ProjnerError, match=f"has no tokenizer: .*: projner models fetch {NAME}"):
        inference.load_encoder(NAME, device="cpu")
    hub.asked.clear()
    assert main(["models", "fetch", NAME, "--yes"]) == 0
    assert "is fetched" in capsys.readouterr().out
    assert "tokenizer.json" in hub.asked
    assert "model.safetensors" not in hub.asked
    assert fetching.standing(NAME).tokenizer
    assert inference.load_encoder(NAME, device="cpu").layers == 3


def test_a_model_that_borrows_its_tokenizer_is_whole_without(hub, capsys):
    hub.models[NAME] = {name: hub.models[NAME][name] for name in ("config.json", "model.safetensors")}
    fetching.fetch(NAME)
    hub.asked.clear()
    assert main(["models", "fetch", NAME]) == 0
    assert "is on this machine" in capsys.readouterr().out
    assert hub.asked == []


def test_a_folder_without_a_tokenizer_is_not_to_be_fetched(hub, tmp_path):
    folder = models.bert(tmp_path / "mine")
    for name in checkpoints.TOKENIZER_FILES:
        (folder / name).unlink(missing_ok=True)
    with pytest.raises(ProjnerError, match="has no tokenizer") as caught:
        inference.load_tokenizer(str(folder))
    assert "fetch" not in str(caught.value)


def test_a_connection_that_says_nothing_can_be_cancelled(hub):
    hub.stalled.add("model.safetensors")
    asked, half, here = [], threading.Event(), threading.current_thread()

    def check():
        if half.is_set() and threading.current_thread() is here:  # no byte tells this one
            asked.append(None)
            if len(asked) > 3:
                raise ProjnerError("that will do")

    def on_progress(done, total):
        if "model.safetensors" in hub.asked and not hub.released.is_set():
            half.set()

    release = threading.Timer(8, hub.released.set)  # or this test would hang where nobody asks
    release.start()
    with interruptible(check), pytest.raises(ProjnerError, match="that will do"):
        fetching.fetch(NAME, on_progress=on_progress)
    assert not hub.released.is_set()
    release.cancel()
    assert not fetching.standing(NAME).here
    hub.stalled.clear()
    hub.released.set()
    assert fetching.fetch(NAME) == inference.locate(NAME)


def test_what_broken_off_downloads_left_goes_with_the_next_fetch(hub):
    hub.models["linguists/other"] = dict(hub.models[NAME])
    for name in (NAME, "linguists/other"):
        fetching.fetch(name, weights=False)
    left = {}
    for name in (NAME, "linguists/other"):
        blobs = checkpoints.hub_cache() / f"models--{name.replace('/', '--')}" / "blobs"
        for age in ("old", "new"):
            left[name, age] = blobs / f"{age}.1234.incomplete"
            left[name, age].write_bytes(b"half")
        os.utime(left[name, "old"], (time.time() - 90_000,) * 2)
    fetching.fetch(NAME)
    assert [place for place, file in left.items() if not file.exists()] == [(NAME, "old")]


def test_nothing_is_said_beside_the_sentence(hub, caplog):
    library = logging.getLogger("huggingface_hub")
    level = library.level
    library.addHandler(caplog.handler)
    hub.broken_off.add("model.safetensors")
    try:
        with pytest.raises(ProjnerError, match="could not be fetched"):
            fetching.fetch(NAME)
    finally:
        library.removeHandler(caplog.handler)
    assert caplog.messages == []
    assert library.level == level


def test_xet_which_cannot_be_stopped_is_not_used(hub, monkeypatch):
    from huggingface_hub import constants
    from huggingface_hub.utils._runtime import is_xet_available

    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", False)
    fetching.fetch(NAME, weights=False)
    assert not is_xet_available()


@pytest.mark.parametrize("weights", [{"a": 5}, {"a": None}, {"a": ["b"]}, [], "a"])
def test_an_index_that_names_no_files_is_a_damaged_one(tmp_path, weights):
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weights}))
    assert list(checkpoints.missing_weights(tmp_path)) == ["model.safetensors.index.json"]


@pytest.mark.parametrize("name", ["x" * 300, "x" * 5000, "a@" + "x" * 300, "ለ" * 200, "a/" + "b" * 300])
def test_a_name_that_is_too_long_is_a_sentence(hub, name):
    there = fetching.standing(name)
    assert not there.here
    assert not there.fetchable
    assert there.problem
    with pytest.raises(ProjnerError):
        fetching.fetch(name)


@pytest.mark.parametrize("revision", [".", "..", "../refs", "a/../..", "/etc", "a//b", ""])
def test_a_revision_is_no_path(hub, revision):
    fetching.fetch(NAME)
    if not revision:
        assert not inference.checkpoints.is_hub_name(f"{NAME}@")
        return
    assert not checkpoints.is_hub_name(f"{NAME}@{revision}")
    with pytest.raises(ProjnerError):
        inference.locate(f"{NAME}@{revision}")
