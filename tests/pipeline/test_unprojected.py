"""What a projection did not carry over: counted, and kept as examples by reason and by label."""

from __future__ import annotations

import pytest

from projner_core.corpus import Projection, Reason, Span
from projner_core.errors import ProjnerError
from projner_core.pipeline import unprojected
from projner_core.pipeline.carried import carried_and_missed, count_projected
from projner_core.pipeline.lineage import imported_spans
from projner_core.pipeline.progress import Cancelled, Watch
from projner_core.store import LayerKind

ASHA, ARUSHA = Span(0, 2, "PER"), Span(3, 4, "LOC")
NAIROBI, JUMA = Span(3, 4, "LOC"), Span(5, 6, "PER")


@pytest.fixture
def projection(project):
    """Asha Mwangi in two pieces and no Arusha; neither Nairobi nor Juma; nothing in the third pair."""
    layer = project.open_layer(
        name="m", kind=LayerKind.PROJECTIONS, side="target", fingerprint="m", provenance={"stage": "project"}
    )
    rows = [
        (
            Projection(ASHA, Span(0, 1, "PER"), Reason.PROJECTED),
            Projection(ASHA, Span(3, 4, "PER"), Reason.PROJECTED),
            Projection(ARUSHA, None, Reason.NOT_ALIGNED),
        ),
        (
            Projection(NAIROBI, None, Reason.EXCLUDED),
            Projection(JUMA, None, Reason.NOT_ALIGNED),
        ),
        (),
    ]
    project.write(layer, 0, rows)
    return project.complete(layer)


def test_an_entity_in_several_pieces_is_one(project, projection):
    assert count_projected(project, projection.id) == (1, 4)
    assert count_projected(project, projection.id, counts=lambda position: position == 1) == (0, 2)
    (row,) = project.decisions(projection.id, 0, 1)
    assert carried_and_missed(row) == ({(0, 2, "PER")}, {(3, 4, "LOC"): Reason.NOT_ALIGNED})
    assert carried_and_missed([]) == (set(), {})


def test_counting_can_be_cancelled_and_tells_how_far_it_is(project, projection):
    seen = []
    watch = Watch(seen.append, None)
    watch.begin("score", 0, 9)
    count_projected(project, projection.id, watch=watch, before=6)
    assert [report.done for report in seen] == [0, 9]
    with pytest.raises(Cancelled):
        count_projected(project, projection.id, watch=Watch(None, lambda: True))


def test_the_pairs_are_kept_by_reason_and_by_label(project, projection):
    unprojected.keep(project, projection)
    kept = {
        key: project.example_positions(projection.id, key) for key in project.example_counts(projection.id)
    }
    assert kept == {
        "unprojected": [0, 1],
        unprojected.reason_key("not-aligned"): [0, 1],
        unprojected.reason_key("excluded"): [1],
        unprojected.label_key("LOC"): [0, 1],
        unprojected.label_key("PER"): [1],
    }


def test_they_are_looked_for_once_even_where_there_are_none(project, monkeypatch):
    layer = project.open_layer(
        name="m", kind=LayerKind.PROJECTIONS, side="target", fingerprint="m", provenance={"stage": "project"}
    )
    project.write(layer, 0, [()] * 3)
    layer = project.complete(layer)
    unprojected.keep(project, layer)
    assert project.example_counts(layer.id) == {"unprojected": 0}
    monkeypatch.setattr(type(project), "decisions", None)
    unprojected.keep(project, layer)


def test_what_is_no_projection_is_refused(project):
    with pytest.raises(ProjnerError):
        unprojected.keep(project, project.layer(imported_spans(project, "target")))
