"""Which pairs stand behind a figure: lists of positions under keys, kept with the layer they are about."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Connection, delete, insert, select

from projner_core.errors import ProjnerError
from projner_core.store.base import Base, pair_count
from projner_core.store.layers import Layer
from projner_core.store.schema import example_keys, examples, layers

_AT_ONCE = 50_000  # rows of one statement


class ExampleStore(Base):
    """The part of a project that keeps examples. `queue(..., examples=(layer_id, key))` lists them."""

    def write_examples(self, layer: Layer | int, examples_of: Mapping[str, Iterable[int]]) -> None:
        """Keep the positions behind each of these keys: of all keys or, on any error, of none.

        What a key had before is replaced; other keys of the layer stay. A key without positions is kept too.

        Args:
            layer: what the examples are about; they are deleted with it.
            examples_of: key -> positions of pairs, in any order.

        Raises:
            ProjnerError: there is no such layer or pair, or the disk is full.
        """
        layer_id = layer.id if isinstance(layer, Layer) else int(layer)
        sorted_of = in_order(examples_of)
        with self._db.writing() as connection:
            replace(connection, layer_id, sorted_of)

    def examples(self, layer_id: int, key: str) -> int:
        """How many pairs stand behind a key; 0 where the layer has no such key."""
        with self._db.reading() as connection:
            return key_and_size(connection, layer_id, key)[1]

    def example_counts(self, layer_id: int) -> dict[str, int]:
        """Key -> how many pairs stand behind it, of every key of a layer."""
        query = select(example_keys.c.key, example_keys.c.pairs).where(example_keys.c.layer_id == layer_id)
        with self._db.reading() as connection:
            return {row.key: row.pairs for row in connection.execute(query.order_by(example_keys.c.id))}

    def example_positions(self, layer_id: int, key: str) -> list[int]:
        """The positions behind a key, in order."""
        with self._db.reading() as connection:
            key_id, _ = key_and_size(connection, layer_id, key)
            query = select(examples.c.position).where(examples.c.key_id == key_id)
            return list(connection.scalars(query.order_by(examples.c.position)))


def in_order(examples_of: Mapping[str, Iterable[int]]) -> dict[str, list[int]]:
    """Each position once, from the first to the last; done before the write lock is taken."""
    return {key: sorted(set(positions)) for key, positions in examples_of.items()}


def replace(connection: Connection, layer_id: int, sorted_of: Mapping[str, list[int]]) -> None:
    """Put these positions in the place of what the keys had; the write lock is held."""
    if connection.scalar(select(layers.c.id).where(layers.c.id == layer_id)) is None:
        raise ProjnerError(f"There is no layer {layer_id} in this project.")
    _check_positions(sorted_of, pair_count(connection))
    known = _keys(connection, layer_id)
    for key, positions in sorted_of.items():
        if key in known:
            connection.execute(delete(examples).where(examples.c.key_id == known[key]))
            connection.execute(delete(example_keys).where(example_keys.c.id == known[key]))
        row = {"layer_id": layer_id, "key": key, "pairs": len(positions)}
        new = connection.execute(insert(example_keys).values(row)).inserted_primary_key
        assert new is not None
        _insert(connection, new[0], positions)


def _insert(connection: Connection, key_id: int, positions: list[int]) -> None:
    if connection.dialect.name == "sqlite":  # in one go: a million rows hold up whoever reviews meanwhile
        connection.exec_driver_sql(
            "INSERT INTO examples (key_id, position) SELECT ?, value FROM json_each(?)",
            (key_id, json.dumps(positions)),
        )
        return
    for rows in _rows(key_id, positions):
        connection.execute(insert(examples), rows)


def key_and_size(connection: Connection, layer_id: int, key: str) -> tuple[int, int]:
    """What a key is in the table of examples, and how many positions it has; (0, 0) where there is none."""
    row = connection.execute(
        select(example_keys.c.id, example_keys.c.pairs).where(
            example_keys.c.layer_id == layer_id, example_keys.c.key == key
        )
    ).one_or_none()
    return (0, 0) if row is None else (row.id, row.pairs)


def _keys(connection: Connection, layer_id: int) -> dict[str, int]:
    query = select(example_keys.c.key, example_keys.c.id).where(example_keys.c.layer_id == layer_id)
    return {row.key: row.id for row in connection.execute(query)}


def _check_positions(sorted_of: Mapping[str, list[int]], count: int) -> None:
    for key, positions in sorted_of.items():
        if positions and not 0 <= positions[0] <= positions[-1] < count:
            wrong = positions[0] if positions[0] < 0 else positions[-1]
            raise ProjnerError(
                f"The example {wrong} of {key!r} is no pair: the project holds {count} pairs, counted from 0."
            )


def _rows(key_id: int, positions: list[int]) -> Iterator[list[dict[str, int]]]:
    for start in range(0, len(positions), _AT_ONCE):
        some = positions[start : start + _AT_ONCE]
        yield [{"key_id": key_id, "position": position} for position in some]
