"""What a reviewer accepted stays what it was, whatever is projected later."""

from __future__ import annotations

import pytest

from projner_core.corpus import Projection, Reason, Span
from projner_core.pipeline.config import RunConfig
from projner_core.pipeline.exporting import conll_text, spans_of
from projner_core.pipeline.run import run
from projner_core.review.actions import Action, Kind
from projner_core.store import LayerKind
from projner_ui.differences import first_differences
from projner_ui.view_model import build

SEEN = (Span(0, 2, "PER"), Span(3, 4, "LOC"))


def decide(project, position: int, kind: Kind, now, was=None) -> None:
    project.append(Action(None, "", "Asha", "review", position, kind, was, now))


@pytest.fixture
def rerun(project):
    """Two pairs were reviewed; then another projection came under review, which finds nothing at all."""
    first = run(project, RunConfig()).projection
    decide(project, 0, Kind.VERDICT, "right")
    nothing = project.open_layer(
        name="nothing", kind=LayerKind.PROJECTIONS, side="target", fingerprint="n", provenance={}
    )
    found = [
        tuple(Projection(p.entity, None, Reason.EXCLUDED) for p in own)
        for own in project.annotations(first.id, 0, 3)
    ]
    project.complete(project.write(nothing, 0, found))
    project.set_current(nothing)
    return project


def test_the_export_has_what_was_accepted_and_the_rest_is_new(rerun):
    spans = list(spans_of(rerun, "reviewed", "target"))
    assert spans[0] == SEEN
    assert spans[1] == ()
    assert "Asha\tNN\tB-PER" in next(conll_text(rerun))


def test_the_page_shows_what_is_exported(rerun):
    view = build(rerun, 0).data
    assert [(s["start"], s["end"], s["label"]) for s in view["target"]["spans"]] == [
        (s.start, s.end, s.label) for s in SEEN
    ]
    assert build(rerun, 1).data["target"]["spans"] == []
    assert [d.position for d in first_differences(rerun, 9)] == [0]


def test_a_verdict_taken_back_lets_go_of_it(rerun):
    decide(rerun, 0, Kind.VERDICT, None, was="right")
    assert next(spans_of(rerun, "reviewed", "target")) == ()
    decide(rerun, 0, Kind.VERDICT, "right")
    assert next(spans_of(rerun, "reviewed", "target")) == (), "what is accepted now is what is shown now"


def test_a_correction_stands_over_both(rerun):
    decide(rerun, 0, Kind.SPANS, [[3, 4, "ORG"]])
    assert next(spans_of(rerun, "reviewed", "target")) == (Span(3, 4, "ORG"),)


def test_the_same_layer_again_is_not_another(rerun):
    first = rerun.layers(kind=LayerKind.PROJECTIONS)[0]
    rerun.set_current(first)
    assert rerun.accepted_elsewhere() == {}
    assert next(spans_of(rerun, "reviewed", "target")) == SEEN
