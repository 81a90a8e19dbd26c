"""What outcomes and causes mean, in a few words each, and what stands behind a figure."""

from __future__ import annotations

from collections.abc import Sequence

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

STANDARDS: dict[str, str] = {"gold": "gold", "review": "your review"}
"""What a layer is held against, as sentences name it: in those below it stands for `{gold}`."""

OUTCOMES_SAID: dict[Outcome, str] = {
    Outcome.MISSING: "{gold} has it, and nothing answers it",
    Outcome.SPURIOUS: "it was marked, and {gold} has nothing there",
    Outcome.BOUNDARY: "the right label on too many or too few words",
    Outcome.TYPE: "the right words under another label",
    Outcome.TYPE_AND_BOUNDARY: "some of the words, under another label",
    Outcome.CORRECT: "the right words and the right label",
}

CAUSES_SAID: dict[Cause, str] = {
    Cause.SOURCE_MISSED: "the source words that it translates carry no entity",
    Cause.SOURCE_SPURIOUS: "the source carries an entity where there is none",
    Cause.SOURCE_MISLABELLED: "the source words carry an entity of another label",
    Cause.SOURCE_BOUNDARY: "the source entity covers other words than {gold} expects",
    Cause.NOT_MARKED: "the marked text has no marks for the source entity",
    Cause.NOT_ALIGNED: "the source entity, or words of it, are linked to no word of the target",
    Cause.ALIGNED_ELSEWHERE: "the source entity is linked to other words",
    Cause.SPLIT: "one entity of {gold}, answered by several",
    Cause.MERGED: "several entities of {gold}, answered by one",
    Cause.LOST_COLLISION: "another entity took its words",
    Cause.EXCLUDED: "the words of {gold} were no candidate of the projector",
    Cause.OUTSCORED: "the words of {gold} were a candidate, and another scored higher",
    Cause.BELOW_MINIMUM: "the best candidate scored under the minimum, or had too few linked words",
    Cause.RELABELLED: "the projector changed the label of the source entity, which {gold} has too",
    Cause.TOKENISATION: "one token of the one side is several words of the other, as compounds are",
    Cause.GOLD_DISAGREES: "{gold} marks what the source does not: another convention, a free translation",
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

REASONS_SAID: dict[str, str] = {
    Reason.NOT_ALIGNED: "none of its words is linked to a word of the target",
    Reason.EXCLUDED: "its words are linked, but to nothing that may be an entity, as punctuation",
    Reason.BELOW_MINIMUM: "its best place scored under the minimum",
    Reason.LOST_COLLISION: "another entity took the words it wanted",
    Reason.TOO_SHORT: "the words linked to it are too few for its length",
    Reason.NOT_MARKED: "the marked text has no marks for it",
    Reason.DROPPED: "entities with its label are not wanted in the target",
}
"""What each reason means."""

SIGNS_SAID: dict[str, str] = {
    Sign.UNPROJECTED: "an entity was not carried over",
    Sign.LOW_SCORE: "the place of an entity scores low",
    Sign.CLOSE_RUNNER_UP: "another place scores nearly as high",
    Sign.ALIGNERS_DISAGREE: "with the links of another aligner an entity lands elsewhere",
    Sign.MODELS_DISAGREE: "a tagger on the target finds other entities",
    Sign.LINKS_LEAD_OUT: "links lead from an entity, or from its place, to other words",
    Sign.ODD_LENGTH: "the place of an entity is much longer or shorter than the name",
    Sign.LABEL_VARIES: "the same words have another label elsewhere in the corpus",
    Sign.FORM_VARIES: "the same name became other words elsewhere in the corpus",
    Sign.REPEATED: "the words of an entity stand in the sentence again, unmarked",
    Sign.KNOWN_NAME: "words that are an entity elsewhere are unmarked here",
    Sign.CAPITALS: "words with a capital are unmarked",
    Sign.ODD_SENTENCES: "one sentence is unusually long or short for the other",
    Sign.UNLINKED: "many words of the target are linked to nothing",
}
"""What each sign of trouble means."""

CELLS: dict[str, str] = {
    "both-right": "both are right",
    "only-first": "only {first} is right",
    "only-second": "only {second} is right",
    "both-wrong": "both are wrong",
}


def outcome_said(outcome: Outcome, gold: str) -> str:
    """What an outcome means, of a layer that is held against `gold` (of `STANDARDS`)."""
    return OUTCOMES_SAID[outcome].format(gold=gold)


def cause_said(cause: Cause, gold: str) -> str:
    """What a cause means, of a layer that is held against `gold`."""
    return CAUSES_SAID[cause].format(gold=gold)


def cause_name(cause: Cause, gold: str) -> str:
    """What a cause is called, of a layer that is held against `gold`."""
    return f"{gold} disagrees with the source" if cause is Cause.GOLD_DISAGREES else CAUSES[cause]


def behind(facets: dict[str, str], *, names: Sequence[str] = (), gold: str = "gold") -> str:
    """What is behind a figure with these facets: `missing · not aligned`, `PER taken for LOC`.

    Args:
        facets: of the figure's key.
        names: of the first and the second layer, where two were compared.
        gold: what they were held against, of `STANDARDS`.
    """
    rest = dict(facets)
    said = []
    rest.pop("versus", None)
    cell = rest.pop("cell", None)
    if cell is not None:
        first, second = (f"“{name}”" for name in names) if len(names) == 2 else ("the first", "the second")
        said.append(CELLS[cell].format(first=first, second=second) if cell in CELLS else cell)
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
        said.append({str(known): cause_name(known, gold) for known in CAUSES}.get(cause, cause))
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
