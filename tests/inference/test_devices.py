"""What is told of devices, and that telling it loads nothing."""

from __future__ import annotations

import subprocess
import sys
import weakref
from dataclasses import asdict

import pytest

from projner_core import inference
from projner_core.inference import catalogue, devices, keeping
from tests import models

GIB = 2**30


def test_the_processor_has_a_name_and_memory_that_this_process_uses_a_part_of():
    facts = devices.describe("cpu", "float32")
    assert (facts.kind, facts.dtype) == ("cpu", "float32")
    assert facts.name
    if facts.memory_total is not None and facts.memory_used is not None:
        assert 0 < facts.memory_used < facts.memory_total


@pytest.fixture
def gpus(monkeypatch):
    import torch

    class Properties:
        name, total_memory = "NVIDIA L4", 24 * GIB

    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: Properties)
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda device: 3 * GIB)


def test_a_gpu_and_two_of_them(gpus):
    assert devices.describe("cuda", "bfloat16") == devices.DeviceFacts(
        "NVIDIA L4", "cuda", "bfloat16", 24 * GIB, 3 * GIB
    )
    both = devices.describe("cuda:0,cuda:1", "bfloat16")
    assert (both.name, both.kind) == ("2 × NVIDIA L4", "cuda")
    assert (both.memory_total, both.memory_used) == (48 * GIB, 6 * GIB)


def test_facts_are_those_of_the_model_loaded_last_and_none_without_one(tmp_path, monkeypatch, gpus):
    monkeypatch.setattr(keeping, "_loaded", type(keeping._loaded)())
    assert devices.facts_now() is None
    encoder = inference.load_encoder(str(models.bert(tmp_path)), device="cpu", dtype="float32")
    facts = devices.facts_now()
    assert facts is not None
    assert (facts.kind, facts.dtype) == ("cpu", "float32")
    assert asdict(facts).keys() == {"name", "kind", "dtype", "memory_total", "memory_used"}

    class Other:
        device, dtype, others = "cuda:0", "bfloat16", ()

    first, second = Other(), Other()
    first.others, second.device = (second,), "cuda:1"
    keeping.share("another", lambda: first)
    found = devices.facts_now()
    assert found is not None
    assert found.name == "2 × NVIDIA L4"
    assert encoder.device == "cpu"


def test_facts_wait_for_no_model_that_is_being_loaded(monkeypatch):
    """The worker says every second that it is alive, also while a model is loaded for minutes."""
    import threading

    begun, end, told = threading.Event(), threading.Event(), []

    def load():
        begun.set()
        assert end.wait(20)
        return Model()

    loading = threading.Thread(target=keeping.share, args=("slow", load))
    loading.start()
    assert begun.wait(20)
    asking = threading.Thread(target=lambda: told.append(devices.facts_now()))
    asking.start()
    asking.join(10)
    answered = bool(told)
    end.set()
    loading.join()
    asking.join()
    assert answered


def test_what_is_freed_goes_back_to_the_gpu_after_it_was_let_go_of(monkeypatch):
    import torch

    released = []
    watched = weakref.ref(keeping.share("on a gpu", Model))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: released.append(watched() is None))
    inference.free()
    assert released == [True]


class Model:
    device, dtype = "cpu", "float32"


def test_asking_imports_neither_torch_nor_the_hubs_library():
    code = (
        "import sys; from projner_core.inference.devices import describe, facts_now; "
        "from projner_core.inference import catalogue; "
        "assert facts_now() is None; describe('cpu'); describe('cuda'); "
        "print(sorted({'torch', 'transformers', 'huggingface_hub'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# Models that are known


def test_every_known_model_has_a_name_of_its_own_and_is_found_under_it():
    names = [name for model in catalogue.MODELS for name in (model.name, model.other_name) if name]
    assert len(names) == len({*names})
    for model in catalogue.MODELS:
        assert catalogue.about(model.name) is model
        assert model.licence
        assert model.languages
    opus = catalogue.about("Helsinki-NLP/opus-mt-en-sw")
    assert opus is not None
    assert opus.title == "OPUS-MT"
    assert catalogue.about("") is None
    assert catalogue.about("someone/else") is None


def test_every_system_that_a_known_model_is_for_exists():
    from projner_core import aligners, projectors, taggers, translators

    systems = {
        name
        for registry in (
            aligners.registry,
            projectors.registry,
            taggers.registry,
            translators.registry,
            translators.back_translators,
        )
        for name in registry.names()
    }
    assert {system for model in catalogue.MODELS for system in model.systems} <= systems


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (12_300, "12 kB"),
        (430_000_000, "430 MB"),
        (2_460_000_000, "2.5 GB"),
    ],
)
def test_sizes_in_words(count, text):
    assert catalogue.size_text(count) == text
