from __future__ import annotations

import pytest

from projner_core.corpus import Alignment, Link, Projection, Reason, Span
from projner_core.errors import ConflictError, ProjnerError
from projner_core.store import LayerKind

EMPTY = Alignment()


def links(project, fingerprint="f", parents=()):
    return project.open_layer(
        name="statistical",
        kind=LayerKind.LINKS,
        side="both",
        fingerprint=fingerprint,
        provenance={"aligner": "statistical", "settings": {"threshold": 0.3}, "語": "ọ̀rọ̀"},
        parents=parents,
    )


def test_a_layer_is_written_in_chunks_and_read_back(project):
    layer = links(project)
    assert (layer.done, layer.complete) == (0, False)
    first = [Alignment((Link(0, 0, 0.5, 0.25, None),), (Link(1, 1, 0.125),)), EMPTY, EMPTY]
    layer = project.write(layer, 0, first)
    assert layer.done == 3
    assert project.annotations(layer.id, 0, 6) == first
    layer = project.write(layer.id, 3, [EMPTY] * 3)
    layer = project.complete(layer)
    assert layer.complete
    assert project.annotations(layer.id, 1, 4) == [EMPTY] * 3
    assert project.annotation(layer.id, 0) == first[0]
    assert project.annotation(layer.id, 6) is None
    assert project.layer(layer.id) == layer


def test_provenance_and_parents_are_kept(project):
    source = project.layers()[0]
    layer = links(project, parents=[source.id])
    again = project.layer(layer.id)
    assert again.provenance == {"aligner": "statistical", "settings": {"threshold": 0.3}, "語": "ọ̀rọ̀"}
    assert again.parents == (source.id,)


def test_the_same_fingerprint_is_the_same_layer_and_goes_on_where_it_stopped(project):
    layer = project.write(links(project), 0, [EMPTY] * 2)
    again = links(project)
    assert (again.id, again.done) == (layer.id, 2)
    assert links(project, "other").id != layer.id


def test_a_fingerprint_of_another_kind_is_refused(project):
    links(project)
    with pytest.raises(ProjnerError, match="holds links of both"):
        project.open_layer(name="x", kind=LayerKind.SPANS, side="target", fingerprint="f", provenance={})


def test_a_parent_must_exist(project):
    with pytest.raises(ProjnerError, match="no layer 99"):
        links(project, parents=[99])
    assert project.layers(LayerKind.LINKS, incomplete=True) == []


@pytest.mark.parametrize("start", [0, 1, 3])
def test_a_chunk_must_begin_where_the_layer_ends(project, start):
    layer = project.write(links(project), 0, [EMPTY] * 2)
    with pytest.raises(ConflictError, match="written up to pair 2"):
        project.write(layer, start, [EMPTY])
    assert project.layer(layer.id).done == 2
    assert len(project.annotations(layer.id, 0, 9)) == 2


def test_a_layer_ends_with_the_corpus(project):
    with pytest.raises(ProjnerError, match="there are 6 pairs"):
        project.write(links(project), 0, [EMPTY] * 7)


def test_a_complete_layer_is_closed_and_an_unfinished_one_is_not_complete(project):
    layer = project.write(links(project), 0, [EMPTY] * 5)
    with pytest.raises(ProjnerError, match="5 of 6"):
        project.complete(layer)
    assert project.layers(LayerKind.LINKS) == []
    layer = project.complete(project.write(layer, 5, [EMPTY]))
    with pytest.raises(ProjnerError):
        project.write(layer, 6, [EMPTY])


@pytest.mark.parametrize(
    ("kind", "side", "value"),
    [
        (LayerKind.LINKS, "both", Alignment((Link(9, 0),))),
        (LayerKind.LINKS, "both", Alignment((), (Link(0, 7),))),
        (LayerKind.SPANS, "source", (Span(8, 10, "PER"),)),
        (LayerKind.SPANS, "target", (Span(6, 8, "PER"),)),
        (LayerKind.SPANS, "target", (Span(0, 2, "PER"), Span(1, 3, "PER"))),
        (LayerKind.PROJECTIONS, "target", (Projection(Span(8, 10, "PER"), None, Reason.NOT_ALIGNED),)),
        (
            LayerKind.PROJECTIONS,
            "target",
            (Projection(Span(0, 1, "PER"), Span(7, 8, "PER"), Reason.PROJECTED),),
        ),
        (
            LayerKind.PROJECTIONS,
            "target",
            (Projection(Span(7, 8, "PER"), Span(0, 1, "PER"), Reason.TRANSFERRED),),
        ),
    ],
)
def test_what_points_outside_its_pair_is_refused_with_the_whole_chunk(project, kind, side, value):
    # pair 0 has 9 source and 7 target tokens
    layer = project.open_layer(name="x", kind=kind, side=side, fingerprint="x", provenance={})
    with pytest.raises(ProjnerError, match="pair 0 does not fit"):
        project.write(layer, 0, [value])
    assert project.layer(layer.id).done == 0


def test_what_lies_within_its_pair_passes(project):
    layer = project.open_layer(
        name="x", kind=LayerKind.PROJECTIONS, side="target", fingerprint="x", provenance={}
    )
    value = (
        Projection(Span(8, 9, "PER"), Span(6, 7, "PER", 0.5), Reason.PROJECTED, (Span(6, 7, "PER", 0.5),)),
        Projection(Span(5, 6, "PER"), Span(5, 6, "PER"), Reason.TRANSFERRED),
    )
    project.write(layer, 0, [value])
    assert project.annotation(layer.id, 0) == value


def test_layers_are_found_by_kind_and_side(project):
    layer = links(project)
    assert [found.name for found in project.layers(side="target")] == ["gold"]
    assert [found.name for found in project.layers(LayerKind.SPANS)] == ["source", "gold"]
    assert project.layers(LayerKind.LINKS) == []
    assert project.layers(LayerKind.LINKS, incomplete=True) == [layer]


def test_an_unfinished_layer_can_be_thrown_away(project):
    half = project.write(links(project), 0, [EMPTY] * 2)
    project.write_signals(half, 0, [0.5, 0.5])
    project.delete_layer(half)
    assert [layer.name for layer in project.layers(incomplete=True)] == ["source", "gold"]
    assert links(project).id > half.id  # an id never comes back
    with pytest.raises(ConflictError, match="was deleted"):
        project.write_signals(half, 2, [0.5])
    with pytest.raises(ProjnerError, match="no layer"):
        project.write(half, 2, [EMPTY])


def test_a_layer_that_others_were_made_from_stays(project):
    source = project.layers()[0]
    child = links(project, parents=[source.id])
    with pytest.raises(ProjnerError, match="'statistical' was made from it"):
        project.delete_layer(source)
    project.delete_layer(child)
    project.delete_layer(source)
    assert [layer.name for layer in project.layers(incomplete=True)] == ["gold"]
    with pytest.raises(ProjnerError, match="no layer"):
        project.annotations(source.id, 0, 1)


def test_the_layer_under_review_is_remembered_and_forgotten_with_the_layer(project):
    assert project.current_projection is None
    layer = links(project)
    project.set_current(layer)
    assert project.current_projection == layer.id
    project.delete_layer(layer)
    assert project.current_projection is None
    with pytest.raises(ProjnerError, match="no layer"):
        project.set_current(layer.id)


def test_doubts_are_written_with_their_annotations_or_not_at_all(project):
    layer = links(project)
    layer = project.write(layer, 0, [EMPTY] * 2, doubts=[0.25, 0.75])
    assert (layer.done, layer.signals_done) == (2, 2)
    with pytest.raises(ProjnerError, match="between 0 and 1"):
        project.write(layer, 2, [EMPTY], doubts=[1.5])
    with pytest.raises(ValueError, match="2 annotations, but 1 doubts"):
        project.write(layer, 2, [EMPTY] * 2, doubts=[0.5])
    assert project.layer(layer.id) == layer
    assert [item.doubt for item in project.queue(layer.id)] == [0.75, 0.25]


def test_values_are_not_changed_by_writing(project):
    values = [EMPTY] * 2
    project.write(links(project), 0, iter(values))
    assert values == [EMPTY] * 2
