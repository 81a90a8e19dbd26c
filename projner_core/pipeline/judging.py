"""The making of an evaluation: the findings of every pair, and what they add up to."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from projner_core.evaluation import errors
from projner_core.evaluation.dimensions import Seen
from projner_core.evaluation.errors import Context
from projner_core.evaluation.summary import Summary, keys, summarise
from projner_core.evaluation.unmarked import count_left_out, marked_only, unmarked_labels
from projner_core.pipeline.carried import count_projected
from projner_core.pipeline.config import StageConfig, fingerprint
from projner_core.pipeline.filling import CHUNK, fill, provenance, standing, there_already
from projner_core.pipeline.lineage import imported_spans, links_behind, source_entities_of
from projner_core.pipeline.progress import Watch
from projner_core.pipeline.standards import Standard, spans_of
from projner_core.store import Layer, LayerKind, Project

if TYPE_CHECKING:
    from projner_core.corpus import Pair, Span

# Their projectors place entities by marks in a text; links help to tell the marks apart, if anything.
_PLACED_BY_MARKS = frozenset({"markers", "back-translation"})
_PASSES = 3  # over all pairs: findings, what was projected, sentences
JUDGED = "judged"  # the key of all pairs that a review has something to say of


def find_all(project: Project, layer: Layer, against: Standard, watch: Watch) -> Layer:
    """The layer of findings, whatever of it is there already; goes on where a killed one stopped."""
    context = _Behind(project, layer)
    config = StageConfig(name=against.against)
    behind = [one for one in (*against.layers, *context.layers) if one is not None]
    marks = [layer.fingerprint, against.state, *(one.fingerprint for one in behind)]
    if context.partly:  # in what was found before this was told apart, nobody's marking counted as "none"
        marks.append("of the given source entities, those of pairs that came with a source")
    mark = fingerprint("evaluate", config, *marks)
    if there := there_already(project, mark, "evaluate", watch):
        return there
    unmarked = _unmarked(project, against)
    about = {"layer": layer.id, "against": against.against, "state": against.state}
    findings = project.open_layer(
        name=f"{layer.name} against {against.against}",
        kind=LayerKind.FINDINGS,
        side="target",
        fingerprint=mark,
        provenance=provenance("evaluate", config) | about,
        parents=list(dict.fromkeys([layer.id, *(one.id for one in behind)])),
    )

    def write(start: int, stop: int) -> None:
        predicted = project.annotations(layer.id, start, stop)
        rows = zip(
            project.pairs(start, stop),
            against.spans(project, start, stop),
            predicted,
            context.read(start, stop, predicted),
            strict=True,
        )
        project.write(
            findings,
            start,
            [
                ()
                if gold is None
                else errors.find(pair, gold, marked_only(spans_of(found), unmarked), context=known)
                for pair, gold, found, known in rows
            ],
        )

    with standing(project, findings, "evaluate"):
        return fill(project, findings, "evaluate", CHUNK, write, watch)


def _unmarked(project: Project, against: Standard) -> frozenset[str]:
    """The labels that are left out: none in a review, where people decided of every entity that they saw."""
    if against.decided is not None:
        return frozenset()
    chunks = (against.spans(project, start, start + CHUNK) for start in range(0, project.count(), CHUNK))
    return unmarked_labels(spans or () for chunk in chunks for spans in chunk)


def _left_out(project: Project, layer: Layer, against: Standard, watch: Watch) -> dict[str, int]:
    unmarked = _unmarked(project, against)

    def predicted() -> Iterator[tuple[Span, ...]]:
        for start in range(0, project.count(), CHUNK):
            watch.check()
            yield from map(spans_of, project.annotations(layer.id, start, start + CHUNK))

    return count_left_out(predicted(), unmarked)


def context_of(project: Project, layer: Layer, position: int) -> Context | None:
    """What the layers behind an evaluated layer know of one pair, which its findings are explained by."""
    found = project.annotation(layer.id, position)
    return next(_Behind(project, layer).read(position, position + 1, [found]))


class _Behind:
    """What the layers behind a projection know of its pairs: where causes are read from."""

    def __init__(self, project: Project, layer: Layer) -> None:
        self._project = project
        self.entities = source_entities_of(project, layer.id)
        # Links that did not place an entity did not misplace it: no cause is read from them.
        marked = layer.provenance.get("system") in _PLACED_BY_MARKS
        self.links = None if marked else links_behind(project, layer.id)
        self.source_gold = self._people_marked()
        self._asked = layer.kind is LayerKind.PROJECTIONS and self.entities is not None
        self._translation = None if self.source_gold is None else project.translation

    @property
    def layers(self) -> tuple[Layer | None, ...]:
        return (self.entities, self.links, self.source_gold) if self._asked else ()

    @property
    def partly(self) -> bool:
        """Whether source entities came with some pairs only: the others were translated."""
        return self._asked and self._translation is not None

    def read(self, start: int, stop: int, projections: Sequence[Any]) -> Iterator[Context | None]:
        """The context of each pair of this stretch; None where the layer is no projection."""
        if not self._asked:
            yield from (None for _ in range(start, stop))
            return
        columns = [
            [None] * (stop - start) if layer is None else self._project.annotations(layer.id, start, stop)
            for layer in (self.entities, self.links, self.source_gold)
        ]
        translated = [""] * (stop - start)
        if self._translation is not None:
            translated = self._project.annotations(self._translation, start, stop)
        for entities, alignment, gold, text, found in zip(*columns, translated, projections, strict=True):
            if text and not gold:  # nobody marked a sentence that a machine wrote, unless there is something
                gold = None
            yield Context(entities=entities, alignment=alignment, projections=found, source_gold=gold)

    def _people_marked(self) -> Layer | None:
        """The source entities that people marked: those imported, with the corrections made since where the
        projection started from them; a tagger may have been run beside them."""
        imported = imported_spans(self._project, "source")
        if imported is None or self.entities is None:
            return None
        given = self.entities.provenance.get("system") == "given"
        return self.entities if given else self._project.layer(imported)


def add_up(
    project: Project, layer: Layer, findings: Layer, against: Standard, watch: Watch
) -> tuple[int, Summary]:
    """Keep which pairs stand behind each figure of finished findings; how many pairs, and the figures."""
    total, seen = project.count(), Seen()
    watch.begin("score", 0, _PASSES * total)
    positions: dict[str, array[int]] = defaultdict(lambda: array("q"))
    everything = []
    for start in range(0, total, CHUNK):
        watch.check()
        stop = min(start + CHUNK, total)
        rows = zip(project.pairs(start, stop), project.annotations(findings.id, start, stop), strict=True)
        for position, (pair, found) in enumerate(rows, start):
            if not against.judges(position):
                continue
            everything.append(found)
            for key in keys(pair, found, seen):
                positions[key].append(position)
            seen.take(pair, found)
            if against.decided is not None:
                positions[JUDGED].append(position)
        watch.advance(stop)
    projected = None
    if layer.kind is LayerKind.PROJECTIONS:
        projected = count_projected(project, layer.id, counts=against.judges, watch=watch, before=total)
    judged = _judged_pairs(project, against, watch)
    dropped = _left_out(project, layer, against, watch)
    summary = summarise(judged, everything, projected=projected, dropped=dropped)
    watch.check()
    project.write_examples(findings, positions)
    return len(everything), summary


def _judged_pairs(project: Project, against: Standard, watch: Watch) -> Iterator[Pair]:
    total = project.count()
    for start in range(0, total, CHUNK):
        watch.check()
        stop = min(start + CHUNK, total)
        for position, pair in enumerate(project.pairs(start, stop), start):
            if against.judges(position):
                yield pair
        watch.advance(2 * total + stop)
