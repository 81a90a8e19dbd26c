"""Joining a Ray cluster, or starting one on this machine: what must be true of it, said in sentences.

Ray talks on the terminal, starts a dashboard and reports its use unless told not to: it is told here.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import re
import socket
import warnings
from dataclasses import dataclass, replace
from inspect import signature
from typing import Any

from projner_core import aligners, projectors, taggers, translators
from projner_core.errors import ProjnerError
from projner_core.inference import revision
from projner_core.pipeline import nodes
from projner_core.pipeline.config import StageConfig
from projner_core.pipeline.engines import Work
from projner_core.registry import Registry

MODEL_CPUS = 8  # processors of an actor that runs a model without a GPU: more of them hardly make it faster
_REACHED = 5.0  # seconds to wait for a cluster to answer: Ray itself tries for minutes
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    "RAY_ENABLE_AUTO_CONNECT": "0",  # a thread that still asks after the engine left must not start a new one
    "RAY_DATA_METADATA_PREFETCH_ON_THREAD": "0",  # that thread ends with a trace where a run is cancelled
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",  # what nodes report would go to standard output, where --json writes
}


def check_installed() -> None:
    """Say how to get Ray where it is not.

    Raises:
        ProjnerError: it is not installed.
    """
    if importlib.util.find_spec("ray") is None or importlib.util.find_spec("pyarrow") is None:
        raise ProjnerError(
            'the engine "ray" needs the package ray, which is not installed: pip install "projner[ray]"; '
            "or run without --engine ray."
        )


@dataclass(frozen=True, slots=True)
class Share:
    """What one actor takes, and how many there are.

    Attributes:
        cpus: processors of an actor.
        gpus: graphics cards of an actor, 0 or 1.
        actors: how many.
    """

    cpus: int
    gpus: int
    actors: int


class Connection:
    """This process as part of a cluster.

    Attributes:
        own: whether the cluster is this machine alone, started for this process.
    """

    def __init__(self, *, own: bool, joined: bool) -> None:
        self.own = own
        self._joined = joined
        self._dtypes: dict[str, str] = {}

    def share(self, *, heavy: bool, most: int) -> Share:
        """How the cluster, as it is now, is shared out.

        Args:
            heavy: whether a model is run: an actor gets a GPU, or where there is none, several processors,
                as many as the largest node has if these are few. A smaller node then runs no model: a copy
                of it for every few processors would take more memory than anybody has.
            most: actors that there is work for.

        Raises:
            ProjnerError: no node offers a processor.
        """
        found = [node["Resources"] for node in nodes.alive()]
        gpus = sum(int(node.get("GPU", 0)) for node in found)
        if heavy and gpus:
            return Share(1, 1, max(1, min(gpus, most)))
        cpus = [int(node.get("CPU", 0)) for node in found if node.get("CPU", 0) >= 1]
        if not cpus:
            raise ProjnerError("no node of the cluster offers a processor. Start one: ray start --address=…")
        each = min(MODEL_CPUS, max(cpus)) if heavy else 1
        return Share(each, 0, max(1, min(sum(count // each for count in cpus), most)))

    def alike(self, work: Work) -> Work:
        """The work, with numbers that every node that may do it computes in.

        `dtype="auto"` is another thing on another GPU. Where the nodes differ in it, all compute in float32:
        which of them reads a sentence is left to chance.

        Raises:
            ProjnerError: a node does not answer, or lacks the device that the work asks for.
        """
        settings = work.config.settings
        if settings.get("dtype", "auto") != "auto" or not _has_dtype(work):
            return work
        device = str(settings.get("device", "auto"))
        if device not in self._dtypes:
            self._dtypes[device] = nodes.dtype_of(device)
        if self._dtypes[device] == "auto":
            return work
        config = StageConfig(name=work.config.name, **settings | {"dtype": self._dtypes[device]})
        return replace(work, config=config)

    def close(self) -> None:
        """Leave; what this process started on the cluster ends with it."""
        import ray

        if self._joined and ray.is_initialized():
            ray.shutdown()


def connect(address: str | None) -> Connection:
    """Join the cluster at an address, or start one on this machine.

    Raises:
        ProjnerError: there is no cluster there, it runs other versions than this machine, or a node lacks
            this program.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    import ray
    import ray.data

    logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # the exceptions say it
    if ray.is_initialized():  # by whoever called; they leave it, too
        return Connection(own=False, joined=False)
    address = address or os.environ.get("RAY_ADDRESS") or "local"
    check_reached(address)
    own = address == "local"
    arguments: dict[str, Any] = {"include_dashboard": False} if own else {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of what Ray will do with GPUs some day
            ray.init(address=address, logging_level=logging.ERROR, log_to_driver=False, **arguments)
    except (ConnectionError, RuntimeError, ValueError, AssertionError, ray.exceptions.RayError) as error:
        raise ProjnerError(_not_joined(address, error)) from error
    connection = Connection(own=own, joined=True)
    if not own:
        try:
            nodes.check_nodes()
        except ProjnerError:
            connection.close()
            raise
    return connection


def _not_joined(address: str, error: Exception) -> str:
    said = " ".join(str(error).split())
    if "Could not find any running Ray instance" in said:
        return (
            "this machine is part of no Ray cluster. On the head machine run: ray start --head; on every "
            "other one: ray start --address=HOST:PORT; or leave --address out and run on this machine alone."
        )
    if "ersion mismatch" in said:
        return f"the cluster at {address} runs other versions of Ray or Python than this machine does: {said}"
    return (
        f"the cluster at {address} can't be joined: {said[:300]} The command runs on a machine that is part "
        "of the cluster: ray start --address=HOST:PORT makes it so."
    )


def check_reached(address: str) -> None:
    """Whether something listens at `HOST:PORT`.

    Raises:
        ProjnerError: nothing does, or the address is none.
    """
    if address in {"auto", "local"}:
        return
    found = re.fullmatch(r"\[?([^/\[\]]+?)\]?:(\d{1,5})", address)
    if found is None:
        raise ProjnerError(
            f"--address {address}: expected HOST:PORT, as 'ray start --head' prints it (mostly port 6379), "
            "or auto on a machine that is part of the cluster"
        )
    try:
        socket.create_connection((found[1], int(found[2])), _REACHED).close()
    except (OSError, OverflowError) as error:
        raise ProjnerError(
            f"there is no cluster at {address} ({error}). Start one with 'ray start --head', which prints "
            "its address; or leave --address out and run on this machine alone."
        ) from error


_REGISTRIES: dict[str, Registry] = {
    "translate": translators.registry,
    "back-translate": translators.back_translators,
    "tag": taggers.registry,
    "predict": taggers.registry,
    "align": aligners.registry,
    "project": projectors.registry,
}


def model_of(work: Work) -> str | None:
    """The model that a stage's system runs; None where it runs none that has a name."""
    if work.stage not in _REGISTRIES:
        return None
    made = _REGISTRIES[work.stage].create(work.config.name, **work.config.settings)
    model = getattr(made, "model", None)
    return model if isinstance(model, str) and model else None


def _has_dtype(work: Work) -> bool:
    if work.stage not in _REGISTRIES:
        return False
    return "dtype" in signature(_REGISTRIES[work.stage].factory(work.config.name)).parameters


def commit_of(model: str) -> str | None:
    """The commit of a hub model on this machine; None for a folder: its digest is of this machine's copy."""
    found = revision(model)
    return None if found.startswith("folder-") else found
