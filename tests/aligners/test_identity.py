"""A sentence aligned with nearly itself."""

from __future__ import annotations

import random
import unicodedata
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from projner_core import aligners
from projner_core.aligners import identity
from projner_core.aligners.identity import Identity
from projner_core.corpus import Alignment, Link, Pair, Sentence
from projner_core.errors import ProjnerError

WORDS = st.lists(
    st.sampled_from(["the", "cat", "cats", "sat", "Sat", "sit", "on", "mat", ".", ""]), max_size=9
)


def align(source, target, **choices):
    source, target = (tuple(side.split() if isinstance(side, str) else side) for side in (source, target))
    (found,) = Identity(**choices).align([Pair("1", Sentence(source), Sentence(target))])
    found.check(len(source), len(target))
    return found


def words(source, target, **choices):
    """The linked words that are not equal, or not in the same place."""
    a, b = source.split(), target.split()
    return [(a[i], b[j]) for i, j in offsets(align(source, target, **choices)) if a[i] != b[j]]


def offsets(found):
    return [(link.source, link.target) for link in found.links]


@pytest.mark.parametrize(
    "text",
    ["Angela Merkel spoke in Berlin .", "Ọmọ́ náà wà ní Èkó", "أنجيلا ميركل في برلين", "አዲስ አበባ ናት",
     "北 京 是 首 都 。", "👩🏽‍🚀 🚀 \u200b x", "the the the the"],
)  # fmt: skip
def test_a_sentence_and_itself(text):
    n = len(text.split())
    assert align(text, text).links == tuple(Link(i, i) for i in range(n))
    assert align(text, unicodedata.normalize("NFD", text).upper()).links == tuple(
        Link(i, i) for i in range(n)
    )


def test_changed_words_align_in_order():
    found = align(
        "The Nigerian president Muhammadu Buhari visited Abuja .",
        "Nigeria 's president Mohammadu Buhari has visited the city of Abuja .",
    )
    # “The” went to “the city”: it is equal, and left over on both sides
    assert offsets(found) == [(0, 7), (1, 0), (2, 2), (3, 3), (4, 4), (5, 6), (6, 10), (7, 11)]
    by_source = {link.source: link.score for link in found.links}
    assert by_source[4] == 1.0
    assert by_source[3] == pytest.approx(1 - 1 / 9)


def test_nothing_alike_is_not_linked():
    assert align("one two", "три четыре") == Alignment()
    assert align("12 .", "15 ,") == Alignment()


@pytest.mark.parametrize(("source", "target"), [("", "a"), ("a", ""), ("", ""), ([""], [""])])
def test_empty_sides(source, target):
    assert align(source, target).links == ((Link(0, 0),) if source == [""] else ())


def test_two_words_half_alike_do_not_outweigh_an_equal_one():
    assert offsets(align("walking talk", "talk talks")) == [(1, 0)]


def test_the_nearest_of_equal_words():
    assert offsets(align("x y z the", "the a b the")) == [(3, 3)]
    assert offsets(align("p the q r s", "the t the u v w", threshold=0.9)) == [(1, 2)]


def test_what_moved_is_linked_where_it_is_unique():
    assert offsets(align("Yesterday Merkel came", "Merkel came Yesterday")) == [(0, 2), (1, 0), (2, 1)]
    assert words("a b b c d e", "c d e b b a") == []
    assert offsets(align("a b b c d e", "c d e b b a")) == [(0, 5), (3, 0), (4, 1), (5, 2)]


def best(source, target, threshold):
    """The best value by trying everything, Σ s³, monotone."""
    a = [unicodedata.normalize("NFC", w).casefold() for w in source]
    b = [unicodedata.normalize("NFC", w).casefold() for w in target]

    @lru_cache(None)
    def of(i, j):
        if i == len(a) or j == len(b):
            return 0.0
        s = Levenshtein.normalized_similarity(a[i], b[j])
        return max(of(i + 1, j), of(i, j + 1), (of(i + 1, j + 1) + s**3) if s >= threshold else 0.0)

    return of(0, 0)


@settings(deadline=None)
@given(WORDS, WORDS, st.sampled_from([0.3, 0.6, 1.0]))
def test_it_is_the_best_alignment(source, target, threshold):
    found = align(source, target, threshold=threshold)
    assert len({i for i, _ in offsets(found)}) == len({j for _, j in offsets(found)}) == len(found.links)
    assert list(found.links) == sorted(found.links)
    for link in found.links:
        a, b = source[link.source].casefold(), target[link.target].casefold()
        assert link.score == pytest.approx(Levenshtein.normalized_similarity(a, b))
        assert link.score >= threshold - 1e-6
    value = sum(link.score**3 for link in found.links)
    # what moved comes on top; the places in the sentence may cost a hundredth a link
    assert value >= best(source, target, threshold) - 0.01 * len(found.links) - 1e-6


@settings(deadline=None)
@given(WORDS, WORDS)
def test_sides_can_be_swapped(source, target):
    """What is linked in order is worth the same; which of the best is taken may differ."""
    there, back = align(source, target), align(target, source)
    least = best(source, target, 0.6)
    for found in (there, back):
        assert sum(a.score**3 for a in found.links) >= least - 0.01 * len(found.links) - 1e-6


def test_five_thousand_tokens(monkeypatch):
    compared = []
    cdist = identity.cdist
    monkeypatch.setattr(identity, "cdist", lambda a, b, **k: compared.append((a, b)) or cdist(a, b, **k))
    draw = random.Random(5)
    source = [draw.choice(["w", "x", "y"]) + str(int(draw.paretovariate(0.6)) % 3000) for _ in range(5000)]
    target = [w if draw.random() > 0.1 else w + "s" for w in source if draw.random() > 0.1]
    found = align(source, target)
    assert len(found.links) > 0.95 * len(target)
    assert all(len(a) * len(b) <= identity._MOST_CELLS for a, b in compared)


@pytest.mark.parametrize("vocabulary", [2, 100_000])
def test_long_stretches_are_cut(monkeypatch, vocabulary):
    monkeypatch.setattr(identity, "_MOST_CELLS", 50)
    draw = random.Random(1)
    source = [f"w{draw.randrange(vocabulary)}" for _ in range(300)]
    target = [w for w in source if draw.random() > 0.2]
    stretches = list(identity._stretches(source, target, (0, len(source), 0, len(target))))
    assert all((b - a) * (d - c) <= 50 for a, b, c, d in stretches)
    for side in (0, 2):  # they do not overlap
        taken = [i for stretch in stretches for i in range(stretch[side], stretch[side + 1])]
        assert len(taken) == len(set(taken))
    found = align(source, target, threshold=1.0)
    assert len(found.links) > (0.6 if vocabulary == 2 else 0.99) * len(target)


def test_many_pairs_in_order_and_nothing_changed():
    pairs = [Pair(str(n), Sentence(("a",) * n), Sentence(("a",) * n)) for n in range(5)]
    assert [len(a.links) for a in aligners.create("identity").align(pairs)] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("threshold", [0.0, 1.1, float("nan")])
def test_thresholds(threshold):
    with pytest.raises(ProjnerError, match="threshold"):
        Identity(threshold=threshold)
