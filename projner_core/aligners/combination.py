"""Several aligners as one: what all of them find, any of them, or most of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from projner_core import aligners
from projner_core.aligners.base import Aligner
from projner_core.aligners.symmetrisation import METHODS, Method, symmetrise, vote
from projner_core.corpus import Alignment, Pair
from projner_core.errors import ProjnerError

_VOTE = "vote"
_SELF = "combination"

Member = str | Mapping[str, Any]


class Combination:
    """Joins the links of several aligners.

    With one member it only decides anew: `of="statistical", method="vote", threshold=0.5`.

    Args:
        of: the aligners: their names, parted by commas; or a list, each a name or a table with the name and
            the settings.
        method: vote, intersection, union, grow-diag, grow-diag-final or grow-diag-final-and.
        threshold: two tokens are linked when the vote gives them at least this; no other method uses it.
        weights: how much each aligner's vote counts, in the order of the aligners, parted by commas; all
            count the same where it is empty. Or a list of numbers.

    Raises:
        ProjnerError: there is no such aligner or method, an aligner refuses its settings, one is a
            combination itself, or threshold or weights are out of range.
    """

    def __init__(
        self,
        *,
        of: str | Sequence[Member] = "statistical",
        method: Literal["vote", Method] = "vote",
        threshold: float = 0.5,
        weights: str | Sequence[float] = "",
    ) -> None:
        if method != _VOTE and method not in METHODS:
            raise ProjnerError(
                f"aligners cannot be combined by {method!r}; there are: {', '.join([_VOTE, *METHODS])}"
            )
        if not 0 <= threshold <= 1:
            raise ProjnerError(f"the combination's threshold must be from 0 to 1, but is {threshold}")
        self.members: tuple[dict[str, Any], ...] = _members(of)
        self._weights = _weights(weights, len(self.members))
        self._method = method
        self._threshold = threshold
        self._aligners = [_create(number, member) for number, member in enumerate(self.members, start=1)]

    def align(self, pairs: Sequence[Pair]) -> list[Alignment]:
        """One alignment a pair, in the same order: every member aligns them, then they are combined.

        Raises:
            ProjnerError: a member cannot align.
        """
        return self.combine([aligner.align(pairs) for aligner in self._aligners])

    def combine(self, alignments: Sequence[Sequence[Alignment]]) -> list[Alignment]:
        """One alignment a pair, of alignments that were made before: a sequence a member, in their order.

        Raises:
            ValueError: not one sequence a member, or they differ in length.
        """
        if len(alignments) != len(self.members):
            raise ValueError(
                f"{len(self.members)} aligners are combined, but there are links of {len(alignments)}"
            )
        if self._method == _VOTE:
            return [vote(of, self._weights, self._threshold) for of in zip(*alignments, strict=True)]
        return [symmetrise(self._method, of) for of in zip(*alignments, strict=True)]


def _create(number: int, member: dict[str, Any]) -> Aligner:
    settings = {key: value for key, value in member.items() if key != "name"}
    try:
        return aligners.create(member["name"], **settings)
    except ProjnerError as error:
        raise ProjnerError(f"aligner {number} of the combination: {error}") from error


def _members(of: str | Sequence[Member]) -> tuple[dict[str, Any], ...]:
    given: Sequence[Member] = of.split(",") if isinstance(of, str) else of
    members = tuple(_member(member) for member in given)
    if not members or any(not member["name"] for member in members):
        raise ProjnerError(
            f"a combination needs the names of aligners, parted by commas, but was given {of!r}; "
            f"there are: {', '.join(name for name in aligners.registry.names() if name != _SELF)}"
        )
    if any(member["name"] == _SELF for member in members):
        raise ProjnerError("a combination cannot be combined again: name the aligners themselves")
    return members


def _member(given: Member) -> dict[str, Any]:
    match given:
        case str():
            return {"name": given.strip()}
        case {"name": str() as name}:
            return {**given, "name": name.strip()}
        case _:
            raise ProjnerError(
                f"an aligner of a combination is a name, or a table with a name and settings, "
                f'such as {{name = "statistical", threshold = 0.2}}; but this is {given!r}'
            )


def _weights(given: str | Sequence[float], members: int) -> tuple[float, ...]:
    parts: Sequence[str | float] = given
    if isinstance(given, str):
        parts = given.split(",") if given.strip() else []
    try:
        weights = tuple(float(part) for part in parts) or (1.0,) * members
    except (TypeError, ValueError):
        raise ProjnerError(f"weights are numbers parted by commas, such as 2, 1; not {given!r}") from None
    if len(weights) != members:
        raise ProjnerError(f"there are {len(weights)} weights for {members} aligners: each needs one")
    if not all(math.isfinite(weight) and weight >= 0 for weight in weights) or not any(weights):
        raise ProjnerError(f"weights must be 0 or more, and not all 0; these are {given!r}")
    heaviest = max(weights)
    return tuple(weight / heaviest for weight in weights)  # so that their sum stays a number
