"""Labels from marked text, on the original's own tokens."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projner_core import projectors
from projner_core.corpus import Alignment, Link, Pair, Projection, Reason, Sentence, Span, projected_spans
from projner_core.errors import ProjnerError
from projner_core.projectors.base import Evidence, asks

NFD = "NFD"


def project(
    source: str, target: str, entities: list[Span], marked: str, links: Alignment | None = None, **given
) -> tuple[Projection, ...]:
    one = Pair("p", Sentence(tuple(source.split()), "en"), Sentence(tuple(target.split())))
    projector = projectors.create("markers", **given)
    return projector.project([one], [entities], [links or Alignment()], Evidence(marked=[marked]))[0]


def found(target: str, projections: tuple[Projection, ...]) -> list[str | None]:
    words = target.split()
    return [None if p.target is None else " ".join(words[p.target.start : p.target.end]) for p in projections]


@pytest.mark.parametrize(
    ("source", "target", "entities", "marked", "expected"),
    [
        (
            "Merkel visited Paris .",
            "Angela Merkel hat Paris besucht .",
            [Span(0, 1, "PER"), Span(2, 3, "LOC")],
            "[Angela Merkel] besuchte [Paris] .",
            ["Angela Merkel", "Paris"],
        ),
        (  # the model inflects otherwise
            "the President saw Moscow",
            "Президент увидел Москву",
            [Span(3, 4, "LOC")],
            "Президент был в [Москве]",
            ["Москву"],
        ),
        (  # no spaces on either side, the marks in full width
            "Merkel visited Paris",
            "在 巴 黎 ， 默 克 尔 说 。",
            [Span(0, 1, "PER"), Span(2, 3, "LOC")],
            "【默克尔】访问了［巴黎］。",
            ["默 克 尔", "巴 黎"],
        ),
        (
            "He saw Èkó",
            unicodedata.normalize(NFD, "Ó rí Èkó ní òwúrọ̀"),
            [Span(2, 3, "LOC")],
            unicodedata.normalize("NFC", "Ó rí [Èkó]"),
            [unicodedata.normalize(NFD, "Èkó")],
        ),
        (
            "Addis Ababa grows",
            "አዲስ\u200b አበባ እያደገች ነው ።",
            [Span(0, 2, "LOC")],
            "[አዲስ አበባ] አደገች ።",
            ["አዲስ\u200b አበባ"],
        ),
        (
            "Ahmed 🙂 in Cairo",
            "🙂 أحمد في القاهرة",
            [Span(0, 1, "PER"), Span(3, 4, "LOC")],
            "<b>القاهرة</b> فيها <a>أحمد</a> 🙂",
            ["أحمد", "القاهرة"],
        ),
    ],
)
def test_marked_words_are_found_in_the_original(source, target, entities, marked, expected):
    assert found(target, project(source, target, entities, marked)) == expected


def test_order_keeps_equal_names_apart():
    target = "Ali alisema kwamba Ali na Ali wako hapa"
    entities = [Span(0, 1, "PER"), Span(3, 4, "PER"), Span(5, 6, "LOC")]
    first, second, third = project(
        "Ali said that Ali and Ali are here", target, entities, "[Ali] alisema [Ali] na [Ali] wako"
    )
    assert [p.target and p.target.start for p in (first, second, third)] == [0, 3, 5]
    (alone,) = project("x y Ali", target, [Span(2, 3, "PER")], "Ali alisema kwamba yeye na [Ali] wako hapa")
    assert alone.target is not None
    assert alone.target.start == 5
    assert alone.margin == 0  # one as good stands elsewhere


def test_two_entities_do_not_take_one_word():
    projections = project(
        "Ali and Ali", "Ali pekee", [Span(0, 1, "PER"), Span(2, 3, "PER")], "[Ali] na [Ali]"
    )
    assert sorted(p.reason for p in projections) == [Reason.LOST_COLLISION, Reason.PROJECTED]
    lost = next(p for p in projections if p.target is None)
    winner = next(p for p in projections if p.target is not None)
    assert lost.rivals == (winner.entity,)
    assert lost.candidates[0] == Span(0, 1, "PER", 1.0)


def test_exactly_chosen_where_the_best_first_would_leave_one_without():
    target, entities = "Sanaa Ju alikuja", [Span(0, 2, "PER"), Span(3, 4, "PER")]
    first, second = project("Sanaa Ju and Jux", target, entities, "[Sanaa Ju] na [Jux]")
    assert first.target == Span(0, 1, "PER", pytest.approx(5 / 7))
    assert second.target == Span(1, 2, "PER", pytest.approx(2 / 3))
    assert first.margin is not None
    assert first.margin < 0


@pytest.mark.parametrize("marked", ["", "Merkel besuchte Paris", "[] [ ]", "[Angela besuchte"])
def test_without_a_mark_it_is_not_marked(marked):
    (one,) = project("Merkel left", "Merkel ging", [Span(0, 1, "PER")], marked)
    assert one == Projection(Span(0, 1, "PER"), None, Reason.NOT_MARKED)


def test_a_mark_around_other_words_is_no_mark():
    entity = [Span(0, 1, "PER")]
    (one,) = project("Merkel left", "Merkel ging", entity, "[Die Bundeskanzlerin] ging")
    assert one.reason is Reason.NOT_MARKED
    (near,) = project("Merkel left", "Merkel ging", entity, "[Merkels] ging")
    assert near.target == Span(0, 1, "PER", pytest.approx(6 / 7))
    (strict,) = project("Merkel left", "Merkel ging", entity, "[Merkels] ging", minimum=0.9)
    assert strict.reason is Reason.NOT_MARKED


def test_evidence_is_asked_for_and_missed():
    projector = projectors.create("markers", marked="easyproject")
    assert asks(projector) == {"marked": "easyproject"}
    one = Pair("p", Sentence(("a",)), Sentence(("b",)))
    with pytest.raises(ProjnerError, match=r"needs marked text"):
        projector.project([one], [[]], [Alignment()])
    with pytest.raises(ValueError, match="1 pairs and 2 marked texts"):
        projector.project([one], [[]], [Alignment()], Evidence(marked=["", ""]))
    untranslated = Pair("u", None, Sentence(("b",)))
    assert projector.project([untranslated], [[]], [Alignment()], Evidence(marked=["[b]"])) == [()]


@pytest.mark.parametrize("wrong", [{"minimum": 0.0}, {"minimum": 1.5}, {"max_length": 0}, {"shown": 0}])
def test_settings_out_of_range_are_named(wrong):
    with pytest.raises(ProjnerError, match=next(iter(wrong))):
        projectors.create("markers", **wrong)


WORDS = ["Asha", "la", ",", "[", "]", "Èkó", unicodedata.normalize(NFD, "Èkó"), "北", "京", "🙂", "a\u200bb"]


@st.composite
def jobs(draw):
    words = st.sampled_from(WORDS)
    source, target = draw(st.lists(words, min_size=1, max_size=7)), draw(st.lists(words, max_size=8))
    cuts = sorted(draw(st.sets(st.integers(0, len(source)), max_size=5)))
    entities = [Span(a, b, draw(st.sampled_from(["PER", "LOC"]))) for a, b in pairwise(cuts)]
    cells = [(i, j) for i in range(len(source)) for j in range(len(target)) if draw(st.integers(0, 3)) == 0]
    marks = st.sampled_from(["［", "］", "<a>", "</a>", "<PER>", "</PER>"])
    marked = draw(st.lists(words | marks, max_size=14))
    one = Pair("p", Sentence(tuple(source)), Sentence(tuple(target)))
    return one, entities, Alignment(tuple(Link(i, j) for i, j in cells)), " ".join(marked)


@pytest.mark.parametrize("name", ["markers", "back-translation"])
@given(work=st.lists(jobs(), max_size=3))
@settings(deadline=None)
def test_what_always_holds(name, work):
    pairs, entities, alignments, marked = (list(c) for c in zip(*work, strict=True)) if work else ([],) * 4
    projector = projectors.create(name)
    result = projector.project(pairs, entities, alignments, Evidence(marked=marked))
    alone = [
        projector.project([a], [b], [c], Evidence(marked=[d]))[0]
        for a, b, c, d in zip(pairs, entities, alignments, marked, strict=True)
    ]
    assert alone == result
    for one, own, projections in zip(pairs, entities, result, strict=True):
        assert [p.entity for p in projections] == own
        for left, right in pairwise(projected_spans(projections)):
            assert not left.overlaps(right)
        for p in projections:
            assert (p.target is None) == (p.reason is not Reason.PROJECTED)
            assert p.target is None or (p.target in p.candidates and p.target.end <= len(one.target))
            assert (p.reason is Reason.LOST_COLLISION) == bool(p.rivals)
            assert set(p.rivals) <= set(own)
            assert len(p.candidates) <= 5
            assert all(0 <= c.score <= 1 and c.label == p.entity.label for c in p.candidates)


@given(st.lists(st.sampled_from(["Asha", "Èkó", "北京", "🙂", "أحمد"]), min_size=1, max_size=8), st.data())
@settings(deadline=None)
def test_marks_in_the_sentence_itself_are_taken_to_the_word(words, data):
    """Whatever the names and however often they come: if the original itself is marked, nothing is lost."""
    cuts = sorted(data.draw(st.sets(st.integers(0, len(words)), min_size=2, max_size=6)))
    spans = [Span(a, b, "PER") for a, b in pairwise(cuts)]
    one = Pair("p", Sentence(tuple(words)), Sentence(tuple(words)))
    marked = " ".join(
        "[" * (i in cuts[:-1]) + word + "]" * (i + 1 in cuts[1:]) for i, word in enumerate(words)
    )
    (projections,) = projectors.create("markers").project(
        [one], [spans], [Alignment()], Evidence(marked=[marked])
    )
    assert [p.target and (p.target.start, p.target.end) for p in projections] == [
        (s.start, s.end) for s in spans
    ]
