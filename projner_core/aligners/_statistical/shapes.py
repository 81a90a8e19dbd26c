"""How a token looks before it is normalised, and which looks translate which.

Names keep their capitals, numbers stay numbers and punctuation stays punctuation, where both scripts
have them. How far that holds is learned from the corpus itself: a language that capitalises every noun,
or has no capitals, comes out as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np

from projner_core.aligners._statistical.arrays import FloatArray


class Shape(IntEnum):
    """What a token looks like."""

    UNCASED = 0  # letters of a script without capitals
    LOWER = 1
    CAPITAL = 2  # begins with a capital within the sentence
    FIRST = 3  # begins with a capital, as the first word does anyway
    NUMBER = 4
    PUNCTUATION = 5


SHAPES = len(Shape)


def shapes(tokens: Sequence[str]) -> list[int]:
    """The shape of each token of a sentence (or of its beginning)."""
    return [_shape(token, position == 0) for position, token in enumerate(tokens)]


def _shape(token: str, first: bool) -> Shape:
    if token[0].isupper():
        return Shape.FIRST if first else Shape.CAPITAL
    if token[0].islower():
        return Shape.LOWER
    if token[0].isnumeric():
        return Shape.NUMBER
    return Shape.UNCASED if any(c.isalnum() for c in token) else Shape.PUNCTUATION


def affinity(
    links: FloatArray,
    source_count: FloatArray,
    target_count: FloatArray,
    *,
    smoothing: float,
    strength: float,
) -> FloatArray:
    """How much more often two shapes are linked than if shapes did not matter: float64 [SHAPES, SHAPES].

        a(x, y) = (P(x, y) / (P(x) P(y))) ^ strength

    Args:
        links: float64 [SHAPES, SHAPES]; expected links between source shape x and target shape y.
        source_count, target_count: float64 [SHAPES]; tokens of each shape.
        smoothing: how many links are added that do not mind shapes.
        strength: 0 turns shapes off, 1 takes them at their word.
    """
    source_share, target_share = source_count + 0.01, target_count + 0.01
    indifferent = np.outer(source_share / source_share.sum(), target_share / target_share.sum())
    joint = links + smoothing * indifferent
    joint = joint / joint.sum()
    ratio: FloatArray = joint / np.outer(joint.sum(axis=1), joint.sum(axis=0))
    return ratio**strength
