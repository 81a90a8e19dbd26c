"""Making a project of the user's files: everything comes in, or nothing does."""

from __future__ import annotations

import hashlib
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from projner_core.errors import ProjnerError
from projner_core.formats import conll
from projner_core.formats.base import Notice, Progress
from projner_core.formats.conll_layout import Layout
from projner_core.formats.files import FileKind, Reading, Side, kind_of, read_pair
from projner_core.store import LayerKind, Project, catalogue
from projner_core.tokenisation import How

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came in.

    Attributes:
        pairs: how many.
        notices: what was put right on the way, with file and line.
        source_scheme, target_scheme: what the tags of a CoNLL side are written in, as detected.
        has_source_entities: whether the source side came with entities.
        has_gold: whether the target side did; they are the layer "gold".
    """

    pairs: int
    notices: tuple[Notice, ...]
    source_scheme: str | None
    target_scheme: str | None
    has_source_entities: bool
    has_gold: bool

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON can hold it."""
        return asdict(self)


def import_pair(
    project: str | Path,
    *,
    source: Path | None,
    target: Path,
    source_lang: str,
    target_lang: str,
    source_tag_column: int | None = None,
    target_tag_column: int | None = None,
    tokenise: How | None = None,
    strict: bool = False,
    on_progress: Progress | None = None,
) -> ImportReport:
    """Make a project of a source and a target file, or of one file that holds both sides.

    The project appears under its name when it is whole: an error, a full disk or a kill on the way
    leaves no project behind.

    Args:
        project: the name of the new project, or a path for its file.
        source: CoNLL or text; None where `target` is a bitext (TSV, JSON lines) or has no source.
        target: CoNLL or text, or the bitext.
        source_lang, target_lang: BCP 47, ISO 639 or FLORES codes.
        source_tag_column, target_tag_column: 0-based; found where None.
        tokenise: how plain text becomes tokens; guessed where None.
        strict: refuse invalid tags, which are otherwise repaired for the spans and reported.
        on_progress: told bytes read and bytes in all.

    Raises:
        ProjnerError: the project exists.
        InputError: a file can't be read; it names file and line.
    """
    path = project if isinstance(project, Path) else catalogue.path_of(project)
    _check_free(path)
    reading = read_pair(
        source,
        target,
        source_lang=source_lang,
        target_lang=target_lang,
        source_layout=_layout(source, source_tag_column),
        target_layout=_layout(target, target_tag_column),
        source_how=tokenise,
        target_how=tokenise,
        strict=strict,
        progress=on_progress,
    )
    scratch = path.with_name(f".{path.stem}.{os.getpid()}.importing")
    _remove(scratch)
    try:
        with Project.create(
            scratch, name=path.stem, source_lang=source_lang, target_lang=target_lang
        ) as made:
            report = _fill(made, reading, source, target)
        _check_free(path)
        scratch.rename(path)
    finally:
        _remove(scratch)
    return report


def same_files(project: Path, source: Path | None, target: Path) -> bool:
    """Whether the project at this path was made of files with these contents."""
    with Project.open(project) as opened:
        return bool(opened.get_meta("files", None) == _contents(source, target))


def _fill(project: Project, reading: Reading, source: Path | None, target: Path) -> ImportReport:
    with project.importing() as importer:
        importer.add(reading.records)
    for name, side in (("source", reading.source), ("target", reading.target)):
        if side is not None and side.layout is not None:
            project.set_meta(f"{name}_layout", side.layout.to_dict())
            project.set_meta(f"{name}_file", side.path.name)
    project.set_meta("files", _contents(source, target))
    notices = tuple(reading.report)
    project.set_meta("import_notices", [str(notice) for notice in notices])
    return ImportReport(
        pairs=project.count(),
        notices=notices,
        source_scheme=_scheme(reading.source),
        target_scheme=_scheme(reading.target),
        has_source_entities=bool(project.layers(kind=LayerKind.SPANS, side="source")),
        has_gold=bool(project.layers(kind=LayerKind.SPANS, side="target")),
    )


def _layout(path: Path | None, tag_column: int | None) -> Layout | None:
    """The layout of a file whose tag column the user named; None leaves all of it to be found."""
    if path is None or tag_column is None:
        return None
    if kind_of(path) is not FileKind.CONLL:
        raise ProjnerError(f"{path} is not CoNLL, so it has no tag column. Leave the column out.")
    return conll.detect_layout(path, tag_column=tag_column)


def _scheme(side: Side | None) -> str | None:
    if side is None or side.layout is None or side.layout.scheme is None:
        return None
    return side.layout.scheme.value


def _contents(source: Path | None, target: Path) -> dict[str, str | None]:
    return {"source": None if source is None else _digest(source), "target": _digest(target)}


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _check_free(path: Path) -> None:
    if path.exists():
        raise ProjnerError(f"there is a project {path.stem!r} already. Choose another name.")


def _remove(scratch: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        scratch.with_name(scratch.name + suffix).unlink(missing_ok=True)
