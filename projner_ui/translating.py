"""Whether a translator knows two languages, told before anything is run or fetched."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from projner_core.errors import ProjnerError
from projner_core.inference.flores import CODES
from projner_core.inference.language_codes import resolve
from projner_ui import languages

NLLB = "NLLB-200"


def obstacle(translator: str, settings: Mapping[str, Any], source: str, target: str) -> str | None:
    """Why a translator can't translate the target language into the source language, in a sentence; None
    where it can, as far as that is known without its files.

    Args:
        translator: its name in the registry.
        settings: those that were chosen; languages that are named there count.
        source, target: the project's languages.
    """
    model = str(settings.get("model") or ("" if translator == "seq2seq" else NLLB))
    if translator not in ("nllb", "seq2seq", "ctranslate2") or NLLB.casefold() not in model.casefold():
        return None
    asked = [(str(settings.get("source_lang") or source)), (str(settings.get("target_lang") or target))]
    lacking = [code for code in dict.fromkeys(asked) if code != "und" and not _in_nllb(code)]
    if "und" in asked and not lacking:
        return f"{NLLB} must be told the language, and this project's is not known (“und”)."
    if not lacking:
        return None
    named = " and ".join(_named(code) for code in lacking)
    return f"{NLLB} does not know {named}."


@lru_cache(maxsize=256)
def _in_nllb(code: str) -> bool:
    try:
        resolve(code, CODES, NLLB)
    except ProjnerError:
        return False
    return True


def _named(code: str) -> str:
    name = languages.english_name(code)
    return f"“{code}”" if name == code else f"{name} ({code})"
