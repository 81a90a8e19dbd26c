"""Aligns a sentence with (nearly) itself, as a back-translation and its original are.

Two tokens of one language are as alike as their spellings: s = 1 for equal ones (NFC, case folded), else
1 - (edit distance) / (letters of the longer one) (Levenshtein 1966). Of all alignments that keep the order
and link no token twice, the one of the largest

    Σ s³ - 0.01 · |(i + ½)/n - (j + ½)/m|          over links (i, j) with s ≥ threshold

is computed exactly, over what is left of n and m tokens between an equal beginning and an equal end: equal
tokens are found as a diff finds them, and between them, in order, those that were changed. The cube has it
that two words half alike do not outweigh one that is equal; the small term decides, of equal words, for
those in like places. What has moved keeps no order: equal tokens that are left over are linked where there
is but one on each side.

A stretch of more than four million pairs of tokens is first cut at words that are once on each side,
in their longest run in order, and then, if need be, in the middle of both sides.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from numba import njit
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from projner_core.corpus import Alignment, Link, Pair
from projner_core.errors import ProjnerError

_MOST_CELLS = 4_000_000  # pairs of tokens compared at once: bounds memory, to some 30 MB
_PLACE = 0.01

Stretch = tuple[int, int, int, int]  # source [a, b) against target [c, d)
IntArray = npt.NDArray[np.int32]


class Identity:
    """Aligns two sentences of one language, which share most of their words: a text and its back-translation.

    Args:
        threshold: how alike two words have to be to be linked, from 0 to 1; equal ones are 1.

    Raises:
        ProjnerError: the threshold is out of its range.
    """

    def __init__(self, *, threshold: float = 0.6) -> None:
        if not 0 < threshold <= 1:
            raise ProjnerError(f"the identity aligner's threshold must be in (0, 1], but is {threshold}")
        self._threshold = threshold

    def align(self, pairs: Sequence[Pair]) -> list[Alignment]:
        """One alignment a pair, in the same order; links are sorted and score their words' similarity.

        Raises:
            ValueError: a pair has no source sentence.
        """
        return [
            Alignment(tuple(_links(_folded(source.tokens), _folded(target.tokens), self._threshold)))
            for source, target in (pair.both() for pair in pairs)
        ]


def _folded(tokens: Sequence[str]) -> list[str]:
    return [unicodedata.normalize("NFC", unicodedata.normalize("NFC", t).casefold()) for t in tokens]


def _links(source: list[str], target: list[str], threshold: float) -> list[Link]:
    links: list[Link] = []
    for stretch in _stretches(source, target, (0, len(source), 0, len(target))):
        links.extend(_in_order(source, target, stretch, threshold))
    links.extend(_moved(source, target, links))
    return sorted(links)


def _stretches(source: list[str], target: list[str], whole: Stretch) -> Iterator[Stretch]:
    """Stretches to be aligned on their own, none of which has too many cells."""
    a, b, c, d = whole
    while a < b and c < d and source[a] == target[c]:
        yield a, a + 1, c, c + 1
        a, c = a + 1, c + 1
    behind = 0  # tokens at the end that are equal
    while a < b - behind and c < d - behind and source[b - behind - 1] == target[d - behind - 1]:
        behind += 1
        yield b - behind, b - behind + 1, d - behind, d - behind + 1
    b, d = b - behind, d - behind
    if a == b or c == d:
        return
    if (b - a) * (d - c) <= _MOST_CELLS:
        yield a, b, c, d
        return
    anchors = _anchors(source, target, (a, b, c, d))
    if anchors:
        yield from ((i, i + 1, j, j + 1) for i, j in anchors)
        starts = [(a, c), *((i + 1, j + 1) for i, j in anchors)]
        ends = [*anchors, (b, d)]
    else:
        middle = (a + b) // 2, (c + d) // 2
        starts, ends = [(a, c), middle], [middle, (b, d)]
    for (i, j), (k, l) in zip(starts, ends, strict=True):  # noqa: E741
        yield from _stretches(source, target, (i, k, j, l))


def _anchors(source: list[str], target: list[str], stretch: Stretch) -> list[tuple[int, int]]:
    """Tokens that are once on each side of a stretch: the longest run of them that is in order."""
    a, b, c, d = stretch
    once = _once(source, range(a, b))
    places = _once(target, range(c, d))
    pairs = sorted((once[word], places[word]) for word in once.keys() & places.keys())
    # The longest rising run, by patience sorting (Fredman 1975).
    last: list[int] = []  # the smallest target place that a run of each length ends in
    ends: list[int] = []  # the pair that it ends in
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        length = bisect_left(last, place)
        last[length : length + 1] = [place]
        ends[length : length + 1] = [number]
        before.append(ends[length - 1] if length else -1)
    run: list[tuple[int, int]] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        run.append(pairs[at])
        at = before[at]
    return run[::-1]


def _once(tokens: list[str], places: range | list[int]) -> dict[str, int]:
    """The words that are at one of these places only, and where."""
    counts = Counter(tokens[place] for place in places)
    return {tokens[place]: place for place in places if counts[tokens[place]] == 1}


def _in_order(source: list[str], target: list[str], stretch: Stretch, threshold: float) -> Iterator[Link]:
    """The best links of a stretch that keep the order."""
    a, b, c, d = stretch
    if b - a == d - c == 1 and source[a] == target[c]:
        yield Link(a, c)
        return
    source_words, source_ids = _words(source[a:b])
    target_words, target_ids = _words(target[c:d])
    alike = cdist(
        source_words,
        target_words,
        scorer=Levenshtein.normalized_similarity,
        score_cutoff=threshold,  # below it is 0
        dtype=np.float32,
    )
    for i, j in _best(source_ids, target_ids, alike).tolist():
        yield Link(a + i, c + j, float(alike[source_ids[i], target_ids[j]]))


def _words(tokens: list[str]) -> tuple[list[str], IntArray]:
    """The different words of some tokens, and for each token which it is."""
    number: dict[str, int] = {}
    ids = [number.setdefault(token, len(number)) for token in tokens]
    return list(number), np.array(ids, dtype=np.int32)


def _moved(source: list[str], target: list[str], links: list[Link]) -> Iterator[Link]:
    """Equal tokens that no link has, where there is but one of them on each side."""
    linked_source = {link.source for link in links}
    linked_target = {link.target for link in links}
    left = _once(source, [i for i in range(len(source)) if i not in linked_source])
    right = _once(target, [j for j in range(len(target)) if j not in linked_target])
    for word in left.keys() & right.keys():
        yield Link(left[word], right[word])


@njit(cache=True, nogil=True)
def _best(source: IntArray, target: IntArray, alike: npt.NDArray[np.float32]) -> IntArray:
    """The best links that keep the order, as offsets, int32 [links, 2], rising.

    Args:
        source, target: word numbers of the tokens, int32 [n] and [m].
        alike: similarity of words, 0 where they may not be linked, float32 [source words, target words].
    """
    n, m = len(source), len(target)
    best = np.zeros(m + 1)  # of the tokens so far against the first j
    step = np.zeros((n, m), dtype=np.uint8)  # 0: leave a source token out, 1: a target token, 2: link
    for i in range(n):
        diagonal = 0.0
        for j in range(m):
            above, value, how = best[j + 1], best[j + 1], 0
            if best[j] > value:
                value, how = best[j], 1
            s = alike[source[i], target[j]]
            if s > 0:
                linked = diagonal + s**3 - _PLACE * abs((i + 0.5) / n - (j + 0.5) / m)
                if linked > value:
                    value, how = linked, 2
            best[j + 1], diagonal = value, above
            step[i, j] = how
    links = np.empty((min(n, m), 2), dtype=np.int32)
    count = 0
    i, j = n - 1, m - 1
    while i >= 0 and j >= 0:
        if step[i, j] == 2:
            links[count, 0], links[count, 1] = i, j
            count += 1
            i -= 1
            j -= 1
        elif step[i, j] == 1:
            j -= 1
        else:
            i -= 1
    return links[:count][::-1].copy()
