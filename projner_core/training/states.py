"""Where a training stands, kept after each epoch: a killed one goes on from there.

Two files in a folder beside the one that is trained into: `state.pt`, with the weights that are learnt and
what the optimiser knows, and `best-N.pt`, the weights of the best epoch so far. A file is written under
another name and moved to its place: what is there is whole. Nothing of the random numbers need be kept, as
each epoch draws its own from the seed and its number.
"""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from projner_core.errors import ProjnerError

if TYPE_CHECKING:
    import torch

    Weights = dict[str, torch.Tensor]

_STATE = "state.pt"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a training is.

    Attributes:
        fingerprint: of settings and sentences.
        epochs: how many are done.
        best: the number of the best epoch so far, counted from 1; 0: none was scored.
        history: of each epoch what was said of it (loss, dev scores).
        machine: what it was computed on and with: device, dtype, torch; empty: not known.
    """

    fingerprint: str
    epochs: int = 0
    best: int = 0
    history: list[dict[str, Any]] = field(default_factory=list)
    machine: dict[str, str] = field(default_factory=dict)


class States:
    """The folder of one training.

    Args:
        folder: made where it is not there.
        fingerprint: of settings and sentences.
    """

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self.folder = folder
        self.fingerprint = fingerprint

    def read(
        self, machine: Mapping[str, str] | None = None
    ) -> tuple[Standing, Weights, dict[str, Any]] | None:
        """Where it stands, the weights and the optimiser; None where nothing was begun.

        Args:
            machine: what it would be gone on with on; the weights would be neither's on another.

        Raises:
            ProjnerError: the folder holds another training or one begun on another machine, or is damaged.
        """
        path = self.folder / _STATE
        if not path.is_file():
            return None
        kept = _loaded(path)
        try:
            standing = Standing(**kept["standing"])
            weights, optimiser = kept["weights"], kept["optimiser"]
        except (LookupError, TypeError) as error:
            raise _damaged(path) from error
        if standing.fingerprint != self.fingerprint:
            raise ProjnerError(
                f"{self.folder} holds an unfinished training with other settings or sentences: delete that "
                "folder, or train into another one"
            )
        if machine is not None and standing.machine and standing.machine != dict(machine):
            raise ProjnerError(
                f"{self.folder} holds a training that was begun with {_words(standing.machine)}; here it "
                f"would go on with {_words(machine)}, and its weights could be had again on neither. Go on "
                "as it was begun (the settings device and dtype), or delete that folder and begin anew"
            )
        return standing, weights, optimiser

    def write(
        self, standing: Standing, weights: Weights, optimiser: dict[str, Any], *, is_best: bool
    ) -> None:
        """Keep where it stands; `is_best`: these are the best weights so far.

        Raises:
            ProjnerError: the files can't be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if is_best:
                _write(self._best(standing.best), weights)
            kept = {"standing": asdict(standing), "weights": weights, "optimiser": optimiser}
            _write(self.folder / _STATE, kept)
            for path in self.folder.glob("best-*.pt"):
                if path != self._best(standing.best):
                    path.unlink(missing_ok=True)
        except (OSError, RuntimeError) as error:  # torch says RuntimeError where the disk is full
            raise ProjnerError(
                f"the training cannot be kept in {self.folder}: {error}. Free some room and train again: it "
                "goes on from the last epoch that was kept"
            ) from error

    def best_weights(self, standing: Standing) -> Weights:
        """The weights of the best epoch."""
        weights: Weights = _loaded(self._best(standing.best))
        return weights

    def forget(self) -> None:
        """Delete the folder: the training is done."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def tidy(self, *, is_done: bool) -> None:
        """Leave nothing of a training that is done, and no empty folder of one that kept nothing."""
        if is_done or not (self.folder / _STATE).is_file():
            self.forget()

    def _best(self, epoch: int) -> Path:
        return self.folder / f"best-{epoch}.pt"


def _words(machine: Mapping[str, str]) -> str:
    return ", ".join(f"{what} {which}" for what, which in machine.items())


def _write(path: Path, content: Any) -> None:
    import torch

    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as stream:
        torch.save(content, stream)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)


def _loaded(path: Path) -> Any:
    import torch

    try:
        return torch.load(path, map_location="cpu", weights_only=True)  # arrays and plain values, no code
    except (OSError, RuntimeError, ValueError, EOFError, LookupError, pickle.UnpicklingError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> ProjnerError:
    return ProjnerError(f"{path} cannot be read: delete the folder {path.parent} and train again")
