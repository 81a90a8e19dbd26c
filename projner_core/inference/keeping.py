"""Models in memory: each once, however many ask for it, and no longer than somebody does."""

from __future__ import annotations

import sys
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
    release()


def release() -> None:
    """Give cached memory back to the device."""
    if "torch" not in sys.modules:  # then nothing of it holds memory
        return
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()


def loaded() -> list[object]:
    """The models in memory, the one loaded last behind. It waits for nothing, not even for a model that is
    being loaded."""
    return [model for reference in _loaded.valuerefs() if (model := reference()) is not None]
