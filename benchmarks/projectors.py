"""Every projector with the links of every aligner that runs offline: strict F1 with 95 % intervals, seconds.

    PROJNER_DATA=... python -m benchmarks.projectors [--markdown] [--only "europarl de"] [--samples 1000]

Gold source entities. Each aligner's links are made once and given to every projector. eflomal is there where
it is installed; it has no seed. `identity` knows nothing but spelling, as if both sides were one language: a
floor. xSID (test) is 17 languages, whose sentences count together.

No model of marked translation runs offline, so that the projectors that read marked text are measured with
marked text of two makes. Perfect: the target sentence itself with its gold entities in brackets, labels
hidden: a ceiling. Worn, as if it had been through a model: a tenth of the marks and of the other words are
lost, a letter is missing in some words, and in three of ten sentences the end stands before the beginning.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.choosing import ALONE, OURS, THEIRS
from benchmarks.projection import Corpus, corpora, shown
from projner_core import aligners, projectors
from projner_core.aligners.combination import Combination
from projner_core.corpus import Alignment, Span, projected_spans
from projner_core.evaluation.entities import score
from projner_core.projectors.base import Evidence, asks

PROJECTORS: dict[str, dict[str, Any]] = {
    "matching": {"name": "matching"},
    "matching, labels kept": {"name": "matching", "derived_label": ""},
    "matching, alignment 1, string 0.2": {
        "name": "matching",
        "score": "fusion",
        "weights": "alignment 1, string 0.2",
    },
    "published": {"name": "published"},
    "heuristic, published": {"name": "heuristic"},
    "heuristic, ratio": {"name": "heuristic", "form": "ratio"},
    "markers": {"name": "markers"},
    "back-translation": {"name": "back-translation"},
    "back-translation, likeness 0.5": {"name": "back-translation", "likeness": 0.5},
}
COLUMNS = ("europarl de", "europarl es", "uner-pud de", "uner-pud pt", "xsid")
JOINED = "statistical + eflomal"
NO_LINKS = "none"
MAKES = ("perfect", "worn")


@dataclass(slots=True)
class Cell:
    """What one projector made of one aligner's links in the corpora of one column."""

    gold: list[Sequence[Span]]
    found: list[Sequence[Span]]
    seconds: float = 0.0


def main() -> int:
    """Print a row for each projector and aligner; the exit code is 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--markdown", action="store_true", help="as a Markdown table")
    parser.add_argument("--only", default="", help="corpora whose name begins so")
    parser.add_argument("--samples", type=int, default=1000, help="bootstrap samples")
    options = parser.parse_args()
    folder = os.environ.get("PROJNER_DATA")
    if not folder:
        print("PROJNER_DATA names no folder of corpora: nothing to measure")
        return 0
    if not importlib.util.find_spec("eflomal"):
        print("eflomal is not installed: measuring without it")
    rows: dict[tuple[str, str], dict[str, Cell]] = defaultdict(dict)
    aligning: dict[str, float] = defaultdict(float)
    for corpus in corpora(Path(folder)):
        column = "xsid" if corpus.name.startswith("xsid") else corpus.name
        if column in COLUMNS and corpus.name.startswith(options.only):
            for aligner, seconds, links in alignments(corpus):
                aligning[aligner] += seconds
                for projector, system in PROJECTORS.items():
                    measure(corpus, column, projector, system, aligner, links, rows)
    print(table(rows, options.samples, markdown=options.markdown))
    print(
        "\nseconds to align all of it: " + ", ".join(f"{name} {s:.1f}" for name, s in aligning.items() if s)
    )
    return 0


def alignments(corpus: Corpus) -> Iterator[tuple[str, float, list[Alignment]]]:
    """Each aligner's name, seconds and links, the last without any."""
    found = {}
    for name in (OURS, THEIRS, "identity"):
        system = ALONE.get(name, {"name": name})
        if system["name"] == "eflomal" and not importlib.util.find_spec("eflomal"):
            continue
        begin = time.perf_counter()
        found[name] = aligners.create(**system).align(corpus.pairs)
        yield name, time.perf_counter() - begin, found[name]
    if THEIRS in found:
        combined = Combination(of="statistical, eflomal", method="vote")
        yield JOINED, 0.0, list(combined.combine([found[OURS], found[THEIRS]]))
    yield NO_LINKS, 0.0, [Alignment()] * len(corpus.pairs)


def measure(
    corpus: Corpus,
    column: str,
    name: str,
    system: dict[str, Any],
    aligner: str,
    links: Sequence[Alignment],
    rows: dict[tuple[str, str], dict[str, Cell]],
) -> None:
    """Add what a projector makes of a corpus to its row, one that reads marks to a row for each make."""
    projector = projectors.create(**system)
    with_marks = "marked" in asks(projector)
    by_form = "string" in system.get("weights", "")
    if aligner not in (NO_LINKS, OURS) if with_marks else aligner == NO_LINKS and not by_form:
        return
    first = corpus.pairs[:1], corpus.source[:1], links[:1]
    for make in MAKES if with_marks else ("",):
        evidence = [Evidence(marked=marked(corpus, worn=make == "worn"))] if make else []
        projector.project(*first, *[Evidence(marked=[""])][: len(evidence)])  # compile what is compiled
        begin = time.perf_counter()
        projections = projector.project(corpus.pairs, corpus.source, links, *evidence)
        seconds = time.perf_counter() - begin
        row = rows[f"{name}, {make} marks" if make else name, aligner]
        cell = row.setdefault(column, Cell([], []))
        cell.gold.extend(corpus.gold)
        cell.found.extend(projected_spans(p) for p in projections)
        cell.seconds += seconds


def marked(corpus: Corpus, *, worn: bool) -> list[str]:
    """Each target sentence with its gold entities in brackets."""
    chance = random.Random(0)
    return [
        _marked(pair.target.tokens, spans, chance if worn else None)
        for pair, spans in zip(corpus.pairs, corpus.gold, strict=True)
    ]


def _marked(tokens: Sequence[str], spans: Sequence[Span], chance: random.Random | None) -> str:
    marked = {span.start: span.end for span in spans}
    pieces: list[str] = []
    position = 0
    while position < len(tokens):
        end = marked.get(position, position + 1)
        words = " ".join(_worn(token, chance) for token in tokens[position:end])
        lost = chance is not None and chance.random() < 0.1
        if position in marked:
            pieces.append(words if lost else f"[{words}]")
        elif not lost:
            pieces.append(words)
        position = end
    if chance is not None and len(pieces) > 1 and chance.random() < 0.3:
        turn = chance.randrange(1, len(pieces))
        pieces = pieces[turn:] + pieces[:turn]
    return " ".join(pieces)


def _worn(token: str, chance: random.Random | None) -> str:
    if chance is None or len(token) < 5 or chance.random() > 0.15:
        return token
    letter = chance.randrange(len(token))
    return token[:letter] + token[letter + 1 :]


def table(rows: dict[tuple[str, str], dict[str, Cell]], samples: int, *, markdown: bool) -> str:
    """A row for each projector and aligner: strict F1 in each column, and the seconds of all of it."""
    columns = [column for column in COLUMNS if any(column in row for row in rows.values())]
    lines = [["projector", "aligner", *columns, "seconds"]]
    for (projector, aligner), row in rows.items():
        figures = [shown(score(row[c].gold, row[c].found, samples=samples).micro.f1) for c in columns]
        lines.append([projector, aligner, *figures, f"{sum(cell.seconds for cell in row.values()):.2f}"])
    lines[1:] = sorted(lines[1:], key=_place)
    if markdown:
        lines.insert(1, ["---"] * len(lines[0]))
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def _place(line: list[str]) -> tuple[bool, int]:
    """Where a row stands: with the others of its projector, worn marks last."""
    name = line[0].removesuffix(" marks")
    for make in MAKES:
        name = name.removesuffix(f", {make}")
    return "worn" in line[0], list(PROJECTORS).index(name)


if __name__ == "__main__":
    raise SystemExit(main())
