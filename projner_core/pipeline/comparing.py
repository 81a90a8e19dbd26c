"""Aligners compared over a whole project: what they share, where they part, what it does to the projection.

A comparison is a layer of numbers over all pairs, made in chunks like any other, from two to four layers
of links; its signal is how much the aligners disagree about a pair, so that the store's queue over this
layer walks the pairs from the most disputed on. The totals are kept beside it: a page only reads
(`pipeline.comparison`). A comparison that was killed before its totals were written is none yet; comparing
again writes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from projner_core.corpus import Span
from projner_core.errors import ProjnerError
from projner_core.pipeline.aligning import align, check_can_start
from projner_core.pipeline.comparison import (
    MATCHING,
    Compared,
    Comparison,
    Disputed,
    Estimate,
    bounds,
    disputed,
    find,
    put_together,
    tagger_behind,
    totals_key,
)
from projner_core.pipeline.config import StageConfig, fingerprint
from projner_core.pipeline.doubting import reweigh, weigh
from projner_core.pipeline.filling import CHUNK, fill, provenance, there_already
from projner_core.pipeline.lineage import imported_spans, link_layers
from projner_core.pipeline.progress import Watch
from projner_core.pipeline.projecting import carry_over
from projner_core.pipeline.tagging import entities_mark, tag
from projner_core.pipeline.translating import check_translated
from projner_core.store import Layer, LayerKind, Project

__all__ = [
    "MOST",
    "CompareConfig",
    "Compared",
    "Comparison",
    "Disputed",
    "Estimate",
    "compare",
    "disputed",
    "find",
    "link_layers",
]

MOST = 4  # aligners side by side
SAMPLE = 2000  # pairs of a scatter plot


class CompareConfig(BaseModel):
    """What to compare: layers of links that are there, and aligners that are run first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    layers: tuple[int, ...] = Field(default=(), description="ids of layers of links")
    aligners: tuple[StageConfig, ...] = Field(default=(), description="aligners to run first")
    projector: StageConfig = Field(default=MATCHING, description="what carries the entities over")


def compare(project: Project, config: CompareConfig, watch: Watch) -> Comparison:
    """Run what is missing, stage by stage, and put the aligners beside each other.

    A killed or cancelled comparison goes on where it stopped. The projection under review stays what it is.

    Raises:
        Cancelled, ProjnerError: as `pipeline.run.run`; fewer than two or more than four aligners.
    """
    _check_number(len(config.layers) + len(config.aligners))
    check_translated(project)
    asked = {layer_id: _links(project, layer_id) for layer_id in config.layers}
    there = [check_can_start(project, aligner) for aligner in config.aligners]
    # One aligner twice, or one whose layer is named too, is noticed here rather than when all have run.
    known = asked.keys() | {layer.id for layer in there if layer is not None}
    to_run = {
        fingerprint("align", aligner)
        for aligner, layer in zip(config.aligners, there, strict=True)
        if layer is None
    }
    _check_number(len(known) + len(to_run))
    for aligner in config.aligners:
        layer = align(project, aligner, watch)
        asked[layer.id] = layer
    _check_number(len(asked))  # two aligners may still be one layer
    links = [asked[layer_id] for layer_id in sorted(asked)]  # any order of them is one comparison
    tagger = tagger_behind(project)
    mark = entities_mark(project, tagger)
    projections: list[Layer] = []
    if mark is not None:
        entities = tag(project, tagger, watch)
        mark = entities.fingerprint  # a correction made since `mark` was asked for is in these entities
        projections = [
            carry_over(project, config.projector, entities, layer, watch, compared=True) for layer in links
        ]
        weigh(project, projections[0], links[0], watch)  # its doubts are what is shown without gold
        reweigh(project, watch)  # the other aligners are evidence for what is under review, too
    counted = _count(project, config.projector, links, projections, mark, watch)
    totals = project.get_meta(totals_key(counted))
    if totals is None:
        totals = _totals(project, counted, projections, watch)
        project.set_meta(totals_key(counted), totals)
    return put_together(project, counted, list(asked), totals, outdated=False)


def _check_number(number: int) -> None:
    if not 2 <= number <= MOST:
        raise ProjnerError(
            f"{number} aligner{'' if number == 1 else 's'} cannot be compared: "
            f"choose two to {MOST} that differ"
        )


def _links(project: Project, layer_id: int) -> Layer:
    layer = project.layer(layer_id)
    if layer.kind is not LayerKind.LINKS or not layer.complete:
        raise ProjnerError(f"the layer {layer.name!r} holds no finished links, so it cannot be compared")
    if layer.provenance.get("gold"):
        raise ProjnerError(f"{layer.name!r} are gold links: aligners are scored against them, not compared")
    return layer


def _count(
    project: Project,
    projector: StageConfig,
    links: Sequence[Layer],
    projections: Sequence[Layer],
    entities: str | None,
    watch: Watch,
) -> Layer:
    """The layer of numbers over these layers, which are sorted by id."""
    from projner_core.pipeline.tallying import signals, tally

    config = StageConfig(name="comparison")
    parents = [*links, *projections]
    mark = fingerprint("compare", config, *(parent.fingerprint for parent in parents))
    if there := there_already(project, mark, "compare", watch):
        return there
    about = {
        "layers": [layer.id for layer in links],
        "projections": [layer.id for layer in projections],
        "projector": projector.model_dump(),
        "entities": entities,
    }
    layer = project.open_layer(
        name=" · ".join(layer.name for layer in links),
        kind=LayerKind.NUMBERS,
        side="both",
        fingerprint=mark,
        provenance=provenance("compare", config) | about,
        parents=[parent.id for parent in parents],
    )

    def write(start: int, stop: int) -> None:
        rows = tally(
            [project.link_arrays(links_.id, start, stop) for links_ in links],
            [project.targets(projection.id, start, stop) for projection in projections],
        )
        project.write(layer, start, rows.tolist(), doubts=signals(rows).tolist())

    return fill(project, layer, "compare", CHUNK, write, watch)


def _totals(project: Project, layer: Layer, projections: Sequence[Layer], watch: Watch) -> dict[str, Any]:
    """What is kept beside the numbers, so that a page only reads: their sums, F1, the sample."""
    import numpy as np

    from projner_core.pipeline import tallying

    rows = project.number_array(layer.id, 0, project.count())
    positions = [i * len(rows) // min(SAMPLE, len(rows)) for i in range(min(SAMPLE, len(rows)))]
    return {
        "sums": rows.sum(axis=0, dtype=np.float64).tolist(),
        "disputed": int(np.count_nonzero(rows[:, tallying.DISPUTED])),
        "f1": _f1(project, projections, watch),
        "sample": list(zip(positions, tallying.disagreement(rows[positions]).tolist(), strict=True)),
    }


def _f1(project: Project, projections: Sequence[Layer], watch: Watch) -> list[list[float]] | None:
    """Of each projection, strict micro F1 with its interval; None without gold entities."""
    from projner_core.evaluation.entities import score
    from projner_core.evaluation.unmarked import marked_only, unmarked_labels

    gold = imported_spans(project, "target")
    if gold is None:
        return None
    total = project.count()
    watch.begin("score", 0, total * len(projections))
    expected = project.annotations(gold, 0, total)
    unmarked = unmarked_labels(expected)
    found = []
    for number, projection in enumerate(projections, 1):
        watch.check()
        spans = (
            marked_only(
                (Span(*target, label) for (_, _, label), target in pair if target is not None), unmarked
            )
            for start in range(0, total, CHUNK)
            for pair in project.targets(projection.id, start, min(start + CHUNK, total))
        )
        found.append(bounds(score(expected, list(spans)).micro.f1))
        watch.advance(total * number)
    return found
