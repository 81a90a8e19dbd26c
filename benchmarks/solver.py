"""The best set of non-overlapping spans: ours beside SciPy's `milp` and beside greedy, in one run.

    [PROJNER_DATA=...] python -m benchmarks.solver [--instances 10000]

First random instances: every value must equal milp's; how often and how far greedy falls behind. Then,
where there are corpora, the candidates of every Europarl pair: equal again, and the time that each
takes for all pairs, candidates given.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from projner_core.selection import Candidates, greedy, integer_program, select
from projner_core.selection_compiled import Chosen, Floats

TOLERANCE = 1e-9


def random_instances(count: int, seed: int = 0) -> Candidates:
    """Sentences of 3 to 120 tokens and 1 to 14 entities, each with 1 to 8 short spans around some place.

    The entities of half of the sentences all want the same few tokens.
    """
    rng = np.random.default_rng(seed)
    sentences = []
    for number in range(count):
        tokens, entities, rows = int(rng.integers(3, 121)), int(rng.integers(1, 15)), []
        middle = int(rng.integers(0, tokens))
        for entity in range(entities):
            if number % 2:
                place = int(rng.integers(0, tokens))
            else:
                place = min(tokens - 1, max(0, middle + int(rng.integers(-entities, entities + 1))))
            for _ in range(int(rng.integers(1, 9))):
                start = max(0, min(tokens - 1, place + int(rng.integers(-2, 3))))
                end = min(tokens, start + int(rng.integers(1, 6)))
                rows.append((entity, start, end, float(rng.random())))
        sentences.append(rows)
    return Candidates.batch(sentences)


def values(candidates: Candidates, chosen: Chosen) -> Floats:
    """The summed score of each sentence's choice."""
    sentence = np.repeat(np.arange(len(candidates)), np.diff(candidates.first))
    total: Floats = np.bincount(sentence, candidates.score * chosen, minlength=len(candidates)).astype(
        np.float64
    )
    return total


def timed(solve: Callable[[Candidates], Chosen], candidates: Candidates, runs: int) -> tuple[Floats, float]:
    """The values of all sentences and the median seconds of so many runs."""
    seconds = []
    for _ in range(runs):
        begin = time.perf_counter()
        chosen = solve(candidates)
        seconds.append(time.perf_counter() - begin)
    return values(candidates, chosen), float(np.median(seconds))


def compare(name: str, candidates: Candidates) -> bool:
    """Print one comparison; whether ours is equal to milp everywhere."""
    select(candidates), greedy(candidates)  # compile, or load what was compiled before
    ours, our_time = timed(select, candidates, 9)
    fast, greedy_time = timed(greedy, candidates, 9)
    exact, exact_time = timed(integer_program, candidates, 1)
    unequal = int((np.abs(ours - exact) > TOLERANCE).sum())
    behind = fast < exact - TOLERANCE
    worst = float((fast[behind] / exact[behind]).min()) if behind.any() else 1.0
    print(f"{name}: {len(candidates):,} sentences, {len(candidates.score):,} candidates")
    print(f"  equal in value to milp: {len(candidates) - unequal:,} of {len(candidates):,}")
    print(f"  greedy falls behind in {behind.mean():.1%}; worst ratio {worst:.2f}")
    print(
        f"  seconds for all: ours {our_time:.4f}, greedy {greedy_time:.4f}, milp {exact_time:.2f}", flush=True
    )
    return unequal == 0


def main() -> int:
    """Compare on random instances and on Europarl; 1 where any value differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--instances", type=int, default=10_000, help="random instances")
    options = parser.parse_args()
    equal = compare("random", random_instances(options.instances))

    folder = os.environ.get("PROJNER_DATA")
    if not folder:
        print("PROJNER_DATA names no folder of corpora: random instances only")
        return 0 if equal else 1
    from benchmarks.projection import load
    from projner_core.aligners.statistical import StatisticalAligner
    from projner_core.projectors.matching import MatchingProjector

    for lang in ("de", "es"):
        europarl = Path(folder) / "europarl-ner"
        corpus = load(f"europarl en→{lang}", europarl / "en.conll", europarl / f"{lang}.conll", lang)
        alignments = StatisticalAligner().align(corpus.pairs)
        candidates = MatchingProjector().candidates(corpus.pairs, corpus.source, alignments)
        equal &= compare(corpus.name, candidates)
    return 0 if equal else 1


if __name__ == "__main__":
    raise SystemExit(main())
