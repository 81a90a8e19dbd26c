"""What the nodes of a Ray cluster have: this program in one version, and the numbers that they compute in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

from projner_core import __version__
from projner_core.errors import ProjnerError
from projner_core.inference import devices

_ANSWERED = 120.0  # seconds to wait for every node to say what it has
_COMPARED = ("torch", "transformers", "tokenizers", "ctranslate2", "spacy")  # what results depend on


def alive() -> list[dict[str, Any]]:
    """The nodes that run, as Ray describes them."""
    import ray

    nodes: list[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call]
    return [node for node in nodes if node["Alive"]]


def check_nodes() -> None:
    """Whether every node has this program, and the packages that results depend on, in our versions."""
    here = _versions()()
    for name, there in _answers(alive(), _versions()):
        if "projner" not in there:
            raise ProjnerError(
                f"projner is not installed on the node {name} of the cluster, in the Python that Ray runs on "
                f"there. Install version {__version__} on every node."
            )
        for package, version in here.items():
            if there.get(package) != version:
                found = there.get(package, "none")
                raise ProjnerError(
                    f"the node {name} of the cluster has {package} {found}, and this machine {version}: "
                    "results would differ. Install the same versions on every node."
                )


def _answers(nodes: list[dict[str, Any]], ask: Callable[..., Any], *given: Any) -> Iterator[tuple[str, Any]]:
    """Address of every node, and what a function gives there.

    Raises:
        ProjnerError: one does not answer; what the function says on it.
    """
    import ray
    from ray.exceptions import GetTimeoutError, RayError, RayTaskError
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    asked = []
    for node in nodes:
        place = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
        task = ray.remote(num_cpus=0, max_calls=1)(ask).options(scheduling_strategy=place)
        asked.append((node["NodeManagerAddress"], task.remote(*given)))
    for name, answer in asked:
        try:
            yield name, ray.get(answer, timeout=_ANSWERED)
        except RayTaskError as error:
            if isinstance(error.cause, ProjnerError):
                raise ProjnerError(f"the node {name} of the cluster: {error.cause}") from error
            raise
        except (RayError, GetTimeoutError) as error:
            said = str(error).splitlines()[0]
            raise ProjnerError(
                f"the node {name} of the cluster does not answer ({said}). Run again when it is gone or back."
            ) from error


def _versions() -> Callable[[], dict[str, str]]:
    """A function that says what its machine has. It is sent whole, since it must run where we are not."""
    compared = _COMPARED

    def versions() -> dict[str, str]:
        from importlib.metadata import PackageNotFoundError, version

        found = {}
        for package in compared:
            try:
                found[package] = version(package).partition("+")[0]  # CPU and CUDA builds are one version
            except PackageNotFoundError:
                continue
        try:
            from projner_core import __version__ as ours
        except ImportError:
            return found
        return found | {"projner": ours}

    return versions


def _of_models(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The nodes that run models: those with GPUs, or where there is none, those with processors."""
    offers = [[node for node in nodes if node["Resources"].get(kind, 0) >= 1] for kind in ("GPU", "CPU")]
    return offers[0] or offers[1]


def dtype_of(device: str) -> str:
    """What `dtype="auto"` is to be on the nodes that run models: `auto` where they agree, else what all can.

    Raises:
        ProjnerError: a node does not answer, or lacks the device.
    """
    nodes = _of_models(alive())
    if len(nodes) < 2 and all(node["Resources"].get("GPU", 0) < 2 for node in nodes):
        return "auto"
    found = {dtype for _, dtype in _answers(nodes, _dtype, device)}
    return "auto" if len(found) == 1 and "mixed" not in found else "float32"


def _dtype(device: str) -> str:
    """What `dtype="auto"` is on this node; `mixed` where its GPUs differ. It takes none of them for that."""
    os.environ.pop("CUDA_VISIBLE_DEVICES", None)  # Ray hides them from who takes none
    found = {devices.dtype("auto", place) for place in devices.places(device)}
    return found.pop() if len(found) == 1 else "mixed"
