"""The statistical aligner beside eflomal: pairs a second, peak memory, and AER, each in a process of its own.

    PROJNER_DATA=... python -m benchmarks.aligner

The corpora are the 799 pairs of Europarl-NER, English to German and to Spanish, and those with gold
alignments: wa-alibi, English to French, and wa-ugarit, from Ancient Greek, for which there is no lexicon.
eflomal (GPL, needs a C compiler; `pip install
eflomal`) is run where it is installed: both directions, joined by grow-diag-final-and as its users do.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from projner_core.corpus import Alignment, Pair, Sentence

CORPORA = (
    "europarl en-de", "europarl en-es", "alibi en-fr", "ugarit grc-en", "ugarit grc-la", "ugarit grc-pt",
)  # fmt: skip
RUNS = 3  # after the first; the fastest counts
Links = set[tuple[int, int]]


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

    systems = ["statistical", "statistical, 1 thread", "statistical, no priors"]
    if importlib.util.find_spec("eflomal"):
        systems.append("eflomal")
    else:
        print("eflomal is not installed: measuring without it")
    print(
        f"{'corpus':14} {'system':24} {'first run':>10} {'again':>8} {'pairs/s':>8} {'peak MB':>8} {'AER':>6}"
    )
    for corpus in CORPORA:
        for system in systems:
            command = [sys.executable, "-m", "benchmarks.aligner", "--child", system, corpus]
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
    for _ in range(RUNS if system != "eflomal" else 1):
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
        "aer": alignment_error_rate(gold, found) if gold else None,
    }


def align(system: str, pairs: list[Pair]) -> list[Links]:
    """The links that a system finds."""
    if system == "eflomal":
        return with_eflomal(pairs)
    from projner_core.aligners.statistical import StatisticalAligner

    if system == "statistical":
        aligner = StatisticalAligner()
    elif system == "statistical, 1 thread":
        aligner = StatisticalAligner(threads=1)
    else:
        aligner = StatisticalAligner(similarity=0, lexicon=0, names=0)
    return [links_of(alignment) for alignment in aligner.align(pairs)]


def links_of(alignment: Alignment) -> Links:
    """The links as pairs of offsets."""
    return {(link.source, link.target) for link in alignment.links}


def with_eflomal(pairs: list[Pair]) -> list[Links]:
    """eflomal's links, symmetrised by grow-diag-final-and."""
    import eflomal  # type: ignore[import-not-found, import-untyped, unused-ignore]

    # It splits at spaces and takes no empty line.
    sides = [
        "\n".join(" ".join(t.lower() for t in side.tokens) for side in sides)
        for sides in zip(*(pair.both() for pair in pairs), strict=True)
    ]
    with tempfile.TemporaryDirectory() as folder:
        there, back = Path(folder, "forward"), Path(folder, "backward")
        eflomal.Aligner().align(
            sides[0].split("\n"),
            sides[1].split("\n"),
            links_filename_fwd=str(there),
            links_filename_rev=str(back),
            quiet=True,
        )
        both = [[parse(line) for line in path.read_text().split("\n")] for path in (there, back)]
    return [
        grow_diag_final_and(forward, backward, len(pair.both()[0]), len(pair.target))
        for pair, forward, backward in zip(pairs, *both, strict=False)
    ]


def parse(line: str) -> Links:
    """Pharaoh's `i-j i-j …`."""
    return {(int(i), int(j)) for i, _, j in (item.partition("-") for item in line.split())}


def grow_diag_final_and(forward: Links, backward: Links, n: int, m: int) -> Links:
    """Both directions' links joined (Koehn, Och and Marcu 2003; Koehn 2010, figure 4.14)."""
    links, union = forward & backward, forward | backward
    neighbours = [(-1, 0), (0, -1), (1, 0), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1)]
    grew = True
    while grew:
        grew = False
        for i, j in sorted(links):
            for a, b in ((i + di, j + dj) for di, dj in neighbours):
                row, column = {i for i, _ in links}, {j for _, j in links}
                if (a, b) in union and (a, b) not in links and (a not in row or b not in column):
                    links.add((a, b))
                    grew = True
    for direction in (forward, backward):
        for i, j in sorted(direction):
            if i not in {a for a, _ in links} and j not in {b for _, b in links}:
                links.add((i, j))
    return {(i, j) for i, j in links if i < n and j < m}


def alignment_error_rate(gold: list[str], found: list[Links]) -> float:
    """AER (Och and Ney 2003, section 5.1)."""
    hits = total = 0
    for line, links in zip(gold, found, strict=True):
        sure = parse(" ".join(item for item in line.split() if "-" in item))
        possible = sure | parse(" ".join(item for item in line.replace("?", "-").split()))
        hits += len(links & sure) + len(links & possible)
        total += len(links) + len(sure)
    return 1 - hits / total


def load(corpus: str) -> tuple[list[Pair], list[str]]:
    """A corpus, and its gold links where it has them."""
    folder = Path(os.environ["PROJNER_DATA"])
    name, _, languages = corpus.partition(" ")
    source_lang, target_lang = languages.split("-")
    if name == "europarl":
        sides = [tokens_of(folder / "europarl-ner" / f"{lang}.conll") for lang in (source_lang, target_lang)]
        gold: list[str] = []
    else:
        folder = folder / f"wa-{name}" / languages
        sides = [[line.split() for line in lines(folder / f"{side}.txt")] for side in ("src", "tgt")]
        gold = lines(folder / "gold.txt")
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
