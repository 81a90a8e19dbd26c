"""From a checkpoint's files to a tokenizer and a network, with sentences where that fails.

Only files on this machine are read, no code that comes with a model is run, and weights in torch's older
format are read as plain arrays (`weights_only`): a checkpoint is data.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from projner_core.errors import ProjnerError
from projner_core.inference.batching import is_out_of_memory
from projner_core.inference.checkpoints import TOKENIZER_FILES, has_tokenizer, locate

# Weights that a checkpoint may lack: a head that nobody asks, positions that are a formula.
_MADE = ("pooler", "embed_positions")
# What transformers, tokenizers and torch raise for files that are not what they should be.
_BROKEN = (
    OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError, ImportError, EOFError,
    ArithmeticError, AssertionError, MemoryError, pickle.UnpicklingError,
)  # fmt: skip


def load_tokenizer(model: str) -> Any:
    """The tokenizer of a checkpoint (a folder, or a hub name fetched before).

    Raises:
        ProjnerError: as `locate`; or there is no tokenizer, or one that cannot be read.
    """
    return tokenizer_in(locate(model, weights=False), model)


def tokenizer_in(folder: Path, model: str) -> Any:
    """The tokenizer in a folder, which need not hold a model; as `load_tokenizer`.

    Args:
        model: whose tokenizer it is, as the user named it.

    Raises:
        ProjnerError: there is no tokenizer, or one that cannot be read.
    """
    if not has_tokenizer(folder):
        again = "" if Path(model).is_dir() else f". Where there is a network: projner models fetch {model}"
        raise ProjnerError(
            f"the model {model!r} has no tokenizer: its folder {folder} needs one of "
            f"{', '.join(TOKENIZER_FILES)}{again}"
        )
    _check_tokenizer(model, folder / "tokenizer.json")
    from transformers import AutoTokenizer

    with _quiet():
        try:
            return AutoTokenizer.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)
        except _broken() as error:
            raise ProjnerError(f"the tokenizer of {model!r} cannot be read: {_said(error)}") from error


def load_config(model: str) -> Any:
    """The configuration of a checkpoint's network (a folder, or a hub name fetched before).

    Raises:
        ProjnerError: as `locate`; or it cannot be read.
    """
    folder = locate(model, weights=False)
    from transformers import AutoConfig

    with _quiet():
        try:
            return AutoConfig.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)
        except _broken() as error:
            raise ProjnerError(f"the config.json of {model!r} cannot be read: {_said(error)}") from error


def load_network(model: str, *, dtype: str = "float32", auto: str = "AutoModel") -> Any:
    """The network of a checkpoint, on the CPU, in evaluation mode.

    Args:
        model: a folder, or a hub name fetched before.
        dtype: `float32`, `bfloat16` or `float16`.
        auto: the class of transformers that loads it.

    Raises:
        ProjnerError: as `locate`; or the files are not those of a model that can be loaded.
    """
    folder = locate(model)
    _check_weights(model, folder)
    import torch
    import transformers

    with _quiet():
        try:
            network, report = getattr(transformers, auto).from_pretrained(
                str(folder),
                dtype=getattr(torch, dtype),
                local_files_only=True,
                trust_remote_code=False,
                weights_only=True,
                ignore_mismatched_sizes=True,  # said below, in our words
                output_loading_info=True,
            )
        except _broken() as error:
            if is_out_of_memory(error):
                raise ProjnerError(
                    f"the model {model!r} does not fit into the memory: choose a smaller one, or close "
                    "other programs"
                ) from error
            raise ProjnerError(
                f"the model {model!r} cannot be loaded: {_said(error)} If its files are incomplete or "
                "damaged, fetch them again"
            ) from error
    wrong = [name for name in report["missing_keys"] if not any(part in name for part in _MADE)]
    wrong += [name for name, *_ in report["mismatched_keys"]]
    if wrong:
        raise ProjnerError(
            f"the weights of {model!r} are not those of the network that its config.json describes: "
            f"{len(wrong)} are missing or of another size, {min(wrong)} among them. Fetch the model again"
        )
    return network.eval()


def _check_tokenizer(model: str, file: Path) -> None:
    """Look at `tokenizer.json`, where there is one: of a damaged one the library says next to nothing."""
    if not file.is_file():
        return
    try:
        content = json.loads(file.read_bytes())
    except ValueError as error:
        raise ProjnerError(f"the tokenizer of {model!r} cannot be read: {_said(error)}") from error
    if not isinstance(content, dict) or not isinstance(content.get("model"), dict):
        raise ProjnerError(
            f"the tokenizer of {model!r} cannot be read: its tokenizer.json describes none. Fetch it again"
        )


def _check_weights(model: str, folder: Path) -> None:
    for pattern in ("*.safetensors", "*.safetensors.index.json", "pytorch_model*.bin"):
        if any(path.is_file() for path in folder.glob(pattern)):  # a link to nowhere is no file
            return
    raise ProjnerError(
        f"the model {model!r} has no weights: {folder} holds neither model.safetensors nor "
        "pytorch_model.bin. Fetch it again, whole"
    )


def _broken() -> tuple[type[Exception], ...]:
    from huggingface_hub.errors import StrictDataclassError  # of a config.json whose values can't be
    from safetensors import SafetensorError

    return (*_BROKEN, SafetensorError, StrictDataclassError)


def _said(error: BaseException) -> str:
    """The first line of what a library said, ended as a sentence is."""
    first = (str(error).strip().splitlines() or [""])[0].strip()[:300]
    said = f"{type(error).__name__}: {first}" if first else type(error).__name__
    return said if said.endswith(".") else f"{said}."


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the reports and bars that transformers writes while it loads."""
    from transformers.utils import logging

    before, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        logging.set_verbosity(before)
        if bars:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
