"""Which predicted entity answers which gold entity: one to one, so that every total reconciles.

Only entities that share a token can answer each other. Chosen is, in this order, the assignment with

1. the most exact matches (same tokens, same label),
2. the most tokens shared by gold and its answer, in total,
3. the most answers with the same label,
4. the fewest tokens that only one of the two has,
5. the earliest partner, of an entity that alone meets several.

The optimum is exact. Entities of a layer do not overlap, so that most of a corpus is settled at a glance:
equal sets, nothing in common, one entity that meets one. What is left falls apart into groups of
entities that meet, directly or through others; only a group with several on both sides is solved as an
assignment problem (`scipy.optimize.linear_sum_assignment`, after Crouse 2016). Which of several equally good
answers such a group gets is not defined, but it is always the same one.
"""

from __future__ import annotations

from collections.abc import Sequence

from projner_core.corpus import Span

Match = tuple[Span | None, Span | None]


def match(gold: Sequence[Span], predicted: Sequence[Span]) -> list[Match]:
    """Pair gold with predicted entities; each is in exactly one of the pairs, alone if nothing answers it.

    Spans are compared as sets: an entity that a side has twice counts once, as in the scores. Sorted by
    the position of gold, else of the prediction. Overlapping spans within a side are no error.
    """
    ours, theirs = _distinct(gold), _distinct(predicted)
    matched: list[Match] = []
    left: list[Span] = []
    for key, span in ours.items():
        answer = theirs.pop(key, None)
        if answer is None:
            left.append(span)
        else:
            matched.append((span, answer))
    if left and theirs:
        matched.extend(_assign(left, list(theirs.values())))
    else:
        matched.extend((span, None) for span in left)
        matched.extend((None, span) for span in theirs.values())
    matched.sort(key=_position)
    return matched


def overlap(one: Span, other: Span) -> int:
    """How many tokens two spans share; 0 where they do not meet."""
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def place(span: Span | None) -> tuple[int, int] | None:
    """The tokens of a span, from and to; None of no span."""
    return None if span is None else (span.start, span.end)


def _distinct(spans: Sequence[Span]) -> dict[tuple[int, int, str], Span]:
    """The spans by what makes them one entity, sorted by position."""
    found = {(span.start, span.end, span.label): span for span in spans}
    return dict(sorted(found.items())) if len(found) > 1 else found


def _position(pair: Match) -> tuple[int, int, str, bool]:
    span = pair[0] or pair[1]
    assert span is not None
    return span.start, span.end, span.label, pair[0] is None


def _assign(gold: list[Span], predicted: list[Span]) -> list[Match]:
    """Pair entities of which no two are equal."""
    matched: list[Match] = []
    for ours, theirs in _groups(gold, predicted):
        if len(ours) == 1 or len(theirs) == 1:
            chosen = [max(((g, p) for g in ours for p in theirs), key=_star)] if ours and theirs else []
        else:
            chosen = _solve(ours, theirs)
        matched.extend(chosen)
        taken = {id(span) for pair in chosen for span in pair}
        matched.extend((span, None) for span in ours if id(span) not in taken)
        matched.extend((None, span) for span in theirs if id(span) not in taken)
    return matched


def _worth(gold: Span, predicted: Span) -> tuple[int, int, int]:
    """Points 2 to 4 of the objective, for two entities that meet."""
    shared = overlap(gold, predicted)
    return shared, gold.label == predicted.label, 2 * shared - len(gold) - len(predicted)


def _star(pair: tuple[Span, Span]) -> tuple[tuple[int, int, int], int, int]:
    return _worth(*pair), -pair[0].start, -pair[1].start


def _groups(gold: list[Span], predicted: list[Span]) -> list[tuple[list[Span], list[Span]]]:
    """Gold and predicted entities (both sorted) cut where no entity goes on: groups that meet."""
    groups: list[tuple[list[Span], list[Span]]] = []
    reach = -1
    events = sorted([(s.start, s.end, 0, s) for s in gold] + [(s.start, s.end, 1, s) for s in predicted])
    for start, end, side, span in events:
        if start >= reach:
            groups.append(([], []))
        groups[-1][side].append(span)
        reach = max(reach, end)
    return groups


def _solve(gold: list[Span], predicted: list[Span]) -> list[tuple[Span, Span]]:
    """The best assignment within a group."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    # One number for points 2 to 4: a step of a higher point outweighs all that lower ones can sum to.
    pairs = min(len(gold), len(predicted))
    most_labels = pairs + 1
    most_tokens = sum(map(len, gold)) + sum(map(len, predicted)) + 1
    worth = np.zeros((len(gold), len(predicted)))
    for row, ours in enumerate(gold):
        for column, theirs in enumerate(predicted):
            shared, same, outside = _worth(ours, theirs)
            if shared:
                worth[row, column] = (shared * most_labels + same) * most_tokens + outside
    rows, columns = linear_sum_assignment(worth, maximize=True)
    return [
        (gold[row], predicted[column])
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        if worth[row, column] > 0
    ]
