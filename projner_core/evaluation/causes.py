"""Why an entity is wrong: small tests in a fixed order, of which the first that holds names the cause.

The order is that of the pipeline, so that the cause is the first thing that went wrong:

    source entity → marks → several for one → compounds → links → candidates → decision → the data

Where the tokens are right and the label alone is wrong, all that is about tokens is skipped.

Where nobody marked the source (`Context.source_gold` is None) its entities come from a tagger. Whatever the
links and the projector do not explain is then put down to the tagger, not to gold: people's marks are doubted
last.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from projner_core.corpus import Link, Reason, Span
from projner_core.evaluation.assignment import overlap, place
from projner_core.evaluation.boundaries import (
    lack_is_in_an_acronym,
    lack_is_unlinked,
    lack_translates_other_words,
    surplus_words,
    whole_entity_was_taken,
)
from projner_core.evaluation.cases import Case
from projner_core.evaluation.compounds import compound_came_apart, tokenisation
from projner_core.evaluation.findings import Cause, Outcome
from projner_core.evaluation.links import is_small

_IN_NAMES = frozenset("&/'’@#%*·・\\")  # punctuation that stands inside names, or for them


def cause_of(case: Case) -> Cause:
    """The cause of an error: that of the first test that holds.

    Unknown where nothing was projected: the layer has no projections, a tagger found some of its entities
    on the target itself, or no decision stands behind a prediction.
    """
    projections = case.context.projections
    if projections is None or any(p.reason is Reason.TRANSFERRED for p in projections):
        return Cause.UNKNOWN
    if case.projection is None and case.outcome is not Outcome.MISSING:
        return Cause.UNKNOWN
    return next((cause for cause, test in TESTS if test(case)), Cause.UNKNOWN)


def source_missed(case: Case) -> bool:
    """Nobody could project it: the source words that translate the gold entity carry no entity.

    With people's source entities: they have one there that the tagger lacks. Without: the gold words are
    linked to source words, and all of these lie outside any entity.
    """
    if case.gold is None or case.entity is not None:
        return False
    if case.context.source_gold is not None:
        return case.missed is not None
    linked = {link.source for link in _links_of(case, case.gold)}
    inside = {token for span in case.context.entities for token in range(span.start, span.end)}
    return bool(linked) and not linked & inside


def source_spurious(case: Case) -> bool:
    """The tagger saw an entity in the source where people marked none, and it was projected."""
    return case.outcome is Outcome.SPURIOUS and _marked_by_people(case) == []


def source_mislabelled(case: Case) -> bool:
    """The tagger gave the source entity another label than people did, who agree with gold."""
    return (
        case.gold is not None
        and case.entity is not None
        and case.entity.label != case.gold.label
        and any(span.label == case.gold.label for span in _marked_by_people(case) or ())
        and not _as_people_have_it(case)
    )


def source_boundary(case: Case) -> bool:
    """The tagger's source entity begins or ends elsewhere than the one that people marked."""
    people = _marked_by_people(case)
    return bool(people) and not case.same_tokens and not _same_place_as_people(case)


def not_marked(case: Case) -> bool:
    """The target was marked by a model, and the marks of this entity are not there."""
    return case.projection is not None and case.projection.reason is Reason.NOT_MARKED


def not_aligned(case: Case) -> bool:
    """The source entity is linked to no target token. Or, where a part of the gold entity was found: the
    missing gold words are linked to nothing of the entity, of which a word is linked to nothing, or is an
    acronym of more words than it is linked to (“EU” to “Unión”, and not to “Europea”)."""
    if case.entity is None or case.gold is None or case.same_tokens:
        return False
    if case.projection is not None and case.projection.reason is Reason.NOT_ALIGNED:
        return True
    words = case.source_words()
    if case.context.alignment is None or not words:
        return False
    unlinked = [token for token in words if not case.links.of_source([token])]
    if not case.meet or len(unlinked) == len(words):
        return len(unlinked) == len(words)
    if not lack_is_unlinked(case) or lack_translates_other_words(case):
        return False
    edges = (case.entity.start, case.entity.end - 1)
    telling = [token for token in unlinked if token in edges or not is_small(case.source.tokens[token])]
    return bool(telling) or lack_is_in_an_acronym(case)


def aligned_elsewhere(case: Case) -> bool:
    """The links of the source entity lead away from gold.

    Nothing of gold was found: no firm link leads there, and more of the entity's link scores lie outside
    gold than inside. Too much was found: of the surplus words no fewer are linked to the entity by a
    doubtful link than by a firm one (more, where the labels differ too). Too little was found: the missing
    gold words are not linked to the entity, of which a word is linked to something outside gold.
    """
    if case.entity is None or case.gold is None or case.same_tokens:
        return False
    links = case.links.of_source(range(case.entity.start, case.entity.end))
    outside = [link for link in links if not case.gold.start <= link.target < case.gold.end]
    if not case.meet:
        inside = _links_to_gold(case)
        if any(case.links.firm(link) for link in inside):
            return False
        return sum(link.score for link in outside) > sum(link.score for link in inside)
    firm, doubtful = surplus_words(case)
    if doubtful and doubtful + (not _labels_differ(case)) > firm:
        return True
    return bool(outside) and lack_is_unlinked(case) and not lack_translates_other_words(case)


def split(case: Case) -> bool:
    """One gold entity is answered in pieces: by several predictions, or by several spans of one entity."""
    return case.split


def merged(case: Case) -> bool:
    """One prediction covers words of several gold entities."""
    return case.merged


def excluded(case: Case) -> bool:
    """The projector could not choose the gold span: it says so; or gold has sentence punctuation where the
    source entity has none; or gold has more links than the best candidate (by the published score,
    2 · links / words) and yet is not listed, as a span beyond the greatest length is not."""
    projection = case.projection
    if projection is None or case.gold is None or case.same_tokens:
        return False
    if projection.reason is Reason.EXCLUDED:
        return True
    if _as_candidate(case) is not None or not projection.candidates:
        return False
    if _has_foreign_punctuation(case):
        return True
    best = max(_published_score(case, span) for span in projection.candidates)
    return _edges_are_linked(case) and _published_score(case, case.gold) > best


def lost_collision(case: Case) -> bool:
    """Another entity took the tokens: the projector says so, or the gold span scored no less than what was
    taken instead."""
    projection = case.projection
    if projection is None or case.gold is None or case.same_tokens:
        return False
    if projection.reason is Reason.LOST_COLLISION:
        return True
    candidate = _as_candidate(case)
    taken = projection.target
    if candidate is None or taken is None or place(taken) == place(candidate):
        return False
    return candidate.score is not None and taken.score is not None and candidate.score >= taken.score


def below_minimum(case: Case) -> bool:
    """The best candidate scored under the minimum, or had too few linked words for its entity."""
    return (
        case.gold is not None
        and case.projection is not None
        and case.projection.reason in (Reason.BELOW_MINIMUM, Reason.TOO_SHORT)
    )


def outscored(case: Case) -> bool:
    """The gold span was among the candidates, or could have been (the source entity is linked to its first
    and last word; or firmly to one of its words, where nothing of it was found), and another span scored
    higher. Not so where firm links say that what was taken is the
    whole entity: gold's missing words translate others, or each surplus word translates a word of it."""
    projection = case.projection
    if projection is None or projection.target is None or case.gold is None or case.same_tokens:
        return False
    if case.meet and (whole_entity_was_taken(case) or surplus_words(case)[0] > 0):
        return False
    if not case.meet and any(case.links.firm(link) for link in _links_to_gold(case)):
        return True
    return _as_candidate(case) is not None or _edges_are_linked(case)


def relabelled(case: Case) -> bool:
    """The projector gave another label than that of the source entity, which is the label of gold as well."""
    return (
        case.outcome in (Outcome.TYPE, Outcome.TYPE_AND_BOUNDARY)
        and case.projection is not None
        and case.projection.target is not None
        and case.projection.target.label != case.projection.entity.label
        and not _labels_differ(case)
    )


def tagger_mislabelled(case: Case) -> bool:
    """Nobody marked the source; its entity has another label than gold, where both are projected."""
    return _tagged(case) and case.gold is not None and case.entity is not None and _labels_differ(case)


def tagger_boundary(case: Case) -> bool:
    """Nobody marked the source; its entity has gold's label, and its links lead to what was taken."""
    return _tagged(case) and case.gold is not None and case.entity is not None and case.meet


def tagger_spurious(case: Case) -> bool:
    """Nobody marked the source; its entity is linked to what was projected, and gold has nothing there."""
    return (
        _tagged(case)
        and case.gold is None
        and case.entity is not None
        and case.taken is not None
        and case.links.strength(case.entity, case.taken) > 0
    )


def forced(case: Case) -> bool:
    """Nobody marked the source; its entity has no link to what it was projected to, only weak signs."""
    return (
        _tagged(case) and case.gold is None and case.entity is not None and case.context.alignment is not None
    )


def gold_disagrees(case: Case) -> bool:
    """People marked the source, and marked it otherwise than the target: another label or other words by
    convention, or one side has no counterpart as the translation is free."""
    people = case.context.source_gold
    if people is None:
        return False
    return case.entity is None or _same_place_as_people(case)


Test = Callable[[Case], bool]
TESTS: tuple[tuple[Cause, Test], ...] = (
    (Cause.SOURCE_MISSED, source_missed),
    (Cause.SOURCE_SPURIOUS, source_spurious),
    (Cause.SOURCE_MISLABELLED, source_mislabelled),
    (Cause.SOURCE_BOUNDARY, source_boundary),
    (Cause.NOT_MARKED, not_marked),
    (Cause.SPLIT, split),
    (Cause.MERGED, merged),
    (Cause.TOKENISATION, compound_came_apart),
    (Cause.NOT_ALIGNED, not_aligned),
    (Cause.ALIGNED_ELSEWHERE, aligned_elsewhere),
    (Cause.EXCLUDED, excluded),
    (Cause.LOST_COLLISION, lost_collision),
    (Cause.BELOW_MINIMUM, below_minimum),
    (Cause.OUTSCORED, outscored),
    (Cause.RELABELLED, relabelled),
    (Cause.TOKENISATION, tokenisation),
    (Cause.SOURCE_MISLABELLED, tagger_mislabelled),
    (Cause.SOURCE_BOUNDARY, tagger_boundary),
    (Cause.SOURCE_SPURIOUS, tagger_spurious),
    (Cause.NOT_ALIGNED, forced),
    (Cause.GOLD_DISAGREES, gold_disagrees),
)


def _tagged(case: Case) -> bool:
    return case.context.source_gold is None


def _labels_differ(case: Case) -> bool:
    return case.gold is not None and case.entity is not None and case.gold.label != case.entity.label


def _marked_by_people(case: Case) -> list[Span] | None:
    """The source entities of people that meet the one in question; None where there are no people's."""
    if case.context.source_gold is None or case.entity is None:
        return None
    return [span for span in case.context.source_gold if overlap(span, case.entity) > 0]


def _same_place_as_people(case: Case) -> bool:
    return any(place(span) == place(case.entity) for span in _marked_by_people(case) or ())


def _as_people_have_it(case: Case) -> bool:
    return any(
        case.entity is not None and span.same_entity(case.entity) for span in _marked_by_people(case) or ()
    )


def _links_of(case: Case, span: Span) -> list[Link]:
    return case.links.of_target(range(span.start, span.end))


def _as_candidate(case: Case) -> Span | None:
    """The gold span among the listed candidates."""
    if case.projection is None:
        return None
    return next((c for c in case.projection.candidates if place(c) == place(case.gold)), None)


def _links_to_gold(case: Case) -> list[Link]:
    assert case.entity is not None
    assert case.gold is not None
    return case.links.between(case.entity, range(case.gold.start, case.gold.end))


def _edges_are_linked(case: Case) -> bool:
    assert case.entity is not None
    assert case.gold is not None
    return all(case.links.between(case.entity, [token]) for token in (case.gold.start, case.gold.end - 1))


def _published_score(case: Case, span: Span) -> float:
    assert case.entity is not None
    return 2.0 * case.links.strength(case.entity, span) / (len(case.entity) + len(span))


def _has_foreign_punctuation(case: Case) -> bool:
    """Whether gold has sentence punctuation inside or at an edge, and the source entity none inside or at
    the same edge."""
    assert case.entity is not None
    assert case.gold is not None
    ours = [_is_mark(token) for token in case.target.tokens[case.gold.start : case.gold.end]]
    theirs = [_is_mark(token) for token in case.source.tokens[case.entity.start : case.entity.end]]
    return (any(ours) and not any(theirs)) or (ours[0] and not theirs[0]) or (ours[-1] and not theirs[-1])


def _is_mark(token: str) -> bool:
    return bool(token) and all(
        unicodedata.category(c) in ("Po", "Ps", "Pe", "Pi", "Pf") and c not in _IN_NAMES for c in token
    )
