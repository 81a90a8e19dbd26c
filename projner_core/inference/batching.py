"""Batches of like length, and what to do when one is too large for the memory.

for positions, result in in_batches(lengths, compute, budget=4096):
    ...
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from projner_core.errors import ProjnerError

Result = TypeVar("Result")


def batches(lengths: Sequence[int], budget: int) -> list[list[int]]:
    """Positions in batches of like length, longest first, each within `budget` once padded.

    Args:
        lengths: how long each item is, in tokens or any unit that memory grows with.
        budget: the most that a batch may hold, its items padded to its longest; one item that is longer
            than that is a batch of its own.
    """
    found: list[list[int]] = []
    now: list[int] = []
    for position in sorted(range(len(lengths)), key=lambda position: (-lengths[position], position)):
        if now and (len(now) + 1) * lengths[now[0]] > budget:
            found.append(now)
            now = []
        now.append(position)
    if now:
        found.append(now)
    return found


def in_batches(
    lengths: Sequence[int], compute: Callable[[list[int]], Result], *, budget: int
) -> Iterator[tuple[list[int], Result]]:
    """Compute every batch, and yield its positions with what came of it.

    Where the memory does not suffice the batch is halved, and no later batch is larger than its halves.

    Args:
        lengths: as of `batches`.
        compute: takes the positions of a batch.
        budget: as of `batches`.

    Raises:
        ProjnerError: one item alone is too large for the memory.
    """
    waiting = deque(batches(lengths, budget))
    while waiting:
        now = waiting.popleft()
        size = len(now) * lengths[now[0]]
        if len(now) > 1 and size > budget:  # memory ran out before, with less than this
            middle = -(-len(now) // 2)
            waiting.extendleft([now[middle:], now[:middle]])
            continue
        try:
            result = compute(now)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            if len(now) == 1:
                raise ProjnerError(
                    f"the memory does not suffice for one sentence of {lengths[now[0]]} pieces; "
                    "choose a smaller model, another device, or close other programs"
                ) from error
            budget = max(size // 2, 1)
            waiting.appendleft(now)
        else:
            yield now, result
            continue
        _release()  # out of the handler: the error's frames hold tensors


def is_out_of_memory(error: Exception) -> bool:
    """Whether torch, on any of its devices, or Python ran out of memory."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    text = str(error).lower()
    return "out of memory" in text or "not enough memory" in text or "can't allocate memory" in text


def _release() -> None:
    """Give cached memory back to the device."""
    if "torch" not in sys.modules:  # then nothing of it holds memory
        return
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()
