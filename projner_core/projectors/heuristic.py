"""Heuristic projection: an entity goes where its linked target words stand together.

The target words linked to an entity form runs. What becomes of the runs is told in two ways, which differ
by several points of F1, so that both are here, under the setting `form`:

`published`, as García-Ferrero, Agerri and Rigau (2022) have it: runs of punctuation alone are dropped, gaps
of one word are filled, and the largest run is the entity's (of equal ones the first). While two entities
want the same word, the first two in order that do are settled: if they have one label, the earlier of
them takes the words of both, from the first to the last; else the shorter run is dropped (of equal
ones the later entity's).

`ratio`, as re-implemented for arXiv 2501.18750: runs at most `merge_distance` words apart are merged, and
each is kept for which `len(run) / len(entity)` is over `threshold`, strictly: at 0.8, a run of four
words is lost to an entity of five. An entity may keep several. The description says nothing of entities
that want the same word: here the longest run has it, of equal ones the earlier entity's.

Only the aligner's decision counts (`Alignment.links`), not what it found merely possible. A run's score is
`min(1, len(run) / len(entity))`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Literal, get_args

from projner_core.corpus import Alignment, Pair, Projection, Reason, Span
from projner_core.errors import ProjnerError
from projner_core.inference.interruption import asking
from projner_core.projectors.base import NO_EVIDENCE, Evidence
from projner_core.projectors.checks import check_all

Form = Literal["published", "ratio"]
Run = tuple[int, int]


class HeuristicProjector:
    """Projects each entity to the words that it is linked to, as far as they stand together.

    Args:
        form: `published` keeps the largest run and settles collisions; `ratio` keeps every run that is
            long enough for the entity.
        merge_distance: the most words between two runs that become one.
        threshold: in the form `ratio`, the share of the entity's length that a run has to exceed.
        least_link: links that score less do not count.
        shown: how many of the runs each `Projection` lists.

    Raises:
        ProjnerError: a setting is out of its range.
    """

    def __init__(
        self,
        *,
        form: Form = "published",
        merge_distance: int = 1,
        threshold: float = 0.8,
        least_link: float = 0.0,
        shown: int = 5,
    ) -> None:
        if form not in get_args(Form):
            raise ProjnerError(
                f"projector 'heuristic': form must be {' or '.join(get_args(Form))}, but is {form!r}"
            )
        for name, value, low in (
            ("merge_distance", merge_distance, 0),
            ("threshold", threshold, 0),
            ("least_link", least_link, 0),
            ("shown", shown, 1),
        ):
            if value < low:
                raise ProjnerError(f"projector 'heuristic': {name} must be at least {low}, but is {value}")
        self.form = form
        self.merge_distance = merge_distance
        self.threshold = threshold
        self.least_link = least_link
        self.shown = shown

    def project(
        self,
        pairs: Sequence[Pair],
        entities: Sequence[Sequence[Span]],
        alignments: Sequence[Alignment],
        evidence: Evidence = NO_EVIDENCE,
    ) -> list[tuple[Projection, ...]]:
        """For each pair, what becomes of each of its source entities, in their order.

        Raises:
            ValueError: the three differ in length, a pair has no source, or an entity or a link points
                outside its sentence.
        """
        check_all(pairs, entities, alignments)
        return [
            tuple(self._project(pair.target.tokens, own, alignment))
            for pair, own, alignment in zip(asking(pairs), entities, alignments, strict=True)
        ]

    def _project(
        self, tokens: Sequence[str], entities: Sequence[Span], alignment: Alignment
    ) -> Iterator[Projection]:
        linked = [linked_words(entity, alignment, self.least_link) for entity in entities]
        if self.form == "published":
            runs = [self._without_punctuation(words, tokens) for words in linked]
            decided = [max(own, key=_size, default=None) for own in runs]
            places = [[] if run is None else [run] for run in _settled(decided, entities)]
            wanted = [[] if run is None else [run] for run in decided]
        else:
            runs = [runs_of(words, self.merge_distance) for words in linked]
            wanted = [
                [run for run in own if _size(run) / len(entity) > self.threshold]
                for own, entity in zip(runs, entities, strict=True)
            ]
            places = _longest_first(wanted)
        for number, entity in enumerate(entities):
            if not linked[number]:
                yield Projection(entity, None, Reason.NOT_ALIGNED)
            elif not runs[number]:
                yield Projection(entity, None, Reason.EXCLUDED)
            elif not wanted[number]:
                yield Projection(entity, None, Reason.TOO_SHORT, self._listed(entity, runs[number]))
            elif not places[number]:
                rivals = tuple(
                    rival
                    for rival, taken in zip(entities, places, strict=True)
                    if any(_overlap(run, other) for run in wanted[number] for other in taken)
                )
                listed = self._listed(entity, runs[number])
                yield Projection(entity, None, Reason.LOST_COLLISION, listed, rivals)
            for run in places[number]:
                listed = self._listed(entity, runs[number], chosen=run)
                yield Projection(entity, _scored(entity, run), Reason.PROJECTED, listed)

    def _without_punctuation(self, words: Sequence[int], tokens: Sequence[str]) -> list[Run]:
        kept = [
            position
            for run in runs_of(words, 0)
            if not all(_is_punctuation(token) for token in tokens[run[0] : run[1]])
            for position in range(*run)
        ]
        return runs_of(kept, self.merge_distance)

    def _listed(self, entity: Span, runs: Sequence[Run], chosen: Run | None = None) -> tuple[Span, ...]:
        """The largest of the runs considered, and what was chosen, which may be the run of two entities."""
        best = sorted({*runs, *([] if chosen is None else [chosen])}, key=lambda run: (-_size(run), run))
        shown = best[: self.shown]
        if chosen is not None and chosen not in shown:
            shown[-1] = chosen
        return tuple(_scored(entity, run) for run in shown)


def linked_words(entity: Span, alignment: Alignment, least: float = 0.0) -> list[int]:
    """The target tokens that are linked to an entity by links that score at least `least`, rising."""
    return sorted(
        {
            link.target
            for link in alignment.links
            if entity.start <= link.source < entity.end and link.score >= least
        }
    )


def runs_of(positions: Sequence[int], gap: int) -> list[Run]:
    """Rising positions as runs `[start, end)`; two with at most `gap` others between them share a run."""
    runs: list[Run] = []
    for position in positions:
        if runs and position - runs[-1][1] <= gap:
            runs[-1] = runs[-1][0], position + 1
        else:
            runs.append((position, position + 1))
    return runs


def _settled(runs: Sequence[Run | None], entities: Sequence[Span]) -> list[Run | None]:
    """One run an entity, no two of which share a word; None where it lost its own."""
    left = list(runs)
    while True:
        for first, second in combinations(range(len(left)), 2):
            one, other = left[first], left[second]
            if one is not None and other is not None and _overlap(one, other):
                break
        else:
            return left
        if entities[first].label == entities[second].label:
            left[first], left[second] = (min(one[0], other[0]), max(one[1], other[1])), None
        else:
            left[first if _size(one) < _size(other) else second] = None


def _longest_first(wanted: Sequence[Sequence[Run]]) -> list[list[Run]]:
    """The runs of each entity that no longer run of another takes words of."""
    placed: list[list[Run]] = [[] for _ in wanted]
    queue = sorted((-_size(run), number, run) for number, own in enumerate(wanted) for run in own)
    for _, number, run in queue:
        if not any(_overlap(run, other) for own in placed for other in own):
            placed[number].append(run)
    return [sorted(own) for own in placed]


def _size(run: Run) -> int:
    return run[1] - run[0]


def _overlap(one: Run, other: Run) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _scored(entity: Span, run: Run) -> Span:
    return Span(*run, entity.label, min(1.0, _size(run) / len(entity)))


def _is_punctuation(token: str) -> bool:
    return all(unicodedata.category(character)[0] == "P" for character in token)
