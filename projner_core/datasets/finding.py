"""Which file a data set's name means: in a folder, in what was fetched before, or to be fetched now."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

import platformdirs

from projner_core.datasets import folders, hub
from projner_core.datasets.known import FOLDER, DataSet, known
from projner_core.errors import ProjnerError
from projner_core.languages import choose, parse

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class DataFile:
    """One language and split of a data set, on this machine.

    Attributes:
        name: of the data set.
        path: a CoNLL file.
        lang: the language, as the data set writes it.
        split: train, dev or test.
        licence: in a few words; "not said" where nobody says.
        page: where to read about it.
        labels: the entity types that are scored; empty: all.
        ignored: types that the file has and that are left out.
        fingerprint: SHA-256 of the file, hexadecimal.
        revision: the version that was fetched; "" of a local file.
        left_out: how many sentences were left out when it was fetched, as no CoNLL file can hold them.
    """

    name: str
    path: Path
    lang: str
    split: str
    licence: str
    page: str
    labels: tuple[str, ...]
    ignored: tuple[str, ...]
    fingerprint: str
    revision: str = ""
    left_out: int = 0

    def to_dict(self) -> dict[str, Any]:
        """For JSON, and for what a project keeps of where it comes from. It names no path."""
        told = asdict(self)
        del told["path"]
        return told | {"labels": list(self.labels), "ignored": list(self.ignored)}

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Self:
        """What `to_dict` told of, with no path: of a file that may have gone since."""
        lists = {"labels": tuple(told["labels"]), "ignored": tuple(told["ignored"])}
        return cls(**{**told, **lists, "path": Path()})


def find(
    name: str, lang: str, split: str = "test", folder: str | Path | None = None, *, fetch: bool = True
) -> DataFile:
    """One language and split of a data set, as a CoNLL file.

    It is looked for in `folder`, or else in the folder that the environment variable PROJNER_DATASETS names,
    then among what was fetched before. What is nowhere is fetched, where that is wanted and can be, and
    written once to `cache()`.

    Args:
        name: one of `names()`; "folder" is any folder of CoNLL files (`de.conll`, `de/test.txt`, …).
        lang: the language by any usual code: "yo" and "yor" are one.
        split: train, dev or test.
        folder: where data sets lie on this machine: the folder of this one, or of several.
        fetch: whether it may be fetched over the network.

    Raises:
        ProjnerError: no such data set, language or split; or it is not on this machine and is not, or cannot
            be, fetched: the sentence says where to get it and under which licence.
    """
    data_set = known(name)
    code = _code(data_set, lang)
    splits = data_set.splits_of(code)
    if split not in splits:
        of = "" if splits == data_set.splits else f" of {code!r}"
        raise ProjnerError(f"{data_set.title}{of} has no split {split!r}; it has: {', '.join(splits)}")
    if name == "demo":
        return _file(
            data_set, Path(str(files("projner_core.bundled") / "demo" / code / "target.conll")), code, split
        )
    chosen = _folder(folder)
    if chosen is not None and (path := folders.search(chosen, data_set, code, split)) is not None:
        return _file(data_set, _plain(data_set, path, code, split), code, split)
    kept = _kept(data_set, code, split)
    if not kept.is_file():
        if not fetch or (data_set.hub is None and not data_set.url):
            raise ProjnerError(_not_here(data_set, code, split, chosen))
        hub.fetch(data_set, code, split, kept)
    return _file(data_set, kept, code, split)


def find_source(
    name: str,
    lang: str,
    split: str = "test",
    folder: str | Path | None = None,
    *,
    source_lang: str = "en",
    fetch: bool = True,
) -> DataFile:
    """The same sentences as `find` gives, in `source_lang`, with their gold entities.

    Raises:
        ProjnerError: the data set is not parallel, or not in this language; or as `find`.
    """
    data_set = known(name)
    if data_set.parallel and not data_set.is_parallel(code := _code(data_set, lang)):
        raise ProjnerError(
            f"{data_set.title} has no English sentences with gold entities beside those of {code!r}, which "
            f"are another text; it has them of: {', '.join(data_set.paired)}. Take one of these, or have the "
            "sentences translated"
        )
    if not data_set.parallel:
        raise ProjnerError(
            f"{data_set.title} has no parallel sentences with gold entities: take another data set, "
            "or have its sentences translated"
        )
    if name == "demo":
        code = _code(data_set, lang)
        return _file(
            data_set, Path(str(files("projner_core.bundled") / "demo" / code / "source.conll")), "en", split
        )
    return find(name, source_lang, split, folder, fetch=fetch)


def cache() -> Path:
    """Where fetched data sets are kept: under PROJNER_HOME, or where the system keeps such files."""
    chosen = os.environ.get("PROJNER_HOME")
    if chosen:
        return Path(chosen).expanduser() / "datasets"
    return Path(platformdirs.user_cache_dir("projner", appauthor=False)) / "datasets"


def _folder(folder: str | Path | None) -> Path | None:
    chosen = folder or os.environ.get("PROJNER_DATASETS")
    if not chosen:
        return None
    path = Path(chosen).expanduser()
    if not path.is_dir():
        raise ProjnerError(f"there is no folder {path}: name the one that data sets lie in")
    return path


def _code(data_set: DataSet, lang: str) -> str:
    """The data set's own code of a language."""
    if lang in data_set.languages:
        return lang
    found = () if _says_more(lang) else choose(lang, data_set.languages)
    if found:
        return found[0]
    if not data_set.open_ended:
        raise ProjnerError(
            f"{data_set.title} has no language {lang!r}; it has: {', '.join(data_set.languages)}"
        )
    if not lang or any(not (character.isalnum() or character in "-_") for character in lang):
        raise ProjnerError(f"{lang!r} is no code of a language: expected one such as yo, yor or zh-Hant")
    return lang


def _says_more(lang: str) -> bool:
    """Whether a code says more than a language, a script and a region: `zh-yue` is no Chinese in `zh`."""
    _, *rest = re.split(r"[-_]", lang)
    return any(part.lower() not in (parse(lang).script.lower(), parse(lang).region.lower()) for part in rest)


def _kept(data_set: DataSet, code: str, split: str) -> Path:
    return cache() / data_set.name / f"{code}.{split}.conll"


def _file(data_set: DataSet, path: Path, code: str, split: str) -> DataFile:
    return DataFile(
        name=data_set.name,
        path=path,
        lang=code,
        split=split,
        licence=data_set.licence,
        page=data_set.page,
        labels=data_set.labels,
        ignored=data_set.ignored,
        fingerprint=_digest(path),
        **_note(path),
    )


def _plain(data_set: DataSet, path: Path, code: str, split: str) -> Path:
    """The file as it is; of WikiANN's own files, whose tokens stand behind their language ("yo:Èkó"), a
    copy without that."""
    if data_set.name != "wikiann":
        return path
    text = path.read_bytes()
    mark = f"{code}:".encode()
    lines = text.split(b"\n")
    if not all(line.startswith(mark) for line in lines if line.strip()):
        return path
    plain = b"\n".join(line.removeprefix(mark) for line in lines)
    kept = cache() / data_set.name / f"{code}.{split}.{hashlib.sha256(text).hexdigest()[:12]}.conll"
    if not kept.is_file():
        hub.write_whole(kept, plain)
    return kept


def _note(path: Path) -> dict[str, Any]:
    """What the note beside a fetched file says: its version, and how many sentences were left out."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        told = json.loads(hub.note_of(path).read_text(encoding="utf-8"))
        return {"revision": str(told["revision"]), "left_out": int(told.get("left_out", 0))}
    return {}


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
    except OSError as error:
        raise ProjnerError(f"{path} can't be read: {error.strerror}") from error
    return digest.hexdigest()


def _not_here(data_set: DataSet, code: str, split: str, folder: Path | None) -> str:
    where = f" in {folder}" if folder else ""
    if data_set.name == FOLDER:
        there = ", ".join(folders.languages_in(folder, data_set, split)) if folder else ""
        has = f" It has: {there}." if there else ""
        return (
            f"there is no CoNLL file of the language {code!r}{where}.{has} Expected, for example, "
            f"{code}.conll or {code}/{split}.txt in a folder that you name (--data, or PROJNER_DATASETS)."
        )
    return (
        f"{data_set.title}, {code!r}, {split}, is not on this machine{where}, and nothing is fetched "
        f"unasked. Get it from {data_set.page} (licence: {data_set.licence}), put it into a folder as "
        f"{data_set.name}/{code}/{split}.txt, and name that folder with --data or PROJNER_DATASETS; or allow "
        "fetching it, with --fetch."
    )
