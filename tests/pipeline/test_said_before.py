"""What cannot work is said before anything runs; what can be fetched or kept of a configuration is."""

from __future__ import annotations

import argparse

import pytest

from projner_core.commands.projects import config_of
from projner_core.errors import ProjnerError
from projner_core.pipeline.config import RunConfig, StageConfig
from projner_core.pipeline.needed import needed
from projner_core.pipeline.predicting import predict
from projner_core.pipeline.progress import Watch
from projner_core.pipeline.run import run
from projner_core.projectors import registry
from projner_core.projectors.heuristic import HeuristicProjector
from tests.pipeline import fakes

WATCH = Watch(None, None)
FULL = RunConfig(
    tagger=StageConfig(name="capitals"),
    aligner=StageConfig(name="diagonal"),
    back_translator=StageConfig(name="bracketing"),
    projector=StageConfig(name="markers"),
)


class Modelled(HeuristicProjector, fakes.WithModel):
    """A projector that asks a model."""

    def __init__(self, *, model: str = "carrier") -> None:
        super().__init__()
        self.model = model


@pytest.fixture(autouse=True)
def systems(monkeypatch):
    fakes.installed(monkeypatch)


def changed(config, **stages):
    return config.model_copy(
        update={stage: StageConfig.model_validate(chosen) for stage, chosen in stages.items()}
    )


def test_predictions_that_are_there_under_another_name(project):
    predict(project, StageConfig(name="believing"), WATCH, name="transfer")
    before, asked = [layer.name for layer in project.layers(incomplete=True)], fakes.ASKED.total()
    named = {"name": "matching", "candidates": "tagger", "predictions": "believing"}
    config = changed(FULL, predictor={"name": "believing"}, projector=named)
    with pytest.raises(ProjnerError, match="believing"):
        run(project, config)
    assert [layer.name for layer in project.layers(incomplete=True)] == before
    assert fakes.ASKED.total() == asked
    found = changed(config, projector=named | {"predictions": "transfer"})
    assert run(project, found).predictions.name == "transfer"


def test_a_back_translator_that_is_gone_and_other_entities(project):
    made = run(project, FULL)
    fakes.GONE.add("brackets")
    assert run(project, FULL).marked == made.marked
    before, asked = project.layers(incomplete=True), fakes.ASKED.total()
    with pytest.raises(ProjnerError, match="not on this machine"):
        run(project, changed(FULL, tagger={"name": "believing"}))
    assert project.layers(incomplete=True) == before
    assert fakes.ASKED.total() == asked


def test_a_projectors_model_that_is_gone_and_other_links(project, monkeypatch):
    from projner_core.pipeline import projecting

    monkeypatch.setattr(
        registry, "_targets", registry._targets | {"modelled": f"{__name__}:Modelled"}, raising=False
    )
    monkeypatch.setattr(projecting, "revision", lambda model: Modelled(model=model).revision())
    config = RunConfig(
        tagger=StageConfig(name="capitals"),
        aligner=StageConfig(name="diagonal"),
        projector=StageConfig(name="modelled"),
    )
    made = run(project, config)
    fakes.GONE.add("carrier")
    assert run(project, config).projection == made.projection
    before = project.layers(incomplete=True)
    with pytest.raises(ProjnerError, match="not on this machine"):
        run(project, changed(config, aligner={"name": "diagonal", "chunk": 1}))
    assert project.layers(incomplete=True) == before


@pytest.mark.parametrize(
    "of",
    ["statistical, awesome", ["statistical", "awesome"], [{"name": "statistical"}, {"name": " awesome "}]],
)
def test_the_models_of_what_is_combined(of):
    alone = needed(RunConfig(aligner=StageConfig(name="awesome")))
    combined = StageConfig.model_validate({"name": "combination", "of": of})
    assert needed(RunConfig(aligner=combined)) == alone != []


def test_a_system_named_again_keeps_its_settings(tmp_path):
    path = tmp_path / "run.toml"
    path.write_text('[tagger]\nname = "token-classifier"\nmodel = "my"\n', encoding="utf-8")

    def named(name):
        return config_of(argparse.Namespace(config=path, tagger=name, set=[])).tagger

    assert named("token-classifier").settings == {"model": "my"}
    assert (named("bundled").name, named("bundled").settings) == ("bundled", {})
