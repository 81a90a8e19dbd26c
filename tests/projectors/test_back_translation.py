"""By way of a marked back-translation; what holds of every projector of marked text is in test_markers.py."""

from __future__ import annotations

import unicodedata
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from projner_core import projectors
from projner_core.corpus import Alignment, Pair, Projection, Reason, Sentence, Span
from projner_core.errors import ProjnerError
from projner_core.projectors.base import Evidence, asks
from projner_core.projectors.marked_text import fold
from projner_core.projectors.monolingual import link, units_of_tokens


def spelt_alike(one: str, other: str) -> float:
    return Levenshtein.normalized_similarity(fold(one), fold(other))


def project(
    source: str, target: str, entities: list[Span], marked: str, lang: str = "und", **given
) -> tuple[Projection, ...]:
    one = Pair("p", Sentence(tuple(source.split()), "en"), Sentence(tuple(target.split()), lang))
    projector = projectors.create("back-translation", **given)
    return projector.project([one], [entities], [Alignment()], Evidence(marked=[marked]))[0]


def found(target: str, projections: tuple[Projection, ...]) -> list[str | None]:
    words = target.split()
    return [None if p.target is None else " ".join(words[p.target.start : p.target.end]) for p in projections]


NFD = unicodedata.normalize("NFD", "Ó lọ sí Ìbàdàn láti Èkó")


@pytest.mark.parametrize(
    ("source", "target", "lang", "entities", "marked", "expected"),
    [
        (
            "The European Parliament met in Strasbourg .",
            "In Straßburg tagte gestern das Europäische Parlament .",
            "de",
            [Span(1, 3, "ORG"), Span(5, 6, "LOC")],
            "Das [Europäische Parlament] trat in [Straßburg] zusammen.",
            ["Europäische Parlament", "Straßburg"],
        ),
        (
            "He went to Ibadan from Lagos",
            NFD,
            "yo",
            [Span(3, 4, "LOC"), Span(5, 6, "LOC")],
            unicodedata.normalize("NFC", "Ó lọ láti [Èkó] sí [Ìbàdàn]"),
            [unicodedata.normalize("NFD", word) for word in ("Ìbàdàn", "Èkó")],
        ),
        (  # words there, characters here
            "Beijing hosts the United Nations",
            "联合国 大会 在 北京 举行",
            "zh",
            [Span(0, 1, "LOC"), Span(3, 5, "ORG")],
            "【北京】举办［联合国］。",
            ["北京", "联合国"],
        ),
        (
            "Addis Ababa grows",
            "ዛሬ አዲስ አበባ\u200b እያደገች ነው ።",
            "am",
            [Span(0, 2, "LOC")],
            "[አዲስ አበባ] አደገች።",
            ["አዲስ አበባ\u200b"],
        ),
        (
            "Ahmed visited Cairo 🙂",
            "🙂 زار أحمد القاهرة",
            "ar",
            [Span(0, 1, "PER"), Span(2, 3, "LOC")],
            "[أحمد] زار [القاهرة] 🙂",
            ["أحمد", "القاهرة"],
        ),
        (  # the ending is written onto the name, outside the mark
            "She lives in Paris",
            "Párizsban él",
            "hu",
            [Span(3, 4, "LOC")],
            "Ő [Párizs]ban él.",
            ["Párizsban"],
        ),
    ],
)
def test_marked_words_are_carried_along(source, target, lang, entities, marked, expected):
    assert found(target, project(source, target, entities, marked, lang)) == expected


def test_words_that_changed_are_reached_through_their_neighbours_spelling():
    target = "Der Präsident der Republik Österreich sprach"
    (one,) = project(
        "The President of Austria spoke",
        target,
        [Span(3, 4, "LOC")],
        "Der Präsident der [Republik Österreichs] sprach",
    )
    assert found(target, (one,)) == ["Republik Österreich"]
    assert 0.9 < one.score < 1


def test_reasons():
    entity = [Span(0, 1, "PER")]
    (unmarked,) = project("Merkel left", "Merkel ging", entity, "Merkel ging")
    assert unmarked == Projection(entity[0], None, Reason.NOT_MARKED)
    (elsewhere,) = project("Merkel left", "Sie ging", entity, "[Merkel] ging")
    assert elsewhere == Projection(entity[0], None, Reason.NOT_ALIGNED)
    (unlike,) = project("Merkel left", "Sie ging", entity, "[Sie] ging", likeness=0.5)
    assert unlike.reason is Reason.NOT_MARKED
    (by_order,) = project("Merkel left", "Sie ging", entity, "[Sie] ging")
    assert by_order.target == Span(0, 1, "PER", 1.0)


def test_a_collision_names_the_source_entity_that_won():
    entities = [Span(0, 1, "LOC"), Span(2, 3, "ORG")]
    one, other = project("Paris and London", "Paris-London", entities, "[Paris]-[London]", "fr")
    assert {one.reason, other.reason} == {Reason.PROJECTED, Reason.LOST_COLLISION}
    winner, loser = (one, other) if one.target else (other, one)
    assert loser.rivals == (winner.entity,)


def test_a_name_that_comes_twice_is_linked_where_its_neighbours_agree():
    target = "heute kam Ali , und dann sprach Ali lange"
    entities = [Span(3, 4, "PER")]
    (one,) = project("and then Ali spoke", "x " + target, [Span(2, 3, "PER")], "dann sprach [Ali] lange")
    assert one.target is not None
    assert one.target.start == 8
    (one,) = project("today came , Ali", target, entities, "heute kam [Ali] , ja")
    assert one.target is not None
    assert one.target.start == 2


def test_the_marked_mention_is_linked_where_the_other_could_do_without():
    (one,) = project("Ali , Ali said", "sagte Ali", [Span(2, 3, "PER")], "Ali , [Ali] sagte")
    assert one.target == Span(1, 2, "PER", 1.0)


def test_evidence_is_asked_for_and_missed():
    projector = projectors.create("back-translation", marked="3")
    assert asks(projector) == {"marked": "3"}
    one = Pair("p", Sentence(("a",)), Sentence(("b",)))
    with pytest.raises(ProjnerError, match=r"back-translation.*needs marked text"):
        projector.project([one], [[]], [Alignment()])
    untranslated = Pair("u", None, Sentence(("b",)))
    assert projector.project([untranslated], [[]], [Alignment()], Evidence(marked=["[b]"])) == [()]


@pytest.mark.parametrize(
    "wrong", [{"likeness": -0.1}, {"likeness": 1.1}, {"link_threshold": 0.0}, {"shown": 0}]
)
def test_settings_out_of_range_are_named(wrong):
    with pytest.raises(ProjnerError, match=next(iter(wrong))):
        projectors.create("back-translation", **wrong)


# Links in one language


def worth(source: list[str], target: list[str], links: list[tuple[int, int]]) -> float:
    """The formula, link by link."""

    def alike(i: int, j: int) -> float:
        if not (0 <= i < len(source) and 0 <= j < len(target)):
            return 0.0
        return spelt_alike(source[i], target[j])

    total = 0.0
    for i, j in links:
        away = (i + 0.5) / len(source) - (j + 0.5) / len(target)
        total += alike(i, j) ** 3 + (alike(i - 1, j - 1) + alike(i + 1, j + 1)) / 10 - away**2 / 100
    return total


@given(*[st.lists(st.sampled_from(["Ali", "Alis", "北", "🙂", "و", "la"]), min_size=1, max_size=5)] * 2)
@settings(max_examples=200, deadline=None)
def test_the_links_are_the_best_of_all(source, target):
    links = link(source, target, 0.6)
    assert all(spelt_alike(source[i], target[j]) == s >= 0.6 for i, j, s in links)
    assert len({i for i, _, _ in links}) == len({j for _, j, _ in links}) == len(links)
    best = 0.0
    short, long = sorted((len(source), len(target)))
    for places in permutations(range(long), short):
        pairs = [(i, j) if len(source) == short else (j, i) for i, j in enumerate(places)]
        allowed = [(i, j) for i, j in pairs if spelt_alike(source[i], target[j]) >= 0.6]
        best = max(best, worth(source, target, allowed))
    assert worth(source, target, [(i, j) for i, j, _ in links]) == pytest.approx(best)


def test_long_texts_are_cut_and_still_linked():
    words = [f"mot{i}" for i in range(1500)]
    links = link(words, words, 1.0)
    assert [(i, j) for i, j, _ in links] == [(i, i) for i in range(1500)]


def test_units_know_their_tokens():
    units, owners = units_of_tokens(["北京", "Dar-es", "\u200b", "l’été"], "fr")
    assert list(zip(units, owners, strict=True)) == [
        ("北", 0),
        ("京", 0),
        ("Dar-es", 1),
        ("l’", 3),
        ("été", 3),
    ]
