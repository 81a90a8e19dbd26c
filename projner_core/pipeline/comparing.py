"""Aligners compared over a whole project: what they share, where they part, what it does to the projection.

A comparison is a layer of numbers over all pairs, made in chunks like any other, from two to four layers
of links; its signal is how much the aligners disagree about a pair, so that the store's queue over this
layer walks the pairs from the most disputed on. The totals are kept beside it: a page only reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from projner_core.pipeline.config import StageConfig
from projner_core.pipeline.progress import Watch
from projner_core.store import Layer, Project

MOST = 4  # aligners side by side


class CompareConfig(BaseModel):
    """What to compare: layers of links that are there, and aligners that are run first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    layers: tuple[int, ...] = Field(default=(), description="ids of layers of links")
    aligners: tuple[StageConfig, ...] = Field(default=(), description="aligners to run first")
    projector: StageConfig = Field(default=StageConfig(name="matching"))


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Compared:
    """What is known of one aligner over the whole project.

    Attributes:
        layer: its links.
        projection: what the projector made of them; None where no source entity is known.
        links: how many links it has.
        only: how many of them no other aligner of the comparison has.
        entities: how many source entities there are.
        projected: how many of them its links carried over.
        f1: strict entity F1 of its projection against the gold entities of the target; None without gold.
        precision, recall, aer: its links against gold links; None without gold links.
        pairs_per_second: how fast it ran, or None where that is not known (an imported layer).
    """

    layer: Layer
    projection: Layer | None
    links: int
    only: int
    entities: int
    projected: int
    f1: Estimate | None
    precision: Estimate | None
    recall: Estimate | None
    aer: Estimate | None
    pairs_per_second: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Totals over the project.

    Attributes:
        layer: the layer of numbers; the queue over it goes from the most disputed pair on.
        aligners: one a compared layer, in the order asked for.
        shared: `shared[a][b]` links that both have; on the diagonal, an aligner's own.
        pairs: how many pairs there are.
        disputed: in how many of them an entity is projected to different spans by different aligners.
        gold_pairs: how many pairs have gold links.
        sample: at most 2,000 pairs, spread evenly: (position, link disagreement, quality), both in [0, 1].
        quality: what `sample`'s quality is: "f1" (of the projection under review, pair by pair, against
            gold entities) or "certainty" (1 - doubt).
    """

    layer: Layer
    aligners: tuple[Compared, ...]
    shared: tuple[tuple[int, ...], ...]
    pairs: int
    disputed: int
    gold_pairs: int
    sample: tuple[tuple[int, float, float], ...]
    quality: str


@dataclass(frozen=True, slots=True)
class Disputed:
    """One pair of a comparison.

    Attributes:
        links: how many links each aligner has.
        agreement: links that all have, as a share of those that any has; 1.0 where none has one.
        entities: source entities that the aligners project to different spans.
        projected: entities that each aligner projects.
        spans: for each disputed entity: its text and label, and where each aligner puts it (the text of the
            target tokens, or "" for nowhere).
    """

    position: int
    id: str
    links: tuple[int, ...]
    agreement: float
    entities: int
    projected: tuple[int, ...]
    spans: tuple[tuple[str, tuple[str, ...]], ...]


def link_layers(project: Project) -> list[Layer]:
    """The layers of links that can be compared: all complete ones but gold links."""
    raise NotImplementedError


def compare(project: Project, config: CompareConfig, watch: Watch) -> Comparison:
    """Run what is missing, stage by stage, and put the aligners beside each other.

    A killed or cancelled comparison goes on where it stopped. The projection under review stays what it is.

    Raises:
        Cancelled, ProjnerError: as `pipeline.run.run`; fewer than two or more than four aligners.
    """
    raise NotImplementedError


def find(project: Project, layers: Sequence[int], projector: StageConfig | None = None) -> Comparison | None:
    """The comparison of these layers, where it is complete and up to date; a read of milliseconds."""
    raise NotImplementedError


def disputed(project: Project, comparison: Comparison, *, offset: int = 0, limit: int = 20) -> list[Disputed]:
    """The pairs of a comparison, those first where the aligners disagree about most entities, then those
    where they disagree most about links; a read of milliseconds."""
    raise NotImplementedError
