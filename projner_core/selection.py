"""The best set of spans that do not overlap, exactly.

A candidate is an interval of tokens that one entity might take, with a score. Chosen is the set with
the highest sum of scores in which no two candidates share a token and no entity has more than
`n_proj` candidates (METHOD.md, "Candidate matching").

`select` works in four steps, each of which keeps an optimum:

1. *Greedy* gives a value that the optimum reaches at least; the best `n_proj` candidates of each
   entity, collisions forgotten, give one that it reaches at most. Where the two agree, as for most
   sentences, greedy's choice is an optimum.
2. Else a candidate that falls behind its entity's best by more than the gap between the two values
   cannot be in an optimum, and is dropped.
3. What is left falls apart into components: candidates that neither overlap nor share an entity,
   directly or through others, are decided apart.
4. In each component, dynamic programming over (position, how often each entity was used). Where that
   table would be too large (about fourteen entities that all want the same tokens), the sentence is
   solved as an integer program by SciPy instead.

Scores are rounded to whole multiples of at most 1e-6 of the sentence's highest (1e-12 in sentences of
usual length), so that sums are exact and ties are ties. Of sets with equal sums, the one with the
fewest tokens is chosen; of those, always the same one, whatever else is solved in the same call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Chosen = NDArray[np.bool_]

LARGEST_TABLE = 1 << 22  # cells of 8 bytes that dynamic programming may fill for one component
LONGEST = 1 << 20  # offsets and entity numbers stay below this


@dataclass(frozen=True, slots=True)
class Candidates:
    """The candidates of many sentences, one sentence after the other.

    Attributes:
        first: where each sentence begins in the other four; one more than there are sentences, so that
            sentence `i` has the candidates `first[i]:first[i + 1]`.
        entity: which entity of its sentence each candidate is for, from 0.
        start: its first token.
        end: one past its last token.
        score: how good it is. Candidates with a score of 0 or less are never chosen.

    Raises:
        ValueError: the arrays do not fit together, an interval is empty or negative, or a score is
            not a finite number.
    """

    first: Integers
    entity: Integers
    start: Integers
    end: Integers
    score: Floats

    @classmethod
    def of(
        cls,
        entity: ArrayLike,
        start: ArrayLike,
        end: ArrayLike,
        score: ArrayLike,
        *,
        first: ArrayLike | None = None,
    ) -> Candidates:
        """Candidates from anything that NumPy takes for an array; without `first`, of one sentence."""
        scores = np.ascontiguousarray(score, dtype=np.float64)
        return cls(
            np.ascontiguousarray((0, len(scores)) if first is None else first, dtype=np.int64),
            np.ascontiguousarray(entity, dtype=np.int64),
            np.ascontiguousarray(start, dtype=np.int64),
            np.ascontiguousarray(end, dtype=np.int64),
            scores,
        )

    @classmethod
    def batch(cls, sentences: Sequence[Sequence[tuple[int, int, int, float]]]) -> Candidates:
        """Candidates of several sentences, each a list of (entity, start, end, score)."""
        rows = [row for sentence in sentences for row in sentence]
        first = np.cumsum([0, *(len(sentence) for sentence in sentences)])
        entity, start, end, score = zip(*rows, strict=True) if rows else ((), (), (), ())
        return cls.of(entity, start, end, score, first=first)

    def __post_init__(self) -> None:
        count = len(self.score)
        if not len(self.entity) == len(self.start) == len(self.end) == count:
            raise ValueError(
                "entity, start, end and score need one length, but have "
                f"{len(self.entity)}, {len(self.start)}, {len(self.end)} and {count}"
            )
        if len(self.first) == 0 or self.first[0] != 0 or self.first[-1] != count:
            raise ValueError(f"`first` must go from 0 to the number of candidates, {count}: got {self.first}")
        if (np.diff(self.first) < 0).any():
            raise ValueError("`first` must not fall")
        if count == 0:
            return
        if (self.start < 0).any() or (self.end <= self.start).any() or (self.end >= LONGEST).any():
            raise ValueError(f"every candidate needs 0 <= start < end < {LONGEST}")
        if (self.entity < 0).any() or (self.entity >= LONGEST).any():
            raise ValueError(f"entities are numbered from 0 and below {LONGEST}")
        if not np.isfinite(self.score).all():
            raise ValueError("every score must be a finite number")

    def __len__(self) -> int:
        """The number of sentences."""
        return len(self.first) - 1

    def sentence(self, index: int) -> Candidates:
        """One sentence's candidates."""
        part = slice(int(self.first[index]), int(self.first[index + 1]))
        return Candidates.of(self.entity[part], self.start[part], self.end[part], self.score[part])


def select(candidates: Candidates, *, n_proj: int | None = 1) -> Chosen:
    """Which candidates make the best set of each sentence.

    Args:
        candidates: of one sentence or of many.
        n_proj: how many candidates of one entity may be chosen; None for any number.

    Returns:
        one truth value a candidate.
    """
    chosen = np.zeros(len(candidates.score), dtype=np.bool_)
    if not len(chosen):
        return chosen
    solved = _solve_all(
        candidates.first,
        candidates.entity,
        candidates.start,
        candidates.end,
        candidates.score,
        _limit(n_proj),
        chosen,
    )
    for index in np.flatnonzero(~solved):
        part = slice(candidates.first[index], candidates.first[index + 1])
        chosen[part] = integer_program(candidates.sentence(int(index)), n_proj=n_proj)
    return chosen


def greedy(candidates: Candidates, *, n_proj: int | None = 1) -> Chosen:
    """The choice of the published code, to compare with: best score first, whatever it costs others."""
    chosen = np.zeros(len(candidates.score), dtype=np.bool_)
    if len(chosen):
        _greedy_all(
            candidates.first,
            candidates.entity,
            candidates.start,
            candidates.end,
            candidates.score,
            _limit(n_proj),
            chosen,
        )
    return chosen


def integer_program(candidates: Candidates, *, n_proj: int | None = 1) -> Chosen:
    """The same optimum as `select`, by SciPy's integer programming, one sentence at a time.

    One row for each candidate's first token (the candidates over a token exclude each other, and any two
    that overlap do so on the first token of one of them), one for each entity.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    chosen = np.zeros(len(candidates.score), dtype=np.bool_)
    for index in range(len(candidates)):
        part = candidates.sentence(index)
        use = np.flatnonzero(part.score > 0)
        if not len(use):
            continue
        entity, start, end, score = part.entity[use], part.start[use], part.end[use], part.score[use]
        heads = np.unique(start)[:, None]
        rows, limits = [(start <= heads) & (heads < end)], [np.ones(len(heads))]
        if n_proj is not None:
            entities = np.unique(entity)[:, None]
            rows.append(entity == entities)
            limits.append(np.full(len(entities), float(_limit(n_proj))))
        solution = milp(
            -score,
            integrality=np.ones(len(use), dtype=np.int64),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(csr_array(np.vstack(rows).astype(float)), ub=np.concatenate(limits)),
            options={"mip_rel_gap": 0.0},
        )
        if not solution.success:
            raise RuntimeError(f"SciPy's milp did not solve sentence {index}: {solution.message}")
        chosen[candidates.first[index] + use] = solution.x > 0.5
    return chosen


def _limit(n_proj: int | None) -> int:
    if n_proj is None:
        return LONGEST
    if n_proj < 1:
        raise ValueError(f"n_proj must be at least 1, or None for any number, but is {n_proj}")
    return n_proj


# What follows is compiled. Arrays are those of one sentence unless it says otherwise.


@njit(cache=True, nogil=True)
def _solve_all(
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
def _greedy_all(
    first: Integers,
    entity: Integers,
    start: Integers,
    end: Integers,
    score: Floats,
    limit: int,
    chosen: Chosen,
) -> None:
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
