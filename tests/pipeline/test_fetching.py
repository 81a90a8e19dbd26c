"""Fetching a model as a job: watched, cancelled, told in sentences."""

from __future__ import annotations

import pytest

from projner_core.errors import ProjnerError
from projner_core.inference import fetching as hub
from projner_core.inference.devices import DeviceFacts
from projner_core.inference.interruption import checkpoint
from projner_core.pipeline import fetching, running
from projner_core.pipeline.fetching import FetchConfig
from projner_core.pipeline.progress import Cancelled, Watch
from projner_core.store import catalogue


@pytest.fixture
def asked(monkeypatch):
    """What the hub was asked for; it sends ten bytes, one after the other."""
    found = []

    def fetch(model, *, revision=None, weights=True, on_progress=None):
        found.append((model, weights))
        for done in range(11 if on_progress else 0):
            on_progress(done, 10)

    monkeypatch.setattr(hub, "fetch", fetch)
    return found


@pytest.fixture
def project(home):
    with catalogue.create_project("habari", "en", "sw") as made:
        yield made


def test_progress_is_told_in_bytes(asked):
    told = []
    fetching.fetch(FetchConfig(model="facebook/m2m100_418M"), Watch(told.append, None))
    assert asked == [("facebook/m2m100_418M", True)]
    assert [(p.stage, p.done, p.total) for p in told][::11] == [("fetch", 0, 10), ("fetch", 10, 10)]


def test_the_tokenizer_that_a_model_borrows_comes_first_and_without_weights(asked):
    config = FetchConfig(model="ychenNLP/nllb-200-3.3B-easyproject", tokenizer="facebook/nllb-200-3.3B")
    fetching.fetch(config, Watch(None, None))
    assert asked == [("facebook/nllb-200-3.3B", False), ("ychenNLP/nllb-200-3.3B-easyproject", True)]


def test_a_download_stops_where_it_is_cancelled(asked):
    told = []
    watch = Watch(told.append, lambda: len(told) >= 4)
    with pytest.raises(Cancelled):
        fetching.fetch(FetchConfig(model="facebook/m2m100_418M"), watch)
    assert told[-1].done < 5


def test_the_fetch_of_a_tokenizer_and_one_that_tells_nothing_can_be_cancelled(monkeypatch):
    asked = []

    def fetch(model, *, revision=None, weights=True, on_progress=None):
        for _ in range(100):
            asked.append(model)
            checkpoint()

    monkeypatch.setattr(hub, "fetch", fetch)
    for config in (FetchConfig(model="a/b", tokenizer="c/d"), FetchConfig(model="c/d")):
        asked.clear()
        with pytest.raises(Cancelled):
            fetching.fetch(config, Watch(None, lambda: len(asked) >= 4))
        assert asked == ["c/d"] * 4


def test_a_worker_fetches_and_says_how_it_ended(project, asked, monkeypatch):
    job = project.start_job("fetch", FetchConfig(model="facebook/m2m100_418M").model_dump())
    assert running.work("habari", job) == "done"
    assert asked == [("facebook/m2m100_418M", True)]
    status = running.status(project)
    assert (status.kind, status.state) == ("fetch", "done")

    def offline(*args, **settings):
        raise ProjnerError("There is no network.")

    monkeypatch.setattr(hub, "fetch", offline)
    job = project.start_job("fetch", {"model": "facebook/m2m100_418M"})
    assert running.work("habari", job) == "failed"
    assert running.status(project).message == "There is no network."


def test_a_worker_tells_what_it_computes_on_while_a_model_is_loaded(project, asked, monkeypatch):
    facts = DeviceFacts("NVIDIA H200", "cuda", "bfloat16", 140_000_000_000, 12_345_678_901)
    monkeypatch.setattr(running, "facts_now", lambda: facts)
    job = project.start_job("fetch", {"model": "facebook/m2m100_418M"})
    running.work("habari", job)
    assert project.get_meta(running.DEVICE) == {
        "name": "NVIDIA H200", "kind": "cuda", "dtype": "bfloat16", "memory_total": 140_000_000_000,
        "memory_used": 12_300_000_000,
    }  # fmt: skip


def test_what_an_earlier_worker_computed_on_is_forgotten(project, monkeypatch):
    project.set_meta(running.DEVICE, {"name": "NVIDIA H200"})
    monkeypatch.setattr(running.subprocess, "Popen", lambda *args, **settings: None)
    running.start("habari", FetchConfig(model="facebook/m2m100_418M"))
    assert project.get_meta(running.DEVICE) is None
    assert project.latest_job().kind == "fetch"
