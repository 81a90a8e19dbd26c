"""What each part of the default aligner is worth: strict F1 of projection without it.

    PROJNER_DATA=... python -m benchmarks.ablation [--only europarl]

`python -m benchmarks.projection --ablate` says the same of the projector. xSID is its validation part.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.projection import Corpus, corpora, markdown_table
from projner_core import aligners, projectors
from projner_core.aligners._statistical.training import Model
from projner_core.corpus import Pair, Sentence, Span, projected_spans
from projner_core.evaluation.entities import score

MODEL = Model()
ABLATIONS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "without lexicon": {"lexicon": 0},
    "without names": {"names": 0},
    "without similarity": {"similarity": 0},
    "with none of the three": {"lexicon": 0, "names": 0, "similarity": 0},
    "without shapes": {"model": replace(MODEL, shape_strength=0.0)},
    "without a diagonal": {"model": replace(MODEL, sharpness=0.0, sharpness_share=0.0)},
    "model 1 alone": {"model": replace(MODEL, hmm_iterations=0)},
    "five rounds of the HMM": {"model": replace(MODEL, hmm_iterations=5)},
    "blocks of 100 pairs": {"block": 100},
}


def joined(corpus: Corpus, count: int) -> Corpus:
    """The corpus with every `count` sentences run together, as a document given as one sentence."""
    pairs: list[Pair] = []
    sides: tuple[list[tuple[Span, ...]], list[tuple[Span, ...]]] = ([], [])
    for start in range(0, len(corpus.pairs), count):
        part = slice(start, start + count)
        source, source_spans = run_together([p.both()[0] for p in corpus.pairs[part]], corpus.source[part])
        target, target_spans = run_together([p.target for p in corpus.pairs[part]], corpus.gold[part])
        pairs.append(Pair(str(start), source, target))
        sides[0].append(source_spans)
        sides[1].append(target_spans)
    return Corpus(f"{corpus.name}, {count} joined", pairs, *sides)


def run_together(
    sentences: list[Sentence], spans: list[tuple[Span, ...]]
) -> tuple[Sentence, tuple[Span, ...]]:
    """One sentence of many, its spans moved along."""
    tokens: list[str] = []
    moved: list[Span] = []
    for sentence, inside in zip(sentences, spans, strict=True):
        moved += [Span(s.start + len(tokens), s.end + len(tokens), s.label) for s in inside]
        tokens += sentence.tokens
    return Sentence(tuple(tokens), sentences[0].lang), tuple(moved)


def measured(data: Path, only: str) -> Iterator[Corpus]:
    """The corpora of benchmarks.projection, and German Europarl with sentences joined."""
    for corpus in corpora(data, "valid"):
        if corpus.name.startswith(only):
            yield corpus
            if corpus.name == "europarl de":
                yield joined(corpus, 10)


def main() -> None:
    """Print a Markdown table: a row for what was left out, a column for a corpus (xSID: the mean)."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", default="", help="corpora whose name begins so")
    options = parser.parse_args()
    folder = os.environ.get("PROJNER_DATA")
    if not folder:
        print("PROJNER_DATA names no folder of corpora: nothing to measure")
        return
    rows: dict[str, dict[str, list[float]]] = {name: {} for name in ABLATIONS}
    projector = projectors.create("matching")
    for corpus in measured(Path(folder), options.only):
        column = "xsid" if corpus.name.startswith("xsid") else corpus.name
        for name, settings in ABLATIONS.items():
            links = aligners.create("statistical", **settings).align(corpus.pairs)
            found = projector.project(corpus.pairs, corpus.source, links)
            scores = score(corpus.gold, [projected_spans(p) for p in found], samples=0)
            rows[name].setdefault(column, []).append(scores.micro.f1.value)
    print(markdown_table(rows))


if __name__ == "__main__":
    main()
