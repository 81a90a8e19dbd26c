"""What a layer is held against: the tags that came with the target file, or what reviewers decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from projner_core.corpus import Projection, Span, projected_spans
from projner_core.errors import ProjnerError
from projner_core.pipeline.lineage import imported_spans
from projner_core.review.actions import Kind, PairState
from projner_core.review.export import final_spans
from projner_core.store import Layer, Project

Against = Literal["gold", "review"]


@dataclass(frozen=True, slots=True)
class Standard:
    """Gold, or the review as it stood at one moment.

    Attributes:
        against: which of the two.
        layer: the gold layer; of a review, the projection that the reviewers saw and left as it was where
            they said that it is right, None where nothing was under review.
        state: what tells this moment from others (`state_of`).
        decided: of a review, the pairs with a verdict; None of gold, which has something to say of all.
    """

    against: Against
    layer: Layer | None
    state: str
    decided: dict[int, PairState] | None

    def judges(self, position: int) -> bool:
        """Whether it has something to say of this pair."""
        return self.decided is None or position in self.decided

    def spans(self, project: Project, start: int, stop: int) -> list[tuple[Span, ...] | None]:
        """What is right for the pairs in `[start, stop)`; None for those of which nothing is known."""
        if self.layer is None:
            right: list[tuple[Span, ...]] = [()] * (stop - start)
        else:
            right = [spans_of(found) for found in project.annotations(self.layer.id, start, stop)]
        decided = self.decided
        if decided is None:
            return list(right)
        return [
            final_spans(decided[position], spans) if position in decided else None
            for position, spans in enumerate(right, start)
        ]


def standards(project: Project) -> list[Against]:
    """What layers can be held against here: gold where there is, the review where a pair has a verdict."""
    there: list[Against] = []
    if imported_spans(project, "target") is not None:
        there.append("gold")
    if project.review_counts()[0]:
        there.append("review")
    return there


def standard(project: Project, against: Against) -> Standard:
    """What layers are held against, as it stands now.

    Raises:
        ProjnerError: there is no gold, or no pair has a verdict.
    """
    if against == "gold":
        gold = imported_spans(project, "target")
        if gold is None:
            raise ProjnerError(
                "there is no gold here: the target file came without tags. Review some pairs and evaluate "
                "against the review, or import a target file with tags."
            )
        return Standard("gold", project.layer(gold), state_of(project, "gold"), None)
    state = state_of(project, "review")
    while True:  # until nobody decided anything while it was read
        current = project.current_projection
        decided = {
            position: pair
            for position, pair in project.states(0, project.count()).items()
            if pair.verdict is not None
        }
        again = state_of(project, "review")
        if again == state:
            break
        state = again
    if not decided:
        raise ProjnerError(
            "no pair has a verdict yet. Open some in Inspect, correct what is wrong, and say that they are "
            "right; these pairs are then what layers are held against."
        )
    return Standard("review", None if current is None else project.layer(current), state, decided)


def state_of(project: Project, against: Against) -> str:
    """The same as long as nothing that layers are held against has changed; a read of milliseconds."""
    if against == "gold":
        gold = imported_spans(project, "target")
        return f"gold {gold}"
    return f"review {project.last_action((Kind.SPANS, Kind.VERDICT))} over {project.current_projection}"


def spans_of(annotation: Iterable[Any]) -> tuple[Span, ...]:
    """The target spans of one pair of a layer of spans or of projections."""
    items = tuple(annotation)
    if items and isinstance(items[0], Projection):
        return projected_spans(items)
    return items
