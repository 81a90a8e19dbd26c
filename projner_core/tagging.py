"""From what a tagger believes of every token to entities: the most probable valid tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from projner_core.corpus import Span, TagProbabilities
from projner_core.schemes import OUTSIDE

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEAST = 1e-9  # a probability of nought would forbid a tag that its neighbours may need


def entities(probabilities: TagProbabilities) -> tuple[Span, ...]:
    """The entities of the most probable IOB2 tags, each with the mean probability of its tags as score.

    The most probable are those whose product of probabilities is the largest among all sequences in which
    every `I-X` follows a `B-X` or an `I-X` (Viterbi 1967). Of a tagger that tells no beginnings (IO), a run
    of one label is an entity.
    """
    return best_entities(np.asarray(probabilities.rows, dtype=np.float64), probabilities.tags)


def best_entities(rows: NDArray[np.floating], tags: Sequence[str]) -> tuple[Span, ...]:
    """As `entities`, of probabilities as an array (tokens, tags)."""
    if len(rows) == 0:
        return ()
    path = _best_path(rows, tags)
    spans: list[Span] = []
    start = 0
    for position in range(1, len(path) + 1):
        before = tags[path[position - 1]]
        now = tags[path[position]] if position < len(path) else OUTSIDE
        if now != OUTSIDE and before != OUTSIDE and now[2:] == before[2:] and now[0] == "I":
            continue
        if before != OUTSIDE:
            chosen = rows[np.arange(start, position), path[start:position]]
            spans.append(Span(start, position, before[2:], min(float(np.mean(chosen)), 1.0)))
        start = position
    return tuple(spans)


def _best_path(rows: NDArray[np.floating], tags: Sequence[str]) -> list[int]:
    logs = np.log(np.maximum(rows, _LEAST))
    best: list[int] = logs.argmax(axis=1).tolist()
    forbidden = _forbidden(tags)
    previous = len(tags)  # the row of what stands before the first token
    for now in best:
        if forbidden[previous, now]:
            break
        previous = now
    else:
        return best  # what is most probable token by token is valid already
    return _viterbi(logs, np.where(forbidden, -np.inf, 0.0))


def _viterbi(logs: NDArray[np.floating], moves: NDArray[np.floating]) -> list[int]:
    score = logs[0] + moves[-1]
    steps = []
    for row in logs[1:]:
        ways = score[:, None] + moves[:-1]
        steps.append(ways.argmax(axis=0))
        score = ways.max(axis=0) + row
    path = [int(score.argmax())]
    for step in reversed(steps):
        path.append(int(step[path[-1]]))
    return path[::-1]


def _forbidden(tags: Sequence[str]) -> NDArray[np.bool_]:
    """Which tag may not follow which, (tags + 1, tags); the last row is the beginning of the sentence."""
    begun = {tag[2:] for tag in tags if tag[0] == "B"}
    table = np.zeros((len(tags) + 1, len(tags)), dtype=bool)
    for column, tag in enumerate(tags):
        if tag[0] == "I" and tag[2:] in begun:
            table[:, column] = [before == OUTSIDE or before[2:] != tag[2:] for before in (*tags, OUTSIDE)]
    return table
