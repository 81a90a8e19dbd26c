"""What a layer is held against: the tags that came with the target file, or what reviewers decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from projner_core import tagging
from projner_core.corpus import Projection, Span, TagProbabilities, projected_spans
from projner_core.errors import ProjnerError
from projner_core.pipeline.lineage import imported_spans
from projner_core.review.actions import Kind, PairState
from projner_core.review.export import final_spans
from projner_core.store import Layer, LayerKind, Project

Against = Literal["gold", "review"]
ENTITIES = (LayerKind.PROJECTIONS, LayerKind.SPANS, LayerKind.TAGS)
"""The kinds of layers that entities can be read from, by `spans_of`."""


@dataclass(frozen=True, slots=True)
class Standard:
    """Gold, or the review as it stood at one moment.

    Attributes:
        against: which of the two.
        layers: the gold layer; of a review, the projections that the reviewers saw and left as they were
            where they said that they are right.
        state: what tells this moment from others (`state_of`).
        decided: of a review, the pairs with a verdict; None of gold, which has something to say of all.
        seen: of a review, the layer that each of these pairs showed when its verdict was given, whatever
            came under review later; None where nothing was under review.
    """

    against: Against
    layers: tuple[Layer, ...]
    state: str
    decided: dict[int, PairState] | None = None
    seen: Mapping[int, int | None] = field(default_factory=dict)

    def judges(self, position: int) -> bool:
        """Whether it has something to say of this pair."""
        return self.decided is None or position in self.decided

    def spans(self, project: Project, start: int, stop: int) -> list[tuple[Span, ...] | None]:
        """What is right for the pairs in `[start, stop)`; None for those of which nothing is known."""
        if self.decided is None:
            (gold,) = self.layers
            return [spans_of(found) for found in project.annotations(gold.id, start, stop)]
        shown: dict[int, Any] = {}
        for layer in self.layers:
            here = [p for p in range(start, stop) if p in self.decided and self.seen.get(p) == layer.id]
            shown |= project.annotations_at(layer.id, here)
        return [
            final_spans(self.decided[p], spans_of(shown.get(p, ()))) if p in self.decided else None
            for p in range(start, stop)
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
        return Standard("gold", (project.layer(gold),), state_of(project, "gold"))
    state = state_of(project, "review")
    while True:  # until nobody decided anything while it was read
        seen = project.seen_with()
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
    used = {seen.get(position) for position in decided}
    layers = tuple(layer for layer in project.layers(incomplete=True) if layer.id in used)
    return Standard("review", layers, state, decided, seen)


def state_of(project: Project, against: Against) -> str:
    """The same as long as nothing that layers are held against has changed; a read of milliseconds."""
    if against == "gold":
        gold = imported_spans(project, "target")
        return f"gold {gold}, labels that it does not mark left out"
    last = project.last_action((Kind.SPANS, Kind.VERDICT))
    seen = [str(layer) for layer, since in project.under_review() if since < last]
    return f"review {last} over {', '.join(seen)}"


def spans_of(annotation: Iterable[Any] | TagProbabilities) -> tuple[Span, ...]:
    """The target spans of one pair of a layer of spans, of projections or of tags' probabilities."""
    if isinstance(annotation, TagProbabilities):
        return tagging.entities(annotation)
    items = tuple(annotation)
    if items and isinstance(items[0], Projection):
        return projected_spans(items)
    return items
