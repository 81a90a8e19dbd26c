"""Corpora with findings, written down or drawn, for the tests of what findings add up to."""

from __future__ import annotations

from hypothesis import strategies as st

from projner_core.corpus import Pair, Sentence, Span, check_spans
from projner_core.evaluation.errors import find
from projner_core.evaluation.findings import Cause, Finding, Outcome

# Latin, Yorùbá in NFD, Arabic, Amharic, Chinese, a zero-width space, an emoji, a figure, German
WORDS = ("Lagos", "Adé", "O\u0323la\u0301", "أحمد", "አዲስ", "北", "京", "\u200b", "🌍", "1999", "Straße", "of")
LABELS = ("PER", "LOC", "<b>", "$\\%_", "a|b", "=1+1 ~ x")


def spans(text: str) -> tuple[Span, ...]:
    """`"0-2 PER, 5-6 LOC"` as spans."""
    parts = [part.split(" ", 1) for part in text.split(", ") if part]
    return tuple(Span(*map(int, place.split("-")), label) for place, label in parts)


def pair(
    target: str | tuple[str, ...], source: str | None = None, *, lang: str = "yo", name: str = "1"
) -> Pair:
    tokens = tuple(target.split()) if isinstance(target, str) else target
    return Pair(
        name, None if source is None else Sentence(tuple(source.split()), "en"), Sentence(tokens, lang)
    )


def findings(of: Pair, gold: str, predicted: str) -> tuple[Finding, ...]:
    return find(of, spans(gold), spans(predicted))


@st.composite
def marked(draw, length: int) -> tuple[Span, ...]:
    """Entities of a sentence that do not overlap."""
    found, start = [], draw(st.integers(0, 3))
    while start < length and len(found) < 4:
        end = min(length, start + draw(st.integers(1, 6)))
        found.append(Span(start, end, draw(st.sampled_from(LABELS))))
        start = end + draw(st.integers(0, 3))
    return check_spans(found, length)


@st.composite
def pairs_with_findings(draw, *, predictions: int = 1) -> tuple[Pair, list[tuple[Finding, ...]]]:
    """A pair, and its findings for each of several predictions against one gold."""
    target = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12))
    source = draw(st.none() | st.lists(st.sampled_from(WORDS), min_size=1, max_size=8))
    lang = draw(st.sampled_from(["yo", "am", "zh"]))
    made = Pair("1", None if source is None else Sentence(tuple(source), "en"), Sentence(tuple(target), lang))
    gold = draw(marked(len(target)))
    found = []
    for _ in range(predictions):
        # a prediction that is gold now and then, as good systems' are
        predicted = draw(st.just(gold) | marked(len(target)))
        found.append(tuple(draw(judged(finding)) for finding in find(made, gold, predicted)))
    return made, found


@st.composite
def judged(draw, finding: Finding) -> Finding:
    """The finding with some cause, where it is wrong, or none."""
    if finding.outcome is Outcome.CORRECT:
        return finding
    cause = draw(st.none() | st.sampled_from(list(Cause)))
    return Finding(finding.gold, finding.predicted, finding.outcome, cause)


def corpora(*, predictions: int = 1, most: int = 8) -> st.SearchStrategy:
    return st.lists(pairs_with_findings(predictions=predictions), max_size=most)
