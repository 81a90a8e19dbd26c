"""What outcomes and causes mean, in a few words each, and what stands behind a figure."""

from __future__ import annotations

from projner_core.corpus import Reason
from projner_core.evaluation.findings import Cause, Outcome
from projner_core.evaluation.words import CAUSES, DIMENSIONS, OUTCOMES
from projner_core.review.reasons import short
from projner_core.review.signals import Sign

WRONG = (
    Outcome.MISSING,
    Outcome.SPURIOUS,
    Outcome.BOUNDARY,
    Outcome.TYPE,
    Outcome.TYPE_AND_BOUNDARY,
)
"""The errors, in the order in which they are drawn."""

OUTCOMES_SAID: dict[Outcome, str] = {
    Outcome.MISSING: "gold has it, and nothing answers it",
    Outcome.SPURIOUS: "it was marked, and gold has nothing there",
    Outcome.BOUNDARY: "the right label on too many or too few words",
    Outcome.TYPE: "the right words under another label",
    Outcome.TYPE_AND_BOUNDARY: "some of the words, under another label",
    Outcome.CORRECT: "the right words and the right label",
}

CAUSES_SAID: dict[Cause, str] = {
    Cause.SOURCE_MISSED: "the source words that it translates carry no entity",
    Cause.SOURCE_SPURIOUS: "the source carries an entity where there is none",
    Cause.SOURCE_MISLABELLED: "the source words carry an entity of another label",
    Cause.SOURCE_BOUNDARY: "the source entity covers other words than gold expects",
    Cause.NOT_MARKED: "the marked text has no marks for the source entity",
    Cause.NOT_ALIGNED: "the source entity, or words of it, are linked to no word of the target",
    Cause.ALIGNED_ELSEWHERE: "the source entity is linked to other words",
    Cause.SPLIT: "one gold entity, answered by several",
    Cause.MERGED: "several gold entities, answered by one",
    Cause.LOST_COLLISION: "another entity took its words",
    Cause.EXCLUDED: "the gold words were no candidate of the projector",
    Cause.OUTSCORED: "the gold words were a candidate, and another scored higher",
    Cause.BELOW_MINIMUM: "the best candidate scored under the minimum, or had too few linked words",
    Cause.RELABELLED: "the projector changed the label of the source entity, which gold has too",
    Cause.TOKENISATION: "one token here is several words there, as compounds are",
    Cause.GOLD_DISAGREES: "gold marks what the source does not: another convention, a free translation",
    Cause.UNKNOWN: "the layers do not tell",
}

REASONS: dict[str, str] = {
    Reason.NOT_ALIGNED: "not aligned",
    Reason.EXCLUDED: "no span may be a candidate",
    Reason.BELOW_MINIMUM: "scored too little",
    Reason.LOST_COLLISION: "lost a collision",
    Reason.TOO_SHORT: "too few words linked",
    Reason.NOT_MARKED: "not marked",
    Reason.DROPPED: "label not wanted",
}
"""Why an entity was not projected."""

CELLS: dict[str, str] = {
    "both-right": "both are right",
    "only-first": "only the first is right",
    "only-second": "only the second is right",
    "both-wrong": "both are wrong",
}


def behind(facets: dict[str, str]) -> str:
    """What is behind a figure with these facets: `missing · not aligned`, `PER taken for LOC`."""
    rest = dict(facets)
    said = []
    rest.pop("versus", None)
    cell = rest.pop("cell", None)
    if cell is not None:
        said.append(CELLS.get(cell, cell))
    if "gold" in rest or "predicted" in rest:
        gold, predicted = rest.pop("gold", ""), rest.pop("predicted", "")
        said.append(_confused(gold, predicted))
    wrong, unprojected = rest.pop("wrong", None), rest.pop("unprojected", None)
    sign, reason = rest.pop("sign", None), rest.pop("reason", None)
    outcome, cause = rest.pop("outcome", None), rest.pop("cause", None)
    for name, value in rest.items():
        said.append(value if name == "label" else f"{DIMENSIONS.get(name, name)}: {value}")
    if wrong is not None:
        said.append("wrong")
    if unprojected is not None or reason is not None:
        said.append("not projected")
    if reason is not None:
        said.append(REASONS.get(reason, reason))
    if sign is not None:
        said.append(sign_said(sign))
    if outcome is not None:
        said.append({str(known): name for known, name in OUTCOMES.items()}.get(outcome, outcome))
    if cause is not None:
        said.append({str(known): name for known, name in CAUSES.items()}.get(cause, cause))
    return " · ".join(said) or "wrong"


def _confused(gold: str, predicted: str) -> str:
    if gold == predicted:
        return f"{gold} found as {gold}"
    if not predicted:
        return f"{gold} missing"
    if not gold:
        return f"{predicted} spurious"
    return f"{gold} taken for {predicted}"


def sign_said(name: str) -> str:
    """What a sign of trouble is called."""
    return short(Sign(name)) if name in set(Sign) else name
