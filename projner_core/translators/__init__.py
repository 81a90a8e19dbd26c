"""Translators: a list of pairs in, a list of source sentences of the same length and order out."""

from __future__ import annotations

from typing import Any

from projner_core.registry import Registry
from projner_core.translators.base import Translator

registry = Registry(
    "translators",
    {"given": "projner_core.translators.given:GivenTranslator"},
)


def create(name: str, **settings: Any) -> Translator:
    """The translator `name` with its settings; `ProjnerError` where either is unknown."""
    translator: Translator = registry.create(name, **settings)
    return translator
