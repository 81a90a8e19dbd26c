"""Layers: what machines said of every pair, in contiguous chunks, with where it comes from."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from projner_core.errors import ProjnerError
from projner_core.store import under_review
from projner_core.store.annotations import kind_of
from projner_core.store.base import now, pair_count, read_meta
from projner_core.store.chunks import advance, signal
from projner_core.store.fit import Side, check_fits, pair_lengths
from projner_core.store.payload import LayerKind, encode
from projner_core.store.schema import example_keys, examples, layers, meta, payloads, signals
from projner_core.store.under_review import UnderReviewStore


@dataclass(frozen=True, slots=True)
class Layer:
    """A named set of annotations over the corpus, as it stood when it was asked for.

    Attributes:
        id: its number in this project; never given twice.
        name: what people call it.
        kind: what it holds for every pair.
        side: the sentence that it is about; "both" for links.
        fingerprint: says the same of two layers that were made in the same way from the same.
        provenance: how it was made: configuration, model, version of the program.
        parents: the ids of the layers that it was made from.
        complete: whether it covers every pair.
        created: when, ISO 8601 in UTC.
        done: pairs written so far: the prefix `[0, done)`.
        signals_done: the same of its doubts (`Project.write_signals`).
    """

    id: int
    name: str
    kind: LayerKind
    side: Side
    fingerprint: str
    provenance: dict[str, Any]
    parents: tuple[int, ...]
    complete: bool
    created: str
    done: int
    signals_done: int


class LayerStore(UnderReviewStore):
    """The part of a project that keeps layers."""

    def open_layer(
        self,
        *,
        name: str,
        kind: LayerKind,
        side: Side,
        fingerprint: str,
        provenance: Mapping[str, Any],
        parents: Sequence[int] = (),
    ) -> Layer:
        """The layer with this fingerprint, however far it was written, or else a new empty one.

        Raises:
            ProjnerError: a parent does not exist, or the fingerprint belongs to a layer of another kind.
        """
        with self._db.writing() as connection:
            found = connection.execute(
                select(layers).where(layers.c.fingerprint == fingerprint)
            ).one_or_none()
            if found is not None:
                layer = _layer(found)
                if (layer.kind, layer.side) != (kind, side):
                    raise ProjnerError(
                        f"The fingerprint of the new layer {name!r} belongs to the layer {layer.name!r}, "
                        f"which holds {layer.kind} of {layer.side}, not {kind} of {side}."
                    )
                return layer
            for parent in parents:
                _get(connection, parent)
            row = {
                "name": name,
                "kind": LayerKind(kind).value,
                "side": side,
                "fingerprint": fingerprint,
                "provenance": json.dumps(dict(provenance)),
                "parents": json.dumps([int(parent) for parent in parents]),
                "created": now(),
                "done": 0,
                "signals_done": 0,
                "complete": False,
            }
            new = connection.execute(insert(layers).values(row)).inserted_primary_key
            assert new is not None
            return _get(connection, new[0])

    def layer(self, layer_id: int) -> Layer:
        """The layer with this id as it stands now.

        Raises:
            ProjnerError: there is none.
        """
        with self._db.reading() as connection:
            return _get(connection, layer_id)

    def layers(
        self, kind: LayerKind | None = None, side: Side | None = None, *, incomplete: bool = False
    ) -> list[Layer]:
        """The complete layers in order of creation; with `incomplete`, the unfinished ones too."""
        query = select(layers).order_by(layers.c.id)
        if kind is not None:
            query = query.where(layers.c.kind == LayerKind(kind).value)
        if side is not None:
            query = query.where(layers.c.side == side)
        if not incomplete:
            query = query.where(layers.c.complete)
        with self._db.reading() as connection:
            return [_layer(row) for row in connection.execute(query)]

    def write(
        self, layer: Layer | int, start: int, values: Iterable[Any], *, doubts: Sequence[float] | None = None
    ) -> Layer:
        """Write the annotations of the pairs from `start` on: all of them or, on any error, none.

        Args:
            layer: where to; only its id counts.
            start: must be how far the layer was written: `layer.done`.
            values: one a pair, of the type that `LayerKind` says for this kind of layer.
            doubts: where given, one a pair, written with them as `Project.write_signals` would.

        Returns:
            The layer as it stands now.

        Raises:
            ConflictError: the layer was written further or deleted in the meantime.
            ProjnerError: a value does not fit its pair, or the disk is full.
        """
        layer_id = _id(layer)
        values = list(values)
        if doubts is not None and len(doubts) != len(values):
            raise ValueError(f"there are {len(values)} annotations, but {len(doubts)} doubts")
        with self._db.reading() as connection:
            kind, side = kind_of(connection, layer_id)
            lengths = pair_lengths(connection, start, start + len(values))
        if len(lengths) < len(values):
            raise ProjnerError(
                f"The layer ends at pair {start + len(values)}, but there are {start + len(lengths)} pairs."
            )
        for position, (value, length) in enumerate(zip(values, lengths, strict=True), start):
            check_fits(kind, side, value, length, position)
        rows = [
            {"layer_id": layer_id, "position": position, "payload": encode(kind, value)}
            for position, value in enumerate(values, start)
        ]
        with self._db.writing() as connection:
            advance(connection, layer_id, "done", start, len(rows))
            if rows:
                connection.execute(insert(payloads), rows)
            if doubts is not None:
                signal(connection, layer_id, start, doubts)
            return _get(connection, layer_id)

    def complete(self, layer: Layer | int) -> Layer:
        """Say that the layer is finished.

        Raises:
            ProjnerError: it does not cover every pair yet.
        """
        with self._db.writing() as connection:
            found = _get(connection, _id(layer))
            count = pair_count(connection)
            if found.done != count:
                raise ProjnerError(
                    f"The layer {found.name!r} covers {found.done} of {count} pairs: it is not complete yet."
                )
            connection.execute(update(layers).where(layers.c.id == found.id).values(complete=True))
            return _get(connection, found.id)

    def delete_layer(self, layer: Layer | int, *, with_meta: Collection[str] = ()) -> None:
        """Delete a layer that no other was made from.

        Args:
            layer: which; only its id counts.
            with_meta: what is kept of it under these keys of `get_meta`, which goes with it.

        Raises:
            ProjnerError: there is no such layer, others were made from it, it is the project's translation,
                or reviewers accepted entities of it as they stand.
        """
        with self._db.writing() as connection:
            found = _get(connection, _id(layer))
            children = [
                row.name for row in connection.execute(select(layers)) if found.id in _layer(row).parents
            ]
            if children:
                raise ProjnerError(
                    f"The layer {found.name!r} stays: {', '.join(map(repr, children))} was made from it. "
                    "Delete that first."
                )
            if read_meta(connection, "translation") == found.id:
                raise ProjnerError(f"The layer {found.name!r} stays: its texts are the source sentences.")
            if under_review.is_seen(connection, found.id):
                raise ProjnerError(
                    f"The layer {found.name!r} stays: reviewers said of entities of it that they are right."
                )
            _delete(connection, [found.id])
            connection.execute(delete(meta).where(meta.c.key.in_(with_meta)))

    def set_current(self, layer: Layer | int | None) -> None:
        """Put a layer under review.

        Raises:
            ProjnerError: there is no such layer.
        """
        with self._db.writing() as connection:
            under_review.put(connection, None if layer is None else _get(connection, _id(layer)).id)


def _id(layer: Layer | int) -> int:
    return layer.id if isinstance(layer, Layer) else int(layer)


def _layer(row: Row[Any]) -> Layer:
    return Layer(
        id=row.id,
        name=row.name,
        kind=LayerKind(row.kind),
        side=row.side,
        fingerprint=row.fingerprint,
        provenance=json.loads(row.provenance),
        parents=tuple(json.loads(row.parents)),
        complete=row.complete,
        created=row.created,
        done=row.done,
        signals_done=row.signals_done,
    )


def _get(connection: Connection, layer_id: int) -> Layer:
    row = connection.execute(select(layers).where(layers.c.id == layer_id)).one_or_none()
    if row is None:
        raise ProjnerError(f"There is no layer {layer_id} in this project.")
    return _layer(row)


def _delete(connection: Connection, layer_ids: list[int]) -> None:
    keys = select(example_keys.c.id).where(example_keys.c.layer_id.in_(layer_ids))
    connection.execute(delete(examples).where(examples.c.key_id.in_(keys)))
    for table in (example_keys, payloads, signals):
        connection.execute(delete(table).where(table.c.layer_id.in_(layer_ids)))
    connection.execute(delete(layers).where(layers.c.id.in_(layer_ids)))
