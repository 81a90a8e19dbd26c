"""Files that become layers of the open project: read once, however often the page runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from projner_core.errors import ProjnerError
from projner_core.pipeline import predictions
from projner_core.store import Layer, LayerKind, Project
from projner_ui import session, uploads
from projner_ui.text import count, plain

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

Read = Callable[[Path, str], Layer]
"""(file, what the layer is to be called) -> the layer; raises `ProjnerError`."""


def draw(project: Project) -> None:
    """What others made of this project's sentences: which layers there are, and uploads that add to them."""
    known = [
        layer for layer in project.layers(side="target")
        if layer.provenance.get("stage") in ("predict", "mark")
    ]  # fmt: skip
    for layer in known:
        what = "marked text" if layer.kind is LayerKind.TEXTS else "predictions"
        st.markdown(f"{plain(layer.name)} :gray[· {what} for {count(layer.done, 'pair')}]")
    found = st.file_uploader(
        "What a tagger found in the target sentences: CoNLL, or JSON lines", key="upload_predictions",
        max_upload_size=400, help="One sentence a pair, in the order of this project.",
    )  # fmt: skip
    if found is not None:
        take(project, found, "predictions", partial(_predictions, project))
    marked = st.file_uploader(
        "Marked text: the target sentences in other words, entities in brackets", key="upload_marked",
        max_upload_size=400, help="One line a pair: [Asha] alitembelea [Arusha] .",
    )  # fmt: skip
    if marked is not None:
        take(project, marked, "marked", partial(_marked, project))


def _predictions(project: Project, path: Path, name: str) -> Layer:
    return predictions.import_predictions(project, path, name=name)


def _marked(project: Project, path: Path, name: str) -> Layer:
    return predictions.import_marked(project, path, name=name)


@dataclass(frozen=True, slots=True)
class _Taken:
    """How one import of an uploaded file ended."""

    said: str
    wrong: bool


def take(project: Project, upload: UploadedFile, how: str, read: Read) -> None:
    """Import a file once, however often the page runs while it lies there, and say how that ended.

    Args:
        how: tells this way of reading the file from others.
        read: makes the layer.
    """
    taken: dict[tuple[str, ...], _Taken] = st.session_state.setdefault("taken_layers", {})
    key = (session.identity(project), upload.file_id, how)
    if key not in taken:
        with st.spinner("Reading the file…"):
            taken[key] = _import(upload, how.partition(" ")[0], read)
        if not taken[key].wrong:
            st.rerun()  # what stands above knows of it only then: of gold that is the latest again, too
    if taken[key].wrong:
        st.error(plain(taken[key].said), icon=":material/error:")
    else:
        st.success(plain(taken[key].said), icon=":material/check:")


def _import(upload: UploadedFile, stem: str, read: Read) -> _Taken:
    path = uploads.keep(upload, stem)
    try:
        layer = read(path, upload.name.rpartition(".")[0] or upload.name)
    except ProjnerError as error:
        return _Taken(uploads.renamed(error, {path: upload.name}), wrong=True)
    return _Taken(f"{layer.name}: read for {count(layer.done, 'pair')}.", wrong=False)
