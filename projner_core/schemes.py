"""Tag schemes as tables: IO, IOB1, IOB2, BIOES and BILOU; tags to spans and back.

A tag is `O`, or a prefix letter, a hyphen and a label: `B-PER`. The label is everything behind the
first hyphen, so it may hold hyphens, slashes and any script. What the schemes allow is said by two
tables, `_READS` and `_WRITES`; no function here asks which scheme it deals with, except that IO
cannot part two touching spans of one label.

Whether a sequence of tags is valid depends, in every scheme, on neighbours alone. So one judgement,
of the boundary between two tags, serves decoding, validation and detection; the sentence begins and
ends as if an `O` stood there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Literal, NamedTuple

from projner_core.corpus import Span, check_spans
from projner_core.errors import ProjnerError

OUTSIDE = "O"


class Scheme(StrEnum):
    """The schemes by their usual names (Ramshaw and Marcus 1995; Tjong Kim Sang and Veenstra 1999)."""

    IO = "IO"
    IOB1 = "IOB1"
    IOB2 = "IOB2"
    BIOES = "BIOES"
    BILOU = "BILOU"


class SchemeError(ProjnerError):
    """Tags that their scheme does not allow, or spans that it cannot write.

    Attributes:
        position: 0-based token offset.
        tag: the tag that stands there, or would have to.
    """

    def __init__(self, message: str, *, position: int, tag: str) -> None:
        super().__init__(message)
        self.position = position
        self.tag = tag


@dataclass(frozen=True, slots=True)
class Problem:
    """One tag that breaks its scheme: where, which, and a sentence that says why."""

    position: int
    tag: str
    why: str


@dataclass(frozen=True, slots=True)
class Change:
    """One tag that a repair replaced, and a sentence that says why."""

    position: int
    was: str
    now: str
    why: str


@dataclass(frozen=True, slots=True)
class Repaired:
    """Valid tags, and what had to change for them; no changes means that they were valid before."""

    tags: tuple[str, ...]
    changes: tuple[Change, ...]


class _Reads(NamedTuple):
    """What a prefix may do in a scheme."""

    begins: Literal["anywhere", "never", "touching"]  # touching: only right after a span of its label
    continues: bool  # it may go on with the span of the token before
    goes_on: bool  # the token behind may belong to its span
    ends: bool  # its span may end with it


_READS: dict[Scheme, dict[str, _Reads]] = {
    Scheme.IO: {
        "I": _Reads("anywhere", continues=True, goes_on=True, ends=True),
    },
    Scheme.IOB1: {
        "B": _Reads("touching", continues=False, goes_on=True, ends=True),
        "I": _Reads("anywhere", continues=True, goes_on=True, ends=True),
    },
    Scheme.IOB2: {
        "B": _Reads("anywhere", continues=False, goes_on=True, ends=True),
        "I": _Reads("never", continues=True, goes_on=True, ends=True),
    },
    Scheme.BIOES: {
        "B": _Reads("anywhere", continues=False, goes_on=True, ends=False),
        "I": _Reads("never", continues=True, goes_on=True, ends=False),
        "E": _Reads("never", continues=True, goes_on=False, ends=True),
        "S": _Reads("anywhere", continues=False, goes_on=False, ends=True),
    },
    Scheme.BILOU: {
        "B": _Reads("anywhere", continues=False, goes_on=True, ends=False),
        "I": _Reads("never", continues=True, goes_on=True, ends=False),
        "L": _Reads("never", continues=True, goes_on=False, ends=True),
        "U": _Reads("anywhere", continues=False, goes_on=False, ends=True),
    },
}


class _Prefixes(NamedTuple):
    """The prefixes of a span's only token, or of its first, inner and last tokens."""

    only: str
    first: str
    inner: str
    last: str


class _Writes(NamedTuple):
    apart: _Prefixes
    touching: _Prefixes | None  # right after a span of the same label; None: they would merge


_WRITES: dict[Scheme, _Writes] = {
    Scheme.IO: _Writes(_Prefixes(*"IIII"), None),
    Scheme.IOB1: _Writes(_Prefixes(*"IIII"), _Prefixes(*"BBII")),
    Scheme.IOB2: _Writes(_Prefixes(*"BBII"), _Prefixes(*"BBII")),
    Scheme.BIOES: _Writes(_Prefixes(*"SBIE"), _Prefixes(*"SBIE")),
    Scheme.BILOU: _Writes(_Prefixes(*"UBIL"), _Prefixes(*"UBIL")),
}

# What any prefix means when a repair must guess: L and U are other names of E and S.
_MEANS = {"B": "B", "I": "I", "E": "E", "L": "E", "S": "S", "U": "S"}

# Where several schemes fit, the first of these is meant. All `O` fits every scheme, and IOB2 is what
# most files use; tags of `I-` alone fit IO and IOB1, and IO is the stricter.
_PREFERENCE = (Scheme.IOB2, Scheme.BIOES, Scheme.BILOU, Scheme.IO, Scheme.IOB1)


def is_tag(text: str) -> bool:
    """Whether `text` is `O`, or a prefix that some scheme knows, a hyphen and a label."""
    return text == OUTSIDE or (len(text) > 2 and text[1] == "-" and text[0] in _MEANS)


class _Boundary(NamedTuple):
    joined: bool  # both tags belong to one span
    before: str | None  # what is wrong with the tag before, in a sentence
    after: str | None  # what is wrong with the tag behind


@lru_cache(maxsize=16_384)
def _boundary(scheme: Scheme, before: str, after: str) -> _Boundary:
    table = _READS[scheme]
    left, left_label = table.get(before[:1]) if is_tag(before) else None, before[2:]
    if after == OUTSIDE:
        return _Boundary(False, _left_open(scheme, left, left_label), None)
    if not is_tag(after):
        why = f"{after!r} is not a tag: a tag is O, or a prefix and a label such as B-PER"
        return _Boundary(False, _left_open(scheme, left, left_label), why)
    right, label = table.get(after[0]), after[2:]
    if right is None:
        why = f"{scheme} has no prefix {after[0]!r}, only {', '.join((*table, OUTSIDE))}"
        return _Boundary(False, _left_open(scheme, left, left_label), why)
    same = left is not None and left_label == label
    if same and left is not None and left.goes_on and right.continues:
        return _Boundary(True, None, None)
    problem = None
    if right.begins == "never":
        problem = f"{after} goes on with a span, but no {label} span is open before it"
    elif right.begins == "touching" and not same:
        problem = f"{scheme} writes {after} only right after another {label} span"
    return _Boundary(False, _left_open(scheme, left, left_label), problem)


def _left_open(scheme: Scheme, left: _Reads | None, label: str) -> str | None:
    if left is None or left.ends:
        return None
    return f"the {label} span is left open: {scheme} ends it with {_WRITES[scheme].apart.last}-{label}"


def validate(tags: Sequence[str], scheme: Scheme) -> tuple[Problem, ...]:
    """Every tag that breaks `scheme`, in order; a tag may break it in two ways."""
    problems = []
    before = OUTSIDE
    for position, tag in enumerate((*tags, OUTSIDE)):
        boundary = _boundary(scheme, before, tag)
        if boundary.before:
            problems.append(Problem(position - 1, before, boundary.before))
        if boundary.after:
            problems.append(Problem(position, tag, boundary.after))
        before = tag
    return tuple(problems)


def decode(tags: Sequence[str], scheme: Scheme) -> tuple[Span, ...]:
    """The spans that `tags` mark, sorted by position.

    Raises:
        SchemeError: the first tag that breaks `scheme`; nothing is mended in silence.
    """
    spans = []
    start = 0
    before = OUTSIDE
    for position, tag in enumerate((*tags, OUTSIDE)):
        if tag == before == OUTSIDE:
            continue
        joined, wrong_before, wrong_after = _boundary(scheme, before, tag)
        if wrong_before:
            raise SchemeError(wrong_before, position=position - 1, tag=before)
        if wrong_after:
            raise SchemeError(wrong_after, position=position, tag=tag)
        if not joined:
            if before != OUTSIDE:
                spans.append(Span(start, position, before[2:]))
            start = position
        before = tag
    return tuple(spans)


def encode(spans: Iterable[Span], length: int, scheme: Scheme) -> tuple[str, ...]:
    """The tags of a sentence of `length` tokens; scores are not kept.

    Raises:
        ValueError: a span ends past the sentence, or two overlap.
        SchemeError: two spans of one label touch, and the scheme (IO) would merge them.
    """
    tags = [OUTSIDE] * length
    writes = _WRITES[scheme]
    before: Span | None = None
    for span in check_spans(spans, length):
        touching = before is not None and before.end == span.start and before.label == span.label
        prefixes = writes.touching if touching else writes.apart
        if prefixes is None:
            raise SchemeError(
                f"two {span.label} spans touch at token {span.start + 1}, and {scheme} would merge them: "
                f"write {Scheme.IOB1} or {Scheme.IOB2} instead",
                position=span.start,
                tag=f"I-{span.label}",
            )
        if len(span) == 1:
            tags[span.start] = f"{prefixes.only}-{span.label}"
        else:
            tags[span.start : span.end] = [f"{prefixes.inner}-{span.label}"] * len(span)
            tags[span.start] = f"{prefixes.first}-{span.label}"
            tags[span.end - 1] = f"{prefixes.last}-{span.label}"
        before = span
    return tuple(tags)


def repair(tags: Sequence[str], scheme: Scheme) -> Repaired:
    """Valid tags that mean what `tags` most likely meant, with every change and its reason.

    Read leniently, a span goes on while the label stays and no prefix says otherwise (B, S and U
    begin one; E, L, S and U end one), whatever scheme the prefix comes from. What is no tag at all
    becomes `O`. Valid tags come back as they were.
    """
    changes = []
    repaired = encode(_lenient(tags, scheme), len(tags), scheme)
    for position, (was, now) in enumerate(zip(tags, repaired, strict=True)):
        if was != now:
            changes.append(Change(position, was, now, _why(was, now, scheme)))
    return Repaired(repaired, tuple(changes))


def _lenient(tags: Sequence[str], scheme: Scheme) -> list[Span]:
    merges = _WRITES[scheme].touching is None
    spans: list[Span] = []
    before = ""  # what the prefix before means; empty outside
    for position, tag in enumerate(tags):
        if tag == OUTSIDE or not is_tag(tag):
            before = ""
            continue
        means, label = _MEANS[tag[0]], tag[2:]
        same = before != "" and spans[-1].label == label
        if same and (merges or (before in "BI" and means in "IE")):
            spans[-1] = Span(spans[-1].start, position + 1, label)
        else:
            spans.append(Span(position, position + 1, label))
        before = means
    return spans


def _why(was: str, now: str, scheme: Scheme) -> str:
    if not is_tag(was):
        return f"{was!r} is not a tag"
    if was[0] not in _READS[scheme]:
        return f"{scheme} has no prefix {was[0]!r}"
    label, prefixes = now[2:], _WRITES[scheme].apart
    if now[0] == prefixes.only and prefixes.only not in (prefixes.first, prefixes.inner):
        return f"the {label} span is this token alone"
    if now[0] == prefixes.last and prefixes.last != prefixes.inner:
        return f"the {label} span ends here"
    if was[0] == "B":
        return f"{scheme} writes B- only right after another {label} span"
    return f"a {label} span begins here: none is open before it"


class Detector:
    """Finds the scheme of a stream of tags; memory grows with the kinds of tags, not with the stream.

    The scheme is the one that the fewest boundaries break, where a prefix that it does not know counts
    twice; so one slip of an annotator does not turn an IOB2 file into another. Ties go to IOB2, BIOES,
    BILOU, IO, IOB1, in this order.
    """

    _MOST_KINDS = 100_000

    def __init__(self) -> None:
        self._seen: Counter[tuple[str, str]] = Counter()
        self._cost = dict.fromkeys(_PREFERENCE, 0)

    def feed(self, tags: Sequence[str]) -> None:
        """Take the tags of one sentence."""
        if tags.count(OUTSIDE) == len(tags):
            return
        self._seen.update(zip((OUTSIDE, *tags), (*tags, OUTSIDE), strict=True))
        if len(self._seen) > self._MOST_KINDS:
            self._fold()

    def result(self) -> Scheme:
        """The scheme of all that was fed so far; IOB2 where nothing was, or only `O`."""
        self._fold()
        return min(_PREFERENCE, key=self._cost.__getitem__)

    def fits(self) -> bool:
        """Whether all tags so far are valid in `result()`."""
        return self._cost[self.result()] == 0

    def _fold(self) -> None:
        for (before, after), count in self._seen.items():
            for scheme in _PREFERENCE:
                boundary = _boundary(scheme, before, after)
                unknown = after != OUTSIDE and after[:1] not in _READS[scheme]
                weight = (boundary.before is not None) + (boundary.after is not None) * (1 + unknown)
                self._cost[scheme] += weight * count
        self._seen.clear()


def detect(sentences: Iterable[Sequence[str]]) -> Scheme:
    """The strictest scheme that all tags fit, or the one that the fewest of them break; see `Detector`."""
    detector = Detector()
    for tags in sentences:
        detector.feed(tags)
    return detector.result()
