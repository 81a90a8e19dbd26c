"""Giving the files back: the user's own CoNLL with only its tags changed, links, and everything as JSON.

Exports stream: a project of any size is written with one chunk of it in memory
(`projner_core.formats.base.write_whole` puts the stream into a file).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from itertools import islice, repeat
from typing import Any, Literal

from projner_core.corpus import (
    Alignment,
    GoldLinks,
    Pair,
    Span,
    without_scores,
)
from projner_core.errors import ProjnerError
from projner_core.formats import conll, pharaoh
from projner_core.pipeline.lineage import Side, entities_behind, imported_spans, links_behind
from projner_core.pipeline.linking import gold_links
from projner_core.pipeline.standards import ENTITIES
from projner_core.pipeline.standards import spans_of as _as_spans
from projner_core.review.actions import PairState, links_to_json
from projner_core.review.export import final_links, final_source_spans, final_spans
from projner_core.schemes import Scheme, SchemeError, encode
from projner_core.store import Layer, LayerKind, Project

CHUNK = 1000


def spans_of(project: Project, layer: int | Literal["reviewed"], side: Side) -> Iterator[tuple[Span, ...]]:
    """The spans of every pair, in order.

    `"reviewed"` is what stands after review: on the target side the projection under review with every
    correction laid over it, and what was accepted of an earlier one; on the source side the source entities
    with theirs.

    Raises:
        ProjnerError: the layer holds something else, or entities of the other side.
    """
    layer_id = _under_review(project, side) if layer == "reviewed" else _of_side(project, layer, side).id
    final = final_spans if side == "target" else final_source_spans
    accepted = project.accepted_elsewhere() if layer == "reviewed" and side == "target" else {}
    total = project.count()
    for start in range(0, total, CHUNK):
        stop = min(start + CHUNK, total)
        found = project.annotations(layer_id, start, stop) if layer_id is not None else [()] * (stop - start)
        states = project.states(start, stop) if layer == "reviewed" else {}
        earlier = accepted_spans(project, accepted, range(start, stop))
        for position, annotation in enumerate(found, start):
            spans = earlier.get(position, _as_spans(annotation))
            yield final(states.get(position), spans) if layer == "reviewed" else without_scores(spans)


def accepted_spans(
    project: Project, accepted: Mapping[int, int | None], positions: range
) -> dict[int, tuple[Span, ...]]:
    """Position -> entities of the layer that was accepted there (`Project.accepted_elsewhere`)."""
    by_layer: dict[int | None, list[int]] = {}
    for position in accepted.keys() & set(positions):
        by_layer.setdefault(accepted[position], []).append(position)
    spans: dict[int, tuple[Span, ...]] = dict.fromkeys(by_layer.pop(None, []), ())
    for layer, here in by_layer.items():
        assert layer is not None
        spans |= {p: _as_spans(found) for p, found in project.annotations_at(layer, here).items()}
    return spans


def conll_text(
    project: Project,
    layer: int | Literal["reviewed"] = "reviewed",
    side: Side = "target",
    *,
    scheme: Scheme | None = None,
) -> Iterator[str]:
    """The CoNLL file, sentence by sentence: as it was imported, byte for byte, but for changed tags.

    Tags are written in the scheme of the imported file unless `scheme` names another; a sentence whose
    spans are what its tags said keeps its tags as they are.

    Raises:
        ProjnerError: the scheme can't write these spans (IO, and two entities of one type that touch), or a
            pair has no token on this side: its translation is empty.
    """
    layout = imported_layout(project, side)
    written = scheme or (layout.scheme if layout else None) or Scheme.IOB2
    original = imported_spans(project, side) if scheme is None else None
    if layout is not None and layout.bom:
        yield "\ufeff"
    total = project.count()
    spans = spans_of(project, layer, side)
    for start in range(0, total, CHUNK):
        stop = min(start + CHUNK, total)
        rows = zip(
            project.pairs(start, stop),
            project.raw(side, start, stop),
            islice(spans, stop - start),
            project.annotations(original, start, stop)
            if original is not None
            else repeat(None, stop - start),
            strict=True,
        )
        for pair, raw, chosen, untouched in rows:
            if raw is not None and chosen == untouched:
                yield raw
            else:
                yield _written(pair, side, raw, layout, chosen, written)


def _written(
    pair: Pair,
    side: Side,
    raw: str | None,
    layout: conll.Layout | None,
    spans: tuple[Span, ...],
    scheme: Scheme,
) -> str:
    sentence = pair.target if side == "target" else pair.source
    if sentence is None or not sentence.tokens:
        raise ProjnerError(
            f"pair {pair.id!r} has {'no' if sentence is None else 'an empty'} {side} sentence, which a CoNLL "
            "file has no way to write: export JSON lines, which can hold it, or make a project without this "
            "pair."
        )
    try:
        tags = encode(spans, len(sentence), scheme)
    except SchemeError as error:
        raise ProjnerError(
            f"pair {pair.id!r} can't be written in {scheme}: {error} Choose another scheme for this export."
        ) from error
    if raw is None or layout is None:
        return conll.sentence_from_tokens(sentence.tokens, tags, id=pair.id)
    return conll.render(raw, layout, tags)


def pharaoh_text(
    project: Project, layer: int | Literal["reviewed"], *, threshold: float | None = None
) -> Iterator[str]:
    """The links of a layer, one line a pair, as `source-target`; decided again at `threshold` if given.

    `"reviewed"` is what stands after review: the links behind the projection under review, and where links
    were drawn by hand, those of them that are sure. A layer of gold links is written with its possible
    links, as `source?target`.

    Raises:
        ProjnerError: no links are known, neither of an aligner nor drawn by hand; or the layer holds none.
    """
    reviewed = layer == "reviewed"
    behind = links_behind(project, project.current_projection) if reviewed else project.layer(int(layer))
    if behind is None and not project.positions_with_links():
        raise ProjnerError("there are no links yet: run the pipeline, or draw some on the page Aligners")
    if behind is not None and behind.kind is not LayerKind.LINKS:
        raise ProjnerError(
            f"the layer {behind.name!r} holds {_held(behind)}, no links: choose a layer of links"
        )
    gold = behind is not None and not reviewed and bool(behind.provenance.get("gold"))
    for states, alignments in _with_states(project, behind):
        for state, alignment in zip(states, alignments, strict=True):
            decided = alignment if threshold is None else alignment.at(threshold)
            if gold:
                yield pharaoh.format_gold(GoldLinks.of(alignment)) + "\n"
            else:
                yield pharaoh.format(final_links(state if reviewed else None, decided)) + "\n"


def gold_links_text(project: Project) -> Iterator[str]:
    """The gold links, one line a pair: sure ones as `source-target`, possible ones as `source?target`.

    Links drawn by hand stand over imported gold; a pair with neither has an empty line, which says that it
    was not drawn. So has a pair that was drawn by hand as having none: files have no other way to write it.
    """
    total = project.count()
    for start in range(0, total, CHUNK):
        for links in gold_links(project, start, min(start + CHUNK, total)):
            yield pharaoh.format_gold(links or GoldLinks()) + "\n"


def _with_states(
    project: Project, links: Layer | None
) -> Iterator[tuple[list[PairState | None], list[Alignment]]]:
    """What was decided of each pair and its links, chunk by chunk; no links where there is no layer."""
    total = project.count()
    for start in range(0, total, CHUNK):
        stop = min(start + CHUNK, total)
        found = project.states(start, stop)
        states = [found.get(position) for position in range(start, stop)]
        none = [Alignment()] * (stop - start)
        yield states, none if links is None else project.annotations(links.id, start, stop)


def jsonl_text(project: Project) -> Iterator[str]:
    """Everything known of each pair, one JSON object a line: tokens, entities, links, decisions, review."""
    projection = project.current_projection
    links = links_behind(project, projection)
    total = project.count()
    targets = spans_of(project, "reviewed", "target")
    sources = spans_of(project, "reviewed", "source")
    for start in range(0, total, CHUNK):
        stop = min(start + CHUNK, total)
        empty: list[Any] = [None] * (stop - start)
        rows = zip(
            range(start, stop),
            project.pairs(start, stop),
            project.annotations(links.id, start, stop) if links is not None else empty,
            project.annotations(projection, start, stop) if projection is not None else empty,
            strict=True,
        )
        states = project.states(start, stop)
        for position, pair, alignment, projections in rows:
            state = states.get(position)
            record = {
                "id": pair.id,
                "source": None if pair.source is None else list(pair.source.tokens),
                "target": list(pair.target.tokens),
                "source_entities": [[s.start, s.end, s.label] for s in next(sources)],
                "target_entities": [[s.start, s.end, s.label] for s in next(targets)],
                "links": None if alignment is None else _links(alignment),
                "links_by_hand": links_to_json(state.links) if state else None,
                "projections": [asdict(p) for p in projections] if projections is not None else None,
                "verdict": state.verdict if state else None,
                "note": state.note if state else "",
            }
            yield json.dumps(record, ensure_ascii=False) + "\n"


def imported_layout(project: Project, side: Side) -> conll.Layout | None:
    """How the CoNLL file of this side was laid out; None where it came as plain text."""
    layout = project.get_meta(f"{side}_layout", None)
    return conll.Layout.from_dict(layout) if layout else None


def _links(alignment: Alignment) -> list[list[float]]:
    return [[link.source, link.target, round(link.score, 4)] for link in alignment.links]


def _of_side(project: Project, layer_id: int, side: Side) -> Layer:
    """The layer, which must hold entities of this side."""
    layer = project.layer(layer_id)
    if layer.kind in ENTITIES and layer.side == side:
        return layer
    fitting = [
        f"{other.name} ({other.id})" for kind in ENTITIES for other in project.layers(kind=kind, side=side)
    ]
    raise ProjnerError(
        f"the layer {layer.name!r} holds {_held(layer)} of {_sides(layer.side)}, and what is written "
        f"are entities of {_sides(side)}. Choose another side or another layer; "
        f"of {_sides(side)} there are: {', '.join(['reviewed', *fitting])}"
    )


def _sides(side: Literal["source", "target", "both"]) -> str:
    return "both sides" if side == "both" else f"the {side} side"


_HELD = {
    LayerKind.SPANS: "entities",
    LayerKind.PROJECTIONS: "projected entities",
    LayerKind.LINKS: "links",
    LayerKind.NUMBERS: "the numbers of a comparison",
    LayerKind.TAGS: "the probabilities of a tagger",
    LayerKind.FINDINGS: "the findings of an evaluation",
    LayerKind.SIGNALS: "the doubts of a projection",
}


def _held(layer: Layer) -> str:
    """What a layer holds, in words."""
    if layer.kind is LayerKind.TEXTS:
        return "a translation" if layer.side == "source" else "marked text"
    return _HELD[layer.kind]


def _under_review(project: Project, side: Side) -> int | None:
    return project.current_projection if side == "target" else entities_behind(project)
