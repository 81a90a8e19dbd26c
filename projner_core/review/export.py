"""What leaves the review: the spans and links that stand once machine and reviewer have spoken."""

from __future__ import annotations

from collections.abc import Iterable

from projner_core.corpus import Alignment, Span, without_scores
from projner_core.review.actions import PairState, Verdict


def final_spans(state: PairState | None, machine_spans: Iterable[Span]) -> tuple[Span, ...]:
    """The target entities of a pair: corrected ones before a verdict before the machine's.

    Without a correction the verdict "no entity" leaves none. Where entities were marked by hand and
    that verdict stands beside them, the entities stay: a page draws what this returns, so that its
    reader sees the contradiction and never loses work to it. Scores are dropped.
    """
    if state is not None and state.spans is not None:
        return state.spans
    if state is not None and state.verdict is Verdict.NO_ENTITY:
        return ()
    return tuple(sorted(without_scores(machine_spans), key=lambda span: (span.start, span.end)))


def final_source_spans(state: PairState | None, machine_spans: Iterable[Span]) -> tuple[Span, ...]:
    """The source entities of a pair: those marked by hand, else those that came with it."""
    if state is not None and state.source_spans is not None:
        return state.source_spans
    return tuple(sorted(without_scores(machine_spans), key=lambda span: (span.start, span.end)))


def final_links(state: PairState | None, alignment: Alignment) -> Alignment:
    """The links of a pair: those drawn by hand, else the machine's as they are, scores and all.

    Links drawn by hand replace all of the machine's, weak ones too: sure ones are links of score 1,
    possible ones are weak links of 0.5 (`GoldLinks.alignment`), which an export of decided links leaves out.
    """
    if state is not None and state.links is not None:
        return state.links.alignment()
    return alignment
