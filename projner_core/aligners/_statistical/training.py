"""Expectation maximisation over one block of sentence pairs, both directions trained to agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from numba import njit

from projner_core.aligners._statistical.hmm import (
    WIDEST_JUMP,
    first_jumps,
    hmm_posterior,
    model1_posterior,
)
from projner_core.aligners._statistical.lexical import Lexical, Pseudocounts, count_pairs, dice, estimate
from projner_core.aligners._statistical.tables import Block, FloatArray, IntArray, LongArray

SingleArray = npt.NDArray[np.float32]

_CHUNKS = 8  # of a block, worked on side by side; fixed, so that sums do not depend on the threads
_COUNTERS = 2  # partial sums of counts; fixed for the same reason


@dataclass(frozen=True, slots=True)
class Model:
    """The numbers of the model; docs/aligner.md says how they were chosen.

    Attributes:
        model1_iterations, hmm_iterations: rounds of EM.
        null: the probability of the null word.
        sharpness: model 1's preference for the diagonal.
        top: pseudo-count of the symmetric Dirichlet over the shortest stems.
        back_off: κ, the weight of a stem's translations for its words.
        jump_smoothing: pseudo-count of every jump.
        null_smoothing: pseudo-counts that hold the null word's translations to the word frequencies.
    """

    model1_iterations: int = 4
    hmm_iterations: int = 2
    null: float = 0.2
    sharpness: float = 3.0
    top: float = 0.01
    back_off: float = 2.0
    jump_smoothing: float = 1.0
    null_smoothing: float = 100.0


@dataclass(frozen=True, slots=True)
class Posteriors:
    """What training ends with, for the C cells of a block.

    Attributes:
        forward: float32 [C]; P(source token | target token).
        backward: float32 [C]; P(target token | source token).
    """

    forward: SingleArray
    backward: SingleArray


class _Side:
    """What each direction keeps besides the lexicon: its null word and its jumps."""

    def __init__(self, count: FloatArray, token: IntArray, smoothing: float) -> None:
        self.token = token
        self.frequency = (count + 0.5) / (count.sum() + 0.5 * len(count))
        self.smoothing = smoothing
        self.null = self.frequency[token]  # t(token | null)
        self.null_posterior = np.zeros(len(token))
        self.jump = first_jumps()

    def estimate_null(self) -> None:
        unaligned = np.bincount(self.token, weights=self.null_posterior, minlength=len(self.frequency))
        estimate = (unaligned + self.smoothing * self.frequency) / (unaligned.sum() + self.smoothing)
        self.null = estimate[self.token]


def train(block: Block, priors: list[Pseudocounts], model: Model, threads: int = 2) -> Posteriors:
    """Train on a block and return the posteriors of its cells.

    Args:
        block: the sentence pairs.
        priors: pseudo-counts, one a level of `block.tables`.
        model: the model's numbers.
        threads: how many threads to use; the result does not depend on it.
    """
    n_cells = int(block.cell_start[-1])
    forward = np.zeros(n_cells, dtype=np.float32)
    backward = np.zeros(n_cells, dtype=np.float32)
    observed_target = _Side(block.tables[0].targets.count, block.target_token, model.null_smoothing)
    observed_source = _Side(block.tables[0].sources.count, block.source_token, model.null_smoothing)
    chunks = list(_chunks(block.cell_start, _CHUNKS))
    counters = np.linspace(0, n_cells, _COUNTERS + 1).astype(np.int64).tolist()
    jumps = np.zeros((len(chunks), 2, 2 * WIDEST_JUMP + 1))

    with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
        counts = _first_counts(block)
        for iteration in range(model.model1_iterations + model.hmm_iterations):
            lexical = estimate(block, counts, priors, top=model.top, back_off=model.back_off)
            uses_hmm = iteration >= model.model1_iterations
            jumps[:] = 0.0
            expect = _expectation(
                block, lexical, observed_target, observed_source, model, uses_hmm, forward, backward, jumps
            )
            for done in [pool.submit(expect, c, *bounds) for c, bounds in enumerate(chunks)]:
                done.result()
            partial = [
                pool.submit(count_pairs, block.cell, a, b, forward, backward, len(block.tables[0]))
                for a, b in pairwise(counters)
            ]
            counts = np.sum([part.result() for part in partial], axis=0)
            observed_target.estimate_null()
            observed_source.estimate_null()
            if uses_hmm:
                for direction, side in enumerate((observed_target, observed_source)):
                    count = jumps[:, direction].sum(axis=0) + model.jump_smoothing
                    side.jump = count / count.sum()
    return Posteriors(forward, backward)


def _first_counts(block: Block) -> FloatArray:
    """Counts to begin with: each token spreads over the other sentence, exclusive pairs weighing more."""
    per_pair = 1.0 / np.maximum(block.source_length, block.target_length)
    cells = np.repeat(per_pair, block.source_length * block.target_length)
    spread = np.bincount(block.cell, weights=cells, minlength=len(block.tables[0]))
    first: FloatArray = spread * dice(block)
    return first


def _chunks(cell_start: LongArray, n: int) -> Iterator[tuple[int, int]]:
    """Cut the pairs into at most `n` runs of about as many cells each."""
    marks = np.searchsorted(cell_start, np.linspace(0, cell_start[-1], n + 1))
    marks[0], marks[-1] = 0, len(cell_start) - 1
    for first, last in pairwise(np.maximum.accumulate(marks).tolist()):
        if first < last:
            yield first, last


def _expectation(
    block: Block,
    lexical: Lexical,
    observed_target: _Side,
    observed_source: _Side,
    model: Model,
    uses_hmm: bool,
    forward: SingleArray,
    backward: SingleArray,
    jumps: FloatArray,
) -> Callable[[int, int, int], None]:
    """The E step as a function of (chunk, first pair, last pair)."""

    def work(chunk: int, first: int, last: int) -> None:
        _expect(
            first,
            last,
            block.source_start,
            block.target_start,
            block.cell_start,
            block.cell,
            lexical.forward,
            lexical.backward,
            observed_target.null,
            observed_source.null,
            observed_target.jump,
            observed_source.jump,
            model.null,
            model.sharpness,
            uses_hmm,
            forward,
            backward,
            observed_target.null_posterior,
            observed_source.null_posterior,
            jumps[chunk],
        )

    return work


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _expect(
    first: int,
    last: int,
    source_start: LongArray,
    target_start: LongArray,
    cell_start: LongArray,
    cell: IntArray,
    forward_lexical: SingleArray,
    backward_lexical: SingleArray,
    target_null: FloatArray,
    source_null: FloatArray,
    forward_jump: FloatArray,
    backward_jump: FloatArray,
    null: float,
    sharpness: float,
    uses_hmm: bool,
    forward: SingleArray,
    backward: SingleArray,
    target_null_posterior: FloatArray,
    source_null_posterior: FloatArray,
    jumps: FloatArray,
) -> None:
    """The posteriors of pairs [first, last), both directions; expected jumps are added to `jumps` [2, J]."""
    for k in range(first, last):
        s0, s1 = source_start[k], source_start[k + 1]
        t0, t1 = target_start[k], target_start[k + 1]
        n, m = s1 - s0, t1 - t0
        emit_target = np.empty((m, n))
        emit_source = np.empty((n, m))
        c = cell_start[k]
        for i in range(n):
            for j in range(m):
                emit_target[j, i] = forward_lexical[cell[c]]
                emit_source[i, j] = backward_lexical[cell[c]]
                c += 1
        of_target = np.empty((m, n))
        of_source = np.empty((n, m))
        if uses_hmm:
            hmm_posterior(
                emit_target, target_null[t0:t1], null, forward_jump, of_target, target_null_posterior[t0:t1], jumps[0]
            )
            hmm_posterior(
                emit_source, source_null[s0:s1], null, backward_jump, of_source, source_null_posterior[s0:s1], jumps[1]
            )
        else:
            model1_posterior(
                emit_target, target_null[t0:t1], null, sharpness, of_target, target_null_posterior[t0:t1]
            )
            model1_posterior(
                emit_source, source_null[s0:s1], null, sharpness, of_source, source_null_posterior[s0:s1]
            )
        c = cell_start[k]
        for i in range(n):
            for j in range(m):
                forward[c] = of_target[j, i]
                backward[c] = of_source[i, j]
                c += 1
