"""The codes that a translation model has for languages, and which of them an ordinary code means.

NLLB says `swh_Latn`, M2M100 and MADLAD say `sw`, OPUS-MT says `swa` or `sw`: whoever has a corpus in Swahili
need not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from babel import Locale
from babel.core import get_global

from projner_core.errors import ProjnerError
from projner_core.inference import flores
from projner_core.languages import Language, parse, script_of

_LANGUAGE_CODE = re.compile(r"(__)?[a-z]{2,3}(_[A-Z][A-Za-z]{1,3})?(__)?")

# Where models and CLDR's table of aliases do not call a language alike: Norwegian without a standard is
# Bokmål; models have one variety of Fulfulde, Pashto and Quechua; Twi is no more than Akan to CLDR; M2M100
# has a code of its own for Northern Sotho.
_ALIASES = {
    "no": "nb", "nor": "nb", "fuv": "ff", "ful": "ff", "pbt": "ps", "quy": "qu", "tw": "tw", "twi": "tw",
    "ns": "nso",
}  # fmt: skip


class _Code(NamedTuple):
    means: Language
    first: str  # the code's own first part: `swh`


def codes(tokenizer: Any) -> tuple[str, ...]:
    """The language codes that a tokenizer puts beside a sentence, if it does so."""
    if getattr(tokenizer, "src_lang", None) is None:
        return ()
    by_code = getattr(tokenizer, "lang_code_to_token", None)  # M2M100
    if by_code:
        return tuple(by_code)
    return tuple(sorted(token for token in tokenizer.get_added_vocab() if _LANGUAGE_CODE.fullmatch(token)))


def resolve(code: str, known: Iterable[str], model: str) -> str:
    """The one of a model's own codes that a BCP 47, ISO 639 or FLORES code or an English name means.

    Itself where the model has it; else the same language's, in the script that the code names or the language
    is mostly written in: `zh` is `zho_Hans` and `zh-TW` is `zho_Hant`.

    Raises:
        ProjnerError: the model has no such language; says which it has.
    """
    own = tuple(known)
    if code in own:
        return code
    asked = _parse(code)
    same = _of_language(asked, own)
    if not same and (named := code_of(code)) != code:
        if named in own:
            return named
        asked = _parse(named)
        same = _of_language(asked, own)
    if not same:
        raise ProjnerError(
            f"the model {model!r} has no language {code!r}; it has: {', '.join(own) or 'none by a code'}"
        )
    script, region = script_of(asked.means), asked.means.region

    def strangeness(name: str) -> tuple[bool, bool, bool, str]:
        other = _parse(name)
        means = other.means
        return script_of(means) != script, other.first != asked.first, means.region != region, name

    return min(same, key=strangeness)


def code_of(language: str) -> str:
    """The code of a language that is called by its English name; what is no such name stays as it is."""
    return _names().get(language.strip().casefold(), language)


def _of_language(asked: _Code, own: Iterable[str]) -> list[str]:
    return [name for name in own if _parse(name).means.language == asked.means.language]


def same_language(one: str, other: str) -> bool:
    """Whether two codes are of one language, in whatever script."""
    return _parse(one).means.language == _parse(other).means.language


def is_language(code: str) -> bool:
    """Whether a code is one language's; `roa`, `mul` and what CLDR has never heard of are not."""
    return _parse(code).means.language in get_global("likely_subtags")


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """The code of each language by its English name, in small letters: FLORES's names and CLDR's."""
    cldr = {str(name).casefold(): str(code) for code, name in Locale("en").languages.items()}
    names = {name.casefold(): code for code, name in flores.languages().items()}
    return {name: code for name, code in (names | cldr).items() if name != code}


@lru_cache(maxsize=4096)
def _parse(code: str) -> _Code:
    bare = code.strip().strip("_")
    first = re.split(r"[-_]", bare)[0].lower()
    means = parse(bare)
    return _Code(means._replace(language=_ALIASES.get(first, means.language)), first)
