"""Fetching a data set, and writing it as a CoNLL file: once, whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Any

from projner_core.datasets.known import DataSet, Hub
from projner_core.errors import ProjnerError

_SPLITS = {"train": "train", "dev": "validation", "test": "test"}  # as the hub calls them
_SECONDS = 60.0  # without a byte, a connection is given up


def fetch(data_set: DataSet, code: str, split: str, path: Path) -> None:
    """Write one language and split of a data set to `path`, and beside it a note of where it is from.

    Raises:
        ProjnerError: there is no network, no such file there, or a token that no CoNLL file can hold.
    """
    if data_set.hub is not None:
        rows, revision = _rows(data_set, data_set.hub, code, split)
        left_out: list[int] = []
        # of a parallel set, the sentence of the other language would lose its like
        out = None if data_set.parallel else left_out
        text = "".join(conll(rows, f"{data_set.name}-{code}-{split}", out)).encode()
        origin = data_set.hub.repository
    else:
        left_out = []
        origin = data_set.url.format(lang=code)
        text, revision = _downloaded(data_set, origin, code, split), origin.split("/")[5]
    note: dict[str, Any] = {"from": origin, "revision": revision}
    note |= {"licence": data_set.licence, "page": data_set.page}
    if left_out:
        note |= {"left_out": len(left_out), "left_out_sentences": left_out}
    write_whole(note_of(path), json.dumps(note, ensure_ascii=False, indent=2).encode())
    write_whole(path, text)


def note_of(path: Path) -> Path:
    """The note beside a fetched file."""
    return path.with_suffix(".json")


def conll(
    rows: Iterator[tuple[Sequence[str], Sequence[str]]], name: str, left_out: list[int] | None = None
) -> Iterator[str]:
    """The CoNLL text of sentences: token, tab, tag; ids are the name and the number.

    Tokens are written byte for byte. Sentences without a token are left out, for CoNLL cannot say them. So
    is a sentence with a token that is empty or holds a tab, a line break or a NUL: it would have to be
    changed to be written, and tokens are never changed.

    Args:
        rows: tokens and IOB2 tags of each sentence.
        name: what ids begin with.
        left_out: is given the numbers of sentences with such a token; None: they are refused.

    Raises:
        ProjnerError: a sentence has not one tag a token; or a token that cannot be written, and no
            sentence may be left out.
    """
    for number, (tokens, tags) in enumerate(rows, start=1):
        if len(tokens) != len(tags):
            raise ProjnerError(f"sentence {number} of {name} has {len(tokens)} tokens and {len(tags)} tags")
        if (place := _unwritable(tokens)) and left_out is None:
            raise ProjnerError(
                f"sentence {number} of {name}: token {place} is {tokens[place - 1]!r}, which is empty or "
                "holds a tab, a line break or a NUL. A CoNLL file cannot hold it, and tokens are never "
                "changed: nothing was written. Take another version of the data set, as a folder of CoNLL "
                "files"
            )
        if place and left_out is not None:
            left_out.append(number)
        elif tokens:
            lines = (f"{token}\t{tag}\n" for token, tag in zip(tokens, tags, strict=True))
            yield f"# id = {name}-{number:05}\n{''.join(lines)}\n"


def _unwritable(tokens: Sequence[str]) -> int:
    """The number of the first token that no CoNLL file can hold, from 1; 0: there is none."""
    for place, token in enumerate(tokens, start=1):
        if not token or any(mark in token for mark in "\t\r\n\0"):
            return place
    return 0


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that appears when it is whole, its folder too.

    Raises:
        ProjnerError: it cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        raise ProjnerError(f"{path} can't be written: {error.strerror}") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _rows(
    data_set: DataSet, hub: Hub, code: str, split: str
) -> tuple[Iterator[tuple[Sequence[str], Sequence[str]]], str]:
    """Tokens and tags of each sentence, and the commit that they are of."""
    import datasets
    from datasets.exceptions import DatasetsError
    from httpx2 import HTTPError  # what the hub's client raises where there is no network

    config, part = dict(data_set.configs).get(code, code), _SPLITS.get(split, split)
    try:
        commit = _commit(hub)
        place = f"hf://datasets/{hub.repository}@{commit}/{hub.files.format(config=config, split=part)}"
        with tempfile.TemporaryDirectory(prefix="projner-") as scratch:  # the CoNLL file is what is kept
            table = datasets.load_dataset(
                "parquet", data_files={part: place}, split=part, cache_dir=scratch, keep_in_memory=True
            )
    except (OSError, EOFError, HTTPError, HTTPException, DatasetsError, ValueError) as error:
        raise ProjnerError(_failed(data_set, code, split, error)) from error
    names = _tag_names(table.features, data_set)
    return (_sentence(row, names) for row in table), commit


def _commit(hub: Hub) -> str:
    """The commit that a branch is at, so that what was fetched can be named."""
    from huggingface_hub import HfApi

    info = HfApi().dataset_info(hub.repository, revision=hub.revision, timeout=_SECONDS)
    return str(info.sha)


def _tag_names(features: Mapping[str, Any], data_set: DataSet) -> list[str] | None:
    """The tags behind the numbers of `ner_tags`; None where the tags are texts."""
    missing = {"tokens", "ner_tags"} - set(features)
    if missing:
        raise ProjnerError(
            f"{data_set.title} has no column {' or '.join(sorted(missing))} on the hub any more; it has: "
            f"{', '.join(features)}. Take it from {data_set.page} as a folder of CoNLL files"
        )
    feature = features["ner_tags"]
    feature = getattr(feature, "feature", feature)
    if (names := getattr(feature, "names", None)) is not None:
        return list(names)
    if getattr(feature, "dtype", "") == "string":
        return None
    raise ProjnerError(
        f"{data_set.title} does not say on the hub which tag each number stands for. Take it from "
        f"{data_set.page} as a folder of CoNLL files"
    )


def _sentence(row: Mapping[str, Any], names: list[str] | None) -> tuple[Sequence[str], Sequence[str]]:
    tags = row["ner_tags"]
    return row["tokens"], list(tags) if names is None else [names[tag] for tag in tags]


def _downloaded(data_set: DataSet, url: str, code: str, split: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS) as answer:  # noqa: S310 - https, from `known`
            content: bytes = answer.read()
    except (OSError, EOFError, HTTPException) as error:  # a connection that broke off is no OSError
        raise ProjnerError(_failed(data_set, code, split, error)) from error
    return content


def _failed(data_set: DataSet, code: str, split: str, error: Exception) -> str:
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    return (
        f"{data_set.title}, {code!r}, {split}, can't be fetched: {reason}. Where there is no network, get it "
        f"elsewhere from {data_set.page} (licence: {data_set.licence}), put it into a folder as "
        f"{data_set.name}/{code}/{split}.txt, and name that folder with --data or PROJNER_DATASETS"
    )
