"""What layers hold goes out: as the vocabulary's values, or as arrays for whoever counts over a corpus."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, select

from projner_core.errors import ProjnerError
from projner_core.store.base import Base
from projner_core.store.fit import Side
from projner_core.store.payload import EntityKey, LayerKind, decode, decode_decisions, decode_targets
from projner_core.store.schema import layers, payloads

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from projner_core.store.arrays import LinkArrays

_ASKED_AT_ONCE = 10_000  # pairs in one query; SQLite takes some 32,000


class AnnotationStore(Base):
    """The part of a project that reads what layers hold."""

    def annotations(self, layer_id: int, start: int, stop: int) -> list[Any]:
        """The annotations of the pairs in `[start, stop)`; fewer where the layer ends before.

        Raises:
            ProjnerError: there is no such layer.
        """
        with self._db.reading() as connection:
            kind, _ = kind_of(connection, layer_id)
            return [decode(kind, payload) for payload in connection.scalars(_range(layer_id, start, stop))]

    def annotation(self, layer_id: int, position: int) -> Any:
        """The annotation of one pair; None where the layer was not written so far.

        Raises:
            ProjnerError: there is no such layer.
        """
        found = self.annotations(layer_id, position, position + 1)
        return found[0] if found else None

    def annotations_at(self, layer_id: int, positions: Collection[int]) -> dict[int, Any]:
        """Position -> annotation of these pairs, wherever they stand, where the layer was written so far.

        Raises:
            ProjnerError: there is no such layer.
        """
        with self._db.reading() as connection:
            kind, _ = kind_of(connection, layer_id)
            return {p: decode(kind, payload) for p, payload in _at(connection, layer_id, positions)}

    def link_arrays(self, layer_id: int, start: int, stop: int, *, weak: bool = False) -> LinkArrays:
        """The links, or the weak links, of the pairs in `[start, stop)`; fewer where the layer ends before.

        Raises:
            ProjnerError: there is no such layer of links.
        """
        from projner_core.store.arrays import link_arrays

        return link_arrays(self._payloads(layer_id, LayerKind.LINKS, start, stop), weak=weak)

    def targets(
        self, layer_id: int, start: int, stop: int
    ) -> list[list[tuple[EntityKey, tuple[int, int] | None]]]:
        """Where the source entities of the pairs in `[start, stop)` were projected to.

        Returns:
            One list a pair, with an entity's start, end and label, and start and end of its target span.

        Raises:
            ProjnerError: there is no such layer of projections.
        """
        return list(map(decode_targets, self._payloads(layer_id, LayerKind.PROJECTIONS, start, stop)))

    def decisions(
        self, layer_id: int, start: int, stop: int
    ) -> list[list[tuple[EntityKey, tuple[int, int] | None, str]]]:
        """As `targets`, and with each entity why it was projected there, or was not.

        Raises:
            ProjnerError: there is no such layer of projections.
        """
        return list(map(decode_decisions, self._payloads(layer_id, LayerKind.PROJECTIONS, start, stop)))

    def number_array(self, layer_id: int, start: int, stop: int) -> NDArray[np.float32]:
        """The numbers of the pairs in `[start, stop)`, (pairs, numbers).

        Raises:
            ProjnerError: there is no such layer of numbers.
            ValueError: they do not all hold equally many.
        """
        from projner_core.store.arrays import number_array

        return number_array(self._payloads(layer_id, LayerKind.NUMBERS, start, stop))

    def _payloads(self, layer_id: int, kind: LayerKind, start: int, stop: int) -> list[bytes]:
        with self._db.reading() as connection:
            _expect(connection, layer_id, kind)
            return list(connection.scalars(_range(layer_id, start, stop)))


def kind_of(connection: Connection, layer_id: int) -> tuple[LayerKind, Side]:
    """What a layer holds and of which side.

    Raises:
        ProjnerError: there is no such layer.
    """
    row = connection.execute(
        select(layers.c.kind, layers.c.side).where(layers.c.id == layer_id)
    ).one_or_none()
    if row is None:
        raise ProjnerError(f"There is no layer {layer_id} in this project.")
    return LayerKind(row.kind), row.side


def _expect(connection: Connection, layer_id: int, kind: LayerKind) -> None:
    found, _ = kind_of(connection, layer_id)
    if found is not kind:
        raise ProjnerError(f"The layer {layer_id} holds {found}, not {kind}.")


def _range(layer_id: int, start: int, stop: int) -> Select[Any]:
    return (
        select(payloads.c.payload)
        .where(payloads.c.layer_id == layer_id)
        .where(payloads.c.position >= start, payloads.c.position < stop)
        .order_by(payloads.c.position)
    )


def _at(connection: Connection, layer_id: int, positions: Collection[int]) -> Iterator[tuple[int, bytes]]:
    rest = iter(positions)
    while some := list(islice(rest, _ASKED_AT_ONCE)):
        query = select(payloads.c.position, payloads.c.payload).where(
            payloads.c.layer_id == layer_id, payloads.c.position.in_(some)
        )
        for row in connection.execute(query):
            yield row.position, row.payload
