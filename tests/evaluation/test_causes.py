"""A linguist's example for each cause."""

from __future__ import annotations

from dataclasses import replace

import pytest

from projner_core.corpus import Projection, Reason, Span
from projner_core.evaluation import causes
from projner_core.evaluation.causes import TESTS
from projner_core.evaluation.errors import Context, find
from projner_core.evaluation.findings import Cause
from tests.evaluation.marked import Marked

EXAMPLES: dict[str, tuple[Marked, set[tuple[str, str]]]] = {
    "a name that the tagger overlooked, which people marked": (
        Marked(
            "Basel thanks [Zürich|LOC]",
            "[Basel|LOC] dankt [Zürich|LOC]",
            "Basel dankt [Zürich|LOC]",
            "0-0 1-1 2-2",
            people="[Basel|LOC] thanks [Zürich|LOC]",
        ),
        {("missing", "source-missed")},
    ),
    "the same where nobody marked the source": (
        Marked(
            "Basel thanks [Zürich|LOC]",
            "[Basel|LOC] dankt [Zürich|LOC]",
            "Basel dankt [Zürich|LOC]",
            "0-0 1-1 2-2",
            people=None,
        ),
        {("missing", "source-missed")},
    ),
    "a month taken for a person": (
        Marked("in [May|PER]", "im Mai", "im [Mai|PER]", "0-0 1-1", people="in May"),
        {("spurious", "source-spurious")},
    ),
    "the same where nobody marked the source: the tagger is doubted before gold": (
        Marked("in [May|PER]", "im Mai", "im [Mai|PER]", "0-0 1-1", people=None),
        {("spurious", "source-spurious")},
    ),
    "a city taken for a club": (
        Marked("in [Basel|ORG]", "in [Basel|LOC]", "in [Basel|ORG]", "0-0 1-1", people="in [Basel|LOC]"),
        {("type", "source-mislabelled")},
    ),
    "a city taken for a club where nobody marked the source": (
        Marked("in [Basel|ORG]", "in [Basel|LOC]", "in [Basel|ORG]", "0-0 1-1", people=None),
        {("type", "source-mislabelled")},
    ),
    "half a name found by the tagger": (
        Marked(
            "with Ada [Muster|PER]",
            "mit [Ada Muster|PER]",
            "mit Ada [Muster|PER]",
            "0-0 1-1 2-2",
            people="with [Ada Muster|PER]",
        ),
        {("boundary", "source-boundary")},
    ),
    "half a name where nobody marked the source": (
        Marked(
            "with Ada [Muster|PER]",
            "mit [Ada Muster|PER]",
            "mit Ada [Muster|PER]",
            "0-0 1-1 2-2",
            people=None,
        ),
        {("boundary", "source-boundary")},
    ),
    "marks that the model lost": (
        Marked("in [Basel|LOC]", "in [Basel|LOC]", "in Basel", unprojected={0: Reason.NOT_MARKED}),
        {("missing", "not-marked")},
    ),
    "a name without a link": (
        Marked("in [Basel|LOC]", "in [Bâle|LOC]", "in Bâle", "0-0", unprojected={0: Reason.NOT_ALIGNED}),
        {("missing", "not-aligned")},
    ),
    "a name without a link that went to a word nearby: one error, seen twice": (
        Marked("in [Basel|LOC]", "heute in [Bâle|LOC]", "[heute|LOC] in Bâle", "0-1"),
        {("missing", "not-aligned"), ("spurious", "not-aligned")},
    ),
    "a word of the name without a link": (
        Marked("[Ada Muster|PER] sings", "[Ada Muster|PER] singt", "[Ada|PER] Muster singt", "0-0 2-2"),
        {("boundary", "not-aligned")},
    ),
    "an acronym linked to one of its words": (
        Marked("in the [EU|ORG]", "en la [Unión Europea|ORG]", "en la [Unión|ORG] Europea", "0-0 1-1 2-2"),
        {("boundary", "not-aligned")},
    ),
    "links to another word": (
        Marked("in [Basel|LOC]", "gestern in [Bâle|LOC]", "[gestern|LOC] in Bâle", "0-1 1-0:0.7"),
        {("missing", "aligned-elsewhere"), ("spurious", "aligned-elsewhere")},
    ),
    "a verb beside the name, by a doubtful link": (
        Marked(
            "the [Cohesion Fund|MISC] helps",
            "der [Kohäsionsfonds|MISC] hilft",
            "der [Kohäsionsfonds hilft|MISC]",
            "0-0 1-1 2-2:0.6",
        ),
        {("boundary", "aligned-elsewhere")},
    ),
    "two source entities for one name": (
        Marked(
            "[Margaret|PER] of [Parma|LOC]",
            "[Margarete von Parma|PER]",
            "[Margarete|PER] von [Parma|LOC]",
            "0-0 1-1 2-2",
        ),
        {("boundary", "split"), ("spurious", "split")},
    ),
    "one source entity for two names": (
        Marked(
            "in [Wells , Somerset|LOC]",
            "in [Wells|LOC] ( [Somerset|LOC]",
            "in [Wells ( Somerset|LOC]",
            "0-0 1-1 3-3",
        ),
        {("boundary", "merged"), ("missing", "merged")},
    ),
    "another entity took the tokens": (
        Marked(
            "[Basel|LOC] and [Basel Minster|LOC]",
            "[Basel|LOC] und Münster",
            "Basel und Münster",
            "0-0 2-0 3-2",
            unprojected={0: Reason.LOST_COLLISION, 1: Reason.LOST_COLLISION},
        ),
        {("missing", "lost-collision")},
    ),
    "the best span gave way": (
        Marked(
            "[Bank of Chad|ORG] in [Chad|LOC]",
            "[Bank von Tschad|ORG]",
            "[Bank|ORG] von [Tschad|LOC]",
            "0-0 1-1 2-2 4-2",
            candidates={0: [("Bank von Tschad", 0.9), ("Bank", 0.5)]},
        ),
        {("boundary", "split"), ("spurious", "split")},
    ),
    "a full stop amid the name": (
        Marked(
            "the [28th Report|MISC]",
            "der [28 . Bericht|MISC]",
            "der 28 . [Bericht|MISC]",
            "0-0 1-1 2-3",
            candidates={0: [("Bericht", 0.6)]},
        ),
        {("boundary", "candidate-excluded")},
    ),
    "links to nothing but a bracket": (
        Marked("in [Basel|LOC]", "in [Bâle|LOC] )", "in Bâle )", "1-2", unprojected={0: Reason.EXCLUDED}),
        {("missing", "aligned-elsewhere")},
    ),
    "a shorter span that scored more": (
        Marked(
            "[steel aid code|MISC]",
            "[Código de Ayudas a la Siderurgia|MISC]",
            "[Código de Ayudas|MISC] a la Siderurgia",
            "0-5:0.98 1-2:0.97 2-0",
            candidates={0: [("Código de Ayudas", 0.72), ("Código de Ayudas a la Siderurgia", 0.71)]},
        ),
        {("boundary", "outscored")},
    ),
    "too weak a candidate": (
        Marked(
            "in [Basel|LOC]",
            "in [Bâle|LOC]",
            "in Bâle",
            "0-0 1-1:0.05",
            unprojected={0: Reason.BELOW_MINIMUM},
            candidates={0: [("Bâle", 0.05)]},
        ),
        {("missing", "below-minimum")},
    ),
    "too short a run for its entity": (
        Marked(
            "[Ada Maria Muster|PER]",
            "[Ada M. Muster|PER]",
            "Ada M. Muster",
            "0-0 2-2",
            unprojected={0: Reason.TOO_SHORT},
        ),
        {("missing", "below-minimum")},
    ),
    "a projector that knows adjectives": (
        Marked("in [Central Asia|LOC]", "in [Zentralasien|LOC]", "in [Zentralasien|MISC]", "0-0 1-1 2-1"),
        {("type", "relabelled")},
    ),
    "a compound of the target": (
        Marked("many [EU|LOC] citizens", "viele [EU-Bürger|MISC]", "viele [EU-Bürger|LOC]", "0-0 1-1"),
        {("type", "tokenisation")},
    ),
    "a compound of the source": (
        Marked(
            "starke [Kohäsionspolitik|MISC]",
            "[política de cohesión|MISC] fuerte",
            "política de [cohesión|MISC] fuerte",
            "0-3 1-2",
        ),
        {("boundary", "tokenisation")},
    ),
    "a token of the source that is three in the target": (
        Marked(
            "the [PPE-DE|ORG] asks", "die [PPE / DE|ORG] bittet", "die [PPE|ORG] / DE bittet", "0-0 1-1 2-4"
        ),
        {("boundary", "tokenisation")},
    ),
    "a part of a closed compound": (
        Marked(
            "our [parliamentary|MISC] committee",
            "unser [Parlamentsausschuß|ORG]",
            "unser [Parlamentsausschuß|MISC]",
            "0-0 1-1 2-1",
        ),
        {("type", "tokenisation")},
    ),
    "a tagger's entity that nothing is linked to, projected by weak signs": (
        Marked("dear [Ada|PER]", "liebe Kollegin", "liebe [Kollegin|PER]", "0-0", people=None),
        {("spurious", "not-aligned")},
    ),
    "a run of punctuation": (
        Marked("in [Basel|LOC]", "in [Bâle|LOC] )", "in Bâle )", "1-1:0.5", unprojected={0: Reason.EXCLUDED}),
        {("missing", "candidate-excluded")},
    ),
    "an adjective that gold calls MISC": (
        Marked("people of [Europe|LOC]", "[europäische|MISC] Völker", "[europäische|LOC] Völker", "0-1 2-0"),
        {("type", "gold-disagrees")},
    ),
    "an article that belongs to the name here, and not there": (
        Marked("[the Netherlands|LOC]", "den [Niederlanden|LOC]", "[den Niederlanden|LOC]", "0-0:0.7 1-1"),
        {("boundary", "gold-disagrees")},
    ),
    "a name that the translation adds": (
        Marked("it was approved", "das [Parlament|ORG] stimmt zu", "das Parlament stimmt zu", "0-0 2-2"),
        {("missing", "gold-disagrees")},
    ),
    "a name that the translation leaves out": (
        Marked("dear [Ada|PER]", "liebe Kollegin", "liebe [Kollegin|PER]", "0-0 1-1:0.6"),
        {("spurious", "gold-disagrees")},
    ),
    "a wider name in gold": (
        Marked(
            "protect the [Barents Sea|LOC]",
            "[Schutz der Barentsee|LOC]",
            "Schutz der [Barentsee|LOC]",
            "0-0 1-1 2-2",
        ),
        {("boundary", "gold-disagrees")},
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples(name):
    marked, expected = EXAMPLES[name]
    assert marked.wrong() == expected


def test_every_cause_is_reached():
    reached = {cause for _, expected in EXAMPLES.values() for _, cause in expected}
    assert reached | {"unknown"} == set(Cause), set(Cause) ^ reached


def test_every_test_says_what_it_tests():
    assert all(len((test.__doc__ or "").split()) > 5 for _, test in TESTS)
    assert {cause for cause, _ in TESTS} == set(Cause) - {Cause.UNKNOWN}


def test_no_layer_of_projections_no_cause():
    marked = EXAMPLES["a name without a link"][0]
    found = find(marked.pair, marked.gold, marked.predicted, context=Context())
    assert [f.cause for f in found] == [Cause.UNKNOWN]
    assert [f.cause for f in find(marked.pair, marked.gold, marked.predicted)] == [None]


def test_what_a_model_found_on_the_target_has_no_source_entity_behind_it():
    marked = Marked("in [Basel|LOC]", "in [Bâle|LOC] heute", "in [Bâle heute|LOC]", "0-0 1-1")
    taken = marked.predicted[0]
    context = Context((), marked.links, [Projection(taken, taken, Reason.TRANSFERRED)], None)
    (finding,) = find(marked.pair, marked.gold, marked.predicted, context=context)
    assert (finding.cause, finding.entity) == (Cause.UNKNOWN, None)


def test_without_a_source_the_cause_is_unknown():
    marked = EXAMPLES["a name without a link"][0]
    pair = type(marked.pair)("p", None, marked.pair.target)
    found = find(pair, [Span(0, 1, "LOC"), Span(1, 2, "PER")], [Span(0, 1, "LOC")], context=marked.context)
    assert [f.cause for f in found] == [None, Cause.UNKNOWN]


@pytest.mark.parametrize("number", range(len(TESTS)), ids=[test.__name__ for _, test in TESTS])
def test_no_test_is_idle(number, monkeypatch):
    rest = tuple(entry for place, entry in enumerate(TESTS) if place != number)
    monkeypatch.setattr(causes, "TESTS", rest)
    assert any(marked.wrong() != expected for marked, expected in EXAMPLES.values())


@pytest.mark.parametrize("people", ["", None])
@pytest.mark.parametrize(
    ("gold", "predicted"),
    [
        ("[Ada Muster|PER] singt", "[Ada|PER] Muster singt"),
        ("[Ada Muster|PER] singt", "Ada Muster [singt|PER]"),
        ("Ada Muster singt", "[Ada Muster|PER] singt"),
    ],
)
def test_without_links_nothing_is_blamed_on_links(gold, predicted, people):
    marked = Marked("[Ada Muster|PER] sings", gold, predicted, people=people)
    context = replace(marked.context, alignment=None)
    found = find(marked.pair, marked.gold, marked.predicted, context=context)
    assert found
    assert not {f.cause for f in found} & {Cause.NOT_ALIGNED, Cause.ALIGNED_ELSEWHERE}


def test_a_projector_that_needs_links_says_itself_that_there_are_none():
    marked = Marked("[Ada|PER] sings", "[Ada|PER] singt", "Ada singt", unprojected={0: Reason.NOT_ALIGNED})
    (finding,) = find(
        marked.pair, marked.gold, marked.predicted, context=replace(marked.context, alignment=None)
    )
    assert finding.cause is Cause.NOT_ALIGNED
