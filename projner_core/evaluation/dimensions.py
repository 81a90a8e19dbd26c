"""What kind of entity a finding is about: the values under which scores are broken down.

Every finding has exactly one value in every dimension, that of its gold entity, or of the predicted one
where there is no gold. So the rows of a dimension add up to the whole.

- `label`: the label.
- `length`: how many tokens: 1, 2, 3, 4, 5+.
- `position`: in which third of the sentence its middle lies: beginning, middle, end.
- `script`: of its first letter, as Unicode names it: Latin, Arabic, Ethiopic, Han …; `none` without letters.
- `seen`: whether a gold entity of an earlier sentence has the same form and label; or, where the entities
  of a training file are known, whether one of them has.
- `form`: `copied` where the same words stand in the source sentence, `other` where they do not, `unknown`
  without a source sentence.
- `language`: of the target sentence.

Forms are compared without regard to case and to how characters are composed (canonical caseless matching,
Unicode 3.13, D145).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from projner_core.corpus import Pair, Sentence, Span
from projner_core.evaluation.findings import Finding

DIMENSIONS = ("label", "length", "position", "script", "seen", "form", "language")
POSITIONS = ("beginning", "middle", "end")
NO_LETTERS = "none"
_LONGEST = 5  # tokens, counted together from here on

# Where the name of a letter stops naming its script: LATIN | SMALL LETTER A, MEETEI MAYEK | LETTER KOK,
# THAI | CHARACTER KO KAI, CJK | UNIFIED IDEOGRAPH-4EBA.
_NOT_THE_SCRIPT = {
    *("LETTER", "CHARACTER", "SMALL", "CAPITAL", "SYLLABLE", "SYLLABICS", "UNIFIED", "COMPATIBILITY"),
    *("IDEOGRAPH", "IDEOGRAM", "LOGOGRAM", "HIEROGLYPH", "SYMBOL", "SIGN", "MARK", "CLOSING", "VOWEL"),
    *("CONSONANT", "SEMIVOWEL", "INDEPENDENT", "SUBJOINED", "LIGATURE", "FINAL", "DIGRAPH", "TONE", "OM"),
    *("CHOSEONG", "JUNGSEONG", "JONGSEONG", "MTAVRULI", "EPIGRAPHIC", "TURNED"),
}
# Where the names of letters call a script by another name than Unicode's list of scripts does.
_SCRIPTS = {
    "Cjk": "Han",
    "Ideographic": "Han",
    "Hentaigana": "Hiragana",
    "Canadian": "Canadian Aboriginal",
    "": NO_LETTERS,
}


class Values(NamedTuple):
    """The values of one finding, in the order of `DIMENSIONS`; `seen` is "" where it is not known."""

    label: str
    length: str
    position: str
    script: str
    seen: str
    form: str
    language: str


class Seen:
    """Which forms were gold entities before, with which label.

    Args:
        known: the (form, label) of a training file's entities, as `form` gives forms; then they alone
            count. None: the gold entities of all sentences that were `take`n.
    """

    def __init__(self, known: Iterable[tuple[str, str]] | None = None) -> None:
        self._grows = known is None
        self._known = set(known or ())

    def __contains__(self, entity: tuple[str, str]) -> bool:
        return entity in self._known

    def take(self, pair: Pair, findings: Sequence[Finding]) -> None:
        """This pair is behind us: its gold entities are seen from now on."""
        if self._grows:
            self._known.update(
                (form(pair.target, found.gold), found.gold.label)
                for found in findings
                if found.gold is not None
            )


def values(pair: Pair, findings: Sequence[Finding], seen: Seen | None = None) -> list[Values]:
    """The values of each finding of a pair; those of `seen` are "" where `seen` is None."""
    if not findings:
        return []
    source = _Words(pair.source) if pair.source is not None else None
    return [_values(pair.target, found, source, seen) for found in findings]


def form(sentence: Sentence, span: Span) -> str:
    """The words of an entity, folded, with a space between them."""
    return " ".join(fold(token) for token in sentence.tokens[span.start : span.end])


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """The text without its case, in NFC."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


@lru_cache(maxsize=1 << 16)
def script(text: str) -> str:
    """The script of the first letter, `Latin` or `Old Persian`; `none` where there is no letter."""
    for character in unicodedata.normalize("NFKC", text):
        # marks that several scripts share, such as an apostrophe that is a letter, name no script
        if unicodedata.category(character) in ("Lu", "Ll", "Lt", "Lo"):
            return _script_of(character)
    return NO_LETTERS


@lru_cache(maxsize=1 << 12)
def _script_of(letter: str) -> str:
    words = unicodedata.name(letter, "UNKNOWN").split()
    named: list[str] = []
    for word in words:
        if word in _NOT_THE_SCRIPT or "-" in word:
            break
        named.append(word.capitalize())
    name = " ".join(named)
    return _SCRIPTS.get(name, name)


class _Words:
    """A sentence in which runs of whole words are looked up, however they are split into tokens."""

    def __init__(self, sentence: Sentence) -> None:
        tokens = [fold(token) for token in sentence.tokens]
        self._text = "".join(tokens)
        self._edges = {0}
        end = 0
        for token in tokens:
            end += len(token)
            self._edges.add(end)

    def has(self, words: str) -> bool:
        """Whether these characters stand there, from the edge of a token to the edge of another."""
        begin = self._text.find(words)
        while begin >= 0:
            if begin in self._edges and begin + len(words) in self._edges:
                return bool(words)
            begin = self._text.find(words, begin + 1)
        return False


def _values(target: Sentence, found: Finding, source: _Words | None, seen: Seen | None) -> Values:
    span = found.gold or found.predicted
    assert span is not None
    tokens = [fold(token) for token in target.tokens[span.start : span.end]]
    return Values(
        label=span.label,
        length=str(len(span)) if len(span) < _LONGEST else f"{_LONGEST}+",
        position=POSITIONS[3 * (span.start + span.end) // (2 * len(target))],
        script=script("".join(target.tokens[span.start : span.end])),
        seen="" if seen is None else "seen" if (" ".join(tokens), span.label) in seen else "unseen",
        form="unknown" if source is None else "copied" if source.has("".join(tokens)) else "other",
        language=target.lang,
    )
