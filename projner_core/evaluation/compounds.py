"""Errors of tokens that do not meet: one word on one side that is several on the other."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from projner_core.corpus import Sentence, Span
from projner_core.evaluation.cases import Case
from projner_core.evaluation.links import FIRM, is_small

_PART = 3  # letters that a word has that counts, at least; fewer are an ending or an article
_LONG = 1.3  # how much longer than its translation a word is that is more than a word of the target
_BESIDE = 2  # words, “de la”, between the parts of a compound that came apart
_JOINTS = re.compile(r"[\W_]+")


def compound_came_apart(case: Case) -> bool:
    """A compound of the source is several words of the target, of which a part was taken: “política de
    cohesión” from “Kohäsionspolitik”.

    After Gale and Church (1993), who align by length alone: translations are about as long as each other.
    Every source word has a link and one of them is a third longer than what it is linked to; what was
    taken lies in gold or right beside it, by links that all score high; and gold and what was taken are
    together nearer to the length of the entity, in letters, than what was taken alone.
    """
    if case.gold is None or case.taken is None or case.entity is None or case.same_tokens:
        return False
    if case.meet and case.surplus():
        return False
    if not case.meet and not 0 <= _distance(case.gold, case.taken) <= _BESIDE:
        return False
    words = [t for t in case.source_words() if not is_small(case.source.tokens[t])]
    scale = min(1.0, _letters(case.target.tokens) / _letters(case.source.tokens))  # of the scripts
    long = False
    for word in words:
        links = case.links.of_source([word])
        if not links or not all(case.taken.start <= link.target < case.taken.end for link in links):
            return False
        answer = _letters([case.target.tokens[link.target] for link in links])
        long = long or _letters([case.source.tokens[word]]) * scale >= _LONG * answer
    if not long or any(link.score < FIRM for link in case.links.between(case.entity, _span(case.taken))):
        return False
    expected = scale * _letters(_tokens(case.source, case.entity))
    part = _letters(_tokens(case.target, case.taken))
    whole = _letters([case.target.tokens[t] for t in sorted({*_span(case.gold), *_span(case.taken)})])
    return expected / part > whole / expected


def tokenisation(case: Case) -> bool:
    """One token on one side is several words on the other. Any of these:

    - the target token in question joins a word of the source entity to another word: “EU-Recht”;
    - it is linked to a word of the entity, and as well to the word right beside the entity:
      “Parlamentsausschuß”, where “parliamentary” is the entity and “committee” stands beside it;
    - a missing gold word is a part of a source token: “PPE / DE” from “PPE-DE”.
    """
    if case.entity is None:
        return False
    span = case.taken if case.gold is None else case.gold
    if span is None:
        return False
    if len(span) == 1 and (case.same_tokens or not case.meet):
        disputed: tuple[int, ...] = (span.start,)
    else:
        disputed = (*case.lacking(), *case.surplus())
    if any(_holds_more(case, token) for token in disputed):
        return True
    pieces = [_pieces(case.source.tokens[token]) for token in case.source_words()]
    parts = {part for several in pieces if len(several) > 1 for part in several}
    return case.meet and any(_folded(case.target.tokens[token]) in parts for token in case.lacking())


def _holds_more(case: Case, token: int) -> bool:
    """Whether a target token is more than a word of the source entity."""
    assert case.entity is not None
    name = case.source.tokens[case.entity.start : case.entity.end]
    return _is_compound(case.target.tokens[token], name) or _translates_a_neighbour_too(case, token)


def _is_compound(token: str, name: Sequence[str]) -> bool:
    """Whether a hyphen, an apostrophe or the like joins a word of a name to another: “EU-Recht” from “EU”.

    Where nothing sets it off there is no telling a compound from a derived word (“japanischen”).
    """
    words = {_folded(word) for word in name}
    pieces = _pieces(token)
    rest = [piece for piece in pieces if piece not in words]
    return len(rest) < len(pieces) and _folded(token) not in words and any(len(p) >= _PART for p in rest)


def _pieces(token: str) -> list[str]:
    """The parts of a token between hyphens, apostrophes and the like."""
    return [piece for piece in _JOINTS.split(_folded(token)) if piece]


def _folded(word: str) -> str:
    return unicodedata.normalize("NFC", word).casefold()


def _translates_a_neighbour_too(case: Case, token: int) -> bool:
    """Whether a target token is linked to a word of the entity, and to the word right beside the entity by
    a link as good: “Parlamentsausschuß” to “parliamentary” and to “committee”."""
    assert case.entity is not None
    own = case.links.between(case.entity, [token])
    beside = (case.entity.start - 1, case.entity.end)
    return bool(own) and any(
        link.source in beside
        and len(case.source.tokens[link.source]) > _PART
        and link.score >= max(link.score for link in own)
        for link in case.links.of_target([token])
    )


def _distance(one: Span, other: Span) -> int:
    """How many tokens lie between two spans that do not meet."""
    return max(one.start, other.start) - min(one.end, other.end)


def _span(span: Span) -> range:
    return range(span.start, span.end)


def _tokens(sentence: Sentence, span: Span) -> tuple[str, ...]:
    return sentence.tokens[span.start : span.end]


def _letters(tokens: Sequence[str]) -> int:
    return max(1, sum(1 for token in tokens for character in token if character.isalnum()))
