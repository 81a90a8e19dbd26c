"""How good a layer is against gold, and why it is wrong where it is: over a whole project, kept for good.

An evaluation is a layer of findings over all pairs, made in chunks like any other. What they add up to
is kept beside it, and so is which pairs stand behind each number: a page only reads. Findings of one
layer against the same gold are never made twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from projner_core.evaluation.summary import Summary
from projner_core.pipeline.progress import Watch
from projner_core.store import Layer, Project

Against = Literal["gold", "review"]


class EvaluateConfig(BaseModel):
    """What to evaluate, and against what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    layers: tuple[int, ...] = Field(description="ids of layers of projections or of target spans")
    against: Against = Field(
        default="gold",
        description="'gold': the tags that came with the target file; 'review': pairs with a verdict",
    )


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One layer against gold.

    Attributes:
        findings: the layer of findings.
        layer: what was evaluated.
        against: what it was held against.
        pairs: how many pairs that has something to say of: all of gold, the reviewed ones of a review.
        summary: every figure, with its examples' keys.
        outdated: whether corrections were made since; evaluate again.
        tuned_here: whether a setting behind the layer was tuned on these very sentences (`projner tune`):
            the figures are optimistic then.
    """

    findings: Layer
    layer: Layer
    against: Against
    pairs: int
    summary: Summary
    outdated: bool
    tuned_here: bool


def evaluable(project: Project) -> list[Layer]:
    """The layers that can be evaluated: finished projections and target spans that are no gold, newest
    first, the one under review before all."""
    raise NotImplementedError


def standards(project: Project) -> list[Against]:
    """What layers can be held against here: gold where there is, the review where a pair has a verdict."""
    raise NotImplementedError


def evaluate(project: Project, config: EvaluateConfig, watch: Watch) -> list[Evaluation]:
    """Find what is missing; goes on where a killed one stopped.

    Raises:
        Cancelled: `watch` said so between two chunks.
        ProjnerError: there is no gold, no verdict, or no such layer.
    """
    raise NotImplementedError


def find(project: Project, layer_id: int, against: Against = "gold") -> Evaluation | None:
    """The evaluation that is there; None where it has to be made. Answers in milliseconds."""
    raise NotImplementedError


def examples(project: Project, evaluation: Evaluation, key: str) -> int:
    """How many pairs stand behind a key of the evaluation's summary; the queue lists them
    (`Project.queue(..., examples=(findings layer id, key))`)."""
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Glance:
    """What can be said of a projection without gold.

    Attributes:
        entities: source entities, by label.
        projected: how many of them were projected, by label.
        reasons: why the others were not: reason -> how many.
        doubts: how many pairs have a doubt in [0, .1), [.1, .2), … [.9, 1], (10,).
        agreement: of each other finished layer over the same sentences, the F1 of the two as if one were
            gold: (layer, F1).
        signals: of each sign of trouble, the pairs that show it: (name, pairs).
    """

    entities: dict[str, int]
    projected: dict[str, int]
    reasons: dict[str, int]
    doubts: tuple[int, ...]
    agreement: tuple[tuple[Layer, float], ...]
    signals: tuple[tuple[str, int], ...]


def glance(project: Project, layer: Layer) -> Glance:
    """What can be said of a projection without gold; counted once a process for each layer."""
    raise NotImplementedError


def difference(project: Project, one: Evaluation, other: Evaluation) -> Any:
    """`evaluation.significance.Difference` of two evaluations against the same gold, counted once, kept."""
    raise NotImplementedError


def by_text(project: Project, asked: Sequence[str]) -> list[Layer]:
    """Layers by what the command line or the URL calls them, number or name; `ProjnerError` names the
    choice."""
    raise NotImplementedError
