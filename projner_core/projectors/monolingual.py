"""Links between two sentences of one language that say the same: a back-translation and its original.

Both are cut into small units by the same rules, whatever their tokens are: words, and single characters
where the script writes no spaces. Two units are as alike as they are spelt, `s`: 1 - (edit distance) /
(characters of the longer one), without regard to case and zero-width characters (`marked_text.fold`).
Of all ways to link each unit to at most one of the other sentence, the one with the largest sum is taken of

    s³ + (s before + s after) / 10 - d² / 100 + wanted / 50        over links with s ≥ threshold

exactly: the assignment problem (Kuhn 1955). `s before` and `s after` are those of the units' left and right
neighbours, so that a word that comes twice is linked where its neighbours agree; `d`, in [0, 1], is how far
apart the two stand; `wanted` is 1 for units that must not go away empty-handed where another of the same
spelling would do without. Words may change their order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from projner_core.projectors.marked_text import fold
from projner_core.tokenisation import locate

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NEIGHBOURS = 0.2
_PLACE = 0.01
_WANTED = 0.02
_MOST_CELLS = 1_000_000  # pairs of units compared at once: bounds memory and time


def units_of_text(text: str, lang: str) -> tuple[list[str], list[tuple[int, int]]]:
    """The units of a text, and where each stands in it, `[start, end)` in characters."""
    places = [place for place in locate(text, lang) if fold(text[slice(*place)])]
    return [text[start:end] for start, end in places], places


def units_of_tokens(tokens: Sequence[str], lang: str) -> tuple[list[str], list[int]]:
    """The units of a tokenised sentence, and the token that each is part of."""
    first = np.array([0, *accumulate(len(token) + 1 for token in tokens)])
    units, places = units_of_text(" ".join(tokens), lang)
    owners = np.searchsorted(first, [start for start, _ in places], side="right") - 1
    return units, owners.tolist()


def link(
    source: Sequence[str], target: Sequence[str], threshold: float, wanted: Collection[int] = ()
) -> list[tuple[int, int, float]]:
    """The best links of two lists of units: place in the one, place in the other, how alike they are.

    Args:
        source, target: the units.
        threshold: how alike two units have to be.
        wanted: the source units that matter.
    """
    extra = np.zeros(len(source))
    extra[list(wanted)] = _WANTED
    return list(_linked([fold(unit) for unit in source], [fold(unit) for unit in target], threshold, extra))


def _linked(
    source: list[str],
    target: list[str],
    threshold: float,
    extra: NDArray[np.float64],
    i: int = 0,
    j: int = 0,
) -> Iterator[tuple[int, int, float]]:
    """The links of two stretches that begin at units `i` and `j`."""
    if not source or not target:
        return
    if len(source) * len(target) > _MOST_CELLS:  # a text rather than a sentence: half and half
        a, b = len(source) // 2, len(target) // 2
        yield from _linked(source[:a], target[:b], threshold, extra[:a], i, j)
        yield from _linked(source[a:], target[b:], threshold, extra[a:], i + a, j + b)
        return
    from scipy.optimize import linear_sum_assignment

    alike = cdist(source, target, scorer=Levenshtein.normalized_similarity, dtype=np.float64)
    worth = np.where(alike >= threshold, _worth(alike) + extra[:, None], 0.0)
    for row, column in zip(*linear_sum_assignment(worth, maximize=True), strict=True):
        if worth[row, column] > 0:
            yield i + int(row), j + int(column), float(alike[row, column])


def _worth(alike: NDArray[np.float64]) -> NDArray[np.float64]:
    rows, columns = alike.shape
    beside = np.zeros_like(alike)
    beside[1:, 1:] += alike[:-1, :-1]
    beside[:-1, :-1] += alike[1:, 1:]
    place = (np.arange(rows) + 0.5)[:, None] / rows - (np.arange(columns) + 0.5)[None, :] / columns
    worth: NDArray[np.float64] = alike**3 + _NEIGHBOURS / 2 * beside - _PLACE * place**2
    return worth
