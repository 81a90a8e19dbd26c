"""What the parts of an evaluation are called in reports and on the command line."""

from __future__ import annotations

import unicodedata

from projner_core.evaluation.findings import Cause, Outcome

OUTCOMES: dict[Outcome, str] = {
    Outcome.CORRECT: "correct",
    Outcome.TYPE: "wrong label",
    Outcome.BOUNDARY: "wrong boundary",
    Outcome.TYPE_AND_BOUNDARY: "wrong label and boundary",
    Outcome.MISSING: "missing",
    Outcome.SPURIOUS: "spurious",
}

CAUSES: dict[Cause, str] = {
    Cause.SOURCE_MISSED: "source entity missed",
    Cause.SOURCE_SPURIOUS: "source entity where there is none",
    Cause.SOURCE_MISLABELLED: "source entity of another label",
    Cause.SOURCE_BOUNDARY: "source entity on other words",
    Cause.NOT_MARKED: "not marked",
    Cause.NOT_ALIGNED: "not aligned",
    Cause.ALIGNED_ELSEWHERE: "aligned elsewhere",
    Cause.SPLIT: "split",
    Cause.MERGED: "merged",
    Cause.LOST_COLLISION: "lost a collision",
    Cause.EXCLUDED: "could not be a candidate",
    Cause.OUTSCORED: "outscored",
    Cause.BELOW_MINIMUM: "scored too little",
    Cause.RELABELLED: "label changed by the projector",
    Cause.TOKENISATION: "one token for several words",
    Cause.GOLD_DISAGREES: "gold disagrees with the source",
    Cause.UNKNOWN: "not known",
}

DIMENSIONS: dict[str, str] = {
    "label": "label",
    "length": "length in tokens",
    "position": "place in the sentence",
    "script": "script",
    "seen": "seen before",
    "form": "form",
    "language": "language",
}

SCHEMES: dict[str, str] = {
    "strict": "strict: tokens and label",
    "exact": "exact: tokens, any label",
    "partial": "partial: half for some of the tokens",
    "type": "type: label, on some of the tokens",
}

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
_CONTROLS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def isolated(text: str) -> str:
    """The text so that it does not turn around the words and figures beside it, where it is written from
    the right (Unicode Standard Annex 9, section 2.4); else as it is. Controls of its own are left out."""
    text = without_controls(text)
    if from_the_right(text):
        return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}"
    return text


def from_the_right(text: str) -> bool:
    """Whether it has a letter that is written from the right."""
    return any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)


def without_controls(text: str) -> str:
    """The text without what embeds, overrides and isolates (U+202A to U+202E, U+2066 to U+2069): an override
    that a label opens and does not close would turn everything behind it around."""
    return text.translate(_CONTROLS)


def one_line(text: str) -> str:
    """The text with a space for each character that would end a line or cannot be printed."""
    return "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in text)
