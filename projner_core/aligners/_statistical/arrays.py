"""The kinds of array that the aligner is made of; docstrings give their shapes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

ShapeArray = npt.NDArray[np.int8]  # the shapes of tokens
IntArray = npt.NDArray[np.int32]  # words, classes, pairs of words: numbers within a vocabulary or block
LongArray = npt.NDArray[np.int64]  # offsets
SingleArray = npt.NDArray[np.float32]  # one probability a cell, or a pair of words
FloatArray = npt.NDArray[np.float64]  # what sums are made of


def sums(
    index: npt.NDArray[np.integer], n: int, weights: npt.NDArray[np.floating] | None = None
) -> FloatArray:
    """How often each number below `n` comes in `index`, or what the weights there sum to: float64 [n]."""
    return np.bincount(index, weights=weights, minlength=n).astype(np.float64, copy=False)
