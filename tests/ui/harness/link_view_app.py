"""The link view on a page of its own: fixture pairs, a small memory in place of the store, actions on show.

`?case=swahili` chooses the pair, `&slow=0.5` makes every answer late, `&refuse=MISC` refuses spans of that
label, `&bare=1` shows nothing else. `&overlay=4&gold=1&linking=1&quiet=1&downloads=stem` dress the case with
aligners, gold links, links to edit, no panels, files; `&beside=2` draws two of it side by side.
"""

from __future__ import annotations

import copy
import json
import sys
import time
from functools import partial
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).parents[3]))  # streamlit puts this folder there alone

from projner_ui.link_view import link_view, pending_action
from tests.ui.harness.cases import CASES, dressed

st.set_page_config(layout="wide")
memory = st.session_state
names = list(CASES)

if "view" not in memory:
    memory.view = dressed(CASES[st.query_params.get("case", "swahili")](), st.query_params)
    memory.actions, memory.done, memory.undone = [], [], []

EDITS = ("spans", "source_spans", "links", "verdict", "note")


def state():
    view = memory.view
    source = view["source"]["spans"] if view["source"] else []
    links = [view["links"], view.get("standing"), view.get("corrected_links")]
    return copy.deepcopy([source, view["target"]["spans"], links, view["verdict"], view["note"]])


def restore(kept) -> None:
    view = memory.view
    if view["source"]:
        view["source"]["spans"] = kept[0]
    view["target"]["spans"], links, view["verdict"], view["note"] = kept[1:]
    view["links"], view["standing"], view["corrected_links"] = links


def on_action(key: str = "links") -> None:
    action = pending_action(key)
    time.sleep(float(st.query_params.get("slow", "0")))
    memory.actions.append(action)
    view = memory.view
    view["error"] = None
    if action["kind"] in EDITS:
        if action["kind"] == "spans" and st.query_params.get("refuse") in [
            label for *_, label in action["now"]
        ]:
            view["error"] = "Someone else changed this pair in the meantime; nothing was written."
            return
        if action["kind"] == "links" and st.query_params.get("refuse") == "links":
            view["error"] = "Someone else changed this pair in the meantime; nothing was written."
            return
        memory.done.append(state())
        memory.undone.clear()
        view["revision"] += 1
        if action["kind"] == "links":
            view["standing"], view["corrected_links"] = action["now"], True
        elif action["kind"].endswith("spans"):
            side = view["source" if action["kind"] == "source_spans" else "target"]
            side["spans"] = [
                dict(zip(("start", "end", "label"), entry, strict=True)) for entry in action["now"]
            ]
            side["corrected"] = True
        else:
            view[action["kind"]] = action["now"]
    elif action["kind"] == "undo" and memory.done:
        memory.undone.append(state())
        restore(memory.done.pop())
        view["revision"] += 1
    elif action["kind"] == "redo" and memory.undone:
        memory.done.append(state())
        restore(memory.undone.pop())
        view["revision"] += 1
    if action.get("then") == "next" or action["kind"] == "move":
        step = -1 if action.get("to") == "previous" else 1
        at = names.index(st.query_params.get("case", "swahili"))
        st.query_params["case"] = names[(at + step) % len(names)]
        memory.view = dressed(CASES[st.query_params["case"]](), st.query_params)
        memory.done, memory.undone = [], []


beside = int(st.query_params.get("beside", "1"))
for number, column in enumerate(st.columns(beside) if beside > 1 else [st.container()]):
    with column:
        key = f"links{number or ''}"
        link_view(memory.view, key=key, on_action=partial(on_action, key))
if "bare" not in st.query_params:
    st.text_input("elsewhere")
    st.code(json.dumps(memory.actions, ensure_ascii=False), language=None)
    spans = [[s["start"], s["end"], s["label"]] for s in memory.view["target"]["spans"]]
    now = {
        "target": spans,
        "links": memory.view.get("standing"),
        "verdict": memory.view["verdict"],
        "note": memory.view["note"],
    }
    st.code(json.dumps(now, ensure_ascii=False), language=None)
