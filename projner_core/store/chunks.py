"""How far a layer was written: chunk follows chunk, and none is written twice or left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, literal, select, update

from projner_core.errors import ConflictError, ProjnerError
from projner_core.store.base import pair_count
from projner_core.store.schema import layers, signals

if TYPE_CHECKING:
    from sqlalchemy import Connection


def advance(connection: Connection, layer_id: int, column: str, start: int, by: int) -> None:
    """Move the end of what was written from `start` on; the write lock is held.

    Raises:
        ConflictError: it does not end at `start`, or the layer is complete or gone.
    """
    end = layers.c[column]
    moved = update(layers).where(layers.c.id == layer_id, end == start).values({column: start + by})
    if column == "done" and by:
        moved = moved.where(~layers.c.complete)
    if connection.execute(moved).rowcount == 1:
        return
    there = connection.execute(
        select(layers.c.name, end, layers.c.complete).where(layers.c.id == layer_id)
    ).one_or_none()
    if there is None:
        raise ConflictError(
            "The layer was deleted while it was being written; nothing was written. Run again."
        )
    if there.complete and column == "done":
        raise ConflictError(
            f"The layer {there[0]!r} was finished meanwhile by another run: run again, and it is found."
        )
    raise ConflictError(
        f"The layer {there[0]!r} is written up to pair {there[1]}, but the next chunk starts at {start}: "
        "another run is writing it. Wait for that run, or cancel it."
    )


def signal(connection: Connection, layer_id: int, start: int, doubts: Sequence[float]) -> None:
    """Write the doubts of the pairs from `start` on; the write lock is held.

    Raises:
        ConflictError: they were written further in the meantime, or the layer is gone.
        ProjnerError: a doubt is outside [0, 1], or there are fewer pairs.
    """
    rows = []
    for position, doubt in enumerate(doubts, start):
        if not 0.0 <= doubt <= 1.0:
            raise ProjnerError(f"The doubt of pair {position} is {doubt}; it must lie between 0 and 1.")
        rows.append({"layer_id": layer_id, "position": position, "doubt": float(doubt)})
    count = pair_count(connection)
    if start + len(rows) > count:
        raise ProjnerError(f"The doubts end at pair {start + len(rows)}, but there are {count} pairs.")
    advance(connection, layer_id, "signals_done", start, len(rows))
    if rows:
        connection.execute(insert(signals), rows)


def take(connection: Connection, layer_id: int, other_id: int) -> None:
    """Replace all doubts of a layer by a copy of those of another; the write lock is held.

    Raises:
        ProjnerError: one of the two is not there, or the doubts of the other do not cover every pair.
    """
    count = pair_count(connection)
    done = {
        row.id: row.signals_done
        for row in connection.execute(
            select(layers.c.id, layers.c.signals_done).where(layers.c.id.in_([layer_id, other_id]))
        )
    }
    for asked in (layer_id, other_id):
        if asked not in done:
            raise ProjnerError(f"There is no layer {asked} in this project.")
    if done[other_id] != count:
        raise ProjnerError(f"The doubts of layer {other_id} cover {done[other_id]} of {count} pairs.")
    if layer_id == other_id:
        return
    copied = select(literal(layer_id), signals.c.position, signals.c.doubt)
    connection.execute(delete(signals).where(signals.c.layer_id == layer_id))
    connection.execute(
        insert(signals).from_select(
            ["layer_id", "position", "doubt"], copied.where(signals.c.layer_id == other_id)
        )
    )
    connection.execute(update(layers).where(layers.c.id == layer_id).values(signals_done=count))
