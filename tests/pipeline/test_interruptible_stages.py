"""Stages that compute for long ask again and again, within a chunk, whether anyone still wants them."""

from __future__ import annotations

import os
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

from projner_core import projectors
from projner_core.aligners.eflomal import Eflomal
from projner_core.aligners.statistical import StatisticalAligner
from projner_core.corpus import Alignment, Link, Pair, Sentence, Span
from projner_core.inference.interruption import interruptible
from projner_core.pipeline.config import RunConfig, StageConfig
from projner_core.pipeline.doubting import weigh
from projner_core.pipeline.progress import Cancelled, Watch
from projner_core.pipeline.run import run
from tests.pipeline import fakes

PAIRS = [
    Pair(str(n), Sentence(("Asha", f"w{n % 7}", "Èkó"), "en"), Sentence(("Asha", f"v{n % 7}", "Èkó"), "yo"))
    for n in range(600)
]
ENTITIES = [(Span(0, 1, "PER"), Span(2, 3, "LOC"))] * len(PAIRS)
LINKS = [Alignment(tuple(Link(i, i) for i in range(3)))] * len(PAIRS)


class Stop(Exception):
    pass


class Asked:
    """Counts the questions, and says no to the one with this number."""

    def __init__(self, last: int = -1) -> None:
        self.times, self.last = 0, last

    def __call__(self) -> None:
        self.times += 1
        if self.times == self.last:
            raise Stop


def test_the_default_aligner_asks_in_every_round_and_can_be_stopped_at_any_question():
    asked = Asked()
    with interruptible(asked):
        expected = StatisticalAligner().align(PAIRS)
    assert asked.times > 60
    for last in (1, asked.times // 2, asked.times):
        with pytest.raises(Stop), interruptible(Asked(last)):
            StatisticalAligner().align(PAIRS)
    assert StatisticalAligner().align(PAIRS) == expected


@pytest.mark.parametrize(("name", "least"), [("matching", 20), ("heuristic", 6)])
def test_projectors_ask_every_hundred_pairs(name, least):
    projector, asked = projectors.create(name), Asked()
    with interruptible(asked):
        projector.project(PAIRS, ENTITIES, LINKS)
    assert asked.times >= least
    with pytest.raises(Stop), interruptible(Asked(asked.times)):
        projector.project(PAIRS, ENTITIES, LINKS)


def test_weighing_doubts_asks_within_a_chunk(long_project, monkeypatch):
    fakes.installed(monkeypatch)
    made = run(long_project, RunConfig(aligner=StageConfig(name="diagonal", chunk=1000)))
    for layer in long_project.layers(incomplete=True):
        if layer.name.startswith("doubts of"):
            long_project.delete_layer(layer)
    asked = Asked()
    weigh(long_project, made.projection, made.links, Watch(None, lambda: asked()))
    assert asked.times > 2 * long_project.count() // 100


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="no /proc to find a child in")
def test_eflomal_is_stopped_with_the_program_that_it_started(monkeypatch):
    """The stand-in waits for a program, as the package does."""
    started = []

    class Aligner:
        def __init__(self, **settings):
            pass

        def align(self, sources, targets, *, links_filename_fwd, **rest):
            import subprocess

            code = "import time; time.sleep(60)"
            with subprocess.Popen([sys.executable, "-c", code, links_filename_fwd]) as child:
                started.append(child)
                child.wait()

    module = ModuleType("eflomal")
    module.__spec__ = ModuleSpec("eflomal", None)
    module.Aligner = Aligner
    monkeypatch.setitem(sys.modules, "eflomal", module)

    def unwanted():
        if started:
            raise Cancelled

    with pytest.raises(Cancelled), interruptible(unwanted):
        Eflomal(priors=0).align(PAIRS[:3])
    assert started[0].returncode not in (None, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(started[0].pid, 0)
