"""What each part of the default aligner is worth: strict F1 of projection, and AER, without it.

    PROJNER_DATA=... python -m benchmarks.ablation [--only europarl]

Columns are corpora with gold entities (strict F1, more is better) and with gold alignments (AER, less is
better). xSID is its validation part: the mean of all languages, and three scripts apart that have clitics
or no spaces; the demos are the small ones that come with projner.
`python -m benchmarks.projection --ablate` says the same of the projector.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import statistical
from benchmarks.projection import Corpus, corpora, load, markdown_table
from projner_core import aligners, bundled, projectors
from projner_core.aligners._statistical.model import Model
from projner_core.corpus import Pair, Sentence, Span, projected_spans
from projner_core.evaluation import alignments, entities

MODEL = Model()
ABLATIONS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "without lexicon": {"lexicon": 0},
    "without names": {"names": 0},
    "without acronyms": {"model": replace(MODEL, acronyms=False)},
    "without compounds": {"model": replace(MODEL, compounds=0.0)},
    "without similarity": {"similarity": 0},
    "with none of these": {"lexicon": 0, "names": 0, "similarity": 0},
    "without clitics": {"model": replace(MODEL, clitics=False)},
    "without segmentation": {"model": replace(MODEL, segmentation=False)},
    "without shapes": {"model": replace(MODEL, shape_strength=0.0)},
    "without a diagonal": {"model": replace(MODEL, sharpness=0.0, sharpness_share=0.0)},
    "p0 = 0.2 throughout": {"model": replace(MODEL, null_strength=1e9)},
    "model 1 alone": {"model": replace(MODEL, hmm_iterations=0)},
    "four rounds of model 1": {"model": replace(MODEL, model1_iterations=4)},
    "one round of the HMM": {"model": replace(MODEL, hmm_iterations=1)},
    "three rounds of the HMM": {"model": replace(MODEL, hmm_iterations=3)},
    "five rounds of the HMM": {"model": replace(MODEL, hmm_iterations=5)},
    "κ = 12": {"model": replace(MODEL, back_off=12.0)},
    "blocks of 100 pairs": {"block": 100},
    "threshold 0.2": {"threshold": 0.2},
    "threshold 0.4": {"threshold": 0.4},
}
GOLD_LINKS = ("alibi en-fr", "ugarit grc-en", "ugarit grc-la", "ugarit grc-pt")
APART = ("xsid ar", "xsid zh", "xsid ja")  # whose columns stand beside the mean
DEMOS = ("ar", "zh")
Rows = dict[str, dict[str, list[float]]]


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


def with_entities(data: Path) -> Iterator[Corpus]:
    """The corpora of benchmarks.projection, Europarl with sentences joined, and the demos."""
    for corpus in corpora(data, "valid"):
        yield corpus
        if corpus.name in {"europarl de", "europarl es"}:
            yield joined(corpus, 10)
    demos = Path(bundled.__file__).parent / "demo"
    for lang in DEMOS:
        yield load(f"demo {lang}", demos / lang / "source.conll", demos / lang / "target.conll", lang)


def measure_projection(corpus: Corpus, rows: Rows) -> None:
    """Add the strict F1 of one corpus to every row."""
    columns = ["xsid"] if corpus.name.startswith("xsid") else [corpus.name]
    if corpus.name in APART:
        columns.append(corpus.name)
    projector = projectors.create("matching")
    for name, settings in ABLATIONS.items():
        links = aligners.create("statistical", **settings).align(corpus.pairs)
        found = projector.project(corpus.pairs, corpus.source, links)
        scores = entities.score(corpus.gold, [projected_spans(p) for p in found], samples=0)
        for column in columns:
            rows[name].setdefault(column, []).append(scores.micro.f1.value)


def measure_alignment(corpus: str, rows: Rows) -> None:
    """Add the AER of one corpus to every row."""
    pairs, gold = statistical.load(corpus)
    for name, settings in ABLATIONS.items():
        links = aligners.create("statistical", **settings).align(pairs)
        rows[name].setdefault(corpus, []).append(alignments.score(gold, links, samples=0).aer.value)


def main() -> None:
    """Print two Markdown tables: a row for what was left out or changed, a column for a corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", default="", help="corpora whose name begins so")
    options = parser.parse_args()
    folder = os.environ.get("PROJNER_DATA")
    if not folder:
        print("PROJNER_DATA names no folder of corpora: nothing to measure")
        return
    f1: Rows = {name: {} for name in ABLATIONS}
    for corpus in with_entities(Path(folder)):
        if corpus.name.startswith(options.only):
            measure_projection(corpus, f1)
    aer: Rows = {name: {} for name in ABLATIONS}
    for corpus_name in GOLD_LINKS:
        if corpus_name.startswith(options.only):
            measure_alignment(corpus_name, aer)
    for title, rows in (("Strict F1", f1), ("AER", aer)):
        if rows["as it is"]:
            print(f"{title}\n\n{markdown_table(rows)}\n")


if __name__ == "__main__":
    main()
