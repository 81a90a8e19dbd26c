"""Which device computes, and in which numbers."""

from __future__ import annotations

from projner_core.errors import ProjnerError

DEVICES = ("auto", "cpu", "cuda", "mps")
DTYPES = ("auto", "float32", "bfloat16", "float16")


def device(name: str = "auto") -> str:
    """The device to compute on: `auto` is cuda where there is one, then mps, then cpu.

    Raises:
        ProjnerError: no such device is known, or this machine has none.
    """
    check_device(name)
    import torch

    if name == "auto":
        if torch.cuda.is_available():
            return "cuda"
        return "mps" if torch.backends.mps.is_available() else "cpu"
    kind, _, number = name.partition(":")
    if kind == "cuda" and not torch.cuda.is_available():
        raise ProjnerError(f"device {name!r}: this machine has no CUDA device that torch can use; say 'auto'")
    if number and int(number) >= torch.cuda.device_count():
        raise ProjnerError(
            f"device {name!r}: this machine has {torch.cuda.device_count()} CUDA devices, counted from 0"
        )
    if kind == "mps" and not torch.backends.mps.is_available():
        raise ProjnerError(f"device {name!r}: this machine has no Apple GPU that torch can use; say 'auto'")
    return name


def check_device(name: str) -> None:
    """Raise `ProjnerError` where `name` is no device's; loads nothing."""
    kind, colon, number = name.partition(":")
    if name not in DEVICES and not (kind == "cuda" and colon and number.isdecimal()):
        raise ProjnerError(f"there is no device {name!r}; there are: {', '.join(DEVICES)}")


def dtype(name: str = "auto", device: str = "cpu") -> str:
    """The numbers to compute in, `float32`, `bfloat16` or `float16`, on `device` (not `auto`).

    `auto` is bfloat16 where the hardware multiplies it natively, which is about twice as fast: CUDA from
    compute capability 8.0, x86 processors with AVX512_BF16 or AMX. Elsewhere it is float32. It asks what the
    hardware can, and never times it: the same machine always answers alike.

    Raises:
        ProjnerError: no such numbers are known.
    """
    check_dtype(name)
    if name != "auto":
        return name
    import torch

    if device.startswith("cuda"):
        major, _ = torch.cuda.get_device_capability(device)
        return "bfloat16" if major >= 8 else "float32"
    if device == "cpu":
        able = torch.cpu.get_capabilities()
        return "bfloat16" if able.get("avx512_bf16") or able.get("amx_bf16") else "float32"
    return "float32"


def check_dtype(name: str) -> None:
    """Raise `ProjnerError` where `name` names no numbers; loads nothing."""
    if name not in DTYPES:
        raise ProjnerError(f"there is no dtype {name!r}; there are: {', '.join(DTYPES)}")
