"""Why an entity was projected where it was, and why a pair is doubtful: sentences for a linguist."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from projner_core.corpus import Alignment, Pair, Projection, Reason, Span
from projner_core.review.signals import Sign, Signal


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


def short(sign: Sign) -> str:
    """What a sign is called, in a word or three."""
    return _SHORT[sign]


def signal_text(signal: Signal) -> str:
    """What a sign of trouble says, of an entity that the reader has before the eyes, or of the pair: a clause
    without a capital or a full stop."""
    others = [detail for detail in signal.details if detail]
    return _of_pair(signal, others) if signal.entity is None else _of_entity(signal, others)


def _of_entity(signal: Signal, others: Sequence[str]) -> str:
    match signal.sign:
        case Sign.UNPROJECTED:
            return "it was not carried over"
        case Sign.LOW_SCORE:
            return f"its place scores only {1.0 - signal.value:.2f}"
        case Sign.CLOSE_RUNNER_UP:
            return "another place scores nearly as high"
        case Sign.ALIGNERS_DISAGREE:
            by = f"with the links of {others[0]}" if others else "with other links"
            return (
                f"{by} it lands on {_quoted(others[1:])}"
                if len(others) > 1
                else f"{by} it is not carried over"
            )
        case Sign.MODELS_DISAGREE:
            found = f"{_quoted([others[1]])} ({others[2]})" if len(others) > 2 else "no entity"
            return f"{others[0] if others else 'another model'} finds {found} here"
        case Sign.LINKS_LEAD_OUT:
            return "links lead from it, or from its place, to other words"
        case Sign.ODD_LENGTH:
            return f"its place is unusually {others[0] if others else 'long or short'}"
        case Sign.LABEL_VARIES:
            return f"elsewhere in the corpus these words are {others[0] if others else 'of another type'}"
        case Sign.FORM_VARIES:
            return f"elsewhere in the corpus it became {_quoted(others) if others else 'other words'}"
        case Sign.REPEATED:
            return "its words stand in the sentence again, unmarked"
        case _:
            return short(signal.sign)


def _of_pair(signal: Signal, others: Sequence[str]) -> str:
    words = _quoted(others[:1]) if others else "a word"
    match signal.sign:
        case Sign.MODELS_DISAGREE:
            label = f" ({others[2]})" if len(others) > 2 else ""
            found = _quoted([others[1]]) if len(others) > 1 else "an entity"
            return f"{others[0] if others else 'another model'} finds {found}{label}, which is not marked"
        case Sign.KNOWN_NAME:
            return f"{words} is an entity elsewhere in the corpus, and unmarked here"
        case Sign.CAPITALS:
            return f"{words} has a capital and is unmarked"
        case Sign.ODD_SENTENCES:
            return f"the target is unusually {others[0] if others else 'long or short'} for this source"
        case Sign.UNLINKED:
            return f"{signal.value:.0%} of the target words are linked to nothing"
        case _:
            return short(signal.sign)


_SHORT = {
    Sign.UNPROJECTED: "not projected",
    Sign.LOW_SCORE: "low score",
    Sign.CLOSE_RUNNER_UP: "close runner-up",
    Sign.ALIGNERS_DISAGREE: "aligners disagree",
    Sign.MODELS_DISAGREE: "models disagree",
    Sign.LINKS_LEAD_OUT: "links lead out",
    Sign.ODD_LENGTH: "odd length",
    Sign.LABEL_VARIES: "label varies",
    Sign.FORM_VARIES: "form varies",
    Sign.REPEATED: "repeated, unmarked",
    Sign.KNOWN_NAME: "known name unmarked",
    Sign.CAPITALS: "capitals unmarked",
    Sign.ODD_SENTENCES: "odd sentence lengths",
    Sign.UNLINKED: "words unlinked",
}


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
        case Reason.TOO_SHORT:
            return f"{_linked_part(projection, pair)}."
        case Reason.NOT_MARKED:
            return "the marked text marks no words for it that stand in this sentence."
        case Reason.DROPPED:
            return f"entities labelled {projection.entity.label} are not wanted in the target."
        case _:
            return "no place for it was found."


def _linked_part(projection: Projection, pair: Pair) -> str:
    entity = len(projection.entity)
    if not projection.candidates:
        return "too few words in a row are linked to it"
    run = projection.candidates[0]
    words = _quoted(pair.target.tokens[run.start : run.end])
    count = f"{len(run)} word{'s' if len(run) > 1 else ''}"
    return f"the longest run of words linked to it, {words}, is {count} long, too few beside its own {entity}"


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
