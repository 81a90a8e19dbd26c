"""Languages as people look for them: by English name, own name or code; and which way a text runs."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache

from babel import Locale, UnknownLocaleError, localedata
from babel.core import get_global

from projner_core.inference.flores import languages as flores_languages
from projner_core.languages import parse, script_of
from projner_ui.text import isolated

_OF_LIBRARIES = {"mac", "mao", "may"}  # ISO 639-2's second codes, where they come first in the alphabet
_TWI = {"twi": "tw"}  # CLDR has a name for it, and takes its long code for Akan's

_COMMON = ("en", "fr", "es", "pt", "ar", "zh", "ru", "hi", "sw", "id")
"""Usual sources, listed before the alphabet."""


@cache
def known() -> dict[str, str]:
    """Language code -> what is shown in a searchable list: its English name, its own, and every code that
    people write for it, e.g. `sw` -> `Swahili · Kiswahili (sw, swa, swh_Latn)`.

    Common source languages come first, the rest by English name. A translation model may know a language in
    two scripts, or one of which CLDR has no name: these stand under their FLORES code. A code that is not
    here is still a code: lists that use this accept any other.
    """
    english = Locale("en").languages
    names = {
        code: name for code, name in english.items() if "_" not in code and code not in ("mul", "zxx", "und")
    }
    flores = flores_languages()
    usual = {code: _usual(code, flores) for code in names}
    taken = set(usual.values())
    names |= {code: name for code, name in flores.items() if code not in taken}
    order = [*_COMMON, *sorted(names.keys() - set(_COMMON), key=lambda code: (names[code].casefold(), code))]
    three = _three_letters()
    return {
        code: _listed(names[code], own_name(code), (code, three.get(code, ""), usual.get(code, "")))
        for code in order
    }


def _usual(code: str, flores: Iterable[str]) -> str:
    """The FLORES code that a language goes by where its script is not named; "" where it has none."""
    same = _by_language(tuple(flores)).get(_tag(code), ())
    if not same:
        return ""
    script = script_of(parse(code))
    return min(same, key=lambda name: (script_of(parse(name)) != script, name))


@cache
def _by_language(flores: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code in flores:
        found.setdefault(_tag(code), []).append(code)
    return found


@cache
def _three_letters() -> dict[str, str]:
    """The ISO 639-3 code of a language whose usual code has two letters."""
    found: dict[str, str] = {}
    aliases = get_global("language_aliases")
    for alias in sorted(aliases, key=lambda alias: (alias[0] != aliases[alias][0], alias)):
        if len(alias) == 3 and len(aliases[alias]) == 2 and alias not in _OF_LIBRARIES:
            found.setdefault(aliases[alias], alias)
    return found


def _listed(english: str, own: str, codes: Iterable[str]) -> str:
    shown = ", ".join(dict.fromkeys(code for code in codes if code))
    return f"{english} ({shown})" if own.casefold() == english.casefold() else f"{english} · {own} ({shown})"


@cache
def own_name(code: str) -> str:
    """The language's name in itself (`Kiswahili`), else in English (`Twi`), else its code."""
    tag = _tag(code)
    if tag in _locales():
        try:
            own = Locale(tag).languages.get(tag)
        except UnknownLocaleError:
            own = None
        if own:
            return str(own[0].upper() + own[1:])
    return english_name(code)


@cache
def _locales() -> frozenset[str]:
    """The languages that CLDR speaks of in themselves; asking Babel for each takes half a second."""
    return frozenset(localedata.locale_identifiers())


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
    tag = _TWI.get(tag, tag)
    return tag if tag in Locale("en").languages else get_global("language_aliases").get(tag, tag)


def direction(tokens: Iterable[str]) -> str:
    """`rtl` where most letters run right to left, else `ltr`: the text decides, as a code may be anything."""
    balance = 0
    for token in tokens:
        for character in token:
            kind = unicodedata.bidirectional(character)
            balance += (kind in ("R", "AL")) - (kind == "L")
    return "rtl" if balance > 0 else "ltr"
