"""The compiled part of `projner_core.selection`, which says what is solved and how.

Arrays are those of one sentence unless it says otherwise.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Chosen = NDArray[np.bool_]

LARGEST_TABLE = 1 << 22  # cells of 8 bytes that dynamic programming may fill for one component
LONGEST = 1 << 20  # offsets and entity numbers stay below this


@njit(cache=True, nogil=True)
def solve_all(
    first: Integers,
    entity: Integers,
    start: Integers,
    end: Integers,
    score: Floats,
    limit: int,
    chosen: Chosen,
) -> Chosen:
    """Fill `chosen`, sentence by sentence; return which sentences could be solved here."""
    solved = np.ones(len(first) - 1, dtype=np.bool_)
    for s in range(len(first) - 1):
        a, b = first[s], first[s + 1]
        if a < b:
            solved[s] = _solve(entity[a:b], start[a:b], end[a:b], score[a:b], limit, chosen[a:b])
    return solved


@njit(cache=True, nogil=True)
def greedy_all(
    first: Integers,
    entity: Integers,
    start: Integers,
    end: Integers,
    score: Floats,
    limit: int,
    chosen: Chosen,
) -> None:
    """Fill `chosen` with the greedy choice, sentence by sentence."""
    for s in range(len(first) - 1):
        a, b = first[s], first[s + 1]
        if a < b:
            weight = _weights(start[a:b], end[a:b], score[a:b])
            order = _best_first(weight, entity[a:b], start[a:b])
            _greedy(order, weight, entity[a:b], start[a:b], end[a:b], limit, chosen[a:b])


@njit(cache=True, nogil=True)
def _solve(
    entity: Integers, start: Integers, end: Integers, score: Floats, limit: int, chosen: Chosen
) -> bool:
    weight = _weights(start, end, score)
    order = _best_first(weight, entity, start)
    value = _greedy(order, weight, entity, start, end, limit, chosen)
    bound, last = _upper_bound(order, weight, entity, limit)
    if value == bound:
        return True
    chosen[:] = False

    reach = last - (bound - value)  # the least that a candidate of each entity must weigh
    kept = np.empty(len(weight), dtype=np.int64)
    count = 0
    for i in _by_position(entity, start, end):
        if weight[i] > 0 and weight[i] >= reach[entity[i]]:
            kept[count] = i
            count += 1
    kept = kept[:count]

    component = _components(kept, entity, start, end, limit)
    for c in range(count):
        if component[c] == c:  # each component is named after its first candidate
            members = kept[component == c]
            if not _dynamic_programme(members, weight, entity, start, end, limit, chosen):
                return False
    return True


@njit(cache=True, nogil=True)
def _weights(start: Integers, end: Integers, score: Floats) -> Integers:
    """Scores as whole numbers whose sums cannot overflow; 0 for what is never chosen.

    The low bits count tokens down, so that of two sets with one score the shorter weighs more.
    """
    longest = 0
    highest = 0.0
    for i in range(len(score)):
        longest = max(longest, end[i])
        highest = max(highest, score[i])
    weight = np.zeros(len(score), dtype=np.int64)
    if highest <= 0.0:
        return weight
    tokens = 1
    while tokens <= longest:
        tokens *= 2
    most = 1  # terms in a sum
    while most < len(score):
        most *= 2
    steps = float((1 << 61) // tokens // most)
    for i in range(len(score)):
        if score[i] > 0.0:
            whole = np.int64(np.rint(score[i] / highest * steps))
            if whole > 0:
                weight[i] = whole * tokens - (end[i] - start[i])
    return weight


@njit(cache=True, nogil=True)
def _best_first(weight: Integers, entity: Integers, start: Integers) -> Integers:
    """Indices by falling weight; among equals by position, then by entity."""
    by_place = np.argsort(start * LONGEST + entity, kind="mergesort")
    return by_place[np.argsort(-weight[by_place], kind="mergesort")]


@njit(cache=True, nogil=True)
def _by_position(entity: Integers, start: Integers, end: Integers) -> Integers:
    """Indices by start, then end, then entity."""
    by_end = np.argsort(end * LONGEST + entity, kind="mergesort")
    return by_end[np.argsort(start[by_end], kind="mergesort")]


@njit(cache=True, nogil=True)
def _greedy(
    order: Integers,
    weight: Integers,
    entity: Integers,
    start: Integers,
    end: Integers,
    limit: int,
    chosen: Chosen,
) -> int:
    """Mark the greedy choice in `chosen` and return its weight."""
    taken = np.zeros(end.max(), dtype=np.bool_)
    used = np.zeros(entity.max() + 1, dtype=np.int64)
    value = 0
    for i in order:
        if weight[i] <= 0:
            break
        if used[entity[i]] < limit and not taken[start[i] : end[i]].any():
            taken[start[i] : end[i]] = True
            used[entity[i]] += 1
            chosen[i] = True
            value += weight[i]
    return value


@njit(cache=True, nogil=True)
def _upper_bound(order: Integers, weight: Integers, entity: Integers, limit: int) -> tuple[int, Integers]:
    """The weight of each entity's `limit` best candidates together, and the least of them.

    The least is 0 where an entity has fewer than `limit`: one more would push out none.
    """
    used = np.zeros(entity.max() + 1, dtype=np.int64)
    last = np.zeros(entity.max() + 1, dtype=np.int64)
    bound = 0
    for i in order:
        if used[entity[i]] < limit:
            used[entity[i]] += 1
            bound += weight[i]
            if used[entity[i]] == limit:
                last[entity[i]] = weight[i]
    return bound, last


@njit(cache=True, nogil=True)
def _components(kept: Integers, entity: Integers, start: Integers, end: Integers, limit: int) -> Integers:
    """The component of each kept candidate (they are sorted by position): the place of its first member."""
    parent = np.arange(len(kept))
    count = np.zeros(entity.max() + 1, dtype=np.int64)
    for i in kept:
        count[entity[i]] += 1
    seen = np.full(entity.max() + 1, -1, dtype=np.int64)  # a member of each entity that has to choose
    furthest = 0  # the place of the candidate so far that ends last
    for place in range(1, len(kept)):
        if start[kept[place]] < end[kept[furthest]]:
            _join(parent, place, furthest)
        if end[kept[place]] > end[kept[furthest]]:
            furthest = place
    for place in range(len(kept)):
        e = entity[kept[place]]
        if count[e] > limit:
            if seen[e] >= 0:
                _join(parent, place, seen[e])
            seen[e] = place
    for place in range(len(kept)):
        parent[place] = _root(parent, place)
    return parent


@njit(cache=True, nogil=True)
def _root(parent: Integers, place: int) -> int:
    while parent[place] != place:
        parent[place] = parent[parent[place]]
        place = parent[place]
    return place


@njit(cache=True, nogil=True)
def _join(parent: Integers, one: int, other: int) -> None:
    one, other = _root(parent, one), _root(parent, other)
    parent[max(one, other)] = min(one, other)


@njit(cache=True, nogil=True)
def _dynamic_programme(
    members: Integers,
    weight: Integers,
    entity: Integers,
    start: Integers,
    end: Integers,
    limit: int,
    chosen: Chosen,
) -> bool:
    """Choose among one component's candidates, sorted by start; False where the table would be too large.

    `best[i, state]` is the most that candidates `i`, `i + 1`, ... can add. The state counts, in base
    `limit + 1`, how often each entity was used; entities with no more than `limit` candidates here need
    no digit.
    """
    n = len(members)
    count = np.zeros(entity.max() + 1, dtype=np.int64)
    for i in members:
        count[entity[i]] += 1
    digit = np.zeros(entity.max() + 1, dtype=np.int64)  # the worth of an entity's digit; 0: it has none
    states = 1
    for e in range(len(count)):
        if count[e] > limit:
            digit[e] = states
            states *= limit + 1
            if states * (n + 1) > LARGEST_TABLE:
                return False

    following = np.searchsorted(start[members], end[members])  # the first candidate past each one's end
    best = np.zeros((n + 1, states), dtype=np.int64)
    for i in range(n - 1, -1, -1):
        w, d, after = weight[members[i]], digit[entity[members[i]]], following[i]
        for state in range(states):
            skip = best[i + 1, state]
            best[i, state] = skip
            if d == 0 or (state // d) % (limit + 1) < limit:
                best[i, state] = max(skip, w + best[after, state + d])
    i, state = 0, 0
    while i < n:
        if best[i, state] == best[i + 1, state]:
            i += 1
        else:
            chosen[members[i]] = True
            state += digit[entity[members[i]]]
            i = following[i]
    return True
