"""What is wrong in a layer, entity by entity, and why.

`assignment.py` says which prediction answers which gold entity, `cases.py` lays out the evidence, `causes.py`
judges it, `explanations.py` puts it into a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence

from projner_core.corpus import Pair, Reason, Span
from projner_core.evaluation.assignment import Match, match
from projner_core.evaluation.cases import Context, cases
from projner_core.evaluation.causes import cause_of
from projner_core.evaluation.explanations import explain
from projner_core.evaluation.findings import Cause, Finding, Outcome

__all__ = ["Context", "explain", "find"]


def find(
    pair: Pair, gold: Sequence[Span], predicted: Sequence[Span], *, context: Context | None = None
) -> tuple[Finding, ...]:
    """One finding for every gold and every predicted entity of a pair, sorted by position.

    An entity that a side has twice counts once, as in the scores. Without `context`, or where no entity
    is wrong, outcomes alone; with it every error has exactly one cause, `UNKNOWN` where the layers do not
    tell (the pair has no source, or the prediction is no projection).
    """
    matched = match(gold, predicted)
    outcomes = [_outcome(one, other) for one, other in matched]
    if context is None:
        return tuple(Finding(g, p, o) for (g, p), o in zip(matched, outcomes, strict=True))
    if all(outcome is Outcome.CORRECT for outcome in outcomes):
        return _all_correct(matched, context)
    if pair.source is None:
        return tuple(
            Finding(g, p, o, None if o is Outcome.CORRECT else Cause.UNKNOWN)
            for (g, p), o in zip(matched, outcomes, strict=True)
        )
    return tuple(
        Finding(
            g,
            p,
            outcome,
            None if outcome is Outcome.CORRECT else cause_of(case),
            case.entity or case.missed,
        )
        for (g, p), outcome, case in zip(
            matched, outcomes, cases(matched, outcomes, pair, context), strict=True
        )
    )


def _all_correct(matched: Sequence[Match], context: Context) -> tuple[Finding, ...]:
    """The short way for most pairs of a corpus."""
    entity = {
        (p.target.start, p.target.end, p.target.label): p.entity
        for p in reversed(context.projections or ())
        if p.target is not None and p.reason is not Reason.TRANSFERRED
    }
    return tuple(
        Finding(g, p, Outcome.CORRECT, None, entity.get((p.start, p.end, p.label)) if p else None)
        for g, p in matched
    )


def _outcome(gold: Span | None, predicted: Span | None) -> Outcome:
    if predicted is None:
        return Outcome.MISSING
    if gold is None:
        return Outcome.SPURIOUS
    same_place = (gold.start, gold.end) == (predicted.start, predicted.end)
    if gold.label == predicted.label:
        return Outcome.CORRECT if same_place else Outcome.BOUNDARY
    return Outcome.TYPE if same_place else Outcome.TYPE_AND_BOUNDARY
