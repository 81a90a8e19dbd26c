"""Links that came from elsewhere or were drawn by hand: gold to judge aligners by, another aligner's work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import streamlit as st

from projner_core.formats.links import LinkFormat
from projner_core.pipeline import exporting, linking
from projner_core.store import Layer, Project
from projner_ui import layer_uploads
from projner_ui.actions import REVIEW
from projner_ui.text import count, plain

_SEE = "what the file looks like"
_FORMATS = {
    _SEE: _SEE,
    LinkFormat.PHARAOH: "Pharaoh: 0-0 1-2, counted from 0",
    LinkFormat.NAACL: "NAACL: 1 1 2 S, counted from 1",
    LinkFormat.GIZA: "GIZA++: A3.final",
    LinkFormat.TALP: "TALP: 1-1 2-3p, counted from 1",
}


def draw(project: Project) -> None:
    """A button that opens: what gold there is, files that bring more links, yours to take home."""
    popover = st.popover("Gold and files", icon=":material/upload_file:", key="links", on_change="rerun")
    if not popover.open:
        return
    with popover, st.container(width=500):
        st.markdown(plain(summary(project)))
        downloads(project, key="gold")
        chosen = st.selectbox(
            "Format of a file of links", list(_FORMATS), format_func=_FORMATS.__getitem__, key="links_format"
        )
        for gold, label in (
            (True, "Gold links, drawn by people"),
            (False, "Links that another aligner made"),
        ):
            upload = st.file_uploader(
                label, key=f"links_{'gold' if gold else 'machine'}", max_upload_size=400
            )
            if upload is not None:
                format = None if chosen == _SEE else LinkFormat(chosen)
                read = partial(_import, project, format, gold)
                layer_uploads.take(project, upload, f"links {chosen} {gold}", read)


def summary(project: Project) -> str:
    """How many pairs have gold links, and how many of them are the reviewer's own."""
    mine = len(project.positions_with_links(REVIEW))
    layer = linking.gold_layer(project)
    if layer is None and not mine:
        return "There are no gold links yet. Draw some by hand, or bring a file."
    if layer is None:
        return f"Gold links for {count(mine, 'pair')}, all of them yours."
    yours = f"and for {count(mine, 'pair')} your own instead" if mine else "none of them yours"
    return f"Gold links from the file “{layer.name}”, {yours}."


def downloads(project: Project, *, key: str) -> None:
    """Buttons that give the links drawn by hand as Pharaoh files; none where nobody drew any."""
    if not project.positions_with_links(REVIEW):
        return
    texts: dict[str, Callable[[], Iterator[str]]] = {
        "Corrected links, Pharaoh": lambda: exporting.pharaoh_text(project, "reviewed"),
        "Gold links alone, Pharaoh": lambda: exporting.gold_links_text(project),
    }
    with st.container(horizontal=True):
        for stem, (label, text) in zip(("reviewed", "gold"), texts.items(), strict=True):
            st.download_button(
                label, data=partial(_file, text), file_name=f"{project.name}.{stem}.pharaoh.txt",
                mime="text/plain", on_click="ignore", icon=":material/download:", key=f"{key}_{stem}",
            )  # fmt: skip


def _file(text: Callable[[], Iterator[str]]) -> bytes:
    return "".join(text()).encode("utf-8")


def _import(project: Project, format: LinkFormat | None, gold: bool, path: Path, name: str) -> Layer:
    return linking.import_links(project, path, name=name, format=format, gold=gold)
