"""What a reviewer changed, as lines that can be read: each sentence as it was, and as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from projner_core.corpus import Span, projected_spans, without_scores
from projner_core.pipeline.exporting import accepted_spans
from projner_core.review.export import final_spans
from projner_core.store import Project
from projner_ui.actions import REVIEW

_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Difference:
    """One pair whose target entities are no longer the machine's; both lines in brackets."""

    position: int
    id: str
    was: str
    now: str


def first_differences(project: Project, limit: int) -> list[Difference]:
    """The first pairs, in the order of the file, that the reviewed export tags otherwise than the machine."""
    found = []
    for difference in _differences(project):
        found.append(difference)
        if len(found) == limit:
            break
    return found


def _differences(project: Project) -> Iterator[Difference]:
    layer = project.current_projection
    total, accepted = project.count(), project.accepted_elsewhere(REVIEW)
    for start in range(0, total, _AT_ONCE):
        earlier = accepted_spans(project, accepted, range(start, start + _AT_ONCE))
        for position, state in project.states(start, start + _AT_ONCE, REVIEW).items():
            machine = projected_spans(project.annotation(layer, position)) if layer is not None else ()
            now = final_spans(state, earlier.get(position, machine))
            if now == final_spans(None, machine):
                continue
            pair = project.pair(position)
            tokens = pair.target.tokens
            yield Difference(
                position, pair.id, bracketed(tokens, without_scores(machine)), bracketed(tokens, now)
            )


def bracketed(tokens: Sequence[str], spans: Iterable[Span]) -> str:
    """`[ORG Mahakama ya Haki] ilisema`: one line, whatever white space a token holds."""
    marked = tuple(spans)
    opened = {span.start: f"[{span.label} " for span in marked}
    closed = {span.end - 1 for span in marked}
    words = (
        f"{opened.get(index, '')}{token}{']' if index in closed else ''}"
        for index, token in enumerate(tokens)
    )
    return " ".join(" ".join(words).split())
