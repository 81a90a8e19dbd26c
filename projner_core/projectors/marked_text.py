"""Marked text: what is marked in it, and which source entity each mark is for.

Marks are brackets, `[Paris]`, `［巴黎］`, `【巴黎】`, `〔…〕`, `⟦…⟧`, or tags, `<a>Paris</a>`,
`<LOC>Paris</LOC>`, `<2>Paris</2>`. A bracket or tag without its other half is text. Of nested marks each
counts.

Models of marked translation lose marks, add some, and change their order; and a sentence may hold brackets
of its own. So marks are not counted off: of all ways to give each entity at most one mark, no mark twice
and no two marks that overlap, the one of the largest sum is computed, exactly, of

    max(0, 2s - 1) + ¼ (1 - ¾ d²) + named

where `s` is how alike the marked words are to the entity's, or to the target words that the entity is linked
to, which are in the same language (`projner_core.similarity`); `d` is how far apart the two stand, in
[0, 1]: by their number where there are as many marks as entities, else by their place in the sentence; and
`named` is 1 where a tag bears the entity's label or its number. Any mark is better than none. The square
has it that of equal names the first mark is the first name's.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from projner_core.corpus import Alignment, Pair, Span
from projner_core.projectors.heuristic import linked_words, runs_of
from projner_core.selection import Candidates, select
from projner_core.similarity import likeness

_OPENING = "[［【〔⟦"
_CLOSING = "]］】〕⟧"
_MARK = re.compile(
    rf"[{re.escape(_OPENING)}]|[{re.escape(_CLOSING)}]|[<＜] ?([/／]?) ?([A-Za-z0-9_-]{{1,20}}) ?[>＞]"
)
_ORDER = 0.25  # what a mark in the right place is worth, beside 1 for equal words


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked piece `[start, end)` of a text, in characters; `name` is its tag's, "" for a bracket."""

    start: int
    end: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text without its marks, and what they marked, by start; an outer mark before an inner one."""

    text: str
    marks: tuple[Mark, ...]

    def words(self, mark: Mark) -> str:
        """What stands in a mark."""
        return self.text[mark.start : mark.end]


def parse(marked: str) -> MarkedText:
    """Take the marks out of a text. Marks around nothing are dropped."""
    halves = list(_MARK.finditer(marked))
    partner = _partners(halves)
    pieces: list[str] = []
    length = position = 0
    opened: dict[int, int] = {}
    marks: list[Mark] = []
    for number, half in enumerate(halves):
        if number not in partner:
            continue
        piece = marked[position : half.start()]
        if number < partner[number]:
            if not piece and position and number - 1 in partner and partner[number - 1] < number - 1:
                piece = " "  # `[Paris][London]` are two words
            opened[number] = length + len(piece)
        pieces.append(piece)
        length += len(piece)
        position = half.end()
        if number > partner[number]:
            marks.append(Mark(opened[partner[number]], length, half[2] or ""))
    text = "".join((*pieces, marked[position:]))
    trimmed = [_trimmed(mark, text) for mark in marks]
    return MarkedText(
        text, tuple(sorted((m for m in trimmed if m.start < m.end), key=lambda m: (m.start, -m.end)))
    )


def assign(
    pair: Pair, entities: Sequence[Span], alignment: Alignment, marked: MarkedText, *, least: float = 0.0
) -> dict[int, Mark]:
    """The mark of each entity that has one, by the entity's number in `entities`.

    A mark that is at most `least` alike to an entity is not its, whatever stands where.
    """
    source, target = pair.both()
    marks = _without_own_brackets(marked, target.tokens)
    if not marks or not entities:
        return {}
    written = [" ".join(source.tokens[e.start : e.end]) for e in entities]
    linked = [_linked_text(entity, alignment, target.tokens) for entity in entities]
    places = _ranks([(e.start + e.end) / 2 for e in entities], len(marks), len(source))
    mark_places = _ranks([(m.start + m.end) / 2 for m in marks], len(entities), len(marked.text))
    numbers = _numbers(marks)
    rank = {number: i for i, number in enumerate(sorted(range(len(entities)), key=lambda n: entities[n]))}
    bounds = {edge: i for i, edge in enumerate(sorted({edge for m in marks for edge in (m.start, m.end)}))}
    # Linked words stand for their entity: they are in the language of the marked ones.
    words = [marked.words(mark) for mark in marks for _ in entities]
    alikes = np.maximum(likeness(words, written * len(marks)), likeness(words, linked * len(marks)))
    rows: list[tuple[int, int, int, float]] = []
    meant: list[Mark] = []
    for mark, mark_place, row in zip(
        marks, mark_places, alikes.reshape(len(marks), -1).tolist(), strict=True
    ):
        for number, (entity, alike) in enumerate(zip(entities, row, strict=True)):
            named = mark.name and (
                mark.name.casefold() == entity.label.casefold() or numbers.get(mark) == rank[number]
            )
            if least and alike <= least and not named:
                continue
            away = places[number] - mark_place
            value = max(0.0, 2 * alike - 1) + _ORDER * (1 - 0.75 * away**2) + bool(named)
            rows.append((number, bounds[mark.start], bounds[mark.end], value))
            meant.append(mark)
    chosen = np.flatnonzero(select(Candidates.batch([rows]))).tolist()
    return {rows[i][0]: meant[i] for i in chosen}


def fold(text: str) -> str:
    """A copy to compare by: NFKC, no case, no white space, nothing of zero width."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(c for c in plain if not c.isspace() and unicodedata.category(c) != "Cf")


def _partners(halves: Sequence[re.Match[str]]) -> dict[int, int]:
    """For each half of a mark the other one; those that have none are not there."""
    open_ones: dict[str, list[int]] = {}
    partner: dict[int, int] = {}
    for number, half in enumerate(halves):
        kind = f"<{half[2]}>" if half[2] else "["
        closes = bool(half[1]) if half[2] else half[0] in _CLOSING
        stack = open_ones.setdefault(kind, [])
        if not closes:
            stack.append(number)
        elif stack:
            first = stack.pop()
            partner[first], partner[number] = number, first
    return partner


def _without_own_brackets(marked: MarkedText, tokens: Sequence[str]) -> list[Mark]:
    """The marks without brackets that are the sentence's own, as in `[ sic ]`."""
    original = parse(" ".join(tokens))
    own = Counter(fold(original.words(mark)) for mark in original.marks)
    kept = []
    for mark in marked.marks:
        words = fold(marked.words(mark))
        if own[words] and not mark.name:
            own[words] -= 1
        else:
            kept.append(mark)
    return kept


def _trimmed(mark: Mark, text: str) -> Mark:
    """Without white space and zero-width characters at its edges."""
    start, end = mark.start, mark.end
    while start < end and not fold(text[start]):
        start += 1
    while start < end and not fold(text[end - 1]):
        end -= 1
    return Mark(start, end, mark.name)


def _linked_text(entity: Span, alignment: Alignment, tokens: Sequence[str]) -> str:
    """The largest run of target words that the entity is linked to, gaps of one filled."""
    runs = runs_of(linked_words(entity, alignment), 1)
    start, end = max(runs, key=lambda run: run[1] - run[0], default=(0, 0))
    return " ".join(tokens[start:end])


def _ranks(places: Sequence[float], others: int, length: int) -> list[float]:
    """Where things stand, from 0 to 1: by their order where there are as many on the other side."""
    if len(places) != others:
        return [place / max(length, 1) for place in places]
    order = sorted(range(len(places)), key=lambda number: places[number])
    last = max(len(places) - 1, 1)
    return [rank / last for _, rank in sorted((number, rank) for rank, number in enumerate(order))]


def _numbers(marks: Sequence[Mark]) -> Mapping[Mark, int]:
    """Which entity numbered or lettered tags mean, from 0; nothing where two tags have one number."""
    names = [mark.name.lower() for mark in marks]
    if len(set(names)) < len(names):
        return {}
    if all(name.isdecimal() for name in names):
        first = 0 if "0" in names else 1
        return {mark: int(name) - first for mark, name in zip(marks, names, strict=True)}
    if len(names) > 1 and all(len(name) == 1 for name in names):
        return {mark: ord(name) - ord("a") for mark, name in zip(marks, names, strict=True)}
    return {}
