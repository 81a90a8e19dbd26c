"""One pair, as the link view draws it: everything the browser needs of it, and of no other pair."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from projner_core.corpus import Alignment, Pair, Projection, Sentence, Span, projected_spans
from projner_core.pipeline.doubting import signals_at
from projner_core.pipeline.lineage import link_layers, links_behind
from projner_core.review.export import final_links, final_source_spans, final_spans
from projner_core.review.queue import telling
from projner_core.review.reasons import reason_text, signal_text
from projner_core.review.signals import Sign
from projner_core.store import Layer, LayerKind, Project
from projner_ui import palette
from projner_ui.actions import REVIEW, machine_source_spans, machine_spans
from projner_ui.evaluation_finding import Found
from projner_ui.labels import labels
from projner_ui.languages import direction, own_name

THRESHOLD = 0.3  # where the aligner names none of its own: weaker links are there, and dashed
DRAWN = 0.75  # of links drawn by hand: sure ones score 1 and are plain, possible ones 0.5 and are dashed
FAINTEST = 0.05  # links below this are nobody's business
MOST_CANDIDATES = 6
MOST_DOUBTS = 3  # of one entity, and of the pair as a whole
TOLD_ANYWAY = {Sign.UNPROJECTED, Sign.LOW_SCORE, Sign.CLOSE_RUNNER_UP}  # reason, score and margin tell them
MOST_RIBBONS = 4  # layers to compare with: more would bury the pair


@dataclass(frozen=True, slots=True)
class View:
    """The data of the link view, and the revision of the pair that it shows."""

    data: dict[str, Any]
    revision: int


def build(
    project: Project,
    position: int,
    *,
    beside: Collection[int] = (),
    found: Found | None = None,
    error: str | None = None,
) -> View:
    """Read what the store holds of the pair at `position`.

    Args:
        project: where the pair is.
        position: which it is.
        beside: ids of layers to compare with, besides those that always are.
        found: what an evaluation found in the pair.
        error: a sentence about what went wrong.

    Raises:
        ProjnerError: the store can't be read.
    """
    pair = project.pair(position)
    layers = _Layers.of(project, beside)
    state = project.state(position, REVIEW)
    alignment = _alignment(project, layers.links, position)
    projections = _projections(project, layers.projection, position)
    machine = projected_spans(projections)
    entities = machine_source_spans(project, position)
    source_spans = final_source_spans(state, entities)
    target_spans = final_spans(state, machine_spans(project, position))
    left = None if target_spans == final_spans(None, machine) else machine
    ribbons = _ribbons(project, layers.ribbons, position, left)
    revision = (state.last_action if state else None) or 0
    seen = [*source_spans, *target_spans, *(s for _, spans in ribbons for s in spans)]
    data = {
        "pair": pair.id,
        "position": position,
        "revision": revision,
        "source": _side(pair.source, source_spans, bool(state and state.source_spans is not None)),
        "target": _side(pair.target, target_spans, bool(state and state.spans is not None)),
        "links": _links(final_links(state, alignment)),
        "threshold": DRAWN if state and state.links is not None else layers.threshold,
        "layers": [
            {"name": name, "key": str(number) if number < 10 else "", "spans": _spans(spans)}
            for number, (name, spans) in enumerate(ribbons, 1)
        ],
        "labels": palette.entries(labels(project, {span.label for span in seen})),
        "projections": [_explained(p, pair, alignment) for p in projections],
        "doubts": _doubts(project, layers.projection, position),
        "findings": [dict(entry) for entry in found.entries] if found else [],
        "evaluated": {"layer": found.layer, "changed": found.changed} if found else None,
        "verdict": state.verdict if state else None,
        "note": state.note if state else "",
        "error": error,
    }
    return View(data, revision)


@dataclass(frozen=True, slots=True)
class _Layers:
    """The layers that this page shows: the projection under review, its links, others to compare with."""

    projection: Layer | None
    links: Layer | None
    ribbons: tuple[Layer, ...]

    @classmethod
    def of(cls, project: Project, beside: Collection[int]) -> _Layers:
        current = project.current_projection
        projection = project.layer(current) if current is not None else None
        links = links_behind(project, current)
        if links is None:  # not projected yet: the links are worth seeing all the same
            links = next(reversed(link_layers(project)), None)
        given = project.layers(kind=LayerKind.SPANS, side="target")
        projected = project.layers(kind=LayerKind.PROJECTIONS, side="target")
        # The latest first; what was made to compare aligners with is there when it is asked for.
        others = [
            layer
            for layer in reversed(projected)
            if layer.id != current and (layer.id in beside or not layer.provenance.get("compared"))
        ]
        asked = sorted(others, key=lambda layer: layer.id not in beside)
        return cls(projection, links, (*given, *asked)[:MOST_RIBBONS])

    @property
    def threshold(self) -> float:
        settings = self.links.provenance.get("settings", {}) if self.links else {}
        threshold = settings.get("threshold", THRESHOLD)
        return float(threshold) if isinstance(threshold, int | float) else THRESHOLD


def _alignment(project: Project, layer: Layer | None, position: int) -> Alignment:
    found = project.annotation(layer.id, position) if layer else None
    return found if isinstance(found, Alignment) else Alignment()


def _projections(project: Project, layer: Layer | None, position: int) -> tuple[Projection, ...]:
    return tuple(project.annotation(layer.id, position)) if layer else ()


def _doubts(project: Project, layer: Layer | None, position: int) -> list[dict[str, Any]]:
    """What makes the pair doubtful beyond what is told of its entities anyway, what counts most first."""
    found = signals_at(project, layer.id if layer else None, [position]).get(position, ())
    told: list[dict[str, Any]] = []
    for signal in telling(found):
        here = sum(doubt["entity"] == signal.entity for doubt in told)
        if signal.sign not in TOLD_ANYWAY and here < MOST_DOUBTS:
            told.append({"entity": signal.entity, "text": signal_text(signal)})
    return told


def _ribbons(
    project: Project, layers: Sequence[Layer], position: int, machine: tuple[Span, ...] | None
) -> list[tuple[str, tuple[Span, ...]]]:
    """Target-side layers to compare with and copy from; the machine's own once a reviewer left it."""
    ribbons = [("projected", machine)] if machine is not None else []
    for layer in layers:
        found = tuple(project.annotation(layer.id, position))
        spans = projected_spans(found) if layer.kind is LayerKind.PROJECTIONS else found
        ribbons.append((layer.name, spans))
    return ribbons


def _side(sentence: Sentence | None, spans: Iterable[Span], corrected: bool) -> dict[str, Any] | None:
    if sentence is None:
        return None
    return {
        "tokens": list(sentence.tokens),
        "lang": sentence.lang.replace("_", "-"),
        "name": own_name(sentence.lang),
        "dir": direction(sentence.tokens),
        "spans": _spans(spans),
        "editable": True,
        "corrected": corrected,
    }


def _links(alignment: Alignment) -> list[list[float]]:
    known = sorted((*alignment.links, *alignment.weak))
    return [[link.source, link.target, round(link.score, 3)] for link in known if link.score >= FAINTEST]


def _explained(projection: Projection, pair: Pair, alignment: Alignment) -> dict[str, Any]:
    target, margin = projection.target, projection.margin
    return {
        "entity": _span(projection.entity),
        "target": _span(target) if target else None,
        "score": round(projection.score, 3),
        "reason": projection.reason.value,
        "text": reason_text(projection, pair, alignment),
        "candidates": [
            {"start": c.start, "end": c.end, "score": None if c.score is None else round(c.score, 3)}
            for c in projection.candidates[:MOST_CANDIDATES]
        ],
        "margin": None if margin is None else round(margin, 3),
    }


def _spans(spans: Iterable[Span]) -> list[dict[str, Any]]:
    return [_span(span) for span in sorted(spans, key=lambda s: (s.start, s.end))]


def _span(span: Span) -> dict[str, Any]:
    return {"start": span.start, "end": span.end, "label": span.label}
