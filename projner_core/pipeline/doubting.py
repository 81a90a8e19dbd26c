"""How doubtful the projection of each pair looks, and why: what the queue is ordered by.

First one pass counts how names are used over the whole corpus; then each pair is weighed, with what other
layers say of it: projections over other links, taggers on the target. The signs that were found are a layer
of their own, made in chunks, which goes on where it stopped. Only when it is complete, the doubts of the
projection are replaced, all at once. That is at the end of a run or of a comparison: nothing that a reader
does while reviewing changes the order of the queue.

The layer's fingerprint tells which evidence it was made with; with other evidence, another is made.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from projner_core import tagging
from projner_core.corpus import Span, TagProbabilities
from projner_core.errors import ProjnerError
from projner_core.inference.interruption import asking, interruptible
from projner_core.pipeline.config import StageConfig, fingerprint
from projner_core.pipeline.filling import CHUNK, fill, is_gone, provenance, standing, there_already
from projner_core.pipeline.glancing import sign_key
from projner_core.pipeline.lineage import imported_spans, links_behind
from projner_core.pipeline.progress import Watch
from projner_core.review.queue import LEAK, WEIGHTS, doubt
from projner_core.review.signals import Opinions, Sign, Signal, signals
from projner_core.review.usage import Usage
from projner_core.store import Layer, LayerKind, Project

_HOW = StageConfig.model_validate(
    {"name": "noisy-or", "weights": {sign.value: weight for sign, weight in WEIGHTS.items()}, "leak": LEAK}
)
_SHOWN = 0.5  # a pair counts as an example of a sign from this value on

Places = Mapping[tuple[int, int, str], Sequence[tuple[int, int]]]


def weigh(project: Project, projection: Layer, links: Layer, watch: Watch) -> Layer:
    """See to it that the doubts of a finished projection are those that the evidence of today gives.

    Where they are, nothing is done; a weighing that was killed goes on where it stopped.

    Args:
        project: where the layers are.
        projection: the finished projection whose pairs are doubted.
        links: the links that it was made with.
        watch: told of progress.

    Returns:
        The projection as it stands now.

    Raises:
        Cancelled: `watch` said so between two chunks; the doubts from before stand.
        ConflictError: another process weighed meanwhile with more evidence.
    """
    evidence = _Evidence.of(project, projection, links)
    made_from = [projection, links, *evidence.layers]
    mark = fingerprint("doubt", _HOW, *(layer.fingerprint for layer in made_from))
    examples = _Examples()
    layer = there_already(project, mark, "doubt", watch)
    if layer is None:
        layer = _look(project, projection, links, evidence, mark, watch, examples)
    if project.get_meta(_key(projection.id)) != layer.id:
        with standing(project, layer, "run"):
            for start in range(examples.done, project.count(), CHUNK):
                watch.check()
                examples.add(start, project.annotations(layer.id, start, start + CHUNK))
            key = _key(projection.id)
            project.take_doubts(projection, layer, examples_of=examples.positions, noted=key)
    _forget(project, projection, layer)
    return project.layer(projection.id)


def reweigh(project: Project, watch: Watch) -> Layer | None:
    """Weigh the projection under review again, where there is evidence now that there was not before.

    Raises:
        Cancelled: as `weigh`.
    """
    current = project.current_projection
    links = links_behind(project, current)
    if current is None or links is None:
        return None
    return weigh(project, project.layer(current), links, watch)


def signals_at(
    project: Project, projection_id: int | None, positions: Collection[int]
) -> dict[int, tuple[Signal, ...]]:
    """Position -> the signs of trouble that were found in these pairs; none where nothing was weighed yet."""
    for _ in range(2):  # a weighing that ends at this moment deletes the layer of the one before
        layer_id = None if projection_id is None else project.get_meta(_key(projection_id))
        if layer_id is None:
            break
        try:
            return project.annotations_at(layer_id, positions)
        except ProjnerError:
            if not is_gone(project, layer_id):
                raise
    return {}


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What else is known of the pairs of a projection.

    Attributes:
        aligners: for each other layer of links, its name, and a projection over it.
        models: taggers on the target.
    """

    aligners: tuple[tuple[str, Layer], ...]
    models: tuple[Layer, ...]

    @classmethod
    def of(cls, project: Project, projection: Layer, links: Layer) -> _Evidence:
        """Everything there is, in order of creation."""
        gold = imported_spans(project, "target")
        models = [
            layer
            for kind in (LayerKind.SPANS, LayerKind.TAGS)
            for layer in project.layers(kind=kind, side="target")
            if layer.id != gold
        ]
        return cls(
            tuple(_over_other_links(project, projection, links)),
            tuple(sorted(models, key=lambda layer: layer.id)),
        )

    @property
    def layers(self) -> list[Layer]:
        return [*(layer for _, layer in self.aligners), *self.models]

    def read(self, project: Project, start: int, stop: int) -> Iterator[Opinions]:
        """What is said of the pairs in `[start, stop)`."""
        aligners = [
            (name, [_places(row) for row in asking(project.targets(layer.id, start, stop))])
            for name, layer in self.aligners
        ]
        models = [
            (layer.name, [_as_spans(found) for found in asking(project.annotations(layer.id, start, stop))])
            for layer in self.models
        ]
        for i in range(stop - start):
            yield Opinions(
                aligners=[(name, rows[i]) for name, rows in aligners],
                models=[(name, rows[i]) for name, rows in models],
            )


def _over_other_links(project: Project, projection: Layer, links: Layer) -> Iterator[tuple[str, Layer]]:
    """For each other layer of an aligner's links, a projection over it: by the same projector, if there is
    one, else the latest."""
    chosen: dict[int, tuple[Layer, Layer]] = {}
    for layer in project.layers(kind=LayerKind.PROJECTIONS, side="target"):
        behind = links_behind(project, layer.id)
        if behind is None or behind.id == links.id or behind.provenance.get("gold"):
            continue
        known = chosen.get(behind.id)
        if known is None or _alike(layer, projection) >= _alike(known[1], projection):
            chosen[behind.id] = behind, layer
    for _, (behind, layer) in sorted(chosen.items()):
        yield behind.name, layer


def _alike(one: Layer, other: Layer) -> bool:
    """Whether two projections were made by the same projector with the same settings."""
    told = ("system", "settings")
    return [one.provenance.get(key) for key in told] == [other.provenance.get(key) for key in told]


def _look(
    project: Project,
    projection: Layer,
    links: Layer,
    evidence: _Evidence,
    mark: str,
    watch: Watch,
    examples: _Examples,
) -> Layer:
    """The layer of signs, as far as it was not made before; the examples of what is found."""
    usage = _usage(project, projection, watch)
    layer = project.open_layer(
        name=f"doubts of {projection.name}",
        kind=LayerKind.SIGNALS,
        side="both",
        fingerprint=mark,
        provenance=provenance("doubt", _HOW) | {"weighs": projection.id},
        parents=[projection.id, links.id, *(layer.id for layer in evidence.layers)],
    )

    def write(start: int, stop: int) -> None:
        found, doubts = [], []
        known = zip(
            project.pairs(start, stop),
            project.annotations(projection.id, start, stop),
            _links(project, links, start, stop),
            evidence.read(project, start, stop),
            strict=True,
        )
        for pair, projections, drawn, opinions in asking(known):
            own = signals(pair, projections, drawn, usage, opinions)
            found.append(own)
            doubts.append(doubt(projections, own))
        project.write(layer, start, found, doubts=doubts)
        if examples.done == start:
            examples.add(start, found)

    with standing(project, layer, "run"):
        return fill(project, layer, "doubt", CHUNK, write, watch)


def _usage(project: Project, projection: Layer, watch: Watch) -> Usage:
    """How names are used over the whole corpus, counted in one pass."""
    usage, total = Usage(), project.count()
    watch.begin("doubt", 0, total)
    for start in range(0, total, CHUNK):
        stop = min(start + CHUNK, total)
        watch.check()
        pairs = project.pairs(start, stop)
        with interruptible(watch.check):
            rows = zip(asking(pairs), project.annotations(projection.id, start, stop), strict=True)
            for pair, projections in rows:
                usage.add(pair, projections)
        watch.advance(stop)
    return usage


def _links(project: Project, links: Layer, start: int, stop: int) -> Iterator[list[tuple[int, int]]]:
    """The links of each pair in `[start, stop)`, as (source, target) offsets."""
    arrays = project.link_arrays(links.id, start, stop)
    sources, targets = arrays.records["source"].tolist(), arrays.records["target"].tolist()
    offsets = arrays.offsets.tolist()
    for first, last in itertools.pairwise(offsets):
        yield list(zip(sources[first:last], targets[first:last], strict=True))


def _places(row: Sequence[tuple[tuple[int, int, str], tuple[int, int] | None]]) -> Places:
    places: dict[tuple[int, int, str], list[tuple[int, int]]] = {}
    for entity, target in row:
        own = places.setdefault(entity, [])
        if target is not None:
            own.append(target)
    return places


def _as_spans(found: object) -> tuple[Span, ...]:
    """What a tagger found in a sentence; of probabilities, the entities of the most probable valid tags."""
    if isinstance(found, TagProbabilities):
        return tagging.entities(found)
    assert isinstance(found, tuple)
    return found


class _Examples:
    """Of each sign, the pairs that show it clearly; of the pairs from 0 on, as far as they were added."""

    def __init__(self) -> None:
        self.done = 0
        self.positions: dict[str, list[int]] = {sign_key(sign): [] for sign in Sign}

    def add(self, start: int, rows: Sequence[Sequence[Signal]]) -> None:
        """The pairs from `start` on, which is where the last ones ended."""
        for position, found in enumerate(rows, start):
            for sign in {signal.sign for signal in found if signal.value >= _SHOWN}:
                self.positions[sign_key(sign)].append(position)
        self.done = start + len(rows)


def _forget(project: Project, projection: Layer, layer: Layer) -> None:
    """Delete what was weighed with less evidence: nobody reads it any more."""
    for other in project.layers(kind=LayerKind.SIGNALS, incomplete=True):
        if other.id < layer.id and other.provenance.get("weighs") == projection.id:
            with suppress(ProjnerError):  # another weighing may just have deleted it
                project.delete_layer(other)


def _key(projection_id: int) -> str:
    """Where a project's `meta` says which layer of signs the doubts of a projection come from."""
    return f"doubts_of_{projection_id}"
