"""Systems that a test sends to the nodes of a cluster, where they are imported by this module's name."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from projner_core.errors import ProjnerError
from projner_core.pipeline.engines import Compute, Work


class Doing(Work):
    """Work whose `about` says what becomes of the items: `seconds` an item, a fault at one of them, …"""

    __slots__ = ()

    def load(self) -> Compute:
        about = self.about
        if "traces" in about:
            (Path(about["traces"]) / f"loaded-{os.getpid()}-{time.monotonic_ns()}").touch()
        if "no_model" in about:
            raise ProjnerError(about["no_model"])

        def compute(items: Sequence[Any]) -> list[Any]:
            time.sleep(about.get("seconds", 0) * len(items))
            if about.get("refused") in items:
                raise ProjnerError(f"the item {about['refused']!r} can't be read")
            if about.get("broken") in items:
                raise KeyError(about["broken"])
            died = Path(about.get("traces", "")) / "died"
            if about.get("deadly_once") in items and not died.exists():
                died.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            if about.get("deadly") in items:
                os.kill(os.getpid(), signal.SIGKILL)
            if "traces" in about:
                (Path(about["traces"]) / f"computed-{os.getpid()}").touch()
            return [str(item)[::-1] for item in items]

        return compute
