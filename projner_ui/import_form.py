"""A new project from the user's own files: what they are, in which languages, what was found in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from projner_core.errors import ProjnerError
from projner_core.formats.files import FileKind
from projner_core.pipeline import importing
from projner_core.store import catalogue
from projner_ui import languages, translating, uploads
from projner_ui.session import set_url
from projner_ui.text import count, plain
from projner_ui.uploads import Look

_WAYS = {
    "two": "A file for each language",
    "one": "One file with both (TSV, JSONL)",
    "alone": "Only the text to label",
}
_HINTS = {
    "two": "Sentence by sentence: the first of one file is the translation of the first of the other. "
    "Entities come from the tags of the language you know, or a tagger finds them, or you mark them by hand. "
    "If you have no translation, the text that needs labels is enough. ",
    "one": "Entities come from the file, or a tagger finds them, or you mark them by hand. ",
    "alone": "Each sentence is translated by a model, which you choose on the next page; then a tagger finds "
    "the entities of the translation, and they are carried over to your text. ",
}
_LARGE = "Files too large for the browser go in by `projner import`."
_MOST_NOTICES = 1000
_NOT_NAME = re.compile(r"[^\w .-]+")


@dataclass(frozen=True, slots=True)
class _Side:
    """One language's half of the form; a name without a path is a file that can't be read."""

    path: Path | None
    name: str
    lang: str | None
    tag_column: int | None


def draw(*, on_imported: Callable[[str], None]) -> None:
    """The form; `on_imported` gets the name of the new project."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Import your files", anchor=False, width="stretch")
        if catalogue.projects():
            st.button(
                "Back", type="tertiary", icon=":material/close:", on_click=set_url, kwargs={"new": None}
            )
    way = st.segmented_control(
        "Files", list(_WAYS), default="two", required=True, format_func=_WAYS.__getitem__, key="import_way",
        label_visibility="collapsed",
    )  # fmt: skip
    names: dict[Path, str] = {}
    if way == "one":
        source, target = _one_file(names)
    elif way == "alone":
        source, target = _target_alone(names)
    else:
        left, right = st.columns(2, gap="medium")
        with left:
            source = _side("source", "The language you know", "en", names)
        with right:
            target = _side("target", "The language that needs labels", None, names)
    if target.path is None:
        st.caption(_HINTS[str(way)] + _LARGE)
        return
    if way != "one" and source.path is None and not source.name:
        if uploads.holds_both(target.path):
            st.error(
                "The first line of this file has a tab in it, as files with both languages have. Choose “one "
                "file with both”, or take the tabs out.", icon=":material/error:",
            )  # fmt: skip
            return
        _what_translates(source.lang, target.lang)
    stem = _NOT_NAME.sub(" ", Path(target.name).stem).strip(" .") or "corpus"
    name = st.text_input("Name of the project", value=stem, key=f"import_name_{stem}", max_chars=80)
    missing = _missing(source, target, name)
    if st.button("Import", type="primary", icon=":material/check:", key="import", disabled=bool(missing)):
        _import(name.strip(), source, target, names, on_imported)
    if missing:
        st.caption(missing)


def _side(side: str, title: str, default: str | None, names: dict[Path, str]) -> _Side:
    lang = _language(side, title, default)
    upload = st.file_uploader("CoNLL, or text with a sentence a line", key=f"upload_{side}")
    if upload is None:
        return _Side(None, "", lang, None)
    path = uploads.keep(upload, side)
    names[path] = upload.name
    found = _look(path, names, alone=False)
    if found is None:
        return _Side(None, upload.name, lang, None)
    return _Side(path, upload.name, lang, _found(found, side))


def _one_file(names: dict[Path, str]) -> tuple[_Side, _Side]:
    left, right = st.columns(2, gap="medium")
    with left:
        source_lang = _language("source", "The language you know", "en")
    with right:
        target_lang = _language("target", "The language that needs labels", None)
    upload = st.file_uploader(
        "Lines of source, tab, target; or JSON lines with “source” and “target”", key="upload_pairs"
    )  # fmt: skip
    if upload is None:
        return _Side(None, "", source_lang, None), _Side(None, "", target_lang, None)
    path = uploads.keep(upload, "pairs")
    names[path] = upload.name
    found = _look(path, names, alone=True)
    if found is not None:
        _found(found, "pairs")
    return _Side(None, "", source_lang, None), _Side(path if found else None, upload.name, target_lang, None)


def _target_alone(names: dict[Path, str]) -> tuple[_Side, _Side]:
    left, right = st.columns(2, gap="medium")
    with left:
        target = _side("target", "The language that needs labels", None, names)
    with right:
        source_lang = _language("source", "Translate it into", "en")
        st.caption("The language in which entities are found: most taggers know English best.")
    return _Side(None, "", source_lang, None), target


def _what_translates(source: str | None, target: str | None) -> None:
    """Which translator knows both languages, said before anything is imported."""
    if source is None or target is None:
        return
    problem = translating.obstacle("nllb", {}, source, target)
    if problem is None:
        said = f"{plain(languages.english_name(target))} to {plain(languages.english_name(source))}"
        st.caption(f":material/translate: No translation comes with it: NLLB-200 can translate {said}.")
    else:
        st.caption(
            f":material/translate: No translation comes with it. {plain(problem)} Another translation model, "
            "or a file of translations, does it: you choose on the next page."
        )


def _language(side: str, title: str, default: str | None) -> str | None:
    known = languages.known()
    codes = list(known)
    chosen = st.selectbox(
        title, codes, index=codes.index(default) if default else None, key=f"lang_{side}",
        format_func=lambda code: known.get(code, code), accept_new_options=True,
        placeholder="Search by name, or type any code",
    )  # fmt: skip
    if not chosen or not chosen.strip():
        return None
    code = chosen.strip()
    if code not in known and languages.english_name(code) == code:
        st.caption(f"No language is known by the code {plain(code)}. It is kept as you wrote it.")
    return code


def _look(path: Path, names: dict[Path, str], *, alone: bool) -> Look | None:
    try:
        return uploads.look(path, alone=alone)
    except ProjnerError as error:
        st.error(plain(uploads.renamed(error, names)), icon=":material/error:")
        return None


def _found(look: Look, side: str) -> int | None:
    """Say what was found, let the tag column be chosen, show the first lines; returns the tag column."""
    column = None
    if look.layout is None:
        held = "a sentence on each line" if look.kind is FileKind.TEXT else "both languages on each line"
        st.caption(f":material/check: {_size(look)} · {held}")
    else:
        parted = "tabs" if look.layout.separator == "\t" else "spaces"
        scheme = f"tags in {look.layout.scheme}" if look.layout.scheme else "no tags"
        columns = count(look.layout.columns, "column")
        st.caption(f":material/check: {_size(look)} · {columns} by {parted} · {scheme}")
        column = _tag_column(look, side)
    with st.expander("First lines"):
        st.code(look.head, language=None, height=200)
    return column


def _size(look: Look) -> str:
    return "a large file" if look.sentences is None else count(look.sentences, "sentence")


def _tag_column(look: Look, side: str) -> int | None:
    """Which column holds the entity tags: the one that was found, unless the user knows better."""
    layout = look.layout
    if layout is None or layout.tag_column is None:
        return None
    choices = [column for column in range(layout.columns) if column != layout.token_column]
    if len(choices) < 2:
        return layout.tag_column
    return st.selectbox(
        "Column with the entity tags", choices, index=choices.index(layout.tag_column), key=f"tags_{side}",
        format_func=lambda column: f"{column + 1}: {', '.join(look.samples[column])}",
    )  # fmt: skip


def _missing(source: _Side, target: _Side, name: str) -> str:
    if source.name and source.path is None:
        return "The file of the other language can't be read. Take it out, or choose another."
    if source.lang is None or target.lang is None:
        return "Choose both languages."
    if not name.strip():
        return "Give the project a name."
    try:
        if catalogue.path_of(name.strip()).exists():
            return f"There is a project {plain(name.strip())} already. Choose another name."
    except ProjnerError as error:
        return plain(str(error))
    return ""


def _import(
    name: str,
    source: _Side,
    target: _Side,
    names: dict[Path, str],
    on_imported: Callable[[str], None],
) -> None:
    bar = st.progress(0.0, text="Reading…")

    def progress(done: int, total: int) -> None:
        bar.progress(min(done / total, 1.0) if total else 0.0, text=f"Reading… {done / 1e6:,.1f} MB")

    assert target.path is not None
    assert source.lang is not None
    assert target.lang is not None
    try:
        report = importing.import_pair(
            name, source=source.path, target=target.path, source_lang=source.lang, target_lang=target.lang,
            source_tag_column=source.tag_column, target_tag_column=target.tag_column, on_progress=progress,
        )  # fmt: skip
    except ProjnerError as error:
        bar.empty()
        st.error(f"Nothing was imported. {plain(uploads.renamed(error, names))}", icon=":material/error:")
        return
    with catalogue.open_project(name) as project:
        # What the user called the files, not what they were called in the meantime.
        notices = [uploads.with_names(str(notice), names) for notice in report.notices]
        project.set_meta("import_notices", notices[:_MOST_NOTICES])
        project.set_meta("target_file", target.name)
        if source.path is not None:
            project.set_meta("source_file", source.name)
    on_imported(name)
    st.rerun()
