"""`projner models`, and `projner run --fetch`."""

from __future__ import annotations

import json

import pytest

from projner_core.cli import main
from projner_core.inference import fetching
from projner_core.inference.catalogue import size_text
from projner_core.pipeline.config import RunConfig, StageConfig
from projner_core.pipeline.needed import Needed, missing, needed
from tests import hub as hubs
from tests import models

NAME = "linguists/tiny-bert"


@pytest.fixture
def hub(tmp_path, monkeypatch):
    with hubs.serving(monkeypatch, tmp_path / "cache" / "hub") as found:
        folder = models.bert(tmp_path / "bert")
        found.models[NAME] = {path.name: path.read_bytes() for path in folder.iterdir()}
        found.licences[NAME] = "mit"
        yield found


def answering(monkeypatch, answer):
    asked = []
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or answer)
    return asked


@pytest.mark.parametrize("answer", ["", "n", "no", "maybe"])
def test_nothing_is_fetched_before_somebody_says_yes(hub, monkeypatch, capsys, answer):
    asked = answering(monkeypatch, answer)
    assert main(["models", "fetch", NAME]) == 1
    assert len(asked) == 1
    assert hub.asked == []
    told = capsys.readouterr().err
    size = sum(len(content) for content in hub.models[NAME].values())
    for fact in (NAME, f"{size / 1000:.0f} kB", "mit", hubs.COMMIT, "cache"):
        assert fact in told


def test_it_is_fetched_listed_and_removed(hub, monkeypatch, capsys):
    answering(monkeypatch, "y")
    assert main(["models", "fetch", NAME]) == 0
    assert hubs.COMMIT in capsys.readouterr().out
    hub.asked.clear()
    assert main(["models", "fetch", NAME]) == 0  # it is here, so nobody is asked
    assert hub.asked == []
    capsys.readouterr()

    assert main(["models", "list", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["models"]}
    assert rows[NAME]["here"]
    assert rows[NAME]["revision"] == hubs.COMMIT
    assert not rows["facebook/nllb-200-distilled-600M"]["here"]
    assert "not for commercial use" in rows["facebook/nllb-200-distilled-600M"]["licence"]
    assert main(["models", "list"]) == 0
    assert f"Others in the cache\n  {NAME}  here" in capsys.readouterr().out

    answering(monkeypatch, "n")
    assert main(["models", "remove", NAME]) == 1
    assert main(["models", "remove", NAME, "--yes"]) == 0
    capsys.readouterr()
    assert main(["models", "remove", NAME, "--yes"]) == 1
    assert "is not in the local Hugging Face cache" in capsys.readouterr().err


def test_of_a_tokenizer_alone_the_list_says_how_much_of_how_much_is_here(hub, capsys):
    whole = "facebook/nllb-200-3.3B"
    hub.models[whole] = hub.models[NAME]
    fetching.fetch(whole, weights=False)
    size = fetching.look_up(whole, weights=False).size
    assert main(["models", "list"]) == 0
    (line,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith(f"  {whole} "))
    assert f" in part {size_text(size)} of about 17.6 GB " in " ".join(line.split())
    assert main(["models", "list", "--json"]) == 0
    (row,) = (row for row in json.loads(capsys.readouterr().out)["models"] if row["name"] == whole)
    assert (row["partly"], row["bytes"]) == (True, size)
    assert row["size"] > 17e9


def test_both_names_of_a_model_that_moved_are_named_before_both_are_deleted(hub, monkeypatch, capsys):
    names = ("bert-base-multilingual-cased", "google-bert/bert-base-multilingual-cased")
    for name in names:
        hub.models[name] = hub.models[NAME]
        fetching.fetch(name)
    answering(monkeypatch, "n")
    for name in names:
        assert main(["models", "remove", name]) == 1
        told = capsys.readouterr().err
        assert all(f"{one} " in told for one in names)
    assert main(["models", "remove", names[0], "--yes"]) == 0
    assert " and ".join(names) in capsys.readouterr().out
    assert fetching.cached() == {}


def test_where_nobody_can_be_asked_yes_must_be_said(hub, monkeypatch, capsys):
    def nobody(question):
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    assert main(["models", "fetch", NAME]) == 1
    assert "say --yes" in capsys.readouterr().err
    assert main(["models", "fetch", NAME, "--yes", "--revision", hubs.COMMIT]) == 0


def run(tmp_path, *more):
    (tmp_path / "en.conll").write_text("Berlin B-LOC\nis O\nlarge O\n", encoding="utf-8")
    (tmp_path / "de.txt").write_text("Berlin ist groß\n", encoding="utf-8")
    files = ["--source", str(tmp_path / "en.conll"), "--target", str(tmp_path / "de.txt")]
    settings = [f"aligner.model={NAME}", "aligner.layer=2", "aligner.device=cpu"]
    told = [part for setting in settings for part in ("--set", setting)]
    return main(["run", *files, "--aligner", "simalign", *told, *more])


def test_a_run_fetches_what_it_needs_where_it_is_told_to_and_not_otherwise(hub, tmp_path, capsys):
    assert run(tmp_path) == 1
    assert f"projner models fetch {NAME}" in capsys.readouterr().err
    assert hub.asked == []
    assert run(tmp_path, "--fetch") == 0
    told = capsys.readouterr().err
    assert NAME in told
    assert "licence" in told
    hub.asked.clear()
    assert run(tmp_path, "--fetch") == 0
    assert hub.asked == []


def test_what_a_pipeline_needs_is_told_from_settings_and_defaults():
    config = RunConfig(
        translator=StageConfig(name="nllb"),
        tagger=StageConfig(name="spacy", model="en_core_web_sm"),
        aligner=StageConfig(
            name="combination", of=[{"name": "simalign"}, {"name": "awesome", "model": "/a/folder"}]
        ),
        predictor=StageConfig(name="token-classifier", model="someone/tagger"),
        back_translator=StageConfig(name="easyproject"),
    )
    assert needed(config) == [
        Needed("facebook/nllb-200-distilled-600M", weights=True),
        Needed("bert-base-multilingual-cased", weights=True),
        Needed("/a/folder", weights=True),
        Needed("someone/tagger", weights=True),
        Needed("ychenNLP/nllb-200-3.3B-easyproject", weights=True),
        Needed("facebook/nllb-200-3.3B", weights=False),
    ]


def test_the_default_pipeline_needs_nothing():
    assert missing(RunConfig()) == []
