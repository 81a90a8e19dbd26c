"""100,000 pairs: streamed in, and a page of the queue in the blink of an eye.

The goal is 20 ms for each question on an idle machine; the limits here are wider, for busy ones.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time

import pytest

from projner_core.review.actions import Kind, draft
from projner_core.store import LayerKind, Project

SIZE = 100_000

IMPORT = f"""
import resource, sys
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
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    path = tmp_path_factory.mktemp("scale") / "big.sqlite"
    begun = time.perf_counter()
    command = [sys.executable, "-c", IMPORT, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds = time.perf_counter() - begun
    with Project.open(path) as project:
        chance = random.Random(1)
        layer = project.open_layer(
            name="m", kind=LayerKind.PROJECTIONS, side="target", fingerprint="m", provenance={}
        )
        project.write_signals(layer, 0, [round(chance.random(), 3) for _ in range(SIZE)])
        for item in project.queue(layer.id, limit=200):
            project.append(draft(None, position=item.position, kind=Kind.VERDICT, now="right"))
        yield project, layer.id, seconds, int(done.stdout)


def test_the_import_streams(big):
    project, _, seconds, megabytes = big
    assert project.count() == SIZE
    assert seconds < 45
    assert megabytes < 300


def test_pages_and_pairs_come_at_once(big):
    project, layer, _, _ = big
    asked = {
        "pair": lambda: project.pair(SIZE // 2),
        "position of an id": lambda: project.position_of("s99999"),
        "annotations": lambda: [project.annotation(found.id, SIZE // 2) for found in project.layers()],
        "counts": project.review_counts,
        **{
            f"{name} {show} {order}": lambda ask=ask, show=show, order=order: ask(show=show, order=order)
            for show in ("all", "open", "done")
            for order in ("doubt", "file")
            for name, ask in (
                ("queue", lambda **view: project.queue(layer, **view)),
                ("deep in the queue", lambda **view: project.queue(layer, offset=20_000, **view)),
                ("next", lambda **view: project.next_in_queue(SIZE // 2, layer, **view)),
                ("previous", lambda **view: project.next_in_queue(SIZE // 2, layer, step=-1, **view)),
                ("place", lambda **view: project.queue_position(SIZE // 2, layer, **view)),
                ("size", lambda **view: project.queue_size(layer, **view)),
            )
        },
    }
    slow = {name: ms for name, ask in asked.items() if (ms := best_of(ask)) > 60}
    assert slow == {}


def test_a_search_comes_soon(big):
    project, layer, _, _ = big
    for needle in ("neno7918 neno7918", "neno", "nowhere"):
        assert best_of(lambda needle=needle: project.queue(layer, search=needle)) < 300


def best_of(ask, times: int = 5) -> float:
    """Milliseconds of the quickest try: what the machine does besides is not what is tested."""
    tries = []
    for _ in range(times):
        begun = time.perf_counter()
        ask()
        tries.append(time.perf_counter() - begun)
    return min(tries) * 1000
