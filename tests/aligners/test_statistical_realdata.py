"""What the statistical aligner reaches on real corpora, as floors a little under what was measured."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from projner_core.aligners.statistical import StatisticalAligner
from projner_core.corpus import Alignment, Pair, Sentence

pytestmark = pytest.mark.realdata


def read_conll(path: Path, lang: str) -> list[Sentence]:
    sentences = []
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        tokens = [line.split("\t")[0] for line in block.split("\n") if "\t" in line]
        if tokens:
            sentences.append(Sentence(tuple(tokens), lang))
    return sentences


def europarl(folder: Path, lang: str) -> list[Pair]:
    sides = [read_conll(folder / "europarl-ner" / f"{code}.conll", code) for code in ("en", lang)]
    return [Pair(str(n), source, target) for n, (source, target) in enumerate(zip(*sides, strict=True))]


def gold_alignments(folder: Path, source_lang: str, target_lang: str) -> tuple[list[Pair], list[str]]:
    sources, targets, gold = (
        (folder / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
        for name in ("src", "tgt", "gold")
    )
    pairs = [
        Pair(str(n), Sentence(tuple(s.split()), source_lang), Sentence(tuple(t.split()), target_lang))
        for n, (s, t) in enumerate(zip(sources, targets, strict=True))
    ]
    return pairs, gold


def alignment_error_rate(gold: list[str], found: list[Alignment]) -> float:
    """AER (Och and Ney 2003, section 5.1): possible links are the sure ones and those marked `?`."""
    hits = links = sure_links = 0
    for line, alignment in zip(gold, found, strict=True):
        sure = {tuple(map(int, item.split("-"))) for item in line.split() if "-" in item}
        possible = sure | {tuple(map(int, item.split("?"))) for item in line.split() if "?" in item}
        ours = {(link.source, link.target) for link in alignment.links}
        hits += len(ours & sure) + len(ours & possible)
        links += len(ours)
        sure_links += len(sure)
    return 1 - hits / (links + sure_links)


@pytest.mark.parametrize(
    ("folder", "source", "target", "at_most"),
    [
        ("wa-alibi/en-fr", "en", "fr", 0.10),
        ("wa-ugarit/grc-en", "grc", "en", 0.56),
        ("wa-ugarit/grc-la", "grc", "la", 0.37),
        ("wa-ugarit/grc-pt", "grc", "pt", 0.53),
    ],
)
def test_alignment_error_rate(realdata, folder, source, target, at_most):
    pairs, gold = gold_alignments(realdata / folder, source, target)
    assert alignment_error_rate(gold, StatisticalAligner().align(pairs)) <= at_most


def test_a_document_given_as_one_sentence_costs_little(realdata):
    pairs, gold = gold_alignments(realdata / "wa-alibi/en-fr", "en", "fr")
    documents, theirs = [], []
    for at in range(0, len(pairs), 10):
        sides: tuple[list[str], list[str]] = ([], [])
        links = []
        for pair, line in zip(pairs[at : at + 10], gold[at : at + 10], strict=True):
            for item in line.split():
                source, kind, target = re.split("([-?])", item)
                links.append(f"{int(source) + len(sides[0])}{kind}{int(target) + len(sides[1])}")
            for side, sentence in zip(sides, pair.both(), strict=True):
                side += sentence.tokens
        documents.append(Pair(str(at), Sentence(tuple(sides[0]), "en"), Sentence(tuple(sides[1]), "fr")))
        theirs.append(" ".join(links))
    assert alignment_error_rate(theirs, StatisticalAligner().align(documents)) <= 0.15


def test_priors_help_most_where_there_is_least(realdata):
    pairs, gold = gold_alignments(realdata / "wa-alibi/en-fr", "en", "fr")
    few, few_gold = pairs[:50], gold[:50]
    bare = alignment_error_rate(few_gold, StatisticalAligner(similarity=0, lexicon=0, names=0).align(few))
    primed = alignment_error_rate(few_gold, StatisticalAligner().align(few))
    assert primed < 0.11
    assert bare - primed > 0.03


def test_europarl_is_deterministic_and_quick(realdata):
    pairs = europarl(realdata, "de")
    aligner = StatisticalAligner()
    first = aligner.align(pairs)
    began = time.perf_counter()
    second = aligner.align(pairs)
    assert second == first
    assert time.perf_counter() - began < 10  # 0.4 s on two idle cores; leaves room for busy ones


def test_small_blocks_cost_little(realdata):
    pairs, gold = gold_alignments(realdata / "wa-alibi/en-fr", "en", "fr")
    whole = alignment_error_rate(gold, StatisticalAligner().align(pairs))
    blocks = alignment_error_rate(gold, StatisticalAligner(block=130).align(pairs))
    assert blocks < whole + 0.03
