"""What the pipeline form starts from: what this project has, and what is the natural next choice."""

from __future__ import annotations

from dataclasses import dataclass

from projner_core.languages import parse
from projner_core.pipeline.config import RunConfig, StageConfig
from projner_core.pipeline.lineage import entities_behind
from projner_core.store import Project
from projner_ui import run_panel
from projner_ui.machine_made import translation_of
from projner_ui.stages import TAGGER, Stage


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a project stands before its pipeline is chosen.

    Attributes:
        saved: the configuration of its latest run, else the defaults.
        translates: whether its sentences came without a translation.
        adopted: whether it has taken a translation for good.
        translator: the translator that made it, or that was chosen last; None where one must be chosen.
        tagger: the tagger that was chosen last, or that is proposed.
        entities: whether source entities are known.
    """

    saved: RunConfig
    translates: bool
    adopted: bool
    translator: StageConfig | None
    tagger: StageConfig
    entities: bool


def read(project: Project) -> Situation:
    """What the project has."""
    saved = run_panel.last_config(project)
    translation = translation_of(project)
    adopted = translation is not None
    translator = saved.translator if saved.translator.name != "given" else None
    if translation is not None and translator is None:
        about = translation.provenance
        translator = StageConfig.model_validate(
            {"name": about.get("system", "given")} | (about.get("settings") or {})
        )
    entities = entities_behind(project) is not None or bool(project.get_meta("source_edits", 0))
    return Situation(
        saved=saved,
        translates=adopted or project.first_without_source() is not None,
        adopted=adopted,
        translator=translator,
        tagger=_tagger(project, saved, entities=entities),
        entities=entities,
    )


def made_already(project: Project, stage: Stage, config: StageConfig) -> bool:
    """Whether a finished layer was made by this system with these settings: its model need not be here."""
    wanted = (stage.made_as, config.name, config.settings)
    return any(
        (about.get("stage"), about.get("system"), about.get("settings") or {}) == wanted
        for about in (layer.provenance for layer in project.layers())
    )


def is_english(code: str) -> bool:
    """Whether a language is English, however it is called."""
    return parse(code).language == "en"


def _tagger(project: Project, saved: RunConfig, *, entities: bool) -> StageConfig:
    """What was chosen last; else the bundled tagger where no entity is known and the source is English."""
    chosen_before = project.get_meta("run_config", None) is not None
    if chosen_before or entities or not is_english(project.source_lang):
        return saved.tagger
    bundled = StageConfig(name="bundled")
    return bundled if bundled.name in TAGGER.registry.names() else saved.tagger
