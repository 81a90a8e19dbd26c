"""What is known of two languages before any sentence is seen: bundled lexicons and CLDR's names."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from babel.core import Locale, UnknownLocaleError

from projner_core.bundled import lexicons
from projner_core.languages import choose, parse
from projner_core.similarity.spelling import normalise

Counts = dict[tuple[str, str], float]  # (source word, target word), both normalised -> count

_LEAST_COMPOSED = 0.1
_CITY = "city "
_TERRITORY = "territory "
_APOSTROPHES = "'’ʼʻ"


@lru_cache(maxsize=8)
def lexicon(source_lang: str, target_lang: str) -> Counts:
    """Counts of word pairs from the bundled lexicons; empty where there is none.

    Where neither language is English the two are composed through it: c(s, t) is the sum over English
    words e of c(s, e) · c(e, t) / c(e), where c(e) is the larger of e's totals on the two sides, and
    counts below 0.1 are left out. A language translates itself by its words as they are: nothing is known.
    """
    if parse(source_lang).language == parse(target_lang).language:
        return {}
    if parse(source_lang).language == "en":
        return _from_english(target_lang)
    if parse(target_lang).language == "en":
        return {(word, english): count for (english, word), count in _from_english(source_lang).items()}
    return compose(_from_english(source_lang), _from_english(target_lang))


def compose(to_source: Counts, to_target: Counts) -> Counts:
    """Counts of (source, target) from counts of (English, source) and (English, target)."""
    sources, targets = _by_english(to_source), _by_english(to_target)
    composed: defaultdict[tuple[str, str], float] = defaultdict(float)
    for english, source_side in sources.items():
        target_side = targets.get(english, {})
        total = max(sum(source_side.values()), sum(target_side.values()))
        for source, a in source_side.items():
            for target, b in target_side.items():
                composed[source, target] += a * b / total
    return {pair: count for pair, count in composed.items() if count >= _LEAST_COMPOSED}


def _by_english(counts: Counts) -> dict[str, dict[str, float]]:
    table: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for (english, word), count in counts.items():
        table[english][word] = count
    return table


@lru_cache(maxsize=16)
def _from_english(lang: str) -> Counts:
    counts: defaultdict[tuple[str, str], float] = defaultdict(float)
    for name in choose(lang, lexicons.names()):
        for entry in lexicons.load(name):
            counts[entry.english, entry.word] += entry.links
    return dict(counts)


@lru_cache(maxsize=8)
def names(source_lang: str, target_lang: str) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """What CLDR calls the same thing in both languages, as pairs of normalised words.

    Countries, cities (the exemplar cities of time zones), languages, scripts, currencies, months and
    days. Empty where CLDR does not know a language.
    """
    source, target = _names(source_lang), _names(target_lang)
    keys = list(dict.fromkeys([*source, *target]))
    if parse(source_lang).language == "en":
        source = {key: _english_city(key) for key in target if key.startswith(_CITY)} | source
    if parse(target_lang).language == "en":
        target = {key: _english_city(key) for key in source if key.startswith(_CITY)} | target
    both = [key for key in keys if key in source and key in target]
    pairs = ((_words(source[key]), _words(target[key])) for key in both)
    return tuple((a, b) for a, b in dict.fromkeys(pairs) if a and b)


@lru_cache(maxsize=8)
def acronyms(source_lang: str, target_lang: str) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Countries and unions of countries by their initials, as pairs like those of `names`.

    Initials stand for initials (EU: UE), and for the name in the other language (EU: Unión Europea). They
    are the capitals that a name's words begin with, two or more: scripts without capitals have none.
    """
    source, target = _names(source_lang), _names(target_lang)
    pairs: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    for key in source:
        if key.startswith(_TERRITORY) and key in target:
            short, other_short = _initials(source[key]), _initials(target[key])
            pairs += [
                (short, other_short),
                (short, _words(target[key])),
                (_words(source[key]), other_short),
            ]
    return tuple((a, b) for a, b in dict.fromkeys(pairs) if a and b)


def _initials(name: str) -> tuple[str, ...]:
    """The one word that a name's capitals make; none where there are fewer than two."""
    capitals = [word[0] for word in _spaced(name).split() if word[0].isupper()]
    return (normalise("".join(capitals)),) if len(capitals) > 1 else ()


def _words(name: str) -> tuple[str, ...]:
    """The words of a name."""
    return tuple(normalise(word) for word in _spaced(name).split())


def _spaced(name: str) -> str:
    """A name with spaces for what is neither in words nor in numbers."""
    return "".join(c if unicodedata.category(c)[0] in "LMN" or c in _APOSTROPHES else " " for c in name)


def _names(lang: str) -> dict[str, str]:
    locale = _locale(lang)
    return dict(_entries(locale)) if locale else {}


def _locale(lang: str) -> Locale | None:
    language = parse(lang)
    if language.language == "und":
        return None  # CLDR would take it for English
    for code in (language.locale, f"{language.language}_{language.script}", language.language):
        try:
            return Locale.parse(code.rstrip("_"))
        except (UnknownLocaleError, ValueError):
            continue
    return None


def _entries(locale: Locale) -> Iterator[tuple[str, str]]:
    for kind, table in (
        (_TERRITORY.strip(), locale.territories),
        ("language", locale.languages),
        ("script", locale.scripts),
        ("currency", locale.currencies),
        ("month", locale.months["format"]["wide"]),
        ("month alone", locale.months["stand-alone"]["wide"]),
        ("day", locale.days["format"]["wide"]),
    ):
        for key, name in table.items():
            yield f"{kind} {key}", str(name)
    for zone, names_of_zone in locale.time_zones.items():
        if names_of_zone.get("city"):
            yield f"{_CITY}{zone}", str(names_of_zone["city"])


def _english_city(key: str) -> str:
    """The city of a time zone that CLDR does not name in English, where the zone's own name is English."""
    return key.rpartition("/")[2].replace("_", " ")
