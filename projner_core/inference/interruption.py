"""Long computations ask, between batches and between layers, whether anyone still wants them.

with interruptible(watch.check):
    tagger.tag(sentences)  # stops within a batch where the check raises
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Item = TypeVar("Item")

_check: ContextVar[Callable[[], None] | None] = ContextVar("check", default=None)


@contextmanager
def interruptible(check: Callable[[], None]) -> Iterator[None]:
    """Within this context `checkpoint` calls `check`, which raises to stop the computation.

    What a context around this one calls is called before it. Threads that are started within it must run in
    a copy of the context (`contextvars.copy_context`).
    """
    around = _check.get()

    def both() -> None:
        if around is not None:
            around()
        check()

    token = _check.set(both)
    try:
        yield
    finally:
        _check.reset(token)


def checkpoint() -> None:
    """A place where a computation may be stopped: cheap, so that it may stand in every loop."""
    check = _check.get()
    if check is not None:
        check()


def asking(items: Iterable[Item], every: int = 100) -> Iterator[Item]:
    """The items as they are, with a checkpoint before each `every` of them."""
    for number, item in enumerate(items):
        if number % every == 0:
            checkpoint()
        yield item


def interruptible_layers(network: Any) -> None:
    """Have a torch module ask before each of its layers: one batch of a large model takes seconds on a CPU.

    To be called once a network is loaded, by whoever will run it; calling it again changes nothing. A layer
    is what stands in a list of modules that is in no other such list: of T5, a block and not its parts.
    What is stopped can be run again at once: nothing of it outlives the exception.
    """
    for layer in _layers(network):
        if _ask not in layer._forward_pre_hooks.values():
            layer.register_forward_pre_hook(_ask)


def _layers(module: Any) -> Iterator[Any]:
    from torch.nn import ModuleList

    for child in module.children():
        if isinstance(child, ModuleList):
            yield from child
        else:
            yield from _layers(child)


def _ask(layer: Any, given: Any) -> None:
    checkpoint()
