"""Which aligner? AER, and strict F1 of the projection, of every aligner that runs without a download.

    PROJNER_DATA=... python -m benchmarks choosing
    PROJNER_DATA=... python -m benchmarks.choosing --model FOLDER

Gold source entities, projector `matching`. eflomal is there where it is installed; it has no seed. With a
model that is on this machine (an encoder such as mBERT), the aligners that need one are there too.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.projection import corpora, markdown_table
from benchmarks.statistical import load
from projner_core import aligners, projectors
from projner_core.aligners.combination import Combination
from projner_core.corpus import Alignment, Pair, projected_spans
from projner_core.evaluation import alignments as links_evaluation
from projner_core.evaluation import entities as entities_evaluation

F1 = ("europarl de", "europarl es", "uner-pud de", "uner-pud pt")
AER = ("alibi en-fr", "ugarit grc-en", "ugarit grc-la", "ugarit grc-pt")
OURS, THEIRS = "statistical", "eflomal, our priors"
ALONE: dict[str, dict[str, Any]] = {
    OURS: {"name": "statistical"},
    "statistical, no priors": {"name": "statistical", "similarity": 0.0, "lexicon": 0.0, "names": 0.0},
    "eflomal": {"name": "eflomal", "priors": 0.0},
    THEIRS: {"name": "eflomal"},
}
JOINED: dict[str, dict[str, Any]] = {  # of OURS and THEIRS
    "their vote, threshold 0.5": {"method": "vote"},
    "their vote, threshold 0.3": {"method": "vote", "threshold": 0.3},
    "their intersection": {"method": "intersection"},
    "their grow-diag-final-and": {"method": "grow-diag-final-and"},
    "their union": {"method": "union"},
}


def main() -> int:
    """Print a Markdown table of each; the exit code is 0."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--model", help="a folder, or a hub name that was fetched before")
    options = parser.parse_args()
    folder = os.environ.get("PROJNER_DATA")
    if not folder:
        print("PROJNER_DATA names no folder of corpora: nothing to measure")
        return 0
    systems = dict(ALONE)
    if not importlib.util.find_spec("eflomal"):
        print("eflomal is not installed: measuring without it")
        systems = {name: system for name, system in systems.items() if system["name"] != "eflomal"}
    if options.model:
        systems |= {name: {"name": name, "model": options.model} for name in ("simalign", "awesome")}

    f1: dict[str, dict[str, list[float]]] = {}
    projector = projectors.create("matching")
    for corpus in corpora(Path(folder)):
        if corpus.name in F1:
            for system, found in alignments(systems, corpus.pairs):
                projections = projector.project(corpus.pairs, corpus.source, found)
                spans = [projected_spans(p) for p in projections]
                value = entities_evaluation.score(corpus.gold, spans, samples=0).micro.f1.value
                f1.setdefault(system, {})[corpus.name] = [value]
    print(f"strict F1 of the projection\n\n{markdown_table(f1)}\n", flush=True)

    aer: dict[str, dict[str, list[float]]] = {}
    for name in AER:
        pairs, gold = load(name)
        for system, found in alignments(systems, pairs):
            value = links_evaluation.score(gold, found, samples=0).aer.value
            aer.setdefault(system, {})[name] = [value]
    print(f"alignment error rate\n\n{markdown_table(aer)}")
    return 0


def alignments(
    systems: Mapping[str, dict[str, Any]], pairs: Sequence[Pair]
) -> Iterator[tuple[str, list[Alignment]]]:
    """What each system makes of the pairs, then what two of them make of them together."""
    found = {name: aligners.create(**system).align(pairs) for name, system in systems.items()}
    yield from found.items()
    if OURS in found and THEIRS in found:
        for name, settings in JOINED.items():
            combined = Combination(of="statistical, eflomal", **settings)
            yield name, combined.combine([found[OURS], found[THEIRS]])


if __name__ == "__main__":
    raise SystemExit(main())
