"""A full disk: a sentence, and nothing half done."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from projner_core.corpus import Alignment, Link
from projner_core.errors import ProjnerError
from projner_core.review.actions import Kind, draft
from projner_core.store import LayerKind

FULL = pytest.raises(ProjnerError, match="no space left")


def no_more_than(project, more: int) -> None:
    """Let the file grow by so many pages and no further, whichever connection writes."""

    def limit(connection, *_):
        connection.execute(f"PRAGMA max_page_count = {pages + more}")

    with project.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    event.listen(project.engine.pool, "checkout", limit)


def free(project) -> None:
    with project.engine.connect() as connection:
        before = connection.exec_driver_sql("PRAGMA max_page_count").scalar()
    event.listen(
        project.engine.pool,
        "checkout",
        lambda connection, *_: connection.execute(f"PRAGMA max_page_count = {before * 1000}"),
    )


@pytest.mark.parametrize("more", [0, 1, 7, 40])
def test_an_import_leaves_nothing(make, rec, more):
    def stream():
        return (rec(f"p{i}", "a b c", "d e f", target_spans=(), target_raw="x" * 50) for i in range(3000))

    project = make([])
    no_more_than(project, more)
    with FULL, project.importing() as importer:
        importer.add(stream())
    assert project.count() == 0
    assert project.layers(incomplete=True) == []
    free(project)
    with project.importing() as importer:
        importer.add(stream())
    assert project.count() == 3000


def test_a_chunk_leaves_nothing_and_can_be_written_later(make, rec):
    project = make([rec(f"p{i}", "a b c", "d e f") for i in range(100)])
    layer = project.open_layer(name="l", kind=LayerKind.LINKS, side="both", fingerprint="l", provenance={})
    value = Alignment(tuple(Link(i % 3, i % 3, 0.5) for i in range(100)))
    no_more_than(project, 5)
    with FULL:
        project.write(layer, 0, [value] * 100, doubts=[0.5] * 100)
    assert project.layer(layer.id).done == 0
    assert project.annotations(layer.id, 0, 100) == []
    assert project.queue_size(layer.id) == 0
    free(project)
    assert project.write(layer, 0, [value] * 100, doubts=[0.5] * 100).done == 100
    assert project.annotations(layer.id, 0, 100) == [value] * 100


def test_examples_are_kept_for_all_keys_or_for_none(make, rec):
    project = make([rec(f"p{i}", "a", "b") for i in range(3000)])
    layer = project.open_layer(
        name="f", kind=LayerKind.FINDINGS, side="target", fingerprint="f", provenance={}
    )
    project.write_examples(layer, {"exact": [5, 7]})
    everything = {"exact": range(3000), "wrong": range(3000)}
    no_more_than(project, 3)
    with FULL:
        project.write_examples(layer, everything)
    assert project.example_counts(layer.id) == {"exact": 2}
    assert project.example_positions(layer.id, "exact") == [5, 7]
    free(project)
    project.write_examples(layer, everything)
    assert project.example_counts(layer.id) == {"exact": 3000, "wrong": 3000}


def test_an_action_is_written_with_its_state_or_not_at_all(project):
    project.append(draft(None, position=0, kind=Kind.NOTE, now="before"))
    no_more_than(project, 1)
    long = draft(project.state(0), position=0, kind=Kind.NOTE, now="long " * 5000)
    with FULL:
        project.append(long)
    assert len(project.actions()) == 1
    assert project.state(0).note == "before"
    free(project)
    project.append(long)
    assert project.state(0).note == long.now
