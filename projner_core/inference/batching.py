"""Batches of like length, and what to do when one is too large for the memory.

budget = Budget.on("cuda", cpu=512, cuda=8192)  # one for a loaded network, kept with it
for positions, result in in_batches(lengths, compute, budget=budget):
    ...

How much fits is found out and kept: a batch that the memory did not hold makes every later one smaller, in
later calls too; on a CUDA device, one that left most of the memory free makes the next one larger. Which
positions share a batch is nothing that a result may depend on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from threading import Lock
from typing import Self, TypeVar

from projner_core.errors import ProjnerError
from projner_core.inference import devices
from projner_core.inference.interruption import checkpoint
from projner_core.inference.keeping import release

Result = TypeVar("Result")

_GROWTH = 16  # times the first size: beyond it larger batches are no faster
_USUAL_MEMORY = 16 * 2**30  # bytes free on a CUDA device; with less, the first batches are smaller
# Of cuBLAS and cuDNN, whose own memory is the last to be asked for, there is nothing but the name of a state.
_SAID = ("out of memory", "not enough memory", "can't allocate memory", "_status_alloc_failed")
_FILLED = 0.7  # of a device's memory, at most, by a batch twice as large as one that was computed


class Budget:
    """How much a batch may hold. Threads may share it.

    Args:
        pieces: at first, in the unit of the lengths that are batched.
        device: where the batches are computed; the budget grows on `cuda` alone.
    """

    def __init__(self, pieces: int, *, device: str = "cpu") -> None:
        self._pieces = max(pieces, 1)
        self._most = self._pieces * (_GROWTH if device.startswith("cuda") else 1)
        self._device = device
        self._lock = Lock()

    @classmethod
    def on(cls, device: str, **pieces: int) -> Self:
        """The budget to begin with on a device.

        Args:
            device: `cpu`, `cuda`, `cuda:1`, `mps`.
            pieces: by kind of device (`cpu=512, cuda=8192, mps=2048`); that of `cuda` is meant for 16 GB of
                free memory, and is less where less is free.
        """
        size = pieces[device.partition(":")[0]]
        free = devices.free_memory(device)
        if device.startswith("cuda") and free is not None:
            size = round(size * min(free / _USUAL_MEMORY, 1.0))
        return cls(size, device=device)

    @property
    def pieces(self) -> int:
        """The most that a batch may hold now, once padded."""
        return self._pieces

    def failed(self, size: int) -> None:
        """The memory did not suffice for a batch of this size: none will be more than half of it again."""
        with self._lock:
            self._most = min(self._most, max(size // 2, 1))
            self._pieces = min(self._pieces, self._most)

    def succeeded(self, size: int, used: devices.MemoryUse | None) -> None:
        """A batch of this size was computed: the next may be twice as large, if that would fit easily.

        Args:
            used: what it took; None where that is not known, which changes nothing.
        """
        with self._lock:
            if used is None or 2 * size <= self._pieces or self._pieces >= self._most:
                return  # a batch that was small anyway says nothing
            if used.before + 2 * (used.peak - used.before) <= _FILLED * used.available:
                self._pieces = min(2 * self._pieces, self._most)

    def watch(self) -> devices.Peak | None:
        """What measures the memory that a batch takes; None where the budget does not grow any more."""
        return devices.Peak(self._device) if self._pieces < self._most else None


class Waiting:
    """Positions that wait to be computed, longest first. Threads may share it."""

    def __init__(self, lengths: Sequence[int]) -> None:
        self.lengths = lengths
        self._left = deque(sorted(range(len(lengths)), key=lambda position: (-lengths[position], position)))
        self._lock = Lock()

    def take(self, budget: int) -> list[int]:
        """The next batch: as many as fit `budget` once padded, one at least; empty when all are taken."""
        with self._lock:
            if not self._left:
                return []
            fit = max(budget // max(self.lengths[self._left[0]], 1), 1)
            return [self._left.popleft() for _ in range(min(fit, len(self._left)))]

    def put_back(self, positions: Sequence[int]) -> None:
        """They were not computed, and come first again."""
        with self._lock:
            self._left.extendleft(reversed(positions))

    def size(self, positions: Sequence[int]) -> int:
        """Of a batch, once padded."""
        return len(positions) * max(self.lengths[position] for position in positions)


def batches(lengths: Sequence[int], budget: int) -> list[list[int]]:
    """Positions in batches of like length, longest first, each within `budget` once padded.

    Args:
        lengths: how long each item is, in tokens or any unit that memory grows with.
        budget: the most that a batch may hold, its items padded to its longest; one item that is longer
            than that is a batch of its own.
    """
    waiting = Waiting(lengths)
    return list(iter(lambda: waiting.take(budget), []))


def in_batches(
    lengths: Sequence[int], compute: Callable[[list[int]], Result], *, budget: int | Budget
) -> Iterator[tuple[list[int], Result]]:
    """Compute every batch, and yield its positions with what came of it.

    Where the memory does not suffice the batch is halved, and no later batch is larger than its halves: of
    this call where `budget` is a number, else of all that share it. Before each batch `checkpoint` is called.

    Args:
        lengths: as of `batches`.
        compute: takes the positions of a batch.
        budget: as of `batches`.

    Raises:
        ProjnerError: one item alone is too large for the memory.
    """
    return computed(Waiting(lengths), compute, Budget(budget) if isinstance(budget, int) else budget)


def computed(
    waiting: Waiting, compute: Callable[[list[int]], Result], budget: Budget
) -> Iterator[tuple[list[int], Result]]:
    """As `in_batches`, of positions that others may be taking from, too."""
    while now := waiting.take(budget.pieces):
        checkpoint()
        peak = budget.watch()
        try:
            result = compute(now)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            if len(now) == 1:
                raise ProjnerError(
                    f"the memory does not suffice for one sentence of {waiting.lengths[now[0]]} pieces; "
                    "choose a smaller model, another device, or close other programs"
                ) from error
            budget.failed(waiting.size(now))
            waiting.put_back(now)
        else:
            budget.succeeded(waiting.size(now), peak.use() if peak else None)
            yield now, result
            continue
        release()  # out of the handler: the error's frames hold tensors


def is_out_of_memory(error: Exception) -> bool:
    """Whether torch, on any of its devices, or Python ran out of memory."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    text = str(error).lower()
    return any(said in text for said in _SAID)
