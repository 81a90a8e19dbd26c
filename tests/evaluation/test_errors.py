"""Outcomes, properties, scripts, and the sentence for a reader."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projner_core.corpus import Alignment, Link, Pair, Projection, Reason, Sentence, Span
from projner_core.evaluation.entities import score
from projner_core.evaluation.errors import Context, explain, find
from projner_core.evaluation.findings import Cause, Outcome
from tests.evaluation.marked import Marked, read

WORDS = ["Basel", "in", ",", "ọmọ", "بازل", "巴塞爾", "🙂", "\u200b", "ባዝል", "EU-Recht", "the", "("]
LABELS = ["PER", "LOC"]


def layer(tokens: int) -> st.SearchStrategy[tuple[Span, ...]]:
    """Spans that do not overlap, in a sentence of so many tokens."""
    cuts = st.lists(st.integers(0, tokens), unique=True).map(sorted)

    def spans(places: list[int], labels: list[str | None]) -> tuple[Span, ...]:
        return tuple(
            Span(start, end, label)
            for (start, end), label in zip(pairwise(places), labels, strict=False)
            if label is not None
        )

    labels = st.lists(st.sampled_from([*LABELS, None]), min_size=tokens, max_size=tokens)
    return st.builds(spans, cuts, labels)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Pair, tuple[Span, ...], tuple[Span, ...], Context]:
    """A pair with any gold, any decisions and any links; predictions are what was decided."""
    source = tuple(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6)))
    target = tuple(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=7)))
    entities = draw(layer(len(source)))
    places = list(draw(layer(len(target))))
    projections = []
    for entity in entities:
        if places and draw(st.booleans()):
            place = places.pop()
            taken = Span(place.start, place.end, entity.label, 0.5)
            projections.append(Projection(entity, taken, Reason.PROJECTED, (taken,)))
        else:
            reason = draw(st.sampled_from([r for r in Reason if r is not Reason.TRANSFERRED]))
            projections.append(Projection(entity, None, reason))
    links = draw(
        st.lists(
            st.builds(
                Link,
                st.integers(0, len(source) - 1),
                st.integers(0, len(target) - 1),
                st.sampled_from([0.2, 0.7, 1.0]),
            ),
            max_size=8,
            unique_by=lambda link: (link.source, link.target),
        )
    )
    context = Context(
        entities,
        draw(st.sampled_from([Alignment(tuple(links)), None])),
        draw(st.sampled_from([tuple(projections), None])),
        draw(st.one_of(st.none(), st.just(entities), layer(len(source)))),
    )
    predicted = tuple(p.target for p in projections if p.target is not None)
    pair = Pair("p", Sentence(source, "en"), Sentence(target, "de"))
    return pair, draw(layer(len(target))), predicted, context


@settings(deadline=None)  # the first to need SciPy waits for its import
@given(situations())
def test_one_cause_for_every_error_and_totals_that_reconcile(situation):
    pair, gold, predicted, context = situation
    found = find(pair, gold, predicted, context=context)
    assert all((finding.cause is None) == (finding.outcome is Outcome.CORRECT) for finding in found)
    outcomes = Counter(finding.outcome for finding in found)
    scores = score([gold], [predicted], samples=0).micro
    assert scores.gold == len(found) - outcomes[Outcome.SPURIOUS]
    assert scores.predicted == len(found) - outcomes[Outcome.MISSING]
    assert scores.correct == outcomes[Outcome.CORRECT]


@settings(deadline=None)  # the first to need SciPy waits for its import
@given(situations())
def test_outcomes_need_no_context(situation):
    pair, gold, predicted, context = situation
    alone = find(pair, gold, predicted)
    known = find(pair, gold, predicted, context=context)
    assert [(f.gold, f.predicted, f.outcome) for f in alone] == [
        (f.gold, f.predicted, f.outcome) for f in known
    ]
    assert all(finding.cause is None for finding in alone)


@settings(deadline=None)  # the first to need SciPy waits for its import
@given(situations())
def test_outcomes_say_what_they_mean(situation):
    pair, gold, predicted, _ = situation
    for finding in find(pair, gold, predicted):
        if finding.gold is None or finding.predicted is None:
            continue
        one, other = finding.gold, finding.predicted
        assert one.overlaps(other)
        assert (one.label == other.label) == (finding.outcome in (Outcome.CORRECT, Outcome.BOUNDARY))
        assert ((one.start, one.end) == (other.start, other.end)) == (
            finding.outcome in (Outcome.CORRECT, Outcome.TYPE)
        )


@settings(deadline=None)  # the first to need SciPy waits for its import
@given(situations())
def test_findings_are_sorted_by_position(situation):
    pair, gold, predicted, context = situation
    found = find(pair, gold, predicted, context=context)
    places = [(f.gold or f.predicted) for f in found]
    assert [p.start for p in places if p] == sorted(p.start for p in places if p)


@settings(deadline=None)  # the first to need SciPy waits for its import
@given(situations())
def test_every_finding_can_be_explained(situation):
    pair, gold, predicted, context = situation
    for finding in find(pair, gold, predicted, context=context):
        for known in (context, None):
            text = explain(finding, pair, known)
            assert text.endswith(".")
            assert "None" not in text
            assert "  " not in text


SPAN = st.builds(
    lambda start, length, label: Span(start, start + length, label),
    st.integers(0, 4),
    st.integers(1, 3),
    st.sampled_from(LABELS),
)


@settings(deadline=None)  # the first to need SciPy waits for its import
@given(st.lists(SPAN, max_size=5), st.lists(SPAN, max_size=5))
def test_even_overlapping_and_repeated_spans_are_counted_as_the_scores_do(gold, predicted):
    pair = Pair("p", None, Sentence(("a",) * 7))
    outcomes = Counter(finding.outcome for finding in find(pair, gold, predicted, context=Context()))
    scores = score([gold], [predicted], samples=0).micro
    assert scores.correct == outcomes[Outcome.CORRECT]
    assert scores.gold == outcomes.total() - outcomes[Outcome.SPURIOUS]
    assert scores.predicted == outcomes.total() - outcomes[Outcome.MISSING]


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ("in [Basel|LOC]", "in [Basel|LOC]", "correct"),
        ("in [Basel|LOC]", "in [Basel|ORG]", "type"),
        ("in [Basel Nord|LOC]", "in [Basel|LOC] Nord", "boundary"),
        ("in [Basel Nord|LOC]", "in [Basel|ORG] Nord", "type+boundary"),
        ("in [Basel|LOC]", "in Basel", "missing"),
        ("in Basel", "in [Basel|LOC]", "spurious"),
    ],
)
def test_outcomes(gold, predicted, expected):
    tokens, ours = read(gold)
    _, theirs = read(predicted)
    (finding,) = find(Pair("p", None, Sentence(tokens)), ours, theirs)
    assert finding.outcome == expected


def test_the_source_entity_stands_behind_correct_findings_too():
    marked = Marked("in [Basel|LOC] , [Ada|PER]", "in [Bâle|LOC] , [Ada|PER]", "in [Bâle|LOC] , [Ada|PER]")
    assert [finding.entity for finding in marked.findings()] == list(marked.context.entities)


def test_an_entity_with_two_target_spans_of_which_one_is_right():
    marked = Marked("in [Basel|LOC]", "in [Basel|LOC] , ja Basel", "in [Basel|LOC] , ja Basel", "1-1")
    entity = marked.context.entities[0]
    more = Span(4, 5, "LOC")
    context = Context(
        marked.context.entities,
        marked.links,
        [*(marked.context.projections or ()), Projection(entity, more, Reason.PROJECTED)],
        marked.context.source_gold,
    )
    found = find(marked.pair, marked.gold, [*marked.predicted, more], context=context)
    assert [(f.outcome, f.cause) for f in found] == [
        (Outcome.CORRECT, None),
        (Outcome.SPURIOUS, Cause.SPLIT),
    ]


SCRIPTS = {
    "Yorùbá, decomposed": ("[Ọlá|PER] sings", "[O\u0323la\u0301|PER] kọrin", "[O\u0323la\u0301 kọrin|PER]"),
    "Arabic": ("[Basel|LOC] sings", "[بازل|LOC] تغني", "[بازل تغني|LOC]"),
    "Amharic": ("[Basel|LOC] sings", "[ባዝል|LOC] ትዘፍናለች", "[ባዝል ትዘፍናለች|LOC]"),
    "Chinese": ("[Basel|LOC] sings", "[巴塞爾|LOC] 唱歌", "[巴塞爾 唱歌|LOC]"),
    "emoji": ("[Basel|LOC] sings", "[🏙️|LOC] 🎶", "[🏙️ 🎶|LOC]"),
    "zero-width space": ("[Basel|LOC] sings", "[Ba\u200bsel|LOC] singt", "[Ba\u200bsel singt|LOC]"),
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_doubtful_link_to_the_next_word_in_any_script(script):
    source, gold, predicted = SCRIPTS[script]
    marked = Marked(source, gold, predicted, "0-0 0-1:0.6")
    assert marked.wrong() == {("boundary", "aligned-elsewhere")}


@pytest.mark.parametrize(("script", "isolated"), [("Arabic", True), ("Chinese", False)])
def test_words_from_right_to_left_are_isolated(script, isolated):
    source, gold, predicted = SCRIPTS[script]
    marked = Marked(source, gold, predicted, "0-0 0-1:0.6")
    (finding,) = marked.findings()
    text = explain(finding, marked.pair, marked.context)
    assert marked.pair.target.tokens[0] in text
    assert ("“\u2068" in text) is isolated
    assert text.count("\u2068") == text.count("\u2069")


def test_the_sentence_for_a_reader():
    marked = Marked("[Ada Muster|PER] sings", "[Ada Muster|PER] singt", "[Ada|PER] Muster singt", "0-0 2-2")
    (finding,) = marked.findings()
    assert explain(finding, marked.pair, marked.context) == (
        "Gold marks “Ada Muster” as PER, the prediction “Ada”: "
        "of “Ada Muster” (PER), “Muster” is linked to no word of the target."
    )
    assert explain(find(marked.pair, marked.gold, marked.gold)[0], marked.pair) == (
        "Gold marks “Ada Muster” as PER, and so does the prediction."
    )


def test_the_reason_of_the_projector_is_in_the_sentence():
    marked = Marked(
        "[Ada|PER] and [Basel|LOC]",
        "[Ada|LOC] singt",
        "[Ada|PER] singt",
        "0-0 2-1",
        unprojected={1: Reason.LOST_COLLISION},
    )
    first, second = marked.context.projections or ()
    context = Context(
        marked.context.entities,
        marked.links,
        [first, Projection(second.entity, None, Reason.LOST_COLLISION, (), (first.entity,))],
        None,
    )
    found = find(marked.pair, [Span(1, 2, "LOC")], marked.predicted, context=context)
    missing = next(f for f in found if f.outcome is Outcome.MISSING)
    assert missing.cause is Cause.LOST_COLLISION
    assert explain(missing, marked.pair, context) == (
        "Gold marks “singt” as LOC, and no prediction answers it: "
        "“Basel” (LOC) wanted these tokens, and “Ada” (PER) took them."
    )


def test_a_word_with_a_link_is_never_said_to_have_none():
    """An acronym is linked to one of the two words that it stands for."""
    marked = Marked(
        "the [EU|ORG] said", "la [Unión Europea|ORG] dijo", "la [Unión|ORG] Europea dijo", "0-0 1-1 2-3"
    )
    (finding,) = marked.findings()
    assert finding.cause is Cause.NOT_ALIGNED
    assert explain(finding, marked.pair, marked.context).endswith(": “EU” (ORG) is linked to “Unión” alone.")


def test_an_entity_that_is_linked_to_nothing_is_said_to_be():
    marked = Marked(
        "[Ada|PER] sings", "[Ada|PER] singt", "Ada singt", "1-1", unprojected={0: Reason.NOT_ALIGNED}
    )
    (finding,) = marked.findings()
    text = explain(finding, marked.pair, marked.context)
    assert text.endswith(": “Ada” (PER) is linked to no word of the target.")
