"""From a data set to the project that a cell is run in."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from projner_core import datasets
from projner_core.datasets import DataFile
from projner_core.errors import ProjnerError
from projner_core.experiments.cells import Cell
from projner_core.experiments.plan import Plan
from projner_core.formats import conll
from projner_core.formats.base import write_whole
from projner_core.formats.conll_layout import Layout
from projner_core.pipeline.importing import import_pair
from projner_core.schemes import Scheme, decode, encode, repair
from projner_core.store import Project


@dataclass(frozen=True, slots=True)
class Files:
    """The data of a cell: target sentences with their gold entities and, of a parallel set, the source."""

    target: DataFile
    source: DataFile | None

    @property
    def fingerprints(self) -> list[str]:
        """Of target and source."""
        return [data.fingerprint for data in (self.target, self.source) if data is not None]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "target": self.target.to_dict(),
            "source": None if self.source is None else self.source.to_dict(),
        }


def find_files(cell: Cell, plan: Plan, *, fetch: bool) -> Files:
    """The data of a cell.

    Raises:
        ProjnerError: as `datasets.find`.
    """
    target = datasets.find(cell.data, cell.lang, cell.split, cell.folder, fetch=fetch)
    if plan.source == "translate":
        return Files(target, None)
    source = datasets.find_source(
        cell.data, cell.lang, cell.split, cell.folder, source_lang=plan.source_lang, fetch=fetch
    )
    return Files(target, source)


def project_of(cell: Cell, plan: Plan, files: Files, out: Path) -> Path:
    """The project of a cell, made where it is missing. Cells of one language share it where one translator
    makes their source sentences, and with it every layer that they have in common."""
    translator = cell.config.translator.model_dump()
    ignored = list(files.target.ignored)
    identity = json.dumps(
        [files.fingerprints, ignored, cell.split, plan.limit, plan.source_lang, translator], sort_keys=True
    )
    name = f"{cell.data}.{cell.lang}.{hashlib.sha256(identity.encode()).hexdigest()[:12]}"
    path = out / "projects" / f"{name}.sqlite"
    if path.is_file():
        _describe(path, files)
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = out / "data"
    folder.mkdir(parents=True, exist_ok=True)
    import_pair(
        path,
        source=None
        if files.source is None
        else _prepared(files.source, plan.limit, folder / f"{name}.source.conll"),
        target=_prepared(files.target, plan.limit, folder / f"{name}.target.conll"),
        source_lang=plan.source_lang,
        target_lang=cell.lang,
    )
    _describe(path, files)
    return path


def _describe(path: Path, files: Files) -> None:
    """Have the project say what its data are; one that was killed right after its import does not yet."""
    with Project.open(path) as project:
        if project.get_meta("dataset") is None:
            project.set_meta("dataset", files.to_dict())


def _prepared(data: DataFile, limit: int, path: Path) -> Path:
    """The first `limit` sentences, without ignored entities; the file itself where that is all of it.

    Only tags differ from the file.
    """
    if not limit and not data.ignored:
        return data.path
    layout = conll.detect_layout(data.path)
    if layout.scheme is None:
        raise ProjnerError(f"{data.path} has no tags: a data set has gold entities")
    sentences = islice(conll.read(data.path, layout), limit or None)
    write_whole(path, (_without(sentence, layout, layout.scheme, data.ignored) for sentence in sentences))
    return path


def _without(sentence: conll.ConllSentence, layout: Layout, scheme: Scheme, ignored: tuple[str, ...]) -> str:
    tags = sentence.tags or ()
    if not any(tag.endswith(f"-{label}") for tag in tags for label in ignored):
        return sentence.raw
    spans = [span for span in decode(repair(tags, scheme).tags, scheme) if span.label not in ignored]
    return conll.render(sentence.raw, layout, encode(spans, len(tags), scheme))
