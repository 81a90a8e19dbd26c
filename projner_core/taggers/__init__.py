"""Taggers: a list of sentences in, the entities of each out, in the same order."""

from __future__ import annotations

from typing import Any

from projner_core.registry import Registry
from projner_core.taggers.base import Tagger

registry = Registry(
    "taggers",
    {
        "bundled": "projner_core.taggers.bundled:BundledTagger",
        "given": "projner_core.taggers.given:GivenTagger",
        "spacy": "projner_core.taggers.spacy:SpacyTagger",
        "token-classifier": "projner_core.taggers.token_classifier:TokenClassifier",
    },
)


def create(name: str, **settings: Any) -> Tagger:
    """The tagger `name` with its settings; `ProjnerError` where either is unknown."""
    tagger: Tagger = registry.create(name, **settings)
    return tagger
