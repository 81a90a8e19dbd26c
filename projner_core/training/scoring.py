"""How good a network is on sentences that it does not learn from: strict micro F1, by exact spans.

An entity is right where start, end and label all agree. Labels that nobody marked in a corpus are left out
of what is predicted there: whether they are right is not known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from projner_core.corpus import Span
from projner_core.training.corpora import Corpus, ordered, spans_of


@dataclass(frozen=True, slots=True)
class Counted:
    """Entities of a kind: in the gold, predicted, and both."""

    gold: int
    predicted: int
    correct: int

    @property
    def f1(self) -> float:
        """2 · correct / (gold + predicted); 0 where there is neither."""
        both = self.gold + self.predicted
        return 2 * self.correct / both if both else 0.0


@dataclass(frozen=True, slots=True)
class DevScores:
    """Strict scores: over all, and of each label and each corpus."""

    all: Counted
    by_label: dict[str, Counted]
    by_corpus: dict[str, Counted]

    @property
    def f1(self) -> float:
        """Micro F1 over the sentences of all corpora."""
        return self.all.f1

    def to_dict(self) -> dict[str, Any]:
        """The figures, rounded to four digits."""
        return {
            "f1": round(self.f1, 4),
            "by_label": {label: round(counted.f1, 4) for label, counted in self.by_label.items()},
            "by_corpus": {name: round(counted.f1, 4) for name, counted in self.by_corpus.items()},
        }


def count(dev: Sequence[Corpus], predicted: Sequence[Iterable[Span]]) -> DevScores:
    """The scores of what was predicted for the sentences of these corpora, one after the other.

    Two corpora of one name are told apart by their number: `dev.conll`, `dev.conll (2)`.
    """
    names = _names(dev)
    tallies: dict[tuple[str, str], Counter[str]] = {}
    found = iter(predicted)
    for name, one in zip(names, dev, strict=True):
        for example in one.examples:
            gold = {(span.start, span.end, span.label) for span in spans_of(example)}
            ours = {(span.start, span.end, span.label) for span in next(found)}
            for kind, spans in (("gold", gold), ("predicted", ours), ("correct", gold & ours)):
                for *_, label in spans:
                    if label not in one.unmarked:
                        tallies.setdefault((name, label), Counter())[kind] += 1

    def counted(keys: Iterable[tuple[str, str]]) -> Counted:
        total: Counter[str] = sum((tallies[key] for key in keys), Counter())
        return Counted(total["gold"], total["predicted"], total["correct"])

    return DevScores(
        counted(tallies),
        {label: counted(k for k in tallies if k[1] == label) for label in ordered(k[1] for k in tallies)},
        {name: counted(k for k in tallies if k[0] == name) for name in names},
    )


def _names(dev: Sequence[Corpus]) -> list[str]:
    names: list[str] = []
    for one in dev:
        name, number = one.name, 1
        while name in names:
            number += 1
            name = f"{one.name} ({number})"
        names.append(name)
    return names
