"""Pairs written down as people would: `Sie besucht [Basel|LOC]`, links as `0-1 2-3:0.4`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from projner_core.corpus import Alignment, Link, Pair, Projection, Reason, Sentence, Span
from projner_core.evaluation.errors import Context, find
from projner_core.evaluation.findings import Finding


def read(text: str) -> tuple[tuple[str, ...], tuple[Span, ...]]:
    """Tokens and spans of `She visits [Basel|LOC] .`"""
    tokens: list[str] = []
    spans: list[Span] = []
    begin = -1
    for word in text.split():
        if word.startswith("["):
            begin, word = len(tokens), word[1:]
        end = word.endswith("]")
        label = ""
        if end:
            word, _, label = word[:-1].rpartition("|")
        tokens.append(word)
        if end:
            spans.append(Span(begin, len(tokens), label))
    return tuple(tokens), tuple(spans)


def links(text: str) -> Alignment:
    """`0-1 2-3:0.4` as an alignment."""
    found = []
    for part in text.split():
        place, _, score = part.partition(":")
        source, target = place.split("-")
        found.append(Link(int(source), int(target), float(score or 1.0)))
    return Alignment(tuple(found))


class Marked:
    """One pair with all layers.

    Args:
        source: with the source entities that were projected.
        gold: the target with gold entities.
        predicted: the target with predicted entities, in the order of the source entities that they come
            from; an entity that was not projected is named in `unprojected`.
        people: the source with the entities that people marked; None where nobody did, "" where they
            marked what `source` has.
        unprojected: by number of the source entity, why it was not projected.
        candidates: by number of the source entity, `(words, score)` of its candidates.
    """

    def __init__(
        self,
        source: str,
        gold: str,
        predicted: str,
        alignment: str = "",
        *,
        people: str | None = "",
        unprojected: Mapping[int, Reason] | None = None,
        candidates: Mapping[int, Sequence[tuple[str, float]]] | None = None,
        order: Sequence[int] | None = None,
    ) -> None:
        tokens, entities = read(source)
        target, self.gold = read(gold)
        again, self.predicted = read(predicted)
        assert target == again, "gold and prediction must be about the same sentence"
        self.pair = Pair("p", Sentence(tokens, "en"), Sentence(target, "de"))
        self.links = links(alignment)
        unprojected = unprojected or {}
        answers = iter([self.predicted[i] for i in order] if order else self.predicted)
        projections = []
        for number, entity in enumerate(entities):
            listed = tuple(
                self.span(words, entity.label, score) for words, score in (candidates or {}).get(number, ())
            )
            taken = None if number in unprojected else next(answers)
            if taken is not None:
                score = next((c.score for c in listed if (c.start, c.end) == (taken.start, taken.end)), None)
                taken = replace(taken, score=score)
            projections.append(Projection(entity, taken, unprojected.get(number, Reason.PROJECTED), listed))
        self.context = Context(
            entities,
            self.links,
            projections,
            None if people is None else read(people or source)[1],
        )

    def span(self, words: str, label: str, score: float | None = None) -> Span:
        """The first span of these target words."""
        wanted = tuple(words.split())
        tokens = self.pair.target.tokens
        start = next(i for i in range(len(tokens)) if tokens[i : i + len(wanted)] == wanted)
        return Span(start, start + len(wanted), label, score)

    def findings(self) -> tuple[Finding, ...]:
        """What is found, with causes."""
        return find(self.pair, self.gold, self.predicted, context=self.context)

    def said(self) -> list[tuple[str, str | None]]:
        """Outcome and cause of each finding."""
        return [(str(f.outcome), None if f.cause is None else str(f.cause)) for f in self.findings()]

    def wrong(self) -> set[tuple[str, str | None]]:
        """Outcome and cause of the wrong ones."""
        return {pair for pair in self.said() if pair[0] != "correct"}
