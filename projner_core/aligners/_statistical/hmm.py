"""Where the words of one sentence stand in the other: IBM model 1 with a diagonal, and the HMM.

Both models generate an *observed* sentence of m words from a *hidden* one of n words. For the forward
direction the target is observed and the source hidden; for the backward direction the other way
round, by the same functions. `emission[j, i]` is t(observed word j | hidden word i).

The kernels treat float errors as real numbers would (`fastmath`), and always in the same order: the
same input gives the same output.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from projner_core.aligners._statistical.arrays import FloatArray

WIDEST_JUMP = 15  # jumps so far and further have one weight in each direction


def first_jumps() -> FloatArray:
    """A jump distribution to begin with, by preference one step on: float64 [2 * WIDEST_JUMP + 1].

    `jump[WIDEST_JUMP + d]` is the weight of moving d words on in the hidden sentence; the first and the last
    are the weight of each position that is so far away or further.
    """
    distance = np.abs(np.arange(-WIDEST_JUMP, WIDEST_JUMP + 1) - 1.0)
    weight: FloatArray = np.exp(-0.5 * distance) + 0.01
    weight /= weight.sum()
    return weight


@njit(cache=True, nogil=True, fastmath=True)
def model1_posterior(
    emission: FloatArray,
    null_emission: FloatArray,
    null: float,
    sharpness: float,
    posterior: FloatArray,
    null_posterior: FloatArray,
) -> None:
    """P(hidden position | observed word) under model 1 (Brown et al. 1993) that prefers the diagonal.

    The position i is drawn with weight exp(-sharpness * |(i + 1/2)/n - (j + 1/2)/m|), as in Dyer,
    Chahuneau and Smith (2013), section 2; the null word with probability `null`.

    Args:
        emission: [m, n].
        null_emission: [m]; t(observed word j | null).
        null: the probability of the null word.
        sharpness: how strongly the diagonal is preferred.
        posterior: [m, n]; overwritten.
        null_posterior: [m]; overwritten.
    """
    m, n = emission.shape
    for j in range(m):
        place = (j + 0.5) / m
        prior_total = 0.0
        total = 0.0
        for i in range(n):
            prior = np.exp(-sharpness * abs((i + 0.5) / n - place))
            prior_total += prior
            posterior[j, i] = prior * emission[j, i]
            total += posterior[j, i]
        total *= (1.0 - null) / prior_total
        unaligned = null * null_emission[j]
        scale = (1.0 - null) / prior_total / (total + unaligned)
        for i in range(n):
            posterior[j, i] *= scale
        null_posterior[j] = unaligned / (total + unaligned)


@njit(cache=True, nogil=True, fastmath=True)
def _transitions(n: int, jump: FloatArray) -> FloatArray:
    """P(next position q | last position p), float64 [n + 1, n]; row 0 is before the first word."""
    widest = (len(jump) - 1) // 2
    move = np.empty((n + 1, n))
    for p in range(n + 1):
        total = 0.0
        for q in range(n):
            move[p, q] = jump[widest + max(-widest, min(widest, q + 1 - p))]
            total += move[p, q]
        for q in range(n):
            move[p, q] /= total
    return move


@njit(cache=True, nogil=True, fastmath=True)
def hmm_posterior(
    emission: FloatArray,
    null_emission: FloatArray,
    null: float,
    jump: FloatArray,
    posterior: FloatArray,
    null_posterior: FloatArray,
    jump_count: FloatArray,
) -> None:
    """P(hidden position | observed word) under the HMM of Vogel, Ney and Tillmann (1996).

    Computed by forward-backward. The state is the last hidden position that emitted a word; what the null
    word emits leaves it where it is (Och and Ney 2003, section 2.1.2). Each step is scaled to sum to one
    (Rabiner 1989, section V.A).

    Args:
        emission: [m, n].
        null_emission: [m].
        null: the probability of the null word.
        jump: [2 * widest + 1]; see `first_jumps`.
        posterior: [m, n]; overwritten.
        null_posterior: [m]; overwritten.
        jump_count: [2 * widest + 1]; the expected number of each jump is added. Of the first and the last,
            which stand for many positions, it is the expected number for each of these: else a long
            sentence would seem full of far jumps, and each far position as likely as all together.
    """
    m, n = emission.shape
    widest = (len(jump) - 1) // 2
    move = _transitions(n, jump)
    state = np.zeros((m + 1, n + 1))  # P(last position | words before j); 0 is before the first
    state[0, 0] = 1.0
    scale = np.empty(m)
    for j in range(m):
        for q in range(n):
            posterior[j, q] = 0.0
        for p in range(n + 1):
            weight = state[j, p]
            if weight > 1e-12:
                for q in range(n):
                    posterior[j, q] += weight * move[p, q]
        stay = null * null_emission[j]
        total = stay * state[j, 0]
        for q in range(n):
            posterior[j, q] *= (1.0 - null) * emission[j, q]
            state[j + 1, q + 1] = posterior[j, q] + stay * state[j, q + 1]
            total += state[j + 1, q + 1]
        scale[j] = total
        state[j + 1, 0] = stay * state[j, 0] / total
        for q in range(n):
            state[j + 1, q + 1] /= total
            posterior[j, q] /= total  # so far P(arrives at q with word j | words up to j)

    after = np.ones(n + 1)  # P(words after j | last position), scaled alike
    arrive = np.empty(n)
    moved = np.zeros((n + 1, n))  # expected number of moves p -> q
    for j in range(m - 1, -1, -1):
        aligned = 0.0
        for q in range(n):
            arrive[q] = (1.0 - null) * emission[j, q] * after[q + 1] / scale[j]
            posterior[j, q] *= after[q + 1]
            aligned += posterior[j, q]
        null_posterior[j] = max(0.0, 1.0 - aligned)
        stay = null * null_emission[j] / scale[j]
        for p in range(n + 1):
            before = stay * after[p]
            weight = state[j, p]
            if weight > 1e-6:
                for q in range(n):
                    step = move[p, q] * arrive[q]
                    before += step
                    moved[p, q] += weight * step
            else:
                for q in range(n):
                    before += move[p, q] * arrive[q]
            after[p] = before
    for p in range(n + 1):
        far_behind, far_ahead = max(1, p - widest), max(1, n - p - widest + 1)
        for q in range(n):
            step_on = max(-widest, min(widest, q + 1 - p))
            if step_on == -widest:
                jump_count[0] += moved[p, q] / far_behind
            elif step_on == widest:
                jump_count[2 * widest] += moved[p, q] / far_ahead
            else:
                jump_count[widest + step_on] += moved[p, q]
