"""Which pairs are worth a look, and why, in words.

The doubt of a pair is a simple, documented guess at the chance that its projection is wrong. Every
entity gets a chance of its own from three signs of trouble, and the pair is wrong if any of them is:
`1 - (1 - d_1)(1 - d_2)…` (a noisy or, Pearl 1988).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from math import log2

from projner_core.corpus import Alignment, Pair, Projection, Reason, Span

# Set by hand, with an eye on how often each sign came with an error in Europarl-NER (en→de, en→es). On
# those same pairs the area under the ROC curve of wrong pairs is 0.85 and 0.86, and the fifth of the
# pairs that looks most doubtful holds 74 % and 85 % of the wrong ones.
_UNPROJECTED = 0.5  # an entity that was not projected: does the target leave it out, or did we miss it?
_CLEAR_MARGIN = 0.3  # a runner-up this far behind raises no doubt
_TIE = 0.25  # a runner-up that scores the same
_NO_ENTITY = 0.05  # a pair without entities is wrong where the tagger missed one
_ODD_LENGTH = 0.2  # for each doubling or halving beyond the first


def doubt(projections: Sequence[Projection], alignment: Alignment, pair: Pair) -> float:
    """The chance that the projection of this pair is wrong, in [0, 1]; 0 where nothing could go wrong.

    An entity that was not projected counts 0.5. One that was projected counts by its score (1 - score),
    by its margin over the runner-up (a tie: 0.25, falling to 0 at a margin of 0.3), and by its length: a
    span more than twice as long or short as the sentence lengths lead to expect.
    A pair without entities keeps a small doubt, the greater the fewer of its target words are linked.
    """
    right = 1.0
    for projection in projections:
        right *= 1.0 - _entity_doubt(projection, pair)
    if not projections and pair.source is not None and len(pair.target) > 0:
        linked = {link.target for link in alignment.links}
        right = 1.0 - _NO_ENTITY * (1.0 - len(linked) / len(pair.target))
    return min(1.0, max(0.0, 1.0 - right))


def reason_text(projection: Projection, pair: Pair, alignment: Alignment | None = None) -> str:
    """Why an entity was projected where it was, or was not: sentences for a linguist.

    With the alignment the links between entity and span are counted too.
    """
    target = projection.target
    if target is None:
        return "Not projected: " + _why_not(projection, pair)
    place = _quoted(pair.target.tokens[target.start : target.end])
    if projection.reason is Reason.TRANSFERRED:
        return f"{place} was found by a tagger on the target itself; {_score(projection)}."
    return f"{_linked(projection, target, place, alignment)}; {_score(projection)}.{_gave_way(projection)}"


def _entity_doubt(projection: Projection, pair: Pair) -> float:
    if projection.target is None:
        return _UNPROJECTED
    weak = 1.0 - min(1.0, max(0.0, projection.score))
    margin = projection.margin
    close = 0.0 if margin is None else _TIE * min(1.0, max(0.0, 1.0 - margin / _CLEAR_MARGIN))
    return 1.0 - (1.0 - weak) * (1.0 - close) * (1.0 - _odd_length(projection, pair))


def _odd_length(projection: Projection, pair: Pair) -> float:
    """How far the span's length is from what the sentence lengths lead to expect, in [0, 0.5]."""
    target = projection.target
    if target is None or projection.reason is Reason.TRANSFERRED or not pair.source or not pair.target:
        return 0.0
    expected = log2(len(pair.target) / len(pair.source))
    off = abs(log2(len(target) / len(projection.entity)) - expected)
    return min(0.5, _ODD_LENGTH * max(0.0, off - 1.0))


def _linked(projection: Projection, target: Span, place: str, alignment: Alignment | None) -> str:
    if alignment is None:
        return f"Projected to {place}"
    entity = projection.entity
    linked = {
        link.source
        for link in alignment.links
        if entity.start <= link.source < entity.end and target.start <= link.target < target.end
    }
    words = len(entity)
    if not linked:
        return f"Projected to {place}, though none of its words is linked to it"
    if words == 1:
        return f"It is linked to {place}"
    if len(linked) == words:
        return f"All {words} of its words are linked to {place}"
    verb = "is" if len(linked) == 1 else "are"
    return f"{len(linked)} of its {words} words {verb} linked to {place}"


def _score(projection: Projection) -> str:
    chosen = f"score {projection.score:.2f}"
    margin = projection.margin
    return chosen if margin is None else f"{chosen}, runner-up {projection.score - margin:.2f}"


def _gave_way(projection: Projection) -> str:
    margin = projection.margin
    if margin is None or margin >= 0:
        return ""
    return " The runner-up scores higher, but it overlaps another entity that was projected."


def _why_not(projection: Projection, pair: Pair) -> str:
    match projection.reason:
        case Reason.NOT_ALIGNED:
            return "no word of the target is linked to it."
        case Reason.EXCLUDED:
            return "what it is linked to cannot be a name (punctuation alone, say)."
        case Reason.BELOW_MINIMUM:
            return f"{_best(projection, pair)}, which is under the minimum."
        case Reason.LOST_COLLISION:
            return f"{_best(projection, pair)}, but {_winners(projection, pair)}."
        case _:
            return "no place for it was found."


def _best(projection: Projection, pair: Pair) -> str:
    if not projection.candidates:
        return "its best candidate scores too little"
    best = projection.candidates[0]
    words = _quoted(pair.target.tokens[best.start : best.end])
    return f"its best candidate, {words}, scores {best.score or 0.0:.2f}"


def _winners(projection: Projection, pair: Pair) -> str:
    source = pair.source
    if not projection.rivals or source is None:
        return "other entities take its words"
    names = [f"{_quoted(source.tokens[r.start : r.end])} ({r.label})" for r in projection.rivals]
    if len(names) == 1:
        return f"{names[0]} takes words of it"
    return f"{', '.join(names[:-1])} and {names[-1]} take words of it"


def _quoted(tokens: Sequence[str]) -> str:
    """Words in quotation marks, isolated (UAX 9) where they run from right to left."""
    text = " ".join(tokens)
    if any(unicodedata.bidirectional(character) in ("R", "AL") for character in text):
        return f"“\u2068{text}\u2069”"
    return f"“{text}”"
