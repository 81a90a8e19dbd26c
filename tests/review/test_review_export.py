from __future__ import annotations

from projner_core.corpus import Alignment, GoldLinks, Link, Span
from projner_core.review.actions import PairState, Verdict
from projner_core.review.export import final_links, final_source_spans, final_spans

MACHINE = (Span(4, 5, "LOC", 0.4), Span(0, 2, "PER", 0.9))
BARE = (Span(0, 2, "PER"), Span(4, 5, "LOC"))
OWN = (Span(1, 2, "PER"),)


def test_untouched_or_judged_right_the_machine_stands():
    assert final_spans(None, MACHINE) == BARE
    assert final_spans(PairState(verdict=Verdict.RIGHT), MACHINE) == BARE


def test_a_correction_stands_over_the_machine():
    assert final_spans(PairState(spans=OWN), MACHINE) == OWN
    assert final_spans(PairState(spans=()), MACHINE) == ()


def test_no_entity_leaves_none_but_never_drops_what_was_marked_by_hand():
    assert final_spans(PairState(verdict=Verdict.NO_ENTITY), MACHINE) == ()
    assert final_spans(PairState(spans=OWN, verdict=Verdict.NO_ENTITY), MACHINE) == OWN


def test_source_entities_come_from_the_hand_first():
    assert final_source_spans(None, MACHINE) == BARE
    assert final_source_spans(PairState(source_spans=OWN, verdict=Verdict.NO_ENTITY), MACHINE) == OWN


def test_links_drawn_by_hand_replace_all_of_the_machines():
    machine = Alignment((Link(0, 0, 0.9),), (Link(1, 1, 0.2),))
    drawn = GoldLinks(frozenset({(1, 0)}), frozenset({(1, 0), (2, 1)}))
    assert final_links(PairState(links=drawn), machine) == Alignment((Link(1, 0),), (Link(2, 1, 0.5),))
    assert final_links(PairState(links=GoldLinks()), machine) == Alignment()
    for state in (None, PairState(spans=OWN, verdict=Verdict.RIGHT)):
        assert final_links(state, machine) is machine
