"""Annotations as bytes: compact JSON for spans, projections and findings, packed records for links.

Nothing is ever unpickled. A link is one little-endian record of 20 bytes, the numpy dtype
`[("source", "<u4"), ("target", "<u4"), ("score", "<f4"), ("forward", "<f4"), ("backward", "<f4")]`,
NaN standing for None; in front of the records stands the number of strong links (`<u4`), behind
them come the weak ones. Scores of links are therefore rounded to float32; scores in JSON are exact.
Numbers are packed little-endian float32 too, probabilities of tags float16: they come back within 0.0005
of what they were (half of float16's step below 1), and tiny ones within 2**-25. A text is UTF-8; half a
surrogate pair, which JSON input may hold, is kept as it is.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterable
from enum import StrEnum
from math import isfinite
from typing import Any

from projner_core.corpus import Alignment, Link, Projection, Reason, Span, TagProbabilities
from projner_core.evaluation.findings import Cause, Finding, Outcome
from projner_core.review.signals import Sign, Signal


class LayerKind(StrEnum):
    """What a layer holds for every pair."""

    SPANS = "spans"  # tuple[Span, ...]
    LINKS = "links"  # Alignment
    PROJECTIONS = "projections"  # tuple[Projection, ...]
    NUMBERS = "numbers"  # tuple[float, ...]; whole ones up to 2**24 are exact
    TAGS = "tags"  # TagProbabilities
    TEXTS = "texts"  # str
    FINDINGS = "findings"  # tuple[Finding, ...]
    SIGNALS = "signals"  # tuple[Signal, ...]


EntityKey = tuple[int, int, str]  # start, end, label

_COUNT = struct.Struct("<I")
_HEAD = struct.Struct("<II")
_LINK = struct.Struct("<IIfff")
_NAN = float("nan")


def encode(kind: LayerKind, annotation: Any) -> bytes:
    """One pair's annotation as bytes.

    Raises:
        ValueError: a score is not finite.
        TypeError, AttributeError: the annotation is not of this kind.
    """
    return _ENCODERS[kind](annotation)


def decode(kind: LayerKind, payload: bytes) -> Any:
    """The inverse of `encode`: an equal value, link scores rounded to float32."""
    return _DECODERS[kind](payload)


def encode_spans(spans: Iterable[Span]) -> bytes:
    """`[[start, end, label], ...]`, with the score as a fourth where there is one."""
    return _to_json([_span(span) for span in spans])


def decode_spans(payload: bytes) -> tuple[Span, ...]:
    """The inverse of `encode_spans`."""
    if payload == b"[]":  # most sentences
        return ()
    return tuple(Span(*fields) for fields in _from_json(payload))


def encode_projections(projections: Iterable[Projection]) -> bytes:
    """`[[entity, target or null, reason, candidates, rivals], ...]`."""
    return _to_json(
        [
            [
                _span(p.entity),
                None if p.target is None else _span(p.target),
                p.reason.value,
                [_span(c) for c in p.candidates],
                [_span(r) for r in p.rivals],
            ]
            for p in projections
        ]
    )


def decode_projections(payload: bytes) -> tuple[Projection, ...]:
    """The inverse of `encode_projections`."""
    if payload == b"[]":
        return ()
    return tuple(
        Projection(
            entity=Span(*entity),
            target=None if target is None else Span(*target),
            reason=Reason(reason),
            candidates=tuple(Span(*fields) for fields in candidates),
            rivals=tuple(Span(*fields) for fields in rivals),
        )
        for entity, target, reason, candidates, rivals in _from_json(payload)
    )


def encode_links(alignment: Alignment) -> bytes:
    """The number of strong links, the strong links, the weak links."""
    links = (*alignment.links, *alignment.weak)
    for link in links:
        if not all(score is None or isfinite(score) for score in (link.score, link.forward, link.backward)):
            raise ValueError(f"the scores of {link} are not all finite")
    pack = _LINK.pack
    records = [
        pack(
            link.source,
            link.target,
            link.score,
            _NAN if link.forward is None else link.forward,
            _NAN if link.backward is None else link.backward,
        )
        for link in links
    ]
    return _COUNT.pack(len(alignment.links)) + b"".join(records)


def decode_targets(payload: bytes) -> list[tuple[EntityKey, tuple[int, int] | None]]:
    """Of `encode_projections`, only where each entity went: its start, end and label, and the target span."""
    if payload == b"[]":
        return []
    return [
        ((entity[0], entity[1], entity[2]), None if target is None else (target[0], target[1]))
        for entity, target, *_ in _from_json(payload)
    ]


def decode_links(payload: bytes) -> Alignment:
    """The inverse of `encode_links`."""
    (strong,) = _COUNT.unpack_from(payload)
    links = [
        Link(
            source,
            target,
            score,
            forward if forward == forward else None,  # NaN alone differs from itself
            backward if backward == backward else None,
        )
        for source, target, score, forward, backward in _LINK.iter_unpack(memoryview(payload)[_COUNT.size :])
    ]
    return Alignment(tuple(links[:strong]), tuple(links[strong:]))


def encode_numbers(numbers: Iterable[float]) -> bytes:
    """The numbers, one after the other."""
    values = [float(number) for number in numbers]
    if not all(map(isfinite, values)):
        raise ValueError(f"the numbers {values} are not all finite")
    return struct.pack(f"<{len(values)}f", *values)


def decode_numbers(payload: bytes) -> tuple[float, ...]:
    """The inverse of `encode_numbers`."""
    return struct.unpack(f"<{len(payload) // 4}f", payload)


def encode_tags(tags: TagProbabilities) -> bytes:
    """The number of rows, the length of what follows, the tags as a JSON list; then the rows, packed."""
    names = _to_json(tags.tags)
    values = [float(value) for row in tags.rows for value in row]
    if not all(map(isfinite, values)):
        raise ValueError("the probabilities of the tags are not all finite")
    return _HEAD.pack(len(tags.rows), len(names)) + names + struct.pack(f"<{len(values)}e", *values)


def decode_tags(payload: bytes) -> TagProbabilities:
    """The inverse of `encode_tags`: equal tags, probabilities rounded to float16."""
    rows, length = _HEAD.unpack_from(payload)
    tags = tuple(_from_json(payload[_HEAD.size : _HEAD.size + length]))
    packed = memoryview(payload)[_HEAD.size + length :]
    if not tags:
        return TagProbabilities((), ((),) * rows)
    return TagProbabilities(tags, tuple(struct.iter_unpack(f"<{len(tags)}e", packed)))


def encode_text(text: str) -> bytes:
    """The text."""
    return text.encode("utf-8", "surrogatepass")


def decode_text(payload: bytes) -> str:
    """The inverse of `encode_text`."""
    return payload.decode("utf-8", "surrogatepass")


def encode_findings(findings: Iterable[Finding]) -> bytes:
    """`[[gold or null, predicted or null, outcome, cause or null, source entity or null], ...]`, without the
    nulls at the end."""
    return _to_json([_finding(finding) for finding in findings])


def decode_findings(payload: bytes) -> tuple[Finding, ...]:
    """The inverse of `encode_findings`."""
    if payload == b"[]":
        return ()
    return tuple(
        Finding(
            gold=None if gold is None else Span(*gold),
            predicted=None if predicted is None else Span(*predicted),
            outcome=Outcome(outcome),
            cause=Cause(rest[0]) if rest and rest[0] is not None else None,
            entity=Span(*rest[1]) if len(rest) > 1 else None,
        )
        for gold, predicted, outcome, *rest in _from_json(payload)
    )


def encode_signals(signals: Iterable[Signal]) -> bytes:
    """`[[sign, value, entity or null, detail, ...], ...]`."""
    return _to_json([[s.sign.value, float(s.value), s.entity, *s.details] for s in signals])


def decode_signals(payload: bytes) -> tuple[Signal, ...]:
    """The inverse of `encode_signals`."""
    if payload == b"[]":
        return ()
    return tuple(
        Signal(Sign(sign), value, entity, tuple(details))
        for sign, value, entity, *details in _from_json(payload)
    )


def decode_decisions(payload: bytes) -> list[tuple[EntityKey, tuple[int, int] | None, str]]:
    """As `decode_targets`, and with each entity the reason."""
    if payload == b"[]":
        return []
    return [
        (
            (entity[0], entity[1], entity[2]),
            None if target is None else (target[0], target[1]),
            reason,
        )
        for entity, target, reason, *_ in _from_json(payload)
    ]


def _finding(finding: Finding) -> list[Any]:
    fields = [
        None if finding.gold is None else _span(finding.gold),
        None if finding.predicted is None else _span(finding.predicted),
        finding.outcome.value,
        None if finding.cause is None else finding.cause.value,
        None if finding.entity is None else _span(finding.entity),
    ]
    while fields[-1] is None:
        fields.pop()
    return fields


def _span(span: Span) -> list[Any]:
    # int() and float(): numbers that come from numpy are not JSON
    interval = [int(span.start), int(span.end), span.label]
    return interval if span.score is None else [*interval, float(span.score)]


def _to_json(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")  # JSON input may hold half a surrogate pair


def _from_json(payload: bytes) -> Any:
    return json.loads(payload.decode("utf-8", "surrogatepass"))


_ENCODERS: dict[LayerKind, Callable[[Any], bytes]] = {
    LayerKind.SPANS: encode_spans,
    LayerKind.LINKS: encode_links,
    LayerKind.PROJECTIONS: encode_projections,
    LayerKind.NUMBERS: encode_numbers,
    LayerKind.TAGS: encode_tags,
    LayerKind.TEXTS: encode_text,
    LayerKind.FINDINGS: encode_findings,
    LayerKind.SIGNALS: encode_signals,
}
_DECODERS: dict[LayerKind, Callable[[bytes], Any]] = {
    LayerKind.SPANS: decode_spans,
    LayerKind.LINKS: decode_links,
    LayerKind.PROJECTIONS: decode_projections,
    LayerKind.NUMBERS: decode_numbers,
    LayerKind.TAGS: decode_tags,
    LayerKind.TEXTS: decode_text,
    LayerKind.FINDINGS: decode_findings,
    LayerKind.SIGNALS: decode_signals,
}
