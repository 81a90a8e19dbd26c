"""What is asked of a cluster's nodes, and how they share the work: without a cluster."""

from __future__ import annotations

import os

import pytest

from projner_core import __version__
from projner_core.errors import ProjnerError
from projner_core.inference import devices
from projner_core.pipeline import nodes
from projner_core.pipeline.cluster import Connection, Share
from projner_core.pipeline.config import StageConfig
from projner_core.pipeline.engines import Work


def having(monkeypatch, *resources):
    monkeypatch.setattr(nodes, "alive", lambda: [{"Resources": one} for one in resources])


def answering(monkeypatch, *answers):
    """Nodes 10.0.0.1, 10.0.0.2, … answer so, whatever they are asked; it gives what they were given."""
    asked = []

    def answers_of(of, ask, *given):
        asked.append(given)
        return [(f"10.0.0.{number}", answer) for number, answer in enumerate(answers, 1)]

    monkeypatch.setattr(nodes, "_answers", answers_of)
    return asked


@pytest.mark.parametrize(
    ("resources", "share"),
    [
        ([{"CPU": 2}, {"CPU": 64}, {"CPU": 64}], Share(8, 0, 16)),  # a small head node runs no model
        ([{"CPU": 1}, {"CPU": 16}], Share(8, 0, 2)),
        ([{"CPU": 16}], Share(8, 0, 2)),
        ([{"CPU": 4}, {"CPU": 4}, {"CPU": 2}], Share(4, 0, 2)),
        ([{"CPU": 1}], Share(1, 0, 1)),
        ([{"CPU": 64}, {"CPU": 4, "GPU": 1}, {"CPU": 8, "GPU": 2}], Share(1, 1, 3)),
        ([{"CPU": 8, "GPU": 400}], Share(1, 1, 100)),
    ],
)
def test_a_model_gets_a_gpu_or_as_many_processors_as_the_largest_node_has(monkeypatch, resources, share):
    having(monkeypatch, *resources)
    assert Connection(own=False, joined=False).share(heavy=True, most=100) == share


def test_what_runs_no_model_gets_a_process_a_processor(monkeypatch):
    having(monkeypatch, {"CPU": 2, "GPU": 1}, {"CPU": 30})
    assert Connection(own=False, joined=False).share(heavy=False, most=100) == Share(1, 0, 32)
    having(monkeypatch, {"CPU": 0})
    with pytest.raises(ProjnerError, match="no node of the cluster offers a processor"):
        Connection(own=False, joined=False).share(heavy=True, most=1)


TRANSLATING = Work("translate", StageConfig(name="nllb", beams=1), {"pairs": 3})


@pytest.mark.parametrize(
    ("answers", "sent"),
    [
        (["bfloat16", "bfloat16"], None),
        (["float32", "float32"], None),
        (["bfloat16", "float32"], "float32"),
        (["mixed", "mixed"], "float32"),
    ],
)
def test_unlike_nodes_compute_in_numbers_that_all_can(monkeypatch, answers, sent):
    having(monkeypatch, {"CPU": 4, "GPU": 1}, {"CPU": 4, "GPU": 1})
    asked = answering(monkeypatch, *answers)
    connection = Connection(own=False, joined=False)
    found = connection.alike(TRANSLATING)
    assert found.config.settings.get("dtype") == sent
    assert found.config.settings["beams"] == 1
    assert (found.stage, found.about) == (TRANSLATING.stage, TRANSLATING.about)
    connection.alike(TRANSLATING)
    assert asked == [("auto",)]  # once


def test_nodes_are_not_asked_for_numbers_that_are_set_or_that_there_are_none_of(monkeypatch):
    having(monkeypatch, {"CPU": 4}, {"CPU": 4})
    asked = answering(monkeypatch, "bfloat16", "float32")
    connection = Connection(own=False, joined=False)
    for work in (
        Work("translate", StageConfig(name="nllb", dtype="bfloat16")),
        Work("project", StageConfig(name="heuristic")),
        Work("align", StageConfig(name="identity")),
    ):
        assert connection.alike(work) is work
    having(monkeypatch, {"CPU": 4}, {"CPU": 0})
    assert connection.alike(TRANSLATING) is TRANSLATING  # by one node
    assert asked == []


def test_a_node_looks_at_the_gpus_that_ray_hides_from_who_takes_none(monkeypatch):
    import torch

    abilities = [(9, 0), (9, 0), (7, 5)]
    monkeypatch.setattr(torch.cuda, "is_available", lambda: "CUDA_VISIBLE_DEVICES" not in os.environ)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: len(abilities))
    monkeypatch.setattr(
        torch.cuda, "get_device_capability", lambda name: abilities[int(name.partition(":")[2])]
    )
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert nodes._dtype("auto") == "mixed"
    assert nodes._dtype("cuda:0,cuda:1") == "bfloat16"
    del abilities[:2]
    abilities.append((7, 5))
    assert nodes._dtype("auto") == "float32"
    assert nodes._dtype("cpu") == devices.dtype("auto", "cpu")


HERE = nodes._versions()()


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (HERE | {"torch": "2.0.1"}, r"10\.0\.0\.2 of the cluster has torch 2\.0\.1, and this machine"),
        ({key: HERE[key] for key in HERE if key != "tokenizers"}, r"has tokenizers none, and this machine"),
        (HERE | {"projner": "0.0.1"}, rf"has projner 0\.0\.1, and this machine {__version__}"),
        ({key: HERE[key] for key in HERE if key != "projner"}, r"projner is not installed on the node 10\.0"),
    ],
)
def test_a_node_with_other_versions_is_refused(monkeypatch, there, said):
    having(monkeypatch)
    answering(monkeypatch, HERE, there)
    with pytest.raises(ProjnerError, match=said):
        nodes.check_nodes()


def test_nodes_with_the_same_versions_will_do(monkeypatch):
    having(monkeypatch)
    answering(monkeypatch, HERE, dict(HERE))
    nodes.check_nodes()
    assert HERE["projner"] == __version__
    assert "torch" in HERE
