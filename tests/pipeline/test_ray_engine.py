"""The engine of several machines: what a cluster of two nodes gives is what this process gives."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import time
from pathlib import Path

import pytest

from projner_core import cli
from projner_core.errors import ProjnerError
from projner_core.inference.interruption import interruptible
from projner_core.pipeline import cluster as joining
from projner_core.pipeline import ray_engine
from projner_core.pipeline.config import StageConfig
from projner_core.pipeline.engines import LOCAL
from projner_core.pipeline.progress import Cancelled
from projner_core.pipeline.ray_engine import RayEngine
from projner_core.store import catalogue
from tests import models, seq2seq_models
from tests.ray_systems import Doing

for name, value in joining.QUIET.items():  # Ray reads it when it is imported
    os.environ.setdefault(name, value)
Cluster = pytest.importorskip("ray.cluster_utils").Cluster

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
ROOT = Path(__file__).resolve().parents[2]
NODE = {"num_cpus": 1, "object_store_memory": 80 * 2**20}
QUICK_TO_NOTICE = {"health_check_period_ms": 500, "health_check_failure_threshold": 4}
ITEMS = ["Adé ní Èkó", "أحمد في القاهرة", "አበበ በአዲስ አበባ", "王明在北京", "👩🏽‍🔬 \u200b", ""] * 10
STRETCHES = [(0, 7), *((start, min(start + 5, len(ITEMS))) for start in range(7, len(ITEMS), 5))]


def doing(**about):
    return Doing("test", StageConfig(name="reversed"), about)


def read(start, stop):
    return ITEMS[start:stop]


EXPECTED = list(LOCAL.results(doing(), STRETCHES, read))


@pytest.fixture(scope="module")
def nodes():
    """A cluster of a head and one more node; their processes find `tests` where this one does."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", str(ROOT))
        environment.setenv("OMP_NUM_THREADS", "1")
        cluster = Cluster(
            initialize_head=True,
            head_node_args=NODE | {"include_dashboard": False, "_system_config": QUICK_TO_NOTICE},
        )
        cluster.add_node(**NODE)
        cluster.wait_for_nodes()
        yield cluster
        cluster.shutdown()


@pytest.fixture(scope="module")
def engine(nodes):
    with RayEngine(nodes.address) as engine:
        yield engine


def test_results_are_those_of_this_process_in_order_window_after_window(engine, monkeypatch, tmp_path):
    asked = []

    def noted(start, stop):
        asked.append(start)
        return read(start, stop)

    monkeypatch.setattr(ray_engine, "WINDOW", 1200)
    found = []
    for result in engine.results(doing(traces=str(tmp_path), seconds=0.05), STRETCHES, noted):
        if not found:
            assert 2 < len(asked) < len(STRETCHES)  # a later window is not read before it is its turn
        found.append(result)
    assert found == EXPECTED
    assert found[0] == (0, [item[::-1] for item in ITEMS[:7]])
    assert len({path.name.split("-")[1] for path in tmp_path.glob("computed-*")}) >= 2  # both nodes worked
    loads = [path.name.split("-")[1] for path in tmp_path.glob("loaded-*")]
    assert len(loads) == len(set(loads))  # each process loaded the system once


def test_a_stretch_without_items_loads_nothing(engine, tmp_path):
    found = list(engine.results(doing(traces=str(tmp_path)), STRETCHES[:2], lambda start, stop: []))
    assert found == [(0, []), (7, [])]
    assert list(tmp_path.iterdir()) == []
    assert list(engine.results(doing(), [], read)) == []


def test_what_a_system_says_to_the_user_comes_through(engine):
    with pytest.raises(ProjnerError) as raised:
        list(engine.results(doing(refused="王明在北京"), STRETCHES, read))
    assert str(raised.value) == "the item '王明在北京' can't be read"


def test_a_fault_of_a_system_is_not_passed_off_as_a_sentence(engine):
    with pytest.raises(Exception, match="KeyError") as raised:
        list(engine.results(doing(broken=ITEMS[30]), STRETCHES, read))
    assert not isinstance(raised.value, ProjnerError)


def test_what_kills_every_process_is_given_up_with_a_sentence(engine, monkeypatch):
    monkeypatch.setattr(ray_engine, "RETRIES", 1)
    with pytest.raises(ProjnerError, match=r"the cluster failed .* run again and it goes on"):
        list(engine.results(doing(deadly=ITEMS[1]), STRETCHES[:2], read))


def layers(name):
    """Name, fingerprint and annotations, as bytes, of every layer."""
    with contextlib.closing(sqlite3.connect(catalogue.path_of(name))) as database:
        found = database.execute("SELECT id, name, fingerprint, complete FROM layers ORDER BY id").fetchall()
        wanted = "SELECT position, payload FROM annotations WHERE layer_id = ? ORDER BY position"
        return [(*about, database.execute(wanted, (layer,)).fetchall()) for layer, *about in found]


def test_the_pipeline_on_a_cluster_writes_what_it_writes_here(engine, nodes, tmp_path, monkeypatch, capsys):
    target = tmp_path / "target.txt"
    target.write_text("\n".join(models.TEXTS * 4), encoding="utf-8")
    translator, tagger = seq2seq_models.nllb(tmp_path / "nllb"), models.token_classifier(tmp_path / "bert")
    monkeypatch.setattr("projner_core.translators.seq2seq.Seq2SeqTranslator.chunk", 8)
    written = {}
    for name, more in {"here": [], "there": ["--engine", "ray", "--address", nodes.address]}.items():
        out = tmp_path / f"{name}.conll"
        command = ["run", "--target", target, "--target-lang", "yo", "--source-lang", "en", "--project", name]
        command += ["--set", "translator.dtype=float32", "--set", "tagger.dtype=float32"]  # no node is asked
        command += ["--translator", "nllb", "--set", f"translator.model={translator}"]
        command += ["--tagger", "token-classifier", "--set", f"tagger.model={tagger}", "--out", out, "--json"]
        assert cli.main([*map(str, command), *more]) == 0
        told = json.loads(capsys.readouterr().out)  # and nothing of Ray's
        assert told["pairs"] == len(models.TEXTS) * 4
        written[name] = (out.read_bytes(), layers(name))
    assert written["there"] == written["here"]
    assert len(written["here"][1]) >= 4


def test_a_process_and_a_node_killed_on_the_way_change_nothing(engine, nodes, tmp_path):
    node = nodes.add_node(**NODE)
    about = {"seconds": 0.1, "deadly_once": ITEMS[0], "traces": str(tmp_path)}
    found = []
    for result in engine.results(doing(**about), STRETCHES, read):
        found.append(result)
        if len(found) == 2:
            nodes.remove_node(node, allow_graceful=False)
    assert (tmp_path / "died").exists()
    assert found == EXPECTED


def test_cancelled_in_the_middle_of_a_long_stretch(engine, tmp_path):
    began: list[float] = []

    def check():
        if list(tmp_path.glob("loaded-*")):  # the computation, of a minute and more, is on its way
            began.append(time.monotonic())
            raise Cancelled

    with interruptible(check), pytest.raises(Cancelled):
        list(engine.results(doing(seconds=10, traces=str(tmp_path)), STRETCHES, read))
    assert time.monotonic() - began[0] < 10  # an item takes that long, a stretch fifty seconds


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1:1", "there is no cluster at 127.0.0.1:1 .*ray start --head"),
        ("cluster", "expected HOST:PORT"),
        ("ray://127.0.0.1:10001", "expected HOST:PORT"),
    ],
)
def test_an_address_without_a_cluster(address, said):
    with pytest.raises(ProjnerError, match=said):
        joining.check_reached(address)


def test_ray_is_not_installed(monkeypatch):
    monkeypatch.setattr(joining.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ProjnerError, match=r'pip install "projner\[ray\]"'):
        RayEngine()


def test_an_address_is_for_ray_alone(capsys):
    assert cli.main(["run", "--project", "any", "--address", "here:6379"]) == 1
    assert "--engine ray" in capsys.readouterr().err
