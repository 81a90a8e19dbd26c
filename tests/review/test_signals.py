"""Signs of trouble, as a linguist would see them, in many scripts."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_core.corpus import Pair, Projection, Reason, Sentence, Span
from projner_core.review.signals import NO_OPINIONS, Opinions, Sign, signals
from projner_core.review.usage import Usage


def pair(source: str | None, target: str) -> Pair:
    english = None if source is None else Sentence(tuple(source.split()), "eng")
    return Pair("p", english, Sentence(tuple(target.split())))


def projected(entity: tuple[int, int], target: tuple[int, int] | None, label="LOC", score=1.0, **more):
    reason = more.pop("reason", Reason.PROJECTED if target else Reason.NOT_ALIGNED)
    span = Span(*target, label, score) if target else None
    return Projection(Span(*entity, label), span, reason, **more)


def found(which: Pair, projections, links=(), corpus=(), opinions=NO_OPINIONS):
    """Sign -> (value, entity, details) of a pair in a corpus of itself and others."""
    usage = Usage()
    for other, own in [(which, projections), *corpus]:
        usage.add(other, own)
    return {
        s.sign: (s.value, s.entity, s.details) for s in signals(which, projections, links, usage, opinions)
    }


NAIROBI = pair("He left Nairobi today", "Aliondoka Nairobi leo")
AT = projected((2, 3), (1, 2))
LINKS = [(1, 0), (2, 1), (3, 2)]


def test_a_pair_as_it_should_be_shows_nothing():
    assert found(NAIROBI, [AT], LINKS) == {}


def test_an_entity_that_was_not_carried_over():
    assert found(NAIROBI, [projected((2, 3), None)], LINKS)[Sign.UNPROJECTED] == (1.0, 0, ())


def test_an_entity_whose_label_is_not_wanted_is_no_trouble():
    dropped = projected((2, 3), None, "MISC", reason=Reason.DROPPED)
    assert found(NAIROBI, [dropped], LINKS) == {}


def test_a_low_score_and_a_close_runner_up():
    close = projected((2, 3), (1, 2), score=0.7, candidates=(Span(1, 2, "LOC", 0.7), Span(1, 3, "LOC", 0.64)))
    shown = found(NAIROBI, [close], LINKS)
    assert shown[Sign.LOW_SCORE][0] == pytest.approx(0.3)
    assert shown[Sign.CLOSE_RUNNER_UP][0] == pytest.approx(0.8)


def test_a_score_above_one_is_no_trouble():
    assert Sign.LOW_SCORE not in found(NAIROBI, [projected((2, 3), (1, 2), score=1.7)], LINKS)


def test_links_that_lead_out_of_the_entity_or_of_its_place():
    assert found(NAIROBI, [AT], [*LINKS, (2, 2)])[Sign.LINKS_LEAD_OUT][0] == pytest.approx(0.5)
    assert found(NAIROBI, [AT], [*LINKS, (0, 1)])[Sign.LINKS_LEAD_OUT][0] == pytest.approx(0.5)


def test_other_aligners_that_agree_say_nothing_and_those_that_do_not_are_named():
    key = (2, 3, "LOC")
    agree = Opinions(aligners=[("eflomal", {key: [(1, 2)]})])
    assert found(NAIROBI, [AT], LINKS, opinions=agree) == {}
    half = Opinions(aligners=[("eflomal", {key: [(1, 2)]}), ("simalign", {key: [(2, 3)]})])
    assert found(NAIROBI, [AT], LINKS, opinions=half)[Sign.ALIGNERS_DISAGREE] == (
        0.5,
        0,
        ("simalign", "leo"),
    )
    lost = Opinions(aligners=[("eflomal", {key: []})])
    assert found(NAIROBI, [AT], LINKS, opinions=lost)[Sign.ALIGNERS_DISAGREE] == (1.0, 0, ("eflomal", ""))


def test_an_aligner_that_never_saw_the_entity_has_no_opinion():
    other = Opinions(aligners=[("eflomal", {(0, 1, "PER"): [(0, 1)]})])
    assert found(NAIROBI, [AT], LINKS, opinions=other) == {}


def test_a_tagger_on_the_target():
    same = Opinions(models=[("tagger", (Span(1, 2, "LOC", 0.9),))])
    assert found(NAIROBI, [AT], LINKS, opinions=same) == {}
    person = Opinions(models=[("tagger", (Span(1, 2, "PER"),))])
    assert found(NAIROBI, [AT], LINKS, opinions=person)[Sign.MODELS_DISAGREE] == (
        1.0,
        0,
        ("tagger", "Nairobi", "PER"),
    )
    nothing = Opinions(models=[("tagger", ())])
    assert found(NAIROBI, [AT], LINKS, opinions=nothing)[Sign.MODELS_DISAGREE] == (1.0, 0, ("tagger",))
    missed = found(NAIROBI, [], LINKS, opinions=person)[Sign.MODELS_DISAGREE]
    assert missed == (1.0, None, ("tagger", "Nairobi", "PER"))


def test_the_same_words_with_another_label_elsewhere():
    person = replace(AT, entity=Span(2, 3, "PER"), target=Span(1, 2, "PER", 1.0))
    shown = found(NAIROBI, [person], LINKS, corpus=[(NAIROBI, [AT])] * 3)
    assert shown[Sign.LABEL_VARIES] == (0.75, 0, ("LOC",))
    assert Sign.LABEL_VARIES not in found(NAIROBI, [AT], LINKS, corpus=[(NAIROBI, [AT])] * 3)


def test_the_same_name_that_became_other_words_elsewhere():
    paris = pair("Paris sleeps", "Der Präsident schläft")
    usual = pair("Paris sleeps", "Paris schläft")
    shown = found(paris, [projected((0, 1), (1, 2))], corpus=[(usual, [projected((0, 1), (0, 1))])] * 4)
    assert shown[Sign.FORM_VARIES] == (0.8, 0, ("paris",))


def test_case_endings_are_the_same_word():
    finnish = pair("Helsinki sleeps", "Helsingissä nukutaan")
    others = [(pair("Helsinki grows", "Helsingin kasvu"), [projected((0, 1), (0, 1))])] * 3
    assert Sign.FORM_VARIES not in found(finnish, [projected((0, 1), (0, 1))], corpus=others)


def test_a_name_that_stands_again_unmarked():
    twice = pair("Nairobi is Nairobi", "Nairobi ni nairobi")
    shown = found(twice, [projected((0, 1), (0, 1))])
    assert shown[Sign.REPEATED] == (1.0, 0, ("nairobi",))
    both = [projected((0, 1), (0, 1)), projected((2, 3), (2, 3))]
    assert Sign.REPEATED not in found(twice, both)


def test_a_place_of_quite_another_length():
    corpus = [(NAIROBI, [AT])] * 20
    long = projected((2, 3), (0, 3))
    assert found(NAIROBI, [long], LINKS, corpus=corpus)[Sign.ODD_LENGTH][0] > 0.3


def test_sentences_of_quite_another_length():
    corpus = [(pair("a b c d e", f"t u v w x{'y' * (n % 3)}"), []) for n in range(50)]
    torn = pair("a b c d e f g h i j k l m n o p q r s t u v", "z")
    assert found(torn, [], [(0, 0)], corpus=corpus)[Sign.ODD_SENTENCES][0] > 0.9


def test_words_that_nothing_is_linked_to():
    assert found(NAIROBI, [], [(0, 0)])[Sign.UNLINKED][0] == pytest.approx(2 / 3, abs=0.001)


@pytest.mark.parametrize(
    ("name", "around"),
    [
        ("القاهرة", "زار {} أمس"),
        ("አዲስ", "ትናንት {} ጎበኘ"),
        ("北京", "他 昨天 在 {} 见面"),
        (unicodedata.normalize("NFD", "Ọ̀yọ́"), "ó lọ sí {} lánàá"),
        ("Кыргызстан", "ал {} барды"),
        ("🏳️‍🌈", "see {} here"),
        ("ភ្នំ\u200bពេញ", "ទៅ {} ម្សិលមិញ"),
    ],
)
def test_a_name_known_from_elsewhere_is_seen_in_any_script(name, around):
    there = pair("x", f"{name} .")
    here = pair("y", around.format(unicodedata.normalize("NFC", name)))
    shown = found(here, [], corpus=[(there, [projected((0, 1), (0, 1))])] * 3)
    value, entity, details = shown[Sign.KNOWN_NAME]
    assert entity is None
    assert value == pytest.approx(0.75)  # three of its four occurrences are an entity
    assert details == (unicodedata.normalize("NFC", name),)


def test_capitals_count_where_they_are_rare_and_not_in_german():
    spanish = [(pair("x y z", "el perro come la carne roja"), [])] * 20
    value, entity, details = found(pair("x", "llegó a Nueva York ayer"), [], corpus=spanish)[Sign.CAPITALS]
    assert (entity, details) == (None, ("Nueva York",))
    assert value > 0.8
    german = [(pair("x y z", "der Hund frisst das rote Fleisch"), [])] * 20
    assert Sign.CAPITALS not in found(pair("x", "er aß den Kuchen auf"), [], corpus=german)


def test_the_first_word_of_a_sentence_or_a_quotation_may_have_a_capital():
    spanish = [(pair("x y z", "el perro come la carne roja"), [])] * 20
    assert Sign.CAPITALS not in found(pair("x", "Dijo : « Ven aquí »"), [], corpus=spanish)
    assert Sign.CAPITALS not in found(pair("x", "他 在 北京 见面"), [], corpus=spanish)


WORDS = st.sampled_from(["Asha", "asha", "ya", "القاهرة", "北京", "\u200b", "", "🙂", "Ọ̀yọ́", "Ķ", "."])


@st.composite
def cases(draw):
    source = draw(st.lists(WORDS, min_size=1, max_size=6))
    target = draw(st.lists(WORDS, min_size=1, max_size=6))

    def span(length, score=None):
        start = draw(st.integers(0, length - 1))
        label = draw(st.sampled_from(["PER", "LOC"]))
        return Span(start, draw(st.integers(start + 1, length)), label, score)

    projections = []
    for reason in draw(st.lists(st.sampled_from(Reason), max_size=4)):
        carried = reason in {Reason.PROJECTED, Reason.TRANSFERRED}
        score = draw(st.one_of(st.none(), st.floats(0, 3)))
        place = span(len(target), score) if carried else None
        entity = place if place is not None and reason is Reason.TRANSFERRED else span(len(source))
        projections.append(Projection(entity, place, reason, (place,) if place else ()))
    links = draw(
        st.lists(st.tuples(st.integers(0, len(source) - 1), st.integers(0, len(target) - 1)), max_size=6)
    )
    sentence = draw(st.one_of(st.none(), st.just(Sentence(tuple(source)))))
    if sentence is None:
        projections = [p for p in projections if p.reason is Reason.TRANSFERRED]
    opinions = Opinions(
        aligners=[("a", {(p.entity.start, p.entity.end, p.entity.label): [(0, 1)] for p in projections})],
        models=[("m", (span(len(target)),))],
    )
    return Pair("p", sentence, Sentence(tuple(target))), projections, links, opinions


@given(st.lists(cases(), min_size=1, max_size=4), st.booleans())
def test_whatever_comes_every_sign_is_in_range_and_about_something(drawn, heard):
    usage = Usage()
    for which, projections, _, _ in drawn:
        usage.add(which, projections)
    for which, projections, links, opinions in drawn:
        for signal in signals(which, projections, links, usage, opinions if heard else NO_OPINIONS):
            assert 0.0 < signal.value <= 1.0
            assert signal.entity is None or 0 <= signal.entity < len(projections)
            if not heard:
                assert signal.sign not in {Sign.ALIGNERS_DISAGREE, Sign.MODELS_DISAGREE}


@given(st.lists(cases(), min_size=1, max_size=5), st.randoms())
def test_the_order_in_which_a_corpus_is_counted_does_not_matter(drawn, random):
    one, other = Usage(), Usage()
    for which, projections, _, _ in drawn:
        one.add(which, projections)
    shuffled = list(drawn)
    random.shuffle(shuffled)
    for which, projections, _, _ in shuffled:
        other.add(which, projections)
    for which, projections, links, opinions in drawn:
        assert signals(which, projections, links, one, opinions) == signals(
            which, projections, links, other, opinions
        )
