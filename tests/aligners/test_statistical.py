"""What the statistical aligner does, seen from outside."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projner_core import aligners
from projner_core.aligners._statistical.model import Model
from projner_core.aligners.base import LearningAligner
from projner_core.aligners.statistical import StatisticalAligner
from projner_core.corpus import Alignment, Link, Pair, Sentence
from projner_core.errors import ProjnerError

WEAK_LINK = 0.01


def pair(
    source: str, target: str, source_lang: str = "und", target_lang: str = "und", name: str = "p"
) -> Pair:
    return Pair(
        name, Sentence(tuple(source.split()), source_lang), Sentence(tuple(target.split()), target_lang)
    )


def best(alignment: Alignment, source: int) -> int | None:
    """The target token that a source token is linked to most strongly."""
    mine = [link for link in alignment.links if link.source == source]
    return max(mine, key=lambda link: link.score).target if mine else None


def linked(pair: Pair, alignment: Alignment) -> set[tuple[str, str]]:
    source, target = pair.both()
    return {(source.tokens[link.source], target.tokens[link.target]) for link in alignment.links}


WORDS = {"the": "le", "dog": "chien", "cat": "chat", "house": "maison", "sees": "voit", "eats": "mange"}
TOY = [
    pair(text, " ".join(WORDS[word] for word in text.split()))
    for text in (
        "the dog sees the cat",
        "the cat eats",
        "the dog eats",
        "the house",
        "the cat sees the house",
        "the dog sees the house",
    )
]


def test_it_is_the_registered_default_and_learns():
    aligner = aligners.create("statistical", threshold=0.4)
    assert isinstance(aligner, StatisticalAligner)
    assert isinstance(aligner, LearningAligner)


def test_a_toy_bitext_is_learned_word_by_word():
    for each, alignment in zip(TOY, StatisticalAligner().align(TOY), strict=True):
        assert [best(alignment, i) for i in range(len(each.source or ()))] == list(range(len(each.target)))


def test_a_toy_bitext_in_reverse_order_is_learned():
    backwards = [replace(each, target=Sentence(each.target.tokens[::-1])) for each in TOY]
    right = wrong = 0
    for each, alignment in zip(backwards, StatisticalAligner().align(backwards), strict=True):
        source, target = each.both()
        for link in alignment.links:
            if WORDS[source.tokens[link.source]] == target.tokens[link.target]:
                right += 1
            else:
                wrong += 1
    assert right > 3 * wrong


def test_what_has_no_counterpart_is_not_linked():
    pairs = [pair("the dog sleeps", "der Hund schläft")] * 5 + [
        pair("a bird", "ein Vogel"),
        pair("the dog sleeps", "der Hund schläft xyzzy"),
    ]
    assert all(link.target != 3 for link in StatisticalAligner(lexicon=0).align(pairs)[-1].links)


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("Angela Merkel visited Nairobi .", "Angela Merkel alitembelea Nairobi .", {0: 0, 1: 1, 3: 3, 4: 4}),
        ("Putin met Biden in 2021 .", "Путин встретил Байдена в 2021 .", {0: 0, 2: 2, 4: 4, 5: 5}),
        ("In 1999 Obama spoke .", "ኦባማ በ 1999 ተናገረ ።", {1: 2}),
    ],
)
def test_one_pair_alone_is_aligned_by_what_looks_alike(source, target, expected):
    [alignment] = StatisticalAligner().align([pair(source, target, "en")])
    assert {i: best(alignment, i) for i in expected} == expected


@pytest.mark.parametrize(
    ("lang", "source", "target", "expected"),
    [
        ("de", "The president lives in Germany", "In Deutschland lebt der Präsident", {1: 4, 4: 1}),
        ("sw", "The president lives in Germany", "Rais anaishi nchini Ujerumani", {1: 0, 4: 3}),
        ("arb_Arab", "The government of Egypt", "حكومة مصر", {1: 0, 3: 1}),
        ("yo", "The government of Nigeria", "Ìjọba orílẹ̀-èdè Nàìjíríà", {1: 0, 3: 2}),
    ],
)
def test_lexicons_and_names_align_a_pair_alone(lang, source, target, expected):
    [alignment] = StatisticalAligner().align([pair(source, target, "en", lang)])
    assert {i: best(alignment, i) for i in expected} == expected


def test_a_word_is_linked_to_the_characters_that_write_it():
    [alignment] = StatisticalAligner().align(
        [pair("He works in China", "他 在 中 国 工 作", "en", "zho_Hans")]
    )
    assert best(alignment, 0) == 0
    assert best(alignment, 3) in {2, 3}
    assert {link.target for link in alignment.links if link.source == 3} <= {2, 3}


@pytest.mark.parametrize(
    ("lang", "source", "target", "place"),
    [
        ("de", "She left East Germany", "Sie verließ Ostdeutschland", (3, 2)),
        ("sv", "He lives in central Europe", "Han bor i Centraleuropa", (4, 3)),
        ("nl", "The West African bank", "De Westafrikaanse bank", (2, 1)),
        ("fi", "He left West Germany", "Hän lähti Länsisaksa", (3, 2)),
    ],
)
def test_a_compound_is_linked_by_what_it_ends_in(lang, source, target, place):
    each = [pair(source, target, "en", lang)]
    [found] = StatisticalAligner().align(each)
    [without] = StatisticalAligner(model=Model(compounds=0)).align(each)
    score = {(link.source, link.target): link.score for link in (*found.links, *found.weak)}
    before = {(link.source, link.target): link.score for link in (*without.links, *without.weak)}
    assert score[place] > 0.2 + before.get(place, 0.0)


def test_initials_are_linked_to_what_they_stand_for():
    each = [pair("The law of the EU", "La ley de la Unión Europea", "en", "es")]
    [found] = StatisticalAligner().align(each)
    [without] = StatisticalAligner(model=Model(acronyms=False)).align(each)
    score, before = (
        {(link.source, link.target): link.score for link in (*one.links, *one.weak)}[4, 4]
        for one in (found, without)
    )
    assert score > 0.3 > before


def test_characters_are_joined_unless_the_model_says_otherwise():
    each = [pair("He works in China", "他 在 中 国 工 作", "en", "zh")]
    [joined] = StatisticalAligner().align(each)
    [apart] = StatisticalAligner(model=Model(segmentation=False)).align(each)
    assert {(3, 2), (3, 3)} <= {(link.source, link.target) for link in joined.links}
    assert not {(3, 2), (3, 3)} <= {(link.source, link.target) for link in apart.links}


def test_without_its_priors_a_pair_alone_is_not_understood():
    bare = StatisticalAligner(similarity=0, lexicon=0, names=0)
    [alignment] = bare.align(
        [pair("The president lives in Germany", "In Deutschland lebt der Präsident", "en", "de")]
    )
    assert (4, 1) not in {(link.source, link.target) for link in alignment.links}


def test_english_may_be_the_target_and_neither_side_need_be():
    aligner = StatisticalAligner(similarity=0)
    [to_english] = aligner.align(
        [pair("Rais anaishi nchini Ujerumani", "The president lives in Germany", "sw", "en")]
    )
    assert (best(to_english, 0), best(to_english, 3)) == (1, 4)
    [through] = aligner.align(
        [pair("Rais anaishi nchini Ujerumani", "In Deutschland lebt der Präsident", "swh", "deu")]
    )
    assert (best(through, 0), best(through, 3)) == (4, 1)


def test_tones_and_code_points_do_not_matter():
    composed = [pair("President Tinubu spoke", "Ààrẹ Tinúbú sọ̀rọ̀", "en", "yo")] * 3
    spread = [
        replace(p, target=Sentence(tuple(unicodedata.normalize("NFD", t) for t in p.target.tokens), "yo"))
        for p in composed
    ]
    assert spread[0].target.tokens != composed[0].target.tokens
    aligner = StatisticalAligner()
    assert aligner.align(spread) == aligner.align(composed)
    assert best(aligner.align(composed)[0], 1) == 1


def corpus(pairs: int = 60, seed: int = 5) -> list[Pair]:
    """Sentences of an invented language and its translation, word by word with some reordering."""
    random = np.random.default_rng(seed)
    made = []
    for number in range(pairs):
        words = random.zipf(1.3, random.integers(1, 14)) % 200
        target = [f"t{w:03}x" for w in words]
        if len(target) > 3:
            target[1], target[2] = target[2], target[1]
        if number % 7 == 0:
            target.append("eh")
        made.append(pair(" ".join(f"s{w:03}" for w in words), " ".join(target), name=str(number)))
    return made


def test_the_same_pairs_give_the_same_links_with_any_number_of_threads():
    pairs = corpus(300)
    once = StatisticalAligner(threads=1).align(pairs)
    assert once == StatisticalAligner(threads=1).align(pairs)
    assert once == StatisticalAligner(threads=2).align(pairs) == StatisticalAligner(threads=5).align(pairs)


def test_swapping_the_sides_swaps_the_links():
    pairs = corpus()
    swapped = [Pair(p.id, p.target, p.source) for p in pairs if p.source is not None]
    aligner = StatisticalAligner()
    for there, back in zip(aligner.align(pairs), aligner.align(swapped), strict=True):
        again = {(b.target, b.source): b for b in (*back.links, *back.weak)}
        for link in there.links:
            mirror = again[link.source, link.target]
            assert (mirror.forward, mirror.backward) == (
                pytest.approx(link.backward, abs=0.01),
                pytest.approx(link.forward, abs=0.01),
            )


def check_probabilities(pairs: list[Pair], found: list[Alignment], threshold: float = 0.3) -> None:
    assert len(found) == len(pairs)
    for each, alignment in zip(pairs, found, strict=True):
        source, target = each.both()
        alignment.check(len(source), len(target))
        of_target, of_source = np.zeros(len(target)), np.zeros(len(source))
        for link in (*alignment.links, *alignment.weak):
            assert link.forward is not None
            assert link.backward is not None
            assert 0 <= link.forward <= 1
            assert 0 <= link.backward <= 1
            assert link.score == pytest.approx((link.forward * link.backward) ** 0.5, abs=1e-6)
            assert max(link.forward, link.backward) >= WEAK_LINK * (1 - 1e-6)
            for number in (link.score, link.forward, link.backward):
                assert float(np.float32(number)) == number
            of_target[link.target] += link.forward
            of_source[link.source] += link.backward
        assert (of_target <= 1 + 1e-4).all()
        assert (of_source <= 1 + 1e-4).all()
        assert all(link.score >= threshold for link in alignment.links)
        assert all(link.score < threshold for link in alignment.weak)
        assert alignment.at(threshold) == alignment


def test_probabilities_are_probabilities():
    pairs = corpus(200)
    check_probabilities(pairs, StatisticalAligner().align(pairs))


TOKENS = st.one_of(
    st.sampled_from(
        ["the", ".", "Nairobi", "2021", "\u200b", "e\u0301", "ọ̀", "中", "የ", "🙂", "‏", "#", "'s", "١٢", "ﷺ"]
    ),
    st.text(min_size=1, max_size=6).filter(lambda t: not any(c.isspace() for c in t)),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.lists(TOKENS, max_size=7), st.lists(TOKENS, max_size=7)), max_size=6),
    st.sampled_from([("en", "de"), ("und", "und"), ("sw", "zh"), ("x", ""), ("en-GB", "en-US")]),
)
def test_any_tokens_at_all(sides, languages):
    pairs = [
        Pair(str(n), Sentence(tuple(a), languages[0]), Sentence(tuple(b), languages[1]))
        for n, (a, b) in enumerate(sides)
    ]
    check_probabilities(pairs, StatisticalAligner().align(pairs))


def test_empty_sides_are_aligned_to_nothing_and_the_others_as_ever():
    pairs = [pair("", "a b"), *TOY[:3], pair("a b", ""), pair("", ""), *TOY[3:]]
    found = StatisticalAligner().align(pairs)
    assert [found[0], found[4], found[5]] == [Alignment()] * 3
    assert [*found[1:4], *found[6:]] == StatisticalAligner().align(TOY)
    assert StatisticalAligner().align([]) == []
    assert StatisticalAligner().align([pair("", "")]) == [Alignment()]


def test_a_pair_without_a_source_says_so():
    with pytest.raises(ValueError, match="no source sentence"):
        StatisticalAligner().align([Pair("untranslated", None, Sentence(("a",)))])


def test_sentences_of_thousands_of_words():
    words = (np.random.default_rng(3).zipf(1.3, 5000) % 700).tolist()
    source = tuple(f"{w}" if w % 5 == 0 else f"w{w}" for w in words)  # some are numbers
    target = tuple(f"{w}" if w % 5 == 0 else f"v{w}" for w in words)
    long = Pair("long", Sentence(source), Sentence(target))
    lopsided = Pair("lopsided", Sentence(("one",)), long.target)
    found = StatisticalAligner(lexicon=0).align([long, lopsided, *TOY])
    check_probabilities([long, lopsided, *TOY], found)
    right = sum(link.source == link.target for link in found[0].links)
    assert right > 4000


def test_pairs_of_several_languages_are_learned_apart():
    german = [pair("the red house", "das rote Haus", "en", "de"), pair("the house", "das Haus", "en", "de")]
    french = [
        pair("the red house", "la maison rouge", "en", "fr"),
        pair("the house", "la maison", "en", "fr"),
    ]
    mixed = [german[0], french[0], german[1], french[1]]
    aligner = StatisticalAligner()
    apart = [aligner.align(german), aligner.align(french)]
    assert aligner.align(mixed) == [apart[0][0], apart[1][0], apart[0][1], apart[1][1]]


def test_align_is_start_and_the_blocks_in_order():
    pairs = corpus(100)
    aligner = StatisticalAligner(block=30)
    learner = aligner.start()
    assert aligner.align(pairs) == [
        alignment for at in range(0, 100, 30) for alignment in learner.align(pairs[at : at + 30])
    ]


def stored(alignment: Alignment) -> Alignment:
    """As it comes back from a store: float32 scores, in another order."""

    def keep(link: Link) -> Link:
        numbers = [
            None if x is None else float(np.float32(x)) for x in (link.score, link.forward, link.backward)
        ]
        return Link(link.source, link.target, *numbers)

    return Alignment(
        tuple(keep(link) for link in reversed(alignment.links)), tuple(keep(link) for link in alignment.weak)
    )


def test_a_run_that_was_killed_and_resumed_ends_in_the_same_links():
    pairs = corpus(150)
    aligner = StatisticalAligner(block=40)
    whole = aligner.align(pairs)
    resumed = aligner.start()
    for at in (0, 40):
        resumed.observe(pairs[at : at + 40], [stored(alignment) for alignment in whole[at : at + 40]])
    assert resumed.align(pairs[80:120]) == whole[80:120]
    assert resumed.align(pairs[120:]) == whole[120:]


def test_joined_characters_are_learned_from_their_links():
    pairs = [
        pair("Beijing is big", "北 京 很 大", "en", "zh"),
        pair("He left China", "他 离 开 了 中 国", "en", "zh"),
    ] * 6
    aligner = StatisticalAligner(block=4)
    whole = aligner.align(pairs)
    check_probabilities(pairs, whole)
    resumed = aligner.start()
    resumed.observe(pairs[:4], [stored(alignment) for alignment in whole[:4]])
    assert resumed.align(pairs[4:8]) == whole[4:8]
    beijing = {link.target: link for link in whole[0].links if link.source == 0}
    assert set(beijing) == {0, 1}
    assert beijing[0].forward == beijing[1].forward


def test_later_blocks_profit_from_earlier_ones():
    pairs = corpus(240)
    learner = StatisticalAligner(similarity=0).start()
    learner.align(pairs[:200])

    def correct(found: list[Alignment]) -> int:
        return sum(
            p.source.tokens[k.source][1:] == p.target.tokens[k.target][1:4]
            for p, a in zip(pairs[200:], found, strict=True)
            for k in a.links
            if p.source is not None
        )

    assert correct(learner.align(pairs[200:])) > correct(StatisticalAligner(similarity=0).align(pairs[200:]))


def test_inputs_are_left_alone():
    pairs = [pair("The Dog", "DER Hund\u0308"), pair("Ọ̀ṣun", "Ọ̀ṣun")]
    before = [(p.source, p.target) for p in pairs]
    StatisticalAligner().align(pairs)
    assert [(p.source, p.target) for p in pairs] == before
    assert pairs[0].target.tokens == ("DER", "Hund\u0308")


@pytest.mark.parametrize(
    "setting",
    [{"threshold": 0.0}, {"threshold": 1.5}, {"weak": -1.0}, {"block": 0}, {"threads": 0}, {"lexicon": -1.0}],
)
def test_settings_out_of_range(setting):
    with pytest.raises(ProjnerError, match=next(iter(setting))):
        aligners.create("statistical", **setting)
