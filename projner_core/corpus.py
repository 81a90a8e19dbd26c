"""The vocabulary: sentences, spans, links, and what was decided about them.

Every value here is immutable. Offsets are token offsets, 0-based and half-open, everywhere in the
program; other conventions are converted in `projner_core.formats` and nowhere else. Tokens are kept
as they came, byte for byte: whoever normalises (NFC, case, romanisation) does so on a copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A labelled token interval `[start, end)`, with an optional score in [0, 1].

    Raises:
        ValueError: the interval is empty or negative, or the label is empty.
    """

    start: int
    end: int
    label: str
    score: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span needs 0 <= start < end, but got start {self.start} and end {self.end}")
        if not self.label:
            raise ValueError(f"the span [{self.start}, {self.end}) has an empty label")

    def __len__(self) -> int:
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        """Whether the two intervals share a token."""
        return self.start < other.end and other.start < self.end

    def same_entity(self, other: Span) -> bool:
        """Whether interval and label agree: the strict match of entity scores."""
        return (self.start, self.end, self.label) == (other.start, other.end, other.label)


def check_spans(spans: Iterable[Span], length: int) -> tuple[Span, ...]:
    """Return `spans` sorted by position; they must lie in a sentence of `length` tokens and not overlap.

    Raises:
        ValueError: a span ends past the sentence, or two spans share a token.
    """
    ordered = tuple(sorted(spans, key=lambda span: (span.start, span.end)))
    for span in ordered:
        if span.end > length:
            raise ValueError(
                f"the {span.label} span [{span.start}, {span.end}) ends past "
                f"the sentence, which has {length} tokens"
            )
    for left, right in pairwise(ordered):
        if left.overlaps(right):
            raise ValueError(
                f"two spans overlap: {left.label} [{left.start}, {left.end}) and "
                f"{right.label} [{right.start}, {right.end})"
            )
    return ordered


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """A link between source token `source` and target token `target`, with a score in [0, 1].

    An aligner that works in both directions also says what each believed: `forward` is
    P(source token | target token), `backward` is P(target token | source token).
    """

    source: int
    target: int
    score: float = 1.0
    forward: float | None = None
    backward: float | None = None

    def __post_init__(self) -> None:
        if self.source < 0 or self.target < 0:
            raise ValueError(f"a link needs offsets >= 0, but got {self.source}-{self.target}")


@dataclass(frozen=True, slots=True)
class Alignment:
    """What one aligner says about one sentence pair.

    `links` are its decision. `weak` are the pairs of tokens that it gave some probability and did
    not link: a projector may weigh them, a reader may lower the threshold to see them.
    """

    links: tuple[Link, ...] = ()
    weak: tuple[Link, ...] = ()

    def at(self, threshold: float) -> Alignment:
        """Decide again: the links are all known pairs of tokens that score at least `threshold`."""
        known = sorted((*self.links, *self.weak))
        return Alignment(
            links=tuple(link for link in known if link.score >= threshold),
            weak=tuple(link for link in known if link.score < threshold),
        )

    def check(self, source_length: int, target_length: int) -> None:
        """Raise `ValueError` where a link points outside a pair of these lengths."""
        for link in (*self.links, *self.weak):
            if link.source >= source_length or link.target >= target_length:
                raise ValueError(
                    f"the link {link.source}-{link.target} points outside its pair, which has "
                    f"{source_length} source and {target_length} target tokens"
                )


@dataclass(frozen=True, slots=True)
class GoldLinks:
    """The links that people drew in one sentence pair, as (source, target) offsets.

    `possible` holds the sure ones too, as alignment error rate wants it (Och and Ney 2003).

    Raises:
        ValueError: a sure link is not among the possible ones.
    """

    sure: frozenset[tuple[int, int]] = frozenset()
    possible: frozenset[tuple[int, int]] = frozenset()

    def __post_init__(self) -> None:
        if not self.sure <= self.possible:
            raise ValueError(f"sure links must be possible ones too: {sorted(self.sure - self.possible)}")

    @classmethod
    def of(cls, alignment: Alignment) -> GoldLinks:
        """Read gold links kept as an alignment: `links` are sure, `weak` are possible only."""
        sure = frozenset((link.source, link.target) for link in alignment.links)
        return cls(sure, sure | frozenset((link.source, link.target) for link in alignment.weak))

    def alignment(self) -> Alignment:
        """The same as an alignment, which is how a layer of links keeps them; `of` reads it back."""
        return Alignment(
            links=tuple(Link(*offsets) for offsets in sorted(self.sure)),
            weak=tuple(Link(*offsets, score=0.5) for offsets in sorted(self.possible - self.sure)),
        )


@dataclass(frozen=True, slots=True)
class Sentence:
    """Tokens of one sentence, its language (BCP 47, ISO 639 or FLORES code) and, where known, its text."""

    tokens: tuple[str, ...]
    lang: str = "und"
    text: str | None = None

    def __len__(self) -> int:
        return len(self.tokens)


@dataclass(frozen=True, slots=True)
class Pair:
    """A target sentence and, once it is known, its translation: the source sentence."""

    id: str
    source: Sentence | None
    target: Sentence

    def both(self) -> tuple[Sentence, Sentence]:
        """Source and target; `ValueError` where there is no source yet."""
        if self.source is None:
            raise ValueError(f"pair {self.id!r} has no source sentence: translate it first")
        return self.source, self.target


@dataclass(frozen=True, slots=True)
class TagProbabilities:
    """How likely a tagger finds each tag at each token of one sentence.

    Attributes:
        tags: IOB2 tags, `O` among them, (tags,).
        rows: one a token, each with a probability a tag, (tokens, tags).

    Raises:
        ValueError: a row is not as long as there are tags.
    """

    tags: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        for position, row in enumerate(self.rows):
            if len(row) != len(self.tags):
                raise ValueError(
                    f"token {position} has {len(row)} probabilities, but there are {len(self.tags)} tags"
                )


class Reason(StrEnum):
    """Why an entity was projected where it was, or was not projected."""

    PROJECTED = "projected"
    NOT_ALIGNED = "not-aligned"  # no target token is linked to the entity
    EXCLUDED = "excluded"  # linked, but no span there may be a candidate (punctuation alone, say)
    BELOW_MINIMUM = "below-minimum"  # its best candidate scores under the minimum
    LOST_COLLISION = "lost-collision"  # its candidates overlap those of entities that matter more
    TRANSFERRED = "transferred"  # found by a tagger on the target itself: no entity behind it
    TOO_SHORT = "too-short"  # the words linked to it are too few of its length (heuristic projection)
    NOT_MARKED = "not-marked"  # no marked words of the marked text belong to it
    DROPPED = "dropped"  # it took part in the matching, but its label is not wanted in the target


@dataclass(frozen=True, slots=True)
class Projection:
    """What a projector decided about one source entity.

    A projector that may carry an entity to several target spans gives one of these for each of them, one
    after the other.

    Attributes:
        entity: the source entity; its offsets count source tokens.
        target: the target span that takes the label, or None where it was not projected.
        reason: why.
        candidates: the best candidates that were considered, best first, with their scores; their
            offsets count target tokens. Where `target` is set it is among them.
        rivals: where the entity lost a collision, the source entities that won the tokens.
    """

    entity: Span
    target: Span | None
    reason: Reason
    candidates: tuple[Span, ...] = ()
    rivals: tuple[Span, ...] = ()

    @property
    def score(self) -> float:
        """The matching score of what was chosen; 0.0 where nothing was."""
        return 0.0 if self.target is None else self.target.score or 0.0

    @property
    def margin(self) -> float | None:
        """How far the choice scores above the best candidate not chosen; None without a rival.

        Negative where a better candidate had to give way to another entity.
        """
        if self.target is None:
            return None
        rest = [c.score or 0.0 for c in self.candidates if not c.same_entity(self.target)]
        return self.score - max(rest) if rest else None


def projected_spans(projections: Sequence[Projection]) -> tuple[Span, ...]:
    """The target spans of `projections`, sorted by position."""
    return tuple(sorted(p.target for p in projections if p.target is not None))


def without_scores(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same spans with no scores, for comparing what was marked and nothing else."""
    return tuple(replace(span, score=None) for span in spans)
