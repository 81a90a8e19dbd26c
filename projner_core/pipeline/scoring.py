"""Scores of a predicted file against a gold file."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path

from projner_core.corpus import Span
from projner_core.errors import InputError
from projner_core.evaluation.entities import Scores, score
from projner_core.formats import conll
from projner_core.schemes import decode, repair


def score_files(gold: Path, predicted: Path, *, samples: int = 1000, seed: int = 0) -> Scores:
    """Strict entity scores of one CoNLL file against another, sentence by sentence.

    Raises:
        InputError: the two files do not hold the same tokens; the message names the first difference.
    """
    gold_layout, predicted_layout = conll.detect_layout(gold), conll.detect_layout(predicted)
    gold_spans: list[tuple[Span, ...]] = []
    predicted_spans: list[tuple[Span, ...]] = []
    for ours, theirs in zip_longest(conll.read(gold, gold_layout), conll.read(predicted, predicted_layout)):
        if ours is None or theirs is None:
            longer, shorter = (predicted, gold) if ours is None else (gold, predicted)
            raise InputError(
                longer,
                (ours or theirs).line,
                f"a sentence that {shorter} does not have ({len(gold_spans)} sentences there)",
                "the same sentences in both files",
                "Compare files of the same corpus.",
            )
        if ours.tokens != theirs.tokens:
            raise InputError(
                predicted,
                theirs.line,
                f"the sentence “{_shorten(theirs.tokens)}”",
                f"the tokens of {gold}, line {ours.line}: “{_shorten(ours.tokens)}”",
                "Compare files of the same corpus, with the same tokens in the same order.",
            )
        gold_spans.append(_spans(ours, gold_layout))
        predicted_spans.append(_spans(theirs, predicted_layout))
    return score(gold_spans, predicted_spans, samples=samples, seed=seed)


def _spans(sentence: conll.ConllSentence, layout: conll.Layout) -> tuple[Span, ...]:
    if sentence.tags is None or layout.scheme is None:
        return ()
    return decode(repair(sentence.tags, layout.scheme).tags, layout.scheme)


def _shorten(tokens: tuple[str, ...]) -> str:
    return " ".join(tokens[:8]) + (" …" if len(tokens) > 8 else "")
