"""The stages as people choose them: what each is called, its systems, and which of these take a model."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from projner_core import aligners, projectors, taggers, translators
from projner_core.errors import ProjnerError
from projner_core.inference import locate
from projner_core.pipeline.config import StageConfig
from projner_core.registry import Registry


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the pipeline.

    Attributes:
        key: its name in `RunConfig`.
        made_as: the stage as the provenance of its layers says it.
        registry: its systems.
        label: what it is called in the form.
    """

    key: str
    made_as: str
    registry: Registry
    label: str

    def named(self, system: str) -> str:
        """What a system of this stage is called where people choose it."""
        return named(self.key, system)

    def model_of(self, system: str) -> str | None:
        """The model that a system takes where none is chosen, "" where one must be; None where it has none,
        or loads it itself.

        Raises:
            ProjnerError: the system can't be made on this machine.
        """
        if system in _WITHOUT_MODEL:
            return None
        setting = inspect.signature(self.factory_of(system)).parameters.get("model")
        if setting is None:
            return None
        return setting.default if isinstance(setting.default, str) else ""

    def tokenizer_of(self, system: str) -> str:
        """The checkpoint whose tokenizer a system borrows where nothing else is chosen; "" for most."""
        setting = inspect.signature(self.factory_of(system)).parameters.get("tokenizer")
        return setting.default if setting is not None and isinstance(setting.default, str) else ""

    def obstacle(self, config: StageConfig) -> str | None:
        """Why a system can't run on this machine, in a sentence; None where it can, as far as can be told
        without loading its model."""
        try:
            self.factory_of(config.name)
            model = getattr(self.registry.create(config.name, **config.settings), "model", None)
            if isinstance(model, str):
                locate(model)
        except ProjnerError as error:
            return str(error)
        return None

    def factory_of(self, system: str) -> Callable[..., Any]:
        """What makes a system.

        Raises:
            ProjnerError: there is no such system, or a package that it needs is not installed.
        """
        try:
            return self.registry.factory(system)
        except (ImportError, AttributeError) as error:
            raise ProjnerError(f"“{system}” can't be used on this machine: {error}") from error


_WITHOUT_MODEL = {
    "given", "file", "bundled", "statistical", "identity", "eflomal", "combination",
    "published", "matching", "heuristic", "markers", "back-translation",
}  # fmt: skip
"""Systems that are known to ask for no model: to find out, they would have to be imported."""

TRANSLATOR = Stage("translator", "translate", translators.registry, "Source sentences")
TAGGER = Stage("tagger", "tag", taggers.registry, "Source entities")
PREDICTOR = Stage("predictor", "predict", taggers.registry, "Tag the target directly too (model transfer)")
ALIGNER = Stage("aligner", "align", aligners.registry, "Links between words")
BACK_TRANSLATOR = Stage("back_translator", "back-translate", translators.back_translators, "Marked text")
PROJECTOR = Stage("projector", "project", projectors.registry, "Entities to the other side")

STAGES = (TRANSLATOR, TAGGER, ALIGNER, PROJECTOR, BACK_TRANSLATOR, PREDICTOR)
"""In the order of the form: each stands behind what it depends on."""

MARKED = {"markers", "back-translation"}
"""Projectors that read marked text."""

_NAMES = {
    ("translator", "given"): "came with the file",
    ("translator", "nllb"): "NLLB: 200 languages",
    ("translator", "seq2seq"): "another translation model: OPUS-MT, MADLAD-400, M2M100",
    ("translator", "ctranslate2"): "CTranslate2: a converted model, faster",
    ("translator", "file"): "a file of translations",
    ("tagger", "given"): "came with the file, or marked by hand",
    ("tagger", "bundled"): "bundled English tagger, no download",
    ("tagger", "token-classifier"): "token classifier: any model that labels words",
    ("tagger", "spacy"): "spaCy: a pipeline that is installed here",
    ("aligner", "statistical"): "statistical: learns from your pairs, no download",
    ("aligner", "simalign"): "SimAlign: compares words by a language model",
    ("aligner", "awesome"): "AWESoME: a language model in both directions",
    ("aligner", "nmt-encoder"): "translation encoder: compares words by a translation model",
    ("aligner", "eflomal"): "eflomal: learns from your pairs, by sampling",
    ("aligner", "identity"): "identity: both sides are one language",
    ("aligner", "combination"): "combination: several aligners vote",
    ("projector", "published"): "published: n-grams, hard links, the best score first",
    ("projector", "matching"): "matching: the best set of spans, exactly",
    ("projector", "heuristic"): "heuristic: the linked words that stand together",
    ("projector", "markers"): "markers: from text with the entities in brackets",
    ("projector", "back-translation"): "back-translation: by way of a marked translation",
    ("back_translator", "easyproject"): "EasyProject: NLLB that keeps brackets",
}


def named(stage: str, system: str) -> str:
    """What a system is called where people choose it; `stage` as `RunConfig` names it."""
    return _NAMES.get(("tagger" if stage == "predictor" else stage, system), system)
