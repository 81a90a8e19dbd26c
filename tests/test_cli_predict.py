"""`projner predict`, and the stages of `projner run` that need not run, through the command line."""

from __future__ import annotations

import json

import pytest

from projner_core.cli import main
from projner_core.store import catalogue
from tests.pipeline import fakes

TARGET = "Asha\tB-PER\nalifika\tO\n\nMvua\tO\nilinyesha\tO\n\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a target file, and systems that need no model."""
    fakes.installed(monkeypatch)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sw.conll").write_text(TARGET, encoding="utf-8")
    return tmp_path


def said(line, capsys):
    assert main(line.split()) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def test_predictions_become_a_layer_that_is_evaluated(here, capsys):
    said("import --target sw.conll --target-lang sw --project p", capsys)
    out = said("predict --project p --tagger believing --set tagger.model=x --name transfer", capsys)
    assert "predictions of 2 pairs: layer 'transfer'" in out
    assert "already: layer 'transfer'" in said(
        "predict --project p --tagger believing --set tagger.model=x", capsys
    )
    told = json.loads(said("predict --project p --tagger capitals --json", capsys))
    assert (told["kind"], told["known"], told["revision"]) == ("spans", False, "revision of capitals")
    scores = json.loads(said("evaluate --project p --layer transfer --json", capsys))
    assert scores["micro"]["recall"] == 1
    assert fakes.ASKED["tag"] == 4


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("predict --project p --tagger given", "predicts nothing"),
        ("predict --project p --tagger nobody", "no taggers system 'nobody'"),
        ("predict --project p --tagger capitals --set aligner.threshold=1", "only the tagger runs here"),
        ("predict --project q --tagger capitals", "no project 'q'"),
        ("run --project p --set predictor.model=x", "this run has no predictor"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_done(here, line, why, capsys):
    said("import --target sw.conll --target-lang sw --project p", capsys)
    assert main(line.split()) == 1
    assert why in capsys.readouterr().err
    with catalogue.open_project("p") as project:
        assert [layer.name for layer in project.layers(incomplete=True)] == ["gold"]


def test_target_text_alone_is_translated_tagged_and_projected(here, capsys):
    line = (
        "run --target sw.conll --target-lang sw --project p --out out.conll --translator mirror "
        "--tagger capitals --aligner diagonal --predictor believing --back-translator bracketing "
        "--projector markers --json"
    )
    told = json.loads(said(line, capsys))
    assert (told["translation"], told["predictions"], told["marked"]) == ("mirror", "believing", "bracketing")
    assert (told["entities"], told["projected"]) == (2, 2)
    assert (here / "out.conll").read_text(encoding="utf-8").startswith("Asha\tB-PER\nalifika\tO\n")
    before = dict(fakes.ASKED)
    assert json.loads(said(line, capsys)) == told
    assert dict(fakes.ASKED) == before


def test_a_source_of_plain_text_is_tagged(here, capsys):
    (here / "en.txt").write_text("Asha arrived\nrain fell\n", encoding="utf-8")
    languages = "--source-lang en --target-lang sw"
    line = f"run --source en.txt --target sw.conll {languages} --tagger capitals --aligner diagonal"
    out = said(line, capsys)
    assert "2 pairs, 1 of 1 source entities projected" in out
