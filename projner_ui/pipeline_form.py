"""The pipeline as few choices: one system a stage, its model, the rest behind an expander."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import streamlit as st

from projner_core.errors import ProjnerError
from projner_core.pipeline.config import RunConfig, StageConfig
from projner_core.store import Project
from projner_ui import known_models, model_choice, proposals, settings, translating, translation_file
from projner_ui.languages import english_name
from projner_ui.proposals import Situation
from projner_ui.stages import (
    ALIGNER,
    BACK_TRANSLATOR,
    MARKED,
    PREDICTOR,
    PROJECTOR,
    STAGES,
    TAGGER,
    TRANSLATOR,
    Stage,
)
from projner_ui.text import plain

_NOT = "no"


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen; without a configuration where that can't be run, and what it lacks, in words."""

    config: RunConfig | None
    lacks: str = ""


def draw(project: Project, *, disabled: bool) -> Choice:
    """The widgets; returns what they say."""
    form = _Form(project, proposals.read(project), disabled)
    form.draw()
    with st.expander("Settings", icon=":material/tune:"):
        # Behind a switch, because reading the settings of a system imports it, and some take long.
        if st.toggle("Show all settings", key="all_settings", disabled=disabled):
            form.settings()
        else:
            chosen = [(stage.label, form.chosen[stage.key]) for stage in STAGES if stage.key in form.chosen]
            changed = [f"{label}: {config.settings}" for label, config in chosen if config.settings]
            st.caption(plain("; ".join(changed)) if changed else "Everything is at its default.")
    return form.choice()


class _Form:
    """The form while it is drawn: what was chosen so far, and whether it can be run."""

    def __init__(self, project: Project, situation: Situation, disabled: bool) -> None:
        self.project, self.situation, self.disabled = project, situation, disabled
        self.chosen: dict[str, StageConfig] = {}
        self.lacks: list[str] = []
        self._places = _two_by_two()

    def draw(self) -> None:
        """The stages, two a row, in the order in which they run."""
        if self.situation.translates:
            self._translator()
        else:
            self.chosen[TRANSLATOR.key] = StageConfig(name="given")
        self._stage(TAGGER, self.situation.tagger, TAGGER.registry.names())
        self._stage(ALIGNER, self.situation.saved.aligner, ALIGNER.registry.names())
        self._stage(PROJECTOR, self.situation.saved.projector, PROJECTOR.registry.names())
        if self.chosen[PROJECTOR.key].name in MARKED:
            self._optional(BACK_TRANSLATOR, self.situation.saved.back_translator, "a file, read in below")
        self._optional(PREDICTOR, self.situation.saved.predictor, _NOT)

    def choice(self) -> Choice:
        """What was chosen, or what that lacks."""
        lacks = list(dict.fromkeys(self.lacks))
        return (
            Choice(None, f"To run it, {', and '.join(lacks)}.") if lacks else Choice(RunConfig(**self.chosen))
        )

    def settings(self) -> None:
        """The settings of each chosen system that has any to show."""
        for stage in STAGES:
            config = self.chosen.get(stage.key)
            if config is None or (config.name == "given" and stage in (TRANSLATOR, TAGGER)):
                continue
            st.markdown(f"**{stage.label}** :gray[{plain(config.name)}]")
            try:
                changed = settings.choose(
                    stage.registry, config.name, config.settings, key=f"{stage.key}_{self.project.name}",
                    leave=_chosen_elsewhere(stage, config.name),
                )  # fmt: skip
            except (ProjnerError, ImportError) as error:
                self._refuse(str(error))
                continue
            self.chosen[stage.key] = _told(config, changed)

    def _translator(self) -> None:
        saved = self.situation.translator
        names = [name for name in TRANSLATOR.registry.names() if name != "given"]
        with next(self._places):
            picked = self._select(TRANSLATOR, names, saved, placeholder="Choose what translates")
            if self.situation.adopted:
                self.chosen[TRANSLATOR.key] = saved or StageConfig(name="given")
                st.caption("A project keeps its translation. For another one, import the text once more.")
                return
            if picked is None:
                self.chosen[TRANSLATOR.key] = StageConfig(name="given")
                self.lacks.append("choose what translates")
                st.caption(
                    "These sentences came without a translation. NLLB translates 200 languages once it is "
                    "fetched; a file of translations needs no model."
                )
                return
            config = saved if saved is not None and saved.name == picked else StageConfig(name=picked)
            config = self._file(config) if picked == "file" else self._model(TRANSLATOR, config)
            self.chosen[TRANSLATOR.key] = config
            problem = translating.obstacle(
                picked, config.settings, self.project.source_lang, self.project.target_lang
            )
            if problem:
                self._refuse(f"{problem} Choose another translator, or a file of translations.")

    def _stage(self, stage: Stage, saved: StageConfig, names: list[str]) -> None:
        with next(self._places):
            picked = self._select(stage, names, saved) or saved.name
            config = saved if picked == saved.name else StageConfig(name=picked)
            self.chosen[stage.key] = self._model(stage, config)
            if stage is TAGGER:
                self._about_tagger(picked)

    def _optional(self, stage: Stage, saved: StageConfig | None, without: str) -> None:
        names = [name for name in stage.registry.names() if name != "given"]
        if self.project.target_lang.partition("-")[0] not in ("en", "eng", "eng_Latn"):
            names = [name for name in names if name != "bundled"]
        with next(self._places):
            picked = self._select(stage, [_NOT, *names], saved, without=without)
            if picked is None or picked == _NOT:
                return
            config = saved if saved is not None and picked == saved.name else StageConfig(name=picked)
            self.chosen[stage.key] = self._model(stage, config)

    def _select(
        self,
        stage: Stage,
        names: list[str],
        saved: StageConfig | None,
        *,
        without: str = "",
        placeholder: str = "",
    ) -> str | None:
        index = names.index(saved.name) if saved is not None and saved.name in names else None
        if index is None and not placeholder:
            index = 0

        def shown(name: str) -> str:
            return without if name == _NOT else stage.named(name)

        return st.selectbox(
            stage.label, names, index=index, key=f"stage_{stage.key}_{self.project.name}", format_func=shown,
            disabled=self.disabled or (stage is TRANSLATOR and self.situation.adopted),
            placeholder=placeholder or None,
        )  # fmt: skip

    def _model(self, stage: Stage, config: StageConfig) -> StageConfig:
        """The system with the model that is chosen for it."""
        try:
            usual = stage.model_of(config.name)
        except ProjnerError as error:
            self._refuse(str(error))
            return config
        if usual is None:
            problem = stage.obstacle(config) if config.name == "bundled" else None
            if problem:
                self._refuse(problem)
            return config
        made = proposals.made_already(self.project, stage, config)
        current = str(config.settings.get("model", usual))
        tokenizer = str(config.settings.get("tokenizer", stage.tokenizer_of(config.name)))
        choice = model_choice.draw(
            self.project, stage, config.name, current, tokenizer=tokenizer, disabled=self.disabled
        )
        if choice is None:
            self.lacks.append(f"choose a model for “{stage.label}”")
        elif not (choice.here or made):
            self.lacks.append(f"fetch {known_models.title(choice.model)} or choose another model")
        if choice is None or choice.model == config.settings.get("model", usual):
            return config
        return _told(config, config.settings | {"model": choice.model}, {"model": usual})

    def _file(self, config: StageConfig) -> StageConfig:
        current = str(config.settings.get("path", ""))
        path = translation_file.draw(self.project, current, disabled=self.disabled)
        if not path:
            self.lacks.append("add the file of translations")
            return config
        return _told(config, config.settings | {"path": path})

    def _about_tagger(self, picked: str) -> None:
        """What a reader should know of a tagger in this project."""
        source = self.project.source_lang
        if picked == "bundled" and not proposals.is_english(source):
            st.caption(f":material/info: It knows English; this project has {plain(english_name(source))}.")
        if picked == "given" and not self.situation.entities:
            st.caption("None came with the file. Choose a tagger here, or mark them by hand in Inspect.")

    def _refuse(self, sentence: str) -> None:
        self.lacks.append("choose another system where one can't be used")
        st.warning(plain(sentence), icon=":material/info:")


def _chosen_elsewhere(stage: Stage, system: str) -> set[str]:
    """The settings of a system that have a place of their own: in the form, or in the project."""
    elsewhere = {"path"} if (stage, system) == (TRANSLATOR, "file") else set()
    if stage.model_of(system) is not None:
        elsewhere.add("model")
    return elsewhere | ({"source_lang"} if stage is TRANSLATOR else set())


def _told(config: StageConfig, told: dict[str, Any], usual: dict[str, Any] | None = None) -> StageConfig:
    """The configuration with these settings, without those that say what is usual anyway."""
    usual = usual or {}
    kept = {key: value for key, value in told.items() if key not in usual or value != usual[key]}
    if kept == config.settings:
        return config
    return StageConfig.model_validate({"name": config.name} | kept)


def _two_by_two() -> Iterator[AbstractContextManager[Any]]:
    """Places for widgets, two a row: below one another on a narrow screen, in the same order."""
    while True:
        yield from st.columns(2, gap="medium")
