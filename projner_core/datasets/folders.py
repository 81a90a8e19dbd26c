"""Data sets that lie in a folder of this machine, in the layouts that people have them in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from projner_core.datasets.known import DataSet

SUFFIXES = (".conll", ".txt", ".bio", ".iob2", ".iob", ".tsv", ".conllu", ".conll02", ".conll03")
_SPLITS = {
    "train": ("train",),
    "dev": ("dev", "validation", "valid", "val"),
    "test": ("test",),
}


def search(folder: Path, data_set: DataSet, code: str, split: str) -> Path | None:
    """The file of one language and split: in `folder`, or in a folder of the data set's name in it.

    A split is looked for by its name; a file with no split in its name counts where the data set has only
    one split, and for "test" where there is nothing else.
    """
    for root in _roots(folder, data_set):
        for path in _places(root, data_set, code, split):
            if path.is_file():
                return path
    return None


def languages_in(folder: Path, data_set: DataSet, split: str) -> list[str]:
    """The languages that a folder has of a data set, sorted; of any folder, by the names in it."""
    if not folder.is_dir():
        return []
    candidates = set(data_set.languages)
    if not candidates:
        candidates = {entry.name.partition(".")[0] for entry in folder.iterdir()}
    return sorted(code for code in candidates if search(folder, data_set, code, split))


def _roots(folder: Path, data_set: DataSet) -> Iterator[Path]:
    """The folder of its name first: beside other sets, `de.conll` may be anybody's."""
    named = [folder / name for name in (data_set.name, *data_set.aliases)]
    for root in (*named, folder):
        for pattern in data_set.clones if root.is_dir() else ():
            yield from sorted(clone for clone in root.glob(pattern) if clone.is_dir())
        if root.is_dir():
            yield root


def _places(root: Path, data_set: DataSet, code: str, split: str) -> Iterator[Path]:
    config = dict(data_set.configs).get(code, code)
    for called in dict.fromkeys((code, config)):
        for name in _SPLITS.get(split, (split,)):
            for suffix in ("", *SUFFIXES):  # a split without suffix: Rahimi's WikiANN
                yield root / called / f"{name}{suffix}"
                if suffix:
                    yield root / f"{called}.{name}{suffix}"
                    yield root / f"{called}-{name}{suffix}"
                    yield root / f"{name}-{called}{suffix}"
                    yield root / f"{called}-ud-{name}{suffix}"
                    yield root / f"{called}-europarl.{name}{suffix}"
        if split == "test" or data_set.splits == (split,):
            for suffix in SUFFIXES:
                yield root / f"{called}{suffix}"
