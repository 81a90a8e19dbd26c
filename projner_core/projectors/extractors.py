"""Candidates that do not hang on links: every n-gram of the target sentence, or spans that somebody found.

`candidates.py` lists those that an alignment score alone needs, which are far fewer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from projner_core import tagging
from projner_core.corpus import Pair, Span, TagProbabilities
from projner_core.inference.interruption import asking
from projner_core.projectors.base import Found
from projner_core.projectors.candidates import ARTICLE, Edges
from projner_core.projectors.kinds import CAPITAL, MARK, SMALL
from projner_core.projectors.labels import same_class
from projner_core.projectors.scores import Rows

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Places:
    """Candidates without a score, row by row; no two of a row are the same.

    Attributes:
        row: int64 (candidates,), rising.
        start: int64 (candidates,).
        end: int64 (candidates,).
    """

    row: Integers
    start: Integers
    end: Integers

    def __len__(self) -> int:
        return len(self.row)


def every_ngram(rows: Rows, edges: Edges, max_length: int) -> Places:
    """Every span of up to `max_length` target tokens, for every row.

    What may stand inside and at the edges is as in `candidates.py`, links apart.
    """
    found = _list_ngrams(
        np.diff(rows.first),
        rows.target_first[rows.pair],
        edges.kind,
        edges.has_marks,
        edges.source_head,
        edges.source_tail,
        edges.capital_nouns,
        max_length,
    )
    return Places(*found)


def found_spans(
    pairs: Sequence[Pair],
    entities: Sequence[Sequence[Span]],
    found: Sequence[Found],
    *,
    max_length: int,
    same_label: bool,
) -> Places:
    """The spans that were found in each target sentence, for every entity of its pair.

    Args:
        found: entities of each target sentence, or what a tagger believes of its tokens; labels count
            nothing but with `same_label`.
        max_length: the most tokens that a candidate may have.
        same_label: only spans whose label is that of the entity, or another name for it.

    Raises:
        ValueError: a span ends past its sentence.
    """
    places: list[tuple[int, int, int]] = []
    row = 0
    for pair, own, known in zip(asking(pairs), entities, found, strict=True):
        spans = sorted({(s.start, s.end, s.label) for s in spans_of(known) if len(s) <= max_length})
        for start, end, _ in spans:
            if end > len(pair.target):
                raise ValueError(f"pair {pair.id!r}: the span [{start}, {end}) ends past the target sentence")
        for entity in own:
            here = {(a, b) for a, b, label in spans if not same_label or same_class(label, entity.label)}
            places.extend((row, a, b) for a, b in sorted(here))
            row += 1
    columns = np.array(places, dtype=np.int64).reshape(-1, 3)
    return Places(columns[:, 0].copy(), columns[:, 1].copy(), columns[:, 2].copy())


def spans_of(found: Found) -> Sequence[Span]:
    """The entities that were found; of probabilities, those of the most probable valid tags."""
    return tagging.entities(found) if isinstance(found, TagProbabilities) else found


@njit(cache=True, nogil=True)
def _list_ngrams(
    width: Integers,
    target_first: Integers,
    kind: Integers,
    has_marks: NDArray[np.bool_],
    source_head: Integers,
    source_tail: Integers,
    capital_nouns: NDArray[np.bool_],
    max_length: int,
) -> tuple[Integers, Integers, Integers]:
    """Row, start and end of every candidate; all but `kind`, one a target token, have one value a row."""
    most = 0
    for r in range(len(width)):
        longest = min(max_length, width[r])
        most += longest * width[r] - longest * (longest - 1) // 2
    row, start, end = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    n = 0
    for r in range(len(width)):
        k = kind[target_first[r] : target_first[r] + width[r]]
        barred = ARTICLE if source_head[r] & CAPITAL else 0
        for a in range(width[r]):
            if k[a] & barred or (k[a] & MARK and not source_head[r] & MARK):
                continue
            noun = False  # whether the candidate has a word with a capital
            for b in range(a, min(a + max_length, width[r])):
                if k[b] & MARK and not has_marks[r]:
                    break
                if k[b] & MARK and not source_tail[r] & MARK:
                    continue
                noun = noun or bool(k[b] & CAPITAL)
                if noun and capital_nouns[r] and source_tail[r] & CAPITAL and k[b] & SMALL:
                    continue
                row[n], start[n], end[n] = r, a, b + 1
                n += 1
    return row[:n].copy(), start[:n].copy(), end[:n].copy()
