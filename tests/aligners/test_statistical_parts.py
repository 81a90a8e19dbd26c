"""The parts of the statistical aligner, each by itself, against the plain definition of what it computes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projner_core.aligners._statistical import known
from projner_core.aligners._statistical.compounds import Compounds, ending
from projner_core.aligners._statistical.cutting import LONGEST, cut
from projner_core.aligners._statistical.hmm import WIDEST_JUMP, first_jumps, hmm_posterior, model1_posterior
from projner_core.aligners._statistical.learned import WordCounts
from projner_core.aligners._statistical.lexical import Pseudocounts, estimate
from projner_core.aligners._statistical.model import Model
from projner_core.aligners._statistical.shapes import SHAPES, Shape, affinity, shapes
from projner_core.aligners._statistical.similarity import similar_pairs
from projner_core.aligners._statistical.tables import Block, Text, build_block, look_up, number_pairs
from projner_core.aligners._statistical.training import train
from projner_core.aligners._statistical.units import Joiner
from projner_core.aligners._statistical.words import STEM_LETTERS, Vocabulary, stem
from projner_core.bundled import lexicons
from projner_core.languages import choose, parse, script_of
from projner_core.similarity.sound import consonants
from projner_core.similarity.spelling import normalise, romanise


def block_of(*pairs: tuple[str, str]) -> tuple[Block, Vocabulary, Vocabulary]:
    sources, targets = Text(Vocabulary(), [], []), Text(Vocabulary(), [], [])
    for source, target in pairs:
        sources.add(sources.vocabulary.ids(source.split()), shapes(source.split()))
        targets.add(targets.vocabulary.ids(target.split()), shapes(target.split()))
    return build_block(sources, targets), sources.vocabulary, targets.vocabulary


# words


@pytest.mark.parametrize(
    ("token", "word"),
    [
        ("Haus", "haus"),
        ("ＡＢＣ", "abc"),
        ("e\u0301te\u0301", "été"),
        ("na\u200cme", "name"),
        ("\u200b", "\u200b"),
        ("نام‌ها", "نامها"),
        ("中", "中"),
    ],
)
def test_normalise(token, word):
    assert normalise(token) == word


@pytest.mark.parametrize(
    ("word", "letters", "expected"),
    [
        ("europäischen", 6, "europa"),
        ("ọ̀ṣun", 4, "osun"),
        ("كِتَاب", 4, "كتاب"),
        ("हिन्दी", 4, "हिन्"),
        ("والقاهرة", 4, "قاهر"),
        ("القاهرة", 6, "قاهرة"),
        ("بالدار", 4, "دار"),
        ("והמלך", 4, "מלך"),
        ("ኢትዮጵያ", 4, "ኢትዮጵ"),
    ],
)
def test_stem_leaves_out_tones_accents_and_points_but_not_what_spells(word, letters, expected):
    assert stem(word, letters) == expected


def test_stems_may_keep_their_clitics():
    assert stem("والقاهرة", 4, clitics=False) == "والق"
    with_clitics = Vocabulary(clitics=False)
    with_clitics.ids(["القاهرة", "قاهرة"])
    assert len(set(with_clitics.classes(1).tolist())) == 2


def test_a_vocabulary_numbers_words_once_and_their_stems_level_by_level():
    words = Vocabulary()
    assert words.ids(["Europa", "europas", "EUROPA", "europäisch"]) == [0, 1, 0, 2]
    assert words.words == ["europa", "europas", "europäisch"]
    assert words.classes(0).tolist() == [0, 1, 2]
    assert [len(set(words.classes(level + 1).tolist())) for level in range(len(STEM_LETTERS))] == [1, 1]


# tables


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 7)), max_size=60))
def test_pairs_are_numbered_by_first_word_and_found_again(pairs):
    first = np.array([a for a, _ in pairs], dtype=np.int32)
    second = np.array([b for _, b in pairs], dtype=np.int32)
    index, row, own_first, own_second = number_pairs(first, second, 6, 8)
    assert [(own_first[i], own_second[i]) for i in index] == pairs
    assert len(own_first) == len(set(pairs))
    for a in range(6):
        assert (own_first[row[a] : row[a + 1]] == a).all()
    counts = look_up(row, own_second, 8, first, second, np.ones(len(pairs)))
    assert counts.tolist() == [pairs.count((a, b)) for a, b in zip(own_first, own_second, strict=True)]


def test_a_block_knows_its_cells_and_what_they_back_off_to():
    block, sources, targets = block_of(("Europa lebt", "Europe lives well"), ("europas", "europe"))
    words = block.tables[0]
    cells = [(sources.words[words.source[c]], targets.words[words.target[c]]) for c in block.cell.tolist()]
    assert cells == [
        *itertools.product(["europa", "lebt"], ["europe", "lives", "well"]),
        ("europas", "europe"),
    ]
    stems = block.tables[1]
    assert stems.sources.count.tolist() == [2, 1]  # europa, europas share a stem of six letters
    assert words.sources.share.tolist() == [0.5, 1, 0.5] or words.sources.share.tolist() == [0.5, 1.0, 0.5]
    assert words.parent[block.cell[0]] == words.parent[block.cell[-1]]


# lexical


def test_estimates_sum_to_one_over_what_was_counted():
    block, _, _ = block_of(("a b", "x y"), ("a c", "x z"), ("b", "y"))
    priors = [Pseudocounts.none(table) for table in block.tables]
    counts = np.random.default_rng(1).random(len(block.tables[0]))
    found = estimate(block, counts, priors, top=0.01, back_off=2.0)
    table = block.tables[0]
    for s in range(len(table.sources)):
        assert found.forward[table.source == s].sum() <= 1 + 1e-6
    for t in range(len(table.targets)):
        assert found.backward[table.target == t].sum() <= 1 + 1e-6


def test_a_word_never_seen_translates_as_its_stem_does():
    block, sources, targets = block_of(
        *[("parliament", "parlament")] * 9, ("parliaments xyz", "parlamente uvw")
    )
    counts = np.zeros(len(block.tables[0]))
    counts[block.cell[0]] = 9.0
    priors = [Pseudocounts.none(table) for table in block.tables]
    forward = estimate(block, counts, priors, top=0.01, back_off=2.0).forward
    new = {
        (sources.words[s], targets.words[t]): float(p)
        for s, t, p in zip(block.tables[0].source, block.tables[0].target, forward, strict=True)
    }
    assert new["parliaments", "parlamente"] > 5 * new["parliaments", "uvw"]


def test_pseudocounts_of_words_that_do_not_meet_take_their_share():
    sources, targets = Text(Vocabulary(), [], []), Text(Vocabulary(), [], [])
    bank, here, elsewhere = sources.vocabulary.add("bank"), *targets.vocabulary.ids(["bank", "geldhaus"])
    sources.add([bank], [Shape.LOWER])
    targets.add(targets.vocabulary.ids(["bank", "ufer"]), [Shape.LOWER] * 2)
    known_counts = WordCounts()
    known_counts.add(np.array([bank, bank]), np.array([here, elsewhere]), np.array([3.0, 5.0]))
    block = build_block(sources, targets)
    prior = known_counts.pseudocounts(block, sources.vocabulary, targets.vocabulary)[0]
    assert prior.pair.tolist() == [3.0, 0.0]
    assert prior.source.tolist() == [8.0]


def test_word_counts_keep_the_frequent_when_there_are_too_many():
    counts = WordCounts(limit=100)
    counts.add(np.arange(100), np.arange(100), np.arange(100, dtype=np.float64))
    counts.add(np.array([7, 500]), np.array([7, 500]), np.array([1000.0, 0.5]))
    kept = {source: count for source, _, count in counts.entries()}
    assert len(counts) <= 100
    assert kept[7] == 1007.0
    assert 99 in kept
    assert 0 not in kept


# hmm


def brute_force(emission: np.ndarray, null_emission: np.ndarray, null: float, jump: np.ndarray) -> np.ndarray:
    """P(position | word) by summing over every path: [m, n + 1], the null word last."""
    m, n = emission.shape
    total = np.zeros((m, n + 1))
    for path in itertools.product(range(n + 1), repeat=m):
        weight, last = 1.0, -1
        for j, q in enumerate(path):
            if q == n:
                weight *= null * null_emission[j]
                continue
            moves = np.array(
                [jump[WIDEST_JUMP + np.clip(k - last, -WIDEST_JUMP, WIDEST_JUMP)] for k in range(n)]
            )
            weight *= (1 - null) * moves[q] / moves.sum() * emission[j, q]
            last = q
        for j, q in enumerate(path):
            total[j, q] += weight
    return total / total.sum(axis=1, keepdims=True)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 10_000))
def test_the_hmm_is_the_sum_over_all_paths(m, n, seed):
    random = np.random.default_rng(seed)
    emission, null_emission = random.random((m, n)) + 1e-3, random.random(m) + 1e-3
    jump = random.random(2 * WIDEST_JUMP + 1) + 1e-3
    posterior, unaligned, moved = np.empty((m, n)), np.empty(m), np.zeros(len(jump))
    hmm_posterior(emission, null_emission, 0.2, jump, posterior, unaligned, moved)
    expected = brute_force(emission, null_emission, 0.2, jump)
    np.testing.assert_allclose(posterior, expected[:, :n], atol=1e-9)
    np.testing.assert_allclose(unaligned, expected[:, n], atol=1e-9)
    assert moved.sum() == pytest.approx(
        posterior.sum(), abs=1e-4
    )  # one jump for each word not of the null word


@settings(deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 10_000), st.floats(0, 20))
def test_model1_gives_each_word_to_someone(m, n, seed, sharpness):
    random = np.random.default_rng(seed)
    posterior, unaligned = np.empty((m, n)), np.empty(m)
    model1_posterior(random.random((m, n)), random.random(m), 0.2, sharpness, posterior, unaligned)
    np.testing.assert_allclose(posterior.sum(axis=1) + unaligned, 1.0)
    assert (posterior >= 0).all()


def test_model1_prefers_the_diagonal_by_its_sharpness():
    flat, sharp, unaligned = np.empty((5, 5)), np.empty((5, 5)), np.empty(5)
    model1_posterior(np.ones((5, 5)), np.ones(5), 0.2, 0.0, flat, unaligned)
    model1_posterior(np.ones((5, 5)), np.ones(5), 0.2, 9.0, sharp, unaligned)
    assert np.ptp(flat) == pytest.approx(0)
    assert (sharp.argmax(axis=1) == np.arange(5)).all()


def test_first_jumps_are_a_distribution_that_steps_on():
    jumps = first_jumps()
    assert jumps.sum() == pytest.approx(1)
    assert jumps.argmax() == WIDEST_JUMP + 1


def test_a_far_jump_counts_by_position_as_a_near_one_does():
    n = 4 * WIDEST_JUMP
    posterior, unaligned, moved = np.empty((1, n)), np.empty(1), np.zeros(2 * WIDEST_JUMP + 1)
    even = np.ones(len(moved))
    hmm_posterior(np.ones((1, n)), np.ones(1), 0.2, even, posterior, unaligned, moved)
    # From before the first word to any: where every position is as likely, no jump is more so than another.
    np.testing.assert_allclose(moved[WIDEST_JUMP + 1 :], posterior[0, 0])
    assert (moved[: WIDEST_JUMP + 1] == 0).all()


def test_jumps_far_back_count_by_position_too():
    n = 3 * WIDEST_JUMP
    emission = np.full((2, n), 1e-9)
    emission[0, n - 1] = 1.0  # the first word stands last
    emission[1, :WIDEST_JUMP] = 1.0  # the second in one of the first 15 places, all of them far from there
    posterior, unaligned, moved = np.empty((2, n)), np.empty(2), np.zeros(2 * WIDEST_JUMP + 1)
    hmm_posterior(emission, np.full(2, 1e-12), 0.2, np.ones(len(moved)), posterior, unaligned, moved)
    positions_far_back = n - WIDEST_JUMP
    assert moved[0] == pytest.approx(1 / positions_far_back, rel=1e-4)


def test_the_null_word_takes_more_where_much_is_untranslated():
    block, _, targets = block_of(*[(f"a{i % 4}", f"x{i % 4} p{i % 7} q{i % 5}") for i in range(40)])
    priors = [Pseudocounts.none(table) for table in block.tables]

    def to_fillers(strength: float) -> float:
        found = train(block, priors, Model(null_strength=strength)).forward
        words = [targets.words[block.tables[0].target[c]] for c in block.cell.tolist()]
        return sum(float(p) for word, p in zip(words, found, strict=True) if word[0] in "pq")

    assert to_fillers(1.0) < 0.6 * to_fillers(1e9)


def test_training_does_not_depend_on_the_threads():
    block, _, _ = block_of(*[(f"a{i} b{i % 3} c", f"x{i} y{i % 3} z") for i in range(40)])
    priors = [Pseudocounts.none(table) for table in block.tables]
    one, three = train(block, priors, Model(), threads=1), train(block, priors, Model(), threads=3)
    assert one.forward.tobytes() == three.forward.tobytes()
    assert one.backward.tobytes() == three.backward.tobytes()


# shapes


def test_shapes():
    assert shapes(["The", "Bank", "of", "北京", "1999", ",", "IMF"]) == [
        Shape.FIRST,
        Shape.CAPITAL,
        Shape.LOWER,
        Shape.UNCASED,
        Shape.NUMBER,
        Shape.PUNCTUATION,
        Shape.CAPITAL,
    ]


def test_affinity_is_one_where_shapes_do_not_matter_and_grows_where_they_do():
    even = np.full(SHAPES, 100.0)
    indifferent = affinity(np.full((SHAPES, SHAPES), 5.0), even, even, smoothing=10, strength=0.6)
    np.testing.assert_allclose(indifferent, 1.0)
    faithful = affinity(np.eye(SHAPES) * 50, even, even, smoothing=10, strength=0.6)
    assert (np.diag(faithful) > 1).all()
    assert (faithful[~np.eye(SHAPES, dtype=bool)] < 1).all()
    np.testing.assert_allclose(affinity(np.eye(SHAPES), even, even, smoothing=10, strength=0.0), 1.0)


# similarity


def test_romanise():
    assert romanise("москва") == "moskva"
    assert romanise("αθήνα") == "athina"
    assert romanise("köln") == "koln"


@pytest.mark.parametrize(
    ("native", "latin"),
    [
        ("ميركل", "merkel"),
        ("كريستوفر", "christopher"),
        ("نتنياهو", "netanyahu"),
        ("נתניהו", "netanyahu"),
        ("北京", "beijing"),
        ("奥巴马", "obama"),
        ("オバマ", "obama"),
        ("ลอนดอน", "london"),
    ],
)
def test_names_spelt_by_sound_have_the_same_consonants(native, latin):
    assert consonants(native) == consonants(latin) != ""


def test_arabic_names_look_alike_by_their_consonants():
    block, sources, targets = block_of(("merkel visited the", "ميركل زارت هذا"))
    table = block.tables[0]
    prior = similar_pairs(block, sources.words, targets.words, weight=12.0, threads=1)[0]
    assert [
        (sources.words[table.source[p]], targets.words[table.target[p]])
        for p in np.flatnonzero(prior.pair).tolist()
    ] == [("merkel", "ميركل")]


def test_names_and_numbers_look_alike_and_short_words_do_not():
    block, sources, targets = block_of(("putin 1999 in die the", "путина 1999 an der tee"))
    names = [*zip(block.tables[0].source.tolist(), block.tables[0].target.tolist(), strict=True)]
    prior = similar_pairs(block, sources.words, targets.words, weight=12.0, threads=1)[0]
    alike = {
        (sources.words[names[p][0]], targets.words[names[p][1]]): prior.pair[p]
        for p in np.flatnonzero(prior.pair).tolist()
    }
    assert set(alike) == {("putin", "путина"), ("1999", "1999")}
    assert alike["1999", "1999"] == pytest.approx(12 * 4 / 6)
    assert prior.source.sum() == pytest.approx(prior.pair.sum()) == pytest.approx(prior.target.sum())


# compounds


@pytest.mark.parametrize(
    ("word", "part"),
    [
        ("ostdeutschland", "deutschland"),  # the longest, not Land
        ("eu-recht", "recht"),
        ("länsi-saksa", "saksa"),
        ("deutschland", "land"),
        ("saksa", None),
        ("xyland", None),  # two letters are no beginning
        ("nordsee", None),  # three are no ending
        ("የኢትዮጵያ", None),
    ],
)
def test_the_known_ending_of_a_word(word, part):
    known = {"deutschland", "land", "recht", "saksa", "see", "ኢትዮጵያ"}
    assert ending(word, known, max(map(len, known))) == part


def test_a_compound_is_believed_to_translate_as_its_ending():
    english, german = Vocabulary(), Vocabulary()
    given = WordCounts()
    words = [("germany", "deutschland", 8.0), ("german", "deutschland", 1.5), ("of", "deutschland", 0.5)]
    given.add(
        np.array([english.add(e) for e, _, _ in words]),
        np.array([german.add(g) for _, g, _ in words]),
        np.array([count for _, _, count in words]),
    )
    compounds = Compounds(given, english, german)
    east, plain = german.add("ostdeutschland"), german.add("deutschland")
    found = compounds.counts(np.array([english.add("lives")]), np.array([east, plain]), weight=6.0)
    assert [(english.words[e], german.words[g]) for e, g, _ in found.entries()] == [
        ("germany", "ostdeutschland"),
        ("german", "ostdeutschland"),
    ]
    assert [count for _, _, count in found.entries()] == [pytest.approx(6 * 0.8), pytest.approx(6 * 0.15)]


def test_compounds_are_found_on_both_sides_and_none_where_nothing_is_known():
    dutch, english = Vocabulary(), Vocabulary()
    given = WordCounts()
    given.add(np.array([dutch.add("bank")]), np.array([english.add("bank")]), np.array([1.0]))
    central, outside = np.array([dutch.add("staatsbank")]), np.array([english.add("riverbank")])
    found = Compounds(given, dutch, english).counts(central, outside, weight=2.0)
    assert [(dutch.words[a], english.words[b], c) for a, b, c in found.entries()] == [
        ("bank", "riverbank", 2.0),
        ("staatsbank", "bank", 2.0),
    ]
    assert len(Compounds(WordCounts(), dutch, english).counts(central, outside, weight=2.0)) == 0


# units


@pytest.mark.parametrize(
    ("tokens", "others", "expected"),
    [
        ("他 在 中 国 工 作", "He works in China", "他 在 中国 工 作"),
        ("北 京 欢 迎 你", "Beijing welcomes you", "北京 欢 迎 你"),
        ("陈 雨 桐 参 观 了", "Chen Yutong visited", "陈 雨桐 参 观 了"),
        ("オ バ マ が 来 た", "He came", "オバマ が 来 た"),
        ("ล อ น ด อ น", "London", "ลอนดอน"),
        ("中 , 国", "China", "中 , 国"),
        ("Rais wa China", "President of China", "Rais wa China"),
        ("", "China", ""),
    ],
)
def test_characters_are_joined_to_words_that_are_known_or_sound_like_a_name(tokens, others, expected):
    units = Joiner(["中国", "中国人", "x"]).units(tokens.split(), others.split())
    assert units.words == tuple(expected.split())
    assert units.start[-1] == len(tokens.split())
    assert units.plain == (tokens == expected)


@given(st.lists(st.sampled_from(["中", "国", "人", "的", "Obama", ".", "オ", "バ"]), max_size=20))
def test_units_are_the_tokens_in_order(tokens):
    units = Joiner(["中国", "国人", "中国人", "的人"]).units(tokens, ["Obama"])
    assert units.start[0] == 0
    assert units.start[-1] == len(tokens)
    for word, (start, end) in zip(units.words, itertools.pairwise(units.start), strict=True):
        assert word == "".join(tokens[start:end])
    vocabulary = Vocabulary()
    spread = units.spread(vocabulary)
    assert len(spread) == len(tokens)


# cutting


@given(st.integers(0, 2000), st.integers(0, 2000), st.integers(3, 60))
@settings(deadline=None)
def test_pieces_cover_both_sides_once(n, m, sentence):
    source = ["." if i % sentence == 0 else "a" for i in range(n)]
    target = ["." if i % (sentence + 1) == 0 else "b" for i in range(m)]
    pieces = cut(source, target)
    assert (not pieces) == (n == 0 or m == 0)
    if pieces:
        assert pieces[0][::2] == (0, 0)
        assert pieces[-1][1::2] == (n, m)
        for left, right in itertools.pairwise(pieces):
            assert left[1::2] == right[::2]
        assert all(piece.cells > 0 for piece in pieces)
    if 0 < max(n, m) <= LONGEST and min(n, m):
        assert len(pieces) == 1


def test_cuts_are_made_after_sentence_ends():
    tokens = ("a " * 99 + ". ").split() * 10
    assert {tokens[piece.source_end - 1] for piece in cut(tokens, tokens)} == {"."}


# languages


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("sw", "sw"),
        ("swa", "sw"),
        ("swh", "sw"),
        ("swh_Latn", "sw"),
        ("deu", "de"),
        ("DE-at", "de"),
        ("zho_Hans", "zh"),
        ("cmn", "zh"),
        ("arb_Arab", "ar"),
        ("yor_Latn", "yo"),
        ("no", "nb"),
        ("nob_Latn", "nb"),
        ("eng_Latn", "en"),
        ("kmr_Latn", "ku"),
        ("twi", "ak"),
        ("", "und"),
        ("!?", "!?"),
    ],
)
def test_codes_of_one_language(code, language):
    if code == "twi":
        assert parse(code).language in {"ak", "tw", "twi"}
    else:
        assert parse(code).language == language


def test_scripts():
    assert script_of(parse("zh-TW")) == "Hant"
    assert script_of(parse("sr")) == "Cyrl"
    assert script_of(parse("uzn_Cyrl")) == "Cyrl"
    assert script_of(parse("xx-unknown")) == ""


@pytest.mark.parametrize(
    ("code", "chosen"),
    [
        ("zh", ("zh-Hans",)),
        ("sr", ("sr-Cyrl", "sr-Latn")),
        ("zho_Hant", ("zh-Hant",)),
        ("zh_CN", ("zh-Hans",)),
        ("srp_Latn", ("sr-Latn",)),
        ("fa", ("fa",)),
        ("prs_Arab", ("fa-AF",)),
        ("fas", ("fa",)),
        ("de-CH", ("de",)),
        ("uz_Cyrl", ("uz",)),
        ("ka", ()),
        ("und", ()),
    ],
)
def test_choosing_a_lexicon(code, chosen):
    available = ["de", "fa", "fa-AF", "sr-Cyrl", "sr-Latn", "uz", "zh-Hans", "zh-Hant"]
    assert choose(code, available) == chosen


# known


def test_lexicons_are_composed_through_english():
    to_swahili = {("president", "rais"): 4.0, ("country", "nchi"): 6.0, ("country", "taifa"): 2.0}
    to_german = {("president", "präsident"): 8.0, ("country", "land"): 8.0}
    composed = known.compose(to_swahili, to_german)
    assert composed == {
        ("rais", "präsident"): 4.0 * 8.0 / 8.0,
        ("nchi", "land"): 6.0 * 8.0 / 8.0,
        ("taifa", "land"): 2.0 * 8.0 / 8.0,
    }
    assert sum(composed.values()) <= sum(to_swahili.values())


def test_a_lexicon_reads_the_same_from_both_ends():
    there, back = known.lexicon("en", "swh_Latn"), known.lexicon("sw", "eng_Latn")
    assert there == {(a, b): count for (b, a), count in back.items()}
    assert there["president", "rais"] > 5
    assert known.lexicon("sw", "de")["rais", "präsident"] > 1
    assert known.lexicon("en", "xx") == known.lexicon("und", "und") == known.lexicon("sw", "sw") == {}


@pytest.mark.parametrize(
    ("lang", "english", "name"),
    [
        ("de", ("germany",), ("deutschland",)),
        ("sw", ("germany",), ("ujerumani",)),
        ("ar", ("cairo",), ("القاهرة",)),
        ("zh", ("china",), ("中国",)),
        ("ja", ("germany",), ("ドイツ",)),
        ("am", ("ethiopia",), ("ኢትዮጵያ",)),
        ("yo", ("nigeria",), ("nàìjíríà",)),
        ("el", ("athens",), ("αθήνα",)),
    ],
)
def test_names_that_cldr_knows(lang, english, name):
    pairs = known.names("en", lang)
    assert (english, name) in pairs
    assert (name, english) in known.names(lang, "en")


@pytest.mark.parametrize(
    ("lang", "initials", "other"),
    [
        ("es", "eu", ("ue",)),
        ("es", "eu", ("unión", "europea")),
        ("de", "un", ("vereinte", "nationen")),
        ("sw", "un", ("umoja", "wa", "mataifa")),
        ("zh", "eu", ("欧盟",)),
        ("fr", "us", ("états", "unis")),
    ],
)
def test_initials_stand_for_names(lang, initials, other):
    assert ((initials,), other) in known.acronyms("en", lang)
    assert (other, (initials,)) in known.acronyms(lang, "en")


def test_one_capital_makes_no_initials_and_a_script_without_capitals_none():
    assert not {source for source, _ in known.acronyms("en", "de")} & {("g",), ("f",)}
    assert known.acronyms("ja", "zh") == known.acronyms("en", "xx") == known.acronyms("", "de") == ()


def test_names_between_two_languages_and_in_none():
    assert (("ujerumani",), ("deutschland",)) in known.names("swh", "deu")
    assert known.names("en", "xx") == known.names("", "de") == ()


# bundled lexicons


def test_lexicons_come_back_as_they_were_packed():
    english = ["a", "bank", "euro", "house", "zebra"]
    entries = [
        lexicons.Entry("bank", "benki", 7.0),
        lexicons.Entry("bank", "ukingo", 0.5),
        lexicons.Entry("euro", "euro", 1.0),
        lexicons.Entry("house", "nyumba", 1.0),
    ]
    assert list(lexicons.unpack(lexicons.pack(entries, english), english)) == entries
    with pytest.raises(ValueError, match="5 lines"):
        list(lexicons.unpack(lexicons.pack(entries, english), english[:3]))
    assert lexicons.unpack_words(lexicons.pack_words(english)) == english


def test_every_bundled_lexicon_can_be_read_and_is_chosen_by_its_name():
    assert len(lexicons.names()) >= 115
    size = 0
    for name in lexicons.names():
        entries = lexicons.load(name)
        size += len(entries)
        assert len(entries) > 2000, name
        assert all(
            entry.links > 0 and entry.word and entry.word == normalise(entry.word) for entry in entries[:500]
        )
        assert name in choose(name, lexicons.names())
    assert size > 1_000_000
    with pytest.raises(KeyError):
        lexicons.load("tlh")
