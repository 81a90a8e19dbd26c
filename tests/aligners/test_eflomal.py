"""eflomal: what surrounds it, with a stand-in for the package; and the package where it is installed."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

from projner_core import aligners
from projner_core.aligners.eflomal import Eflomal
from projner_core.aligners.symmetrisation import METHODS
from projner_core.corpus import Alignment, Link, Pair, Sentence
from projner_core.errors import ProjnerError

installed = pytest.mark.skipif(find_spec("eflomal") is None, reason="eflomal is not installed")


def pair(source, target, languages=("en", "de")):
    sides = [side.split(" ") if isinstance(side, str) else side for side in (source, target)]
    return Pair("x", *(Sentence(tuple(side), lang) for side, lang in zip(sides, languages, strict=True)))


def offsets(links):
    return [(link.source, link.target) for link in links]


@pytest.fixture
def fake(monkeypatch):
    """A package that links the diagonal in one direction, and every source word with target word 0 in the
    other; it keeps what it was given."""
    calls = []

    class Aligner:
        def __init__(self, **settings):
            self.settings = settings

        def align(self, sources, targets, *, links_filename_fwd, links_filename_rev, priors_input, quiet):
            calls.append({"sources": sources, "targets": targets, "priors": priors_input, **self.settings})
            with (
                Path(links_filename_fwd).open("w") as forward,
                Path(links_filename_rev).open("w") as backward,
            ):
                for source, target in zip(sources, targets, strict=True):
                    n, m = len(source.split()), len(target.split())
                    print(*(f"{i}-{i}" for i in range(min(n, m))), file=forward)
                    print(*(f"{i}-0" for i in range(n)), file=backward)

    module = ModuleType("eflomal")
    module.__spec__ = ModuleSpec("eflomal", None)
    module.Aligner = Aligner
    monkeypatch.setitem(sys.modules, "eflomal", module)
    return calls


def test_without_the_package_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr("projner_core.aligners.eflomal.find_spec", lambda name: None)
    with pytest.raises(ProjnerError, match=r"pip install .projner\[eflomal\].*C compiler"):
        aligners.create("eflomal")


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"model": 4}, "1, 2 or 3"),
        ({"samplers": 0}, "samplers"),
        ({"iterations": 0.0}, "iterations"),
        ({"priors": -1.0}, "priors"),
        ({"priors": float("nan")}, "priors"),
        ({"method": "vote"}, "grow-diag-final-and"),
    ],
)
def test_settings_are_checked(fake, settings, says):
    with pytest.raises(ProjnerError, match=says):
        aligners.create("eflomal", **settings)


def test_settings_are_handed_on(fake):
    Eflomal(model=1, samplers=2, iterations=0.5, priors=0).align([pair("a", "b")])
    assert fake == [
        {"sources": ["a"], "targets": ["b"], "priors": None,
         "model": 1, "n_samplers": 2, "rel_iterations": 0.5}
    ]  # fmt: skip


def test_tokens_become_words_that_cannot_fall_apart(fake):
    tokens = ["New York", "\u200b", "", " ", "a\u00a0b\u2028c", "\t", "ÈKÓ", "e\u0301", "\ufb01", "\u0085"]
    (found,) = Eflomal(priors=0, method="union").align([pair(tokens, ["x"])])
    (line,) = fake[0]["sources"]
    assert line == "new▁york \u200b ▁ ▁ a▁b▁c ▁ èkó é fi ▁"
    assert len(line.split()) == len(tokens)
    assert offsets(found.links) == [(i, 0) for i in range(len(tokens))]


def test_empty_sides_keep_their_place(fake):
    pairs = [pair([], ["a"]), pair("a b", "c d"), pair(["a"], []), pair([], []), pair("e", "f")]
    found = Eflomal(priors=0).align(pairs)
    assert fake[0]["sources"] == ["a b", "e"]
    assert [offsets(a.links) for a in found] == [[], [(0, 0), (1, 0), (1, 1)], [], [], [(0, 0)]]
    assert Eflomal(priors=0).align([]) == []
    assert Eflomal(priors=0).align(pairs[:1]) == [Alignment()]
    assert len(fake) == 1  # nothing to align, nothing run


@pytest.mark.parametrize("method", METHODS)
def test_both_directions_are_joined_and_score_their_agreement(fake, method):
    (found,) = Eflomal(priors=0, method=method).align([pair("a b c", "x y z")])
    forward, backward = {(0, 0), (1, 1), (2, 2)}, {(0, 0), (1, 0), (2, 0)}
    assert set(offsets(found.links)) == METHODS[method]([forward, backward])
    assert {*offsets(found.links), *offsets(found.weak)} == forward | backward
    known = {(link.source, link.target): link for link in (*found.links, *found.weak)}
    assert known[0, 0] == Link(0, 0, 1.0, 1.0, 1.0)
    assert known[1, 1] == Link(1, 1, 0.5, 1.0, 0.0)
    assert known[2, 0] == Link(2, 0, 0.5, 0.0, 1.0)


def test_each_pair_of_languages_is_a_corpus_of_its_own(fake):
    pairs = [pair("a", "b"), pair("c", "d", ("en", "fr")), pair("e", "f")]
    found = Eflomal(priors=0).align(pairs)
    assert [call["sources"] for call in fake] == [["a", "e"], ["c"]]
    assert [len(alignment.links) for alignment in found] == [1, 1, 1]


def test_long_sentences_are_cut_and_put_together(fake):
    (found,) = Eflomal(priors=0, method="union").align([pair(["a"] * 5000, ["b"] * 4900)])
    assert len(fake[0]["sources"]) > 1
    assert max(len(line.split()) for line in fake[0]["sources"]) < 1024
    found.check(5000, 4900)
    assert {link.source for link in found.links} == set(range(5000))
    assert Eflomal(priors=0).align([pair(["a"] * 5000, ["b"])]) == [Alignment()]


def test_priors_are_those_of_the_default_aligner(fake):
    pairs = [pair("Germany and Merkel", "Deutschland und Merkel"), pair("the house", "das Haus")]
    Eflomal(priors=2.0).align(pairs)
    counts = {}
    for line in fake[0]["priors"]:
        kind, source, target, count = line.split("\t")
        assert kind == "LEX"
        assert (source, target) not in counts
        counts[source, target] = float(count)
    assert counts["merkel", "merkel"] >= 20  # alike: 12 · 2
    assert counts["germany", "deutschland"] > 0  # CLDR
    assert counts["house", "haus"] > 0  # the lexicon
    words = [{word for line in fake[0][side] for word in line.split()} for side in ("sources", "targets")]
    assert all(source in words[0] and target in words[1] for source, target in counts)
    Eflomal(priors=1.0).align(pairs)
    for line in fake[1]["priors"]:
        _, source, target, count = line.split("\t")
        assert float(count) == pytest.approx(counts[source, target] / 2, rel=1e-4)


def test_a_run_that_fails_is_said(fake, monkeypatch):
    def nothing(self, sources, targets, *, links_filename_fwd, links_filename_rev, **_):
        for name in (links_filename_fwd, links_filename_rev):
            Path(name).write_text("0-0\n")

    monkeypatch.setattr(sys.modules["eflomal"].Aligner, "align", nothing)
    with pytest.raises(ProjnerError, match="of 2 sentence pairs it aligned 1"):
        Eflomal(priors=0).align([pair("a", "b"), pair("c", "d")])

    def absent(self, *_, **__):
        raise FileNotFoundError("bin/eflomal")

    monkeypatch.setattr(sys.modules["eflomal"].Aligner, "align", absent)
    with pytest.raises(ProjnerError, match=r"eflomal failed: bin/eflomal"):
        Eflomal(priors=0).align([pair("a", "b")])


def test_it_takes_large_chunks():
    assert Eflomal.chunk == 100_000


TEXT = [
    pair("Amina sees the house", "Amina sieht das Haus"),
    pair("the house is old", "das Haus ist alt"),
    pair("", []),
    pair("the old woman", "die alte Frau"),
    pair(["New York", "\u200b", "<NULL>"], ["New York", "\u200b", "<NULL>"]),
] * 5


@installed
@pytest.mark.parametrize("model", [1, 2, 3])
@pytest.mark.parametrize("priors", [0.0, 1.0])
def test_the_package_itself(model, priors):
    found = Eflomal(model=model, priors=priors).align(TEXT)
    assert len(found) == len(TEXT)
    for alignment, aligned in zip(found, TEXT, strict=True):
        alignment.check(len(aligned.both()[0]), len(aligned.target))
    assert found[2] == Alignment()
    assert any(alignment.links for alignment in found)


@installed
def test_the_package_heeds_the_priors():
    found = Eflomal(priors=50.0).align(TEXT)  # it draws at random: strong ones, so that chance has no say
    assert all((0, 0) in offsets(alignment.links) for alignment in found[0::5])  # Amina
    assert all((1, 1) in offsets(alignment.links) for alignment in found[1::5])  # house, Haus


@installed
def test_the_package_takes_five_thousand_tokens():
    tokens = [f"w{i % 700}" for i in range(5000)]
    (found,) = Eflomal(model=1, samplers=1, iterations=0.01).align([pair(tokens, tokens)])
    found.check(5000, 5000)
    assert {link.source // 500 for link in found.links} == set(range(10))
