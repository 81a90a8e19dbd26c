"""Results stay what they are: over data that go or change, beside failures, with models that change."""

from __future__ import annotations

import re

import pytest

from projner_core.experiments import cells_of, kept_results, run_plan, running
from projner_core.experiments.results import read, read_failure
from projner_core.store import Project
from tests.experiments.conftest import ENGLISH, TARGETS, conll
from tests.experiments.systems import calls
from tests.experiments.test_running import COUNTING

TAGGED = '[[pipelines]]\ntaggers = [{ name = "capitals", misc = true }]\naligners = ["counting"]'
TRANSLATED = '[[pipelines]]\ntranslators = ["copying"]\ntaggers = ["capitals"]\naligners = ["counting"]'


def test_a_finished_result_is_not_overwritten_by_a_failure(plan_of, tmp_path, corpus):
    """The disk with the data is not there today: what was measured stands in the table."""
    plan, out = plan_of(COUNTING, languages='["yo"]'), tmp_path / "out"
    done = run_plan(plan, out, beside=tmp_path)
    (corpus / "yo.conll").rename(corpus / "hidden")
    assert [r.state for r in run_plan(plan, out, beside=tmp_path)] == ["failed", "failed"]
    assert kept_results(plan, out, beside=tmp_path) == done
    cell = cells_of(plan, beside=tmp_path)[0]
    assert read(out, cell) == done[0]
    assert "no CoNLL file" in read_failure(out, cell).error
    other = plan_of(COUNTING, languages='["yo"]', top="limit = 1")
    assert {r.state for r in kept_results(other, out, beside=tmp_path)} == {"failed"}  # not of that plan
    (corpus / "hidden").rename(corpus / "yo.conll")
    calls.clear()
    assert run_plan(plan, out, beside=tmp_path) == done
    assert calls == []


def test_a_file_that_changes_while_the_plan_runs_is_refused(plan_of, tmp_path, corpus):
    plan, out = plan_of(TRANSLATED, top='source = "translate"', languages='["yo", "zh"]'), tmp_path / "out"
    path = corpus / "zh.conll"
    whole = path.read_text(encoding="utf-8")

    def change(cell, result):
        path.write_text(whole.replace("B-PER", "B-LOC"), encoding="utf-8")

    first = run_plan(plan, out, beside=tmp_path, on_result=change)
    assert [r.state for r in first] == ["done", "failed"]
    assert "zh.conll has changed since this plan was begun: run the plan again" in first[1].error
    path.write_text(whole, encoding="utf-8")
    truth = run_plan(plan, tmp_path / "fresh", beside=tmp_path)
    again = run_plan(plan, out, beside=tmp_path)
    assert [r.scores for r in again] == [r.scores for r in truth]


def test_what_was_hashed_is_what_is_imported(plan_of, tmp_path, corpus, monkeypatch):
    plan, out = plan_of(COUNTING, languages='["yo"]'), tmp_path / "out"
    path = corpus / "yo.conll"
    whole = path.read_text(encoding="utf-8")
    project_of = running.project_of

    def late(*args):
        path.write_text(whole.replace("B-PER", "B-LOC"), encoding="utf-8")
        return project_of(*args)

    with monkeypatch.context() as patched:
        patched.setattr(running, "project_of", late)
        assert "has changed since this plan was begun" in run_plan(plan, out, beside=tmp_path)[0].error
    path.write_text(whole, encoding="utf-8")
    (result, _) = run_plan(plan, out, beside=tmp_path)
    assert sorted(result.scores.by_label) == ["DATE", "LOC", "PER"]


def test_the_table_is_of_one_version_of_a_model(plan_of, tmp_path):
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    pipelines = TRANSLATED.replace('"capitals"', f'{{ name = "capitals", model = "{model}" }}')
    plan, out = plan_of(pipelines, top='source = "translate"', languages='["yo", "zh"]'), tmp_path / "out"
    run_plan(plan, out, beside=tmp_path)
    (model / "config.json").write_text('{"another": 1}')
    run_plan(plan, out, beside=tmp_path, only=["folder/yo"])
    assert [r.lang for r in kept_results(plan, out, beside=tmp_path)] == ["yo"]
    run_plan(plan, out, beside=tmp_path)
    assert [r.lang for r in kept_results(plan, out, beside=tmp_path)] == ["yo", "zh"]


class Odd(Exception):
    """What the tokenizers of a library raise: no more than an Exception."""


@pytest.mark.parametrize("error", [Odd("half a tokenizer"), EOFError("half a tokenizer")])
def test_whatever_a_system_raises_costs_one_language(plan_of, tmp_path, monkeypatch, error):
    run = running._run

    def odd(cell, *args):
        if cell.lang == "yo":
            raise error
        return run(cell, *args)

    monkeypatch.setattr(running, "_run", odd)
    results = run_plan(plan_of(COUNTING, languages='["yo", "zh"]'), tmp_path / "out", beside=tmp_path)
    assert [r.state for r in results] == ["failed", "failed", "done", "done"]
    assert "half a tokenizer" in results[0].error
    assert "in odd" in results[0].about["trace"]


def test_a_folder_without_misc_does_not_count_what_is_predicted_of_it(plan_of, tmp_path, corpus):
    """As of MasakhaNER by its name. Another label that gold never has is wrong."""
    plan = plan_of(TAGGED, languages='["yo", "zh"]')
    for result in run_plan(plan, tmp_path / "out", beside=tmp_path):
        assert "MISC" not in result.scores.by_label
        with Project.open(tmp_path / "out" / result.about["project"]) as project:
            assert any(layer.kind == "projections" for layer in project.layers())
    for lang in ("yo", "en"):
        text = (corpus / f"{lang}.conll").read_text(encoding="utf-8")
        (corpus / f"{lang}.conll").write_text(re.sub(r"\t[BI]-LOC", "\tO", text), encoding="utf-8")
    (result,) = run_plan(plan_of(TAGGED, languages='["yo"]'), tmp_path / "out", beside=tmp_path)
    assert result.scores.by_label["LOC"].predicted > 0


def test_a_plan_says_what_is_scored_and_what_ignored(plan_of, tmp_path):
    every, undated, people = (
        plan_of(COUNTING, languages='["yo"]', data=data)
        for data in ("", 'ignored = ["DATE"]', 'labels = ["PER"]\nlabel = "people"')
    )
    first, _ = run_plan(every, tmp_path / "out", beside=tmp_path)
    second, _ = run_plan(undated, tmp_path / "out", beside=tmp_path)
    third, _ = run_plan(people, tmp_path / "out", beside=tmp_path)
    assert [sorted(r.scores.by_label) for r in (first, second, third)] == [
        ["DATE", "LOC", "PER"],
        ["LOC", "PER"],
        ["PER"],
    ]
    assert len({first.fingerprint, second.fingerprint, third.fingerprint}) == 3
    assert (third.data, third.data_set) == ("people", "folder")


def test_two_folders_are_two_columns(plan_file, tmp_path, corpus):
    from projner_core.experiments import Plan, tables
    from projner_core.experiments.results import place

    (tmp_path / "half").mkdir()
    for lang, rows in (("en", ENGLISH), ("yo", TARGETS["yo"])):
        (tmp_path / "half" / f"{lang}.conll").write_text(conll(rows[:1]), encoding="utf-8")
    path = plan_file(COUNTING, languages='["yo"]', data='label = "whole"')
    text = path.read_text(encoding="utf-8").replace(
        "[[pipelines]]", '[[data]]\nname = "folder"\nfolder = "half"\nlanguages = ["yo"]\n[[pipelines]]'
    )
    path.write_text(text, encoding="utf-8")
    plan = Plan.from_toml(path)
    results = run_plan(plan, tmp_path / "out", beside=tmp_path)
    assert [(r.data, r.scores.exact_match.sentences) for r in results] == [
        ("whole", 3),
        ("whole", 3),
        ("folder", 1),
        ("folder", 1),
    ]
    assert tables.table("T", results).columns == ("whole yo", "folder yo", "mean")
    assert len({place(tmp_path, cell) for cell in cells_of(plan, beside=tmp_path)}) == 4
    assert kept_results(plan, tmp_path / "out", beside=tmp_path) == results


@pytest.mark.parametrize("top", ["", "limit = 2"])
def test_sentences_that_are_no_translations_are_refused(plan_of, tmp_path, corpus, top):
    """The first English sentence is missing; the beginnings of both files are as long."""
    (corpus / "en.conll").write_text(conll([*ENGLISH[1:]]), encoding="utf-8")
    results = run_plan(plan_of(COUNTING, languages='["yo"]', top=top), tmp_path / "out", beside=tmp_path)
    assert {r.state for r in results} == {"failed"}
    assert "yo.conll has 3 sentences and" in results[0].error
    assert "en.conll has 2" in results[0].error
