"""What the queue's benchmark measures with: pairs with their signs of trouble and their errors, the fit of
the weights, and the doubt that the queue was ordered by before."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log2
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.projection import Corpus
from projner_core import aligners, projectors
from projner_core.corpus import Alignment, Pair, Projection, Reason, Span, projected_spans
from projner_core.evaluation.assignment import match
from projner_core.review.signals import Opinions, Sign, Signal, signals
from projner_core.review.usage import Usage

SIGNS = tuple(Sign)
OURS = {"name": "statistical"}
SECOND = {"name": "statistical", "similarity": 0.0, "lexicon": 0.0, "names": 0.0}
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A projected corpus: what doubts are made of, and what they are held against.

    Attributes:
        name: the corpus.
        table: of each pair the sum of each sign's values, then the number of entities, (pairs, signs + 1).
        wrong: of each pair how many gold and projected entities do not match, strictly, (pairs,).
        before: the doubt that the queue was ordered by before, (pairs,).
    """

    name: str
    table: Floats
    wrong: Floats
    before: Floats

    def part(self, start: int, stop: int) -> Weighed:
        """Some of its pairs; their signs are still those of the whole corpus."""
        cut = slice(start, stop)
        return Weighed(self.name, self.table[cut], self.wrong[cut], self.before[cut])


def weighed(corpus: Corpus, *, second: bool = False, tagger: bool = False) -> Weighed:
    """Align and project a corpus, and look for signs of trouble.

    Args:
        corpus: gold entities on both sides; those of the source are carried over.
        second: with the opinion of a second aligner.
        tagger: with the opinion of a tagger on the target (`simulated_tagger`).
    """
    pairs = corpus.pairs
    links, projections = _projected(corpus, OURS)
    others = _projected(corpus, SECOND)[1] if second else None
    models = simulated_tagger(corpus.gold, seed=1) if tagger else None
    usage = Usage()
    for pair, own in zip(pairs, projections, strict=True):
        usage.add(pair, own)
    rows = []
    for i, (pair, own) in enumerate(zip(pairs, projections, strict=True)):
        opinions = Opinions(
            aligners=[] if others is None else [("second", _places(others[i]))],
            models=[] if models is None else [("tagger", models[i])],
        )
        drawn = [(link.source, link.target) for link in links[i].links]
        rows.append(row(own, signals(pair, own, drawn, usage, opinions)))
    return Weighed(
        corpus.name,
        np.array(rows),
        np.array([errors(g, projected_spans(p)) for g, p in zip(corpus.gold, projections, strict=True)]),
        np.array([doubt_before(*known) for known in zip(projections, links, pairs, strict=True)]),
    )


def row(projections: Sequence[Projection], found: Sequence[Signal]) -> list[float]:
    """One pair's line of the table."""
    sums = dict.fromkeys(SIGNS, 0.0)
    for signal in found:
        sums[signal.sign] += signal.value
    return [*sums.values(), sum(p.reason is not Reason.DROPPED for p in projections)]


def errors(gold: Sequence[Span], projected: Sequence[Span]) -> float:
    """How many of the matches of gold and projected entities are not exactly right."""
    return float(sum(not (g and p and g.same_entity(p)) for g, p in match(gold, projected)))


def fit(tables: Sequence[Weighed]) -> Floats:
    """The weights, 0 or more, that make the pairs that are wrong most likely, (signs + 1,).

    Maximises Σ log(1 - exp(-z)) over wrong pairs - Σ z over right ones - ½ |weights|², z = table · weights.
    """
    from scipy.optimize import minimize

    table = np.vstack([t.table for t in tables])
    wrong = np.concatenate([t.wrong > 0 for t in tables]).astype(np.float64)

    def loss(weights: Floats) -> tuple[float, Floats]:
        z = table @ weights + 1e-9
        right = np.exp(-z)
        chance = np.clip(1.0 - right, 1e-12, 1.0)
        likelihood = float(np.sum(wrong * np.log(chance) - (1.0 - wrong) * z))
        slope = table.T @ (wrong * right / chance - (1.0 - wrong))
        return 0.5 * float(weights @ weights) - likelihood, weights - slope

    begin = np.full(table.shape[1], 0.1)
    found = minimize(loss, begin, jac=True, bounds=[(0.0, None)] * len(begin), method="L-BFGS-B")
    weights: Floats = found.x
    return weights


def degraded(corpus: Corpus, seed: int = 0) -> Corpus:
    """The corpus as it comes when its source entities were predicted and not all of its sentences are
    translations: of 100 entities 8 are lost and 4 have another label, of 100 pairs 3 have the target of the
    next one."""
    rng = random.Random(seed)
    labels = sorted({span.label for spans in corpus.source for span in spans})
    source = [
        tuple(
            replace(span, label=rng.choice(labels)) if rng.random() < 0.04 else span
            for span in spans
            if rng.random() >= 0.08
        )
        for spans in corpus.source
    ]
    pairs, gold = list(corpus.pairs), list(corpus.gold)
    for i in range(len(pairs) - 1):
        if rng.random() < 0.03:
            pairs[i] = replace(pairs[i], target=corpus.pairs[i + 1].target)
            gold[i] = corpus.gold[i + 1]
    return Corpus(f"{corpus.name}, degraded", pairs, source, gold)


def simulated_tagger(gold: Sequence[Sequence[Span]], seed: int) -> list[tuple[Span, ...]]:
    """What a tagger with an F1 of some 0.8 might find: of 100 gold entities 12 are lost, 6 have another
    label, 6 another end."""
    rng = random.Random(seed)
    labels = sorted({span.label for spans in gold for span in spans})
    found = []
    for spans in gold:
        own: list[Span] = []
        for span in spans:
            luck = rng.random()
            if luck < 0.12:
                continue
            if luck < 0.18:
                span = replace(span, label=rng.choice(labels))
            elif luck < 0.24 and len(span) > 1:
                span = replace(span, end=span.end - 1)
            own.append(span)
        found.append(tuple(own))
    return found


def _projected(
    corpus: Corpus, system: dict[str, Any]
) -> tuple[list[Alignment], list[tuple[Projection, ...]]]:
    found = aligners.create(**system).align(corpus.pairs)
    return found, projectors.create("matching").project(corpus.pairs, corpus.source, found)


def _places(projections: Sequence[Projection]) -> dict[tuple[int, int, str], list[tuple[int, int]]]:
    places: dict[tuple[int, int, str], list[tuple[int, int]]] = {}
    for projection in projections:
        entity = projection.entity
        own = places.setdefault((entity.start, entity.end, entity.label), [])
        if projection.target is not None:
            own.append((projection.target.start, projection.target.end))
    return places


# The queue's order before there were signs, kept as it was to be compared with.


def doubt_before(projections: Sequence[Projection], alignment: Alignment, pair: Pair) -> float:
    """Per entity 0.5 where not projected, else score, margin and odd length in a noisy or; set by hand."""
    right = 1.0
    for projection in projections:
        right *= 1.0 - _entity_before(projection, pair)
    if not projections and pair.source is not None and len(pair.target) > 0:
        linked = {link.target for link in alignment.links}
        right = 1.0 - 0.05 * (1.0 - len(linked) / len(pair.target))
    return min(1.0, max(0.0, 1.0 - right))


def _entity_before(projection: Projection, pair: Pair) -> float:
    target = projection.target
    if target is None:
        return 0.5
    weak = 1.0 - min(1.0, max(0.0, projection.score))
    margin = projection.margin
    close = 0.0 if margin is None else 0.25 * min(1.0, max(0.0, 1.0 - margin / 0.3))
    odd = 0.0
    if projection.reason is not Reason.TRANSFERRED and pair.source and pair.target:
        expected = log2(len(pair.target) / len(pair.source))
        off = abs(log2(len(target) / len(projection.entity)) - expected)
        odd = min(0.5, 0.2 * max(0.0, off - 1.0))
    return 1.0 - (1.0 - weak) * (1.0 - close) * (1.0 - odd)
