"""Reading a large CoNLL file as a stream: MB a second and peak memory, beside merely going through its lines.

    python -m benchmarks.formats [--megabytes 100]

The file is the bundled German demo over and over. Each step runs in a process of its own.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections import deque
from importlib.resources import files
from pathlib import Path


def step(name: str, path: Path) -> None:
    """One measured step, in this process."""
    from projner_core.formats import conll
    from projner_core.formats.files import read_pair

    began = time.perf_counter()
    if name == "lines alone":
        with path.open(encoding="utf-8") as stream:
            deque((line.rstrip("\n").split("\t") for line in stream), maxlen=0)
    elif name == "detect the layout":
        conll.detect_layout(path)
    elif name == "read sentences":
        deque(conll.read(path, conll.Layout()), maxlen=0)
    else:
        deque(read_pair(None, path).records, maxlen=0)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:>20}: {path.stat().st_size / 1e6 / seconds:6.1f} MB/s, peak {peak:4.0f} MB", flush=True)


def main() -> None:
    """Write the file, then measure each step."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--step", nargs=2, metavar=("NAME", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        step(options.step[0], Path(options.step[1]))
        return
    text = (files("projner_core.bundled") / "demo" / "de" / "target.conll").read_bytes()
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "large.conll"
        with path.open("wb") as output:
            for _ in range(options.megabytes * 1_000_000 // len(text)):
                output.write(text)
        for name in ["lines alone", "detect the layout", "read sentences", "read for an import"]:
            command = [sys.executable, "-m", "benchmarks.formats", "--step", name, str(path)]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
