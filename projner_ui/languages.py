"""Languages as people look for them: by English name, own name or code; and which way a text runs."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache

from babel import Locale, UnknownLocaleError, localedata
from babel.core import get_global

from projner_ui.text import isolated

_COMMON = ("en", "fr", "es", "pt", "ar", "zh", "ru", "hi", "sw", "id")
"""Usual sources, listed before the alphabet."""


@cache
def known() -> dict[str, str]:
    """Language code -> what is shown in a searchable list, e.g. `sw` -> `Swahili · Kiswahili (sw)`.

    Common source languages come first, the rest by English name. A code that is not here is still a
    code: lists that use this accept any other.
    """
    english = Locale("en").languages
    names = {
        code: name for code, name in english.items() if "_" not in code and code not in ("mul", "zxx", "und")
    }
    order = [*_COMMON, *sorted(names.keys() - set(_COMMON), key=lambda code: names[code])]
    return {code: _listed(names[code], own_name(code), code) for code in order}


def _listed(english: str, own: str, code: str) -> str:
    return f"{english} ({code})" if own.casefold() == english.casefold() else f"{english} · {own} ({code})"


@cache
def own_name(code: str) -> str:
    """The language's name in itself (`Kiswahili`), else in English (`Twi`), else its code."""
    tag = _tag(code)
    if localedata.exists(tag):
        try:
            own = Locale(tag).languages.get(tag)
        except UnknownLocaleError:
            own = None
        if own:
            return str(own[0].upper() + own[1:])
    return english_name(code)


def direction_of_work(source: str, target: str) -> str:
    """`English → Kiswahili`, safe beside names that run right to left."""
    return f"{isolated(own_name(source))} → {isolated(own_name(target))}"


@cache
def english_name(code: str) -> str:
    """The language's English name, else its code as it stands."""
    return str(Locale("en").languages.get(_tag(code), code))


def _tag(code: str) -> str:
    """The language of a BCP 47, ISO 639 or FLORES code as CLDR calls it: `swh_Latn` is `sw`."""
    tag = code.strip().replace("_", "-").split("-")[0].lower()
    return tag if tag in Locale("en").languages else get_global("language_aliases").get(tag, tag)


def direction(tokens: Iterable[str]) -> str:
    """`rtl` where most letters run right to left, else `ltr`: the text decides, as a code may be anything."""
    balance = 0
    for token in tokens:
        for character in token:
            kind = unicodedata.bidirectional(character)
            balance += (kind in ("R", "AL")) - (kind == "L")
    return "rtl" if balance > 0 else "ltr"
