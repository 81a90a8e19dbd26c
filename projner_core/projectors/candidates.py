"""The target spans that an entity might be projected to, with their alignment scores.

Candidates begin and end on a token that is linked to the entity: by its links alone, a span with an
unlinked token at its edge scores less than the same span without it, and excludes more. So no optimum
is lost among all n-grams. A token that is hardly linked is no edge either, else a span reaches over words
that are ("of the") to whatever stands beyond.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from projner_core.corpus import Pair, Span
from projner_core.projectors.conventions import CAPITAL_NOUNS, articles, language
from projner_core.projectors.kinds import CAPITAL, KINDS, MARK, SMALL, holds_mark, kinds_of
from projner_core.projectors.scores import Rows

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

ARTICLE = 8  # beside the kinds of `kinds.py`


@dataclass(frozen=True, slots=True)
class Spans:
    """Candidates of a block, row by row, and why a row has none.

    Attributes:
        row: int64 (candidates,), rising.
        start: int64 (candidates,).
        end: int64 (candidates,).
        score: float64 (candidates,).
        linked: whether the row has any linked target token, bool (rows,).
        proposed: whether the row had any candidate, whatever it scored, bool (rows,).
    """

    row: Integers
    start: Integers
    end: Integers
    score: Floats
    linked: NDArray[np.bool_]
    proposed: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Edges:
    """What tokens are where candidates begin and end.

    Attributes:
        kind: of each target token of the block (`kinds.py`, and `ARTICLE`), int64 (target tokens,).
        has_marks: whether the entity has punctuation, bool (rows,).
        source_head, source_tail: the kinds of the entity's first and last token, int64 (rows,).
        lower_case: the factor for an edge in small letters where the entity has a capital, float64 (rows,).
        capital_nouns: whether the target language writes nouns with a capital, bool (rows,).
    """

    kind: Integers
    has_marks: NDArray[np.bool_]
    source_head: Integers
    source_tail: Integers
    lower_case: Floats
    capital_nouns: NDArray[np.bool_]


def edges_of(
    pairs: Sequence[Pair],
    entities: Sequence[Sequence[Span]],
    rows: Rows,
    *,
    lower_case_edge: float,
    leave_articles: bool,
    end_on_nouns: bool,
    published: bool = False,
) -> Edges:
    """What tokens are where candidates begin and end.

    Args:
        lower_case_edge: what a candidate's score is multiplied with for each of its edges that begins
            with a small letter where the same edge of the entity begins with a capital. A target
            sentence without capitals is left alone: its script may have none.
        leave_articles: whether articles are known as such.
        end_on_nouns: whether languages that write nouns with a capital are known as such.
        published: whether "!" and "?" are the only punctuation, as in the published code; an entity that
            has some then makes no difference.
    """
    target = [_target_kinds(pair, leave_articles, published) for pair in pairs]
    cased = np.array([any(kind & CAPITAL for kind in row) for row in target], dtype=np.bool_)
    nouns = np.array(
        [end_on_nouns and language(pair.target.lang) in CAPITAL_NOUNS for pair in pairs], dtype=np.bool_
    )
    names = [_tokens(pair, span) for pair, spans in zip(pairs, entities, strict=True) for span in spans]
    heads, tails = (np.array([KINDS[name[i]] for name in names], dtype=np.int64) for i in (0, -1))
    return Edges(
        np.array([kind for row in target for kind in row], dtype=np.int64),
        np.array([not published and any(map(holds_mark, name)) for name in names], dtype=np.bool_),
        heads & ~MARK if published else heads,
        tails & ~MARK if published else tails,
        np.where(cased[rows.pair], lower_case_edge, 1.0),
        nouns[rows.pair],
    )


def candidate_spans(
    rows: Rows, edges: Edges, *, max_length: int, unaligned_discount: float, edge_minimum: float
) -> Spans:
    """Every candidate of every row.

    Args:
        max_length: the most tokens that a candidate may have.
        unaligned_discount: how much less than one a target token counts that translates nothing.
        edge_minimum: the least summed link probability of a candidate's first and last token; where no
            token has it, that of the strongest.
    """
    row, start, end, score = _list_candidates(
        rows.first,
        rows.weight,
        rows.source_length,
        rows.target_first[rows.pair],
        edges.kind,
        1.0 - unaligned_discount * (1.0 - rows.aligned),
        edges.has_marks,
        edges.source_head,
        edges.source_tail,
        max_length,
        edge_minimum,
        edges.lower_case,
        edges.capital_nouns,
    )
    return Spans(row, start, end, score, rows.linked, rows.among(row))


def _target_kinds(pair: Pair, leave_articles: bool, published: bool) -> list[int]:
    kinds = kinds_of(pair.target.tokens)
    if published:
        kinds = [
            kind & ~MARK | (MARK if token in ("!", "?") else 0)
            for kind, token in zip(kinds, pair.target.tokens, strict=True)
        ]
    if leave_articles and (known := articles(pair.target.lang)):
        for place, token in enumerate(pair.target.tokens):
            if token in known:
                kinds[place] |= ARTICLE
    return kinds


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
    edge_minimum: float,
    lower_case_edge: Floats,
    end_on_nouns: NDArray[np.bool_],
) -> tuple[Integers, Integers, Integers, Floats]:
    """Row, start, end and score of every candidate.

    `first`, `weight` and `source_length` are those of `Rows`; `target_first`, `has_marks`, `source_head`,
    `source_tail` (the kinds of the entity's first and last token), `lower_case_edge` and `end_on_nouns`
    have one value a row; `kind` and `cost` (what it adds to a candidate's length) have one a target token
    of the block.
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
        barred = ARTICLE if source_head[r] & CAPITAL else 0
        strongest = 0.0
        for a in range(len(w)):
            if not k[a] & (MARK | barred):
                strongest = max(strongest, w[a])
        least = min(edge_minimum, strongest)
        for a in range(len(w)):
            if w[a] <= 0.0 or w[a] < least or k[a] & barred or (k[a] & MARK and not source_head[r] & MARK):
                continue
            head = lower_case_edge[r] if source_head[r] & CAPITAL and k[a] & SMALL else 1.0
            mass = 0.0
            length = 0.0
            noun = False  # whether the candidate has a linked word with a capital
            for b in range(a, min(a + max_length, len(w))):
                if k[b] & MARK and not has_marks[r]:
                    break
                mass += w[b]
                length += c[b]
                if w[b] <= 0.0 or w[b] < least or (k[b] & MARK and not source_tail[r] & MARK):
                    continue
                noun = noun or bool(k[b] & CAPITAL)
                drops = bool(source_tail[r] & CAPITAL and k[b] & SMALL)
                if drops and noun and end_on_nouns[r]:
                    continue
                tail = lower_case_edge[r] if drops else 1.0
                row[n], start[n], end[n] = r, a, b + 1
                score[n] = 2.0 * mass / (source_length[r] + length) * head * tail
                n += 1
    return row[:n], start[:n], end[:n], score[:n]
