"""The products of matrices on a CPU, where a network spends its time.

torch multiplies float32 matrices by MKL, which knows Intel's processors and takes any other for an old one.
oneDNN, which is in the same package, knows them all: on the AMD processor that this was measured on it is two
to three times as fast, in true float32, its sums in another order. `as_packages_do` goes back to torch's own
product, for whoever has to get another program's numbers to the last digit.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

_as_packages: ContextVar[bool] = ContextVar("as_packages", default=False)


def quicken(network: Any) -> None:
    """Have the linear layers of a float32 network on a CPU multiply by oneDNN, where that can be had."""
    import torch

    # torch's own compiler uses this operation; it has no public name, so a torch without it does without.
    known = hasattr(torch.ops.mkldnn, "_linear_pointwise")
    if not known or platform.machine().lower() not in ("x86_64", "amd64"):
        return
    for module in network.modules():
        if type(module) is torch.nn.Linear:
            module.forward = partial(_linear, module.weight, module.bias)  # type: ignore[method-assign]


@contextmanager
def as_packages_do() -> Iterator[None]:
    """Within this context, torch's own product."""
    token = _as_packages.set(True)
    try:
        yield
    finally:
        _as_packages.reset(token)


def _linear(weight: torch.Tensor, bias: torch.Tensor | None, given: torch.Tensor) -> torch.Tensor:
    """(…, in) times the transpose of (out, in), plus (out,)."""
    import torch

    if _as_packages.get():
        return torch.nn.functional.linear(given, weight, bias)
    product: torch.Tensor = torch.ops.mkldnn._linear_pointwise(given, weight, bias, "none", [], "")
    return product
