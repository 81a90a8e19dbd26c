"""The parts of `matching`: where candidates come from, what scores them, how they are chosen."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projner_core import projectors
from projner_core.corpus import Alignment, Link, Pair, Reason, Sentence, Span, TagProbabilities
from projner_core.errors import ProjnerError
from projner_core.projectors import matching
from projner_core.projectors.base import Evidence

TAGS = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")


def pair(source: str, target: str, lang: str = "sw") -> Pair:
    return Pair("p", Sentence(tuple(source.split()), "en"), Sentence(tuple(target.split()), lang))


def links(text: str) -> Alignment:
    return Alignment(tuple(Link(*map(int, cell.split("-"))) for cell in text.split()))


def project(one, entities, alignment=Alignment(), evidence=Evidence(), **options):  # noqa: B008
    (found,) = projectors.create("matching", **options).project([one], [entities], [alignment], evidence)
    return found


def places(found):
    return [p.target and (p.target.start, p.target.end) for p in found]


def sure(*rows: str) -> TagProbabilities:
    """What a tagger that is sure believes: a tag a token."""
    return TagProbabilities(TAGS, tuple(tuple(float(tag == own) for tag in TAGS) for own in rows))


MEETING = pair("Asha met Juma in Nairobi", "Asha alikutana na Juma jijini Nairobi")
PEOPLE = [Span(0, 1, "PER"), Span(2, 3, "PER"), Span(4, 5, "LOC")]
ALL = links("0-0 1-1 2-3 3-4 4-5")


# ------------------------------------------------------------------ candidates


def test_only_what_a_tagger_found_is_a_candidate():
    found = Evidence(spans=[[Span(0, 1, "LOC"), Span(5, 6, "LOC", 0.4)]])
    result = project(MEETING, PEOPLE, ALL, found, candidates="tagger")
    assert places(result) == [(0, 1), None, (5, 6)], "labels of the tagger count nothing"
    assert [p.target.label for p in result if p.target] == ["PER", "LOC"]
    assert result[1].reason is Reason.BELOW_MINIMUM, "none of them is linked to Juma"
    assert places(project(MEETING, PEOPLE, ALL, found, candidates="given")) == places(result)


def test_a_tagger_must_agree_about_the_label_where_that_is_asked():
    found = Evidence(spans=[[Span(0, 1, "ORG"), Span(3, 4, "PERSON"), Span(5, 6, "GPE")]])
    result = project(MEETING, PEOPLE, ALL, found, candidates="tagger", same_label=True)
    assert places(result) == [None, (3, 4), (5, 6)], "PERSON is PER and GPE is LOC under another name"


def test_probabilities_are_candidates_by_their_most_probable_tags():
    tags = sure("B-PER", "O", "O", "B-PER", "O", "B-LOC")
    result = project(MEETING, PEOPLE, ALL, Evidence(spans=[tags]), candidates="tagger")
    assert places(result) == [(0, 1), (3, 4), (5, 6)]


def test_probabilities_are_candidates_as_valid_tags():
    """Token by token the first would be O and the second I-PER, which begins nothing."""
    unsure = [[0.0] * len(TAGS) for _ in MEETING.target.tokens]
    for row in unsure:
        row[TAGS.index("O")] = 1.0
    unsure[0] = [0.5 * (tag == "O") + 0.4 * (tag == "B-PER") + 0.1 * (tag == "I-PER") for tag in TAGS]
    unsure[1] = [0.05 * (tag == "O") + 0.05 * (tag == "B-PER") + 0.9 * (tag == "I-PER") for tag in TAGS]
    tags = TagProbabilities(TAGS, tuple(map(tuple, unsure)))
    result = project(MEETING, [Span(0, 2, "PER")], ALL, Evidence(spans=[tags]), candidates="tagger")
    assert places(result) == [(0, 2)]


def test_a_found_span_may_hold_words_that_no_link_reaches():
    one = pair("the University of Lagos", "Yunifásítì ti ìlú Èkó ńlá", "yo")
    found = Evidence(spans=[[Span(0, 4, "ORG"), Span(4, 5, "ORG")]])
    result = project(one, [Span(0, 4, "ORG")], links("1-0 3-3"), found, candidates="given")
    assert places(result) == [(0, 4)]


def test_a_span_past_its_sentence_is_refused():
    with pytest.raises(ValueError, match="past the target sentence"):
        project(MEETING, PEOPLE, ALL, Evidence(spans=[[Span(5, 9, "LOC")]]), candidates="tagger")


@pytest.mark.parametrize(
    ("options", "what"),
    [({"candidates": "tagger"}, "found spans"), ({"score": "tagger"}, "probabilities")],
)
def test_missing_evidence_is_said(options, what):
    with pytest.raises(ProjnerError, match=what):
        project(MEETING, PEOPLE, ALL, **options)


def test_it_asks_for_what_it_needs():
    def asked(**options):
        return dict(projectors.create("matching", **options).asks)

    assert asked() == {"labels": ""}
    assert asked(derived_label="") == {}
    assert asked(candidates="tagger", predictions="xlm-r") == {"spans": "xlm-r", "labels": ""}
    both = asked(candidates="given", given="mine", score="fusion", predictions="xlm-r", derived_label="",
                 weights="alignment 1, tagger 1")  # fmt: skip
    assert both == {"spans": "mine", "tags": "xlm-r"}


# ------------------------------------------------------------------ scores


def test_the_tagger_score_is_the_published_formula():
    # α^(len-1) · mean(p_B(first), p_I(rest)), α = 1.15, for the class of the entity
    rows = ((0.1, 0.6, 0.1, 0.2, 0.0), (0.2, 0.1, 0.5, 0.1, 0.1), (0.9, 0.0, 0.1, 0.0, 0.0))
    one = pair("Asha Mwangi spoke", "Asha Mwangi alisema")
    (found,) = project(
        one, [Span(0, 2, "PER")], Alignment(), Evidence(tags=[TagProbabilities(TAGS, rows)]),
        score="tagger", shown=9,
    )  # fmt: skip
    scores = {(c.start, c.end): c.score for c in found.candidates}
    assert places([found]) == [(0, 2)]
    assert scores[0, 2] == pytest.approx(1.15 * (0.6 + 0.5) / 2)
    assert scores[0, 1] == pytest.approx(0.6)
    assert scores[0, 3] == pytest.approx(1.15**2 * (0.6 + 0.5 + 0.1) / 3)
    assert (2, 3) not in scores, "below .05 it counts nothing"


def test_candidates_that_a_tagger_does_not_believe_are_below_the_minimum_though_linked():
    tags = Evidence(tags=[sure(*["O"] * 6)])
    result = project(MEETING, PEOPLE, ALL, tags, score="tagger")
    assert [p.reason for p in result] == [Reason.BELOW_MINIMUM] * 3


def test_entities_without_probabilities_count_as_their_score():
    found = Evidence(tags=[[Span(0, 1, "PER", 0.3), Span(3, 4, "PER"), Span(5, 6, "ORG")]])
    result = project(MEETING, PEOPLE, Alignment(), found, score="tagger")
    assert places(result) == [(0, 1), (3, 4), None] or places(result) == [(3, 4), (0, 1), None]
    assert sorted(round(p.score, 3) for p in result) == [0.0, 0.3, 1.0]


def test_names_that_look_or_sound_alike_need_no_links():
    result = project(MEETING, PEOPLE, score="string", minimum=0.6)
    assert places(result) == [(0, 1), (3, 4), (5, 6)]
    arabic = pair("Angela Merkel visited Cairo", "زارت أنجيلا ميركل القاهرة", "ar")
    assert places(project(arabic, [Span(0, 2, "PER")], score="string"))[0] == (1, 3)


class Dictionary:
    """A translation model that knows a few words."""

    asked: list = []  # noqa: RUF012
    both_ways = True

    def similarity(self, left, right, *, left_lang, right_lang):
        Dictionary.asked.append((left_lang, right_lang, len(left)))
        known = {
            ("German", "Ujerumani"): 0.9,
            ("the ruling party", "chama tawala"): 0.8,
            ("German", "wa"): 0.05,
        }
        return [known.get((a, b), 0.0) for a, b in zip(left, right, strict=True)]


@pytest.fixture
def dictionary(monkeypatch):
    Dictionary.asked = []
    monkeypatch.setattr(
        matching.MatchingProjector, "_scorer", property(lambda self: Dictionary()), raising=True
    )


RULING = pair("the ruling party is German", "chama tawala ni cha Ujerumani wa")


def test_a_translation_model_scores_what_looks_like_nothing(dictionary):
    entities = [Span(0, 3, "ORG"), Span(4, 5, "MISC")]
    options = {"score": "translation", "model": "some/model", "leave_articles": False}
    assert places(project(RULING, entities, **options)) == [(0, 2), (4, 5)]
    assert Dictionary.asked == [("en", "sw", 42)], "every n-gram of either entity, in one call"


def test_of_a_fusion_the_model_scores_the_best_by_the_other_parts(dictionary):
    options = {"score": "fusion", "weights": "alignment 1, translation 1", "model": "some/model"}
    (found,) = project(RULING, [Span(4, 5, "MISC")], links("4-4"), rescored=3, **options)
    assert places([found]) == [(4, 5)]
    assert found.score == pytest.approx((1.0 + 0.9) / 2)
    assert Dictionary.asked == [("en", "sw", 3)]


def test_what_a_model_of_one_direction_says_is_not_cut_off(dictionary, monkeypatch):
    """Its numbers are not normalised: small ones are all that it has."""
    few = pair("German", "wa")
    options = {"score": "translation", "model": "some/model", "minimum": 0.01}
    assert places(project(few, [Span(0, 1, "MISC")], **options)) == [None]
    monkeypatch.setattr(Dictionary, "both_ways", False)
    assert places(project(few, [Span(0, 1, "MISC")], **options)) == [(0, 1)]


def test_a_translation_score_needs_a_model():
    with pytest.raises(ProjnerError, match="needs a model"):
        projectors.create("matching", score="translation")
    assert projectors.create("matching", model="unused").model == "", "what is not used is not looked for"


def test_a_fusion_is_the_weighed_mean_of_its_parts():
    tags = Evidence(tags=[sure("B-PER", "O", "O", "B-PER", "O", "B-LOC")])
    alone = {
        score: project(MEETING, PEOPLE[2:], links("4-4 4-5"), tags, score=score, shown=99)[0]
        for score in ("alignment", "tagger")
    }
    (both,) = project(
        MEETING, PEOPLE[2:], links("4-4 4-5"), tags, score="fusion", weights="tagger 3, alignment 1", shown=99
    )

    def score(found):
        return next(c.score for c in found.candidates if (c.start, c.end) == (5, 6))

    assert score(both) == pytest.approx((3 * score(alone["tagger"]) + score(alone["alignment"])) / 4)
    assert places([both]) == [(5, 6)]


@pytest.mark.parametrize(
    "weights",
    [
        "",
        "alignment",
        "alignment x",
        "alignment -1",
        "nobody 1",
        "alignment 1, alignment 2",
        "string 0",
        "string inf",
    ],
)
def test_wrong_weights_are_refused(weights):
    with pytest.raises(ProjnerError, match="weights"):
        projectors.create("matching", score="fusion", weights=weights)


# ------------------------------------------------------------------ choice and limits


def test_greedy_takes_the_best_first_and_exact_the_best_set():
    one = pair("a b", "x y z")
    weighed = Alignment((Link(0, 1, 1.0), Link(0, 2, 0.6), Link(1, 1, 0.9)))
    entities = [Span(0, 1, "PER"), Span(1, 2, "LOC")]
    options = {"edge_minimum": 0.0, "unaligned_discount": 0.0}
    assert places(project(one, entities, weighed, solver="greedy", **options)) == [(1, 3), None]
    assert places(project(one, entities, weighed, solver="exact", **options)) == [(2, 3), (1, 2)]


def test_an_entity_may_take_several_spans():
    one = pair("Juma spoke", "Juma alisema Juma yeye Juma")
    found = project(one, [Span(0, 1, "PER")], links("0-0 0-2 0-4"), n_proj=2, max_length=1)
    assert places(found) == [(0, 1), (2, 3)]
    assert [p.entity for p in found] == [Span(0, 1, "PER")] * 2
    every = project(one, [Span(0, 1, "PER")], links("0-0 0-2 0-4"), n_proj=0, max_length=1)
    assert places(every) == [(0, 1), (2, 3), (4, 5)]


def test_labels_that_take_no_part_leave_their_tokens_to_others():
    one = pair("May May", "Mei")
    entities = [Span(0, 1, "DATE"), Span(1, 2, "PER")]
    weighed = Alignment((Link(0, 0, 0.9), Link(1, 0, 0.5)))
    assert places(project(one, entities, weighed)) == [(0, 1), None]
    ignored = project(one, entities, weighed, ignore="DATE")
    assert places(ignored) == [None, (0, 1)]
    assert [p.entity for p in ignored] == entities, "in their order"
    assert ignored[0].reason is Reason.DROPPED
    dropped = project(one, entities, weighed, drop="MISC, DATE")
    assert places(dropped) == [None, None]
    assert [p.reason for p in dropped] == [Reason.DROPPED, Reason.LOST_COLLISION]
    assert dropped[0].candidates


def test_long_spans_are_no_candidates():
    one = pair("University of Dar es Salaam", "Chuo Kikuu cha Dar es Salaam")
    every = links("0-0 0-1 1-2 2-3 3-4 4-5")
    assert places(project(one, [Span(0, 5, "ORG")], every)) == [(0, 6)]
    (short,) = project(one, [Span(0, 5, "ORG")], every, max_length=3)
    assert len(short.target) == 3


@pytest.mark.parametrize(
    "options",
    [{"candidates": "all"}, {"score": "best"}, {"solver": "fast"}, {"links": "soft"}, {"punctuation": "no"},
     {"n_proj": -1}, {"rescored": 0}],
)  # fmt: skip
def test_unknown_parts_are_refused(options):
    with pytest.raises(ProjnerError, match=next(iter(options))):
        projectors.create("matching", **options)


words = st.sampled_from(["Asha", "Juma", "na", ",", "北京", "Ọ̀yọ́", "أحمد", "አዲስ", "🙂", "a\u200bb"])


@given(st.lists(words, min_size=1, max_size=6), st.lists(words, max_size=6), st.data())
@settings(max_examples=60, deadline=None)
def test_the_alignment_score_is_one_wherever_candidates_come_from(source, target, data):
    """All n-grams as given candidates, scored by links, come to what n-grams over links come to."""
    one = Pair("p", Sentence(tuple(source)), Sentence(tuple(target)))
    cells = [(i, j) for i in range(len(source)) for j in range(len(target)) if data.draw(st.booleans())]
    alignment = Alignment(tuple(Link(i, j, data.draw(st.floats(0.2, 1))) for i, j in cells))
    entity = Span(0, data.draw(st.integers(1, len(source))), "PER")
    every = [Span(a, b, "X") for a in range(len(target)) for b in range(a + 1, len(target) + 1)]
    options = {"minimum": 1e-6, "edge_minimum": 0.0, "shown": 99}
    (ours,) = project(one, [entity], alignment, **options)
    (theirs,) = project(one, [entity], alignment, Evidence(spans=[every]), candidates="given", **options)
    given_ = {(c.start, c.end): c.score for c in theirs.candidates}
    for candidate in ours.candidates:
        assert given_[candidate.start, candidate.end] == pytest.approx(candidate.score, abs=1e-9)


def test_chunks_change_nothing():
    pairs, entities, alignments = (
        [MEETING, RULING] * 3,
        [PEOPLE, [Span(4, 5, "MISC")]] * 3,
        [ALL, links("4-4")] * 3,
    )
    found = [[Span(0, 1, "PER"), Span(3, 4, "X"), Span(5, 6, "LOC")], [Span(4, 5, "MISC")]] * 3
    known = Evidence(spans=found, tags=found, labels=frozenset({"PER", "LOC", "MISC"}))
    projector = projectors.create(
        "matching", candidates="tagger", score="fusion", weights="alignment 1, tagger 1, string 1"
    )
    whole = projector.project(pairs, entities, alignments, known)
    parts = [
        projector.project(pairs[i : i + 1], entities[i : i + 1], alignments[i : i + 1], known.part(i, i + 1))[
            0
        ]
        for i in range(len(pairs))
    ]
    assert parts == whole


def test_the_order_of_entities_makes_no_difference_to_where_they_go():
    found = project(MEETING, PEOPLE, ALL)
    turned = project(MEETING, PEOPLE[::-1], ALL)
    assert places(found) == places(turned)[::-1]


def test_nothing_at_all_is_fine():
    for options in ({}, {"score": "string"}, {"score": "fusion", "weights": "alignment 1, string 1"}):
        assert projectors.create("matching", **options).project([], [], []) == []
        assert project(pair("Asha", ""), [Span(0, 1, "PER")], **options)[0].reason is Reason.NOT_ALIGNED
        assert project(pair("", ""), [], **options) == ()


def test_the_scorer_is_loaded_when_it_is_first_needed(monkeypatch):
    loaded = []
    monkeypatch.setitem(
        __import__("sys").modules,
        "projner_core.inference.seq2seq",
        SimpleNamespace(load_scorer=lambda model: loaded.append(model) or Dictionary()),
    )
    projector = projectors.create("matching", score="translation", model="some/model")
    assert (loaded, projector.model) == ([], "some/model")
    projector.project([RULING], [[Span(4, 5, "MISC")]], [Alignment()])
    projector.project([RULING], [[Span(4, 5, "MISC")]], [Alignment()])
    assert loaded == ["some/model"]
