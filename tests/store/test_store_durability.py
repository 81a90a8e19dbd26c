"""What was acknowledged survives `kill -9`; what was not leaves nothing half done."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import text

from projner_core.corpus import Alignment, Link
from projner_core.review.actions import fold
from projner_core.store import LayerKind, Project

CHUNK = 40

# A writer in a process of its own; it prints a line for each thing that was acknowledged.
WRITER = """
import sys
from projner_core.corpus import Alignment, Link, Sentence
from projner_core.review.actions import Kind, draft
from projner_core.store import LayerKind, Project

what, path, chunk = sys.argv[1], sys.argv[2], int(sys.argv[3])
project = Project.open(path)
print("ready", flush=True)
if what == "actions":
    for turn in range(1_000_000):
        position = turn % project.count()
        kind, now = ((Kind.NOTE, f"note {turn}"), (Kind.SPANS, [[0, 1, f"L{turn}"]]))[turn % 2]
        action = project.append(draft(project.state(position), position=position, kind=kind, now=now))
        print(action.id, flush=True)
elif what == "layer":
    layer = project.open_layer(name="l", kind=LayerKind.LINKS, side="both", fingerprint="l", provenance={})
    value = Alignment(tuple(Link(i % 3, i % 2, 0.5) for i in range(200)))
    while layer.done < project.count():
        layer = project.write(layer, layer.done, [value] * chunk, doubts=[0.5] * chunk)
        print(layer.done, flush=True)
    project.complete(layer)
    print("complete", flush=True)
elif what == "import":
    class Record:
        source = source_raw = source_spans = None
        target = Sentence(("neno",) * 30)
        target_spans = ()
        target_raw = "neno" * 30
        def __init__(self, i):
            self.id = str(i)
    with project.importing() as importer:
        importer.add(Record(i) for i in range(6000))
    print("imported", flush=True)
"""


def killed(what: str, path, delay: float) -> list[str]:
    """Run the writer, kill it `delay` seconds after it is ready; the lines that it printed whole."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, what, str(path), str(CHUNK)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(delay)
    os.kill(process.pid, signal.SIGKILL)
    output = process.stdout.read()
    process.stdout.close()
    process.wait()
    return [line for line in output.split("\n")[:-1] if line]


def check_sound(project: Project) -> None:
    with project.engine.connect() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []


@pytest.fixture
def big(make, rec):
    project = make([rec(f"p{i}", "a b c", "d e") for i in range(50 * CHUNK)])
    project.close()
    return project.path


def test_no_acknowledged_action_is_lost(big):
    chance = random.Random(7)
    acknowledged = 0
    for _ in range(4):
        lines = killed("actions", big, chance.uniform(0.05, 0.4))
        with Project.open(big) as project:
            check_sound(project)
            actions = project.actions()
            ids = [action.id for action in actions]
            # at most one was written whose acknowledgement did not get out any more
            assert set(map(int, lines)) <= set(ids)
            assert acknowledged + len(lines) <= len(ids) <= acknowledged + len(lines) + 1
            assert project.states(0, project.count()) == fold(actions)
            acknowledged = len(ids)
    assert acknowledged > 4


def test_no_half_chunk_is_left_and_the_layer_goes_on(big):
    chance = random.Random(8)
    value = Alignment(tuple(Link(i % 3, i % 2, 0.5) for i in range(200)))
    reached = 0
    stopped_within = 0
    for _ in range(12):
        lines = killed("layer", big, chance.uniform(0.01, 0.1))
        with Project.open(big) as project:
            check_sound(project)
            layers = project.layers(LayerKind.LINKS, incomplete=True)
            if not layers:
                continue
            (layer,) = layers
            said = [int(line) for line in lines if line != "complete"]
            assert layer.done % CHUNK == 0
            assert layer.done == layer.signals_done
            assert layer.done >= max(said, default=reached)
            assert layer.complete or "complete" not in lines
            assert project.annotations(layer.id, 0, project.count()) == [value] * layer.done
            assert project.queue_size(layer.id) == layer.done
            reached = layer.done
            stopped_within += 0 < reached < project.count()
            if layer.complete:
                break
    assert stopped_within, "no kill came in the middle: the test shows nothing"


def test_no_half_import_is_left_and_it_can_be_repeated(tmp_path):
    chance = random.Random(9)
    path = tmp_path / "p.sqlite"
    Project.create(path, name="p", source_lang="eng", target_lang="swh").close()
    interrupted = 0
    for delay in (0.02, 0.1, chance.uniform(0, 0.3), None):
        lines = finished("import", path) if delay is None else killed("import", path, delay)
        with Project.open(path) as project:
            check_sound(project)
            count = project.count()
            assert count in (0, 6000)
            assert count == 6000 or "imported" not in lines
            assert len(project.layers(incomplete=True)) == (1 if count else 0)
            interrupted += count == 0
            if count:
                break
    assert interrupted, "no kill came in the middle: the test shows nothing"
    assert count == 6000


def finished(what: str, path) -> list[str]:
    arguments = [sys.executable, "-c", WRITER, what, str(path), str(CHUNK)]
    return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout.splitlines()
