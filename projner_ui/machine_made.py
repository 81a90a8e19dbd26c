"""What in a project a machine made: who translated, who found the source entities, in a few words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from projner_core.errors import ProjnerError
from projner_core.pipeline.lineage import entities_behind
from projner_core.store import Layer, Project
from projner_ui import known_models
from projner_ui.stages import TAGGER, TRANSLATOR, Stage

IN_FILE, BY_HAND, NONE = "in your file", "marked by hand", "none yet"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where source sentences and entities come from.

    Attributes:
        sentences, entities: in words, for a fact of the project.
        translator, tagger: what made them, in words; "" where no machine did.
        translation: the layer of translations.
    """

    sentences: str
    entities: str
    translator: str = ""
    tagger: str = ""
    translation: Layer | None = None


def origin(project: Project) -> Origin:
    """Read what the project's layers say of themselves."""
    translation = translation_of(project)
    if translation is not None:
        translator = system_of(TRANSLATOR, translation.provenance)
        sentences = "read from a file" if translator == "" else f"translated by {translator}"
    else:
        translator = ""
        sentences = IN_FILE if project.count() and _some_source(project) else NONE
    entities, tagger = _entities(project)
    return Origin(sentences, entities, translator, tagger, translation)


def translation_of(project: Project) -> Layer | None:
    """The layer of translations that the project has taken for its source sentences; None where they came
    with the file."""
    return None if project.translation is None else project.layer(project.translation)


def system_of(stage: Stage, provenance: Mapping[str, Any]) -> str:
    """The system, and its model, that made a layer, in words: `NLLB-200 600M`; "" where it only read what
    somebody gave."""
    system = str(provenance.get("system", ""))
    if system in ("given", "file", ""):
        return ""
    if system == "bundled":
        return "the bundled English tagger"
    settings = provenance.get("settings") or {}
    model = str(settings.get("model") or provenance.get("model") or _usual_model(stage, system))
    title = known_models.title(model) if model else ""
    if system == "spacy":
        return f"spaCy {title}".strip()
    return title or system


def line(project: Project, position: int, *, entities_corrected: bool) -> str:
    """What of the source side of one pair a machine made; "" where people made it.

    Args:
        entities_corrected: whether a reviewer has corrected this pair's source entities.
    """
    known = origin(project)
    said = []
    if known.translator and _translated(project, known.translation, position):
        said.append(f"translated by {known.translator}")
    if known.tagger and not entities_corrected:
        said.append(f"entities found by {known.tagger}")
    return ", ".join(said)


def _translated(project: Project, layer: Layer | None, position: int) -> bool:
    """Whether the pair's source sentence is the machine's: pairs that came with one have kept it."""
    if layer is None:
        return False
    source = project.pair(position).source
    made = project.annotation(layer.id, position)
    return source is not None and bool(made) and (source.text or " ".join(source.tokens)) == made


def _entities(project: Project) -> tuple[str, str]:
    number = entities_behind(project)
    if number is None:
        return (BY_HAND if project.get_meta("source_edits", 0) else NONE), ""
    about = project.layer(number).provenance
    if about.get("stage") != TAGGER.made_as:
        return IN_FILE, ""
    tagger = system_of(TAGGER, about)
    if tagger:
        return f"by {tagger}", tagger
    return (IN_FILE if project.layer(number).parents else BY_HAND), ""


def _some_source(project: Project) -> bool:
    return any(pair.source is not None for pair in project.pairs(0, 1))


def _usual_model(stage: Stage, system: str) -> str:
    try:
        return stage.model_of(system) or ""
    except ProjnerError:
        return ""
