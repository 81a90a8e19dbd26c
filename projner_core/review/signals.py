"""Signs that a pair's projection may be wrong: what each is, how strong it is, and in which entity.

Each `Signal` is a value in [0, 1] for one `Sign`; what shows no sign has no signal. `queue.py` makes one
number of them, `reasons.py` says them in words. A sign that needs evidence which a project does not have
(another aligner's links, a tagger on the target) is simply not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from projner_core.corpus import Pair, Projection, Reason, Span
from projner_core.review.usage import Usage, capitalised, covered_tokens

_CLEAR_MARGIN = 0.3  # a runner-up this far behind raises no doubt
_USUAL_DOUBLINGS, _ODD_DOUBLINGS = 0.5, 2.0  # between them a name's length becomes odd in translation
_USUAL_DEVIATIONS, _ODD_DEVIATIONS = 2.0, 4.0  # and that of a sentence, in standard deviations
_MANY_CAPITALS = 0.2  # of words outside names: where so many have one (German), a capital says nothing
_FAINT = 0.01  # smaller values are not worth keeping


class Sign(StrEnum):
    """A sign of trouble, by what people call it."""

    # of an entity
    UNPROJECTED = "unprojected"  # it was not carried over
    LOW_SCORE = "low-score"  # its place scores low
    CLOSE_RUNNER_UP = "close-runner-up"  # another place scores nearly the same
    ALIGNERS_DISAGREE = "aligners-disagree"  # with another aligner's links it lands elsewhere
    MODELS_DISAGREE = "models-disagree"  # a tagger on the target says otherwise
    LINKS_LEAD_OUT = "links-lead-out"  # links join its words to words outside its place, or the reverse
    ODD_LENGTH = "odd-length"  # its place is much longer or shorter than the name
    LABEL_VARIES = "label-varies"  # the same words have another label elsewhere
    FORM_VARIES = "form-varies"  # the same name became other words elsewhere
    REPEATED = "repeated"  # the same words stand in the sentence again, unmarked
    # of the pair
    KNOWN_NAME = "known-name"  # unmarked words that are an entity elsewhere
    CAPITALS = "capitals"  # unmarked words with capitals, where capitals are rare
    ODD_SENTENCES = "odd-sentences"  # one sentence is much longer than the other
    UNLINKED = "unlinked"  # many words of the target have no counterpart


@dataclass(frozen=True, slots=True)
class Signal:
    """One sign of trouble in one pair.

    Attributes:
        sign: which.
        value: how strong, in (0, 1].
        entity: the entity that it is about, as the place of its `Projection` among the pair's, from 0; None
            where it is about the pair.
        details: what a sentence about it names: the other label, the other words, who says otherwise.
    """

    sign: Sign
    value: float
    entity: int | None = None
    details: tuple[str, ...] = ()


EntityKey = tuple[int, int, str]  # start, end, label
Place = tuple[int, int]  # start, end


@dataclass(frozen=True, slots=True)
class Opinions:
    """What others say of one pair.

    Attributes:
        aligners: of other aligners, the name, and where their links bring each entity: no place where it is
            not projected.
        models: of taggers that read the target, the name and the entities that they found.
    """

    aligners: Sequence[tuple[str, Mapping[EntityKey, Sequence[Place]]]] = ()
    models: Sequence[tuple[str, Sequence[Span]]] = ()


NO_OPINIONS = Opinions()


@dataclass(slots=True)
class _Case:
    """One pair with what its signs are read from."""

    pair: Pair
    projections: Sequence[Projection]
    links: Sequence[tuple[int, int]]
    usage: Usage
    opinions: Opinions
    folded: list[str] = field(init=False)
    covered: list[bool] = field(init=False)

    def __post_init__(self) -> None:
        self.folded = self.usage.folded(self.pair.target.tokens)
        self.covered = covered_tokens(self.projections, len(self.folded))


def signals(
    pair: Pair,
    projections: Sequence[Projection],
    links: Sequence[tuple[int, int]],
    usage: Usage,
    opinions: Opinions = NO_OPINIONS,
) -> tuple[Signal, ...]:
    """The signs of trouble in a pair, entity by entity, then those of the pair as a whole.

    Args:
        pair: the pair.
        projections: what became of its source entities.
        links: the links that they were carried over with, as (source, target) offsets.
        usage: what was counted over the whole corpus.
        opinions: what others say of this pair.
    """
    case = _Case(pair, projections, links, usage, opinions)
    found = [
        Signal(sign, _kept(value), number, details)
        for number, projection in enumerate(projections)
        for sign, value, details in _of_entity(case, projection)
        if value >= _FAINT
    ]
    found.extend(
        Signal(sign, _kept(value), None, details)
        for sign, value, details in _of_pair(case)
        if value >= _FAINT
    )
    return tuple(found)


def _kept(value: float) -> float:
    """A value as it is kept and weighed; what is shown is what was weighed."""
    return round(min(1.0, value), 3)


Found = tuple[Sign, float, tuple[str, ...]]


def _of_entity(case: _Case, projection: Projection) -> Iterator[Found]:
    if projection.reason is Reason.DROPPED:  # its label is not wanted: nothing that could be wrong
        return
    carried = projection.reason is not Reason.TRANSFERRED and case.pair.source is not None
    if carried:
        yield _aligners(case, projection)
    span = projection.target
    if span is None:
        yield Sign.UNPROJECTED, 1.0, ()
        return
    yield Sign.LOW_SCORE, 1.0 - max(0.0, projection.score), ()
    if (margin := projection.margin) is not None:
        yield Sign.CLOSE_RUNNER_UP, 1.0 - margin / _CLEAR_MARGIN, ()
    if case.opinions.models:
        yield _models(case, span)
    form = " ".join(case.folded[span.start : span.end])
    value, usual = case.usage.other_label(form, span.label)
    yield Sign.LABEL_VARIES, value, (usual,)
    if again := _again(case, span):
        yield Sign.REPEATED, 1.0, (_words(case, *again),)
    if carried:
        yield Sign.LINKS_LEAD_OUT, _lead_out(case, projection.entity, span), ()
        off = case.usage.odd_name(case.pair, projection.entity, span)
        yield Sign.ODD_LENGTH, _beyond(off, _USUAL_DOUBLINGS, _ODD_DOUBLINGS), (_size(off),)
        name = case.usage.name(case.pair, projection)
        assert name is not None
        value, usual = case.usage.other_form(name, form)
        yield Sign.FORM_VARIES, value, (usual,)


def _of_pair(case: _Case) -> Iterator[Found]:
    yield _missed_by_us(case)
    known = max(case.usage.known(case.folded, case.covered), key=lambda k: k[2], default=None)
    if known is not None:
        yield Sign.KNOWN_NAME, known[2], (_words(case, known[0], known[1]),)
    yield _capitals(case)
    off = case.usage.odd_sentences(case.pair)
    yield Sign.ODD_SENTENCES, _beyond(off, _USUAL_DEVIATIONS, _ODD_DEVIATIONS), (_size(off),)
    if case.pair.source is not None and case.folded:
        yield Sign.UNLINKED, 1.0 - len({target for _, target in case.links}) / len(case.folded), ()


def _aligners(case: _Case, projection: Projection) -> Found:
    """The share of the other aligners whose links bring the entity elsewhere."""
    entity = projection.entity
    here = [(p.target.start, p.target.end) for p in case.projections if p.entity == entity and p.target]
    asked, elsewhere = 0, []
    for name, places in case.opinions.aligners:
        theirs = places.get((entity.start, entity.end, entity.label))
        if theirs is None:
            continue
        asked += 1
        if sorted(theirs) != sorted(here):
            elsewhere.append((name, theirs))
    if not elsewhere:
        return Sign.ALIGNERS_DISAGREE, 0.0, ()
    name, theirs = elsewhere[0]
    words = _words(case, *theirs[0]) if theirs else ""
    return Sign.ALIGNERS_DISAGREE, len(elsewhere) / asked, (name, words)


def _models(case: _Case, span: Span) -> Found:
    """The share of taggers on the target that do not find this entity just so."""
    against = [
        (name, spans)
        for name, spans in case.opinions.models
        if not any(found.same_entity(span) for found in spans)
    ]
    if not against:
        return Sign.MODELS_DISAGREE, 0.0, ()
    name, spans = against[0]
    met = next((found for found in spans if found.overlaps(span)), None)
    details = (name,) if met is None else (name, _words(case, met.start, met.end), met.label)
    return Sign.MODELS_DISAGREE, len(against) / len(case.opinions.models), details


def _missed_by_us(case: _Case) -> Found:
    """The share of taggers on the target that find an entity where nothing was projected."""
    missed = [
        (name, found)
        for name, spans in case.opinions.models
        for found in [next((s for s in spans if not any(case.covered[s.start : s.end])), None)]
        if found is not None
    ]
    if not missed:
        return Sign.MODELS_DISAGREE, 0.0, ()
    name, found = missed[0]
    share = len(missed) / len(case.opinions.models)
    return Sign.MODELS_DISAGREE, share, (name, _words(case, found.start, found.end), found.label)


def _lead_out(case: _Case, entity: Span, span: Span) -> float:
    """Of the links that touch the entity or its place, the share that does not join the two."""
    touching = out = 0
    for source, target in case.links:
        left, right = entity.start <= source < entity.end, span.start <= target < span.end
        touching += left or right
        out += left != right
    return out / touching if touching else 0.0


def _again(case: _Case, span: Span) -> Place | None:
    """Where the span's words stand again in the sentence, no span over them."""
    words, length = case.folded[span.start : span.end], len(span)
    first = words[0]
    for start, word in enumerate(case.folded):
        if word != first or case.covered[start]:
            continue
        end = start + length
        if case.folded[start:end] == words and not any(case.covered[start:end]):
            return start, end
    return None


def _capitals(case: _Case) -> Found:
    """The longest run of unmarked words with capitals within the sentence, where capitals are rare."""
    telling = 1.0 - case.usage.capital_rate / _MANY_CAPITALS
    tokens = case.pair.target.tokens
    if telling <= 0.0:
        return Sign.CAPITALS, 0.0, ()
    longest = start = end = 0
    found = (0, 0)
    for position in [i for i, token in enumerate(tokens) if i and capitalised(token) and not case.covered[i]]:
        if not _explained(tokens, position):
            start = start if position == end else position
            end = position + 1
            if end - start > longest:
                longest, found = end - start, (start, end)
    if not longest:
        return Sign.CAPITALS, 0.0, ()
    return Sign.CAPITALS, telling, (_words(case, *found),)


def _explained(tokens: Sequence[str], position: int) -> bool:
    """Whether a sentence or a quotation may begin here: no letter or digit stands before the word."""
    return not any(character.isalnum() for character in tokens[position - 1][-1:])


def _beyond(off: float, usual: float, odd: float) -> float:
    """How far something is off, either way: 0 up to what is usual, 1 where it is odd."""
    return (abs(off) - usual) / (odd - usual)


def _size(off: float) -> str:
    return "long" if off > 0 else "short"


def _words(case: _Case, start: int, end: int) -> str:
    return " ".join(case.pair.target.tokens[start:end])
