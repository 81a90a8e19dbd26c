"""A configuration is typed, and its TOML file says the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_core.errors import InputError, ProjnerError
from projner_core.pipeline.config import RunConfig, StageConfig, fingerprint

scalars = st.one_of(
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(-1e6, 1e6),
    st.text(st.characters(exclude_categories=("Cs",))),
)
settings_of_a_stage = st.dictionaries(
    st.from_regex(r"\A[a-z_]{1,10}\Z").filter(
        lambda key: key not in {"name", "settings"} and not key.startswith(("_", "model_"))
    ),
    st.one_of(scalars, st.lists(st.integers(0, 9), max_size=3)),
    max_size=4,
)


@given(settings_of_a_stage)
def test_toml_round_trip(tmp_path_factory, settings):
    config = RunConfig(aligner=StageConfig(name="statistical", **settings))
    path = tmp_path_factory.mktemp("config") / "run.toml"
    path.write_text(config.to_toml(), encoding="utf-8")
    assert RunConfig.from_toml(path) == config


def test_an_empty_file_is_the_default(tmp_path):
    (tmp_path / "run.toml").write_text("")
    assert RunConfig.from_toml(tmp_path / "run.toml") == RunConfig()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[aligner]\nname =\n", "line 2"),
        ("[alinger]\nname = 'x'", "alinger"),
        ("[aligner]\nlayer = 8", "aligner.name"),
    ],
)
def test_a_wrong_file_says_where(tmp_path, text, found):
    (tmp_path / "run.toml").write_text(text)
    with pytest.raises(InputError, match=found):
        RunConfig.from_toml(tmp_path / "run.toml")


def test_a_missing_file_is_a_sentence(tmp_path):
    with pytest.raises(ProjnerError, match="can't be read"):
        RunConfig.from_toml(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("assignment", "settings"),
    [
        ("aligner.threshold=0.2", {"threshold": 0.2}),
        ("aligner.model=path/to model", {"model": "path/to model"}),
        ("aligner.levels=[6, 4]", {"levels": [6, 4]}),
        ("aligner.agree=true", {"agree": True}),
    ],
)
def test_settings_from_the_command_line(assignment, settings):
    assert RunConfig().with_setting(assignment).aligner.settings == settings


@pytest.mark.parametrize(
    "assignment", ["threshold=0.2", "aligner.threshold", "alinger.threshold=1", "aligner.=1"]
)
def test_a_wrong_setting_says_how(assignment):
    with pytest.raises(ProjnerError, match=r"STAGE\.KEY=VALUE"):
        RunConfig().with_setting(assignment)


@pytest.mark.parametrize(
    ("assignment", "says"),
    [
        ("aligner.name=3", "named by a text"),
        ("aligner.name=true", "named by a text"),
        ("aligner.since=2003-05-31", "true or false, a number"),
        ("aligner.since=[07:32:00]", "true or false, a number"),
        ("aligner.of=[{name = 'x', since = 1979-05-27T07:32:00Z}]", "true or false, a number"),
    ],
)
def test_what_no_setting_can_be_is_refused(assignment, says):
    with pytest.raises(ProjnerError, match=says) as raised:
        RunConfig().with_setting(assignment)
    assert assignment in str(raised.value)


def test_a_date_in_a_file_is_refused_with_its_key(tmp_path):
    (tmp_path / "run.toml").write_text("[aligner]\nname = 'statistical'\nsince = 2003-05-31\n")
    with pytest.raises(InputError, match=r"aligner: .*the setting since is 2003-05-31"):
        RunConfig.from_toml(tmp_path / "run.toml")
    (tmp_path / "run.toml").write_text("[aligner]\nname = 'statistical'\nsince = '2003-05-31'\n")
    assert RunConfig.from_toml(tmp_path / "run.toml").aligner.settings == {"since": "2003-05-31"}


@given(settings_of_a_stage, settings_of_a_stage, st.booleans())
def test_stages_that_need_not_run_go_through_toml(tmp_path_factory, predictor, back_translator, both):
    config = RunConfig(
        predictor=StageConfig(name="token-classifier", **predictor),
        back_translator=StageConfig(name="easyproject", **back_translator) if both else None,
    )
    path = tmp_path_factory.mktemp("config") / "run.toml"
    path.write_text(config.to_toml(), encoding="utf-8")
    assert RunConfig.from_toml(path) == config
    assert ("[back_translator]" in config.to_toml()) is both


@pytest.mark.parametrize("stage", ["predictor", "back_translator"])
def test_a_stage_that_is_not_run_is_named_before_it_is_set(stage):
    with pytest.raises(ProjnerError, match=f"has no {stage}.*--set {stage}.name=SYSTEM"):
        RunConfig().with_setting(f"{stage}.model=folder")
    config = RunConfig().with_setting(f"{stage}.name=mine").with_setting(f"{stage}.model=folder")
    assert getattr(config, stage) == StageConfig.model_validate({"name": "mine", "model": "folder"})
    with pytest.raises(ProjnerError, match="named by a text"):
        RunConfig().with_setting(f"{stage}.name=3")


def test_fingerprints_tell_settings_stages_and_inputs_apart():
    system = StageConfig(name="statistical")
    prints = {
        fingerprint("align", system, "corpus"),
        fingerprint("align", StageConfig(name="statistical", threshold=0.2), "corpus"),
        fingerprint("align", system, "another"),
        fingerprint("tag", system, "corpus"),
        fingerprint("align", StageConfig(name="simalign"), "corpus"),
    }
    assert len(prints) == 5
    assert fingerprint("align", StageConfig(name="statistical"), "corpus") in prints
