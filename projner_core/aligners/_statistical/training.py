"""Expectation maximisation over one block of sentence pairs, both directions trained to agree."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numba import njit

from projner_core.aligners._statistical.arrays import (
    FloatArray,
    IntArray,
    LongArray,
    ShapeArray,
    SingleArray,
    sums,
)
from projner_core.aligners._statistical.hmm import (
    WIDEST_JUMP,
    first_jumps,
    hmm_posterior,
    model1_posterior,
)
from projner_core.aligners._statistical.lexical import Pseudocounts, count_pairs, dice, estimate
from projner_core.aligners._statistical.model import Model
from projner_core.aligners._statistical.shapes import SHAPES, affinity
from projner_core.aligners._statistical.tables import Block
from projner_core.inference.interruption import checkpoint

_CHUNKS = 8  # of a block, worked on side by side; fixed, so that sums do not depend on the threads
_COUNTERS = 2  # partial sums of counts; fixed for the same reason
_SHARPEST = 40.0  # of the diagonals that may be estimated


@dataclass(frozen=True, slots=True)
class Posteriors:
    """What training ends with, for the C cells of a block.

    Attributes:
        forward: float32 [C]; P(source token | target token).
        backward: float32 [C]; P(target token | source token).
    """

    forward: SingleArray
    backward: SingleArray


class _Layout(NamedTuple):
    """Where things stand in a block (see `Block`)."""

    source_start: LongArray
    target_start: LongArray
    cell_start: LongArray
    cell: IntArray
    source_shape: ShapeArray
    target_shape: ShapeArray


class _Direction(NamedTuple):
    """What one direction goes by in a round, and where its posteriors go."""

    lexical: SingleArray  # [P]; t(observed | hidden) of each pair of words
    unaligned: float  # P(the null word)
    null: FloatArray  # [observed tokens]; t(observed | null)
    jump: FloatArray  # [J]
    posterior: SingleArray  # [C]; P(hidden | observed)
    null_posterior: FloatArray  # [observed tokens]; P(null | observed)


class _Tally(NamedTuple):
    """Expected counts of a round, one row a chunk."""

    jumps: FloatArray  # [chunks, 2, J]; forward, backward
    shapes: FloatArray  # [chunks, SHAPES, SHAPES]; links between shapes
    distance: FloatArray  # [chunks, 2]; the links' distance from the diagonal, and how many they are


class _Observed:
    """What a direction keeps of the side it observes: the null word and its translations, and its jumps."""

    def __init__(self, count: FloatArray, token: IntArray, model: Model) -> None:
        self.token = token
        self.frequency = (count + 0.5) / (count.sum() + 0.5 * len(count))
        self.model = model
        self.unaligned = model.null
        self.null = self.frequency[token]
        self.null_posterior = np.zeros(len(token))
        self.jump = first_jumps()

    def estimate_null(self) -> None:
        found = sums(self.token, len(self.frequency), self.null_posterior)
        smoothing, strength = self.model.null_smoothing, self.model.null_strength
        estimate = (found + smoothing * self.frequency) / (found.sum() + smoothing)
        self.null = estimate[self.token]
        self.unaligned = float((found.sum() + strength * self.model.null) / (len(self.token) + strength))

    def estimate_jumps(self, count: FloatArray) -> None:
        smoothed = count + self.model.jump_smoothing
        self.jump = smoothed / smoothed.sum()

    def direction(self, lexical: SingleArray, posterior: SingleArray) -> _Direction:
        return _Direction(lexical, self.unaligned, self.null, self.jump, posterior, self.null_posterior)


def train(block: Block, priors: list[Pseudocounts], model: Model, threads: int = 2) -> Posteriors:
    """Train on a block and return the posteriors of its cells.

    Args:
        block: the sentence pairs.
        priors: pseudo-counts, one a level of `block.tables`.
        model: the model's numbers.
        threads: how many threads to use; the result does not depend on it.
    """
    n_cells, n_pairs = int(block.cell_start[-1]), len(block.tables[0])
    layout = _Layout(
        block.source_start,
        block.target_start,
        block.cell_start,
        block.cell,
        block.source_shape,
        block.target_shape,
    )
    chunks = list(_chunks(block.cell_start, _CHUNKS))
    cuts = np.linspace(0, n_cells, _COUNTERS + 1).astype(np.int64).tolist()
    tally = _Tally(
        np.zeros((len(chunks), 2, 2 * WIDEST_JUMP + 1)),
        np.zeros((len(chunks), SHAPES, SHAPES)),
        np.zeros((len(chunks), 2)),
    )
    forward, backward = np.zeros(n_cells, dtype=np.float32), np.zeros(n_cells, dtype=np.float32)
    targets = _Observed(block.tables[0].targets.count, block.target_token, model)
    sources = _Observed(block.tables[0].sources.count, block.source_token, model)
    source_shapes = sums(block.source_shape, SHAPES)
    target_shapes = sums(block.target_shape, SHAPES)
    shape_affinity = np.ones((SHAPES, SHAPES))
    sharpness = model.sharpness
    counts = _first_counts(block)

    with _stopping(ThreadPoolExecutor(max_workers=max(1, threads))) as pool:
        for iteration in range(model.model1_iterations + model.hmm_iterations):
            checkpoint()
            uses_hmm = iteration >= model.model1_iterations
            lexical = estimate(block, counts, priors, top=model.top, back_off=model.back_off)
            checkpoint()
            for part in tally:
                part[:] = 0.0
            expected = [
                pool.submit(
                    _expect,
                    chunk,
                    *chunks[chunk],
                    layout,
                    targets.direction(lexical.forward, forward),
                    sources.direction(lexical.backward, backward),
                    shape_affinity,
                    sharpness,
                    uses_hmm,
                    tally,
                )
                for chunk in range(len(chunks))
            ]
            for task in expected:
                task.result()
                checkpoint()
            partial = [
                pool.submit(count_pairs, block.cell, a, b, forward, backward, n_pairs)
                for a, b in pairwise(cuts)
            ]
            counts = np.sum([task.result() for task in partial], axis=0)
            targets.estimate_null()
            sources.estimate_null()
            if uses_hmm:
                targets.estimate_jumps(tally.jumps[:, 0].sum(axis=0))
                sources.estimate_jumps(tally.jumps[:, 1].sum(axis=0))
            shape_affinity = affinity(
                tally.shapes.sum(axis=0),
                source_shapes,
                target_shapes,
                smoothing=model.shape_smoothing,
                strength=model.shape_strength,
            )
            travelled, links = tally.distance.sum(axis=0)
            sharpness = model.sharpness_share * _sharpness(travelled / links)
    return Posteriors(forward, backward)


@contextmanager
def _stopping(pool: ThreadPoolExecutor) -> Iterator[ThreadPoolExecutor]:
    """A pool that, where its context is left by an exception, does not begin what it has not begun."""
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _first_counts(block: Block) -> FloatArray:
    """Counts to begin with: each token spreads over the other sentence, exclusive pairs weighing more."""
    per_pair = 1.0 / np.maximum(block.source_length, block.target_length)
    cells = np.repeat(per_pair, block.source_length * block.target_length)
    spread = sums(block.cell, len(block.tables[0]), cells)
    first: FloatArray = spread * dice(block)
    return first


def _chunks(cell_start: LongArray, n: int) -> Iterator[tuple[int, int]]:
    """Cut the pairs into at most `n` runs of about as many cells each."""
    marks = np.searchsorted(cell_start, np.linspace(0, cell_start[-1], n + 1))
    marks[0], marks[-1] = 0, len(cell_start) - 1
    for first, last in pairwise(np.maximum.accumulate(marks).tolist()):
        if first < last:
            yield first, last


def _sharpness(distance: float) -> float:
    """The λ under which the mean of |i/n - j/m| is `distance`: its maximum-likelihood estimate.

    Dyer, Chahuneau and Smith (2013), section 2.1, climb the same likelihood; in the limit of long sentences
    one table does for all of them.
    """
    sharpness, mean = _mean_distances()
    return float(np.interp(-distance, -mean, sharpness))


@cache
def _mean_distances() -> tuple[FloatArray, FloatArray]:
    """Rising λ, and E|x - y| for y uniform and x drawn with weight exp(-λ|x - y|), both in [0, 1].

    On one side of y, up to the distance a, the weight is (1 - exp(-λa)) / λ in all, and its first moment
    (1 - (1 + λa) exp(-λa)) / λ².
    """
    sharpness = np.geomspace(0.01, _SHARPEST, 200)[:, None]
    reach = np.linspace(0.005, 0.995, 100)[None, :]  # y, and by symmetry 1 - y
    weight = (1 - np.exp(-sharpness * reach)) / sharpness
    moment = (1 - (1 + sharpness * reach) * np.exp(-sharpness * reach)) / sharpness**2
    mean = ((moment + moment[:, ::-1]) / (weight + weight[:, ::-1])).mean(axis=1)
    return sharpness[:, 0], mean


@njit(cache=True, nogil=True)
def _expect(
    chunk: int,
    first: int,
    last: int,
    layout: _Layout,
    forward: _Direction,
    backward: _Direction,
    shape_affinity: FloatArray,
    sharpness: float,
    uses_hmm: bool,
    tally: _Tally,
) -> None:
    """The E step for pairs [first, last): fills both directions' posteriors, adds to the chunk's tally."""
    for k in range(first, last):
        s0, s1 = layout.source_start[k], layout.source_start[k + 1]
        t0, t1 = layout.target_start[k], layout.target_start[k + 1]
        n, m = s1 - s0, t1 - t0
        emit_target, emit_source = np.empty((m, n)), np.empty((n, m))
        of_target, of_source = np.empty((m, n)), np.empty((n, m))
        c = layout.cell_start[k]
        for i in range(n):
            for j in range(m):
                like = shape_affinity[layout.source_shape[s0 + i], layout.target_shape[t0 + j]]
                emit_target[j, i] = forward.lexical[layout.cell[c]] * like
                emit_source[i, j] = backward.lexical[layout.cell[c]] * like
                c += 1
        target_null, source_null = forward.null[t0:t1], backward.null[s0:s1]
        target_unaligned, source_unaligned = forward.null_posterior[t0:t1], backward.null_posterior[s0:s1]
        if uses_hmm:
            hmm_posterior(
                emit_target,
                target_null,
                forward.unaligned,
                forward.jump,
                of_target,
                target_unaligned,
                tally.jumps[chunk, 0],
            )
            hmm_posterior(
                emit_source,
                source_null,
                backward.unaligned,
                backward.jump,
                of_source,
                source_unaligned,
                tally.jumps[chunk, 1],
            )
        else:
            model1_posterior(
                emit_target, target_null, forward.unaligned, sharpness, of_target, target_unaligned
            )
            model1_posterior(
                emit_source, source_null, backward.unaligned, sharpness, of_source, source_unaligned
            )
        c = layout.cell_start[k]
        for i in range(n):
            for j in range(m):
                forward.posterior[c] = of_target[j, i]
                backward.posterior[c] = of_source[i, j]
                c += 1
                agreed = of_target[j, i] * of_source[i, j]
                tally.shapes[chunk, layout.source_shape[s0 + i], layout.target_shape[t0 + j]] += agreed
                tally.distance[chunk, 0] += agreed * abs((i + 0.5) / n - (j + 0.5) / m)
                tally.distance[chunk, 1] += agreed
