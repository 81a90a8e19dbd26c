"""The folder of a trained tagger: weights, tokenizer, and what it was trained on, for programs and people.

It is written under another name and moved to its place when it is whole: a folder that is there is a tagger.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from projner_core.errors import ProjnerError
from projner_core.training.loop import Learnt
from projner_core.training.records import RECORD, Record, card


def write_folder(out: Path, record: Record, fill: Callable[[Path], None]) -> None:
    """Write a tagger's folder: what `fill` writes, `training.json` and `README.md`.

    Raises:
        ProjnerError: there is something at that place already, or it can't be written.
    """
    check_free(out)
    part = out.with_name(f".{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        fill(part)
        told = json.dumps(record.to_dict(), ensure_ascii=False, indent=1)
        (part / RECORD).write_text(told + "\n", encoding="utf-8")
        (part / "README.md").write_text(card(record), encoding="utf-8")
        part.rename(out)
    except OSError as error:
        raise ProjnerError(
            f"the trained tagger cannot be written to {out}: {error.strerror or error}. Choose another folder"
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def check_free(out: Path) -> None:
    """Say before the work, not after it, that a tagger can't be written there.

    Raises:
        ProjnerError: something is there, or there is no folder that it could be in.
    """
    if out.exists() or out.is_symlink():
        raise ProjnerError(f"{out} is there already: give a folder that is not, or delete it")
    _check_parent(out)


def make_folder(out: Path) -> None:
    """Make the folder that several taggers are to be in, where it is not there.

    Raises:
        ProjnerError: there is no folder that it could be in, or something else is at that place.
    """
    _check_parent(out)
    try:
        out.mkdir(exist_ok=True)
    except OSError as error:
        raise ProjnerError(
            f"the folder {out} cannot be made: {error.strerror or error}. Choose another place"
        ) from error


def _check_parent(out: Path) -> None:
    if not out.parent.is_dir():
        raise ProjnerError(f"there is no folder {out.parent}: make it, or choose another place")


def fill_with(learnt: Learnt, record: Record) -> Callable[[Path], None]:
    """Writes the network and its tokenizer into a folder."""

    def fill(folder: Path) -> None:
        trainable = learnt.trainable
        with _without_bars():
            if trainable.shapes:
                _save_tagger(folder, learnt, record.to_dict())
            else:
                trainable.network.save_pretrained(folder)
            trainable.tokenizer.save_pretrained(folder)

    return fill


def _save_tagger(folder: Path, learnt: Learnt, trained: Mapping[str, Any]) -> None:
    from projner_core.inference.networks.tagger import TaggerConfig, save

    network = learnt.trainable.network
    about = network.encoder.config.to_diff_dict() | {"model_type": network.encoder.config.model_type}
    for key in ("_name_or_path", "architectures", "dtype", "transformers_version"):
        about.pop(key, None)
    save(folder, network, TaggerConfig(about, learnt.tags, True, trained=dict(trained)))


@contextmanager
def _without_bars() -> Iterator[None]:
    """Without the bars that transformers draws while it writes."""
    from transformers.utils import logging

    drawn = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if drawn:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
