"""Weights in a quarter of their size: a byte a number, and a scale a row.

Rounding to 255 steps of a row's largest weight costs a small network next to nothing, and a repository that
is cloned by people with slow lines gains three quarters. They are unpacked as they are loaded: what computes
is float32.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

_SCALE = "/scale"
_STEPS = 127


def save_tensors(path: Path, tensors: dict[str, torch.Tensor], *, packed: bool) -> None:
    """Write tensors; with `packed` the matrices as int8 with a float32 scale a row, vectors as they are."""
    written: dict[str, torch.Tensor] = {}
    for name, tensor in tensors.items():
        held = tensor.detach().to("cpu").contiguous()
        if packed and held.is_floating_point() and held.dim() == 2 and held.numel() > 4096:
            scale = held.abs().amax(dim=1).clamp(min=1e-12) / _STEPS
            written[name] = torch.round(held / scale[:, None]).to(torch.int8)
            written[name + _SCALE] = scale
        else:
            written[name] = held.clone()
    save_file(written, path)


def load_tensors(path: Path) -> dict[str, torch.Tensor]:
    """What `save_tensors` wrote, unpacked.

    Raises:
        OSError, ValueError: the file is not there, or is no file of tensors.
    """
    from safetensors import SafetensorError

    try:
        read = load_file(path)
    except SafetensorError as error:
        raise ValueError(f"{path.name}: {error}") from error
    tensors = {}
    for name, tensor in read.items():
        if name.endswith(_SCALE):
            continue
        scale = read.get(name + _SCALE)
        tensors[name] = tensor if scale is None else tensor.float() * scale[:, None]
    return tensors
