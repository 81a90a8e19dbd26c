"""Long computations ask, between batches and between layers, whether anyone still wants them.

with interruptible(watch.check):
    tagger.tag(sentences)  # stops within a batch where the check raises
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_check: ContextVar[Callable[[], None] | None] = ContextVar("check", default=None)


@contextmanager
def interruptible(check: Callable[[], None]) -> Iterator[None]:
    """Within this context `checkpoint` calls `check`, which raises to stop the computation.

    Threads that are started within it must run in a copy of the context (`contextvars.copy_context`).
    """
    token = _check.set(check)
    try:
        yield
    finally:
        _check.reset(token)


def checkpoint() -> None:
    """A place where a computation may be stopped: cheap, so that it may stand in every loop."""
    check = _check.get()
    if check is not None:
        check()
