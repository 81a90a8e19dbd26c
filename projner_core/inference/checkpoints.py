"""Where on this machine a model's files are, and which version of it they are."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import NamedTuple

from projner_core.errors import ProjnerError

_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SMALL = 4_000_000  # bytes: a file up to this size is read for its digest


class _Known(NamedTuple):
    size: str  # of the files that are needed
    licence: str
    safe: bool  # whether there are safetensors, and the other formats need not be fetched
    other_name: str = ""  # the hub has moved it


_KNOWN = {
    "bert-base-multilingual-cased": _Known(
        "0.7 GB", "Apache-2.0", True, "google-bert/bert-base-multilingual-cased"
    ),
    "xlm-roberta-base": _Known("1.1 GB", "MIT", True, "FacebookAI/xlm-roberta-base"),
    "xlm-roberta-large": _Known("2.2 GB", "MIT", True, "FacebookAI/xlm-roberta-large"),
    "sentence-transformers/LaBSE": _Known("1.9 GB", "Apache-2.0", True),
    "aneuraz/awesome-align-with-co": _Known("0.7 GB", "BSD-3-Clause", False),
    "facebook/nllb-200-distilled-600M": _Known("2.5 GB", "CC-BY-NC-4.0: not for commercial use", False),
    "facebook/m2m100_418M": _Known("1.9 GB", "MIT", False),
}


def locate(model: str) -> Path:
    """The folder that holds the model's files: `model` itself, or its place in the local hub cache.

    Raises:
        ProjnerError: there is no such folder, it holds no model, or the hub name was never fetched.
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
    if not _HUB_NAME.fullmatch(model):
        raise ProjnerError(
            f"there is no folder {model!r}; a model is a folder with config.json and weights in it, or a "
            "name on the Hugging Face hub such as bert-base-multilingual-cased"
        )
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    for name in dict.fromkeys([model, _moved(model)]):
        try:
            config = try_to_load_from_cache(name, "config.json")
        except HFValidationError:  # no name that the hub could have
            break
        if isinstance(config, str):
            return Path(config).parent
    raise ProjnerError(_not_here(model))


def revision(model: str) -> str:
    """Which version of a checkpoint is on this machine, without loading it.

    For a hub name the commit, 40 hexadecimal digits; for a folder a digest of its files: names, sizes, what
    small ones hold and when large ones were written.

    Raises:
        ProjnerError: as `locate`.
    """
    folder = locate(model)
    if _COMMIT.fullmatch(folder.name) and folder.parent.name == "snapshots":  # of the local hub cache
        return folder.name
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")):
        state = path.stat()
        content = path.read_bytes() if state.st_size <= _SMALL else str(state.st_mtime_ns).encode()
        digest.update(f"{path.name}\0{state.st_size}\0".encode())
        digest.update(hashlib.sha256(content).digest())
    return f"folder-{digest.hexdigest()[:32]}"


def _moved(model: str) -> str:
    """The other name that the hub has for a model, or the same."""
    for name, known in _KNOWN.items():
        if known.other_name and model in {name, known.other_name}:
            return known.other_name if model == name else name
    return model


def _not_here(model: str) -> str:
    known = _KNOWN.get(model) or _KNOWN.get(_moved(model))
    about = f" It is {known.size} large; its licence is {known.licence}." if known else ""
    skip = " --exclude '*.bin' --exclude '*.h5' --exclude '*.msgpack'" if known and known.safe else ""
    return (
        f"the model {model!r} is not on this machine (there is no folder of that name, and it is not in the "
        f"local Hugging Face cache), and nothing is fetched unasked.{about} Fetch it once, where there is a "
        f"network, with: hf download {model}{skip}"
    )
