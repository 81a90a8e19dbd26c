"""Models in memory: each once, however many ask for it, and no longer than somebody does."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import RLock
from typing import Any, TypeVar, cast
from weakref import WeakValueDictionary

Model = TypeVar("Model")

_loaded: WeakValueDictionary[Hashable, Any] = WeakValueDictionary()
_recent: list[object] = []  # the one that is kept though nobody holds it
_loading = RLock()


def share(key: Hashable, load: Callable[[], Model]) -> Model:
    """What was loaded under `key` and somebody still holds, else what `load` makes.

    The one asked for last stays in memory until another is loaded or `free` is called.
    """
    with _loading:
        model = _loaded.get(key)
        if model is None:
            free()
            model = _loaded[key] = load()
        _recent[:] = [model]
        return cast("Model", model)


def free() -> None:
    """Let go of the model that was loaded last: where nobody holds it, its memory is free."""
    with _loading:
        _recent.clear()
