"""Pairs too long to align whole are cut into pieces that are not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

LONGEST = 400  # tokens of the longer side of a piece

_ENDS = frozenset(".!?…。！？؟۔।॥።။៕։;；")
_REACH = 0.25  # how far from its proportional place a cut may move, in pieces


class Piece(NamedTuple):
    """Source tokens [source_start, source_end) against target tokens [target_start, target_end)."""

    source_start: int
    source_end: int
    target_start: int
    target_end: int

    @property
    def of_source(self) -> slice:
        """The source tokens."""
        return slice(self.source_start, self.source_end)

    @property
    def of_target(self) -> slice:
        """The target tokens."""
        return slice(self.target_start, self.target_end)

    @property
    def cells(self) -> int:
        """How many pairs of tokens it has."""
        return (self.source_end - self.source_start) * (self.target_end - self.target_start)


def cut(source: Sequence[str], target: Sequence[str]) -> list[Piece]:
    """The pieces that a pair is aligned in, in order; one, unless a side is longer than `LONGEST`.

    Both sides are cut in proportion, after a sentence end where one is near. No piece is empty on one side.
    """
    n, m = len(source), len(target)
    if not n or not m:
        return []
    pieces = min(-(-max(n, m) // LONGEST), n, m)
    source_cuts, target_cuts = _cuts(source, pieces), _cuts(target, pieces)
    return [Piece(*source_cuts[k : k + 2], *target_cuts[k : k + 2]) for k in range(pieces)]


def _cuts(tokens: Sequence[str], pieces: int) -> list[int]:
    """`pieces + 1` rising offsets from 0 to the end."""
    n = len(tokens)
    reach = int(_REACH * n / pieces)
    cuts = [0]
    for k in range(1, pieces):
        place = n * k // pieces
        ends = [c for c in range(place - reach, place + reach + 1) if 0 < c < n and tokens[c - 1] in _ENDS]
        best = min(ends, key=lambda c: (abs(c - place), c), default=place)
        cuts.append(best)
    return [*cuts, n]
