"""Heuristic projection in both forms, each beside a slow reference written from the description."""

from __future__ import annotations

import unicodedata
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projner_core import projectors
from projner_core.corpus import Alignment, Link, Pair, Projection, Reason, Sentence, Span, projected_spans
from projner_core.errors import ProjnerError

FORMS = ["published", "ratio"]


def pair(source: str, target: str, lang: str = "und") -> Pair:
    return Pair("p", Sentence(tuple(source.split()), "en"), Sentence(tuple(target.split()), lang))


def links(text: str) -> Alignment:
    ends = [part.partition(":")[0].split("-") for part in text.split()]
    scores = [float(part.partition(":")[2] or 1) for part in text.split()]
    return Alignment(tuple(Link(int(i), int(j), s) for (i, j), s in zip(ends, scores, strict=True)))


def project(one: Pair, entities: list[Span], alignment: Alignment, **settings) -> tuple[Projection, ...]:
    (projections,) = projectors.create("heuristic", **settings).project([one], [entities], [alignment])
    return projections


def found(one: Pair, projections: tuple[Projection, ...]) -> list[tuple[str, str]]:
    return [(" ".join(one.target.tokens[s.start : s.end]), s.label) for s in projected_spans(projections)]


# Sentences


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("source", "target", "entities", "alignment", "expected"),
    [
        (
            "Asha Juma lives in Dar es Salaam",
            "Asha Juma anaishi Dar es Salaam",
            [Span(0, 2, "PER"), Span(4, 7, "LOC")],
            "0-0 1-1 2-2 4-3 5-4 6-5",
            [("Asha Juma", "PER"), ("Dar es Salaam", "LOC")],
        ),
        (  # the word between is filled in
            "regional policy of the European Union",
            "política regional de la Unión Europea",
            [Span(3, 6, "ORG")],
            "0-1 1-0 3-3 5-4 4-5 2-2",
            [("la Unión Europea", "ORG")],
        ),
        (
            "He saw Lake Victoria",
            unicodedata.normalize("NFD", "Ó rí Adágún Fikitóríà"),
            [Span(2, 4, "LOC")],
            "0-0 1-1 2-2 3-3",
            [(unicodedata.normalize("NFD", "Adágún Fikitóríà"), "LOC")],
        ),
        (
            "Addis Ababa is the capital",
            "ዋና ከተማዋ አዲስ አበባ ናት ።",
            [Span(0, 2, "LOC")],
            "0-2 1-3 2-4 4-0 4-1",
            [("አዲስ አበባ", "LOC")],
        ),
        (
            "Ahmed left 🙂 Cairo",
            "غادر أحمد القاهرة 🙂",
            [Span(0, 1, "PER"), Span(3, 4, "LOC")],
            "0-1 1-0 3-2 2-3",
            [("أحمد", "PER"), ("القاهرة", "LOC")],
        ),
    ],
)
def test_what_both_forms_do(form, source, target, entities, alignment, expected):
    one = pair(source, target)
    assert found(one, project(one, entities, links(alignment), form=form)) == expected


TOWN = pair("the city council of Dar says", "baraza la mji wa huku na kule Dar lasema")
COUNCIL = [Span(0, 5, "ORG")]


def test_four_of_five_words_are_too_few_for_the_ratio_and_enough_for_the_published_form():
    four = links("0-0 1-1 2-2 3-3")
    (lost,) = project(TOWN, COUNCIL, four, form="ratio")
    assert (lost.target, lost.reason) == (None, Reason.TOO_SHORT)
    assert lost.candidates == (Span(0, 4, "ORG", 0.8),)
    assert found(TOWN, project(TOWN, COUNCIL, four)) == [("baraza la mji wa", "ORG")]
    assert found(TOWN, project(TOWN, COUNCIL, four, form="ratio", threshold=0.79)) == [
        ("baraza la mji wa", "ORG")
    ]


def test_the_ratio_may_give_an_entity_to_several_runs_and_the_published_form_to_the_largest():
    one = pair("Müller votes", "Frau Müller stimmt ab : Frau Dr. Müller")
    alignment = links("0-0 0-1 1-2 0-5 0-6 0-7")
    several = project(one, [Span(0, 1, "PER")], alignment, form="ratio")
    assert [p.target and (p.target.start, p.target.end) for p in several] == [(0, 2), (5, 8)]
    assert all(p.entity == Span(0, 1, "PER") and p.target in p.candidates for p in several)
    assert found(one, project(one, [Span(0, 1, "PER")], alignment)) == [("Frau Dr. Müller", "PER")]


def test_punctuation_alone_is_dropped_as_published_and_kept_by_the_ratio():
    one = pair("Asha !", "Anaimba !")
    assert project(one, [Span(0, 1, "PER")], links("0-1")) == (
        Projection(Span(0, 1, "PER"), None, Reason.EXCLUDED),
    )
    assert found(one, project(one, [Span(0, 1, "PER")], links("0-1"), form="ratio")) == [("!", "PER")]


@pytest.mark.parametrize("form", FORMS)
def test_not_aligned_and_weak_links_do_not_count(form):
    one = pair("Asha sings", "Asha anaimba")
    weak = Alignment(links=(Link(1, 1),), weak=(Link(0, 0, 0.4),))
    assert project(one, [Span(0, 1, "PER")], weak, form=form)[0].reason is Reason.NOT_ALIGNED
    low = links("0-0:.4 1-1")
    assert project(one, [Span(0, 1, "PER")], low, form=form)[0].reason is Reason.PROJECTED
    assert project(one, [Span(0, 1, "PER")], low, form=form, least_link=0.5)[0].reason is Reason.NOT_ALIGNED


def test_equal_labels_are_merged_and_others_dropped_on_a_collision():
    one = pair("Sri Lanka Sri Lankan army", "jeshi la Sri Lanka")
    alignment = links("0-2 1-3 2-2 3-3 4-0 2-1")
    loc, army = Span(0, 2, "LOC"), Span(2, 5, "ORG")
    first, second = project(one, [loc, army], alignment)
    assert (first.reason, first.rivals) == (Reason.LOST_COLLISION, (army,))
    assert second.target == Span(0, 4, "ORG", 1.0)
    same = [Span(0, 2, "LOC"), Span(2, 4, "LOC")]
    first, second = project(one, same, alignment)
    assert first.target == Span(1, 4, "LOC", 1.0)
    assert first.target in first.candidates
    assert (second.reason, second.rivals) == (Reason.LOST_COLLISION, (same[0],))


@pytest.mark.parametrize(
    "wrong",
    [{"form": "mean"}, {"merge_distance": -1}, {"threshold": -0.1}, {"least_link": -1.0}, {"shown": 0}],
)
def test_settings_out_of_range_are_named(wrong):
    with pytest.raises(ProjnerError, match=next(iter(wrong))):
        projectors.create("heuristic", **wrong)


def test_what_does_not_fit_is_refused():
    one, heuristic = pair("Asha", "Asha"), projectors.create("heuristic")
    with pytest.raises(ValueError, match="1 pairs, 2 lists"):
        heuristic.project([one], [[], []], [Alignment()])
    with pytest.raises(ValueError, match="ends past"):
        project(one, [Span(0, 2, "PER")], Alignment())
    with pytest.raises(ValueError, match="outside its pair"):
        project(one, [Span(0, 1, "PER")], links("0-7"))
    assert heuristic.project([Pair("u", None, one.target)], [[]], [Alignment()]) == [()]


# The references: whole sentences as strings of 0 and 1, no function in common with the projector.


def stretches(bits: list[int]) -> list[tuple[int, int]]:
    """All maximal stretches of ones, by trying every interval."""
    n = len(bits)
    return [
        (a, b)
        for a in range(n)
        for b in range(a + 1, n + 1)
        if all(bits[a:b]) and not (a and bits[a - 1]) and not (b < n and bits[b])
    ]


def with_gaps_filled(bits: list[int], most: int) -> list[int]:
    filled = list(bits)
    for a in range(len(bits)):
        for b in range(a + 1, len(bits)):
            if bits[a] and bits[b] and not any(bits[a + 1 : b]) and b - a - 1 <= most:
                filled[a:b] = [1] * (b - a)
    return filled


def bits_of(target: tuple[str, ...], entity: Span, alignment: Alignment) -> list[int]:
    cells = {(link.source, link.target) for link in alignment.links}
    return [int(any((i, j) in cells for i in range(entity.start, entity.end))) for j in range(len(target))]


def as_published(
    target: tuple[str, ...], entities: list[Span], alignment: Alignment
) -> list[tuple[int, int] | None]:
    runs: list[set[int]] = []
    for entity in entities:
        bits = bits_of(target, entity, alignment)
        for a, b in stretches(bits):
            if all(token in {",", "(", "。", "–", "!?"} for token in target[a:b]):
                bits[a:b] = [0] * (b - a)
        best: tuple[int, int] | None = None
        for run in stretches(with_gaps_filled(bits, 1)):
            if best is None or run[1] - run[0] > best[1] - best[0]:
                best = run
        runs.append(set(range(*best)) if best else set())
    settled = False
    while not settled:
        settled = True
        for i in range(len(runs)):
            for j in range(i + 1, len(runs)):
                if settled and runs[i] & runs[j]:
                    settled = False
                    if entities[i].label == entities[j].label:
                        runs[i], runs[j] = runs[i] | runs[j], set()
                    elif len(runs[i]) >= len(runs[j]):
                        runs[j] = set()
                    else:
                        runs[i] = set()
    return [(min(run), max(run) + 1) if run else None for run in runs]


def by_ratio(
    target: tuple[str, ...], entities: list[Span], alignment: Alignment, threshold: Fraction
) -> list[set[tuple[int, int]]]:
    wanted = [
        (number, run)
        for number, entity in enumerate(entities)
        for run in stretches(with_gaps_filled(bits_of(target, entity, alignment), 1))
        if Fraction(run[1] - run[0], entity.end - entity.start) > threshold
    ]
    given: list[set[tuple[int, int]]] = [set() for _ in entities]
    taken: set[int] = set()
    while wanted:
        number, run = max(wanted, key=lambda w: (w[1][1] - w[1][0], -w[0], -w[1][0]))
        wanted.remove((number, run))
        if not taken & set(range(*run)):
            taken |= set(range(*run))
            given[number].add(run)
    return given


@st.composite
def jobs(draw):
    words = st.sampled_from(["Asha", "la", ",", "(", "。", "–", "!?", "北", "🙂", "أحمد", "a\u200bb", "Èkó"])
    source, target = draw(st.lists(words, min_size=1, max_size=9)), draw(st.lists(words, max_size=9))
    cuts = sorted(draw(st.sets(st.integers(0, len(source)), max_size=6)))
    labels = st.sampled_from(["PER", "LOC"])
    entities = [Span(a, b, draw(labels)) for a, b in pairwise(cuts)]
    cells = [(i, j) for i in range(len(source)) for j in range(len(target)) if draw(st.integers(0, 2)) == 0]
    return Pair("p", Sentence(tuple(source)), Sentence(tuple(target))), entities, cells


@given(jobs())
@settings(max_examples=300, deadline=None)
def test_both_forms_equal_their_references(job):
    one, entities, cells = job
    alignment = Alignment(tuple(Link(i, j) for i, j in cells))
    published = project(one, entities, alignment)
    assert [p.entity for p in published] == entities
    assert [p.target and (p.target.start, p.target.end) for p in published] == as_published(
        one.target.tokens, entities, alignment
    )
    ratio = project(one, entities, alignment, form="ratio")
    expected = by_ratio(one.target.tokens, entities, alignment, Fraction(4, 5))
    places: list[set[tuple[int, int]]] = [set() for _ in entities]
    for p in ratio:
        if p.target:
            places[entities.index(p.entity)].add((p.target.start, p.target.end))
    assert places == expected
    for projections in (published, ratio):
        for left, right in pairwise(projected_spans(projections)):
            assert not left.overlaps(right)
        for p in projections:
            assert (p.target is None) == (p.reason is not Reason.PROJECTED)
            assert p.target is None or p.target in p.candidates
            assert (p.reason is Reason.LOST_COLLISION) == bool(p.rivals)
            scores = [c.score for c in p.candidates]
            assert scores == sorted(scores, reverse=True)
            assert all(0 < score <= 1 for score in scores)
