"""`projner experiment`: tables, `--list`, `--only`, `--json`, exit codes."""

from __future__ import annotations

import csv
import json

import pytest

from projner_core.cli import main
from tests.experiments.test_running import COUNTING, counting


def run(*arguments) -> int:
    return main(["experiment", *map(str, arguments)])


def test_three_tables_are_written_and_one_is_printed(plan_file, tmp_path, capsys):
    out = tmp_path / "out"
    assert run(plan_file(COUNTING, languages='["yo", "zh"]'), "--out", out) == 0
    told = capsys.readouterr()
    assert told.out == (out / "table.md").read_text(encoding="utf-8")
    assert "| matching | 85.7 | 85.7 | 85.7 |".replace("85.7", "**85.7**") in told.out
    assert "folder/yo/heuristic: strict F1 85.7" in told.err
    assert "4 cells, 0 of them failed" in told.err
    with (out / "table.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 4
    assert "\\textbf{85.7}" in (out / "table.tex").read_text(encoding="utf-8")


def test_a_failed_cell_is_an_exit_code_and_a_note(plan_file, tmp_path, capsys):
    assert run(plan_file(counting("sentence"), languages='["am", "zh"]'), "--out", tmp_path / "out") == 1
    told = capsys.readouterr()
    assert "failed <sup>1</sup>" in told.out
    assert "1. no links in am, for a reason" in told.out
    assert "2 of them failed" in told.err


def test_only_leaves_the_rest_of_the_table_as_it_is(plan_file, tmp_path, capsys):
    path = plan_file(COUNTING, languages='["yo", "zh"]')
    run(path, "--out", tmp_path, "--only", "folder/yo", "--json")
    assert {cell["lang"] for cell in json.loads(capsys.readouterr().out)} == {"yo"}
    run(path, "--out", tmp_path, "--only", "folder/zh/matching", "--json")
    (cell,) = json.loads(capsys.readouterr().out)
    assert (cell["lang"], cell["method"], cell["state"]) == ("zh", "matching", "done")
    assert cell["scores"]["micro"]["gold"] == 4
    table = (tmp_path / "table.md").read_text(encoding="utf-8")
    assert "| method | yo | zh | mean |" in table
    assert "| heuristic | **85.7** | | |" in table


def test_ctrl_c_writes_the_table_of_what_is_finished(plan_file, tmp_path, capsys):
    path = plan_file(counting("interrupt"), languages='["yo", "am"]')
    assert run(path, "--out", tmp_path) == 130
    assert "| method | yo | mean |" in (tmp_path / "table.md").read_text(encoding="utf-8")


def test_list_says_cells_and_models_and_runs_nothing(plan_file, tmp_path, capsys):
    text = """
[[pipelines]]
label = "{projector}, {aligner}"
aligners = ["awesome", { name = "counting", label = "own" }]
back_translators = ["easyproject"]
"""
    path = plan_file(text, languages='["yo"]')
    assert run(path, "--list", "--out", tmp_path / "out") == 0
    told = capsys.readouterr().out
    assert "folder/yo/matching, AWESoME".replace("AWESoME", "awesome") in told
    assert "    aligner: counting" in told
    assert "model bert-base-multilingual-cased, about 700 MB, Apache-2.0, not here" in told
    assert (
        "model facebook/nllb-200-3.3B, its tokenizer alone" in told
    )  # whose tokenizer the back-translator reads
    assert "2 cells" in told
    assert not (tmp_path / "out").exists()
    assert run(path, "--list", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert [cell["method"] for cell in listed["cells"]] == ["matching, awesome", "matching, own"]
    assert {model["name"] for model in listed["models"]} >= {"bert-base-multilingual-cased"}


def test_a_model_that_is_here_says_its_version(plan_file, tmp_path, capsys):
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    text = f'[[pipelines]]\naligners = [{{ name = "awesome", model = "{model}" }}]'
    assert run(plan_file(text), "--list") == 0
    assert f"model {model}, here, folder-" in capsys.readouterr().out


def test_the_command_line_says_where_data_lie(plan_file, tmp_path, corpus):
    path = plan_file(COUNTING, languages='["yo"]')
    moved = corpus.rename(tmp_path / "elsewhere")
    assert run(path, "--out", tmp_path / "a") == 1
    assert run(path, "--out", tmp_path / "a", "--data", moved) == 0


def test_fetching_is_asked_for(plan_file, tmp_path, monkeypatch, capsys):
    """Without --fetch nothing is; with it, what is not here, and what can't be had is said."""
    from projner_core.errors import ProjnerError
    from projner_core.inference import fetching

    asked = []

    def look_up(name, *, weights):
        files = {"tokenizer.json": 2_000_000} | ({"model.safetensors": 700_000_000} if weights else {})
        return fetching.Offer(name, "c" * 40, "mit", files, frozenset(files.keys() - {"tokenizer.json"}))

    def fetch(name, *, weights, on_progress):
        asked.append((name, weights))
        on_progress(1, 2)
        raise ProjnerError(f"no network for {name}")

    monkeypatch.setattr(fetching, "look_up", look_up)
    monkeypatch.setattr(fetching, "fetch", fetch)
    text = '[[pipelines]]\naligners = ["awesome"]\nback_translators = ["easyproject"]'
    path = plan_file(text, languages='["yo"]')
    assert run(path, "--out", tmp_path / "out") == 1
    assert asked == []
    assert run(path, "--out", tmp_path / "out", "--fetch") == 1
    assert asked == [
        ("bert-base-multilingual-cased", True),
        ("ychenNLP/nllb-200-3.3B-easyproject", True),
        ("facebook/nllb-200-3.3B", False),  # the tokenizer alone: the whole of it is larger by 17 GB
    ]
    told = capsys.readouterr().err
    assert "no network for bert-base-multilingual-cased" in told
    assert "size      702 MB" in told
    assert "facebook/nllb-200-3.3B (its tokenizer alone)\n  size      2 MB\n  licence   mit" in told


@pytest.mark.parametrize(("text", "said"), [("title = 3", "plan.toml"), ("", "Field required")])
def test_a_plan_that_is_none_is_a_sentence(tmp_path, capsys, text, said):
    path = tmp_path / "plan.toml"
    path.write_text(text)
    assert run(path) == 1
    assert said in capsys.readouterr().err
    assert run(tmp_path / "nowhere.toml") == 1
