"""What became of every entity, gold or predicted: the vocabulary of an evaluation that says why.

A finding is one gold entity with the predicted entity that answers it, or one of the two alone. Gold and
predicted entities are matched one to one (`assignment.py`), so that every entity stands in exactly one
finding and all totals reconcile: gold = all but spurious, predicted = all but missing, and strictly
correct = `CORRECT`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from projner_core.corpus import Span


class Outcome(StrEnum):
    """What kind of answer the prediction is."""

    CORRECT = "correct"  # same tokens, same label
    TYPE = "type"  # same tokens, another label
    BOUNDARY = "boundary"  # some tokens in common, same label
    TYPE_AND_BOUNDARY = "type+boundary"  # some tokens in common, another label
    MISSING = "missing"  # a gold entity that no prediction answers
    SPURIOUS = "spurious"  # a prediction that answers no gold entity


class Cause(StrEnum):
    """Why a finding is not correct, as far as the layers tell. Exactly one, the first that holds in the
    order of the pipeline: source entity, alignment, candidates, decision; the data last. `causes.py` has
    the test of each."""

    SOURCE_MISSED = "source-missed"  # the source words that translate it carry no entity
    SOURCE_SPURIOUS = "source-spurious"  # the source carries an entity where there is none
    SOURCE_MISLABELLED = "source-mislabelled"  # they carry an entity of another label
    SOURCE_BOUNDARY = "source-boundary"  # they carry an entity of other words
    NOT_MARKED = "not-marked"  # the marked text has no marks for the source entity
    NOT_ALIGNED = "not-aligned"  # the source entity, or words of it, are linked to no target token
    ALIGNED_ELSEWHERE = "aligned-elsewhere"  # the source entity is linked to other target tokens
    SPLIT = "split"  # one gold entity answered by several predictions
    MERGED = "merged"  # several gold entities answered by one prediction
    LOST_COLLISION = "lost-collision"  # another entity took its tokens
    EXCLUDED = "candidate-excluded"  # the gold span could not be a candidate
    OUTSCORED = "outscored"  # the gold span was a candidate, and another scored higher
    BELOW_MINIMUM = "below-minimum"  # the best candidate scored too little, or had too few linked words
    RELABELLED = "relabelled"  # the projector changed the label of the source entity, which gold has too
    TOKENISATION = "tokenisation"  # one token here is several words there, as compounds are
    GOLD_DISAGREES = "gold-disagrees"  # gold and source mark different things: convention, free translation
    UNKNOWN = "unknown"  # the layers do not tell


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one entity of one pair.

    Attributes:
        gold: the gold entity; None where the outcome is `SPURIOUS`.
        predicted: the predicted entity; None where the outcome is `MISSING`.
        outcome: what kind of answer the prediction is.
        cause: why it is not correct; None where it is, or where causes were not asked for.
        entity: the source entity behind it, where there is one.
    """

    gold: Span | None
    predicted: Span | None
    outcome: Outcome
    cause: Cause | None = None
    entity: Span | None = None

    def __post_init__(self) -> None:
        if (self.gold is None) != (self.outcome is Outcome.SPURIOUS):
            raise ValueError(f"a finding {self.outcome} has the gold entity {self.gold}")
        if (self.predicted is None) != (self.outcome is Outcome.MISSING):
            raise ValueError(f"a finding {self.outcome} has the predicted entity {self.predicted}")

    @property
    def wrong(self) -> bool:
        """Whether strict scores count it as an error."""
        return self.outcome is not Outcome.CORRECT
