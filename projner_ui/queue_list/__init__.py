"""The list of pairs beside the pair that is open: doubt bars, marks, a click opens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import streamlit as st

from projner_core.store import QueueItem

_HERE = Path(__file__).parent


@cache
def _component() -> Any:
    return st.components.v2.component(
        "projner_queue_list",
        html='<div class="queue" role="group"></div>',
        css=(_HERE / "queue_list.css").read_text(encoding="utf-8"),
        js=(_HERE / "queue_list.js").read_text(encoding="utf-8"),
    )


def rows(items: Sequence[QueueItem], why: Mapping[int, str] = MappingProxyType({})) -> list[dict[str, Any]]:
    """What the browser needs of each item; `why`: what makes it doubtful, in a word or three, by position."""
    return [
        {
            "position": item.position,
            "doubt": None if item.doubt is None else round(item.doubt, 3),
            "why": why.get(item.position, ""),
            "verdict": item.verdict,
            "done": item.verdict is not None,
            "changed": item.changed,
            "text": item.preview,
        }
        for item in items
    ]


def queue_list(
    items: Sequence[QueueItem],
    *,
    why: Mapping[int, str],
    current: int | None,
    title: str,
    key: str,
    on_open: Callable[[], None],
) -> None:
    """Draw the list; `on_open` runs when a row was chosen, `opened(key)` then says which."""
    data = {"items": rows(items, why), "current": current, "title": title}
    _component()(data=data, key=key, on_open_change=on_open, height="content")


def opened(key: str) -> int | None:
    """The position that was chosen in the list `key`, inside its `on_open`."""
    value = getattr(st.session_state.get(key), "open", None)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
