"""Which pairs a queue lists, in which order: the queries behind `queue.py`.

Every query walks an index and stops at the end of its page. "Done" is a pair with a verdict; the open
ones are found by leaving out, while walking, those with a verdict. Examples are walked themselves in the
order of the file; in the order of doubt they are asked for while walking, but where there are few: those
are looked up and sorted. Only a search reads all texts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, exists, func, literal, select

from projner_core.store.base import pair_count
from projner_core.store.examples import key_and_size
from projner_core.store.imports import search_key
from projner_core.store.schema import examples as examples_
from projner_core.store.schema import layers, pairs, search_texts, signals, states

Order = Literal["doubt", "file"]
Show = Literal["all", "open", "done"]
Examples = tuple[int, str]  # a layer and a key of it (`Project.write_examples`)

_PAGE = 50  # items


@dataclass(frozen=True, slots=True)
class Among:
    """The examples that a view is limited to.

    Attributes:
        key_id: their key in the table of examples.
        size: how many there are.
        few: whether looking all of them up takes less than meeting one page of them on a walk by doubt.
    """

    key_id: int
    size: int
    few: bool


@dataclass(frozen=True, slots=True)
class View:
    """Which pairs, in which order: the arguments that all queue questions share."""

    layer_id: int | None
    review: str
    by_doubt: bool
    show: Show
    needle: str
    examples: Among | None

    @property
    def plain(self) -> bool:
        """Whether this is simply every pair in the order of the file: then offset and position agree."""
        return not self.by_doubt and self.show == "all" and not self.needle and self.examples is None

    @property
    def walks_doubts(self) -> bool:
        """Whether doubts are walked from the greatest on. Of few examples the doubts are looked up, and
        sorted."""
        return self.by_doubt and not (self.examples is not None and self.examples.few)

    @property
    def doubt(self) -> ColumnElement[float]:
        """The doubt of the pair that is walked past."""
        if self.walks_doubts:
            return signals.c.doubt
        at = (signals.c.layer_id == self.layer_id, signals.c.position == self.position)
        return select(signals.c.doubt).where(*at).correlate(examples_).scalar_subquery()

    @property
    def position(self) -> ColumnElement[int]:
        """The column to walk: of the narrowest table that has the order."""
        if self.walks_doubts:
            return signals.c.position
        if self.examples is not None:
            return examples_.c.position
        if self.needle:
            return search_texts.c.position
        return states.c.position if self.show == "done" else pairs.c.position

    def select(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """The pairs of this view, in no order yet."""
        query = select(*columns)
        if self.walks_doubts:
            query = query.where(signals.c.layer_id == self.layer_id)
        elif self.by_doubt:
            query = query.where(self.doubt.is_not(None))
        if self.examples is not None:
            of_key = examples_.c.key_id == self.examples.key_id
            among = exists().where(of_key, examples_.c.position == self.position)
            query = query.where(among if self.walks_doubts else of_key)
        if self.show != "all":
            query = self._reviewed(query)
        if self.needle:
            contains = search_texts.c.folded.contains(self.needle, autoescape=True)
            if self.position is search_texts.c.position:
                return query.where(contains)
            if self.examples is not None:  # the texts of the examples alone
                return query.where(exists().where(search_texts.c.position == self.position, contains))
            query = query.where(self.position.in_(select(search_texts.c.position).where(contains)))
        return query

    def _reviewed(self, query: Select[Any]) -> Select[Any]:
        has_verdict = (states.c.review == self.review, states.c.verdict.is_not(None))
        if self.show == "open":  # ask for each pair while walking: most pages end before long
            return query.where(~exists().where(*has_verdict, states.c.position == self.position))
        if self.position is states.c.position:
            return query.where(*has_verdict)
        return query.where(self.position.in_(select(states.c.position).where(*has_verdict)))

    def order(self, step: int = 1) -> tuple[ColumnElement[Any], ...]:
        """The order of the view, or with a negative step the reverse."""
        forward = step > 0
        file = self.position.asc() if forward else self.position.desc()
        if not self.by_doubt:
            return (file,)
        return (self.doubt.desc() if forward else self.doubt.asc(), file)

    def doubt_at(self, connection: Connection, position: int) -> float | None:
        """The doubt of a pair; None without a signal."""
        at = (signals.c.layer_id == self.layer_id, signals.c.position == position)
        return connection.scalar(select(signals.c.doubt).where(*at))


def view_of(
    connection: Connection,
    layer_id: int | None,
    review: str,
    order: Order,
    show: Show,
    search: str | None,
    examples: Examples | None,
) -> View:
    """The view that these arguments of a queue question ask for.

    Raises:
        ValueError: there is no such order, or nothing of the kind to show.
    """
    if order not in ("doubt", "file") or show not in ("all", "open", "done"):
        raise ValueError(f"no such queue: order {order!r}, show {show!r}")
    by_doubt = order == "doubt" and layer_id is not None
    among = None if examples is None else _among(connection, *examples)
    return View(layer_id, review, by_doubt, show, search_key((search or "").strip()), among)


def _among(connection: Connection, layer_id: int, key: str) -> Among:
    """A walk by doubt meets an example every pairs / size steps."""
    key_id, size = key_and_size(connection, layer_id, key)
    return Among(key_id, size, few=size * size <= _PAGE * pair_count(connection))


def beyond(
    connection: Connection, view: View, position: int | None, forward: bool
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
    other = view.doubt < doubt if forward else view.doubt > doubt
    return [(view.doubt == literal(doubt), further), (other,)]


def size(connection: Connection, view: View, before: int | None = None) -> int:
    """How many items the view has, in all or before the pair at `before`."""
    if view.plain:
        count = pair_count(connection)
        return count if before is None else min(before, count)
    if view.examples is not None and before is None and view.show == "all" and not view.needle:
        listed = not view.by_doubt or _weighed(connection, view.layer_id)
        if listed:  # all of them
            return view.examples.size
    if view.show == "open" and not view.needle:  # counting the few that are done is quicker
        every, done = (replace(view, show=show) for show in ("all", "done"))
        return size(connection, every, before) - size(connection, done, before)
    places = [()] if before is None else beyond(connection, view, before, forward=False)
    total = 0
    for place in places:
        counted = view.select(view.position).where(*place).subquery()
        total += connection.scalar(select(func.count()).select_from(counted)) or 0
    return total


def _weighed(connection: Connection, layer_id: int | None) -> bool:
    """Whether every pair has a doubt in this layer."""
    done = connection.scalar(select(layers.c.signals_done).where(layers.c.id == layer_id))
    return done is not None and int(done) == pair_count(connection)
