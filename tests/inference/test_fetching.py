"""Fetching models: from a hub that stands on this machine."""

from __future__ import annotations

import json
import shutil

import pytest

from projner_core import inference
from projner_core.errors import ProjnerError
from projner_core.inference import checkpoints, fetching
from projner_core.inference.interruption import interruptible
from tests import hub as hubs
from tests import models

NAME = "linguists/tiny-bert"


@pytest.fixture
def hub(tmp_path, monkeypatch):
    with hubs.serving(monkeypatch, tmp_path / "cache" / "hub") as found:
        yield found


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Of a tiny BERT, with much that nobody needs."""
    folder = models.bert(tmp_path_factory.mktemp("models") / "bert")
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    more = ["pytorch_model.bin", "tf_model.h5", "flax_model.msgpack", "onnx/model.onnx", "training_args.bin"]
    return found | dict.fromkeys(more, b"\0" * 5000) | {"README.md": b"---\nlicense: mit\n---\n"}


def sharded(files):
    """The same weights in two shards of the older format."""
    parts = ["pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"]
    index = json.dumps({"weight_map": {"a": parts[0], "b": parts[1]}}).encode()
    small = {name: content for name, content in files.items() if name.endswith((".json", ".txt"))}
    return small | {parts[0]: b"1" * 9000, parts[1]: b"2" * 9000, "pytorch_model.bin.index.json": index}


def test_what_was_fetched_is_loaded_by_its_name_and_its_commit_is_known(hub, files):
    hub.models[NAME] = files
    with pytest.raises(ProjnerError, match="not on this machine"):
        inference.locate(NAME)
    folder = fetching.fetch(NAME)
    assert inference.locate(NAME) == folder
    assert inference.revision(NAME) == hubs.COMMIT
    assert inference.load_encoder(NAME, device="cpu").layers == 3
    there = fetching.standing(NAME)
    assert there.here
    assert (there.path, there.revision) == (folder, hubs.COMMIT)
    assert there.bytes == sum(len(files[path.name]) for path in folder.iterdir())


def test_weights_are_fetched_once_and_last(hub, files):
    hub.models[NAME] = files
    fetching.fetch(NAME)
    assert hub.asked[-1] == "model.safetensors"
    assert not {"pytorch_model.bin", "tf_model.h5", "flax_model.msgpack", "onnx/model.onnx"} & {*hub.asked}
    assert {"config.json", "README.md"} < {*hub.asked}


def test_what_is_there_is_not_fetched_again(hub, files):
    hub.models[NAME] = files
    fetching.fetch(NAME)
    hub.asked.clear()
    counts = []
    fetching.fetch(NAME, on_progress=lambda done, total: counts.append((done, total)))
    assert hub.asked == []
    assert all(done == total for done, total in counts)


def test_progress_counts_bytes_and_ends_with_all_of_them(hub, files):
    hub.models[NAME] = files
    counts = []
    fetching.fetch(NAME, on_progress=lambda done, total: counts.append((done, total)))
    size = fetching.look_up(NAME).size
    done = [count for count, _ in counts]
    assert {total for _, total in counts} == {size}
    assert done == sorted(done)
    assert done[-1] == size
    assert len({*done}) > 5


def test_an_offer_says_size_licence_and_commit_before_anything_is_fetched(hub, files):
    hub.models[NAME], hub.licences[NAME] = files, "cc-by-nc-4.0"
    offer = fetching.look_up(NAME)
    assert (offer.licence, offer.revision) == ("cc-by-nc-4.0", hubs.COMMIT)
    assert offer.weights == {"model.safetensors"}
    assert offer.size == sum(len(files[file]) for file in offer.files)
    assert hub.asked == []
    alone = fetching.look_up(NAME, weights=False)
    assert alone.files.keys() == offer.files.keys() - offer.weights


def test_the_tokenizer_alone_is_no_model_but_is_found_as_a_tokenizer(hub, files):
    hub.models[NAME] = files
    folder = fetching.fetch(NAME, weights=False)
    assert "model.safetensors" not in hub.asked
    assert inference.locate(NAME, weights=False) == folder
    assert inference.revision(NAME, weights=False) == hubs.COMMIT
    assert inference.load_tokenizer(NAME).tokenize("Berlin")
    with pytest.raises(ProjnerError, match="in part only"):
        inference.locate(NAME)


def test_a_download_that_broke_off_is_no_model_and_is_gone_on_with(hub, files):
    hub.models[NAME] = sharded(files)
    hub.broken_off.add("pytorch_model-00002-of-00002.bin")
    with pytest.raises(ProjnerError, match=r"could not be fetched.*fetch it again and it goes on"):
        fetching.fetch(NAME)
    with pytest.raises(ProjnerError, match=r"it lacks pytorch_model-00002-of-00002\.bin") as caught:
        inference.locate(NAME)
    assert f"projner models fetch {NAME}" in str(caught.value)
    assert not fetching.standing(NAME).here
    hub.broken_off.clear()
    hub.asked.clear()
    folder = fetching.fetch(NAME)
    assert hub.asked == ["pytorch_model-00002-of-00002.bin"]
    assert inference.locate(NAME) == folder


def test_a_fetch_is_stopped_by_its_checkpoint_and_by_who_watches_it(hub, files):
    hub.models[NAME] = sharded(files)

    def stop(*_):
        raise ProjnerError("that will do")

    with pytest.raises(ProjnerError, match="that will do"):
        fetching.fetch(NAME, on_progress=lambda done, total: stop() if done > total / 2 else None)
    assert not fetching.standing(NAME).here
    with interruptible(stop), pytest.raises(ProjnerError, match="that will do"):
        fetching.fetch(NAME)
    assert not fetching.standing(NAME).here
    assert fetching.fetch(NAME) == inference.locate(NAME)


def test_a_revision_is_fetched_and_named_behind_an_at_sign(hub, files):
    hub.models[NAME] = files
    folder = fetching.fetch(NAME, revision=hubs.COMMIT)
    assert inference.locate(f"{NAME}@{hubs.COMMIT}") == folder
    assert inference.locate(NAME) == folder  # the only one there is
    assert fetching.fetch(f"{NAME}@{hubs.COMMIT}") == folder
    with pytest.raises(ProjnerError, match=f"models fetch {NAME} --revision v2"):
        inference.locate(f"{NAME}@v2")
    with pytest.raises(ProjnerError, match="has no revision 'v2'"):
        fetching.fetch(f"{NAME}@v2")


def test_a_model_that_the_hub_does_not_have_or_does_not_give_to_everyone(hub, files):
    with pytest.raises(ProjnerError, match="there is no model 'linguists/tiny-bert' on the hub"):
        fetching.fetch(NAME)
    hub.models[NAME] = files
    hub.gated.add(NAME)
    with pytest.raises(ProjnerError, match=f"accept its terms on https://huggingface.co/{NAME}"):
        fetching.fetch(NAME)
    with pytest.raises(ProjnerError, match="no name that a model"):
        fetching.fetch("not a name")


def test_what_is_no_model_is_said_before_anything_is_fetched(hub, files):
    hub.models[NAME] = {"README.md": b"data"}
    with pytest.raises(ProjnerError, match=r"it has no config\.json"):
        fetching.fetch(NAME)
    hub.models[NAME] = {"config.json": b"{}", "model.gguf": b"weights"}
    with pytest.raises(ProjnerError, match="no weights in a format that can be read"):
        fetching.fetch(NAME)
    assert hub.asked == []


def test_no_network_is_a_sentence(hub, files, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ProjnerError, match=r"could not be fetched from the hub.*Is there a network"):
        fetching.fetch(NAME)


def test_the_wish_to_stay_offline_is_respected(hub, files, monkeypatch):
    hub.models[NAME] = files
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ProjnerError, match="HF_HUB_OFFLINE is set"):
        fetching.fetch(NAME)
    assert hub.asked == []


def test_a_disk_without_room_is_said_before_anything_is_fetched(hub, files, monkeypatch):
    hub.models[NAME] = files
    usage = shutil.disk_usage("/")._replace(free=1000)
    monkeypatch.setattr("shutil.disk_usage", lambda place: usage)
    with pytest.raises(ProjnerError, match=r"there is no room for .* and 1 kB are free"):
        fetching.fetch(NAME)
    assert hub.asked == []


def test_what_is_removed_is_gone_and_nothing_else_is(hub, files):
    hub.models[NAME] = hub.models["linguists/other"] = files
    fetching.fetch(NAME)
    other = fetching.fetch("linguists/other")
    assert fetching.cached().keys() == {NAME, "linguists/other"}
    size = fetching.standing(NAME).bytes
    assert fetching.remove(NAME) == size
    assert fetching.cached().keys() == {"linguists/other"}
    assert inference.locate("linguists/other") == other
    with pytest.raises(ProjnerError, match="is not in the local Hugging Face cache"):
        fetching.remove(NAME)


def test_a_folder_is_not_fetched_nor_removed(hub, tmp_path):
    folder = models.bert(tmp_path / "mine")
    assert fetching.fetch(str(folder)) == folder
    with pytest.raises(ProjnerError, match="A folder of your own"):
        fetching.remove(str(folder))
    assert folder.is_dir()


@pytest.mark.parametrize(
    ("there", "missing"),
    [
        (["config.json"], "weights"),
        (["model.safetensors"], None),
        (["pytorch_model.bin"], None),
        (["model.bin"], None),
        (["model-00001-of-00002.safetensors"], "weights"),
        (["model.safetensors.index.json", "a.safetensors"], "b.safetensors"),
        (["model.safetensors.index.json", "a.safetensors", "b.safetensors"], None),
    ],
)
def test_a_folder_is_whole_when_its_weights_are(tmp_path, there, missing):
    for name in there:
        index = json.dumps({"weight_map": {"x": "a.safetensors", "y": "b.safetensors"}})
        (tmp_path / name).write_text(index if name.endswith(".index.json") else "")
    assert next(checkpoints.missing_weights(tmp_path), None) == missing
