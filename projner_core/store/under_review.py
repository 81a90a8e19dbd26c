"""Which layer was under review when: a verdict is about the entities that its reviewer saw.

A verdict writes no entities. It says that those shown are right, and these come from the layer that was
under review at that moment, whatever is put under review later. So each change of that layer is kept with
the number of the newest action before it.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from projner_core.review.actions import Kind, Verdict
from projner_core.store.base import Base, read_meta, write_meta
from projner_core.store.schema import actions, layers, states

_CURRENT = "current_projection"
_HISTORY = "under_review"

History = list[tuple[int | None, int]]
"""(layer, the newest action when it came under review), the oldest first; None: no layer."""


class UnderReviewStore(Base):
    """The part of a project that knows what its reviewers see."""

    @property
    def current_projection(self) -> int | None:
        """The id of the layer that is under review, or None."""
        with self._db.reading() as connection:
            return _current(connection)

    def under_review(self) -> History:
        """Every layer that was under review so far, and since which action: the first since 0.

        A project of an older program knows only what is under review now.
        """
        with self._db.reading() as connection:
            return _history(connection)

    def seen_with(self, review: str = "review") -> dict[int, int | None]:
        """Position -> the layer that the reviewer saw, of the pairs with a verdict.

        That is the layer under review at the newest action that said something of the machine's entities:
        a verdict, or the choice of the machine's entities over one's own. Undoing a correction is none: it
        goes back to what the verdict was about.
        """
        with self._db.reading() as connection:
            return _seen_with(connection, review)

    def accepted_elsewhere(
        self, review: str = "review", *, position: int | None = None
    ) -> dict[int, int | None]:
        """Position -> the layer whose entities were accepted as they stood, where another one is under
        review now. What was accepted stays what it was, whatever is projected later.

        Args:
            review: whose verdicts.
            position: of this pair alone.
        """
        with self._db.reading() as connection:
            history = _history(connection)
            if len(history) < 2:
                return {}
            accepted = select(states.c.position).where(
                states.c.review == review,
                states.c.verdict == Verdict.RIGHT.value,
                states.c.spans.is_(None),
            )
            if position is not None:
                accepted = accepted.where(states.c.position == position)
            there = set(connection.scalars(accepted))
            seen = _seen_with(connection, review, position) if there else {}
        now = history[-1][0]
        return {p: layer for p, layer in seen.items() if p in there and layer != now}


def put(connection: Connection, layer_id: int | None) -> None:
    """Put a layer under review; the write lock is held."""
    history = _history(connection)
    last = connection.scalar(select(func.max(actions.c.id))) or 0
    history = [entry for entry in history if entry[1] < last]  # the others were gone before anybody acted
    if not history or history[-1][0] != layer_id:
        history.append((layer_id, last))
    write_meta(connection, _HISTORY, history)
    write_meta(connection, _CURRENT, layer_id)


def is_seen(connection: Connection, layer_id: int) -> bool:
    """Whether somebody accepted entities of this layer as they stand."""
    if all(layer_id != entry[0] for entry in _history(connection)):
        return False
    accepted = select(states.c.review, states.c.position).where(
        states.c.verdict == Verdict.RIGHT.value, states.c.spans.is_(None)
    )
    seen: dict[str, dict[int, int | None]] = {}
    for review, position in connection.execute(accepted):
        if review not in seen:
            seen[review] = _seen_with(connection, review)
        if seen[review].get(position) == layer_id:
            return True
    return False


def _current(connection: Connection) -> int | None:
    layer_id = read_meta(connection, _CURRENT)
    return connection.scalar(select(layers.c.id).where(layers.c.id == layer_id))


def _history(connection: Connection) -> History:
    kept: list[Any] | None = read_meta(connection, _HISTORY)
    return [(_current(connection), 0)] if kept is None else [(layer, since) for layer, since in kept]


def _seen_with(connection: Connection, review: str, position: int | None = None) -> dict[int, int | None]:
    history = _history(connection)
    since = [entry[1] for entry in history]
    verdict = and_(actions.c.kind == Kind.VERDICT.value, actions.c.now != "null")
    given_up = and_(actions.c.kind == Kind.SPANS.value, actions.c.now == "null", actions.c.undoes.is_(None))
    done = select(states.c.position).where(states.c.review == review, states.c.verdict.is_not(None))
    decided = (
        select(actions.c.position, func.max(actions.c.id))
        .where(actions.c.review == review, or_(verdict, given_up), actions.c.position.in_(done))
        .group_by(actions.c.position)
    )
    if position is not None:
        decided = decided.where(actions.c.position == position)
    return {
        position: history[bisect_left(since, action) - 1][0]
        for position, action in connection.execute(decided)
    }
