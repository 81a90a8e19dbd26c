"""Layers of links against gold links: those drawn by hand in the review, over those imported.

Imported gold is counted once a layer in each process. Links drawn by hand change all the time and are few:
only what changed is counted anew. So the scores are there in milliseconds, but for the first time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from projner_core.corpus import GoldLinks
from projner_core.evaluation.alignments import AlignmentScores, count
from projner_core.pipeline.linking import gold_layer
from projner_core.pipeline.recent import Recent
from projner_core.store import Layer, Project

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from projner_core.store.arrays import LinkArrays

    Integers = NDArray[np.int64]

CHUNK = 10_000  # pairs read at a time

Counts = tuple[int, int, int, int, int]  # as `evaluation.alignments.COUNTED`

# By corpus and layer. Counts of all pairs take 4 MB for 100,000 of them.
_imported: Recent[Integers] = Recent(8)
_drawn: Recent[dict[int, tuple[GoldLinks, Counts]]] = Recent(32)
_scores: Recent[list[AlignmentScores]] = Recent(32)


def gold_scores(project: Project, layers: Sequence[Layer]) -> list[AlignmentScores] | None:
    """The scores of these layers of links, over all pairs that have gold links; None where none has.

    A pair has gold links where somebody drew its links by hand, or imported gold covers it; what was drawn
    by hand wins.
    """
    gold, by_hand = gold_layer(project), project.links_by_hand()
    if gold is None and not by_hand:
        return None
    key = (
        project.fingerprint(),
        tuple(layer.fingerprint for layer in layers),
        gold.fingerprint if gold else None,
        tuple(by_hand.items()),
    )
    return _scores.get(key, lambda: [_score(project, layer, gold, by_hand) for layer in layers])


def _score(
    project: Project, layer: Layer, gold: Layer | None, by_hand: Mapping[int, GoldLinks]
) -> AlignmentScores:
    positions = np.array(list(by_hand), dtype=np.int64)
    counts = _count_by_hand(project, layer, by_hand)
    if gold is not None:
        key = (project.fingerprint(), layer.fingerprint, gold.fingerprint)
        every = _imported.get(key, lambda: _count_imported(project, layer, gold)).copy()
        every[positions] = counts
        positions, counts = np.arange(len(every)), every
    return AlignmentScores.of_counts(*counts.T, positions=positions)


def _count_by_hand(project: Project, layer: Layer, by_hand: Mapping[int, GoldLinks]) -> Integers:
    """The counts of the pairs that were drawn by hand, in their order, (pairs, 5)."""
    known = _drawn.get((project.fingerprint(), layer.fingerprint), dict)
    new = [p for p, gold in by_hand.items() if p not in known or known[p][0] != gold]
    found = project.annotations_at(layer.id, new)
    known.update({p: (by_hand[p], count(by_hand[p], found[p])) for p in new})
    return np.array([known[p][1] for p in by_hand], dtype=np.int64).reshape(len(by_hand), 5)


def _count_imported(project: Project, layer: Layer, gold: Layer) -> Integers:
    """The counts of every pair against imported gold, (pairs, 5)."""
    total = project.count()
    rows = [np.zeros((0, 5), dtype=np.int64)]
    for start in range(0, total, CHUNK):
        stop = min(start + CHUNK, total)
        sure = _offsets(project.link_arrays(gold.id, start, stop))
        only_possible = _offsets(project.link_arrays(gold.id, start, stop, weak=True))
        found = _offsets(project.link_arrays(layer.id, start, stop))
        rows.append(_count(found, sure, only_possible, stop - start))
    return np.concatenate(rows)


def _offsets(links: LinkArrays) -> Integers:
    """Pair, source and target of every link, (links, 3)."""
    columns = links.rows, links.records["source"], links.records["target"]
    return np.stack([column.astype(np.int64) for column in columns], axis=1)


def _count(found: Integers, sure: Integers, only_possible: Integers, pairs: int) -> Integers:
    """The sizes of A, S, P, A ∩ S, A ∩ P of each pair, (pairs, 5); links are rows of pair, source, target."""
    every = np.concatenate([found, sure, only_possible])
    height, width = (int(every[:, k].max(initial=0)) + 1 for k in (1, 2))

    def keys(links: Integers) -> Integers:
        return np.unique((links[:, 0] * height + links[:, 1]) * width + links[:, 2])

    def per_pair(keys: Integers) -> Integers:
        return np.bincount(keys // (height * width), minlength=pairs)

    a, s = keys(found), keys(sure)
    p = np.union1d(s, keys(only_possible))
    return np.stack([per_pair(x) for x in (a, s, p, np.intersect1d(a, s), np.intersect1d(a, p))], axis=1)
