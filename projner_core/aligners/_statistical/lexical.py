"""How words translate: t(target | source) and t(source | target), backing off from words to stems.

At the top level (the shortest stems) the estimate is the mean of a posterior under a symmetric
Dirichlet prior; at each level below, the prior is the level above, spread over the words of a stem by
their frequency (a hierarchical Dirichlet, MacKay and Peto 1995, section 3):

    t(f | e) = (c(e, f) + κ · t(F | E) · p(f | F)) / (c(e) + κ)        E, F the stems of e, f

where c are expected counts plus the pseudo-counts that `priors` and `learned` give.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from projner_core.aligners._statistical.arrays import FloatArray, IntArray, SingleArray, sums
from projner_core.aligners._statistical.tables import Block, Table


@dataclass(slots=True)
class Pseudocounts:
    """What is believed of the pairs of one table before its block is seen.

    Attributes:
        pair: float64 [P].
        source: float64 [S]; for each source class the total over all target classes, those too that
            never meet it in the block.
        target: float64 [T]; the same for target classes.
    """

    pair: FloatArray
    source: FloatArray
    target: FloatArray

    @classmethod
    def none(cls, table: Table) -> Pseudocounts:
        """No belief."""
        return cls(np.zeros(len(table)), np.zeros(len(table.sources)), np.zeros(len(table.targets)))

    def __add__(self, other: Pseudocounts) -> Pseudocounts:
        return Pseudocounts(self.pair + other.pair, self.source + other.source, self.target + other.target)


@dataclass(frozen=True, slots=True)
class Lexical:
    """Translation probabilities for each pair of words of a block: two float32 [P]."""

    forward: SingleArray  # t(target | source): emits the target in the forward direction
    backward: SingleArray  # t(source | target)


def estimate(
    block: Block, counts: FloatArray, priors: list[Pseudocounts], *, top: float, back_off: float
) -> Lexical:
    """Translation probabilities from expected counts.

    Args:
        block: what the counts are of.
        counts: float64 [pairs of `block.tables[0]`]; the expected number of links of each pair of words.
        priors: one a level.
        top: the symmetric Dirichlet's pseudo-count at the top level.
        back_off: κ, the weight of the level above.
    """
    by_level = [counts]
    for table, above in zip(block.tables, block.tables[1:], strict=False):
        by_level.append(sums(table.parent, len(above), by_level[-1]))

    forward = backward = np.empty(0)
    above_forward = above_backward = np.empty(0)
    for level in range(len(block.tables) - 1, -1, -1):
        table, prior, count = block.tables[level], priors[level], by_level[level]
        is_top = level == len(block.tables) - 1
        source_total = sums(table.source, len(table.sources), count) + prior.source
        target_total = sums(table.target, len(table.targets), count) + prior.target
        if is_top:
            forward = (count + prior.pair + top) / (source_total + top * len(table.targets))[table.source]
            backward = (count + prior.pair + top) / (target_total + top * len(table.sources))[table.target]
        else:
            forward = np.empty(len(table))
            backward = np.empty(len(table))
            _back_off(
                table.source,
                table.target,
                table.parent,
                count,
                prior.pair,
                source_total,
                target_total,
                table.sources.share,
                table.targets.share,
                above_forward,
                above_backward,
                back_off,
                forward,
                backward,
            )
        above_forward, above_backward = forward, backward
    return Lexical(forward.astype(np.float32), backward.astype(np.float32))


@njit(cache=True, nogil=True)
def _back_off(
    source: IntArray,
    target: IntArray,
    parent: IntArray,
    count: FloatArray,
    prior: FloatArray,
    source_total: FloatArray,
    target_total: FloatArray,
    source_share: FloatArray,
    target_share: FloatArray,
    above_forward: FloatArray,
    above_backward: FloatArray,
    back_off: float,
    forward: FloatArray,
    backward: FloatArray,
) -> None:
    """The module's formula, in both directions, for every pair of one level."""
    for p in range(len(source)):
        s, t = source[p], target[p]
        seen = count[p] + prior[p]
        forward[p] = (seen + back_off * above_forward[parent[p]] * target_share[t]) / (
            source_total[s] + back_off
        )
        backward[p] = (seen + back_off * above_backward[parent[p]] * source_share[s]) / (
            target_total[t] + back_off
        )


@njit(cache=True, nogil=True)
def count_pairs(
    cell: IntArray, first: int, last: int, forward: SingleArray, backward: SingleArray, n_pairs: int
) -> FloatArray:
    """Expected links of each pair of words in the cells [first, last): float64 [n_pairs].

    A cell counts P(source | target) · P(target | source): both directions have to agree (Liang, Taskar
    and Klein 2006, section 3.1).
    """
    total = np.zeros(n_pairs)
    for c in range(first, last):
        total[cell[c]] += forward[c] * backward[c]
    return total


def dice(block: Block) -> FloatArray:
    """How exclusively the pair of top-level classes of each pair of words meets, in [0, 1]: float64 [P]."""
    top = block.tables[-1]
    met = sums(block.cell, len(block.tables[0]))
    index: IntArray = np.arange(len(block.tables[0]), dtype=np.int32)
    for table, above in zip(block.tables, block.tables[1:], strict=False):
        index = table.parent[index]
        met = sums(table.parent, len(above), met)
    expected = top.sources.count[top.source] + top.targets.count[top.target]
    coefficient: FloatArray = np.minimum(2.0 * met / expected, 1.0)
    return coefficient[index]
