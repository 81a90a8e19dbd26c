"""The best set of spans that do not overlap, exactly.

A candidate is an interval of tokens that one entity might take, with a score. Chosen is the set with
the highest sum of scores in which no two candidates share a token and no entity has more than
`n_proj` candidates (arXiv 2501.18750, candidate matching).

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
from typing import TYPE_CHECKING

import numpy as np

from projner_core.selection_compiled import LONGEST, Chosen, Floats, Integers, greedy_all, solve_all

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


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
    solved = solve_all(
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
        greedy_all(
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
