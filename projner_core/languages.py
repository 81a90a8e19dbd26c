"""Which language a code means: `sw`, `swa`, `swh` and `swh_Latn` are one; `zh-TW` is written in Hant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from babel.core import get_global

# What CLDR's table of aliases has not, or has otherwise than our lexicons: Norwegian without a standard
# is Bokmål; Kurdish without one is Kurmanji.
_ALIASES = {"no": "nb", "nor": "nb", "kur": "ku", "zho": "zh", "eng": "en"}


class Language(NamedTuple):
    """A language, and its script and region where the code named them (else empty)."""

    language: str
    script: str = ""
    region: str = ""

    @property
    def locale(self) -> str:
        """As CLDR writes it: `zh_Hant_TW`."""
        return "_".join(part for part in self if part)


@lru_cache(maxsize=1024)
def parse(code: str) -> Language:
    """What a BCP 47, ISO 639-1, ISO 639-3 or FLORES code means. Never fails: `und` where it says nothing."""
    language, *rest = re.split(r"[-_]", code.strip())
    language = language.lower()
    language = _ALIASES.get(language) or get_global("language_aliases").get(language, language)
    language, *implied = language.split("_")  # prs is fa_AF
    script = region = ""
    for part in (*rest, *implied):
        if len(part) == 4 and part.isalpha():
            script = script or part.title()
        elif (len(part) == 2 and part.isalpha()) or (len(part) == 3 and part.isdigit()):
            region = region or part.upper()
    return Language(language or "und", script, region)


def script_of(language: Language) -> str:
    """The script that a language is written in by its code, or else most often (CLDR); empty if unknown."""
    if language.script:
        return language.script
    likely = get_global("likely_subtags")
    for code in (language.locale, language.language):
        parts = likely.get(code, "").split("_")
        if len(parts) > 1:
            return str(parts[1])
    return ""


def choose(code: str, available: Iterable[str]) -> tuple[str, ...]:
    """Those of the available codes that are of the language of `code`.

    If `code` settles the script (by name, or by a region), those in that script where there are any, else
    all: Serbian in both. Chinese is simplified if nothing is said, as its two scripts share most
    characters. Of several in one script the one of the same region, or of no region.
    """
    wanted = parse(code)
    same = [name for name in available if parse(name).language == wanted.language]
    script = script_of(wanted)
    if wanted.script or wanted.region or script == "Hans":
        same = [name for name in same if script_of(parse(name)) == script] or same
    regional = [name for name in same if parse(name).region == wanted.region]
    return tuple(sorted(regional or same))
