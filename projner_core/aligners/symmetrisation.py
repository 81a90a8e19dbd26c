"""Several alignments of one pair made into one: by set operations, by growing, or by a vote.

Koehn, Och and Marcu (2003) join the two directions of a model so; Koehn (2010), figure 4.14, has the
growing in pseudo-code. Here any number of aligners are joined, of which two directions are a case:
growing starts from the links that all have, and may take those that any has.

**grow-diag.** Each link is visited once, in the order of (source, target); a link that was added and comes
later in that order is visited in the same pass, others in the next. At each visit its eight neighbours are
tried in the order of the figure: source - 1, target - 1, source + 1, target + 1, then the four diagonal
ones in the order (-, -), (-, +), (+, -), (+, +). A neighbour that any aligner has is added if its source or
its target token has no link yet. (This is what repeated passes over all links would give: a neighbour that
was once refused is refused for ever, as tokens never lose a link.)

**final**, **final-and.** Then, aligner by aligner in their order and link by link in the order of (source,
target), each of its links is added whose source *or* target token (with `and`: whose source *and* target
token) has no link yet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from heapq import heapify, heappop, heappush
from math import fsum
from typing import Literal

from projner_core.corpus import Alignment, Link

Offsets = tuple[int, int]  # (source, target)
Method = Literal["intersection", "union", "grow-diag", "grow-diag-final", "grow-diag-final-and"]

_NEIGHBOURS = ((-1, 0), (0, -1), (1, 0), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1))
_DIGITS = 6  # of a score: what is beyond them is rounding, which should not decide what is a link


def intersection(members: Sequence[AbstractSet[Offsets]]) -> set[Offsets]:
    """The links that all have; none where there is no member."""
    first, *rest = members or [frozenset[Offsets]()]
    return set(first).intersection(*rest)


def union(members: Sequence[AbstractSet[Offsets]]) -> set[Offsets]:
    """The links that any has."""
    return set[Offsets]().union(*members)


def grow_diag(members: Sequence[AbstractSet[Offsets]]) -> set[Offsets]:
    """The links that all have, and what grows from them."""
    return _Grown(members).links


def grow_diag_final(members: Sequence[AbstractSet[Offsets]]) -> set[Offsets]:
    """`grow_diag`, then the links of each member that give one of their tokens its first link."""
    grown = _Grown(members)
    for source, target in (link for member in members for link in sorted(member)):
        if source not in grown.sources or target not in grown.targets:
            grown.add(source, target)
    return grown.links


def grow_diag_final_and(members: Sequence[AbstractSet[Offsets]]) -> set[Offsets]:
    """`grow_diag`, then the links of each member that give both of their tokens their first link."""
    grown = _Grown(members)
    for source, target in (link for member in members for link in sorted(member)):
        if source not in grown.sources and target not in grown.targets:
            grown.add(source, target)
    return grown.links


METHODS: dict[str, Callable[[Sequence[AbstractSet[Offsets]]], set[Offsets]]] = {
    "intersection": intersection,
    "union": union,
    "grow-diag": grow_diag,
    "grow-diag-final": grow_diag_final,
    "grow-diag-final-and": grow_diag_final_and,
}
"""The ways to join sets of links, by name."""


def symmetrise(method: str, alignments: Sequence[Alignment]) -> Alignment:
    """One alignment of several of the same pair.

    The members' links decide, their weak links do not. A link scores the mean of the members' scores of
    it, weak ones counted and 0 where a member does not know it. What any member knows and the method does
    not link is weak.

    Raises:
        KeyError: `method` is not one of `METHODS`.
    """
    chosen = METHODS[method]([{(link.source, link.target) for link in a.links} for a in alignments])
    links: list[Link] = []
    weak: list[Link] = []
    for link in _pooled(alignments, [1.0] * len(alignments)):
        (links if (link.source, link.target) in chosen else weak).append(link)
    return Alignment(tuple(links), tuple(weak))


def vote(alignments: Sequence[Alignment], weights: Sequence[float], threshold: float) -> Alignment:
    """One alignment of several of the same pair, by a linear opinion pool (Stone 1961).

    Each member says how probable a link is: its score, of links and weak ones alike, 0 where it does not
    know it. A link scores the weighted mean of these, Σ wₖ pₖ / Σ wₖ, rounded to six digits. From
    `threshold` on it is a link, below it is weak.

    Args:
        alignments: one a member.
        weights: one a member, 0 or more, not all 0.
        threshold: in [0, 1].
    """
    links: list[Link] = []
    weak: list[Link] = []
    for link in _pooled(alignments, weights):
        (links if link.score >= threshold else weak).append(link)
    return Alignment(tuple(links), tuple(weak))


def _pooled(alignments: Sequence[Alignment], weights: Sequence[float]) -> list[Link]:
    """Every link that any member knows, sorted, with the weighted mean of its scores."""
    terms: defaultdict[Offsets, list[float]] = defaultdict(list)
    for alignment, weight in zip(alignments, weights, strict=True):
        for link in (*alignment.weak, *alignment.links):
            terms[link.source, link.target].append(weight * link.score)
    total = fsum(weights)
    return [
        Link(*offsets, score=round(min(fsum(parts) / total, 1.0), _DIGITS))
        for offsets, parts in sorted(terms.items())
    ]


class _Grown:
    """Links that grow, and the tokens that have one."""

    def __init__(self, members: Sequence[AbstractSet[Offsets]]) -> None:
        self.links = intersection(members)
        self.sources = {source for source, _ in self.links}
        self.targets = {target for _, target in self.links}
        self._grow(union(members))

    def add(self, source: int, target: int) -> None:
        self.links.add((source, target))
        self.sources.add(source)
        self.targets.add(target)

    def _grow(self, allowed: AbstractSet[Offsets]) -> None:
        following = list(self.links)
        while following:
            now, following = following, []
            heapify(now)
            while now:
                visited = heappop(now)
                for step_source, step_target in _NEIGHBOURS:
                    tried = source, target = visited[0] + step_source, visited[1] + step_target
                    if tried not in allowed or (source in self.sources and target in self.targets):
                        continue
                    self.add(source, target)
                    if tried > visited:
                        heappush(now, tried)
                    else:
                        following.append(tried)
