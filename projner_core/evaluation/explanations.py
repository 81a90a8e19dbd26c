"""An error in a sentence, for a reader: what gold has, what was predicted, and why."""

from __future__ import annotations

from collections.abc import Sequence

from projner_core.corpus import Pair, Projection, Sentence, Span
from projner_core.evaluation.assignment import overlap
from projner_core.evaluation.cases import Context
from projner_core.evaluation.findings import Cause, Finding, Outcome
from projner_core.evaluation.links import Links
from projner_core.evaluation.words import isolated


def explain(finding: Finding, pair: Pair, context: Context | None = None) -> str:
    """What became of an entity, and why: “Gold marks “Europäische Union” as ORG, the prediction “Union”: …”.

    Without `context` the words and scores behind a cause are left out.
    """
    said = _said(finding, pair.target)
    if finding.cause is None or not finding.wrong:
        return f"{said}."
    return f"{said}: {_why(finding, finding.cause, pair, context or Context())}."


def _said(finding: Finding, target: Sentence) -> str:
    gold, predicted = finding.gold, finding.predicted
    if gold is None:
        assert predicted is not None
        if finding.cause is Cause.SPLIT:
            return f"{_marked(predicted, target)} is one prediction too many"
        return f"{_marked(predicted, target)} was predicted, and gold has no entity there"
    marked = f"Gold marks {_words(gold, target)} as {gold.label}"
    match finding.outcome:
        case Outcome.CORRECT:
            return f"{marked}, and so does the prediction"
        case Outcome.TYPE:
            assert predicted is not None
            return f"{marked}, the prediction as {predicted.label}"
        case Outcome.BOUNDARY:
            return f"{marked}, the prediction {_words(predicted, target)}"
        case Outcome.TYPE_AND_BOUNDARY:
            return f"{marked}, the prediction {_marked(predicted, target)}"
        case _:
            return f"{marked}, and no prediction answers it"


def _why(finding: Finding, cause: Cause, pair: Pair, context: Context) -> str:
    """The cause in words, with its evidence."""
    entity = _entity(finding, pair)
    by_people = context.source_gold is not None
    match cause:
        case Cause.SOURCE_MISSED:
            if finding.entity is not None:
                return f"the source has {entity} there, which the layer of source entities lacks"
            return f"its source words{_linked_to_gold(finding, pair, context)} carry no entity"
        case Cause.SOURCE_SPURIOUS:
            if by_people:
                return f"{entity} in the source is no entity, as people marked it"
            return f"{entity}, which a tagger found in the source, has no counterpart in gold"
        case Cause.SOURCE_MISLABELLED:
            return f"the label is that of {entity} in the source{_people_say(finding, pair, context)}"
        case Cause.SOURCE_BOUNDARY:
            return (
                f"{entity} in the source has other words than it should{_people_say(finding, pair, context)}"
            )
        case Cause.NOT_MARKED:
            return f"the marked text has no marks for {entity}"
        case Cause.NOT_ALIGNED:
            return _not_aligned(finding, pair, context)
        case Cause.ALIGNED_ELSEWHERE:
            return f"{entity} is linked to {_destinations(finding, pair, context)}"
        case Cause.SPLIT:
            return f"the gold entity is answered in pieces; {entity} in the source gave this one"
        case Cause.MERGED:
            return "one prediction covers several gold entities" + (
                f", from {entity}" if finding.entity else ""
            )
        case Cause.LOST_COLLISION:
            return f"{entity} wanted these tokens, and {_winners(finding, pair, context)}"
        case Cause.EXCLUDED:
            return (
                f"the gold span could not be a candidate for {entity}: it is too long, or holds punctuation"
            )
        case Cause.OUTSCORED:
            return f"for {entity} another candidate scored higher{_scores(finding, pair, context)}"
        case Cause.BELOW_MINIMUM:
            return f"no candidate for {entity} was good enough{_scores(finding, pair, context)}"
        case Cause.RELABELLED:
            return f"the projector gave {entity} another label on the way"
        case Cause.TOKENISATION:
            return f"with {entity}, one token of the one side is several words of the other, as compounds are"
        case Cause.GOLD_DISAGREES:
            return _disagreement(finding, entity)
        case Cause.UNKNOWN:
            return "the layers do not tell why"


def _disagreement(finding: Finding, entity: str) -> str:
    match finding.outcome:
        case Outcome.MISSING:
            return "people marked nothing in the source that would answer it"
        case Outcome.SPURIOUS:
            return f"people marked {entity} in the source, and nothing that answers it in the target"
        case _:
            return f"people marked {entity} in the source, by another convention or in a free translation"


def _not_aligned(finding: Finding, pair: Pair, context: Context) -> str:
    entity, span = _entity(finding, pair), finding.entity
    if span is None or pair.source is None or context.alignment is None:
        return f"{entity} is not linked to it"
    linked = {link.source for link in context.alignment.links}
    unlinked = [t for t in range(span.start, span.end) if t not in linked]
    if not unlinked:
        return f"{entity} is linked to {_destinations(finding, pair, context, inside=range(0))} alone"
    if len(unlinked) == len(span):
        return f"{entity} is linked to no word of the target"
    words = " ".join(pair.source.tokens[t] for t in unlinked)
    return f"of {entity}, {quoted(words)} is linked to no word of the target"


def _destinations(finding: Finding, pair: Pair, context: Context, inside: range | None = None) -> str:
    """Where the links of the source entity lead, `inside` (gold where not given) left out."""
    span = finding.entity
    if span is None or context.alignment is None:
        return "other words of the target"
    if inside is None:
        inside = range(finding.gold.start, finding.gold.end) if finding.gold else range(0)
    targets = sorted(
        {
            link.target
            for link in context.alignment.links
            if span.start <= link.source < span.end
            and link.target not in inside
            and link.target < len(pair.target)
        }
    )
    words = [quoted(pair.target.tokens[t]) for t in targets]
    return _listed(words) if words else "other words of the target"


def _linked_to_gold(finding: Finding, pair: Pair, context: Context) -> str:
    if finding.gold is None or pair.source is None:
        return ""
    links = Links(context.alignment, pair.source, pair.target)
    tokens = sorted({link.source for link in links.of_target(range(finding.gold.start, finding.gold.end))})
    return f", {_listed([quoted(pair.source.tokens[t]) for t in tokens])}," if tokens else ""


def _people_say(finding: Finding, pair: Pair, context: Context) -> str:
    """What people marked in the source where the entity is, if they did."""
    span = finding.entity
    if context.source_gold is None:
        return ", which a tagger found"
    theirs = [s for s in context.source_gold if span is not None and overlap(s, span) > 0]
    if not theirs or pair.source is None:
        return ""
    source = pair.source
    return f"; people marked {_listed([_marked(s, source) for s in theirs])}"


def _winners(finding: Finding, pair: Pair, context: Context) -> str:
    projection = _projection(finding, context)
    if projection is None or not projection.rivals or pair.source is None:
        return "another entity took them"
    source = pair.source
    return f"{_listed([_marked(rival, source) for rival in projection.rivals])} took them"


def _scores(finding: Finding, pair: Pair, context: Context) -> str:
    projection = _projection(finding, context)
    if projection is None or not projection.candidates:
        return ""
    named = [
        f"{_words(c, pair.target)} {c.score:.2f}"
        for c in projection.candidates
        if c.score is not None
        and (
            (
                projection.target is not None
                and (c.start, c.end) == (projection.target.start, projection.target.end)
            )
            or (finding.gold is not None and (c.start, c.end) == (finding.gold.start, finding.gold.end))
        )
    ]
    best = projection.candidates[0]
    if not named and best.score is not None:
        named = [f"{_words(best, pair.target)} {best.score:.2f}"]
    return f" ({', '.join(named)})" if named else ""


def _projection(finding: Finding, context: Context) -> Projection | None:
    """The decision about the finding's source entity: the one that made the prediction, else the first."""
    own = [p for p in context.projections or () if p.entity == finding.entity]
    place = finding.predicted
    for projection in own:
        target = projection.target
        if (
            place is not None
            and target is not None
            and (target.start, target.end) == (place.start, place.end)
        ):
            return projection
    return own[0] if own else None


def _entity(finding: Finding, pair: Pair) -> str:
    if finding.entity is None or pair.source is None or finding.entity.end > len(pair.source):
        return "the source entity"
    return _marked(finding.entity, pair.source)


def _marked(span: Span | None, sentence: Sentence) -> str:
    return "" if span is None else f"{_words(span, sentence)} ({span.label})"


def _words(span: Span | None, sentence: Sentence) -> str:
    return "" if span is None else quoted(" ".join(sentence.tokens[span.start : span.end]))


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def quoted(text: str) -> str:
    """Words in quotation marks, isolated (UAX 9) where they run from right to left."""
    return f"“{isolated(text)}”"
