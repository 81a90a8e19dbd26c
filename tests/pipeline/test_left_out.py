"""MISC against gold that does not mark it: left out of projects, files and tuning, and said."""

from __future__ import annotations

import json

import pytest

from projner_core.corpus import Span
from projner_core.evaluation import report
from projner_core.evaluation.summary import Summary
from projner_core.evaluation.unmarked import count_left_out, in_words, marked_only, unmarked_labels
from projner_core.pipeline.config import RunConfig, StageConfig
from projner_core.pipeline.evaluating import EvaluateConfig, evaluate, find
from projner_core.pipeline.importing import import_pair
from projner_core.pipeline.progress import Watch
from projner_core.pipeline.reporting import report_of
from projner_core.pipeline.run import run
from projner_core.pipeline.scoring import compare_files, left_out, score_files, summarise_files
from projner_core.pipeline.tuning import tune
from projner_core.store import LayerKind, catalogue
from tests.pipeline import fakes

WATCH = Watch(None, None)


@pytest.fixture(autouse=True)
def systems(monkeypatch):
    fakes.installed(monkeypatch)


def project_with(tmp_path, name, *gold):
    path = tmp_path / f"{name}.jsonl"
    row = {
        "source": ["Asha", "Cup", "came"],
        "target": ["Asha", "Kombe", "alifika"],
        "source_entities": [[0, 1, "PER"], [1, 2, "MISC"]],
        "target_entities": [list(span) for span in gold],
    }
    path.write_text("".join(json.dumps(row | {"id": str(n)}) + "\n" for n in range(6)), encoding="utf-8")
    import_pair(name, source=None, target=path, source_lang="en", target_lang="sw")
    return catalogue.open_project(name)


def test_a_label_that_gold_does_not_mark():
    per, misc, gpe = Span(0, 1, "PER"), Span(1, 2, "MISC"), Span(2, 3, "GPE")
    assert unmarked_labels([[per], [gpe]]) == {"MISC"}
    assert unmarked_labels([[per], [misc]]) == frozenset()
    assert marked_only([per, misc, gpe], {"MISC"}) == (per, gpe)
    assert count_left_out([[misc], [per, misc]], {"MISC"}) == {"MISC": 2}
    assert count_left_out([[misc]], frozenset()) == {}
    assert in_words({"MISC": 1}) == "MISC is not in the gold tags: 1 predicted MISC entity was left out."
    assert in_words({}) == ""


def test_in_a_project_it_is_left_out_and_said(tmp_path):
    with project_with(tmp_path, "cup", (0, 1, "PER")) as project:
        projection = run(project, RunConfig(aligner=StageConfig(name="diagonal"))).projection
        (evaluation,) = evaluate(project, EvaluateConfig(layers=(projection.id,)), WATCH)
        summary = evaluation.summary
        assert (summary.scores.micro.predicted, summary.scores.micro.f1.value) == (6, 1.0)
        assert summary.dropped == {"MISC": 6}
        assert Summary.from_dict(json.loads(json.dumps(summary.to_dict()))) == summary
        kept = find(project, projection.id)
        assert kept.summary.dropped == {"MISC": 6}
        text = report.markdown(report_of(project, [evaluation]))
        assert "6 predicted MISC entities were left out" in text


def test_where_gold_marks_it_nothing_is_left_out(tmp_path):
    with project_with(tmp_path, "marked", (0, 1, "MISC")) as project:
        projection = run(project, RunConfig(aligner=StageConfig(name="diagonal"))).projection
        (evaluation,) = evaluate(project, EvaluateConfig(layers=(projection.id,)), WATCH)
        assert evaluation.summary.scores.micro.predicted == 12
        assert evaluation.summary.dropped == {}


def test_findings_from_before_are_not_taken_for_new_ones(tmp_path):
    with project_with(tmp_path, "old", (0, 1, "PER")) as project:
        projection = run(project, RunConfig(aligner=StageConfig(name="diagonal"))).projection
        old = project.open_layer(
            name="old",
            kind=LayerKind.FINDINGS,
            side="target",
            fingerprint="old",
            provenance={"layer": projection.id, "against": "gold", "state": "gold 2"},
        )
        project.write(old, 0, [()] * 6)
        project.complete(old)
        (evaluation,) = evaluate(project, EvaluateConfig(layers=(projection.id,)), WATCH)
        assert evaluation.findings.id != old.id
        assert find(project, projection.id).findings == evaluation.findings


def test_tuning_does_not_fight_what_gold_does_not_mark(tmp_path):
    with project_with(tmp_path, "tuned", (0, 1, "PER")) as project:
        config = RunConfig(aligner=StageConfig(name="diagonal"))
        assert tune(project, config, {"projector.minimum": [0.2]}, WATCH).before == 1.0


def test_files(tmp_path):
    gold, one, other = (tmp_path / name for name in ("gold.conll", "one.conll", "other.conll"))
    gold.write_text("Asha\tB-PER\nKombe\tO\nalifika\tO\n", encoding="utf-8")
    one.write_text("Asha\tB-PER\nKombe\tB-MISC\nalifika\tO\n", encoding="utf-8")
    other.write_text("Asha\tB-PER\nKombe\tB-GPE\nalifika\tO\n", encoding="utf-8")
    assert score_files(gold, one, samples=0).micro.f1.value == 1.0
    assert score_files(gold, other, samples=0).micro.precision.value == 0.5
    assert left_out(gold, one) == "MISC is not in the gold tags: 1 predicted MISC entity was left out."
    assert left_out(gold, other) is None
    assert summarise_files(gold, one, samples=0).to_dict()["dropped"] == {"MISC": 1}
    compared = compare_files(gold, one, other, samples=0)
    assert (compared.first.dropped, compared.second.dropped) == ({"MISC": 1}, {})
    assert compared.first.scores.micro.f1.value == 1.0
