"""Decisions as actions: a pure reducer from appended actions to the state of a pair.

Every correction is one `Action` that says who did what, when, what stood there and what stands there
now. The state of a pair is a fold over its actions; undoing is one more action, the inverse of the
one it undoes, so that the log only grows. Nothing here touches a database or a clock.

This module stands below the store: it imports `corpus` and `errors` only, and the store imports it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from projner_core.corpus import GoldLinks, Span, check_spans
from projner_core.errors import ConflictError, ProjnerError

_SURE, _POSSIBLE = "sure", "possible"  # how sure somebody was of a link

Json = Any  # what `json.dumps` writes: None, bool, numbers, str, lists and dicts of them


class Kind(StrEnum):
    """What an action changes; each kind has one field of `PairState`."""

    SPANS = "spans"  # the target's entities: [[start, end, label], ...], or null: the machine's stand
    SOURCE_SPANS = "source_spans"  # the same of the source
    LINKS = "links"  # [[source, target, "sure" or "possible"], ...], or null: the machine's stand
    VERDICT = "verdict"  # a `Verdict`, or null: no verdict
    NOTE = "note"  # a text, empty for none


class Verdict(StrEnum):
    """What a reviewer says of a pair as it stands."""

    RIGHT = "right"
    NO_ENTITY = "no-entity"


@dataclass(frozen=True, slots=True)
class Action:
    """One appended decision; with `id` None it is a draft that no store has written yet.

    Attributes:
        id: its place in the log, growing; None for a draft.
        at: when, ISO 8601 in UTC; empty for a draft: the store fills it in.
        who: who decided.
        review: the review that it belongs to; reviews of one project know nothing of each other.
        position: the pair, 0-based.
        kind: what it changes.
        was: the value that stood there, as JSON (see `Kind`).
        now: the value that stands there from now on.
        undoes: the action that this one undoes, or None for a decision of its own.
    """

    id: int | None
    at: str
    who: str
    review: str
    position: int
    kind: Kind
    was: Json
    now: Json
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class PairState:
    """What the reviewers of one pair have decided so far.

    Attributes:
        spans: the corrected target entities; None: nothing corrected, the machine's spans stand.
        source_spans: the same of the source.
        links: the links as drawn by hand; None: the machine's stand. They say nothing of entities: a pair
            with links drawn by hand is neither reviewed nor changed in the queue of entities.
        verdict: what was said of the pair as it stands.
        note: a remark.
        last_action: the id of the last action on this pair, or None.
    """

    spans: tuple[Span, ...] | None = None
    source_spans: tuple[Span, ...] | None = None
    links: GoldLinks | None = None
    verdict: Verdict | None = None
    note: str = ""
    last_action: int | None = None


UNTOUCHED = PairState()


def spans_to_json(spans: Iterable[Span] | None) -> Json:
    """`[[start, end, label], ...]` sorted by position, without scores; None stays None."""
    if spans is None:
        return None
    return sorted([span.start, span.end, span.label] for span in spans)


def spans_from_json(value: Json) -> tuple[Span, ...] | None:
    """The inverse of `spans_to_json`.

    Raises:
        ProjnerError: the value is no list of `[start, end, label]`, or a span is impossible.
    """
    if value is None:
        return None
    try:
        spans = []
        for start, end, label in value:
            if not (type(start) is int and type(end) is int and isinstance(label, str)):
                raise ValueError(f"{[start, end, label]!r} is no [start, end, label]")
            spans.append(Span(start, end, _whole(label)))
    except (TypeError, ValueError) as error:
        raise ProjnerError(f"These entities cannot be read: {error}.") from error
    return tuple(sorted(spans, key=lambda span: (span.start, span.end, span.label)))


def links_to_json(links: GoldLinks | None) -> Json:
    """`[[source, target, "sure" or "possible"], ...]` sorted by position; None stays None."""
    if links is None:
        return None
    return [[*offsets, _SURE if offsets in links.sure else _POSSIBLE] for offsets in sorted(links.possible)]


def links_from_json(value: Json) -> GoldLinks | None:
    """The inverse of `links_to_json`, in any order.

    Raises:
        ProjnerError: the value is no list of `[source, target, "sure" or "possible"]`, or one link stands
            in it twice.
    """
    if value is None:
        return None
    strengths: dict[tuple[int, int], str] = {}
    try:
        for source, target, strength in value:
            if not (type(source) is int and type(target) is int and min(source, target) >= 0):
                raise ValueError(f"{source!r} and {target!r} are no offsets of words")
            if strength not in (_SURE, _POSSIBLE):
                raise ValueError(f"a link is {_SURE!r} or {_POSSIBLE!r}, not {strength!r}")
            if (source, target) in strengths:
                raise ValueError(f"the link {source}-{target} stands there twice")
            strengths[source, target] = strength
    except (TypeError, ValueError) as error:
        raise ProjnerError(f"These links cannot be read: {error}.") from error
    sure = frozenset(offsets for offsets, strength in strengths.items() if strength == _SURE)
    return GoldLinks(sure, frozenset(strengths))


def value_of(state: PairState, kind: Kind) -> Json:
    """The field of `state` that `kind` changes, as JSON: the `was` of the next such action."""
    match kind:
        case Kind.SPANS:
            return spans_to_json(state.spans)
        case Kind.SOURCE_SPANS:
            return spans_to_json(state.source_spans)
        case Kind.LINKS:
            return links_to_json(state.links)
        case Kind.VERDICT:
            return None if state.verdict is None else state.verdict.value
        case Kind.NOTE:
            return state.note


def draft(
    state: PairState | None,
    *,
    position: int,
    kind: Kind,
    now: Json,
    who: str = "",
    review: str = "review",
) -> Action:
    """An action that changes `state` so that `kind` is `now`; `was` is taken from the state."""
    was = value_of(state or UNTOUCHED, kind)
    return Action(None, "", who, review, position, kind, was, _canonical(kind, now))


def apply(state: PairState | None, action: Action) -> PairState:
    """The state after `action`; `state` None is a pair that nobody touched.

    Raises:
        ConflictError: the action was made for another state than this one.
        ProjnerError: its value is none of its kind.
    """
    state = state or UNTOUCHED
    if value_of(state, action.kind) != _canonical(action.kind, action.was):
        raise ConflictError(
            "Someone else changed this pair in the meantime, so nothing was written. "
            "Look at what stands there now, then correct it again."
        )
    last = action.id if action.id is not None else state.last_action
    match action.kind:
        case Kind.SPANS:
            return replace(state, spans=spans_from_json(action.now), last_action=last)
        case Kind.SOURCE_SPANS:
            return replace(state, source_spans=spans_from_json(action.now), last_action=last)
        case Kind.LINKS:
            return replace(state, links=links_from_json(action.now), last_action=last)
        case Kind.VERDICT:
            return replace(state, verdict=_verdict(action.now), last_action=last)
        case Kind.NOTE:
            return replace(state, note=_note(action.now), last_action=last)


def fold(actions: Iterable[Action]) -> dict[int, PairState]:
    """Position -> state, from the actions of one review in the order of the log."""
    states: dict[int, PairState] = {}
    for action in actions:
        states[action.position] = apply(states.get(action.position), action)
    return states


def inverse(action: Action, *, who: str | None = None) -> Action:
    """A draft that undoes `action`; the inverse of an inverse does it again.

    Raises:
        ValueError: the action is itself a draft.
    """
    if action.id is None:
        raise ValueError("only a written action can be undone: this one is a draft")
    who = action.who if who is None else who
    return replace(action, id=None, at="", who=who, was=action.now, now=action.was, undoes=action.id)


def undoable(actions: Sequence[Action]) -> Action | None:
    """The action that undo takes back next, or None. Append its `inverse`.

    Args:
        actions: the log in its order, or the part of it that undo shall see: of one pair, of one
            person, or the last few hundred.
    """
    done, _ = _stacks(actions)
    return done[-1] if done else None


def redoable(actions: Sequence[Action]) -> Action | None:
    """The undo that redo takes back next, or None. Append its `inverse`; a new edit leaves none."""
    _, undone = _stacks(actions)
    return undone[-1] if undone else None


def check(
    action: Action,
    *,
    source_length: int | None,
    target_length: int,
    labels: Collection[str] | None = None,
) -> None:
    """Whether the new value fits a pair of these lengths (tokens; None: it has no source yet).

    Raises:
        ProjnerError: a span or link lies outside its sentence, a span overlaps another, a label is none
            of `labels`, or the value is none of its kind.
    """
    now = _canonical(action.kind, action.now)
    if action.kind is Kind.LINKS and now is not None:
        _check_links(links_from_json(now) or GoldLinks(), source_length, target_length)
    if action.kind not in (Kind.SPANS, Kind.SOURCE_SPANS) or now is None:
        return
    length = target_length if action.kind is Kind.SPANS else source_length
    if length is None:
        raise ProjnerError("This pair has no source sentence yet: translate it, then mark its entities.")
    spans = spans_from_json(now) or ()
    try:
        check_spans(spans, length)
    except ValueError as error:
        raise ProjnerError(f"These entities do not fit their sentence: {error}.") from error
    for span in spans:
        if labels is not None and span.label not in labels:
            known = ", ".join(sorted(labels)) or "none"
            raise ProjnerError(f"There is no label {span.label!r} here; there are: {known}.")


def _check_links(links: GoldLinks, source_length: int | None, target_length: int) -> None:
    if source_length is None:
        raise ProjnerError("This pair has no source sentence yet: translate it, then link its words.")
    try:
        links.alignment().check(source_length, target_length)
    except ValueError as error:
        raise ProjnerError(f"These links do not fit their pair: {error}.") from error


def _stacks(actions: Sequence[Action]) -> tuple[list[Action], list[Action]]:
    """What can be undone and what can be redone, each with the next one last.

    An undo moves the top of the first stack to the second, its redo moves it back; on each stack
    lies the action that put it there, so that taking its inverse is always the way to the other.
    """
    done: list[Action] = []
    undone: list[Action] = []
    for action in actions:
        if action.undoes is None:
            done.append(action)
            undone.clear()
        elif _taken(done, action.undoes):
            undone.append(action)
        elif _taken(undone, action.undoes):
            done.append(action)
        # else it undoes something that this list does not show: neither to undo nor to redo
    return done, undone


def _taken(stack: list[Action], action_id: int) -> bool:
    """Take the action with this id out of the stack; it is nearly always the last."""
    for index in range(len(stack) - 1, -1, -1):
        if stack[index].id == action_id:
            del stack[index]
            return True
    return False


def _canonical(kind: Kind, value: Json) -> Json:
    match kind:
        case Kind.SPANS | Kind.SOURCE_SPANS:
            return spans_to_json(spans_from_json(value))
        case Kind.LINKS:
            return links_to_json(links_from_json(value))
        case Kind.VERDICT:
            verdict = _verdict(value)
            return None if verdict is None else verdict.value
        case Kind.NOTE:
            return _note(value)


def _verdict(value: Json) -> Verdict | None:
    if value is None:
        return None
    try:
        return Verdict(value)
    except ValueError as error:
        known = ", ".join(Verdict)
        raise ProjnerError(f"There is no verdict {value!r}; there are: {known}.") from error


def _note(value: Json) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ProjnerError(f"A note is a text, not {type(value).__name__}.")
    return _whole(value)


def _whole(text: str) -> str:
    """The text; no file could take it where it holds half of a character's two halves in UTF-16."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ProjnerError("This text holds half a character (a lone surrogate). Type it again without it.")
    return text
