"""The statistical aligner beside eflomal: pairs a second, peak memory, and AER, each in a process of its own.

    PROJNER_DATA=... python -m benchmarks statistical

The corpora are the 799 pairs of Europarl-NER, English to German and to Spanish, and those with gold
alignments: wa-alibi, English to French, and wa-ugarit, from Ancient Greek, for which there is no lexicon.
eflomal (GPL-3, needs a C compiler; `pip install "projner[eflomal]"`) is run where it is installed: as its
users do, both directions joined by grow-diag-final-and, and with the priors of the default aligner.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from projner_core import aligners
from projner_core.corpus import Alignment, GoldLinks, Pair, Sentence
from projner_core.evaluation.alignments import score
from projner_core.formats.links import read_gold

CORPORA = (
    "europarl en-de", "europarl en-es", "alibi en-fr", "ugarit grc-en", "ugarit grc-la", "ugarit grc-pt",
)  # fmt: skip
RUNS = 3  # after the first; the fastest counts
SYSTEMS: dict[str, dict[str, Any]] = {
    "statistical": {"name": "statistical"},
    "statistical, 1 thread": {"name": "statistical", "threads": 1},
    "statistical, no priors": {"name": "statistical", "similarity": 0.0, "lexicon": 0.0, "names": 0.0},
    "eflomal": {"name": "eflomal", "priors": 0.0},
    "eflomal, our priors": {"name": "eflomal"},
}


def main() -> int:
    """Print a table; the exit code is 0."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--child", nargs=2, metavar=("SYSTEM", "CORPUS"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if "PROJNER_DATA" not in os.environ:
        print("PROJNER_DATA names no folder of corpora: nothing to measure")
        return 0
    if arguments.child:
        print(json.dumps(measure(*arguments.child)))
        return 0

    systems = list(SYSTEMS)
    if not importlib.util.find_spec("eflomal"):
        print("eflomal is not installed: measuring without it")
        systems = [system for system in systems if SYSTEMS[system]["name"] != "eflomal"]
    print(
        f"{'corpus':14} {'system':24} {'first run':>10} {'again':>8} {'pairs/s':>8} {'peak MB':>8} {'AER':>6}"
    )
    for corpus in CORPORA:
        for system in systems:
            command = [sys.executable, "-m", "benchmarks.statistical", "--child", system, corpus]
            answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            error = "" if answer["aer"] is None else f"{answer['aer']:.3f}"
            print(
                f"{corpus:14} {system:24} {answer['first']:8.2f} s {answer['again']:6.2f} s "
                f"{answer['pairs'] / answer['again']:8.0f} {answer['memory']:8.0f} {error:>6}",
                flush=True,
            )
    return 0


def measure(system: str, corpus: str) -> dict[str, float | None]:
    """Times in seconds, peak memory of this process and its children in MB, and AER where there is gold."""
    pairs, gold = load(corpus)
    began = time.perf_counter()
    found = align(system, pairs)
    first = time.perf_counter() - began
    again = []
    for _ in range(RUNS if SYSTEMS[system]["name"] != "eflomal" else 1):
        began = time.perf_counter()
        found = align(system, pairs)
        again.append(time.perf_counter() - began)
    memory = max(
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return {
        "pairs": len(pairs),
        "first": first,
        "again": min(again),
        "memory": memory / 1024,
        "aer": score(gold, found, samples=0).aer.value if gold else None,
    }


def align(system: str, pairs: list[Pair]) -> list[Alignment]:
    """What a system makes of the pairs."""
    return aligners.create(**SYSTEMS[system]).align(pairs)


def load(corpus: str) -> tuple[list[Pair], list[GoldLinks]]:
    """A corpus, and its gold links where it has them."""
    folder = Path(os.environ["PROJNER_DATA"])
    name, _, languages = corpus.partition(" ")
    source_lang, target_lang = languages.split("-")
    if name == "europarl":
        sides = [tokens_of(folder / "europarl-ner" / f"{lang}.conll") for lang in (source_lang, target_lang)]
        gold: list[GoldLinks] = []
    else:
        folder = folder / f"wa-{name}" / languages
        sides = [[line.split() for line in lines(folder / f"{side}.txt")] for side in ("src", "tgt")]
        gold = list(read_gold(folder / "gold.txt"))
    pairs = [
        Pair(str(n), Sentence(tuple(source), source_lang), Sentence(tuple(target), target_lang))
        for n, (source, target) in enumerate(zip(*sides, strict=True))
    ]
    return pairs, gold


def lines(path: Path) -> list[str]:
    """The lines of a text file."""
    return path.read_text(encoding="utf-8").rstrip("\n").split("\n")


def tokens_of(path: Path) -> list[list[str]]:
    """The tokens of each sentence of a CoNLL file."""
    blocks = path.read_text(encoding="utf-8").split("\n\n")
    sentences = [[line.split("\t")[0] for line in block.split("\n") if "\t" in line] for block in blocks]
    return [sentence for sentence in sentences if sentence]


if __name__ == "__main__":
    raise SystemExit(main())
