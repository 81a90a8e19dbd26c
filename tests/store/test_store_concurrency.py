"""Two writers at once: nobody loses, nobody fails."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from projner_core.corpus import Alignment
from projner_core.errors import ConflictError, ProjnerError
from projner_core.review.actions import Kind, draft, fold
from projner_core.store import LayerKind, Project

REVIEWER = """
import sys
from projner_core.review.actions import Kind, draft
from projner_core.store import Project

with Project.open(sys.argv[1]) as project:
    for turn in range(150):
        position = turn % 10
        note = draft(project.state(position), position=position, kind=Kind.NOTE, now=f"note {turn}")
        project.append(note)
"""


def test_a_reviewer_and_a_run_write_at_once(make, rec):
    project = make([rec(f"p{i}", "a b", "c d") for i in range(3000)])
    reviewer = subprocess.Popen([sys.executable, "-c", REVIEWER, str(project.path)], stderr=subprocess.PIPE)
    layer = project.open_layer(name="l", kind=LayerKind.LINKS, side="both", fingerprint="l", provenance={})
    chunks = 0
    while reviewer.poll() is None:
        if layer.done == 3000:  # it was quicker: go on with another layer
            layer = project.open_layer(
                name="l", kind=LayerKind.LINKS, side="both", fingerprint=f"l{chunks}", provenance={}
            )
        layer = project.write(layer, layer.done, [Alignment()] * 50, doubts=[0.5] * 50)
        chunks += 1
    assert reviewer.stderr is not None
    assert (reviewer.returncode, reviewer.stderr.read()) == (0, b"")
    reviewer.stderr.close()
    assert [action.now for action in project.actions()] == [f"note {turn}" for turn in range(150)]
    assert project.states(0, 3000) == fold(project.actions())
    assert chunks > 1
    written = project.layers(LayerKind.LINKS, incomplete=True)
    assert sum(one.done for one in written) == 50 * chunks


def test_of_many_who_correct_one_pair_at_once_one_wins(project):
    others = [Project.open(project.path) for _ in range(6)]
    state = project.state(0)

    def correct(turn: int) -> bool:
        try:
            others[turn].append(draft(state, position=0, kind=Kind.NOTE, now=f"by {turn}"))
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        won = list(threads.map(correct, range(6)))
    for other in others:
        other.close()
    assert sum(won) == 1
    (action,) = project.actions()
    assert action.now == f"by {won.index(True)}" == project.state(0).note


def test_of_two_runs_that_open_one_layer_each_gets_the_same_and_one_writes_it(project):
    def run(_: int) -> tuple[int, int]:
        with Project.open(project.path) as other:
            layer = other.open_layer(
                name="l", kind=LayerKind.LINKS, side="both", fingerprint="l", provenance={}
            )
            try:
                return layer.id, other.write(layer, 0, [Alignment()] * 3).done
            except ConflictError:
                return layer.id, 0

    with ThreadPoolExecutor(5) as threads:
        results = list(threads.map(run, range(5)))
    assert len({layer_id for layer_id, _ in results}) == 1
    assert sorted(done for _, done in results) == [0, 0, 0, 0, 3]


def test_readers_never_wait_for_a_writer(make, rec, corpus):
    project = make([])

    def stream():
        for record in corpus:
            yield record
            # another connection sees the project as it was, at once
            assert project.count() == 0
            assert project.queue(None) == []

    with project.importing() as importer:
        importer.add(stream())
    assert project.count() == len(corpus)


def test_a_writer_waits_for_another_and_then_writes(make, corpus):
    project = make([])
    with ThreadPoolExecutor(1) as threads:

        def stream():
            yield from corpus
            nonlocal waiting
            waiting = threads.submit(project.set_meta, "key", "value")

        waiting = None
        with project.importing() as importer:
            importer.add(stream())
        assert waiting is not None
        waiting.result(timeout=30)
    assert project.get_meta("key") == "value"
    assert project.count() == len(corpus)


def test_a_lock_that_is_never_released_is_a_sentence(project):
    with Project.open(project.path) as other, other.engine.connect() as holder:
        holder.exec_driver_sql("SELECT 1")
        holder.connection.execute("ROLLBACK")
        holder.connection.execute("BEGIN IMMEDIATE")
        with project.engine.connect() as connection:
            connection.connection.execute("PRAGMA busy_timeout = 50")  # kept by the pool
        with pytest.raises(ProjnerError, match="has been writing"):
            project.set_meta("key", 1)
        holder.connection.execute("ROLLBACK")
    project.set_meta("key", 2)
    assert project.get_meta("key") == 2


OTHER = """
import sys
from projner_core.store import Project

with Project.open(sys.argv[1]) as project:
    project.set_meta("theirs", 2)
"""


def test_opening_again_leaves_the_hold_of_other_handles_alone(project):
    """POSIX drops all of a process's locks on a file when it closes any descriptor of it. Were a project's
    file ever opened but by SQLite, another process would believe itself alone, take the log away when it
    closes, and what this one writes afterwards would be lost."""
    log = project.path.with_name(project.path.name + "-wal")
    project.set_meta("mine", 1)
    Project.open(project.path).close()
    subprocess.run([sys.executable, "-c", OTHER, str(project.path)], check=True)
    assert log.exists()  # not taken away under the handle that is held
    project.set_meta("after", 3)
    project.close()
    with Project.open(project.path) as again:
        assert [again.get_meta(key) for key in ("mine", "theirs", "after")] == [1, 2, 3]


def test_only_sqlite_opens_the_file_of_a_project(project, monkeypatch):
    opened = []
    monkeypatch.setattr("pathlib.Path.open", lambda path, *rest, **more: opened.append(path))
    monkeypatch.setattr("builtins.open", lambda path, *rest, **more: opened.append(path))
    with Project.open(project.path) as again:
        again.set_meta("key", 1)
    assert opened == []
