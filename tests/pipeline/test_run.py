"""The pipeline: what it makes, what it does not make twice, and how it goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from projner_core import aligners, projectors
from projner_core.corpus import Reason, Span, without_scores
from projner_core.errors import ProjnerError
from projner_core.pipeline import run as pipeline
from projner_core.pipeline.config import RunConfig, StageConfig
from projner_core.pipeline.progress import Cancelled
from projner_core.pipeline.run import run
from projner_core.store import LayerKind, catalogue


def contents(project):
    """Every annotation of every layer, by the layer's name."""
    return {layer.name: project.annotations(layer.id, 0, project.count()) for layer in project.layers()}


def test_projects_what_a_linguist_would(project):
    result = run(project, RunConfig())
    projections = project.annotations(result.projection.id, 0, 3)
    spans = [without_scores([p.target for p in pair if p.target]) for pair in projections]
    assert spans[0] == (Span(0, 2, "PER"), Span(3, 4, "LOC"))
    assert set(spans[1]) == {Span(2, 3, "LOC"), Span(5, 6, "PER")}
    assert spans[2] == ()
    assert all(p.reason is Reason.PROJECTED and 0 < p.score <= 1 for pair in projections for p in pair)
    assert project.current_projection == result.projection.id


def test_every_layer_says_where_it_came_from(project):
    result = run(project, RunConfig(aligner=StageConfig(name="statistical", threshold=0.25)))
    assert result.links.provenance["settings"] == {"threshold": 0.25}
    assert result.links.provenance["system"] == "statistical"
    assert result.links.name == "statistical (threshold 0.25)"
    assert result.projection.name == "statistical (threshold 0.25) › matching"
    assert set(result.projection.parents) == {result.entities.id, result.links.id}


def test_gold_is_never_looked_at(project, monkeypatch):
    gold = next(layer for layer in project.layers() if layer.name == "gold")
    asked = []
    annotations = type(project).annotations
    monkeypatch.setattr(
        type(project),
        "annotations",
        lambda self, layer, *rest: asked.append(layer) or annotations(self, layer, *rest),
    )
    run(project, RunConfig())
    assert asked
    assert gold.id not in asked


def test_the_same_configuration_does_no_work_twice(project, monkeypatch):
    first = run(project, RunConfig())
    before = contents(project)

    def refuse(name, **settings):
        raise AssertionError(f"{name} was made again, models and all")

    monkeypatch.setattr(aligners, "create", refuse)
    monkeypatch.setattr(projectors, "create", refuse)
    assert run(project, RunConfig()) == first
    assert contents(project) == before


def test_an_aligner_that_cannot_start_is_said_before_the_tagger_runs(project, monkeypatch, tmp_path):
    monkeypatch.setattr(pipeline, "tag", lambda *rest: pytest.fail("tagged first"))
    missing = StageConfig.model_validate({"name": "simalign", "model": str(tmp_path / "nothing here")})
    with pytest.raises(ProjnerError, match="nothing here"):
        run(project, RunConfig(aligner=missing))


def test_another_projector_keeps_the_links(project):
    first = run(project, RunConfig())
    second = run(project, RunConfig(projector=StageConfig(name="matching", minimum=0.99)))
    assert second.links == first.links
    assert second.projection != first.projection
    assert project.current_projection == second.projection.id


def test_cancelled_between_chunks_and_gone_on_with(long_project):
    reports = []
    with pytest.raises(Cancelled):
        run(
            long_project,
            RunConfig(),
            on_progress=reports.append,
            is_cancelled=lambda: any(r.done for r in reports),
        )
    assert reports[-1].done < 3000
    assert long_project.current_projection is None
    assert not long_project.layers(kind=LayerKind.PROJECTIONS)
    resumed = []
    run(long_project, RunConfig(), on_progress=resumed.append)
    assert resumed[-1].done == resumed[-1].total == 3000
    first_of_align = next(r for r in resumed if r.stage == "align")
    assert first_of_align.done == next(r.done for r in reversed(reports) if r.stage == "align")


def test_progress_knows_the_time_left(long_project):
    reports = []
    run(long_project, RunConfig(), on_progress=reports.append)
    assert [r.stage for r in reports] == sorted(
        (r.stage for r in reports), key=["tag", "align", "project", "doubt"].index
    )
    later = [r for r in reports if r.stage == "align" and r.done]
    assert later[-1].seconds_left == 0
    assert all(r.seconds_left is not None and r.seconds_left >= 0 for r in later)


KILLED = """
import os, signal, sys
from projner_core.pipeline.config import RunConfig
from projner_core.pipeline.run import run
from projner_core.store import catalogue
writes = int(sys.argv[1])
with catalogue.open_project("long") as project:
    write = type(project).write
    def counted(self, *rest, **more):
        global writes
        if writes == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        writes -= 1
        return write(self, *rest, **more)
    type(project).write = counted
    run(project, RunConfig())
"""


def test_killed_at_every_chunk_ends_in_the_same_layers(long_project, tmp_path, home):
    codes = []
    for _ in range(8):
        done = subprocess.run(
            [sys.executable, "-c", KILLED, "1"], env=os.environ | {"PROJNER_HOME": str(home)}, check=False
        )
        codes.append(done.returncode)
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
    assert codes.count(-signal.SIGKILL) >= 3
    assert codes[-1] == 0
    killed = contents(long_project)

    source, target = tmp_path / "long.en.conll", tmp_path / "long.sw.conll"
    from projner_core.pipeline.importing import import_pair

    import_pair("whole", source=source, target=target, source_lang="en", target_lang="sw")
    with catalogue.open_project("whole") as whole:
        run(whole, RunConfig())
        assert contents(whole) == killed


def test_no_source_entities_is_a_sentence(tmp_path, files):
    from projner_core.pipeline.importing import import_pair

    plain = tmp_path / "plain.txt"
    plain.write_text(
        "Asha Mwangi visited Arusha .\nThe mayor of Nairobi met Juma .\nRain fell .\n", encoding="utf-8"
    )
    import_pair("plain", source=plain, target=files[1], source_lang="en", target_lang="sw")
    with catalogue.open_project("plain") as project, pytest.raises(ProjnerError, match="mark entities"):
        run(project, RunConfig())


def test_an_unknown_system_is_a_sentence(project):
    with pytest.raises(ProjnerError, match="no aligners system 'fast_align'"):
        run(project, RunConfig(aligner=StageConfig(name="fast_align")))


def test_the_worker_reports_and_finishes(project):
    from projner_core.pipeline import running

    job = running.start("small", RunConfig())
    deadline = time.monotonic() + 120
    while running.status(project).active and time.monotonic() < deadline:
        time.sleep(0.1)
    status = running.status(project)
    assert (status.job_id, status.state) == (job, "done"), status.message
    assert project.current_projection is not None


def test_a_worker_that_fails_says_why(project):
    from projner_core.pipeline import running

    running.start("small", RunConfig(aligner=StageConfig(name="fast_align")))
    deadline = time.monotonic() + 60
    while running.status(project).active and time.monotonic() < deadline:
        time.sleep(0.1)
    status = running.status(project)
    assert status.state == "failed"
    assert "fast_align" in status.message


def test_a_silent_worker_counts_as_stopped(project, monkeypatch):
    from projner_core.pipeline import running

    project.start_job("run", RunConfig().model_dump())
    assert running.status(project).active
    with pytest.raises(ProjnerError, match="under way already"):
        running.start("small", RunConfig())
    monkeypatch.setattr(running, "SILENT_SECONDS", -1)
    assert running.status(project).state == "stopped"


@pytest.mark.parametrize(
    ("raised", "state", "says"),
    [
        (Cancelled(), "cancelled", "What was finished is kept"),
        (ProjnerError("There is no space left."), "failed", "There is no space left."),
        (ZeroDivisionError("division by zero"), "failed", "The program failed (ZeroDivisionError)"),
        (None, "done", ""),
    ],
)
def test_how_a_run_ended_stands_in_the_project(project, monkeypatch, raised, state, says):
    from projner_core.pipeline import running

    def end(*rest, **more):
        if raised is not None:
            raise raised

    monkeypatch.setattr(pipeline, "run", end)
    job = project.start_job("run", RunConfig().model_dump())
    if isinstance(raised, ZeroDivisionError):  # a mistake of ours: its trace must reach the log
        with pytest.raises(ZeroDivisionError):
            running.work("small", job)
    else:
        assert running.work("small", job) == state
    assert project.job(job).state == state
    assert says in project.job(job).message
