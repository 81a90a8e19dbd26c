from __future__ import annotations

import unicodedata
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projner_core import aligners, projectors
from projner_core.corpus import Alignment, Link, Pair, Projection, Reason, Sentence, Span, projected_spans
from projner_core.errors import ProjnerError
from projner_core.evaluation.entities import score
from projner_core.formats import conll
from projner_core.projectors.kinds import CAPITAL, MARK, SMALL, kind_of
from projner_core.projectors.matching import MatchingProjector
from projner_core.schemes import decode, repair
from projner_core.selection import integer_program, select


def pair(source: str, target: str, lang: str = "und") -> Pair:
    return Pair("p", Sentence(tuple(source.split()), "en"), Sentence(tuple(target.split()), lang))


def links(text: str) -> Alignment:
    """`"0-1 2-2:.5"`: links with their scores."""
    found = []
    for part in text.split():
        ends, _, score = part.partition(":")
        source, target = ends.split("-")
        found.append(Link(int(source), int(target), float(score or 1.0)))
    return Alignment(tuple(found))


def project(one: Pair, entities: list[Span], alignment: Alignment, **settings) -> tuple[Projection, ...]:
    (projections,) = projectors.create("matching", **settings).project([one], [entities], [alignment])
    return projections


def found(one: Pair, projections: tuple[Projection, ...]) -> list[tuple[str, str]]:
    return [(" ".join(one.target.tokens[s.start : s.end]), s.label) for s in projected_spans(projections)]


@pytest.fixture(scope="module", autouse=True)
def compiled():
    """Compile before hypothesis holds a watch to it."""
    project(pair("Asha", "Asha"), [Span(0, 1, "PER")], links("0-0"))


# Sentences


@pytest.mark.parametrize(
    ("source", "target", "lang", "entities", "alignment", "expected"),
    [
        (
            "Asha Juma lives in Dar es Salaam",
            "Asha Juma anaishi Dar es Salaam",
            "swa",
            [Span(0, 2, "PER"), Span(4, 7, "LOC")],
            "0-0 1-1 2-2 4-3 5-4 6-5",
            [("Asha Juma", "PER"), ("Dar es Salaam", "LOC")],
        ),
        (  # "the President of Nigeria": the order turns around, and the tokens are in NFD
            "Nigeria 's president visited Lagos",
            unicodedata.normalize("NFD", "Ààrẹ orílẹ̀-èdè Nàìjíríà ṣe àbẹ̀wò sí Èkó"),
            "yor",
            [Span(0, 1, "LOC"), Span(4, 5, "LOC")],
            "2-0 2-1 0-2 3-3 3-4 4-6",
            [(unicodedata.normalize("NFD", "Nàìjíríà"), "LOC"), (unicodedata.normalize("NFD", "Èkó"), "LOC")],
        ),
        (  # the conjunction is written onto the name
            "Ahmed and the United Nations",
            "أحمد والأمم المتحدة",
            "ar",
            [Span(0, 1, "PER"), Span(3, 5, "ORG")],
            "0-0 1-1:.3 3-2 4-1",
            [("أحمد", "PER"), ("والأمم المتحدة", "ORG")],
        ),
        (
            "Abebe was born in Addis Ababa .",
            "አበበ በአዲስ አበባ ተወለደ ።",
            "am",
            [Span(0, 1, "PER"), Span(4, 6, "LOC")],
            "0-0 2-3 3-1:.4 4-1 5-2 6-4",
            [("አበበ", "PER"), ("በአዲስ አበባ", "LOC")],
        ),
        (  # one word, four characters
            "Beijing University opened",
            "北 京 大 学 开 门 了",
            "zh",
            [Span(0, 2, "ORG")],
            "0-0 0-1 1-2 1-3 2-4 2-5",
            [("北 京 大 学", "ORG")],
        ),
        (
            "I ❤️ Nairobi 🇰🇪",
            "Napenda ❤️ Nairobi 🇰🇪",
            "swa",
            [Span(2, 4, "LOC")],
            "0-0 1-1 2-2 3-3",
            [("Nairobi 🇰🇪", "LOC")],
        ),
        (  # zero-width non-joiner inside a token
            "the books of Iran",
            "کتاب‌های ایران",
            "fa",
            [Span(3, 4, "LOC")],
            "1-0 3-1",
            [("ایران", "LOC")],
        ),
    ],
    ids=["swahili", "yoruba-nfd", "arabic", "amharic", "chinese", "emoji", "zero-width"],
)
def test_names_arrive(source, target, lang, entities, alignment, expected):
    one = pair(source, target, lang)
    assert found(one, project(one, entities, links(alignment))) == expected


def test_a_gap_inside_a_name_is_filled():
    one = pair("European Union", "Unión de Europa")
    assert found(one, project(one, [Span(0, 2, "ORG")], links("0-2 1-0"))) == [("Unión de Europa", "ORG")]


def test_a_stray_link_far_away_is_left_out():
    one = pair("Koch spoke again today", "Koch sprach heute noch einmal")
    alignment = links("0-0 1-1 0-3:.5")
    assert found(one, project(one, [Span(0, 1, "PER")], alignment)) == [("Koch", "PER")]


def test_the_score_is_that_of_the_formula():
    one = pair("New York is", "New ya York")
    alignment = links("0-0:.9 1-2:.6 2-1")
    for discount in (0.0, 0.5):
        (projection,) = project(
            one, [Span(0, 2, "LOC")], alignment, unaligned_discount=discount, lower_case_edge=1.0
        )
        new, york = 1 - discount * 0.1, 1 - discount * 0.4
        assert {(c.start, c.end): c.score for c in projection.candidates} == {
            (0, 1): pytest.approx(2 * 0.9 / (2 + new)),
            (2, 3): pytest.approx(2 * 0.6 / (2 + york)),
            (0, 3): pytest.approx(2 * 1.5 / (2 + new + 1 + york)),
        }


def test_a_token_that_translates_nothing_counts_less():
    """Two empty words, de la, count as one: 2 * 2.8 / (3 + 3.9) and not 2 * 2.8 / (3 + 5) against .8."""
    one = pair("Union regional policy", "Política regional de la Unión")
    entity, alignment = [Span(0, 3, "MISC")], links("2-0 1-1 0-4:.8")
    settings = {"lower_case_edge": 1.0}
    assert found(one, project(one, entity, alignment, **settings)) == [
        ("Política regional de la Unión", "MISC")
    ]
    assert found(one, project(one, entity, alignment, unaligned_discount=0.0, **settings)) == [
        ("Política regional", "MISC")
    ]


def test_a_token_that_translates_something_else_counts_in_full():
    one = pair("Union regional policy very often", "Política regional muchas veces Unión")
    alignment = links("2-0 1-1 0-4:.8 3-2 4-3")
    projections = project(one, [Span(0, 3, "MISC")], alignment, lower_case_edge=1.0)
    assert found(one, projections) == [("Política regional", "MISC")]


# Links


def test_both_directions_are_mixed():
    one = pair("Paris", "Paris Parisi")
    alignment = Alignment((Link(0, 0, 0.5, forward=0.9, backward=0.1), Link(0, 1, 0.5, 0.1, 0.9)))
    forward, backward, mixed = (
        project(one, [Span(0, 1, "LOC")], alignment, forward_share=share, unaligned_discount=0.0)[0]
        for share in (1.0, 0.0, 0.5)
    )
    assert forward.target == Span(0, 1, "LOC", pytest.approx(0.9))
    assert backward.target == Span(1, 2, "LOC", pytest.approx(0.9))
    assert [c.score for c in mixed.candidates] == pytest.approx([2 / 3, 0.5, 0.5])


def test_weak_links_count():
    one = pair("Dar es Salaam", "Dar es Salaam")
    weak = tuple(Link(i, i, 0.25) for i in (1, 2))
    (projection,) = project(one, [Span(0, 3, "LOC")], Alignment((Link(0, 0, 0.3),), weak))
    assert projection.target is not None
    assert (projection.target.start, projection.target.end) == (0, 3)


# Marks


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        (".", MARK),
        ("...", MARK),
        ("،", MARK),
        ("።", MARK),
        ("。", MARK),
        ("”", MARK),
        ("(", MARK),
        ("¿", MARK),
        ("-", 0),
        ("&", 0),
        ("'", 0),
        ("’", 0),
        ("·", 0),
        ("12", 0),
        ("🎉", 0),
        ("", 0),
        ("U.S.", CAPITAL),
        ("'Ndrangheta", CAPITAL),
        ("Ǆ", CAPITAL),
        ("d'Ivoire", SMALL),
        ("ẹ̀kọ́", SMALL),
        ("أحمد", 0),
        ("አበበ", 0),
        ("北京", 0),
    ],
)
def test_what_a_token_is(token, kind):
    assert kind_of(token) == kind


def test_a_name_does_not_cross_a_comma():
    one = pair("Peter Smith", "Peter , Smith")
    (projection,) = project(one, [Span(0, 2, "PER")], links("0-0 1-2"))
    assert projection.target == Span(0, 1, "PER", pytest.approx(2 / 3))


def test_a_name_crosses_a_comma_that_it_has_itself():
    one = pair("Health , Safety and Welfare Board", "Bodi ya Afya , Usalama na Ustawi")
    projections = project(one, [Span(0, 6, "ORG")], links("0-2 1-3 2-4 3-5 4-6 5-0"))
    assert found(one, projections) == [("Bodi ya Afya , Usalama na Ustawi", "ORG")]


def test_a_closing_bracket_belongs_to_a_name_that_ends_with_one():
    one = pair("Central Bank ( CBN ) says", "Banki Kuu ( CBN ) yasema")
    alignment = links("0-1 1-0 2-2 3-3 4-4 5-5")
    assert found(one, project(one, [Span(0, 5, "ORG")], alignment)) == [("Banki Kuu ( CBN )", "ORG")]
    assert found(one, project(one, [Span(0, 2, "ORG")], alignment)) == [("Banki Kuu", "ORG")]


# Case


def test_a_small_letter_at_the_edge_of_a_capitalised_name_costs():
    one = pair("House decides", "nuestro Parlamento decide")
    alignment = links("0-0:.33 0-1:.9 1-2")
    entity = [Span(0, 1, "ORG")]
    assert found(one, project(one, entity, alignment)) == [("Parlamento", "ORG")]
    assert found(one, project(one, entity, alignment, lower_case_edge=1.0)) == [("nuestro Parlamento", "ORG")]


@pytest.mark.parametrize(
    ("source", "target"),
    [("house decides", "nuestro Parlamento decide"), ("House decides", "ჩვენი პარლამენტი წყვეტს")],
    ids=["source in lower case", "a script without capitals"],
)
def test_case_is_no_argument_where_there_is_none(source, target):
    one = pair(source, target)
    (projection,) = project(one, [Span(0, 1, "ORG")], links("0-0:.33 0-1:.9 1-2"))
    assert projection.target is not None
    assert (projection.target.start, projection.target.end) == (0, 2)


# Reasons


def test_not_aligned():
    one = pair("Asha sings", "Anaimba")
    assert project(one, [Span(0, 1, "PER")], links("1-0")) == (
        Projection(Span(0, 1, "PER"), None, Reason.NOT_ALIGNED),
    )


def test_excluded_where_only_punctuation_is_linked():
    one = pair("Asha sings !", "Anaimba !")
    assert project(one, [Span(0, 1, "PER")], links("0-1 1-0")) == (
        Projection(Span(0, 1, "PER"), None, Reason.EXCLUDED),
    )


def test_below_minimum_shows_what_was_considered():
    one = pair("Asha sings", "Anaimba Sana")
    (projection,) = project(one, [Span(0, 1, "PER")], links("0-1:.05 1-0"), unaligned_discount=0.0)
    assert projection.reason is Reason.BELOW_MINIMUM
    assert projection.target is None
    assert projection.candidates == (Span(1, 2, "PER", pytest.approx(0.05)),)
    assert projection.score == 0.0


def test_lost_collision_names_the_rival():
    one = pair("Sri Lankan Sri Lanka", "Sri Lanka")
    entities = [Span(0, 2, "MISC"), Span(2, 4, "LOC")]
    misc, loc = project(one, entities, links("0-0:.4 2-0:.9 3-1:.9"))
    assert loc.reason is Reason.PROJECTED
    assert misc.reason is Reason.LOST_COLLISION
    assert misc.rivals == (entities[1],)
    assert [(c.start, c.end) for c in misc.candidates] == [(0, 1)]


def test_who_gives_way_shows_a_negative_margin():
    """Greedy would give "Europa central" to the first and leave the other without a word."""
    one = pair("Central Europe Eastern", "Europa Central oriental")
    entities = [Span(0, 2, "LOC"), Span(2, 3, "LOC")]
    first, second = project(one, entities, links("0-1:.5 1-0:.9 2-1:.9"))
    assert first.target is not None
    assert (first.target.start, first.target.end) == (0, 1)
    assert second.target is not None
    assert (second.target.start, second.target.end) == (1, 2)
    assert first.margin is not None
    assert first.margin < 0


def test_the_choice_is_listed_even_when_others_score_higher():
    one = pair("a b c d e f g", "A B C D E F G")
    alignment = links("0-0 1-1 2-2 3-3 0-4 1-5 2-6 4-0 5-1 6-2")
    entities = [Span(0, 4, "X"), Span(4, 7, "Y")]
    for shown in (1, 2, 5):
        for projection in project(one, entities, alignment, shown=shown):
            assert projection.target in projection.candidates
            assert len(projection.candidates) <= shown


# The contract


def test_pairs_without_entities_or_words():
    empty = Pair("e", Sentence((), "en"), Sentence((), "swa"))
    untranslated = Pair("u", None, Sentence(("Habari",), "swa"))
    wordless = Pair("w", Sentence(("Asha",), "en"), Sentence((), "swa"))
    projector = projectors.create("matching")
    assert projector.project([], [], []) == []
    assert projector.project([empty, untranslated], [(), ()], [Alignment()] * 2) == [(), ()]
    assert projector.project([wordless, empty], [[Span(0, 1, "PER")], []], [Alignment()] * 2) == [
        (Projection(Span(0, 1, "PER"), None, Reason.NOT_ALIGNED),),
        (),
    ]


def test_entities_keep_their_order_even_when_not_sorted():
    one = pair("Asha met Juma", "Asha alikutana na Juma")
    entities = [Span(2, 3, "PER"), Span(0, 1, "PER")]
    assert [p.entity for p in project(one, entities, links("0-0 2-3"))] == entities


def test_what_does_not_fit_is_refused():
    one = pair("Asha", "Asha")
    projector = projectors.create("matching")
    with pytest.raises(ValueError, match="1 pairs, 2 lists"):
        projector.project([one], [[], []], [Alignment()])
    with pytest.raises(ValueError, match=r"\[0, 2\).* 1 tokens"):
        project(one, [Span(0, 2, "PER")], Alignment())
    with pytest.raises(ValueError, match="outside its pair"):
        project(one, [Span(0, 1, "PER")], links("0-7"))
    with pytest.raises(ValueError, match="no source"):
        project(Pair("p", None, one.target), [Span(0, 1, "PER")], Alignment())


@pytest.mark.parametrize(
    "settings",
    [
        {"max_length": 0},
        {"minimum": 0.0},
        {"forward_share": 1.5},
        {"unaligned_discount": -0.1},
        {"lower_case_edge": 0.0},
        {"edge_minimum": 1.5},
        {"shown": 0},
        {"fuzz": 3},
    ],
)
def test_settings_out_of_range_are_named(settings):
    with pytest.raises(ProjnerError, match=next(iter(settings))):
        projectors.create("matching", **settings)


@st.composite
def jobs(draw):
    words = st.sampled_from(["Asha", "the", ",", "(", "Èkó", "北", "x", "🙂", "أحمد"])
    source, target = draw(st.lists(words, min_size=1, max_size=7)), draw(st.lists(words, max_size=7))
    cuts = sorted(draw(st.sets(st.integers(0, len(source)), max_size=6)))
    entities = [Span(a, b, "PER") for a, b in pairwise(cuts) if draw(st.booleans())]
    cells = [(i, j) for i in range(len(source)) for j in range(len(target)) if draw(st.booleans())]
    probability = st.floats(0, 1)
    alignment = Alignment(
        tuple(
            Link(i, j, draw(probability), draw(st.none() | probability), draw(st.none() | probability))
            for i, j in cells
        )
    )
    return Pair("p", Sentence(tuple(source)), Sentence(tuple(target))), entities, alignment


@given(st.lists(jobs(), max_size=3))
@settings(deadline=None)
def test_what_always_holds(work):
    pairs, entities, alignments = (
        (list(column) for column in zip(*work, strict=True)) if work else ([], [], [])
    )
    projector = projectors.create("matching")
    result = projector.project(pairs, entities, alignments)
    for one, spans, projections in zip(pairs, entities, result, strict=True):
        assert [p.entity for p in projections] == spans
        taken = projected_spans(projections)
        for left, right in pairwise(taken):
            assert not left.overlaps(right)
        for p in projections:
            assert (p.target is None) == (p.reason is not Reason.PROJECTED)
            assert (p.reason is Reason.LOST_COLLISION) == bool(p.rivals)
            scores = [c.score for c in p.candidates]
            assert len(scores) <= 5
            assert all(score is not None and 0 <= score <= 1 for score in scores)
            for c in p.candidates:
                assert c.end <= len(one.target)
                assert c.label in (p.entity.label, "MISC")
            if p.target is not None:
                assert p.target in p.candidates
            if p.reason in (Reason.NOT_ALIGNED, Reason.EXCLUDED):
                assert p.candidates == ()
    alone = [projector.project([a], [b], [c])[0] for a, b, c in zip(pairs, entities, alignments, strict=True)]
    assert alone == result


def test_many_pairs_are_decided_as_one_is():
    one = pair("Asha Juma lives in Dar es Salaam", "Asha Juma anaishi Dar es Salaam", "swa")
    alignment = links("0-0 1-1 2-2 4-3 5-4 6-5")
    entities = [Span(0, 2, "PER"), Span(4, 7, "LOC")]
    result = projectors.create("matching").project([one] * 20_000, [entities] * 20_000, [alignment] * 20_000)
    assert all(found(one, projections) == found(one, result[0]) for projections in result)


# Real sentences


@pytest.fixture(scope="module", params=["de", "es"])
def europarl(request, realdata):
    """Pairs, their entities on both sides, and the default aligner's alignments."""
    sides = []
    for lang in ("en", request.param):
        path = realdata / "europarl-ner" / f"{lang}.conll"
        layout = conll.detect_layout(path)
        sides.append(
            [
                (Sentence(s.tokens, lang), decode(repair(s.tags, layout.scheme).tags, layout.scheme))
                for s in conll.read(path, layout)
            ]
        )
    pairs = [Pair(str(i), a, b) for i, ((a, _), (b, _)) in enumerate(zip(*sides, strict=True))]
    entities, gold = ([spans for _, spans in side] for side in sides)
    return pairs, entities, gold, aligners.create("statistical").align(pairs)


@pytest.mark.realdata
def test_europarl_reaches_its_score(europarl):
    pairs, entities, gold, alignments = europarl
    result = projectors.create("matching").project(pairs, entities, alignments)
    scores = score(gold, [projected_spans(projections) for projections in result], samples=0)
    assert len(pairs) == 799
    assert scores.micro.f1.value >= 0.94


@pytest.mark.realdata
def test_every_europarl_pair_is_solved_as_well_as_by_milp(europarl):
    pairs, entities, _, alignments = europarl
    candidates = MatchingProjector().candidates(pairs, entities, alignments)
    sentence = np.repeat(np.arange(len(candidates)), np.diff(candidates.first))
    ours = select(candidates)
    theirs = integer_program(candidates)
    assert np.bincount(sentence, candidates.score * ours) == pytest.approx(
        np.bincount(sentence, candidates.score * theirs), abs=1e-9
    )
