"""A comparison of aligners as a page reads it: its totals, and its pairs from the most disputed on.

`pipeline.comparing` makes what is read here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from projner_core.corpus import Projection, Span, projected_spans
from projner_core.pipeline.aligning import pairs_per_second
from projner_core.pipeline.config import StageConfig
from projner_core.pipeline.lineage import entities_behind, imported_spans
from projner_core.pipeline.recent import Recent
from projner_core.pipeline.tagging import entities_mark
from projner_core.store import Layer, LayerKind, Project

if TYPE_CHECKING:
    from projner_core.corpus import Pair
    from projner_core.evaluation.entities import Score

MATCHING = StageConfig(name="matching")


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
            Without any projection there is no sample.
        quality: what `sample`'s quality is: "f1" (of the projection under review, pair by pair, against
            gold entities) or "certainty" (1 - doubt). Where nothing is under review, it is the quality of
            the first aligner's projection.
        outdated: whether source entities were corrected since: comparing again takes that in.
    """

    layer: Layer
    aligners: tuple[Compared, ...]
    shared: tuple[tuple[int, ...], ...]
    pairs: int
    disputed: int
    gold_pairs: int
    sample: tuple[tuple[int, float, float], ...]
    quality: Literal["f1", "certainty"]
    outdated: bool = False


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


def find(project: Project, layers: Sequence[int], projector: StageConfig | None = None) -> Comparison | None:
    """The comparison of these layers of links, in this order; None where there is no complete one.

    One that is up to date is found first, else the latest, which is then `outdated`. A read of milliseconds,
    but for scores against gold links the first time and when some were drawn (`pipeline.gold`).
    """
    projector = projector or MATCHING
    mark = entities_mark(project, tagger_behind(project))
    wanted = {"layers": sorted(set(layers)), "projector": projector.model_dump()}
    found: tuple[Layer, dict[str, Any]] | None = None
    for layer in reversed(project.layers(kind=LayerKind.NUMBERS)):
        about = layer.provenance
        if about.get("stage") != "compare" or any(about[key] != value for key, value in wanted.items()):
            continue
        totals = project.get_meta(totals_key(layer))
        if totals is None:  # a comparison that was killed between its last chunk and its totals
            continue
        if about["entities"] == mark:
            return put_together(project, layer, layers, totals, outdated=False)
        found = found or (layer, totals)
    return put_together(project, found[0], layers, found[1], outdated=True) if found else None


def disputed(project: Project, comparison: Comparison, *, offset: int = 0, limit: int = 20) -> list[Disputed]:
    """The pairs of a comparison, those first where the aligners disagree about most entities, then those
    where they disagree most about links; a read of milliseconds."""
    items = project.queue(comparison.layer.id, offset=offset, limit=limit)
    positions = [item.position for item in items]
    pairs = project.pairs_at(positions)
    numbers = project.annotations_at(comparison.layer.id, positions)
    projections = [
        project.annotations_at(aligner.projection.id, positions)
        for aligner in comparison.aligners
        if aligner.projection is not None
    ]
    places = _places(comparison.layer, [aligner.layer.id for aligner in comparison.aligners])
    return [
        _disputed(position, pairs[position], numbers[position], [p[position] for p in projections], places)
        for position in positions
    ]


def tagger_behind(project: Project) -> StageConfig:
    """The tagger of the run under review; 'given' where there was none."""
    entities = entities_behind(project)
    about = {} if entities is None else project.layer(entities).provenance
    if about.get("stage") != "tag":
        return StageConfig(name="given")
    return StageConfig.model_validate(about["settings"] | {"name": about["system"]})


def totals_key(layer: Layer) -> str:
    """Where in a project's `meta` the totals of a comparison stand."""
    return f"comparison:{layer.id}"


def bounds(score: Score) -> list[float]:
    """A score and its interval, which shrinks to the score where there was nothing to draw from."""
    interval = score.interval
    return [score.value, interval.low, interval.high] if interval else [score.value] * 3


def put_together(
    project: Project, layer: Layer, asked: Sequence[int], totals: dict[str, Any], *, outdated: bool
) -> Comparison:
    """A comparison put together from what is kept, its aligners in the order asked for."""
    from projner_core.pipeline import tallying
    from projner_core.pipeline.gold import gold_scores

    about, sums = layer.provenance, totals["sums"]
    n = len(about["layers"])
    shared = tallying.shared(sums, n)
    only, projected = sums[tallying.only_of(n)], sums[tallying.projected_of(n)]
    places = _places(layer, asked)
    layers = {layer.id: layer for layer in project.layers()}
    links = [layers[about["layers"][k]] for k in places]
    scores = gold_scores(project, links)
    aligners = []
    for place, (k, own) in enumerate(zip(places, links, strict=True)):
        against_gold = None if scores is None else scores[place]
        aligners.append(
            Compared(
                layer=own,
                projection=layers[about["projections"][k]] if about["projections"] else None,
                links=shared[k][k],
                only=int(only[k]),
                entities=int(sums[tallying.ENTITIES]),
                projected=int(projected[k]),
                f1=Estimate(*totals["f1"][k]) if totals["f1"] else None,
                precision=_estimate(against_gold.precision) if against_gold else None,
                recall=_estimate(against_gold.recall) if against_gold else None,
                aer=_estimate(against_gold.aer) if against_gold else None,
                pairs_per_second=pairs_per_second(project, own),
            )
        )
    sample, quality = _sample(project, totals["sample"], aligners[0].projection)
    return Comparison(
        layer=layer,
        aligners=tuple(aligners),
        shared=tuple(tuple(shared[a][b] for b in places) for a in places),
        pairs=project.count(),
        disputed=totals["disputed"],
        gold_pairs=scores[0].pairs if scores else 0,
        sample=sample,
        quality=quality,
        outdated=outdated,
    )


def _places(layer: Layer, asked: Sequence[int]) -> list[int]:
    """Where each aligner asked for stands in the layer of numbers."""
    return [layer.provenance["layers"].index(layer_id) for layer_id in asked]


_qualities: Recent[dict[int, float]] = Recent(16)


def _sample(
    project: Project, kept: Sequence[tuple[int, float]], first: Layer | None
) -> tuple[tuple[tuple[int, float, float], ...], Literal["f1", "certainty"]]:
    """The sample with the quality of the projection under review, which may be another than it was."""
    gold = imported_spans(project, "target")
    kind: Literal["f1", "certainty"] = "certainty" if gold is None else "f1"
    current = project.current_projection
    projection = first if current is None else project.layer(current)
    if projection is None:
        return (), kind
    positions = [position for position, _ in kept]

    def made() -> dict[int, float]:
        if gold is None:
            return {p: 1 - doubt for p, doubt in project.doubts_at(projection.id, positions).items()}
        expected = project.annotations_at(gold, positions)
        found = project.annotations_at(projection.id, positions)
        return {p: _pair_f1(expected[p], projected_spans(found[p])) for p in positions}

    against = None if gold is None else project.layer(gold).fingerprint
    qualities = _qualities.get((project.identity, projection.fingerprint, against), made)
    return tuple((p, far, qualities[p]) for p, far in kept if p in qualities), kind


def _pair_f1(gold: Collection[Span], found: Collection[Span]) -> float:
    """Strict F1 of one pair; 1.0 where both are empty."""
    ours, theirs = ({_entity(span) for span in spans} for spans in (gold, found))
    return 2 * len(ours & theirs) / (len(ours) + len(theirs)) if ours or theirs else 1.0


def _disputed(
    position: int,
    pair: Pair,
    numbers: Sequence[float],
    projections: Sequence[Sequence[Projection]],
    places: Sequence[int],
) -> Disputed:
    """One line of the table; `projections` are in the order of `places`."""
    from projner_core.pipeline import tallying

    n, whole = len(places), [int(number) for number in numbers]
    links, projected = whole[tallying.links_of(n)], whole[tallying.projected_of(n)]
    return Disputed(
        position=position,
        id=pair.id,
        links=tuple(links[k] for k in places),
        agreement=whole[tallying.ALL] / whole[tallying.ANY] if whole[tallying.ANY] else 1.0,
        entities=whole[tallying.DISPUTED],
        projected=tuple(projected[k] for k in places),
        spans=_disputed_spans(pair, projections),
    )


def _disputed_spans(
    pair: Pair, projections: Sequence[Sequence[Projection]]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    from projner_core.pipeline.tallying import places_of

    source, target = pair.both()
    put = [
        places_of([(_entity(p.entity), (p.target.start, p.target.end) if p.target else None) for p in own])
        for own in projections
    ]
    return tuple(
        (
            f"{' '.join(source.tokens[start:end])} ({label})",
            tuple(
                " … ".join(" ".join(target.tokens[a:b]) for a, b in own.get((start, end, label), ()))
                for own in put
            ),
        )
        for start, end, label in sorted({entity for own in put for entity in own})
        if len({own.get((start, end, label), ()) for own in put}) > 1
    )


def _entity(span: Span) -> tuple[int, int, str]:
    return span.start, span.end, span.label


def _estimate(score: Score) -> Estimate:
    return Estimate(*bounds(score))
