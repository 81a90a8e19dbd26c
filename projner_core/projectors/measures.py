"""Scores of candidates, each a column of numbers: by links, by a tagger, by a translation model, by form.

    alignment     2 · Σ p(k, l) / (|s| + |t|), as `scores.py` has it
    tagger        α^(|t| − 1) · mean(p_B(first), p_I(rest)) for the class of the entity, α = 1.15
    translation   the direct NMTScore of entity and candidate, both directions (arXiv 2204.13692)
    string        how much the two look or sound alike

Tagger and translation are those of arXiv 2501.18750; below .05 and .1 they count nothing, as there. A model
of one direction alone (OPUS-MT) has no normalised score: its plain probabilities are taken as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from projner_core.corpus import Pair, Span, TagProbabilities
from projner_core.projectors.base import Found
from projner_core.projectors.candidates import Edges
from projner_core.projectors.extractors import Places
from projner_core.projectors.kinds import CAPITAL, SMALL
from projner_core.projectors.labels import class_of
from projner_core.projectors.scores import Rows
from projner_core.schemes import OUTSIDE

Floats = NDArray[np.float64]

LONGER = 1.15  # α: what each further token is worth to the tagger score
_LEAST_TAGGER = 0.05
_LEAST_TRANSLATION = 0.1


class Scorer(Protocol):
    """A translation model that says how well two texts translate each other."""

    @property
    def both_ways(self) -> bool:
        """Whether it translates in both directions; only then are its numbers normalised."""
        ...

    def similarity(
        self, left: Sequence[str], right: Sequence[str], *, left_lang: str, right_lang: str
    ) -> list[float]:
        """For each pair of texts a number in [0, 1]."""
        ...


def by_links(rows: Rows, edges: Edges, places: Places, unaligned_discount: float) -> Floats:
    """The alignment score of every candidate, edges in small letters discounted as for n-grams."""
    mass = np.concatenate(([0.0], np.cumsum(rows.weight)))
    cost = np.concatenate(([0.0], np.cumsum(1.0 - unaligned_discount * (1.0 - rows.aligned))))
    begin, target = rows.first[places.row], rows.target_first[rows.pair[places.row]]
    linked = mass[begin + places.end] - mass[begin + places.start]
    length = cost[target + places.end] - cost[target + places.start]
    score = 2.0 * linked / (rows.source_length[places.row] + length)
    for source, token in (
        (edges.source_head, target + places.start),
        (edges.source_tail, target + places.end - 1),
    ):
        drops = (source[places.row] & CAPITAL != 0) & (edges.kind[token] & SMALL != 0)
        score = np.where(drops, score * edges.lower_case[places.row], score)
    least: Floats = np.maximum(score, 0.0)  # differences of sums may fall a hair below
    return least


def by_tagger(
    pairs: Sequence[Pair],
    entities: Sequence[Sequence[Span]],
    found: Sequence[Found],
    rows: Rows,
    places: Places,
) -> Floats:
    """The tagger score of every candidate.

    Entities without probabilities count as their score, one where they have none: the first token as its
    B, the others as its I.

    Raises:
        ValueError: a sentence has another number of tokens than its probabilities.
    """
    begins, insides = np.zeros(len(rows.weight)), np.zeros(len(rows.weight))
    at = 0
    for pair, own, known in zip(pairs, entities, found, strict=True):
        width = len(pair.target)
        if isinstance(known, TagProbabilities) and len(known.rows) != width:
            raise ValueError(f"pair {pair.id!r} has {width} target tokens, its tagger {len(known.rows)}")
        for entity in own:
            begin, inside = _beliefs(known, class_of(entity.label), width)
            begins[at : at + width], insides[at : at + width] = begin, inside
            at += width
    total = np.concatenate(([0.0], np.cumsum(insides)))
    first = rows.first[places.row] + places.start
    length = places.end - places.start
    rest = total[rows.first[places.row] + places.end] - total[first + 1]
    score = LONGER ** (length - 1.0) * (begins[first] + rest) / length
    return np.where(score < _LEAST_TAGGER, 0.0, score)


def by_translation(
    pairs: Sequence[Pair],
    entities: Sequence[Sequence[Span]],
    rows: Rows,
    places: Places,
    scorer: Scorer,
) -> Floats:
    """The translation score of every candidate."""
    score = np.zeros(len(places))
    names, texts = _texts(pairs, entities, rows, places)
    langs = [
        (pair.both()[0].lang, pair.target.lang) if own else ("", "")
        for pair, own in zip(pairs, entities, strict=True)
    ]
    of_place = [langs[pair] for pair in rows.pair[places.row].tolist()]
    for lang in sorted(set(of_place)):
        use = [i for i, own in enumerate(of_place) if own == lang]
        score[use] = scorer.similarity(
            [names[i] for i in use], [texts[i] for i in use], left_lang=lang[0], right_lang=lang[1]
        )
    return np.where(score < (_LEAST_TRANSLATION if scorer.both_ways else 0.0), 0.0, score)


def by_form(
    pairs: Sequence[Pair],
    entities: Sequence[Sequence[Span]],
    rows: Rows,
    places: Places,
    likeness: Callable[[Sequence[str], Sequence[str]], Floats],
) -> Floats:
    """How much every candidate looks or sounds like its entity."""
    return np.asarray(likeness(*_texts(pairs, entities, rows, places)), dtype=np.float64)


def _texts(
    pairs: Sequence[Pair], entities: Sequence[Sequence[Span]], rows: Rows, places: Places
) -> tuple[list[str], list[str]]:
    """Of every candidate the text of its entity, and its own."""
    names = [
        " ".join(pair.both()[0].tokens[span.start : span.end])
        for pair, own in zip(pairs, entities, strict=True)
        for span in own
    ]
    row, pair = places.row.tolist(), rows.pair[places.row].tolist()
    ends = zip(pair, places.start.tolist(), places.end.tolist(), strict=True)
    return [names[r] for r in row], [" ".join(pairs[p].target.tokens[a:b]) for p, a, b in ends]


def _beliefs(found: Found, wanted: str, width: int) -> tuple[list[float], list[float]]:
    """For each token how likely an entity of a class begins there, and goes on there."""
    begin, inside = [0.0] * width, [0.0] * width
    if not isinstance(found, TagProbabilities):
        for span in found:
            if class_of(span.label) == wanted:
                belief = 1.0 if span.score is None else span.score
                begin[span.start] = belief
                inside[span.start + 1 : span.end] = [belief] * (len(span) - 1)
        return begin, inside
    columns = [
        (i, tag[0]) for i, tag in enumerate(found.tags) if tag != OUTSIDE and class_of(tag[2:]) == wanted
    ]
    for token, row in enumerate(found.rows):
        begin[token] = sum(row[i] for i, prefix in columns if prefix in "BSU")
        inside[token] = sum(row[i] for i, prefix in columns if prefix not in "BSU")
    if not any(prefix in "BSU" for _, prefix in columns):  # a tagger that tells no beginnings (IO)
        begin = list(inside)
    return begin, inside
