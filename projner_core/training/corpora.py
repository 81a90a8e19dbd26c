"""What a tagger is trained on: sentences with tags, where they came from, and what their O means."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from projner_core.corpus import Span
from projner_core.errors import ProjnerError
from projner_core.schemes import OUTSIDE, Scheme, SchemeError, decode

MISC = "MISC"
USUAL = ("PER", "LOC", "ORG", MISC)  # labels stand in this order, others behind them


@dataclass(frozen=True, slots=True)
class Example:
    """One sentence to learn from.

    Attributes:
        tokens: its words.
        tags: IOB2, one a word.
    """

    tokens: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Sentences of one origin.

    Attributes:
        name: what people call it.
        examples: the sentences; an empty one teaches nothing and is left out.
        unmarked: labels that nobody marked in it: its O means "O or one of these".
        weight: how much each of its words counts in the loss.
        about: where it came from, for the model card: licence, fingerprint, layer and its provenance.
    """

    name: str
    examples: tuple[Example, ...]
    unmarked: frozenset[str] = frozenset()
    weight: float = 1.0
    about: Mapping[str, Any] = field(default_factory=dict)

    def labels(self) -> frozenset[str]:
        """The labels that it marks."""
        return frozenset(tag[2:] for example in self.examples for tag in example.tags if tag != OUTSIDE)

    def fingerprint(self) -> str:
        """Says the same of two corpora that teach the same."""
        digest = hashlib.sha256(json.dumps([sorted(self.unmarked), self.weight]).encode())
        for example in self.examples:
            row = json.dumps([example.tokens, example.tags], ensure_ascii=True)
            digest.update(row.encode() + b"\n")
        return digest.hexdigest()[:32]

    def to_dict(self) -> dict[str, Any]:
        """What a model card says of it."""
        return {
            "name": self.name,
            "sentences": len(self.examples),
            "words": sum(len(example.tokens) for example in self.examples),
            "labels": ordered(self.labels()),
            "unmarked": ordered(self.unmarked),
            "weight": self.weight,
            "fingerprint": self.fingerprint(),
            **self.about,
        }


def corpus(
    name: str,
    sentences: Iterable[tuple[Sequence[str], Sequence[str]]],
    *,
    labels: Mapping[str, str] | None = None,
    drop: Iterable[str] = (),
    unmarked: Iterable[str] = (),
    weight: float = 1.0,
    about: Mapping[str, Any] | None = None,
) -> Corpus:
    """A corpus of sentences with IOB2 tags.

    Args:
        name: as of `Corpus`.
        sentences: words and tags of each.
        labels: other names of its labels, `O` for what is to be no entity; what is not in it keeps its name.
        drop: labels (after renaming) whose entities become O.
        unmarked, weight, about: as of `Corpus`.

    Raises:
        ProjnerError: a sentence has not one tag a word, or tags that IOB2 does not allow.
    """
    renamed = dict(labels or {})
    dropped = frozenset(drop)
    examples = []
    for number, (tokens, tags) in enumerate(sentences, 1):
        if len(tokens) != len(tags):
            raise ProjnerError(
                f"{name}, sentence {number}: {len(tokens)} words need as many tags, but there are {len(tags)}"
            )
        try:
            decode(tags, Scheme.IOB2)
        except SchemeError as error:
            raise ProjnerError(f"{name}, sentence {number}: {error}") from error
        if tokens:
            examples.append(Example(tuple(tokens), tuple(_renamed(tag, renamed, dropped) for tag in tags)))
    return Corpus(name, tuple(examples), frozenset(unmarked), weight, dict(about or {}))


def _renamed(tag: str, labels: Mapping[str, str], dropped: frozenset[str]) -> str:
    if tag == OUTSIDE:
        return tag
    label = labels.get(tag[2:], tag[2:])
    return OUTSIDE if label == OUTSIDE or label in dropped else f"{tag[0]}-{label}"


def with_misc(corpora: Sequence[Corpus], misc: Literal["partial", "outside"]) -> list[Corpus]:
    """The corpora, where those that mark no MISC say so, if another marks it and it is wanted.

    Who marked people, places and organisations alone said nothing of what else has a name: `O` there is
    "O or MISC". With `outside` it is O.
    """
    if misc == "outside":
        return [replace(one, unmarked=one.unmarked - {MISC}) for one in corpora]
    marked = [MISC in one.labels() for one in corpora]
    if not any(marked):
        return list(corpora)
    return [
        one if has else replace(one, unmarked=one.unmarked | {MISC})
        for one, has in zip(corpora, marked, strict=True)
    ]


def ordered(labels: Iterable[str]) -> list[str]:
    """Labels in the usual order, unknown ones behind by name."""
    return sorted(
        set(labels), key=lambda label: (USUAL.index(label) if label in USUAL else len(USUAL), label)
    )


def tags_of(corpora: Sequence[Corpus]) -> tuple[str, ...]:
    """The tags that a network is to know: O, then B and I of every label that a corpus marks.

    Raises:
        ProjnerError: there is no sentence, or none has an entity.
    """
    if not any(one.examples for one in corpora):
        raise ProjnerError("there is no sentence to train on: give files or a layer with tagged sentences")
    labels = ordered(label for one in corpora for label in one.labels())
    if not labels:
        raise ProjnerError(
            "no sentence has an entity, so there is nothing to learn: give sentences with entities"
        )
    return (OUTSIDE, *(f"{prefix}-{label}" for label in labels for prefix in "BI"))


def learnt_from(corpora: Sequence[Corpus], judged: Sequence[Corpus]) -> tuple[int, int]:
    """How many sentences of `judged` are learnt from, token by token the same, and how many it has."""
    known = {example.tokens for one in corpora for example in one.examples}
    sentences = [example.tokens for one in judged for example in one.examples]
    return sum(tokens in known for tokens in sentences), len(sentences)


def spans_of(example: Example) -> tuple[Span, ...]:
    """The entities of a sentence."""
    return decode(example.tags, Scheme.IOB2)
