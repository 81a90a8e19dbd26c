"""From a data set to the project that a cell is run in."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Self

from projner_core import datasets
from projner_core.datasets import DataFile, hub
from projner_core.errors import InputError, ProjnerError
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

    @classmethod
    def of_then(cls, told: dict[str, Any], cell: Cell) -> Self:
        """What `to_dict` told of, scored as the plan says now; the files themselves may have gone."""
        source = None if told["source"] is None else DataFile.from_dict(told["source"])
        return cls(
            _as_said(DataFile.from_dict(told["target"]), cell),
            None if source is None else _as_said(source, cell),
        )


def find_files(cell: Cell, plan: Plan, *, fetch: bool) -> Files:
    """The data of a cell.

    Raises:
        ProjnerError: as `datasets.find`.
    """
    target = datasets.find(cell.data_set, cell.lang, cell.split, cell.folder, fetch=fetch)
    if plan.source == "translate":
        return Files(_as_said(target, cell), None)
    source = datasets.find_source(
        cell.data_set, cell.lang, cell.split, cell.folder, source_lang=plan.source_lang, fetch=fetch
    )
    return Files(_as_said(target, cell), _as_said(source, cell))


def _as_said(data: DataFile, cell: Cell) -> DataFile:
    """With the entity types that the plan names, where it names any."""
    labels = cell.labels or data.labels
    ignored = data.ignored if cell.ignored is None else cell.ignored
    both = [label for label in labels if label not in ignored]
    return replace(data, labels=tuple(both), ignored=tuple(label for label in ignored if label not in labels))


def project_of(cell: Cell, plan: Plan, files: Files, out: Path) -> Path:
    """The project of a cell, made where it is missing. Cells of one language share it where one translator
    makes their source sentences, and with it every layer that they have in common.

    Raises:
        ProjnerError: a file has changed since it was found; the two are not of the same sentences; or as
            `import_pair`.
    """
    translator = cell.config.translator.model_dump()
    ignored = list(files.target.ignored)
    identity = json.dumps(
        [files.fingerprints, ignored, cell.split, plan.limit, plan.source_lang, translator], sort_keys=True
    )
    lang = re.sub(r"[^\w-]", "_", cell.lang)
    name = f"{cell.data_set}.{lang}.{hashlib.sha256(identity.encode()).hexdigest()[:12]}"
    path = out / "projects" / f"{name}.sqlite"
    if path.is_file():
        _describe(path, files)
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = out / "data"
    folder.mkdir(parents=True, exist_ok=True)
    copies = [
        (data, _copied(data, folder / f"{name}.{side}.conll"))
        for side, data in (("target", files.target), ("source", files.source))
        if data is not None
    ]
    target, source = copies[0][1], copies[1][1] if len(copies) > 1 else None
    try:
        _check_lengths(copies)
        for data, copy in copies:
            _prepare(data, plan.limit, copy)
        import_pair(path, source=source, target=target, source_lang=plan.source_lang, target_lang=cell.lang)
    except InputError as error:  # lines are those of the file that people have
        own = {str(copy): data.path for data, copy in copies}
        raise replace(error, path=own.get(str(error.path), error.path)) from error
    _describe(path, files)
    return path


def _describe(path: Path, files: Files) -> None:
    """Have the project say what its data are; one that was killed right after its import does not yet."""
    with Project.open(path) as project:
        if project.get_meta("dataset") is None:
            project.set_meta("dataset", files.to_dict())


def _copied(data: DataFile, path: Path) -> Path:
    """A copy of the very bytes that results are to stand for."""
    try:
        content = data.path.read_bytes()
    except OSError as error:
        raise ProjnerError(f"{data.path} can't be read: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != data.fingerprint:
        raise ProjnerError(f"{data.path} has changed since this plan was begun: run the plan again")
    hub.write_whole(path, content)
    return path


def _check_lengths(copies: Sequence[tuple[DataFile, Path]]) -> None:
    """Whole files have as many sentences; where only their beginnings are taken, nothing else would tell."""
    counts = [sum(1 for _ in conll.read(copy, conll.detect_layout(copy))) for _, copy in copies]
    if len({*counts}) > 1:
        (target, _), (source, _) = copies
        raise ProjnerError(
            f"{target.path} has {counts[0]:,} sentences and {source.path} has {counts[1]:,}: the two are not "
            "the same sentences in two languages, one by one. Take files that are"
        )


def _prepare(data: DataFile, limit: int, path: Path) -> None:
    """Cut a copy to its first `limit` sentences, without ignored entities. Only tags differ."""
    if not limit and not data.ignored:
        return
    layout = conll.detect_layout(path)
    if layout.scheme is None:
        raise ProjnerError(f"{data.path} has no tags: a data set has gold entities")
    sentences = islice(conll.read(path, layout), limit or None)
    # the file is read while the other is written, and then takes its place
    write_whole(path, (_without(sentence, layout, layout.scheme, data.ignored) for sentence in sentences))


def _without(sentence: conll.ConllSentence, layout: Layout, scheme: Scheme, ignored: tuple[str, ...]) -> str:
    tags = sentence.tags or ()
    if not any(tag.endswith(f"-{label}") for tag in tags for label in ignored):
        return sentence.raw
    spans = [span for span in decode(repair(tags, scheme).tags, scheme) if span.label not in ignored]
    return conll.render(sentence.raw, layout, encode(spans, len(tags), scheme))
