"""Settings are chosen where they were tried, and remember where that was."""

from __future__ import annotations

import pytest

from projner_core.errors import ProjnerError
from projner_core.pipeline import tuning
from projner_core.pipeline.config import RunConfig, StageConfig
from projner_core.pipeline.importing import import_pair
from projner_core.pipeline.progress import Cancelled, Watch
from projner_core.pipeline.run import run
from projner_core.pipeline.scoring import score_files
from projner_core.pipeline.tuning import tune
from projner_core.store import catalogue

WATCH = Watch(None, None)


def test_a_setting_that_spoils_everything_is_not_taken(project):
    spoilt = RunConfig(projector=StageConfig(name="matching", minimum=5.0))
    tuned = tune(project, spoilt, {"projector.minimum": [5.0, 0.1, 3.0]}, WATCH)
    assert tuned.config.projector.settings == {"minimum": 0.1}
    assert (tuned.before, tuned.sentences) == (0.0, 3)
    assert tuned.after > tuned.before
    assert [(one.setting, one.value) for one in tuned.tried][:3] == [
        ("projector.minimum", 5.0),
        ("projector.minimum", 0.1),
        ("projector.minimum", 3.0),
    ]


def test_what_is_promised_is_what_a_run_scores(project, files, tmp_path):
    from projner_core.pipeline.exporting import conll_text

    tuned = tune(project, RunConfig(), {"projector.minimum": [0.05, 0.2]}, WATCH)
    run(project, tuned.config)
    out = tmp_path / "out.conll"
    out.write_text("".join(conll_text(project)), encoding="utf-8")
    assert score_files(files[1], out, samples=0).micro.f1.value == pytest.approx(tuned.after)


def test_of_equals_the_one_before_stays(project):
    tuned = tune(project, RunConfig(), {"projector.shown": [3, 5, 7]}, WATCH)
    assert tuned.config.projector.settings == {}
    assert tuned.after == tuned.before


def test_the_aligner_is_tuned_too_and_aligns_once_a_setting(project, monkeypatch):
    aligned = []
    align = tuning.align
    monkeypatch.setattr(tuning, "align", lambda p, config, w: aligned.append(config) or align(p, config, w))
    grid = {"aligner.threshold": [0.2, 0.9], "projector.minimum": [0.1, 0.3]}
    tuned = tune(project, RunConfig(), grid, WATCH)
    assert set(tuned.config.aligner.settings) <= {"threshold"}
    assert len(tuned.tried) in {4, 8}
    assert {config.settings.get("threshold") for config in aligned} >= {None, 0.2, 0.9}


def test_the_links_of_values_that_were_tried_are_not_kept(project):
    mine = run(project, RunConfig()).links
    grid = {"aligner.threshold": [0.2, 0.9]}
    before = project.layers(incomplete=True)
    tune(project, RunConfig(), grid, WATCH)
    assert project.layers(incomplete=True) == before
    assert mine in before
    assert len(project.meta_keys("timing:")) == 1
    members = [{"name": "statistical", "threshold": 0.4}, {"name": "identity"}]
    both = RunConfig(aligner=StageConfig(name="combination", of=members))
    tune(project, both, {"projector.minimum": [0.1]}, WATCH)
    assert project.layers(incomplete=True) == before

    reports = []
    watch = Watch(reports.append, lambda: reports and (reports[-1].stage, reports[-1].done) == ("align", 0))
    with pytest.raises(Cancelled):
        tune(project, RunConfig(aligner=StageConfig(name="statistical", threshold=0.7)), grid, watch)
    assert project.layers(incomplete=True) == before


def test_tuned_settings_remember_their_sentences(project, tmp_path):
    tuned = tune(project, RunConfig(), {"projector.minimum": [0.1, 0.2]}, WATCH)
    assert tuned.config.projector.tuned_on == project.fingerprint()
    assert tuned.config.aligner.tuned_on == ""
    path = tmp_path / "tuned.toml"
    path.write_text(tuned.config.to_toml(), encoding="utf-8")
    assert RunConfig.from_toml(path) == tuned.config
    assert run(project, tuned.config).projection.provenance["tuned_on"] == project.fingerprint()
    assert "tuned_on" not in run(project, RunConfig()).projection.provenance


def test_without_gold_there_is_nothing_to_tune_on(tmp_path, files):
    plain = tmp_path / "sw.txt"
    plain.write_text("Asha alitembelea Arusha .\nMeya wa Nairobi .\nMvua .\n", encoding="utf-8")
    import_pair("bare", source=files[0], target=plain, source_lang="en", target_lang="sw")
    with catalogue.open_project("bare") as bare, pytest.raises(ProjnerError, match="gold"):
        tune(bare, RunConfig(), {"projector.minimum": [0.1]}, WATCH)


@pytest.mark.parametrize(
    ("grid", "why"),
    [
        ({}, "say what to tune"),
        ({"projector.minimum": []}, "say what to tune"),
        ({"tagger.name": ["given"]}, "aligner and projector"),
        ({"minimum": [0.1]}, "aligner and projector"),
        ({"projector.no_such": [1]}, "no setting 'no_such'"),
        ({"projector.minimum": ["much"]}, "must be a number"),
    ],
)
def test_a_wrong_grid_is_refused(project, grid, why):
    with pytest.raises(ProjnerError, match=why):
        tune(project, RunConfig(), grid, WATCH)


def test_it_can_be_cancelled(project):
    reports = []
    watch = Watch(reports.append, lambda: any(r.stage == "tune" and r.done for r in reports))
    with pytest.raises(Cancelled):
        tune(project, RunConfig(), {"projector.minimum": [0.1, 0.2, 0.3]}, watch)
