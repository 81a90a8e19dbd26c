"""Translators: a list of pairs in, a list of source sentences of the same length and order out."""

from __future__ import annotations

from typing import Any

from projner_core.registry import Registry
from projner_core.translators.base import BackTranslator, Translator

registry = Registry(
    "translators",
    {
        "ctranslate2": "projner_core.translators.ctranslate2:CTranslate2Translator",
        "file": "projner_core.translators.file:FileTranslator",
        "given": "projner_core.translators.given:GivenTranslator",
        "nllb": "projner_core.translators.nllb:NllbTranslator",
        "seq2seq": "projner_core.translators.seq2seq:Seq2SeqTranslator",
    },
)
back_translators = Registry(
    "back_translators",
    {"easyproject": "projner_core.translators.easyproject:EasyProject"},
)


def create(name: str, **settings: Any) -> Translator:
    """The translator `name` with its settings; `ProjnerError` where either is unknown."""
    translator: Translator = registry.create(name, **settings)
    return translator


def create_back_translator(name: str, **settings: Any) -> BackTranslator:
    """The back-translator `name` with its settings; `ProjnerError` where either is unknown."""
    back_translator: BackTranslator = back_translators.create(name, **settings)
    return back_translator
