"""How far aligners agree about the links of a corpus, with no gold needed.

For the links `A` and `B` of two aligners, summed over all pairs,

    F1 = 2 · |A ∩ B| / (|A| + |B|)             Jaccard = |A ∩ B| / |A ∪ B|

F1 (Dice's coefficient) is what one aligner scores when the other is taken for gold, whichever of the two.
It is 1 where neither has any link: they say the same.

No measure here is corrected for chance. Kappa would count the pairs of tokens that neither aligner links,
of which there are the more the longer sentences are, and which say nothing of the aligners; and the more
there are, the closer kappa comes to F1 (Hripcsak and Rothschild 2005), which needs none of them.

Only decided links count, as in the scores: weak ones are ignored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from projner_core.corpus import Alignment, Link


@dataclass(frozen=True, slots=True)
class Agreement:
    """What n aligners share.

    Attributes:
        pairs: how many sentence pairs were looked at.
        shared: `shared[a][b]` links that both have; on the diagonal, all links of an aligner.
        only: for each aligner, how many of its links no other has.
        by_all: how many links all of them have.
        by_any: how many links at least one of them has.
    """

    pairs: int
    shared: tuple[tuple[int, ...], ...]
    only: tuple[int, ...]
    by_all: int
    by_any: int

    @property
    def f1(self) -> tuple[tuple[float, ...], ...]:
        """F1 of every aligner with every other, n × n, symmetric, 1 on the diagonal."""
        own = self._own()
        return tuple(
            tuple(_share(2 * both, own[a] + own[b]) for b, both in enumerate(row))
            for a, row in enumerate(self.shared)
        )

    @property
    def jaccard(self) -> tuple[tuple[float, ...], ...]:
        """The links that both have as a share of those that either has, n × n."""
        own = self._own()
        return tuple(
            tuple(_share(both, own[a] + own[b] - both) for b, both in enumerate(row))
            for a, row in enumerate(self.shared)
        )

    def to_dict(self) -> dict[str, Any]:
        """Counts and both matrices, for JSON."""
        return {
            "pairs": self.pairs,
            "shared": [list(row) for row in self.shared],
            "only": list(self.only),
            "by_all": self.by_all,
            "by_any": self.by_any,
            "f1": [list(row) for row in self.f1],
            "jaccard": [list(row) for row in self.jaccard],
        }

    def _own(self) -> list[int]:
        return [row[a] for a, row in enumerate(self.shared)]


class Tally:
    """Counts the agreement of `aligners` aligners pair by pair, for corpora that pass by once."""

    def __init__(self, aligners: int) -> None:
        self._aligners = aligners
        self._pairs = 0
        # How many links just these aligners have: bit k of the key stands for aligner k.
        self._by_mask: Counter[int] = Counter()

    def add(self, alignments: Sequence[Alignment]) -> None:
        """Count one pair, of which every aligner says something.

        Raises:
            ValueError: not one alignment an aligner.
        """
        if len(alignments) != self._aligners:
            raise ValueError(f"there are {self._aligners} aligners, but {len(alignments)} alignments")
        self._pairs += 1
        self._by_mask.update(_masks(alignments).values())

    def result(self) -> Agreement:
        """The agreement over all pairs so far."""
        n = self._aligners

        def having(wanted: int) -> int:
            return sum(links for mask, links in self._by_mask.items() if mask & wanted == wanted)

        return Agreement(
            pairs=self._pairs,
            shared=tuple(tuple(having(1 << a | 1 << b) for b in range(n)) for a in range(n)),
            only=tuple(self._by_mask[1 << a] for a in range(n)),
            by_all=self._by_mask[(1 << n) - 1] if n else 0,
            by_any=self._by_mask.total(),
        )


def agreement(layers: Sequence[Iterable[Alignment]]) -> Agreement:
    """The agreement of aligners over one corpus; each layer, which may be a stream, has one alignment a pair.

    Raises:
        ValueError: the layers differ in length.
    """
    tally = Tally(len(layers))
    for alignments in zip(*layers, strict=True):
        tally.add(alignments)
    return tally.result()


def only(layers: Sequence[Iterable[Alignment]], index: int) -> Iterator[tuple[int, tuple[Link, ...]]]:
    """The links that only `layers[index]` has: the position of each pair with some, and them, sorted.

    Raises:
        ValueError: the layers differ in length.
    """
    mine = 1 << index
    for position, alignments in enumerate(zip(*layers, strict=True)):
        masks = _masks(alignments)
        alone = {
            offsets: link
            for link in alignments[index].links
            if masks[offsets := (link.source, link.target)] == mine
        }
        if alone:
            yield position, tuple(alone[offsets] for offsets in sorted(alone))


def _masks(alignments: Sequence[Alignment]) -> dict[tuple[int, int], int]:
    """Which aligners have each link, a bit each."""
    masks: dict[tuple[int, int], int] = {}
    for k, alignment in enumerate(alignments):
        bit = 1 << k
        for link in alignment.links:
            offsets = link.source, link.target
            masks[offsets] = masks.get(offsets, 0) | bit
    return masks


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
