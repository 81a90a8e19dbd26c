"""One error laid out for judging: the gold entity, what was taken instead, the source entity, the links.

Which source entity is *behind* a gold entity that nothing answers?

1. Of the entities that answer no other gold entity correctly, the one whose links give it most.
2. Else the first one of the same label that answers nothing at all and is not sure to be elsewhere (linked
   firmly to a word that begins alike), while gold is not sure to translate other words; of another label,
   where the two are the only ones left, and gold has no firm link to other words.
3. Else, where people's own source entities are known, one of those that the layer lacks, by its links.

A source entity whose projection answers nothing, and which is behind a gold entity that nothing answers, ties
the two findings together: one error, seen twice, with one cause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from projner_core.corpus import Alignment, Pair, Projection, Reason, Sentence, Span
from projner_core.evaluation.assignment import Match, overlap, place
from projner_core.evaluation.findings import Outcome
from projner_core.evaluation.links import Links, is_word


@dataclass(frozen=True, slots=True)
class Context:
    """What the layers know of one pair.

    Attributes:
        entities: the source entities that were projected.
        alignment: the links that the projector saw; None where there are none.
        projections: what the projector decided; None where the layer is no projection (causes are then
            not known).
        source_gold: the source entities that people marked; None where nobody did. Where `entities` are
            these very entities, both are the same.
    """

    entities: Sequence[Span] = ()
    alignment: Alignment | None = None
    projections: Sequence[Projection] | None = None
    source_gold: Sequence[Span] | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """An error with its evidence.

    Attributes:
        outcome: what kind of error.
        gold: the gold entity in question; for a spurious prediction the one that its source entity should
            have answered, if any.
        taken: the target span in question: the prediction, else what the source entity took elsewhere.
        entity: the source entity behind it.
        projection: what the projector decided about that entity.
        missed: the source entity that people marked behind gold, and the layer of source entities lacks.
        split: whether several predictions meet this gold entity, or one source entity gave several.
        merged: whether several gold entities meet this prediction.
        source, target: the two sentences.
        context: everything else.
        links: the alignment of the pair, looked up by token.
    """

    outcome: Outcome
    gold: Span | None
    taken: Span | None
    entity: Span | None
    projection: Projection | None
    missed: Span | None
    split: bool
    merged: bool
    source: Sentence
    target: Sentence
    context: Context
    links: Links

    @property
    def same_tokens(self) -> bool:
        """Whether the boundaries are right and only the label is wrong."""
        return self.outcome is Outcome.TYPE

    @property
    def meet(self) -> bool:
        """Whether gold and what was taken share a token."""
        return self.gold is not None and self.taken is not None and overlap(self.gold, self.taken) > 0

    def source_words(self) -> tuple[int, ...]:
        """The words of the source entity; punctuation is no word."""
        return _words(self.source, self.entity, None)

    def lacking(self) -> tuple[int, ...]:
        """The words of gold that were not taken; punctuation is no word."""
        return _words(self.target, self.gold, self.taken)

    def surplus(self) -> tuple[int, ...]:
        """The words that were taken and are none of gold's."""
        return _words(self.target, self.taken, self.gold)


def cases(matched: Sequence[Match], outcomes: Sequence[Outcome], pair: Pair, context: Context) -> list[Case]:
    """A case for each finding, in the same order; those of correct findings are of no interest."""
    source, target = pair.both()
    links = Links(context.alignment, source, target, context.entities)
    projections = [
        p
        for p in context.projections or ()
        if p.reason is not Reason.TRANSFERRED and p.entity.end <= len(source)
    ]
    answers = [_behind_prediction(p, projections) for _, p in matched]
    behind = _behind_missing(matched, outcomes, answers, projections, links)
    missed = _missed(matched, outcomes, behind, context, links)

    found = []
    for i, ((gold, predicted), outcome) in enumerate(zip(matched, outcomes, strict=True)):
        projection = answers[i] or behind[i]
        entity = projection.entity if projection is not None else None
        wanted, taken = gold, predicted
        if gold is None and projection is not None:
            wanted = next(
                (
                    matched[j][0]
                    for j, other in enumerate(behind)
                    if other is not None and other.entity == projection.entity
                ),
                None,
            )
        if predicted is None and projection is not None:
            taken = projection.target
        found.append(
            Case(
                outcome,
                wanted,
                taken,
                entity,
                projection,
                missed[i],
                _split(i, matched, answers),
                _merged(gold, predicted, matched),
                source,
                target,
                context,
                links,
            )
        )
    return found


def _behind_prediction(predicted: Span | None, projections: Sequence[Projection]) -> Projection | None:
    """The decision that made a prediction."""
    if predicted is None:
        return None
    same = [p for p in projections if p.target is not None and place(p.target) == place(predicted)]
    return next(
        (p for p in same if p.target and p.target.label == predicted.label), same[0] if same else None
    )


def _behind_missing(
    matched: Sequence[Match],
    outcomes: Sequence[Outcome],
    answers: Sequence[Projection | None],
    projections: Sequence[Projection],
    links: Links,
) -> list[Projection | None]:
    """For each gold entity that nothing answers, what was decided about the source entity behind it."""
    right = {a.entity for a, o in zip(answers, outcomes, strict=True) if a and o is Outcome.CORRECT}
    busy = {a.entity for a, (gold, _) in zip(answers, matched, strict=True) if a and gold is not None}
    gold_of = {
        a.entity: gold for a, (gold, _) in zip(answers, matched, strict=True) if a and gold is not None
    }
    found: list[Projection | None] = [None] * len(matched)
    used: set[Span] = set()
    missing = [i for i, outcome in enumerate(outcomes) if outcome is Outcome.MISSING]
    offers = sorted(
        (
            (-links.strength(p.entity, gold), order, i)
            for i in missing
            if (gold := matched[i][0]) is not None
            for order, p in enumerate(projections)
            if p.entity not in right and _gives_more(p.entity, gold, gold_of.get(p.entity), links)
        ),
    )
    for _, order, i in offers:
        p = projections[order]
        if found[i] is None and p.entity not in used:
            found[i] = p
            used.add(p.entity)
    for alike in (True, False):
        left = [(i, gold) for i in missing if found[i] is None and (gold := matched[i][0]) is not None]
        free = [
            p
            for p in projections
            if p.entity not in used and p.entity not in busy and not links.is_sure(p.entity)
        ]
        if not alike and not (len(left) == len(free) == 1):
            break
        for i, gold in left:
            fit = next(
                (
                    p
                    for p in free
                    if p.entity not in used
                    and alike <= (p.entity.label == gold.label)
                    and _may_be_behind(p.entity, gold, links)
                ),
                None,
            )
            if fit is not None:
                found[i] = fit
                used.add(fit.entity)
    return found


def _may_be_behind(entity: Span, gold: Span, links: Links) -> bool:
    """Whether nothing says that gold translates other words: no firm link to words outside the entity; where
    the labels are the same, none between words that begin alike. An entity without any link may always be
    (“northern Europe”, and a compound that is linked to “northern” alone)."""
    if not links.of_source(range(entity.start, entity.end)):
        return True
    outside = [
        link
        for link in links.of_target(range(gold.start, gold.end))
        if not entity.start <= link.source < entity.end
    ]
    believed = links.sure if entity.label == gold.label else links.firm
    return not any(believed(link) for link in outside)


def _gives_more(entity: Span, gold: Span, own: Span | None, links: Links) -> bool:
    """Whether an entity has links to `gold`, and not more to the gold entity that it answers (wrongly)."""
    strength = links.strength(entity, gold)
    return strength > 0 and (own is None or strength > links.strength(entity, own))


def _missed(
    matched: Sequence[Match],
    outcomes: Sequence[Outcome],
    behind: Sequence[Projection | None],
    context: Context,
    links: Links,
) -> list[Span | None]:
    """For each gold entity with no source entity behind it, the one that people marked there."""
    found: list[Span | None] = [None] * len(matched)
    lost = [
        span
        for span in context.source_gold or ()
        if not any(span.start < entity.end and entity.start < span.end for entity in context.entities)
    ]
    for i, outcome in enumerate(outcomes):
        gold = matched[i][0]
        if outcome is not Outcome.MISSING or behind[i] is not None or gold is None or not lost:
            continue
        best = max(lost, key=lambda span, gold=gold: links.strength(span, gold))  # type: ignore[misc]
        if links.strength(best, gold) == 0.0:
            alike = [span for span in lost if span.label == gold.label and not links.is_sure(span)]
            if not alike:
                continue
            best = alike[0]
        found[i] = best
        lost.remove(best)
    return found


def _split(number: int, matched: Sequence[Match], answers: Sequence[Projection | None]) -> bool:
    gold, predicted = matched[number]
    meeting = gold
    if gold is None and predicted is not None:
        meeting = next((g for g, p in matched if g and p and overlap(g, predicted) > 0), None)
    if meeting is not None and sum(1 for _, p in matched if p and overlap(meeting, p) > 0) > 1:
        return True
    own = answers[number]
    return (
        gold is None
        and own is not None
        and any(
            a is not None and a.entity == own.entity and j != number and matched[j][0] is not None
            for j, a in enumerate(answers)
        )
    )


def _merged(gold: Span | None, predicted: Span | None, matched: Sequence[Match]) -> bool:
    meeting = predicted
    if predicted is None and gold is not None:
        meeting = next((p for g, p in matched if g and p and overlap(gold, p) > 0), None)
    return meeting is not None and sum(1 for g, _ in matched if g and overlap(g, meeting) > 0) > 1


def _words(sentence: Sentence, span: Span | None, without: Span | None) -> tuple[int, ...]:
    if span is None:
        return ()
    return tuple(
        token
        for token in range(span.start, min(span.end, len(sentence)))
        if not (without is not None and without.start <= token < without.end)
        and is_word(sentence.tokens[token])
    )
