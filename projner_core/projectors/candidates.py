"""The target spans that an entity might be projected to, with their alignment scores.

Candidates begin and end on a token that is linked to the entity: by its links alone, a span with an
unlinked token at its edge scores less than the same span without it, and excludes more. So no optimum
is lost among all n-grams.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from projner_core.corpus import Pair, Span
from projner_core.projectors.scores import Rows

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

MARK, CAPITAL, SMALL = 1, 2, 4  # what a token is: sentence punctuation; its first letter's case
_PART_OF_NAMES = frozenset("&/'’@#%*·・\\")  # stand inside names, or for them


@dataclass(frozen=True, slots=True)
class Spans:
    """Candidates of a block, row by row, and why a row has none.

    Attributes:
        row: int64 (candidates,), rising.
        start: int64 (candidates,).
        end: int64 (candidates,).
        score: float64 (candidates,).
        linked: whether the row has any linked target token, bool (rows,).
    """

    row: Integers
    start: Integers
    end: Integers
    score: Floats
    linked: NDArray[np.bool_]


def candidate_spans(
    pairs: Sequence[Pair],
    entities: Sequence[Sequence[Span]],
    rows: Rows,
    *,
    max_length: int,
    unaligned_discount: float,
    lower_case_edge: float,
) -> Spans:
    """Every candidate of every row.

    Args:
        max_length: the most tokens that a candidate may have.
        unaligned_discount: how much less than one a target token counts that translates nothing.
        lower_case_edge: what a candidate's score is multiplied with for each of its edges that begins
            with a small letter where the same edge of the entity begins with a capital. A target
            sentence without capitals is left alone: its script may have none.
    """
    kinds = Kinds()
    target = [[kinds[token] for token in pair.target.tokens] for pair in pairs]
    cased = np.array([any(kind & CAPITAL for kind in row) for row in target], dtype=np.bool_)
    source = [
        [kinds[token] for token in _tokens(pair, span)]
        for pair, spans in zip(pairs, entities, strict=True)
        for span in spans
    ]
    row, start, end, score = _list_candidates(
        rows.first,
        rows.weight,
        rows.source_length,
        rows.target_first[rows.pair],
        np.array([kind for row in target for kind in row], dtype=np.int64),
        1.0 - unaligned_discount * (1.0 - rows.aligned),
        np.array([any(kind & MARK for kind in side) for side in source], dtype=np.bool_),
        np.array([side[0] for side in source], dtype=np.int64),
        np.array([side[-1] for side in source], dtype=np.int64),
        max_length,
        np.where(cased[rows.pair], lower_case_edge, 1.0),
    )
    linked = np.add.reduceat(np.append(rows.weight, 0.0), rows.first[:-1]) > 0.0
    return Spans(row, start, end, score, linked & (np.diff(rows.first) > 0))


class Kinds(dict[str, int]):
    """What each token is, found out once a form."""

    def __missing__(self, token: str) -> int:
        kind = self[token] = kind_of(token)
        return kind


def kind_of(token: str) -> int:
    """`MARK`, `CAPITAL`, `SMALL` or 0.

    A mark is made of nothing but punctuation that ends or encloses parts of a sentence, in any script.
    Hyphens, apostrophes, strokes and the like are no marks: names have them.
    """
    letter = next((c for c in token if c.isalpha()), None)
    if letter is None:
        return MARK if token and all(_is_mark(c) for c in token) else 0
    return CAPITAL if letter.isupper() or letter.istitle() else SMALL if letter.islower() else 0


def _is_mark(character: str) -> bool:
    closing = unicodedata.category(character) in ("Po", "Ps", "Pe", "Pi", "Pf")
    return closing and character not in _PART_OF_NAMES


def _tokens(pair: Pair, span: Span) -> tuple[str, ...]:
    source, _ = pair.both()
    return source.tokens[span.start : span.end]


@njit(cache=True, nogil=True)
def _list_candidates(
    first: Integers,
    weight: Floats,
    source_length: Integers,
    target_first: Integers,
    kind: Integers,
    cost: Floats,
    has_marks: NDArray[np.bool_],
    source_head: Integers,
    source_tail: Integers,
    max_length: int,
    lower_case_edge: Floats,
) -> tuple[Integers, Integers, Integers, Floats]:
    """Row, start, end and score of every candidate.

    `first`, `weight` and `source_length` are those of `Rows`; `target_first`, `has_marks`, `source_head`,
    `source_tail` (the kinds of the entity's first and last token) and `lower_case_edge` have one value a
    row; `kind` and `cost` (what it adds to a candidate's length) have one a target token of the block.
    """
    most = 0
    for r in range(len(source_length)):
        tokens = int(np.count_nonzero(weight[first[r] : first[r + 1]]))
        most += tokens * (tokens + 1) // 2
    row, start, end = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    score = np.empty(most)
    n = 0
    for r in range(len(source_length)):
        w = weight[first[r] : first[r + 1]]
        k = kind[target_first[r] : target_first[r] + len(w)]
        c = cost[target_first[r] : target_first[r] + len(w)]
        for a in range(len(w)):
            if w[a] <= 0.0 or (k[a] & MARK and not source_head[r] & MARK):
                continue
            head = lower_case_edge[r] if source_head[r] & CAPITAL and k[a] & SMALL else 1.0
            mass = 0.0
            length = 0.0
            for b in range(a, min(a + max_length, len(w))):
                if k[b] & MARK and not has_marks[r]:
                    break
                mass += w[b]
                length += c[b]
                if w[b] <= 0.0 or (k[b] & MARK and not source_tail[r] & MARK):
                    continue
                tail = lower_case_edge[r] if source_tail[r] & CAPITAL and k[b] & SMALL else 1.0
                row[n], start[n], end[n] = r, a, b + 1
                score[n] = 2.0 * mass / (source_length[r] + length) * head * tail
                n += 1
    return row[:n], start[:n], end[:n], score[:n]
