"""Several aligners as one."""

from __future__ import annotations

import pytest

from projner_core import aligners
from projner_core.aligners.base import LearningAligner
from projner_core.aligners.combination import Combination
from projner_core.aligners.symmetrisation import METHODS
from projner_core.corpus import Alignment, Link, Pair, Sentence
from projner_core.errors import ProjnerError

PAIRS = [
    Pair("1", Sentence(("Amina", "is", "in", "Lagos"), "en"), Sentence(("Amina", "wà", "ní", "Èkó"), "yo")),
    Pair("2", Sentence((), "en"), Sentence((), "yo")),
    Pair("3", Sentence(("Lagos", "\u200b"), "en"), Sentence(("Lagos",), "yo")),
]  # fmt: skip

ONE = [Alignment((Link(0, 0, 0.9), Link(1, 2, 0.6)), weak=(Link(3, 4, 0.2),)), Alignment(), Alignment()]
OTHER = [Alignment((Link(0, 0, 0.7), Link(3, 4, 1.0))), Alignment(), Alignment((Link(1, 0, 0.5),))]


def test_a_vote():
    found = Combination(of="statistical, identity").combine([ONE, OTHER])
    assert found[0].links == (Link(0, 0, 0.8), Link(3, 4, 0.6))
    assert found[0].weak == (Link(1, 2, 0.3),)
    assert found[1] == Alignment()
    assert found[2].weak == (Link(1, 0, 0.25),)


def test_a_vote_with_weights():
    for weights in ("3, 1", [3, 1], (0.75, 0.25)):
        found = Combination(of="statistical,identity", weights=weights, threshold=0.45).combine([ONE, OTHER])
        assert found[0].links == (Link(0, 0, 0.85), Link(1, 2, 0.45))
        assert found[0].weak == (Link(3, 4, 0.4),)


def test_sets():
    both = Combination(of="statistical,identity", method="intersection").combine([ONE, OTHER])
    assert both[0].links == (Link(0, 0, 0.8),)
    assert both[0].weak == (Link(1, 2, 0.3), Link(3, 4, 0.6))
    any_ = Combination(of="statistical,identity", method="union").combine([ONE, OTHER])
    assert any_[0].links == (Link(0, 0, 0.8), Link(1, 2, 0.3), Link(3, 4, 0.6))


@pytest.mark.parametrize("method", ["vote", *METHODS])
def test_members_are_run(method):
    members = ["identity", {"name": "identity", "threshold": 1.0}, {"name": " statistical ", "threads": 1}]
    combined = Combination(of=members, method=method)
    assert not isinstance(combined, LearningAligner)
    assert combined.members == (
        {"name": "identity"},
        {"name": "identity", "threshold": 1.0},
        {"name": "statistical", "threads": 1},
    )
    assert members[2]["name"] == " statistical "  # not changed
    by_hand = combined.combine(
        [aligners.create("identity").align(PAIRS), aligners.create("identity", threshold=1.0).align(PAIRS),
         aligners.create("statistical", threads=1).align(PAIRS)]
    )  # fmt: skip
    found = combined.align(PAIRS)
    assert found == by_hand
    assert len(found) == 3
    assert (0, 0) in {(link.source, link.target) for link in found[0].links}


def test_one_aligner_decided_anew():
    alone = aligners.create("statistical").align(PAIRS)
    again = aligners.create("combination", of="statistical", method="vote", threshold=0.5).align(PAIRS)
    for before, after in zip(alone, again, strict=True):
        expected = before.at(0.5)
        assert [(a.source, a.target) for a in after.links] == [(b.source, b.target) for b in expected.links]
        assert [a.score for a in after.links] == pytest.approx([b.score for b in expected.links], abs=1e-6)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"of": "statistical, nonsense"}, "aligner 2 of the combination: .*'nonsense'"),
        ({"of": "combination"}, "cannot be combined again"),
        ({"of": [{"name": "combination", "of": "statistical"}]}, "cannot be combined again"),
        ({"of": ""}, "names of aligners"),
        ({"of": "statistical,"}, "names of aligners"),
        ({"of": []}, "names of aligners"),
        ({"of": [{"threshold": 0.2}]}, "a name, or a table"),
        ({"of": [3]}, "a name, or a table"),
        ({"of": [{"name": "statistical", "threshold": 7.0}]}, "threshold must be in"),
        ({"of": [{"name": "statistical", "colour": "red"}]}, "no setting 'colour'"),
        ({"method": "majority"}, "vote, intersection, union"),
        ({"threshold": 1.5}, "threshold"),
        ({"threshold": float("nan")}, "threshold"),
        ({"weights": "1, 2"}, "2 weights for 1"),
        ({"weights": "much"}, "parted by commas"),
        ({"weights": [None]}, "parted by commas"),
        ({"weights": "-1"}, "0 or more"),
        ({"weights": "0"}, "not all 0"),
        ({"weights": "inf"}, "0 or more"),
    ],
)
def test_what_cannot_be_combined_is_said(settings, says):
    with pytest.raises(ProjnerError, match=says):
        Combination(**settings)


def test_as_many_sequences_as_members():
    with pytest.raises(ValueError, match="2 aligners are combined, but there are links of 1"):
        Combination(of="statistical, identity").combine([ONE])
    with pytest.raises(ValueError, match="shorter"):
        Combination(of="statistical, identity").combine([ONE, OTHER[:1]])
