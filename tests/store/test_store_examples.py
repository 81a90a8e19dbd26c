"""Which pairs stand behind a figure: kept whole or not at all, and listed by the queue."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from projner_core.errors import ProjnerError
from projner_core.review.actions import Kind, draft
from projner_core.store import LayerKind, Project, views

SIZE = 12
DOUBTS = [0.5, 0.0, 0.9, 0.5, 0.0, 1.0, 0.5, 0.0, 0.25, 0.9, 0.0, 0.5]
DONE = {0, 3, 11}
KEYS = {
    "outcome=missing": [0, 3, 4, 8, 9, 11],
    "gold=人名 predicted=": [7],
    "label=ẸNÌYÀN wrong": list(range(SIZE)),
    "cause=split": [],
}
KEY = st.sampled_from([*KEYS, "no such key"])


def layer_of(project, name="findings", kind=LayerKind.FINDINGS) -> int:
    return project.open_layer(name=name, kind=kind, side="target", fingerprint=name, provenance={}).id


def rows(project, table) -> int:
    with project.engine.connect() as connection:
        return connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()


@pytest.fixture
def kept(make, rec):
    """Twelve pairs with doubts, some of them done; a layer of findings with examples."""
    project = make([rec(f"p{i}", f"word{i} a", f"neno{i} Ọ̀yọ́" if i % 3 else f"{i}") for i in range(SIZE)])
    projection = layer_of(project, "m", LayerKind.PROJECTIONS)
    project.write_signals(projection, 0, DOUBTS)
    for position in DONE:
        project.append(draft(None, position=position, kind=Kind.VERDICT, now="right"))
    findings = layer_of(project)
    project.write_examples(findings, KEYS)
    return project, projection, findings


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(
    KEY,
    st.sampled_from(["doubt", "file"]),
    st.sampled_from(["all", "open", "done"]),
    st.sampled_from([None, "NENO", "p1", "nowhere"]),
    st.booleans(),
    st.integers(0, SIZE),
    st.integers(1, 5),
)
def test_the_queue_of_examples_is_that_of_a_plain_list(kept, key, order, show, search, walked, offset, limit):
    project, projection, findings = kept
    view = {"order": order, "show": show, "search": search, "examples": (findings, key)}
    everything = sorted(range(SIZE), key=lambda p: (-DOUBTS[p], p)) if order == "doubt" else range(SIZE)
    texts = [f"p{i}\nword{i} a\n" + (f"neno{i}" if i % 3 else f"{i}") for i in range(SIZE)]
    whole = [
        p
        for p in everything
        if p in KEYS.get(key, ())
        and (show == "all" or (p in DONE) == (show == "done"))
        and (search or "").casefold() in texts[p]
    ]
    with pytest.MonkeyPatch.context() as patch:
        if walked:  # as where there are many examples
            patch.setattr(views, "_PAGE", 0)
        items = project.queue(projection, offset=offset, limit=limit, **view)
        assert [item.position for item in items] == whole[offset : offset + limit]
        assert project.queue_size(projection, **view) == len(whole)
        for position in range(SIZE):  # also those that are no examples
            rank = list(everything).index(position)
            before = [p for p in whole if list(everything).index(p) < rank]
            after = [p for p in whole if list(everything).index(p) > rank]
            assert project.queue_position(position, projection, **view) == len(before)
            assert project.next_in_queue(position, projection, **view) == (after[0] if after else None)
            previous = project.next_in_queue(position, projection, step=-1, **view)
            assert previous == (before[-1] if before else None)
        assert project.next_in_queue(None, projection, **view) == (whole[0] if whole else None)


def test_examples_without_a_doubt_are_listed_in_the_order_of_the_file_alone(make, rec):
    project = make([rec(f"p{i}", "a", "b") for i in range(4)])
    projection, findings = layer_of(project, "m", LayerKind.PROJECTIONS), layer_of(project)
    project.write_signals(projection, 0, [0.1, 0.2])
    project.write_examples(findings, {"exact": [3, 0, 1, 3]})
    view = {"examples": (findings, "exact")}
    assert [item.position for item in project.queue(projection, **view)] == [1, 0]
    assert project.queue_size(projection, **view) == 2
    assert [item.position for item in project.queue(projection, order="file", **view)] == [0, 1, 3]
    assert [item.position for item in project.queue(None, **view)] == [0, 1, 3]


def test_a_key_is_written_anew_and_the_others_stay(kept):
    project, _, findings = kept
    counts = {key: len(positions) for key, positions in KEYS.items()}
    assert project.example_counts(findings) == counts
    project.write_examples(findings, KEYS)
    assert project.example_counts(findings) == counts
    project.write_examples(findings, {"outcome=missing": [2, 1], "versus=7 cell=only-first": [5]})
    assert project.example_positions(findings, "outcome=missing") == [1, 2]
    assert project.examples(findings, "gold=人名 predicted=") == 1
    assert project.examples(findings, "versus=7 cell=only-first") == 1
    assert project.examples(findings, "no such key") == project.examples(99, "cause=split") == 0
    assert rows(project, "examples") == 2 + 1 + SIZE + 1


def test_examples_go_with_their_layer(kept):
    project, _, findings = kept
    other = layer_of(project, "other")
    project.write_examples(other, {"exact": [1]})
    project.delete_layer(findings)
    assert project.examples(findings, "outcome=missing") == 0
    assert (rows(project, "example_keys"), rows(project, "examples")) == (1, 1)
    assert project.queue(None, examples=(findings, "outcome=missing")) == []


@pytest.mark.parametrize("wrong", [[0, SIZE], [-1], [1, 2, 10**6]])
def test_of_examples_that_are_no_pairs_nothing_is_kept(kept, wrong):
    project, _, findings = kept
    before = project.example_counts(findings)
    with pytest.raises(ProjnerError, match="is no pair: the project holds 12 pairs"):
        project.write_examples(findings, {"outcome=missing": [1], "exact": wrong})
    assert project.example_counts(findings) == before
    assert project.example_positions(findings, "outcome=missing") == KEYS["outcome=missing"]
    with pytest.raises(ProjnerError, match="no layer 99"):
        project.write_examples(99, {"exact": [0]})


def test_pages_of_examples_walk_an_index(make, rec):
    project = make([rec(f"p{i}", "a", "b") for i in range(300)])
    projection, findings = layer_of(project, "m", LayerKind.PROJECTIONS), layer_of(project)
    project.write_signals(projection, 0, [random.random() for _ in range(300)])
    project.write_examples(findings, {"many": range(0, 300, 2), "few": range(0, 300, 50)})
    plans: list[tuple[str, list[str]]] = []

    def watch(connection, cursor, statement, parameters, context, many):
        if statement.lstrip().startswith("SELECT"):
            explained = connection.connection.execute("EXPLAIN QUERY PLAN " + statement, parameters)
            plans.append((statement, [row[3] for row in explained]))

    event.listen(project.engine, "before_cursor_execute", watch)
    for key in ("many", "few"):
        for order in ("doubt", "file"):
            for show in ("all", "open"):
                view = {"order": order, "show": show, "examples": (findings, key)}
                plans.clear()
                project.queue(projection, **view)
                project.queue_size(projection, **view)
                project.next_in_queue(7, projection, **view)
                project.next_in_queue(7, projection, step=-1, **view)
                assert len(plans) > 8
                for statement, plan in plans:
                    assert not [line for line in plan if line.startswith("SCAN ") and "(" not in line], (
                        statement,
                        plan,
                    )
                    if key == "many" or order == "file":  # few are looked up and sorted
                        assert not [line for line in plan if "TEMP B-TREE" in line], (statement, plan)


WRITER = """
import sys
from projner_core.store import Project

project, findings = Project.open(sys.argv[1]), int(sys.argv[2])
print("ready", flush=True)
for turn in range(10_000):
    some = range(turn % 7, 2000, 1 + turn % 3)
    project.write_examples(findings, {f"key={key}": some for key in range(20)})
    print(turn, flush=True)
"""


def test_no_half_of_the_examples_is_left_by_a_kill(make, rec):
    project = make([rec(f"p{i}", "a", "b") for i in range(2000)])
    findings = layer_of(project)
    project.close()
    chance = random.Random(3)
    acknowledged = 0
    for _ in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(project.path), str(findings)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        lines = [process.stdout.readline()]  # a turn is done: the kill comes in one of the next
        time.sleep(chance.uniform(0.0, 0.2))
        os.kill(process.pid, signal.SIGKILL)
        lines += [line for line in process.stdout.read().split("\n")[:-1] if line]
        process.stdout.close()
        process.wait()
        acknowledged += len(lines)
        with Project.open(project.path) as again:
            counts = again.example_counts(findings)
            kept = {tuple(again.example_positions(findings, key)) for key in counts}
            assert len(kept) <= 1  # of one turn
            assert {len(positions) for positions in kept} == set(counts.values())
            assert len(counts) == 20
            assert rows(again, "examples") == sum(counts.values())
    assert acknowledged >= 4


def test_two_who_write_the_same_leave_it_once(kept):
    project, _, findings = kept

    def write(_: int) -> None:
        with Project.open(project.path) as other:
            other.write_examples(findings, KEYS)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, range(8)))
    assert project.example_counts(findings) == {key: len(its) for key, its in KEYS.items()}
    assert rows(project, "examples") == sum(map(len, KEYS.values()))
