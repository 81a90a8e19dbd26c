"""How names are used over a corpus: which form of the target stands for a name, with which labels, how often.

What is odd about one pair is often seen only beside the others: a name that is a place here and a person
everywhere else, a name that turned into quite another word. `Usage` counts that in one pass; a pair is then
held against all the others, itself left out.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from math import log2, sqrt

from projner_core.corpus import Pair, Projection, Reason, Span

_LIKE = 0.6  # of the longer form's letters, that two forms of one word begin with in common
_FORMS_READ = 8  # forms of one name that are looked at, the commonest first
_LONGEST = 6  # words of a form that is looked for elsewhere
_MOST_MEMORY = 500_000  # spellings remembered: bounds memory, changes nothing else


class Usage:
    """Counts over a corpus. Give it every pair once (`add`), in any order, then ask.

    Words are compared NFC and case folded; the tokens themselves stay as they are.
    """

    def __init__(self) -> None:
        self._folds: dict[str, str] = {}
        self._labels: dict[str, dict[str, int]] = {}  # target form -> label -> how often
        self._forms: dict[str, dict[str, int]] = {}  # source name -> target form -> how often
        self._words: Counter[str] = Counter()  # every target word
        self._begins: dict[str, int] = {}  # first word of target forms -> words of the longest of them
        self._outside = self._capitals = 0  # target words within sentences, outside names; capitalised ones
        self._sentences, self._names = _Spread(), _Spread()

    def add(self, pair: Pair, projections: Sequence[Projection]) -> None:
        """Count one pair."""
        target = pair.target.tokens
        folded = self.folded(target)
        self._words.update(folded)
        covered = covered_tokens(projections, len(target))
        outside = [token for token, on in zip(target[1:], covered[1:], strict=True) if not on]
        self._outside += len(outside)
        self._capitals += sum(map(capitalised, outside))
        if pair.source is not None:
            self._sentences.add(_ratio(pair.source.tokens, target))
        for projection in projections:
            span = projection.target
            if span is None:
                continue
            form = " ".join(folded[span.start : span.end])
            _count(self._labels, form, span.label)
            first = folded[span.start]
            self._begins[first] = max(self._begins.get(first, 0), min(len(span), _LONGEST))
            name = self.name(pair, projection)
            if name is not None:
                _count(self._forms, name, form)
                assert pair.source is not None
                entity = projection.entity
                self._names.add(
                    _ratio(pair.source.tokens[entity.start : entity.end], target[span.start : span.end])
                )

    def fold(self, token: str) -> str:
        """The word as it is compared."""
        known = self._folds.get(token)
        if known is None:
            known = token.casefold() if token.isascii() else unicodedata.normalize("NFC", token).casefold()
            if len(self._folds) < _MOST_MEMORY:
                self._folds[token] = known
        return known

    def folded(self, tokens: Sequence[str]) -> list[str]:
        """Each word as it is compared."""
        known = self._folds
        return [known.get(token) or self.fold(token) for token in tokens]

    def form(self, tokens: Sequence[str]) -> str:
        """Words as they are compared."""
        return " ".join(self.folded(tokens))

    def name(self, pair: Pair, projection: Projection) -> str | None:
        """The source entity's words as they are compared; None where there is no source entity behind it."""
        if pair.source is None or projection.reason is Reason.TRANSFERRED:
            return None
        entity = projection.entity
        return self.form(pair.source.tokens[entity.start : entity.end])

    def other_label(self, form: str, label: str) -> tuple[float, str]:
        """How many of the form's other occurrences have another label, as a share, and which most have.

        The share is held back where there are few: n others count n / (n + 1).
        """
        labels = self._labels.get(form, {})
        own = labels.get(label, 0)
        others = sum(labels.values()) - min(1, own)
        rest = {name: count for name, count in labels.items() if name != label}
        if others <= 0 or not rest:
            return 0.0, ""
        usual = min(rest, key=lambda name: (-rest[name], name))
        return sum(rest.values()) / others * _held_back(others), usual

    def other_form(self, name: str, form: str) -> tuple[float, str]:
        """How many of the name's other occurrences became quite another form, as a share, and which most did.

        Forms that begin alike (case endings, say) are one. The share is held back as in `other_label`.
        """
        forms = self._forms.get(name, {})
        others = sum(forms.values()) - min(1, forms.get(form, 0))
        if others <= 0 or len(forms) - (form in forms) == 0:
            return 0.0, ""
        common = sorted(forms, key=lambda other: (-forms[other], other))[:_FORMS_READ]
        unlike = {other: forms[other] for other in common if other != form and not alike(form, other)}
        if not unlike:
            return 0.0, ""
        usual = next(iter(unlike))
        return min(1.0, sum(unlike.values()) / others) * _held_back(others), usual

    def known(self, folded: Sequence[str], covered: Sequence[bool]) -> Iterator[tuple[int, int, float]]:
        """Words outside every projected span that are one elsewhere, the longest at each place.

        Yields:
            Start, end, and how sure it is that they are a name: of a single word, the share of its
            occurrences that are one; of several words that are one n times, n / (n + 1).
        """
        begins = self._begins
        end = 0
        for start in [i for i, word in enumerate(folded) if word in begins]:
            if covered[start] or start < end:
                continue
            for length in range(min(begins[folded[start]], len(folded) - start), 0, -1):
                labels = self._labels.get(" ".join(folded[start : start + length]))
                if labels is not None and not any(covered[start : start + length]):
                    end = start + length
                    often = sum(labels.values())
                    share = often / self._words[folded[start]] if length == 1 else _held_back(often)
                    yield start, end, min(1.0, share)
                    break

    @property
    def capital_rate(self) -> float:
        """The share of the target's words, within sentences and outside names, that have a capital."""
        return self._capitals / self._outside if self._outside else 0.0

    def odd_sentences(self, pair: Pair) -> float:
        """How far the target's length is from what is usual for its source, in standard deviations; negative
        where it is short."""
        if pair.source is None:
            return 0.0
        return self._sentences.deviations(_ratio(pair.source.tokens, pair.target.tokens))

    def odd_name(self, pair: Pair, entity: Span, span: Span) -> float:
        """How many doublings a span's length is from what is usual for the entity; negative: it is short."""
        assert pair.source is not None
        source = pair.source.tokens[entity.start : entity.end]
        return _ratio(source, pair.target.tokens[span.start : span.end]) - self._names.mean


def covered_tokens(projections: Sequence[Projection], length: int) -> list[bool]:
    """For each target token, whether a projected span covers it."""
    covered = [False] * length
    for projection in projections:
        if projection.target is not None:
            start, end = projection.target.start, min(projection.target.end, length)
            covered[start:end] = [True] * (end - start)
    return covered


def capitalised(token: str) -> bool:
    """Whether a word begins with a capital; never in a script that has none."""
    return token[:1].isupper()


def alike(one: str, other: str) -> bool:
    """Whether two forms may be one word: most of the longer one's letters begin both."""
    longer, same = max(len(one), len(other)), 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        same += 1
    return same >= _LIKE * longer


class _Spread:
    """Mean and standard deviation of numbers that come one by one."""

    def __init__(self) -> None:
        self._count, self._sum, self._squares = 0, 0.0, 0.0

    def add(self, value: float) -> None:
        self._count += 1
        self._sum += value
        self._squares += value * value

    @property
    def mean(self) -> float:
        return self._sum / self._count if self._count else 0.0

    def deviations(self, value: float) -> float:
        if self._count < 2:
            return 0.0
        variance = max(0.0, self._squares / self._count - self.mean**2)
        return (value - self.mean) / sqrt(variance) if variance > 1e-9 else 0.0


def _ratio(source: Sequence[str], target: Sequence[str]) -> float:
    """How many doublings longer the target is, in characters."""
    return log2((1 + sum(map(len, target))) / (1 + sum(map(len, source))))


def _held_back(others: int) -> float:
    return others / (others + 1)


def _count(table: dict[str, dict[str, int]], one: str, other: str) -> None:
    row = table.setdefault(one, {})
    row[other] = row.get(other, 0) + 1
