"""A plan: which data, which systems, as a TOML file says it (docs/experiments.md)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from projner_core.errors import InputError
from projner_core.experiments.published import TABLES
from projner_core.pipeline.config import StageConfig

_STRICT = ConfigDict(extra="forbid", frozen=True)


class System(BaseModel):
    """One system of a stage: its name as a text, or a table with name, settings and, if wanted, a label."""

    model_config = _STRICT

    label: str = Field(description="what rows of the table call it")
    stage: StageConfig = Field(description="the system and its settings")

    @model_validator(mode="before")
    @classmethod
    def _of_toml(cls, given: Any) -> Any:
        if isinstance(given, str):
            return {"label": given, "stage": {"name": given}}
        if isinstance(given, dict) and "stage" not in given:
            settings = {key: value for key, value in given.items() if key != "label"}
            return {"label": given.get("label", given.get("name", "")), "stage": settings}
        return given


class Data(BaseModel):
    """One data set in some languages."""

    model_config = _STRICT

    name: str = Field(description="of the data set: projner_core.datasets.names()")
    languages: tuple[str, ...] = Field(
        default=(), description="codes; none: all that the data set has, but English"
    )
    split: str = Field(default="test", description="train, dev or test")
    folder: str = Field(default="", description="where it lies on this machine, relative to the plan")
    label: str = Field(default="", description="what columns and cells call it; none: its name")
    labels: tuple[str, ...] = Field(
        default=(),
        description="entity types that are scored; none: those of the data set, of a folder all, but MISC "
        "and DATE where its gold has none",
    )
    ignored: tuple[str, ...] | None = Field(
        default=None, description="entity types that are left out of gold; none: those of the data set"
    )

    @property
    def called(self) -> str:
        """What columns and cells call it."""
        return self.label or self.name

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if "/" in self.label:
            raise ValueError(f"the label {self.label!r} has a /, which parts data, language and method")
        if both := sorted({*self.labels} & {*(self.ignored or ())}):
            raise ValueError(f"{', '.join(both)} cannot be scored and ignored at once")
        return self


class Pipelines(BaseModel):
    """A grid: every translator with every tagger, aligner, projector, predictor and back-translator."""

    model_config = _STRICT

    label: str = Field(
        default="",
        description="what rows are called, such as '{projector}, {aligner}'; none: what differs in the plan",
    )
    languages: tuple[str, ...] = Field(
        default=(),
        description="codes, of which these pipelines stand in for those of the same rows; none: all",
    )
    transfer: bool = Field(
        default=False,
        description="model transfer: the predictor's entities are the result, nothing is projected",
    )
    translators: tuple[System, ...] = (System(label="given", stage=StageConfig(name="given")),)
    taggers: tuple[System, ...] = (System(label="given", stage=StageConfig(name="given")),)
    aligners: tuple[System, ...] = (System(label="statistical", stage=StageConfig(name="statistical")),)
    projectors: tuple[System, ...] = (System(label="matching", stage=StageConfig(name="matching")),)
    predictors: tuple[System, ...] = ()
    back_translators: tuple[System, ...] = ()

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.transfer and not self.predictors:
            raise ValueError("model transfer needs predictors: taggers that read the target language")
        for stage in ("translators", "taggers", "aligners", "projectors"):
            if not getattr(self, stage):
                raise ValueError(f"{stage} is empty: name at least one, or leave it out for the default")
        return self


class Plan(BaseModel):
    """Everything of a table: its data, its methods, and how they are scored."""

    model_config = _STRICT

    title: str = Field(description="the heading of the table")
    source: Literal["gold", "translate"] = Field(
        description="gold: source sentences of a parallel data set, with their entities; translate: the "
        "target sentences are all there is",
    )
    source_lang: str = Field(default="en", description="the language that entities are carried over from")
    limit: int = Field(default=0, ge=0, description="the first so many sentences of each language; 0 for all")
    samples: int = Field(default=1000, ge=0, description="of the bootstrap behind the intervals; 0 for none")
    seed: int = Field(default=0, ge=0, description="of the bootstrap")
    published: str = Field(default="", description="the published table to set beside")
    data: tuple[Data, ...] = Field(min_length=1, description="data sets and their languages")
    pipelines: tuple[Pipelines, ...] = Field(min_length=1, description="the methods")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.published and self.published not in TABLES:
            raise ValueError(
                f"there is no published table {self.published!r}; there are: {', '.join(TABLES)}"
            )
        for group in self.pipelines:
            translated = [system.stage.name for system in group.translators if system.stage.name != "given"]
            if self.source == "gold" and translated:
                raise ValueError(
                    f'with source = "gold" nothing is translated, but a translator is named: {translated[0]}'
                )
            if self.source == "translate" and not group.transfer and len(translated) < len(group.translators):
                raise ValueError('with source = "translate" each group of pipelines needs its translators')
            untagged = any(system.stage.name == "given" for system in group.taggers)
            if self.source == "translate" and not group.transfer and untagged:
                raise ValueError(
                    'with source = "translate" no source entities are given: each group of pipelines needs '
                    "its taggers"
                )
        return self

    @classmethod
    def from_toml(cls, path: Path) -> Plan:
        """Read a plan; `InputError` says which line or key is wrong."""
        remedy = "Correct it and run again; docs/experiments.md has every key."
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise InputError(path, None, error.strerror or "nothing", "a plan", "Check the path.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(path, None, str(error), "a TOML file", remedy) from error
        except ValidationError as error:
            found = "; ".join(
                f"{'.'.join(map(str, e['loc'])) or 'plan'}: {e['msg'].removeprefix('Value error, ')}"
                for e in error.errors()
            )
            raise InputError(path, None, found, "the keys of a plan", remedy) from error
