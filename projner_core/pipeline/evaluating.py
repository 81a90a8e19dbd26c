"""How good a layer is against gold, and why it is wrong where it is: over a whole project, kept for good.

An evaluation is a layer of findings over all pairs, made in chunks like any other. What they add up to
is kept beside it, and so is which pairs stand behind each number: a page only reads. Findings of one
layer against the same gold are never made twice. An evaluation that was killed before its figures were
written is none yet; evaluating again writes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from projner_core.errors import ProjnerError
from projner_core.evaluation.summary import Summary
from projner_core.pipeline.filling import standing
from projner_core.pipeline.glancing import Glance, glance
from projner_core.pipeline.judging import JUDGED, add_up, find_all
from projner_core.pipeline.lineage import imported_spans, named
from projner_core.pipeline.progress import Watch
from projner_core.pipeline.recent import Recent
from projner_core.pipeline.standards import ENTITIES, Against, Standard, standard, standards, state_of
from projner_core.store import Layer, LayerKind, Project

if TYPE_CHECKING:
    from projner_core.evaluation.significance import Difference

__all__ = [
    "Against",
    "EvaluateConfig",
    "Evaluation",
    "Glance",
    "by_text",
    "difference",
    "evaluable",
    "evaluate",
    "examples",
    "find",
    "glance",
    "standards",
]

SAMPLES = 10_000  # of a difference
KILLED_AFTER_S = 3600.0  # an evaluation of some 100,000 pairs takes minutes


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
    gold, current = imported_spans(project, "target"), project.current_projection
    found = [layer for layer in project.layers(side="target") if _holds_entities(layer) and layer.id != gold]
    return sorted(found, key=lambda layer: (layer.id != current, -layer.id))


def evaluate(project: Project, config: EvaluateConfig, watch: Watch) -> list[Evaluation]:
    """Find what is missing; goes on where a killed one stopped.

    Raises:
        Cancelled: `watch` said so between two chunks.
        ConflictError: another process evaluated again meanwhile, after more was decided.
        ProjnerError: there is no gold, no verdict, or no such layer.
    """
    if not config.layers:
        raise ProjnerError("say which layer to evaluate: one of projections, or of entities of the target")
    asked = [_checked(project, layer_id) for layer_id in dict.fromkeys(config.layers)]
    against = standard(project, config.against)
    return [_evaluate(project, layer, against, watch) for layer in asked]


def find(project: Project, layer_id: int, against: Against = "gold") -> Evaluation | None:
    """The evaluation that is there; None where it has to be made. Answers in milliseconds."""
    state = state_of(project, against)
    latest: tuple[Layer, Any] | None = None
    for findings in reversed(project.layers(kind=LayerKind.FINDINGS)):
        about = findings.provenance
        if (about["layer"], about["against"]) != (layer_id, against):
            continue
        kept = project.get_meta(_summary_key(findings))  # once: others may delete what is outdated
        if kept is None:  # killed between its last chunk and its figures
            continue
        if about["state"] == state:
            return _put_together(project, findings, kept, outdated=False)
        latest = latest or (findings, kept)
    return None if latest is None else _put_together(project, *latest, outdated=True)


def examples(project: Project, evaluation: Evaluation, key: str) -> int:
    """How many pairs stand behind a key of the evaluation's summary; the queue lists them
    (`Project.queue(..., examples=(findings layer id, key))`)."""
    return project.examples(evaluation.findings.id, key)


def difference(
    project: Project, one: Evaluation, other: Evaluation, *, samples: int = SAMPLES, seed: int = 0
) -> Difference:
    """How far two evaluations against the same gold differ, and whether by more than chance; counted once,
    kept. The pairs of its four cells are kept as examples of `one` (`cell_key`).

    Args:
        samples: of the bootstrap and the randomisation; 0 for none.
        seed: of both.

    Raises:
        ConflictError: one of the two was evaluated again meanwhile.
        ProjnerError: the two were not held against the same.
    """
    from projner_core.evaluation import significance

    about, others = one.findings.provenance, other.findings.provenance
    if (about["against"], about["state"]) != (others["against"], others["state"]):
        raise ProjnerError(
            f"{one.layer.name!r} and {other.layer.name!r} were not held against the same: evaluate both again"
        )
    place = f"difference:{one.findings.id}:{other.findings.id}:{samples}:{seed}"
    kept = project.get_meta(place)
    if kept is not None:
        return significance.Difference.from_dict(kept)
    again = "evaluate"
    with standing(project, one.findings, again), standing(project, other.findings, again):
        positions = _judged(project, one)
        found = [_findings_at(project, evaluation.findings, positions) for evaluation in (one, other)]
        made = significance.difference(*found, samples=samples, seed=seed)
        cells: dict[str, list[int]] = {cell_key(other, cell): [] for cell in significance.CELLS}
        for position, cell in zip(positions, significance.cells(*found), strict=True):
            cells[cell_key(other, cell)].append(position)
        project.write_examples(one.findings, cells)
        project.set_meta(place, made.to_dict())
    return made


def cell_key(other: Evaluation, cell: str) -> str:
    """The key, among the first evaluation's examples, of a cell of its `difference` from another."""
    from projner_core.evaluation.summary import key

    return key(versus=str(other.findings.id), cell=cell)


def by_text(project: Project, asked: Sequence[str]) -> list[Layer]:
    """Layers to evaluate by what the command line or the URL calls them, number or name; `ProjnerError`
    names the choice."""
    return [named(evaluable(project), text, "layer to evaluate") for text in asked]


def _evaluate(project: Project, layer: Layer, against: Standard, watch: Watch) -> Evaluation:
    findings = find_all(project, layer, against, watch)
    kept = project.get_meta(_summary_key(findings))
    if kept is None:
        with standing(project, findings, "evaluate"):
            pairs, summary = add_up(project, layer, findings, against, watch)
            kept = {"pairs": pairs, "summary": summary.to_dict()}
            project.set_meta(_summary_key(findings), kept)
    _forget_older(project, findings)
    outdated = against.state != state_of(project, against.against)
    return _put_together(project, findings, kept, outdated=outdated)


_summaries: Recent[Summary] = Recent(16)


def _put_together(project: Project, findings: Layer, kept: Any, *, outdated: bool) -> Evaluation:
    """An evaluation of what `_summary_key` keeps."""
    layers = {layer.id: layer for layer in project.layers()}
    layer = layers[findings.provenance["layer"]]
    return Evaluation(
        findings=findings,
        layer=layer,
        against=findings.provenance["against"],
        pairs=kept["pairs"],
        summary=_summaries.get(
            (project.identity, findings.fingerprint), lambda: Summary.from_dict(kept["summary"])
        ),
        outdated=outdated,
        tuned_here=_tuned_on(layer, layers, project.fingerprint()),
    )


def _tuned_on(layer: Layer, layers: dict[int, Layer], corpus: str) -> bool:
    """Whether a setting of this layer, or of one that it was made from, was tuned on this corpus."""
    if layer.provenance.get("tuned_on") == corpus:
        return True
    return any(_tuned_on(layers[parent], layers, corpus) for parent in layer.parents if parent in layers)


def _forget_older(project: Project, findings: Layer) -> None:
    """A review goes on, and each look at it is a layer: of one evaluated layer, the last one is kept.

    One without figures may be in the making by another process, which would stumble; after an hour, it was
    killed.
    """
    about = findings.provenance
    for layer in project.layers(kind=LayerKind.FINDINGS, incomplete=True):
        other = layer.provenance
        same = (other["layer"], other["against"]) == (about["layer"], about["against"])
        if not same or about["against"] != "review" or layer.id >= findings.id:
            continue
        if project.get_meta(_summary_key(layer)) is None and _age(layer) < KILLED_AFTER_S:
            continue
        keys = project.meta_keys("difference:")
        differences = [key for key in keys if str(layer.id) in key.split(":")[1:3]]
        with suppress(ProjnerError):  # another evaluation may just have deleted it
            project.delete_layer(layer, with_meta=[_summary_key(layer), *differences])


def _age(layer: Layer) -> float:
    """Seconds since a layer was opened."""
    return (datetime.now(UTC) - datetime.fromisoformat(layer.created)).total_seconds()


def _judged(project: Project, evaluation: Evaluation) -> list[int]:
    if evaluation.against == "review":
        return project.example_positions(evaluation.findings.id, JUDGED)
    return list(range(project.count()))


def _findings_at(project: Project, findings: Layer, positions: Sequence[int]) -> list[Any]:
    found = project.annotations_at(findings.id, positions)
    return [found[position] for position in positions]


def _summary_key(findings: Layer) -> str:
    """Where in a project's `meta` the figures of an evaluation stand."""
    return f"evaluation:{findings.id}"


def _holds_entities(layer: Layer) -> bool:
    return layer.side == "target" and layer.kind in ENTITIES


def _checked(project: Project, layer_id: int) -> Layer:
    layer = project.layer(layer_id)
    if not _holds_entities(layer) or not layer.complete:
        raise ProjnerError(f"the layer {layer.name!r} holds no finished entities of the target side")
    if layer.id == imported_spans(project, "target"):
        raise ProjnerError(f"{layer.name!r} is what layers are held against: evaluate another")
    return layer
