"""The queue: which pair to look at next, most doubtful first or in the order of the file."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import Connection, and_, case, func, select

from projner_core.review.actions import Verdict
from projner_core.store.base import Base, pair_count, write_meta
from projner_core.store.chunks import signal, take
from projner_core.store.examples import in_order, replace
from projner_core.store.layers import Layer
from projner_core.store.schema import pairs, signals, states
from projner_core.store.views import Examples, Order, Show, beyond, size, view_of

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


class QueueStore(Base):
    """The part of a project that says what to look at next.

    All questions share these arguments: `layer_id`, the layer whose doubts count (None: none do, and
    the order is the file's); `review`; `order`; `show` ("open": without a verdict, "done": with one);
    `search`, a text that the id, the source or the target contains, whatever the case; `examples`, a layer
    and a key: only the pairs that `write_examples` keeps there, none where there is no such key. In the
    order of doubt only pairs with a signal are listed; equal doubts keep the order of the file.
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

    def take_doubts(
        self,
        layer: Layer | int,
        other: Layer | int,
        *,
        examples_of: Mapping[str, Iterable[int]] | None = None,
        noted: str | None = None,
    ) -> None:
        """Replace all doubts of a layer by those of another, in one transaction; those of the other stay.

        Args:
            layer: whose doubts are replaced.
            other: where they come from.
            examples_of: written with them for `layer`, as `write_examples` would.
            noted: the key of `get_meta` under which the id of `other` is kept with them.

        Raises:
            ProjnerError: there is no such layer, or the doubts of the other do not cover every pair.
        """
        layer_id, other_id = (one.id if isinstance(one, Layer) else int(one) for one in (layer, other))
        sorted_of = in_order(examples_of or {})
        with self._db.writing() as connection:
            take(connection, layer_id, other_id)
            replace(connection, layer_id, sorted_of)
            if noted is not None:
                write_meta(connection, noted, other_id)

    def doubts_at(self, layer_id: int, positions: Collection[int]) -> dict[int, float]:
        """Position -> doubt of these pairs, of those that have one in this layer."""
        query = select(signals.c.position, signals.c.doubt).where(
            signals.c.layer_id == layer_id, signals.c.position.in_(list(positions))
        )
        with self._db.reading() as connection:
            return {row.position: row.doubt for row in connection.execute(query)}

    def doubt_counts(self, layer_id: int) -> tuple[int, ...]:
        """How many pairs have a doubt in [0, .1), [.1, .2), … [.9, 1] in this layer, (10,)."""
        tenths = [signals.c.doubt >= tenth / 10 for tenth in range(10)]
        above = select(*(func.count(case((reached, 1))) for reached in tenths))
        with self._db.reading() as connection:
            reached = [*connection.execute(above.where(signals.c.layer_id == layer_id)).one(), 0]
        return tuple(more - fewer for more, fewer in pairwise(reached))

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
        examples: Examples | None = None,
    ) -> list[QueueItem]:
        """One page of the queue: `limit` items from the `offset`-th on."""
        with self._db.reading() as connection:
            view = view_of(connection, layer_id, review, order, show, search, examples)
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
        examples: Examples | None = None,
    ) -> int:
        """How many items the queue has."""
        with self._db.reading() as connection:
            view = view_of(connection, layer_id, review, order, show, search, examples)
            return size(connection, view)

    def queue_position(
        self,
        position: int,
        layer_id: int | None,
        *,
        review: str = "review",
        order: Order = "doubt",
        show: Show = "all",
        search: str | None = None,
        examples: Examples | None = None,
    ) -> int:
        """How many items of the queue stand before the pair at `position`: the offset to open it at.

        The pair itself need not be listed. Without a signal, in the order of doubt, it stands last.
        """
        with self._db.reading() as connection:
            view = view_of(connection, layer_id, review, order, show, search, examples)
            return size(connection, view, position)

    def next_in_queue(
        self,
        position: int | None,
        layer_id: int | None,
        *,
        review: str = "review",
        order: Order = "doubt",
        show: Show = "all",
        search: str | None = None,
        examples: Examples | None = None,
        step: int = 1,
    ) -> int | None:
        """The position of the item after (`step` 1) or before (-1) a pair; None at the end.

        The pair itself need not be listed, so that "open" goes on from a pair that was just done.
        From None, or from a pair without a signal in the order of doubt: the first or the last item.
        """
        forward = step > 0
        with self._db.reading() as connection:
            view = view_of(connection, layer_id, review, order, show, search, examples)
            for place in beyond(connection, view, position, forward):
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
