"""Actions are appended, and with them, in one transaction, the state that they add up to."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, delete, insert, select, update

from projner_core.corpus import GoldLinks, Span
from projner_core.errors import ConflictError, ProjnerError
from projner_core.review.actions import (
    Action,
    Kind,
    PairState,
    Verdict,
    apply,
    check,
    fold,
    links_from_json,
    links_to_json,
    spans_from_json,
    spans_to_json,
)
from projner_core.store.base import Base, now, pair_count, pair_missing
from projner_core.store.schema import actions, pairs, states

_REBUILT_AT_ONCE = 1000  # rows


class ActionStore(Base):
    """The part of a project that keeps what people decided."""

    def append(self, draft: Action, *, expect: int | None = None) -> Action:
        """Write one action; when this returns, it is on the disk.

        Args:
            draft: its `id` is ignored, its `at` is filled in where empty. `was` must be what stands there.
            expect: the `last_action` of the state that it was decided on, 0 for none; None: do not ask.

        Returns:
            The action as written, with its id.

        Raises:
            ConflictError: someone changed the pair in the meantime; nothing was written.
            ProjnerError: the value does not fit the pair, there is no such pair, or the disk is full.
        """
        return self.append_all([draft], expect=expect)[0]

    def append_all(self, drafts: Sequence[Action], *, expect: int | None = None) -> list[Action]:
        """Write several actions, all of them or none; see `append`. `expect` is asked of the first."""
        written = []
        with self._db.writing() as connection:
            for draft in drafts:
                written.append(_append(connection, draft, expect))
                expect = None
        return written

    def actions(
        self,
        position: int | None = None,
        review: str | None = "review",
        after: int = 0,
        *,
        last: int | None = None,
    ) -> list[Action]:
        """The log in its order.

        Args:
            position: only this pair's.
            review: only this review's; None: of all.
            after: only actions with a greater id.
            last: only so many, the newest.
        """
        query = (
            _selected(position, review).where(actions.c.id > after).order_by(actions.c.id.desc()).limit(last)
        )
        with self._db.reading() as connection:
            return [_action(row) for row in connection.execute(query)][::-1]

    def last_action(self, kinds: Collection[Kind], review: str = "review") -> int:
        """The id of the newest action of these kinds; 0 where there is none."""
        of_kind = actions.c.kind.in_([kind.value for kind in kinds])
        query = select(actions.c.id).where(actions.c.review == review, of_kind)
        with self._db.reading() as connection:
            return connection.scalar(query.order_by(actions.c.id.desc()).limit(1)) or 0

    def state(self, position: int, review: str = "review") -> PairState | None:
        """What stands decided of one pair; None where nobody decided anything."""
        return self.states(position, position + 1, review).get(position)

    def states(self, start: int, stop: int, review: str = "review") -> dict[int, PairState]:
        """Position -> state of the pairs in `[start, stop)` that somebody decided something about."""
        query = (
            select(states)
            .where(states.c.review == review, states.c.position >= start, states.c.position < stop)
            .order_by(states.c.position)
        )
        with self._db.reading() as connection:
            return {row.position: _state(row) for row in connection.execute(query)}

    def source_corrections(self, review: str = "review") -> dict[int, tuple[Span, ...]]:
        """Position -> source entities, of the pairs where somebody corrected them, in order."""
        with self._db.reading() as connection:
            rows = connection.execute(_decided(review, Kind.SOURCE_SPANS, states.c.source_spans))
            return {row.position: spans_from_json(json.loads(row.source_spans)) or () for row in rows}

    def positions_with_links(self, review: str = "review") -> list[int]:
        """The pairs whose links somebody drew by hand, in order."""
        with self._db.reading() as connection:
            return list(connection.scalars(_decided(review, Kind.LINKS, states.c.links)))

    def links_by_hand(self, review: str = "review") -> dict[int, GoldLinks]:
        """Position -> links, of the pairs whose links somebody drew by hand, in order."""
        with self._db.reading() as connection:
            rows = connection.execute(_decided(review, Kind.LINKS, states.c.links))
            return {row.position: _links(row.links) for row in rows}

    def rebuild_states(self) -> int:
        """Fold the whole log anew; how many pairs (of any review) have a state."""
        with self._db.writing() as connection:
            connection.execute(delete(states))
            count = 0
            rows: list[dict[str, Any]] = []
            for row in _folded(connection):
                rows.append(row)
                count += 1
                if len(rows) == _REBUILT_AT_ONCE:
                    connection.execute(insert(states), rows)
                    rows = []
            if rows:
                connection.execute(insert(states), rows)
            return count


def _append(connection: Connection, draft: Action, expect: int | None) -> Action:
    """Write one action and the state after it; the write lock is held."""
    at = (states.c.review == draft.review, states.c.position == draft.position)
    row = connection.execute(select(states).where(*at)).one_or_none()
    state = None if row is None else _state(row)
    if expect is not None and expect != (state.last_action if state else 0):
        raise ConflictError(
            "Someone else changed this pair in the meantime, so nothing was written. "
            "Look at what stands there now, then correct it again."
        )
    _check(connection, draft)
    apply(state, draft)  # before an id is spent: whether it fits
    values: dict[str, Any] = {
        "at": draft.at or now(),
        "who": draft.who,
        "review": draft.review,
        "position": draft.position,
        "kind": Kind(draft.kind).value,
        "was": json.dumps(draft.was),
        "now": json.dumps(draft.now),
        "undoes": draft.undoes,
    }
    key = connection.execute(insert(actions).values(values)).inserted_primary_key
    assert key is not None
    action = Action(
        id=key[0],
        at=values["at"],
        who=draft.who,
        review=draft.review,
        position=draft.position,
        kind=Kind(draft.kind),
        was=json.loads(values["was"]),
        now=json.loads(values["now"]),
        undoes=draft.undoes,
    )
    after = _row(draft.review, draft.position, apply(state, action))
    connection.execute(
        insert(states).values(after) if row is None else update(states).where(*at).values(after)
    )
    return action


def _check(connection: Connection, draft: Action) -> None:
    lengths = select(pairs.c.source_length, pairs.c.target_length).where(pairs.c.position == draft.position)
    pair = connection.execute(lengths).one_or_none()
    if pair is None:
        raise pair_missing(draft.position, pair_count(connection))
    check(draft, source_length=pair.source_length, target_length=pair.target_length)
    if draft.undoes is None:
        return
    undone = connection.execute(select(actions).where(actions.c.id == draft.undoes)).one_or_none()
    same = undone is not None and (undone.review, undone.position, undone.kind) == (
        draft.review,
        draft.position,
        draft.kind,
    )
    if not same:
        raise ProjnerError(f"There is no action {draft.undoes} on this pair that could be undone.")


def _folded(connection: Connection) -> Iterator[dict[str, Any]]:
    query = select(actions).order_by(actions.c.review, actions.c.position, actions.c.id)
    log = (_action(row) for row in connection.execute(query))
    for (review, position), group in groupby(log, key=lambda action: (action.review, action.position)):
        yield _row(review, position, fold(group)[position])


def _selected(position: int | None, review: str | None) -> Select[Any]:
    query = select(actions)
    if position is not None:
        query = query.where(actions.c.position == position)
    if review is not None:
        query = query.where(actions.c.review == review)
    return query


def _decided(review: str, kind: Kind, column: Column[Any]) -> Select[Any]:
    """Position and value of the pairs where something of this kind stands, in order.

    The log's index names the few pairs to look at: there may be a state for every pair of a large corpus.
    """
    touched = select(actions.c.position).where(actions.c.review == review, actions.c.kind == kind.value)
    return (
        select(states.c.position, column)
        .where(states.c.review == review, states.c.position.in_(touched), column.is_not(None))
        .order_by(states.c.position)
    )


@lru_cache(maxsize=4096)  # a page that compares with gold links asks for all of them, again and again
def _links(text: str) -> GoldLinks:
    return links_from_json(json.loads(text)) or GoldLinks()


def _action(row: Row[Any]) -> Action:
    return Action(
        id=row.id,
        at=row.at,
        who=row.who,
        review=row.review,
        position=row.position,
        kind=Kind(row.kind),
        was=json.loads(row.was),
        now=json.loads(row.now),
        undoes=row.undoes,
    )


def _state(row: Row[Any]) -> PairState:
    return PairState(
        spans=None if row.spans is None else spans_from_json(json.loads(row.spans)),
        source_spans=None if row.source_spans is None else spans_from_json(json.loads(row.source_spans)),
        links=None if row.links is None else _links(row.links),
        verdict=None if row.verdict is None else Verdict(row.verdict),
        note=row.note,
        last_action=row.last_action,
    )


def _row(review: str, position: int, state: PairState) -> dict[str, Any]:
    return {
        "review": review,
        "position": position,
        "spans": None if state.spans is None else json.dumps(spans_to_json(state.spans)),
        "source_spans": None if state.source_spans is None else json.dumps(spans_to_json(state.source_spans)),
        "links": None if state.links is None else json.dumps(links_to_json(state.links)),
        "verdict": None if state.verdict is None else state.verdict.value,
        "note": state.note,
        "last_action": state.last_action,
    }
