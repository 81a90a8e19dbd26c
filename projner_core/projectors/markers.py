"""Labels from marked text: `[Angela Merkel] besuchte [Paris] .` says what the entities are, if not where.

Marked text is the target sentence in other words, with its entities in brackets, as a model of marked
translation writes it (EasyProject: Chen et al. 2023) or a person. `marked_text.py` says which mark is which
source entity's. The marked words are then looked for among the words of the original: every n-gram may be
meant that is alike enough,

    s = 1 - (edit distance) / (characters of the longer one)        s > minimum

spaces, case, zero-width characters and forms of Unicode aside. Of all ways to give each entity at most
one n-gram so that no two overlap, the one with the largest sum of `s - d² / 100` is taken, exactly; `d`, in
[0, 1], is how far apart mark and n-gram stand, which keeps two mentions of one name apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from projner_core.corpus import Alignment, Pair, Projection, Reason, Span
from projner_core.errors import ProjnerError
from projner_core.projectors.base import NO_EVIDENCE, Ask, Evidence
from projner_core.projectors.checks import check_all, marked_of
from projner_core.projectors.marked_text import Mark, MarkedText, assign, fold, parse
from projner_core.selection import Candidates, select

_PLACE = 0.01


class MarkersProjector:
    """Projects each entity to the words that are marked for it in another version of the target sentence.

    Args:
        marked: the layer of marked text, by name or number; empty for the only one that there is.
        minimum: how alike the marked words and those of the target must be, at least and more, from 0 to 1.
        max_length: the most tokens that a target span may have.
        shown: how many of the best candidates each `Projection` lists.

    Raises:
        ProjnerError: a setting is out of its range.
    """

    def __init__(
        self, *, marked: str = "", minimum: float = 0.5, max_length: int = 30, shown: int = 5
    ) -> None:
        for name, value, low, high in (
            ("minimum", minimum, 0.1, 1),
            ("max_length", max_length, 1, float("inf")),
            ("shown", shown, 1, float("inf")),
        ):
            if not low <= value <= high:
                raise ProjnerError(
                    f"projector 'markers': {name} must be from {low} to {high}, but is {value}"
                )
        self.marked = marked
        self.minimum = minimum
        self.max_length = max_length
        self.shown = shown
        self.asks: dict[Ask, str] = {"marked": marked}

    def project(
        self,
        pairs: Sequence[Pair],
        entities: Sequence[Sequence[Span]],
        alignments: Sequence[Alignment],
        evidence: Evidence = NO_EVIDENCE,
    ) -> list[tuple[Projection, ...]]:
        """For each pair, one `Projection` for each of its source entities, in their order.

        Links only help to tell which mark is which entity's; there need not be any.

        Raises:
            ProjnerError: there is no marked text.
            ValueError: what is given differs in length, a pair has no source, or an entity or a link points
                outside its sentence.
        """
        texts = marked_of("markers", evidence, pairs)
        check_all(pairs, entities, alignments)
        return [
            tuple(self._project(pair, own, alignment, parse(text))) if own else ()
            for pair, own, alignment, text in zip(pairs, entities, alignments, texts, strict=True)
        ]

    def _project(
        self, pair: Pair, entities: Sequence[Span], alignment: Alignment, marked: MarkedText
    ) -> Iterator[Projection]:
        marks = assign(pair, entities, alignment, marked)
        words = _Words(pair.target.tokens)
        grams = {
            number: self._grams(words, marked, mark, entities[number].label) for number, mark in marks.items()
        }
        rows = [
            (number, gram.start, gram.end, (gram.score or 0.0) - _PLACE * away**2)
            for number, own in grams.items()
            for gram, away in own
        ]
        chosen = {rows[i][0]: rows[i][1:3] for i in np.flatnonzero(select(Candidates.batch([rows]))).tolist()}
        for number, entity in enumerate(entities):
            ranked = sorted(
                grams.get(number, ()),
                key=lambda found: (-(found[0].score or 0.0), found[1], len(found[0]), found[0]),
            )
            best = [gram for gram, _ in ranked]
            listed = best[: self.shown]
            if not best:
                yield Projection(entity, None, Reason.NOT_MARKED)
            elif number in chosen:
                target = next(gram for gram in best if (gram.start, gram.end) == chosen[number])
                if target not in listed:
                    listed[-1] = target
                yield Projection(entity, target, Reason.PROJECTED, tuple(listed))
            else:
                rivals = tuple(
                    entities[rival]
                    for rival, (start, end) in sorted(chosen.items())
                    if start < best[0].end and best[0].start < end
                )
                yield Projection(entity, None, Reason.LOST_COLLISION, tuple(listed), rivals)

    def _grams(self, words: _Words, marked: MarkedText, mark: Mark, label: str) -> list[tuple[Span, float]]:
        """The n-grams that are alike enough to what is marked, and how far each stands from the mark."""
        wanted = fold(marked.words(mark))
        before, whole = len(fold(marked.text[: mark.start])), max(len(fold(marked.text)), 1)
        place = (before + len(wanted) / 2) / whole
        places = list(words.near(len(wanted), self.minimum, self.max_length))
        if not places:
            return []
        texts = [words.text[words.first[a] : words.first[b]] for a, b in places]
        alike = cdist([wanted], texts, scorer=Levenshtein.normalized_similarity, dtype=np.float64)[0]
        return [
            (Span(*places[i], label, float(alike[i])), abs(words.place(*places[i]) - place))
            for i in np.flatnonzero(alike > self.minimum).tolist()
        ]


class _Words:
    """A sentence's folded text without spaces, and where each token begins in it, and the last one ends."""

    def __init__(self, tokens: Sequence[str]) -> None:
        folded = [fold(token) for token in tokens]
        self.text = "".join(folded)
        self.first = [0, *accumulate(map(len, folded))]

    def near(self, length: int, minimum: float, most: int) -> Iterator[tuple[int, int]]:
        """The n-grams of at most `most` tokens that can be more than `minimum` alike to so many characters.

        Two texts are at most as alike as the shorter is long beside the longer.
        """
        for start in range(len(self.first) - 1):
            for end in range(start + 1, min(start + most, len(self.first) - 1) + 1):
                size = self.first[end] - self.first[start]
                if size * minimum >= length:
                    break
                if size > minimum * length:
                    yield start, end

    def place(self, start: int, end: int) -> float:
        """Where an n-gram's middle stands, from 0 to 1."""
        return (self.first[start] + self.first[end]) / 2 / max(self.first[-1], 1)
