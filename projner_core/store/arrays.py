"""Stretches of layers as arrays, straight from their bytes: for whoever counts over a whole corpus.

No `Link`, `Span` or `Projection` is made on the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LINK = np.dtype(
    [("source", "<u4"), ("target", "<u4"), ("score", "<f4"), ("forward", "<f4"), ("backward", "<f4")]
)
_HEAD = 4  # bytes before the records: how many of them are strong


@dataclass(frozen=True, slots=True)
class LinkArrays:
    """The links of some pairs: the strong ones, or the weak ones.

    Attributes:
        records: all links, pair after pair, (links,) of the dtype `LINK`; NaN: that direction is not known.
        offsets: the links of the i-th pair are `records[offsets[i]:offsets[i + 1]]`, (pairs + 1,).
    """

    records: NDArray[np.void]
    offsets: NDArray[np.int64]

    @property
    def rows(self) -> NDArray[np.int64]:
        """For each link, the pair that it belongs to, counted from the first of the stretch, (links,)."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))


def link_arrays(payloads: Sequence[bytes], *, weak: bool = False) -> LinkArrays:
    """The strong or the weak links in these payloads of a layer of links, one a pair (`encode_links`)."""
    stops = [_HEAD + LINK.itemsize * int.from_bytes(p[:_HEAD], "little") for p in payloads]
    parts = [p[stop:] if weak else p[_HEAD:stop] for p, stop in zip(payloads, stops, strict=True)]
    offsets = np.zeros(len(parts) + 1, dtype=np.int64)
    np.cumsum([len(part) // LINK.itemsize for part in parts], out=offsets[1:])
    return LinkArrays(np.frombuffer(b"".join(parts), dtype=LINK), offsets)


def number_array(payloads: Sequence[bytes]) -> NDArray[np.float32]:
    """These payloads of a layer of numbers as rows, (pairs, numbers).

    Raises:
        ValueError: they do not all hold equally many.
    """
    if len({len(payload) for payload in payloads}) > 1:
        raise ValueError("the pairs of this layer do not hold equally many numbers")
    return np.frombuffer(b"".join(payloads), dtype="<f4").reshape(len(payloads), -1)
