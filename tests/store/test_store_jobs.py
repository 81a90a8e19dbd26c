from __future__ import annotations

import time

import pytest

from projner_core.errors import ConflictError, ProjnerError
from projner_core.store import JobState, Project


def test_a_page_sees_what_a_worker_reports(project):
    job_id = project.start_job("run", {"aligner": "statistical"})
    with Project.open(project.path) as page:
        job = page.latest_job()
        assert (job.id, job.kind, job.config) == (job_id, "run", {"aligner": "statistical"})
        assert job.state is JobState.RUNNING
        assert job.alive()
        project.update_job(job_id, stage="align", done=3, total=6, eta_s=1.5, message="aligning")
        job = page.job(job_id)
        assert (job.stage, job.done, job.total, job.eta_s, job.message) == ("align", 3, 6, 1.5, "aligning")
        project.update_job(job_id, done=4)
        job = page.job(job_id)
        assert (job.stage, job.done, job.total, job.eta_s) == ("align", 4, 6, None)
        project.finish_job(job_id, "done", "all done")
        job = page.job(job_id)
        assert (job.state, job.message, job.alive()) == (JobState.DONE, "all done", False)
        assert job.finished >= job.started


def test_a_page_asks_and_the_worker_stops(project):
    job_id = project.start_job("run", {})
    assert not project.cancel_requested(job_id)
    with Project.open(project.path) as page:
        page.request_cancel(job_id)
    assert project.cancel_requested(job_id)
    project.finish_job(job_id, JobState.CANCELLED)
    assert project.job(job_id).state is JobState.CANCELLED


def test_a_job_that_ended_stays_as_it_is(project):
    job_id = project.start_job("run", {})
    project.finish_job(job_id, "failed", "no source sentence")
    ended = project.job(job_id)
    project.update_job(job_id, stage="late", done=9)
    project.request_cancel(job_id)
    project.finish_job(job_id, "done")
    assert project.job(job_id) == ended


def test_a_job_that_was_killed_is_known_by_its_silence(project):
    job_id = project.start_job("run", {})
    project.update_job(job_id, heartbeat=time.time() - 100)
    assert not project.job(job_id).alive()
    assert project.job(job_id).alive(patience_s=200)


def test_one_run_at_a_time_where_asked(project):
    first = project.start_job("run", {}, alone_s=30)
    with pytest.raises(ConflictError, match="under way"):
        project.start_job("run", {}, alone_s=30)
    project.update_job(first, heartbeat=time.time() - 100)
    second = project.start_job("run", {}, alone_s=30)
    assert project.latest_job().id == second
    project.finish_job(second)
    project.start_job("import", {}, alone_s=30)
    assert project.latest_job("run").id == second


def test_no_job(project):
    assert project.latest_job() is None
    with pytest.raises(ProjnerError, match="no job 3"):
        project.job(3)
    with pytest.raises(ValueError, match="asleep"):
        project.finish_job(1, "asleep")
