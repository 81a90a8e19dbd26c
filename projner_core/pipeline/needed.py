"""The models that a pipeline reads, told from its configuration: nothing is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import signature
from typing import NamedTuple

from projner_core import aligners, projectors, taggers, translators
from projner_core.errors import ProjnerError
from projner_core.inference import locate
from projner_core.pipeline.config import RunConfig, StageConfig
from projner_core.registry import Registry

_REGISTRIES: dict[str, Registry] = {
    "translator": translators.registry,
    "tagger": taggers.registry,
    "aligner": aligners.registry,
    "projector": projectors.registry,
    "predictor": taggers.registry,
    "back_translator": translators.back_translators,
}
_OTHER_KINDS = ("spacy",)  # systems whose models are no checkpoints of the hub


class Needed(NamedTuple):
    """A model that a stage reads."""

    model: str  # a folder, or a name on the hub
    weights: bool  # or its tokenizer alone


def needed(config: RunConfig) -> list[Needed]:
    """Every model that the stages read, each once, in the order of the stages."""
    stages = ((stage, getattr(config, stage)) for stage in _REGISTRIES)
    found = [one for stage, chosen in stages if chosen is not None for one in _of(stage, chosen)]
    return list(dict.fromkeys(found))


def missing(config: RunConfig) -> list[Needed]:
    """Those of them that are not on this machine, or not whole."""
    return [one for one in needed(config) if not _is_here(one)]


def _of(stage: str, config: StageConfig) -> Iterator[Needed]:
    """What a system's own `model` and `tokenizer` are, set or by default, and those of its members."""
    if config.name in _OTHER_KINDS:
        return
    known = signature(_REGISTRIES[stage].factory(config.name)).parameters
    for key, weights in (("model", True), ("tokenizer", False)):
        value = config.settings.get(key, known[key].default if key in known else "")
        if isinstance(value, str) and value:
            yield Needed(value, weights)
    for member in _members(config):
        yield from _of(stage, member)


def _members(config: StageConfig) -> Iterator[StageConfig]:
    """The systems that one combines: in `of`, names parted by commas or in a list; tables in any list."""
    for key, value in config.settings.items():
        given = value.split(",") if key == "of" and isinstance(value, str) else value
        for member in given if isinstance(given, list | tuple) else ():
            if isinstance(member, dict) and isinstance(name := member.get("name"), str):
                yield StageConfig.model_validate({**member, "name": name.strip()})
            elif key == "of" and isinstance(member, str) and member.strip():
                yield StageConfig(name=member.strip())


def _is_here(one: Needed) -> bool:
    try:
        locate(one.model, weights=one.weights)
    except ProjnerError:
        return False
    return True
