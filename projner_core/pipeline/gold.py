"""Layers of links against gold links: those drawn by hand in the review, over those imported.

Imported gold is counted once a layer in each process: all links of both are read for it. Links drawn by hand
change all the time and are few: only those of pairs that changed are read and counted anew, in milliseconds.
The bootstrap is then made anew too, over all pairs with gold: some 10 ms a layer for 500 pairs, some 60 ms
for 10,000 and more. Where nothing was drawn since, the scores are those kept, in milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from projner_core.corpus import GoldLinks
from projner_core.evaluation.alignments import COUNTED, AlignmentScores, count
from projner_core.pipeline.linking import gold_layer
from projner_core.pipeline.recent import Recent
from projner_core.store import Layer, Project

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from projner_core.store.arrays import LinkArrays

    Integers = NDArray[np.int64]

CHUNK = 10_000  # pairs read at a time

Counts = tuple[int, int, int, int, int]  # as `evaluation.alignments.COUNTED`

# By project and layer. Counts of all pairs take 4 MB for 100,000 of them, and scores hold counts.
_imported: Recent[Integers] = Recent(8)
_drawn: Recent[dict[int, tuple[GoldLinks, Counts]]] = Recent(32)
_scores: Recent[list[AlignmentScores] | None] = Recent(4)


def gold_scores(project: Project, layers: Sequence[Layer]) -> list[AlignmentScores] | None:
    """The scores of these layers of links, over all pairs that have gold links; None where none has.

    A pair has gold links where somebody drew its links by hand, be it none, or imported gold has at least one
    link for it, be it a possible one; what was drawn by hand wins.
    """
    gold, by_hand = gold_layer(project), project.links_by_hand()
    if gold is None and not by_hand:
        return None
    key = (
        project.identity,
        tuple(layer.fingerprint for layer in layers),
        gold.fingerprint if gold else None,
        tuple(by_hand.items()),
    )

    def made() -> list[AlignmentScores] | None:
        scores = [_score(project, layer, gold, by_hand) for layer in layers]
        return scores if all(score.pairs for score in scores) else None

    return _scores.get(key, made)


def _score(
    project: Project, layer: Layer, gold: Layer | None, by_hand: Mapping[int, GoldLinks]
) -> AlignmentScores:
    positions = np.array(list(by_hand), dtype=np.int64)
    counts = _count_by_hand(project, layer, by_hand)
    if gold is not None:
        key = (project.identity, layer.fingerprint, gold.fingerprint)
        every = _imported.get(key, lambda: _count_imported(project, layer, gold)).copy()
        every[positions] = counts
        drawn = every[:, COUNTED.index("possible")] > 0
        drawn[positions] = True  # who draws no link says that there is none; a file may just not say
        positions = np.flatnonzero(drawn)
        counts = every[positions]
    return AlignmentScores.of_counts(*counts.T, positions=positions)


def _count_by_hand(project: Project, layer: Layer, by_hand: Mapping[int, GoldLinks]) -> Integers:
    """The counts of the pairs that were drawn by hand, in their order, (pairs, 5)."""
    known = _drawn.get((project.identity, layer.fingerprint), dict)
    # Threads share `known`, and another may know of links drawn since: what is counted here is kept apart.
    counts: dict[int, Counts] = {}
    for position, gold in by_hand.items():
        kept = known.get(position)
        if kept is not None and kept[0] == gold:
            counts[position] = kept[1]
    new = [position for position in by_hand if position not in counts]
    found = project.annotations_at(layer.id, new)
    counts |= {p: count(by_hand[p], found[p]) for p in new}
    known.update({p: (by_hand[p], counts[p]) for p in new})
    return np.array([counts[p] for p in by_hand], dtype=np.int64).reshape(len(by_hand), 5)


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
