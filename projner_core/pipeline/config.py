"""What a run does: one system a stage, each with its settings. A TOML file says the same.

[aligner]
name = "statistical"
threshold = 0.3
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from projner_core import __version__
from projner_core.errors import InputError, ProjnerError


class StageConfig(BaseModel):
    """One system and its settings; every key but `name` and `tuned_on` is a setting of that system."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: str = Field(description="the system, as its stage's registry knows it")
    tuned_on: str = Field(
        default="",
        description="fingerprint of the corpus on which the settings were tuned, so that no score of these "
        "very sentences passes for an honest one",
    )

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that were given; what is absent is the system's own default."""
        return dict(self.model_extra or {})

    @model_serializer(mode="wrap")
    def _told(self, tell: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What was never tuned does not say so."""
        told: dict[str, Any] = tell(self)
        return told if self.tuned_on else {key: value for key, value in told.items() if key != "tuned_on"}

    @model_validator(mode="after")
    def _settings_are_plain(self) -> Self:
        """TOML has dates and times too, which no system takes and no provenance can hold."""
        for key, value in self.settings.items():
            if not _is_plain(value):
                raise ValueError(
                    f"the setting {key} is {value}, and settings are true or false, numbers, texts, lists or "
                    "tables of these"
                )
        return self


class RunConfig(BaseModel):
    """The pipeline, stage by stage. The defaults need no download and no network."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    translator: StageConfig = Field(
        default=StageConfig(name="given"),
        description="target to source; 'given': the source sentences came with the file",
    )
    tagger: StageConfig = Field(
        default=StageConfig(name="given"),
        description="source entities; 'given': they came with the file or were marked by hand",
    )
    aligner: StageConfig = Field(
        default=StageConfig(name="statistical"),
        description="links between the words of a pair",
    )
    projector: StageConfig = Field(
        default=StageConfig(name="matching"),
        description="source entities to target spans, over the links",
    )
    predictor: StageConfig | None = Field(
        default=None,
        description="a tagger on the target sentences: model transfer, and candidates for projectors; "
        "None: none is run",
    )
    back_translator: StageConfig | None = Field(
        default=None,
        description="marked text in the target language, for projectors that read it; None: none is made",
    )

    @classmethod
    def from_toml(cls, path: Path) -> RunConfig:
        """Read a configuration; `InputError` says which line or key is wrong."""
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise ProjnerError(f"{path} can't be read: {error.strerror}.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(path, None, str(error), "a TOML file", "Correct it and run again.") from error
        except ValidationError as error:
            raise InputError(
                path,
                None,
                "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()),
                f"the tables {', '.join(cls.model_fields)}, each with a name",
                "Correct the key and run again.",
            ) from error

    def to_toml(self) -> str:
        """The configuration as TOML; `from_toml` reads it back."""
        lines: list[str] = []
        for stage in type(self).model_fields:
            chosen: StageConfig | None = getattr(self, stage)
            if chosen is None:
                continue
            lines += [f"[{stage}]", f"name = {_toml(chosen.name)}"]
            lines += [f"{_toml(key)} = {_toml(value)}" for key, value in chosen.settings.items()]
            if chosen.tuned_on:
                lines.append(f"tuned_on = {_toml(chosen.tuned_on)}")
            lines.append("")
        return "\n".join(lines)

    def with_setting(self, assignment: str) -> RunConfig:
        """Apply `stage.key=value` (the command line's `--set`); the value is read as TOML, else as text."""
        key, separator, value = assignment.partition("=")
        stage, dot, setting = key.strip().partition(".")
        if not separator or not dot or stage not in type(self).model_fields or not setting:
            stages = ", ".join(type(self).model_fields)
            raise ProjnerError(
                f"--set {assignment}: expected STAGE.KEY=VALUE, with a stage of {stages}, "
                "for example --set aligner.threshold=0.2"
            )
        try:
            parsed = tomllib.loads(f"value = {value.strip()}")["value"]
        except tomllib.TOMLDecodeError:
            parsed = value.strip()
        chosen: StageConfig | None = getattr(self, stage)
        if chosen is None and setting != "name":
            raise ProjnerError(
                f"--set {assignment}: this run has no {stage}, so it has no settings. Name one first: "
                f"--set {stage}.name=SYSTEM, or 'name' in the table [{stage}] of the TOML file"
            )
        known = {} if chosen is None else chosen.model_dump()
        try:
            updated = StageConfig.model_validate(known | {setting: parsed})
        except ValidationError as error:
            if setting == "name":
                example = "token-classifier" if chosen is None else chosen.name
                what = f"the {stage} is named by a text, for example --set {stage}.name={example}"
            else:
                what = 'expected true or false, a number, a list, a table, or a text; quote a text: "…"'
            raise ProjnerError(f"--set {assignment}: {what}") from error
        return self.model_copy(update={stage: updated})


def fingerprint(stage: str, config: StageConfig, *inputs: str) -> str:
    """What makes a layer this layer: the system, its settings, its inputs, the version of the program.

    Two runs with one fingerprint would write the same layer, so the second one need not.
    """
    identity = [__version__, stage, config.name, config.settings, list(inputs)]
    if config.tuned_on:
        identity.append(config.tuned_on)
    text = json.dumps(identity, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _is_plain(value: Any) -> bool:
    match value:
        case dict():
            return all(isinstance(key, str) and _is_plain(item) for key, item in value.items())
        case list() | tuple():
            return all(map(_is_plain, value))
        case _:
            return value is None or isinstance(value, bool | int | float | str)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(k)} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    # TOML's strings, numbers and booleans are JSON's, but that TOML wants DEL escaped too.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
