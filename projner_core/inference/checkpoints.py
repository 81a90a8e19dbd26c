"""Where on this machine a model's files are, and which version of it they are.

A model is a folder, or a name on the Hugging Face hub, `owner/name`; `owner/name@revision` is that version
of it (a commit, a tag or a branch). Nothing here reaches for the network; `fetching` does.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

from projner_core.bundled import MODELS
from projner_core.errors import ProjnerError
from projner_core.inference import catalogue

_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?(@[\w./-]{1,200})?", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHARD = re.compile(r"-\d{5}-of-\d{5}\.")
_WEIGHTS = ("*.safetensors", "pytorch_model*.bin", "model.bin")  # the last is CTranslate2's
_INDEX = ("*.safetensors.index.json", "pytorch_model*.bin.index.json")
# One of these is in every folder that holds a tokenizer. Without any, transformers makes an empty one,
# to which every word is unknown.
TOKENIZER_FILES = (
    "tokenizer.json", "vocab.txt", "vocab.json", "sentencepiece.bpe.model", "spiece.model", "source.spm",
    "tokenizer.model", "spm.model",
)  # fmt: skip
_SMALL = 4_000_000  # bytes: a file up to this size is read for its digest


def locate(model: str, *, weights: bool = True) -> Path:
    """The folder that holds the model's files: `model` itself, or its place in the local hub cache.

    Args:
        weights: whether a model of the hub must be there whole; else its tokenizer and config.json will do.
            Where several versions are here it is the same for both: a tokenizer and weights that are read
            one after the other fit each other.

    Raises:
        ProjnerError: there is no such folder, it holds no model, or the hub name was never fetched, or not
            to its end.
    """
    try:
        folder = Path(model).expanduser()
        is_folder, is_file = folder.is_dir(), folder.is_file()
    except (OSError, RuntimeError) as error:  # a name that is too long; the home of no user
        raise ProjnerError(f"{model!r} cannot be a model's folder: {error}") from error
    if is_folder:
        if not (folder / "config.json").is_file():
            raise ProjnerError(
                f"the folder {model!r} holds no model: it has no config.json. Give the folder that "
                "'hf download' or save_pretrained wrote"
            )
        return folder
    if is_file:
        raise ProjnerError(f"{model!r} is a file; a model is a folder, with config.json and weights in it")
    if not is_hub_name(model):
        raise ProjnerError(
            f"there is no folder {model!r}; a model is a folder with config.json and weights in it, or a "
            "name on the Hugging Face hub such as bert-base-multilingual-cased"
        )
    found = list(dict.fromkeys(_snapshots(model)))
    lacking = {snapshot: next(missing_weights(snapshot), None) for snapshot in found}
    for snapshot in found:
        if lacking[snapshot] is None:
            return snapshot
    for snapshot in found:
        if not weights and has_tokenizer(snapshot):
            return snapshot
    missing = (lacking[found[0]] or "") if found else ""
    raise ProjnerError(_not_here(model, missing if weights or not missing else "a tokenizer"))


def is_hub_name(model: str) -> bool:
    """Whether the hub could have a model of this name, with a revision behind an @ or without."""
    if not _HUB_NAME.fullmatch(model):
        return False
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

    name, wanted = named(model)
    try:
        validate_repo_id(name)
    except HFValidationError:
        return False
    return wanted is None or not {"", ".", ".."} & {*wanted.split("/")}  # it becomes part of a path


def named(model: str) -> tuple[str, str | None]:
    """The name on the hub and the revision that is asked for, if any."""
    name, _, wanted = model.partition("@")
    return name, wanted or None


def has_tokenizer(folder: Path) -> bool:
    """Whether a folder holds the files of a tokenizer."""
    return any((folder / name).is_file() for name in TOKENIZER_FILES)


def missing_weights(folder: Path) -> Iterator[str]:
    """The files of weights that a folder lacks to be a whole model."""
    for pattern in _INDEX:
        for index in sorted(folder.glob(pattern)):
            try:
                shards = set(json.loads(index.read_bytes())["weight_map"].values())
                if not all(isinstance(name, str) for name in shards):
                    raise ValueError("names of files were expected")
            except (OSError, ValueError, LookupError, TypeError, AttributeError):
                yield index.name
                return
            yield from sorted(name for name in shards if not (folder / name).is_file())
            return
    for pattern in _WEIGHTS:  # a link to nowhere is no file
        if any(path.is_file() and not _SHARD.search(path.name) for path in folder.glob(pattern)):
            return
    yield "weights"


def revision(model: str, *, weights: bool = True) -> str:
    """Which version of a checkpoint is on this machine, without loading it.

    For a hub name the commit, 40 hexadecimal digits; for a folder a digest of its files: names, sizes, what
    small ones hold and when large ones were written. A model that comes with the program is the same on every
    machine, whenever it was installed: what its small files hold, its training among it, tells it.

    Args:
        model: as of `locate`.
        weights: as of `locate`.

    Raises:
        ProjnerError: as `locate`.
    """
    folder = locate(model, weights=weights)
    if _COMMIT.fullmatch(folder.name) and folder.parent.name == "snapshots":  # of the local hub cache
        return folder.name
    bundled = folder.parent == MODELS
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")):
        state = path.stat()
        written = b"" if bundled else str(state.st_mtime_ns).encode()
        content = path.read_bytes() if state.st_size <= _SMALL else written
        digest.update(f"{path.name}\0{state.st_size}\0".encode())
        digest.update(hashlib.sha256(content).digest())
    return f"{'bundled' if bundled else 'folder'}-{digest.hexdigest()[:32]}"


def hub_cache() -> Path:
    """The folder that fetched models go to."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


def _snapshots(model: str) -> Iterator[Path]:
    """What the local hub cache holds of a model, under any of its names: first what `main` is, if none else
    is asked for, then the newest."""
    from huggingface_hub import try_to_load_from_cache

    name, wanted = named(model)
    for one in dict.fromkeys([name, catalogue.moved(name)]):
        config = try_to_load_from_cache(one, "config.json", revision=wanted)
        if isinstance(config, str):
            yield Path(config).parent
        if wanted is not None:
            continue
        kept = (hub_cache() / f"models--{one.replace('/', '--')}" / "snapshots").glob("*/config.json")
        for file in sorted(kept, key=lambda file: -file.parent.stat().st_mtime_ns):
            if file.is_file():
                yield file.parent


def _not_here(model: str, missing: str) -> str:
    name, wanted = named(model)
    known = catalogue.about(name)
    about = f" It is {known.size} large; its licence: {known.licence}." if known else ""
    command = f"projner models fetch {name}" + (f" --revision {wanted}" if wanted else "")
    if missing:
        return (
            f"the model {model!r} is on this machine in part only: it lacks {missing}, as after a download "
            f"that was broken off.{about} Where there is a network, go on with: {command}"
        )
    return (
        f"the model {model!r} is not on this machine (there is no folder of that name, and it is not in the "
        f"local Hugging Face cache), and nothing is fetched unasked.{about} It would go to {hub_cache()}. "
        f"Fetch it once, where there is a network, with: {command}"
    )
