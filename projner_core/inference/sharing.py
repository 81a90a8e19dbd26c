"""Several devices share the batches of one call: the same model on each, and one queue of sentences.

model = load_all(lambda place: Encoder(…, place), devices.places("cuda:0,cuda:1"))
for positions, result in across(lengths, [model, *model.others], compute, budget=lambda model: model.budget):
    ...

Each device takes the next batch when it is done with one, so a slow one only takes fewer. What comes back
says which positions it is of: neither order nor results depend on how many devices there are.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from queue import Empty, SimpleQueue
from typing import Any, Protocol, TypeVar

from projner_core.inference.batching import Budget, Result, Waiting, computed
from projner_core.inference.interruption import checkpoint, interruptible

_PATIENCE = 0.1  # seconds between two looks at whether anyone still wants the results

Model = TypeVar("Model")


class HasOthers(Protocol):
    """A model that knows its likes on other devices."""

    others: tuple[Any, ...]


Replicated = TypeVar("Replicated", bound=HasOthers)


def load_all(load: Callable[[str], Replicated], places: Sequence[str]) -> Replicated:
    """The model on the first place, with those on the other places as its `others`."""
    first, *others = [load(place) for place in places]
    first.others = tuple(others)
    return first


def across(
    lengths: Sequence[int],
    models: Sequence[Model],
    compute: Callable[[Model, list[int]], Result],
    *,
    budget: Callable[[Model], Budget],
) -> Iterator[tuple[list[int], Result]]:
    """Compute every batch on one of `models`, and yield its positions with what came of it.

    One model computes in this thread, as `in_batches`. Several compute in a thread each, with this one's
    context: who cancels this call cancels them, and the first error stops all. They are at rest when this
    ends, however it ends. They wait for who takes the results: of each model at most two are held.

    Args:
        lengths: as of `batches`.
        models: the same model on one device each.
        compute: takes a model and the positions of a batch; called by as many threads as there are models.
            Tensors that it gives are on the model's device.
        budget: that of a model.

    Raises:
        ProjnerError: as `in_batches`.
    """
    waiting = Waiting(lengths)
    if len(models) == 1:
        model = models[0]
        yield from computed(waiting, lambda positions: compute(model, positions), budget(model))
        return
    import torch

    done: SimpleQueue[tuple[list[int], Result] | Future[None]] = SimpleQueue()
    room = threading.Semaphore(len(models))  # of `done`; each thread holds one result more while it waits
    stopped = threading.Event()
    inference = torch.is_inference_mode_enabled()  # torch keeps it for each thread

    def check() -> None:
        if stopped.is_set():
            raise _Stopped

    def work(model: Model) -> None:
        with interruptible(check), torch.inference_mode(inference):
            for found in computed(waiting, lambda positions: compute(model, positions), budget(model)):
                while not room.acquire(timeout=_PATIENCE):
                    checkpoint()
                done.put(found)
                del found  # or it lives until the next is computed

    with ThreadPoolExecutor(len(models), "sharing") as threads:
        for model in models:
            threads.submit(copy_context().run, work, model).add_done_callback(done.put)
        working = len(models)
        try:
            while working:
                try:
                    found = done.get(timeout=_PATIENCE)
                except Empty:
                    checkpoint()
                    continue
                if isinstance(found, Future):
                    found.result()  # raises what ended it
                    working -= 1
                else:
                    yield found
                    del found
                    room.release()
        finally:
            stopped.set()


class _Stopped(Exception):
    """Another thread failed, or nobody waits for the results any more."""
