"""100,000 pairs: streamed in, and no question of a page reads them all.

Work is counted in steps of SQLite's virtual machine, which are the same on every machine, busy or not;
the milliseconds are in benchmarks/scale.py.
"""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import event

from projner_core.review.actions import Kind, draft
from projner_core.store import LayerKind, Project

SIZE = 100_000

IMPORT = f"""
import sys
from projner_core.corpus import Sentence, Span
from projner_core.store import Project

class Record:
    source_spans = (Span(1, 3, "PER"),)
    target_spans = (Span(0, 2, "PER"),)
    def __init__(self, i):
        self.id = f"s{{i}}"
        self.source = Sentence(tuple(f"word{{(i * k) % 7919}}" for k in range(8)), "eng")
        self.target = Sentence(tuple(f"neno{{(i * k) % 7919}}" for k in range(7)), "swh")
        self.source_raw = self.target_raw = "".join(f"{{t}}\\tO\\n" for t in self.target.tokens)

with Project.create(sys.argv[1], name="big", source_lang="eng", target_lang="swh") as project:
    with project.importing() as importer:
        importer.add(map(Record, range({SIZE})))
# Not ru_maxrss, which a process inherits from the one that started it.
with open("/proc/self/status") as status:
    print(next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM")))
"""


pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    path = tmp_path_factory.mktemp("scale") / "big.sqlite"
    command = [sys.executable, "-c", IMPORT, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    with Project.open(path) as project:
        chance = random.Random(1)
        layer = project.open_layer(
            name="m", kind=LayerKind.PROJECTIONS, side="target", fingerprint="m", provenance={}
        )
        project.write_signals(layer, 0, [round(chance.random(), 3) for _ in range(SIZE)])
        for item in project.queue(layer.id, limit=200):
            project.append(draft(None, position=item.position, kind=Kind.VERDICT, now="right"))
        yield project, layer.id, int(done.stdout)


def test_the_import_streams(big):
    project, _, megabytes = big
    assert project.count() == SIZE
    assert megabytes < 300


def test_no_question_of_a_page_reads_all_pairs(big, steps):
    project, layer, _ = big
    asked = {
        "pair": lambda: project.pair(SIZE // 2),
        "position of an id": lambda: project.position_of("s99999"),
        "annotations": lambda: [project.annotation(found.id, SIZE // 2) for found in project.layers()],
        **{
            f"{name} {show} {order}": lambda ask=ask, show=show, order=order: ask(show=show, order=order)
            for show in ("all", "open", "done")
            for order in ("doubt", "file")
            for name, ask in (
                ("queue", lambda **view: project.queue(layer, **view)),
                ("next", lambda **view: project.next_in_queue(SIZE // 2, layer, **view)),
                ("previous", lambda **view: project.next_in_queue(SIZE // 2, layer, step=-1, **view)),
            )
            # From an open pair to the next one done may be a long way through the queue, and is rarely asked.
            if (name, show) not in {("next", "done"), ("previous", "done")}
        },
    }
    many = {name: count for name, ask in asked.items() if (count := steps(ask)) > 20_000}
    assert many == {}
    assert steps(lambda: project.queue(layer, search="nowhere")) > SIZE  # the count does count


def test_no_page_of_examples_reads_all_pairs(big, steps):
    project, layer, _ = big
    findings = project.open_layer(
        name="f", kind=LayerKind.FINDINGS, side="target", fingerprint="f", provenance={}
    )
    chance = random.Random(2)
    sizes = {"half": SIZE // 2, "many": 3_000, "some": 2_000, "few": 20, "none": 0}
    project.write_examples(findings, {key: chance.sample(range(SIZE), size) for key, size in sizes.items()})
    asked = {
        f"{name} {key} {show} {order}": lambda ask=ask, key=key, show=show, order=order: ask(
            show=show, order=order, examples=(findings.id, key)
        )
        for key in sizes
        for show in ("all", "open")
        for order in ("doubt", "file")
        for name, ask in (
            ("queue", lambda **view: project.queue(layer, **view)),
            ("next", lambda **view: project.next_in_queue(SIZE // 2, layer, **view)),
            ("previous", lambda **view: project.next_in_queue(SIZE // 2, layer, step=-1, **view)),
        )
    }
    # The hardest: 2,000 examples by doubt are looked up one by one and sorted. To walk past every pair takes
    # four times as many.
    many = {name: count for name, ask in asked.items() if (count := steps(ask)) > 100_000}
    assert many == {}
    in_file = {name: steps(ask) for name, ask in asked.items() if name.endswith("file")}
    assert max(in_file.values()) < 5_000, in_file
    sized = {key: lambda key=key: project.queue_size(layer, examples=(findings.id, key)) for key in sizes}
    assert {key: ask() for key, ask in sized.items()} == sizes
    assert max(map(steps, sized.values())) < 1_000


def test_links_drawn_by_hand_are_found_without_reading_every_decision(big, steps):
    project, layer, _ = big
    with project.engine.begin() as connection:  # somebody said something of every pair
        connection.exec_driver_sql(
            "INSERT INTO states (review, position, note, last_action) "
            "SELECT 'second look', position, 'seen', 1 FROM pairs"
        )
    for position in (70_000, 7):
        for kind, now in ((Kind.LINKS, [[0, 0, "sure"]]), (Kind.SOURCE_SPANS, [[0, 1, "PER"]])):
            state = project.state(position, "second look")
            project.append(draft(state, position=position, kind=kind, now=now, review="second look"))
    assert project.positions_with_links("second look") == [7, 70_000]
    assert list(project.source_corrections("second look")) == [7, 70_000]
    page = [SIZE - 1, 5, *range(500, 518)]
    asked = {
        "positions with links": lambda: project.positions_with_links("second look"),
        "links by hand": lambda: project.links_by_hand("second look"),
        "source corrections": lambda: project.source_corrections("second look"),
        "pairs at": lambda: project.pairs_at(page),
        "annotations at": lambda: project.annotations_at(layer, page),
        "doubts at": lambda: project.doubts_at(layer, page),
    }
    assert {name: count for name, ask in asked.items() if (count := steps(ask)) > 2_000} == {}


@pytest.fixture
def steps(big):
    """How many steps SQLite takes to answer."""
    project = big[0]
    taken = [0]

    def count() -> None:
        taken[0] += 100

    def watch(connection, *_):
        connection.set_progress_handler(count, 100)

    event.listen(project.engine, "checkout", watch)

    def of(ask) -> int:
        taken[0] = 0
        ask()
        return taken[0]

    yield of
    event.remove(project.engine, "checkout", watch)
