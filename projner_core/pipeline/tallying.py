"""What a comparison of aligners counts, pair by pair, as arrays; and what the counts add up to.

A row of numbers holds, for n aligners A_1 … A_n and one pair,

    any, all: links that at least one aligner has, that all have;
    entities, disputed: source entities, and those that aligners project to different places;
    links (n), only (n), projected (n): links of each, those no other has, entities that each projects;
    shared (n(n-1)/2): links that two of them have, for (1, 2), (1, 3), … (n-1, n).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from projner_core.store.arrays import LinkArrays

ANY, ALL, ENTITIES, DISPUTED = range(4)
_FIRST = 4  # of the columns that an aligner has of its own
_BELOW_ONE = 0.999

Targets = Sequence[Sequence[tuple[Any, Any]]]  # of each pair: (entity, target or None)


def links_of(n: int) -> slice:
    """The columns that hold each aligner's links."""
    return slice(_FIRST, _FIRST + n)


def only_of(n: int) -> slice:
    """The columns that hold the links that only one has."""
    return slice(_FIRST + n, _FIRST + 2 * n)


def projected_of(n: int) -> slice:
    """The columns that hold how many entities each projects."""
    return slice(_FIRST + 2 * n, _FIRST + 3 * n)


def tally(links: Sequence[LinkArrays], targets: Sequence[Targets]) -> NDArray[np.float64]:
    """The rows of a stretch of pairs, (pairs, numbers).

    Args:
        links: of each aligner, all over the same pairs.
        targets: of each aligner, where its projection puts the entities; none where none is known.
    """
    n, pairs = len(links), len(links[0].offsets) - 1
    rows, has = _membership(links)
    count = has.sum(axis=1)

    def per_pair(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(rows[mask], minlength=pairs)

    entities, disputed, projected = _projections(targets, n, pairs)
    columns = [per_pair(count > 0), per_pair(count == n), entities, disputed]
    columns += [per_pair(has[:, k]) for k in range(n)]
    columns += [per_pair(has[:, k] & (count == 1)) for k in range(n)]
    columns += list(projected)
    columns += [per_pair(has[:, a] & has[:, b]) for a, b in combinations(range(n), 2)]
    return np.stack(columns, axis=1).astype(np.float64)


def disagreement(rows: NDArray[Any]) -> NDArray[np.float64]:
    """The links that not all aligners have, of those that any has, as a share, (pairs,); 0 of none."""
    some = rows[:, ANY].astype(np.float64)
    share: NDArray[np.float64] = (some - rows[:, ALL]) / np.maximum(some, 1)
    return share


def signals(rows: NDArray[Any]) -> NDArray[np.float64]:
    """How much the aligners disagree about each pair, in [0, 1), (pairs,).

    Pairs are ordered by how many entities are disputed, then by how many links.
    """
    return 1 - 1 / (1 + rows[:, DISPUTED] + _BELOW_ONE * disagreement(rows))


def shared(totals: NDArray[Any], n: int) -> list[list[int]]:
    """The matrix (n, n) of links that two aligners have, from the sum of all rows."""
    matrix = [[0] * n for _ in range(n)]
    for k, own in enumerate(totals[links_of(n)]):
        matrix[k][k] = int(own)
    for (a, b), both in zip(combinations(range(n), 2), totals[_FIRST + 3 * n :], strict=True):
        matrix[a][b] = matrix[b][a] = int(both)
    return matrix


def _membership(links: Sequence[LinkArrays]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """All links that any aligner has: the pair of each, (links,), and who has it, (links, aligners)."""
    width = 1 + max((int(a.records["target"].max()) for a in links if len(a.records)), default=0)
    height = 1 + max((int(a.records["source"].max()) for a in links if len(a.records)), default=0)
    keys = [
        (a.rows * height + a.records["source"].astype(np.int64)) * width + a.records["target"] for a in links
    ]
    every = np.unique(np.concatenate(keys))
    has = np.zeros((len(every), len(links)), dtype=np.bool_)
    for k, own in enumerate(keys):
        has[np.searchsorted(every, own), k] = True
    return every // (height * width), has


def _projections(
    targets: Sequence[Targets], n: int, pairs: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Entities (pairs,), those disputed (pairs,), those projected by each aligner (aligners, pairs)."""
    entities, disputed = np.zeros(pairs, np.int64), np.zeros(pairs, np.int64)
    projected = np.zeros((n, pairs), np.int64)
    for position, of_pair in enumerate(zip(*targets, strict=True)):
        places = [places_of(found) for found in of_pair]
        known = {entity for own in places for entity in own}
        entities[position] = len(known)
        disputed[position] = sum(len({own.get(entity, ()) for own in places}) > 1 for entity in known)
        projected[:, position] = [sum(map(bool, own.values())) for own in places]
    return entities, disputed, projected


def places_of(found: Sequence[tuple[Any, Any]]) -> dict[Any, tuple[Any, ...]]:
    """Entity -> the places that it was projected to, sorted; more than one where a projector allows it."""
    places: dict[Any, tuple[Any, ...]] = {}
    for entity, target in found:
        before = places.get(entity, ())
        places[entity] = before if target is None else tuple(sorted({*before, target}))
    return places
