"""Predicted files against a gold file, with no project."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from projner_core.corpus import Pair, Sentence, Span
from projner_core.errors import InputError
from projner_core.evaluation.entities import Scores, score
from projner_core.evaluation.tags import strict_spans
from projner_core.evaluation.unmarked import count_left_out, in_words, marked_only, unmarked_labels
from projner_core.formats import conll
from projner_core.schemes import Scheme, validate

if TYPE_CHECKING:
    from projner_core.evaluation.findings import Finding
    from projner_core.evaluation.significance import Difference
    from projner_core.evaluation.summary import Summary


@dataclass(frozen=True, slots=True)
class TwoFiles:
    """Two files against one gold file: the figures of each, and how they differ."""

    first: Summary
    second: Summary
    difference: Difference


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """The tags of a file that its scheme does not allow, which mark no entity in its scores.

    Attributes:
        path: the file.
        scheme: that its tags were read as.
        number: of such tags.
        line: of the first, 1-based.
    """

    path: Path
    scheme: Scheme
    number: int
    line: int

    def __str__(self) -> str:
        several = self.number > 1
        return (
            f"{self.path}: read as {self.scheme}; {self.number:,} {'tags' if several else 'tag'} that "
            f"{self.scheme} does not allow {'mark' if several else 'marks'} no entity, "
            f"{'the first ' if several else ''}in line {self.line}"
        )


def not_allowed(path: Path) -> NotAllowed | None:
    """What a file has of tags that its scheme does not allow; None where all are allowed.

    Raises:
        InputError: as `score_files`.
    """
    layout = _layout(path)
    assert layout.scheme is not None
    number = line = 0
    for sentence in conll.read(path, layout):
        places = {problem.position for problem in validate(sentence.tags or (), layout.scheme)}
        if places and not number:
            line = conll.line_of(sentence, min(places), layout)
        number += len(places)
    return NotAllowed(path, layout.scheme, number, line) if number else None


def score_files(gold: Path, predicted: Path, *, samples: int = 1000, seed: int = 0) -> Scores:
    """Strict entity scores of one CoNLL file against another, sentence by sentence.

    Predicted MISC is left out where the gold file has none, here as in all figures of files (`left_out`).

    Raises:
        InputError: a file has no tags, or the two do not hold the same tokens; the message names the first
            difference.
    """
    rows = list(_read(gold, predicted))
    unmarked = unmarked_labels(row[1] for row in rows)
    found = [marked_only(row[2], unmarked) for row in rows]
    return score([row[1] for row in rows], found, samples=samples, seed=seed)


def left_out(gold: Path, predicted: Path) -> str | None:
    """What is predicted with labels that the gold file does not mark, in words; None where nothing is.

    Raises:
        InputError: as `score_files`.
    """
    rows = list(_read(gold, predicted))
    return in_words(count_left_out((row[2] for row in rows), unmarked_labels(row[1] for row in rows))) or None


def summarise_files(gold: Path, predicted: Path, *, samples: int = 1000, seed: int = 0) -> Summary:
    """Every figure of one CoNLL file against another. Causes are not known: files have no links.

    Raises:
        InputError: as `score_files`.
    """
    from projner_core.evaluation.summary import summarise

    pairs, found, dropped = _found(gold, predicted)
    return summarise(pairs, found, dropped=dropped, samples=samples, seed=seed)


def compare_files(gold: Path, one: Path, other: Path, *, samples: int = 10_000, seed: int = 0) -> TwoFiles:
    """Two predicted files against one gold file, and whether they differ by more than chance.

    Args:
        gold: what is right.
        one, other: what two systems predicted for the same sentences.
        samples: of the bootstrap and the randomisation that compare the two; 0 for none. The intervals of
            each file's own scores take 1,000 at most.
        seed: of all of them.

    Raises:
        InputError: as `score_files`.
    """
    from projner_core.evaluation.significance import difference
    from projner_core.evaluation.summary import summarise

    pairs, ours, left_of_one = _found(gold, one)
    _, theirs, left_of_other = _found(gold, other)
    own = min(samples, 1000)
    return TwoFiles(
        summarise(pairs, ours, dropped=left_of_one, samples=own, seed=seed),
        summarise(pairs, theirs, dropped=left_of_other, samples=own, seed=seed),
        difference(ours, theirs, samples=samples, seed=seed),
    )


def _found(gold: Path, predicted: Path) -> tuple[list[Pair], list[tuple[Finding, ...]], dict[str, int]]:
    """The sentences, what became of the entities of each, and how many were left out, by label."""
    from projner_core.evaluation.errors import find

    rows = list(_read(gold, predicted))
    unmarked = unmarked_labels(row[1] for row in rows)
    pairs, findings = [], []
    for number, (tokens, ours, theirs) in enumerate(rows, start=1):
        pair = Pair(str(number), None, Sentence(tokens))
        pairs.append(pair)
        findings.append(find(pair, ours, marked_only(theirs, unmarked)))
    return pairs, findings, count_left_out((row[2] for row in rows), unmarked)


def _read(
    gold: Path, predicted: Path
) -> Iterator[tuple[tuple[str, ...], tuple[Span, ...], tuple[Span, ...]]]:
    """Of each sentence its tokens, its gold and its predicted entities."""
    gold_layout, predicted_layout = _layout(gold), _layout(predicted)
    both = zip_longest(conll.read(gold, gold_layout), conll.read(predicted, predicted_layout))
    for count, (ours, theirs) in enumerate(both):
        if ours is None or theirs is None:
            longer, shorter = (predicted, gold) if ours is None else (gold, predicted)
            raise InputError(
                longer,
                (ours or theirs).line,
                f"a sentence that {shorter} does not have ({count} sentences there)",
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
        yield ours.tokens, _spans(ours, gold_layout), _spans(theirs, predicted_layout)


def _layout(path: Path) -> conll.Layout:
    layout = conll.detect_layout(path)
    if layout.scheme is None:
        raise InputError(
            path, None, "no column of tags", "a tag behind each token: O, B-PER and so on",
            "Give a file with tags; a sentence without entities has O at each token.",
        )  # fmt: skip
    return layout


def _spans(sentence: conll.ConllSentence, layout: conll.Layout) -> tuple[Span, ...]:
    if sentence.tags is None or layout.scheme is None:
        return ()
    return strict_spans(sentence.tags, layout.scheme)


def _shorten(tokens: tuple[str, ...]) -> str:
    return " ".join(tokens[:8]) + (" …" if len(tokens) > 8 else "")
