"""Files from the browser: put on the disk under names of our own, and looked at before they are imported."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import streamlit as st

from projner_core.errors import InputError, ProjnerError
from projner_core.formats import conll
from projner_core.formats.base import sniff
from projner_core.formats.conll_layout import columns_of, content
from projner_core.formats.conll_layout import kind_of as kind_of_row
from projner_core.formats.files import FileKind, kind_of

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

_BOTH_SIDES = (FileKind.TSV, FileKind.JSONL)
SUFFIXES = ("conll", "conll03", "bio", "iob", "iob2", "tsv", "txt", "jsonl", "ndjson")
_SHOWN_LINES = 12
_SHOWN_WIDTH = 300  # characters of a line
_SAMPLED = 20  # sentences
_COUNTED = 30 << 20  # bytes: larger files are counted when they are imported


@dataclass(frozen=True, slots=True)
class Look:
    """What a file seems to be, before it is imported.

    Attributes:
        kind: CoNLL, plain text (a sentence a line), or both sides in one file.
        layout: of a CoNLL file.
        samples: for each of its columns, the first few different values.
        sentences: how many there are; None where the file is too large to count beforehand.
        head: its first lines.
    """

    kind: FileKind
    layout: conll.Layout | None
    samples: tuple[tuple[str, ...], ...]
    sentences: int | None
    head: str


def keep(upload: UploadedFile, stem: str) -> Path:
    """Write an uploaded file into this session's folder. Its own name is text to show, never a path."""
    suffix = Path(upload.name).suffix.lower().lstrip(".")
    path = _folder() / f"{stem}-{_digest(upload)}.{suffix if suffix in SUFFIXES else 'txt'}"
    if not path.exists():
        path.write_bytes(upload.getbuffer())
    return path


def renamed(error: ProjnerError, names: dict[Path, str]) -> str:
    """The error's sentence with the names that the user gave the files."""
    if isinstance(error, InputError) and Path(error.path) in names:
        error = replace(error, path=names[Path(error.path)])
    return with_names(str(error), names)


def with_names(text: str, names: dict[Path, str]) -> str:
    """`text` with the names that the user gave the files in place of ours."""
    for path, name in names.items():
        text = text.replace(str(path), name).replace(path.name, name)
    return text


@st.cache_data(show_spinner="Looking at the file…", max_entries=20)
def look(path: Path, *, alone: bool) -> Look:
    """What the file seems to be; `alone` where it is to hold both sides.

    Raises:
        InputError: it can't be read as any of the formats, or does not hold what is asked of it.
    """
    kind = kind_of(path, alone=alone)
    if alone and kind not in _BOTH_SIDES:
        raise InputError(
            path, None, "one language", "both: a tab between them on each line, or JSON lines",
            "Choose “a file for each language” if you have two files.",
        )  # fmt: skip
    if not alone and kind in _BOTH_SIDES:
        raise InputError(
            path, None, "both languages in one file", "one language", "Choose “one file with both”."
        )
    start = sniff(path)
    lines = start.head.split(start.terminator)
    head = "\n".join(line.rstrip("\r")[:_SHOWN_WIDTH] for line in lines[:_SHOWN_LINES])
    small = path.stat().st_size <= _COUNTED
    if kind is not FileKind.CONLL:
        return Look(kind, None, (), _lines(path) if small else None, head)
    layout = conll.detect_layout(path)
    sentences = sum(1 for _ in conll.read(path, layout)) if small else None
    return Look(kind, layout, _samples(path, layout), sentences, head)


def holds_both(path: Path) -> bool:
    """Whether a file would be read as both sides where it comes alone."""
    return kind_of(path, alone=True) in _BOTH_SIDES


def _samples(path: Path, layout: conll.Layout) -> tuple[tuple[str, ...], ...]:
    """The first different values of each column, as a person tells columns apart by them."""
    found: list[dict[str, None]] = [{} for _ in range(layout.columns)]
    for sentence in islice(conll.read(path, layout), _SAMPLED):
        for row in map(content, sentence.raw.split(layout.terminator)):
            if kind_of_row(row, layout) == "token":
                for values, value in zip(found, columns_of(row, layout.separator), strict=False):
                    values[value] = None
    return tuple(tuple(values)[:3] for values in found)


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for line in file if line.strip())


def _digest(upload: UploadedFile) -> str:
    return "".join(c for c in upload.file_id if c.isalnum())[:40]


def _folder() -> Path:
    return Path(_temporary().name)


@st.cache_resource(scope="session", show_spinner=False, on_release=lambda folder: folder.cleanup())
def _temporary() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="projner-")
