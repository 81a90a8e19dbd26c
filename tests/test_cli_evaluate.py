"""`projner evaluate` and `projner compare`, of files and of projects."""

from __future__ import annotations

import csv
import io
import json

import pytest

from projner_core.cli import main
from projner_core.pipeline.evaluating import cell_key, find
from projner_core.review.actions import Kind, draft
from projner_core.store import LayerKind, catalogue
from tests.pipeline.conftest import SOURCE, TARGET


@pytest.fixture
def files(tmp_path):
    source, target = tmp_path / "en.conll", tmp_path / "sw.conll"
    source.write_text(SOURCE, encoding="utf-8")
    target.write_text(TARGET, encoding="utf-8")
    return source, target


@pytest.fixture
def predicted(tmp_path):
    """What a model might have found: Asha for Asha Mwangi, Juma a place, the mayor a person."""
    path = tmp_path / "model.conll"
    text = TARGET.replace("Mwangi\tNN\tI-PER", "Mwangi\tNN\tO").replace("Juma\tNN\tB-PER", "Juma\tNN\tB-LOC")
    path.write_text(text.replace("Meya\tNN\tO", "Meya\tNN\tB-PER"), encoding="utf-8")
    return path


@pytest.fixture
def project(files, predicted):
    """The pipeline's projection, under review, and the model's predictions."""
    languages = ["--source-lang", "en", "--target-lang", "sw"]
    run("run", "--source", files[0], "--target", files[1], *languages, "--project", "sw")
    run("import-predictions", "--project", "sw", "--predictions", predicted, "--name", "model")
    with catalogue.open_project("sw") as opened:
        yield opened


def run(*arguments) -> int:
    return main([str(argument) for argument in arguments])


def told(capsys) -> dict:
    return json.loads(capsys.readouterr().out)


OUTCOMES = {"correct": 1, "type": 1, "boundary": 1, "type+boundary": 0, "missing": 0, "spurious": 1}


def test_files_every_figure_as_json(files, predicted, capsys):
    assert run("evaluate", "--gold", files[1], "--predicted", predicted, "--json") == 0
    figures = told(capsys)
    assert figures["micro"]["f1"] == pytest.approx(2 * 1 / (3 + 4))
    assert figures["exact_match"]["sentence"] == pytest.approx(1 / 3)
    assert figures["outcomes"] == OUTCOMES
    assert figures["lenient"]["type"]["correct"] == 2
    assert figures["lenient"]["partial"]["partial"] == 1
    assert figures["confusion"]["PER"]["LOC"] == 1
    lengths = {row["value"]: row["scores"]["gold"] for row in figures["dimensions"]["length"]}
    assert lengths["2"] == 1
    assert set(figures["micro"]["interval"]) == {"precision", "recall", "f1"}


def test_files_without_a_bootstrap(files, predicted, capsys):
    command = ["evaluate", "--gold", files[1], "--predicted", predicted, "--samples", "0", "--json"]
    assert run(*command) == 0
    assert "interval" not in told(capsys)["micro"]


def test_files_for_people(files, predicted, capsys):
    command = ["evaluate", "--gold", files[1], "--predicted", predicted]
    assert run(*command) == 0
    short = capsys.readouterr().out
    assert run(*command, "--full") == 0
    full = capsys.readouterr().out
    assert "28.6" in short
    assert "28.6" in full
    assert "boundary" not in short
    assert "boundary" in full
    assert len(full) > 2 * len(short)
    assert "…" not in full  # nothing is cut off


def test_a_layer_of_a_project(project, capsys):
    capsys.readouterr()
    command = ["evaluate", "--project", "sw", "--layer", "model"]
    assert run(*command, "--json") == 0
    figures = told(capsys)
    model = next(layer for layer in project.layers() if layer.name == "model")
    assert (figures["layer"], figures["id"], figures["against"]) == ("model", model.id, "gold")
    assert (figures["pairs"], figures["outcomes"]) == (3, OUTCOMES)
    assert find(project, model.id).findings.id == figures["findings"]  # the page shows it from now on
    assert run("evaluate", "--project", "sw", "--layer", model.id, "--json") == 0
    assert told(capsys) == figures
    assert len(project.layers(kind=LayerKind.FINDINGS)) == 1

    assert run(*command) == 0
    assert "model against gold, 3 pairs" in capsys.readouterr().out
    assert run("evaluate", "--project", "sw", "--json") == 0  # the projection under review
    figures = told(capsys)
    assert figures["id"] == project.current_projection
    assert figures["projected"] == [4, 4]
    assert list(figures["causes"]) == ["gold-disagrees"]


def test_against_a_review(project, capsys):
    command = ["evaluate", "--project", "sw", "--layer", "model", "--against", "review", "--json"]
    assert run(*command) == 1
    assert "no pair has a verdict yet" in capsys.readouterr().err
    project.append(draft(None, position=2, kind=Kind.VERDICT, now="right"))
    assert run(*command) == 0
    figures = told(capsys)
    assert (figures["against"], figures["pairs"]) == ("review", 1)
    assert figures["exact_match"]["sentence"] == 1.0


def test_two_files_compared(files, predicted, capsys):
    command = ["compare", "--gold", files[1], "--predicted", files[1], predicted]
    assert run(*command, "--json", "--samples", "200", "--seed", "4") == 0
    figures = told(capsys)
    assert figures["f1"]["difference"] == pytest.approx(1 - 2 / 7)
    assert figures["samples"] == 200
    assert figures["table"]["only_first"] == 2
    assert [one["name"] for one in figures["predictions"]] == [str(files[1]), str(predicted)]
    assert figures["predictions"][0]["scores"]["micro"]["f1"] == 1.0
    assert run(*command, "--json", "--samples", "200", "--seed", "4") == 0
    assert told(capsys) == figures
    assert run(*command) == 0
    assert figures["in_words"].split()[0] in capsys.readouterr().out


def test_two_layers_compared(project, capsys):
    capsys.readouterr()
    command = ["compare", "--project", "sw", "--layers", "model", project.current_projection]
    assert run(*command, "--json") == 0
    figures = told(capsys)
    assert [one["layer"] for one in figures["predictions"]] == ["model", "statistical › matching"]
    assert figures["pairs"] == 3
    assert figures["f1"]["first"] < figures["f1"]["second"]
    one, other = (find(project, told_of["id"]) for told_of in figures["predictions"])
    assert project.examples(one.findings.id, cell_key(other, "both-right")) == figures["table"]["both_right"]


@pytest.mark.parametrize("ending", ["html", "csv", "md", "tex"])
def test_reports(project, files, predicted, tmp_path, ending, capsys):
    path = tmp_path / f"report.{ending}"
    assert run("evaluate", "--project", "sw", "--layer", "model", "--report", path) == 0
    first = path.read_text(encoding="utf-8")
    assert "model" in first or ending == "csv"
    assert "28.6" in first or "0.28" in first
    layers = ["--layers", "model", project.current_projection]
    assert run("compare", "--project", "sw", *layers, "--report", path) == 0
    both = path.read_text(encoding="utf-8")
    assert "statistical" in both
    if ending == "csv":
        rows = list(csv.DictReader(io.StringIO(both)))
        assert {row["prediction"] for row in rows} >= {"model", "statistical › matching"}
    assert run("evaluate", "--gold", files[1], "--predicted", predicted, "--report", path) == 0
    assert path.read_text(encoding="utf-8") not in (first, both)
    assert run("compare", "--gold", files[1], "--predicted", files[1], predicted, "--report", path) == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["evaluate"], "say what to evaluate"),
        (["evaluate", "--gold", "{gold}"], "say what to evaluate"),
        (["evaluate", "--project", "sw", "--gold", "{gold}"], "--gold does not go with --project"),
        (["evaluate", "--gold", "{gold}", "--predicted", "{gold}", "--layer", "x"], "--layer does not go"),
        (["evaluate", "--project", "sw", "--samples", "10"], "leave out --samples"),
        (["evaluate", "--project", "sw", "--layer", "none"], "there is no layer to evaluate 'none'"),
        (["evaluate", "--project", "none"], "no project 'none'"),
        (["evaluate", "--project", "sw", "--report", "scores.pdf"], "ends in one of"),
        (["compare"], "say what to compare"),
        (["compare", "--project", "sw"], "say which two layers"),
        (["compare", "--project", "sw", "--layers", "model", "model"], "one and the same layer"),
        (["compare", "--project", "sw", "--layers", "gold", "model"], "there is no layer to evaluate 'gold'"),
        (["compare", "--gold", "{gold}", "--predicted", "{gold}", "{other}"], "the same tokens in the same"),
    ],
)
def test_what_cannot_be_is_a_sentence(project, files, tmp_path, arguments, says, capsys):
    other = tmp_path / "other.conll"
    other.write_text(TARGET.replace("Juma", "Jumaa"), encoding="utf-8")
    capsys.readouterr()
    before = project.layers(incomplete=True)
    assert run(*[part.format(gold=files[1], other=other) for part in arguments]) == 1
    error = capsys.readouterr().err
    assert error.startswith("projner: ")
    assert says in error
    assert project.layers(incomplete=True) == before
    assert not (tmp_path / "scores.pdf").exists()


def test_a_project_without_predictions_is_a_sentence(files, capsys):
    languages = ["--source-lang", "en", "--target-lang", "sw"]
    run("import", "--source", files[0], "--target", files[1], *languages, "--project", "new")
    assert run("evaluate", "--project", "new") == 1
    assert "nothing to evaluate yet" in capsys.readouterr().err
