"""What a trigger of the link view does: a plain reducer from what the browser says to the store.

Knows no Streamlit. A trigger comes from a browser, so nothing in it is trusted: it is read into typed
values first, and whatever does not fit becomes a sentence, never a trace. The store has the action
before `act` returns; what the page shows afterwards is what the store says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from projner_core.corpus import Alignment, GoldLinks, Span, projected_spans
from projner_core.errors import ConflictError, ProjnerError
from projner_core.pipeline.lineage import entities_behind, links_behind
from projner_core.review.actions import (
    UNTOUCHED,
    Action,
    Json,
    Kind,
    PairState,
    Verdict,
    draft,
    inverse,
    links_from_json,
    links_to_json,
    redoable,
    spans_from_json,
    spans_to_json,
    undoable,
)
from projner_core.review.export import final_source_spans, final_spans
from projner_core.store import LayerKind, Order, Project, Show

REVIEW = "review"
LONGEST_NOTE = 10_000  # characters

MachineLinks = Callable[[Project, int], GoldLinks]
"""The machine's links of the pair at a position, as the page shows them to be corrected."""


class Queue(Protocol):
    """Which pairs the reader walks through, and in what order."""

    @property
    def show(self) -> Show:
        """Which pairs are listed."""
        ...

    @property
    def order(self) -> Order:
        """What comes first."""
        ...

    @property
    def search(self) -> str:
        """What the listed pairs contain; empty for anything."""
        ...

    @property
    def examples(self) -> tuple[int, str] | None:
        """The pairs behind a figure: the layer that keeps them, and their key; None for any pair."""
        ...


@dataclass(slots=True)
class Trail:
    """What this reader has seen and done since the page was opened.

    Attributes:
        seen: position -> the last action on that pair when it was shown. A newer one in the store
            is someone else's.
        done: positions of this reader's edits, oldest first: Z goes back along them.
        undone: positions of what was taken back, for Shift+Z.
        links: whether it is the trail of links drawn by hand, or that of everything else: neither page
            takes back what was done on the other, where it could not be seen.
    """

    seen: dict[int, int] = field(default_factory=dict)
    done: list[int] = field(default_factory=list)
    undone: list[int] = field(default_factory=list)
    links: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to show next: a pair, and where something went wrong, a sentence about it."""

    position: int
    error: str | None = None
    at_end: bool = False


class _Malformed(ProjnerError):
    """The browser sent something that the link view never sends."""


def act(
    project: Project,
    trigger: Mapping[str, Any],
    *,
    who: str,
    queue: Queue,
    trail: Trail,
    links: MachineLinks | None = None,
) -> Outcome:
    """Carry out one trigger of the link view. Where it fails, nothing was written.

    Args:
        links: what the page shows as the links that stand where no reviewer drew any; None for
            `machine_links`. A page that shows another aligner's or imported gold, or moves the threshold,
            says so here.
    """
    position = 0
    try:
        position = _position(project, trigger)
        handler = _HANDLERS.get(str(trigger.get("kind")))
        if handler is None:
            raise _Malformed("This page is older than the program. Reload it.")
        return handler(_Desk(project, who, queue, trail, position, links or machine_links), trigger)
    except ConflictError:
        trail.seen.pop(position, None)
        return Outcome(
            position,
            "Someone else changed this pair in the meantime, so your change was not written. "
            "This is how the pair stands now.",
        )
    except ProjnerError as error:
        return Outcome(position, str(error))
    except ValueError as error:
        return Outcome(position, f"That can't be: {error}.")


@dataclass(frozen=True, slots=True)
class _Desk:
    """The pair a trigger is about, and everything needed to act on it."""

    project: Project
    who: str
    queue: Queue
    trail: Trail
    position: int
    machine_links: MachineLinks

    def state(self) -> PairState:
        return self.project.state(self.position, REVIEW) or UNTOUCHED

    def write(self, *actions: Action) -> None:
        """Append actions, all or none, unless the pair is not what the reader saw."""
        written = self.project.append_all(actions, expect=self.trail.seen.get(self.position))
        self.trail.seen[self.position] = written[-1].id or 0
        if any(action.kind is Kind.SOURCE_SPANS for action in actions):
            edits = int(self.project.get_meta("source_edits", 0))
            self.project.set_meta("source_edits", edits + 1)  # the page offers to project again

    def edit(self, changes: Mapping[Kind, Json]) -> None:
        """An edit of the reader's own: it can be undone, and what was undone before can't be redone."""
        state = self.state()
        drafts = [
            draft(state, position=self.position, kind=kind, now=now, who=self.who, review=REVIEW)
            for kind, now in changes.items()
        ]
        drafts = [action for action in drafts if action.was != action.now]
        if drafts:
            self.write(*drafts)
            self.trail.done.extend(self.position for _ in drafts)
            self.trail.undone.clear()

    def neighbour(self, step: int) -> int | None:
        return self.project.next_in_queue(
            self.position, self.project.current_projection, review=REVIEW,
            order=self.queue.order, show=self.queue.show, search=self.queue.search or None,
            examples=self.queue.examples, step=step,
        )  # fmt: skip


def _spans(desk: _Desk, trigger: Mapping[str, Any]) -> Outcome:
    state, machine = desk.state(), machine_spans(desk.project, desk.position)
    standing = final_spans(replace(state, spans=None), machine)
    _edit_spans(desk, Kind.SPANS, trigger, final_spans(state, machine), standing)
    return Outcome(desk.position)


def _source_spans(desk: _Desk, trigger: Mapping[str, Any]) -> Outcome:
    state, machine = desk.state(), machine_source_spans(desk.project, desk.position)
    standing = final_source_spans(None, machine)
    _edit_spans(desk, Kind.SOURCE_SPANS, trigger, final_source_spans(state, machine), standing)
    return Outcome(desk.position)


def _edit_spans(
    desk: _Desk, kind: Kind, trigger: Mapping[str, Any], shown: tuple[Span, ...], standing: tuple[Span, ...]
) -> None:
    """Replace the spans `shown`. What would stand without any correction is written as null: nothing
    corrected. `was` is null where the browser believes that nothing was."""
    was = spans_from_json(trigger.get("was"))
    if was is not None and spans_to_json(was) != spans_to_json(shown):
        raise ConflictError("the pair shows other spans by now")
    wanted = spans_from_json(trigger.get("now"))
    untouched = wanted is None or spans_to_json(wanted) == spans_to_json(standing)
    desk.edit({kind: None if untouched else spans_to_json(wanted)})


def _links(desk: _Desk, trigger: Mapping[str, Any]) -> Outcome:
    """Replace the links shown. Unlike spans, links that equal the machine's may be the reviewer's own: those
    accepted as they are (`accept`), and those that an edit came back to. Null gives them up."""
    state, machine = desk.state(), desk.machine_links(desk.project, desk.position)
    was = links_from_json(trigger.get("was"))
    if was is not None and was != (machine if state.links is None else state.links):
        raise ConflictError("the pair shows other links by now")
    wanted = links_from_json(trigger.get("now"))
    kept = trigger.get("accept") is True or state.links is not None or wanted != machine
    desk.edit({Kind.LINKS: links_to_json(wanted) if kept else None})
    return Outcome(desk.position)


def _verdict(desk: _Desk, trigger: Mapping[str, Any]) -> Outcome:
    now = trigger.get("now")
    onward = _step(trigger.get("then"))
    # Asked before it is written: a pair that is done leaves the list of open ones.
    target = desk.neighbour(onward) if onward else None
    # With "no entity", what was marked by hand goes too, or the two would contradict each other.
    cleared = now == Verdict.NO_ENTITY and desk.state().spans
    desk.edit({Kind.SPANS: [], Kind.VERDICT: now} if cleared else {Kind.VERDICT: now})
    if not onward:
        return Outcome(desk.position)
    return Outcome(desk.position, at_end=True) if target is None else Outcome(target)


def _note(desk: _Desk, trigger: Mapping[str, Any]) -> Outcome:
    now = trigger.get("now")
    if isinstance(now, str) and len(now) > LONGEST_NOTE:
        raise ProjnerError(f"A note holds at most {LONGEST_NOTE:,} characters; this one has {len(now):,}.")
    desk.edit({Kind.NOTE: now})
    return Outcome(desk.position)


def _move(desk: _Desk, trigger: Mapping[str, Any]) -> Outcome:
    step = _step(trigger.get("to"))
    target = desk.neighbour(step) if step else None
    return Outcome(desk.position, at_end=True) if target is None else Outcome(target)


def _undo(desk: _Desk, trigger: Mapping[str, Any]) -> Outcome:
    """Take back the reader's latest edit, wherever it was; after a reload, the latest of this pair."""
    return _turn(desk, desk.trail.done, desk.trail.undone, undoable, "Nothing is left to undo here.")


def _redo(desk: _Desk, trigger: Mapping[str, Any]) -> Outcome:
    return _turn(desk, desk.trail.undone, desk.trail.done, redoable, "Nothing is left to redo here.")


def _turn(
    desk: _Desk,
    source: list[int],
    destination: list[int],
    find: Callable[[list[Action]], Action | None],
    nothing: str,
) -> Outcome:
    there = replace(desk, position=source[-1] if source else desk.position)
    done_here = there.project.actions(there.position, REVIEW)
    found = find([action for action in done_here if (action.kind is Kind.LINKS) is desk.trail.links])
    if found is None:
        if source:
            source.pop()
        return Outcome(there.position, nothing)
    there.write(inverse(found, who=desk.who))
    if source:
        source.pop()
    destination.append(there.position)
    return Outcome(there.position)


_HANDLERS: dict[str, Callable[[_Desk, Mapping[str, Any]], Outcome]] = {
    "spans": _spans,
    "source_spans": _source_spans,
    "links": _links,
    "verdict": _verdict,
    "note": _note,
    "move": _move,
    "undo": _undo,
    "redo": _redo,
}


def machine_spans(project: Project, position: int) -> tuple[Span, ...]:
    """The target spans of the projection under review, or of the one that was accepted here before it; none
    where nothing was projected yet."""
    accepted = project.accepted_elsewhere(REVIEW, position=position)
    layer = accepted.get(position, project.current_projection)
    return () if layer is None else projected_spans(project.annotation(layer, position))


def machine_source_spans(project: Project, position: int) -> tuple[Span, ...]:
    """The source entities that the projection under review started from, else those imported."""
    layer = entities_behind(project)
    return () if layer is None else tuple(project.annotation(layer, position))


def machine_links(project: Project, position: int) -> GoldLinks:
    """What the aligner decided whose links the projection under review was made from, all of it sure; else
    the aligner that ran last; no links where none has run."""
    layer = links_behind(project, project.current_projection)
    if layer is None:
        made = [layer for layer in project.layers(kind=LayerKind.LINKS) if not layer.provenance.get("gold")]
        layer = made[-1] if made else None
    found = project.annotation(layer.id, position) if layer else Alignment()
    return GoldLinks.of(Alignment(found.links)) if isinstance(found, Alignment) else GoldLinks()


def _step(word: Any) -> int:
    return {"next": 1, "previous": -1}.get(word, 0) if isinstance(word, str) else 0


def _position(project: Project, trigger: Mapping[str, Any]) -> int:
    position = trigger.get("position")
    if not isinstance(position, int) or isinstance(position, bool) or not 0 <= position < project.count():
        raise _Malformed("This page shows a pair that is not in the project. Reload it.")
    if project.id_of(position) != trigger.get("pair"):
        raise ConflictError("another corpus is under this name by now")
    return position
