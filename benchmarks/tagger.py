"""Strict F1 of the bundled English tagger, and of projection from what it finds.

    PROJNER_DATA=... python -m benchmarks.tagger [--model FOLDER] [--samples 1000]

No sentence that is measured here was trained on. Where a data set has no MISC, entities of that label that
the tagger found take part in the projection and are dropped before scoring, on either side alike;
Europarl-NER, which has MISC, is scored both ways.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.projection import load, read, shown
from projner_core import aligners, projectors, taggers
from projner_core.corpus import Sentence, Span, projected_spans
from projner_core.evaluation.entities import Scores, score

NO_MISC = ("PER", "LOC", "ORG")


def without_misc(sentences: Sequence[Sequence[Span]]) -> list[tuple[Span, ...]]:
    """The entities of three labels."""
    return [tuple(span for span in spans if span.label in NO_MISC) for spans in sentences]


def say(name: str, gold: Sequence[Sequence[Span]], found: Sequence[Sequence[Span]], samples: int) -> None:
    """A line of scores."""
    scores: Scores = score(gold, found, samples=samples)
    labels = "  ".join(f"{label} {by.f1.value:.3f}" for label, by in scores.by_label.items() if by.gold)
    exact = shown(scores.exact_match.sentence)
    print(f"{name:34} F1 {shown(scores.micro.f1)}  exact match {exact}  {labels}", flush=True)


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="a folder that 'projner train' wrote (default: the bundled tagger)")
    parser.add_argument("--samples", type=int, default=1000)
    arguments = parser.parse_args()
    folder = os.environ.get("PROJNER_DATA")
    if not folder:
        print("PROJNER_DATA names no folder of real corpora: nothing to measure")
        return
    data = Path(folder)
    tagger = (
        taggers.create("token-classifier", model=arguments.model)
        if arguments.model
        else taggers.create("bundled")
    )
    for name, path in (
        ("uner-pud en", data / "uner-pud" / "en.conll"),
        ("europarl-ner en", data / "europarl-ner" / "en.conll"),
    ):
        sentences = read(path).values()
        texts = [Sentence(tokens, "en") for tokens, _ in sentences]
        gold = [spans for _, spans in sentences]
        began = time.perf_counter()
        found = tagger.tag(texts)
        words = sum(map(len, texts)) / (time.perf_counter() - began)
        say(f"{name}, without MISC", without_misc(gold), without_misc(found), arguments.samples)
        if any(span.label == "MISC" for spans in gold for span in spans):
            say(f"{name}, with MISC", gold, found, arguments.samples)
        print(f"{'':34} {words:,.0f} words a second, the first time with loading")
    for name, lang in (
        ("europarl-ner", "de"),
        ("europarl-ner", "es"),
        ("uner-pud", "de"),
        ("uner-pud", "pt"),
    ):
        corpus = load(f"{name} {lang}", data / name / "en.conll", data / name / f"{lang}.conll", lang)
        alignments = aligners.create("statistical").align(corpus.pairs)
        tagged = tagger.tag([pair.both()[0] for pair in corpus.pairs])
        projector = projectors.create("matching")
        for what, entities in (("tagged", tagged), ("gold", corpus.source)):
            made = projector.project(corpus.pairs, entities, alignments)
            predicted = [projected_spans(projections) for projections in made]
            say(
                f"{corpus.name}, source {what}",
                without_misc(corpus.gold),
                without_misc(predicted),
                arguments.samples,
            )


if __name__ == "__main__":
    main()
