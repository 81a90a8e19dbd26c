"""What languages write around and instead of names, as data: articles, capital nouns, derived words.

Annotators of English take the article for a part of "the Netherlands"; those of German, Spanish and
Portuguese leave it outside: "die [Niederlande]". German writes every noun with a capital and its
adjectives without: no German name ends in a small letter after a capital, and what links say of a verb
at its end is an error. And a name may become another word: "europeas" where the source says "Europe".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from babel.core import get_global

from projner_core.corpus import Pair, Span
from projner_core.projectors.kinds import CAPITAL, KINDS, SMALL

# Definite articles, also joined to a preposition. Only small letters: "La Haya" has its article in its name.
_ARTICLES = {
    "af": "die",
    "ca": "el la els les l' lo los al als del dels",
    "de": "der die das den dem des",
    "el": "ο η το οι τα τον την τη του της των τους τις στο στον στη στην στα στους στις",
    "en": "the",
    "es": "el la los las lo al del",
    "fr": "le la les l' au aux du des",
    "gl": "o a os as ao á aos ás do da dos das no na nos nas",
    "hu": "a az",
    "it": "il lo la i gli le l' al allo alla ai agli alle all' del dello della dei degli delle dell' dal "
    "dallo dalla dai dagli dalle dall' nel nello nella nei negli nelle nell' sul sullo sulla sui sugli "
    "sulle sull'",
    "lb": "de den d' déi dat dem der",
    "nl": "de het 't",
    "pt": "o a os as ao à aos às do da dos das no na nos nas pelo pela pelos pelas",
}
ARTICLES = {language: frozenset(words.split()) for language, words in _ARTICLES.items()}

# German, its dialects and its neighbours.
CAPITAL_NOUNS = frozenset({"bar", "de", "gsw", "ksh", "lb", "nds", "pdt", "pfl", "sxu", "vmf"})

# CoNLL's labels beside MISC, which its guideline has for "words of which one part is a name".
_NAMES = frozenset({"PER", "LOC", "ORG"})


@lru_cache(maxsize=1024)
def language(code: str) -> str:
    """The language of a BCP 47, ISO 639 or FLORES code, by its shortest code: `deu_Latn` is `de`."""
    first = re.split(r"[-_]", code.strip())[0].lower()
    return str(get_global("language_aliases").get(first, first))


def articles(code: str) -> frozenset[str]:
    """The definite articles of a language; none where we don't know any."""
    return ARTICLES.get(language(code), frozenset())


def without_article(pair: Pair, span: Span) -> Span:
    """An entity without the article in front of its name; itself where it has none.

    What stands in the target sentence as well is a particle, not an article: "de Vries".
    """
    source, target = pair.both()
    first = source.tokens[span.start]
    if len(span) == 1 or first.replace("’", "'") not in articles(source.lang) or first in target.tokens:
        return span
    if not any(KINDS[token] & CAPITAL for token in source.tokens[span.start + 1 : span.end]):
        return span
    return Span(span.start + 1, span.end, span.label, span.score)


def without_articles(pairs: Sequence[Pair], entities: Sequence[Sequence[Span]]) -> list[list[Span]]:
    """All entities of some pairs without the articles in front of their names."""
    return [
        [without_article(pair, span) for span in spans] for pair, spans in zip(pairs, entities, strict=True)
    ]


def is_derived(pair: Pair, entity: Span, start: int, end: int) -> bool:
    """Whether the target tokens `[start, end)` are no name but a word derived from the name `entity`.

    They are if the entity is a person, place or organisation with a capital, and the target sentence has
    capitals, but writes this as one word in small letters. Names of several words often begin and end
    small ("política regional"), and mean what the source means.
    """
    if end - start != 1 or entity.label not in _NAMES:
        return False
    source, target = pair.both()
    return (
        bool(KINDS[target.tokens[start]] & SMALL)
        and any(KINDS[token] & CAPITAL for token in source.tokens[entity.start : entity.end])
        and any(KINDS[token] & CAPITAL for token in target.tokens)
    )
