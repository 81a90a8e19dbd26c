"""The link view: one sentence pair with its links, entities and layers, to read and to correct.

`link_view` draws what `view` says and reports each decision of the reviewer as one action:

```python
def on_action() -> None:
    action = pending_action("links")     # {"kind": "spans", "pair": …, "position": …, "was": …, "now": …}
    ...                                  # write it, then let the page send the new state

link_view(view, key="links", on_action=on_action)
```

`view` (JSON-able):

| key | value |
|---|---|
| `pair`, `position` | id and place of the pair; another `pair` resets the view |
| `revision` | id of the last action on the pair, or 0 |
| `source` | `{"tokens", "lang", "name", "dir", "spans", "editable", "corrected"?}`, or None |
| `target` | the same; `spans` are the reviewed ones or the machine's |
| `links`, `threshold` | `[[source, target, score], …]`; links under the threshold are drawn dashed |
| `layers` | `[{"name", "key", "spans"}, …]`: target-side layers to compare with and to copy from |
| `labels` | `projner_ui.palette.entries(…)` |
| `projections` | `[{"entity", "target", "score", "reason", "text", "candidates", "margin"}, …]` |
| `doubts` | what makes it doubtful: `[{"entity": place among the projections, or None, "text"}, …]` |
| `findings` | what an evaluation found: `[{"name", "text", "side", "index"}, …]`, the first in focus |
| `evaluated` | in what: `{"layer", "changed"}`, whether the pair was changed since; `null` without |
| `verdict`, `note`, `error` | `None`, `"right"` or `"no-entity"`; text; a sentence or None |

Optional; without these keys nothing of them is there:

| key | value |
|---|---|
| `aligners` | `[{"name", "glyph", "hue"}, …]`: links of two to four aligners over each other |
| `gold` | `[[source, target, "sure" or "possible"], …]`: shading under the links, full or hatched |
| `link_editing` | true: links are what is edited, spans are shown, `layers` are not |
| `standing` | the links that stand there by a reviewer's hand, written as in `gold` |
| `corrected_links` | False where none stand there by hand: `was` of the next `links` is None |
| `downloads` | a file's stem: two buttons save the drawing as SVG and as PNG |
| `quiet` | true: the drawing alone, to stand among others, from 300 pixels of width |

With `aligners` each link is `[source, target, score, mask]`: bit k of the mask says that aligner k links the
two. Links that all share are drawn plain; the others are told apart by hue (0 to 3), dash pattern and glyph
("circle", "square", "diamond", "triangle"). A press of an aligner's name hides its links.

With `link_editing` a word is marked, then a word of the other side is linked to it or unlinked from it, with
Shift or by "?" as a possible link; a click on a link takes it away. Where there is `standing`, it is what is
edited, and `links` are drawn faintly to compare with; without it the `links` of at least `threshold` are, as
sure ones (of several `aligners` those that all share). A `quiet` view has no panel, names, layers, note,
verdict or keys, but those of `link_editing`; its spans are not edited, and it takes no focus by itself.

A span is `{"start", "end", "label"}`, half-open token offsets. `corrected` says whether a reviewer's spans
stand on that side: where it is False, `was` of the next action is None; where it is absent or True, `was` is
the list of spans that the browser showed.

Actions (all with `seq`, `client`, `pair`, `position`):

| kind | rest |
|---|---|
| `spans`, `source_spans` | `was`, `now`: `[[start, end, label], …]`, `was` may be None |
| `links` | `was`, `now`: `[[source, target, "sure" or "possible"], …]` sorted, `was` may be None |
| `verdict` | `was`, `now`: `"right"`, `"no-entity"` or None; `then`: `"next"`, where the reader goes on |
| `note` | `was`, `now`: text |
| `undo`, `redo` | |
| `move` | `to`: `"next"` or `"previous"` |

The browser draws an edit at once and sends one action at a time: the next follows when this one was
answered. `link_view` itself keeps count of what was answered and drops an action that arrives twice, so that
a page need only write the action and send the state that follows from it, or `error`, upon which the view
goes back to that state. An action may be about a pair that is no longer shown: `pair` and `position` say
which.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from projner_ui import palette

MODULES = (
    "text.js", "geometry.js", "links.js", "model.js", "outbox.js", "draw.js", "overlay.js", "lines.js",
    "panel.js", "link_hand.js", "hand.js", "note.js", "keys.js", "skeleton.js", "figure.js", "view.js",
)  # fmt: skip
"""The parts of the script, each before those that use it."""

_HERE = Path(__file__).parent
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./[a-z_]+\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class) )", re.MULTILINE)


def script() -> str:
    """The one module that Streamlit wants: the parts joined, with no import and no export but the default."""
    parts = ((_HERE / name).read_text(encoding="utf-8") for name in MODULES)
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", part)) for part in parts)


def style() -> str:
    """The style sheet, with the palette's colours as custom properties."""
    return (_HERE / "link_view.css").read_text(encoding="utf-8") + palette.css(".lv")


_component = st.components.v2.component(
    "projner_link_view", html='<div class="lv"></div>', css=style(), js=script()
)


def pending_action(key: str) -> dict[str, Any] | None:
    """The action that the view with this key has just sent; to be read in `on_action`."""
    state = st.session_state.get(key)
    action = state.get("action") if isinstance(state, Mapping) else None
    return dict(action) if isinstance(action, Mapping) else None


def link_view(
    view: Mapping[str, Any],
    *,
    key: str,
    on_action: Callable[[], None] | None = None,
    height: int | None = None,
) -> Any:
    """Draw one pair; call `on_action` once for each action of the reviewer.

    Args:
        view: what to draw, as the module says.
        key: the widget's key; `pending_action(key)` is the action while `on_action` runs.
        on_action: called before the script runs again, as any Streamlit callback.
        height: in pixels; None for as high as the pair is.

    Returns:
        Streamlit's component result; its `action` is the action of this run or None.
    """
    answered = f"{key}:answered"

    def receive() -> None:
        action = pending_action(key)
        if action is None:
            return
        last = st.session_state.get(answered)
        seen = last is not None and last["client"] == action["client"] and last["seq"] >= action["seq"]
        if seen:  # the browser asked again because the answer was late
            return
        try:
            if on_action is not None:
                on_action()
        finally:  # whatever came of it, the browser must not wait for ever: it shows what the page sends
            st.session_state[answered] = {"client": action["client"], "seq": action["seq"]}

    return _component(
        key=key,
        data={**view, "answered": st.session_state.get(answered)},
        height="content" if height is None else height,
        on_action_change=receive,
    )
