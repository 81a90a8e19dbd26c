"""Which devices compute, in which numbers, and how much memory they have."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from projner_core.errors import ProjnerError
from projner_core.inference.keeping import loaded

DEVICES = ("auto", "cpu", "cuda", "mps")
DTYPES = ("auto", "float32", "bfloat16", "float16")


def device(name: str = "auto") -> str:
    """The device to compute on, the first where there are several: as `places`."""
    return places(name)[0]


def places(name: str = "auto") -> tuple[str, ...]:
    """The devices that share the work.

    Args:
        name: `auto` is every CUDA device where there is any, else mps, else cpu; or one device, or several
            with commas between them: `cuda:0,cuda:1`.

    Raises:
        ProjnerError: no such device is known, or this machine has none.
    """
    check_device(name)
    import torch

    if name == "auto":
        if torch.cuda.is_available():
            count = torch.cuda.device_count()
            return tuple(f"cuda:{number}" for number in range(count)) if count > 1 else ("cuda",)
        return ("mps",) if torch.backends.mps.is_available() else ("cpu",)
    found = tuple(part.strip() for part in name.split(","))
    for one in found:
        _check_here(one)
    return found


def check_device(name: str) -> None:
    """Raise `ProjnerError` where `name` is no device's, nor several devices'; loads nothing."""
    parts = [part.strip() for part in name.split(",")]
    for part in parts:
        kind, colon, number = part.partition(":")
        known = part in DEVICES or (kind == "cuda" and colon and number.isascii() and number.isdecimal())
        if not known or (part == "auto" and len(parts) > 1):
            raise ProjnerError(f"there is no device {name!r}; there are: {', '.join(DEVICES)}")


def _check_here(name: str) -> None:
    """Raise `ProjnerError` where this machine has no such device."""
    import torch

    kind, _, number = name.partition(":")
    if kind == "cuda" and not torch.cuda.is_available():
        raise ProjnerError(f"device {name!r}: this machine has no CUDA device that torch can use; say 'auto'")
    if number and int(number) >= torch.cuda.device_count():
        raise ProjnerError(
            f"device {name!r}: this machine has {torch.cuda.device_count()} CUDA devices, counted from 0"
        )
    if kind == "mps" and not torch.backends.mps.is_available():
        raise ProjnerError(f"device {name!r}: this machine has no Apple GPU that torch can use; say 'auto'")


def dtype(name: str = "auto", device: str = "cpu") -> str:
    """The numbers to compute in, `float32`, `bfloat16` or `float16`, on `device` (not `auto`).

    `auto` is bfloat16 where the hardware multiplies it natively, which is about twice as fast: CUDA from
    compute capability 8.0, x86 processors with AVX512_BF16 or AMX. Elsewhere it is float32. It asks what the
    hardware can, and never times it: the same machine always answers alike. Of several devices with commas
    between them, all must be able to: which of them reads a sentence is left to chance.

    Raises:
        ProjnerError: no such numbers are known.
    """
    check_dtype(name)
    if name != "auto":
        return name
    return "bfloat16" if all(map(_multiplies_bfloat16, device.split(","))) else "float32"


def _multiplies_bfloat16(device: str) -> bool:
    import torch

    if device.startswith("cuda"):
        return torch.cuda.get_device_capability(device)[0] >= 8
    if device == "cpu":
        able = torch.cpu.get_capabilities()
        return bool(able.get("avx512_bf16") or able.get("amx_bf16"))
    return False


def check_dtype(name: str) -> None:
    """Raise `ProjnerError` where `name` names no numbers; loads nothing."""
    if name not in DTYPES:
        raise ProjnerError(f"there is no dtype {name!r}; there are: {', '.join(DTYPES)}")


def free_memory(device: str) -> int | None:
    """Bytes that a CUDA device has free; None of any other."""
    if not device.startswith("cuda"):
        return None
    import torch

    return torch.cuda.mem_get_info(device)[0]


class MemoryUse(NamedTuple):
    """What a computation took of a CUDA device's memory, in bytes."""

    before: int  # held when it began
    peak: int  # held at most
    available: int  # what this process holds or could have: not what other programs have


class Peak:
    """Measures what is computed on a CUDA device from now on.

    Two computations at a time on one device are measured as one: then too much is found, never too little.
    """

    def __init__(self, device: str) -> None:
        import torch

        self._device = device
        self._before = torch.cuda.memory_allocated(device)
        torch.cuda.reset_peak_memory_stats(device)

    def use(self) -> MemoryUse:
        """What it took until now."""
        import torch

        free, _ = torch.cuda.mem_get_info(self._device)
        available = free + torch.cuda.memory_reserved(self._device)
        return MemoryUse(self._before, torch.cuda.max_memory_allocated(self._device), available)


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What a reader is told of the devices at work. Memory is in bytes, None where nobody can tell."""

    name: str  # as its maker calls it; several: "2 × NVIDIA L4"
    kind: str  # cpu, cuda or mps
    dtype: str  # the numbers it computes in; empty where nothing is loaded
    memory_total: int | None
    memory_used: int | None  # by this process


def describe(device: str, dtype: str = "") -> DeviceFacts:
    """Facts of one device, or of several with commas between them (not `auto`), their memory added up.

    It imports no torch: where nobody has, what a GPU is called and holds is not known.
    """
    found = [_described(one) for one in dict.fromkeys(device.split(","))]
    names = " + ".join(dict.fromkeys(name for name, _, _ in found))
    return DeviceFacts(
        names if len(found) == 1 else f"{len(found)} × {names}",
        device.partition(",")[0].partition(":")[0],
        dtype,
        _sum([total for _, total, _ in found]),
        _sum([used for _, _, used in found]),
    )


def facts_now() -> DeviceFacts | None:
    """Facts of the device of the model loaded last; None while there is none. It waits for nothing."""
    for model in reversed(loaded()):
        if isinstance(device := getattr(model, "device", None), str):
            others = [other.device for other in getattr(model, "others", ())]
            return describe(",".join([device, *others]), str(getattr(model, "dtype", "")))
    return None


def _described(device: str) -> tuple[str, int | None, int | None]:
    """Name, bytes of memory and bytes that this process uses of one device."""
    kind = device.partition(":")[0]
    torch = sys.modules.get("torch")
    if kind == "cuda":
        if torch is None:
            return "CUDA device", None, None
        facts = torch.cuda.get_device_properties(device)
        return facts.name, facts.total_memory, torch.cuda.memory_reserved(device)
    if kind == "mps":
        used = None if torch is None else torch.mps.driver_allocated_memory()
        return f"{_processor()} (GPU)", _memory(), used  # it shares the memory of the processor
    return _processor(), _memory(), _resident()


def _processor() -> str:
    """What the processor is called."""
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:  # not Linux
        pass
    return platform.processor() or platform.machine() or "processor"


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows
        return None


def _resident() -> int | None:
    """Bytes of memory that this process occupies."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):  # not Linux
        return None


def _sum(parts: list[int | None]) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None
