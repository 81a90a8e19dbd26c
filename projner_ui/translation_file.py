"""A file of translations, put beside the projects, so that a run can read it later."""

from __future__ import annotations

import hashlib
from pathlib import Path

import streamlit as st

from projner_core.store import Project, catalogue
from projner_ui.text import count, plain

_MOST_MB = 400
_KINDS = ("txt", "tsv", "jsonl")


def draw(project: Project, current: str, *, disabled: bool) -> str:
    """The upload; returns the path of the file that is to be read, "" where there is none yet."""
    upload = st.file_uploader(
        "Translations: a line a sentence, in the order of your text; or by the sentences' ids",
        key=f"translations_{project.name}", type=list(_KINDS), max_upload_size=_MOST_MB, disabled=disabled,
        help="By ids: lines of id, tab, translation (.tsv), or JSON lines with “id” and “text” (.jsonl).",
    )  # fmt: skip
    if upload is None:
        if current and Path(current).is_file():
            st.caption(":material/check: The file of the last run is still there.")
            return current
        st.caption("Add the file, or choose a translation model above.")
        return ""
    try:
        path = _kept(upload.getvalue(), Path(upload.name).suffix.lower().lstrip("."))
    except OSError as error:
        st.error(plain(f"The file can't be kept: {error.strerror}"), icon=":material/error:")
        return ""
    lines, sentences, untranslated = upload.getvalue().count(b"\n"), project.count(), project.without_source()
    if path.suffix == ".txt" and not any(abs(lines - fits) <= 1 for fits in (sentences, untranslated)):
        some = 0 < untranslated < sentences
        st.warning(
            f"It has {count(lines, 'line')}, and this project has {count(sentences, 'sentence')}"
            f"{f', {untranslated:,} of them without a translation' if some else ''}: each "
            f"sentence{', or each of these,' if some else ''} needs a line of its own, in the same order.",
            icon=":material/info:",
        )  # fmt: skip
    else:
        st.caption(f":material/check: {plain(upload.name)}")
    return str(path)


def _kept(content: bytes, kind: str) -> Path:
    """Where the file lies from now on; called by what is in it, never by the name that it came with."""
    folder = catalogue.home() / "translations"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{hashlib.sha256(content).hexdigest()[:32]}.{kind if kind in _KINDS else 'txt'}"
    if not path.exists():
        scratch = path.with_suffix(".part")
        scratch.write_bytes(content)
        scratch.rename(path)
    return path
