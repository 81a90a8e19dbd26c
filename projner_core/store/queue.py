"""The queue: which pair to look at next, most doubtful first or in the order of the file.

Every query walks an index and stops at the end of its page. "Done" is a pair with a verdict; the open
ones are found by leaving out, while walking, those with a verdict. Only a search reads all texts.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, literal, select

from projner_core.review.actions import Verdict
from projner_core.store.base import Base, pair_count
from projner_core.store.chunks import signal
from projner_core.store.imports import search_key
from projner_core.store.layers import Layer
from projner_core.store.schema import pairs, search_texts, signals, states

Order = Literal["doubt", "file"]
Show = Literal["all", "open", "done"]

PREVIEW = 120  # characters


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One line of the queue.

    Attributes:
        position: the pair, 0-based.
        id: its id.
        doubt: the chance that it is wrong, in [0, 1]; None without a signal.
        verdict: what the reviewer said, or None: it is open.
        changed: whether its target entities were corrected.
        preview: the beginning of the target sentence.
    """

    position: int
    id: str
    doubt: float | None
    verdict: Verdict | None
    changed: bool
    preview: str


@dataclass(frozen=True, slots=True)
class _View:
    """Which pairs, in which order: the arguments that all queue questions share."""

    layer_id: int | None
    review: str
    by_doubt: bool
    show: Show
    needle: str

    @property
    def plain(self) -> bool:
        """Whether this is simply every pair in the order of the file: then offset and position agree."""
        return not self.by_doubt and self.show == "all" and not self.needle

    @property
    def position(self) -> ColumnElement[int]:
        """The column to walk: of the narrowest table that has the order."""
        if self.by_doubt:
            return signals.c.position
        if self.needle:
            return search_texts.c.position
        return states.c.position if self.show == "done" else pairs.c.position

    def select(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """The pairs of this view, in no order yet."""
        query = select(*columns)
        if self.by_doubt:
            query = query.where(signals.c.layer_id == self.layer_id)
        if self.show != "all":
            query = self._reviewed(query)
        if self.needle:
            contains = search_texts.c.folded.contains(self.needle, autoescape=True)
            found = select(search_texts.c.position).where(contains)
            query = query.where(self.position.in_(found) if self.by_doubt else contains)
        return query

    def _reviewed(self, query: Select[Any]) -> Select[Any]:
        has_verdict = (states.c.review == self.review, states.c.verdict.is_not(None))
        if self.show == "open":  # ask for each pair while walking: most pages end before long
            return query.where(~exists().where(*has_verdict, states.c.position == self.position))
        if self.position is states.c.position:
            return query.where(*has_verdict)
        return query.where(self.position.in_(select(states.c.position).where(*has_verdict)))

    def order(self, step: int = 1) -> tuple[ColumnElement[Any], ...]:
        forward = step > 0
        file = self.position.asc() if forward else self.position.desc()
        if not self.by_doubt:
            return (file,)
        return (signals.c.doubt.desc() if forward else signals.c.doubt.asc(), file)

    def doubt_at(self, connection: Connection, position: int) -> float | None:
        at = (signals.c.layer_id == self.layer_id, signals.c.position == position)
        return connection.scalar(select(signals.c.doubt).where(*at))


class QueueStore(Base):
    """The part of a project that says what to look at next.

    All questions share these arguments: `layer_id`, the layer whose doubts count (None: none do, and
    the order is the file's); `review`; `order`; `show` ("open": without a verdict, "done": with one);
    `search`, a text that the id, the source or the target contains, whatever the case. In the order of
    doubt only pairs with a signal are listed; equal doubts keep the order of the file.
    """

    def write_signals(self, layer: Layer | int, start: int, doubts: Sequence[float]) -> None:
        """Write the doubts of the pairs from `start` on: all of them or, on any error, none.

        Args:
            layer: the layer that they are about.
            start: must be how far its signals were written: `layer.signals_done`.
            doubts: in [0, 1], one a pair.

        Raises:
            ConflictError: they were written further in the meantime, or the layer is gone.
            ProjnerError: a doubt is outside [0, 1], or there are fewer pairs.
        """
        layer_id = layer.id if isinstance(layer, Layer) else int(layer)
        with self._db.writing() as connection:
            signal(connection, layer_id, start, doubts)

    def doubts_at(self, layer_id: int, positions: Collection[int]) -> dict[int, float]:
        """Position -> doubt of these pairs, of those that have one in this layer."""
        query = select(signals.c.position, signals.c.doubt).where(
            signals.c.layer_id == layer_id, signals.c.position.in_(list(positions))
        )
        with self._db.reading() as connection:
            return {row.position: row.doubt for row in connection.execute(query)}

    def queue(
        self,
        layer_id: int | None,
        *,
        review: str = "review",
        order: Order = "doubt",
        show: Show = "all",
        offset: int = 0,
        limit: int = 50,
        search: str | None = None,
    ) -> list[QueueItem]:
        """One page of the queue: `limit` items from the `offset`-th on."""
        view = _view(layer_id, review, order, show, search)
        with self._db.reading() as connection:
            if view.plain:
                positions = list(range(offset, min(offset + limit, pair_count(connection))))
            else:
                page = view.select(view.position).order_by(*view.order()).offset(offset).limit(limit)
                positions = list(connection.scalars(page))
            return _items(connection, positions, layer_id, review)

    def queue_size(
        self,
        layer_id: int | None,
        *,
        review: str = "review",
        order: Order = "doubt",
        show: Show = "all",
        search: str | None = None,
    ) -> int:
        """How many items the queue has."""
        view = _view(layer_id, review, order, show, search)
        with self._db.reading() as connection:
            return _size(connection, view)

    def queue_position(
        self,
        position: int,
        layer_id: int | None,
        *,
        review: str = "review",
        order: Order = "doubt",
        show: Show = "all",
        search: str | None = None,
    ) -> int:
        """How many items of the queue stand before the pair at `position`: the offset to open it at.

        The pair itself need not be listed. Without a signal, in the order of doubt, it stands last.
        """
        view = _view(layer_id, review, order, show, search)
        with self._db.reading() as connection:
            return _size(connection, view, position)

    def next_in_queue(
        self,
        position: int | None,
        layer_id: int | None,
        *,
        review: str = "review",
        order: Order = "doubt",
        show: Show = "all",
        search: str | None = None,
        step: int = 1,
    ) -> int | None:
        """The position of the item after (`step` 1) or before (-1) a pair; None at the end.

        The pair itself need not be listed, so that "open" goes on from a pair that was just done.
        From None, or from a pair without a signal in the order of doubt: the first or the last item.
        """
        view = _view(layer_id, review, order, show, search)
        forward = step > 0
        with self._db.reading() as connection:
            for place in _beyond(connection, view, position, forward):
                query = view.select(view.position).where(*place).order_by(*view.order(step)).limit(1)
                found: int | None = connection.scalar(query)
                if found is not None:
                    return found
            return None

    def review_counts(self, review: str = "review") -> tuple[int, int, int]:
        """How many pairs have a verdict, how many have corrected target entities, how many there are."""
        query = select(func.count(states.c.verdict), func.count(states.c.spans)).where(
            states.c.review == review
        )
        with self._db.reading() as connection:
            reviewed, changed = connection.execute(query).one()
            return reviewed, changed, pair_count(connection)


def _view(layer_id: int | None, review: str, order: Order, show: Show, search: str | None) -> _View:
    if order not in ("doubt", "file") or show not in ("all", "open", "done"):
        raise ValueError(f"no such queue: order {order!r}, show {show!r}")
    by_doubt = order == "doubt" and layer_id is not None
    return _View(layer_id, review, by_doubt, show, search_key((search or "").strip()))


def _beyond(
    connection: Connection, view: _View, position: int | None, forward: bool
) -> list[tuple[ColumnElement[bool], ...]]:
    """Where to look for the neighbour, nearest first: each place is one stretch of an index."""
    if position is None:
        return [()]
    further = view.position > position if forward else view.position < position
    if not view.by_doubt:
        return [(further,)]
    doubt = view.doubt_at(connection, position)
    if doubt is None:
        return [()]
    beyond = signals.c.doubt < doubt if forward else signals.c.doubt > doubt
    return [(signals.c.doubt == literal(doubt), further), (beyond,)]


def _size(connection: Connection, view: _View, before: int | None = None) -> int:
    """How many items the view has, in all or before the pair at `before`."""
    if view.plain:
        count = pair_count(connection)
        return count if before is None else min(before, count)
    if view.show == "open" and not view.needle:  # counting the few that are done is quicker
        every, done = (replace(view, show=show) for show in ("all", "done"))
        return _size(connection, every, before) - _size(connection, done, before)
    places = [()] if before is None else _beyond(connection, view, before, forward=False)
    total = 0
    for place in places:
        counted = view.select(view.position).where(*place).subquery()
        total += connection.scalar(select(func.count()).select_from(counted)) or 0
    return total


def _items(
    connection: Connection, positions: list[int], layer_id: int | None, review: str
) -> list[QueueItem]:
    """The lines at these positions, in their order."""
    query = (
        select(
            pairs.c.position,
            pairs.c.id,
            pairs.c.target_tokens,
            pairs.c.target_text,
            signals.c.doubt,
            states.c.verdict,
            states.c.spans.is_not(None).label("changed"),
        )
        .select_from(
            pairs.outerjoin(
                signals, and_(signals.c.layer_id == layer_id, signals.c.position == pairs.c.position)
            ).outerjoin(states, and_(states.c.review == review, states.c.position == pairs.c.position))
        )
        .where(pairs.c.position.in_(positions))
    )
    rows = {row.position: row for row in connection.execute(query)}
    return [
        QueueItem(
            position=position,
            id=row.id,
            doubt=row.doubt,
            verdict=None if row.verdict is None else Verdict(row.verdict),
            changed=bool(row.changed),
            preview=_preview(row.target_text or " ".join(json.loads(row.target_tokens))),
        )
        for position in positions
        for row in (rows[position],)
    ]


def _preview(text: str) -> str:
    return text if len(text) <= PREVIEW else text[: PREVIEW - 1] + "…"
