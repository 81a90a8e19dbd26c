"""Several devices share the batches of a call."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projner_core import aligners, inference
from projner_core.corpus import Pair, Sentence
from projner_core.errors import ProjnerError
from projner_core.inference import devices
from projner_core.inference.batching import Budget
from projner_core.inference.interruption import checkpoint, interruptible
from projner_core.inference.sharing import across, load_all
from tests import models


class Model:
    """Computes on a "device" that holds batches up to `limit`; what it makes does not depend on the batch."""

    others = ()

    def __init__(self, name, lengths, limit=10**9):
        self.name, self.lengths, self.limit = name, lengths, limit
        self.budget = Budget(100)
        self.batches = 0

    def compute(self, positions):
        self.batches += 1
        if sum(self.lengths[position] for position in positions) > self.limit:
            raise MemoryError
        return [3 * self.lengths[position] for position in positions]


def run(lengths, replicas):
    found = {}
    shared = across(
        lengths, replicas, lambda model, now: model.compute(now), budget=lambda model: model.budget
    )
    for positions, values in shared:
        found.update(zip(positions, values, strict=True))
    return found


@contextmanager
def ending():
    """Replicas that go on asking, and that nobody tells to stop, are stopped here and found out."""
    here, asked = threading.current_thread(), []

    def check():
        if threading.current_thread() is not here:
            asked.append(None)
            if len(asked) > 150:
                raise RuntimeError("nobody told it to stop")

    with interruptible(check):
        yield
    assert len(asked) <= 150


@settings(deadline=None)
@given(st.lists(st.integers(1, 50), max_size=60), st.integers(1, 5), st.integers(50, 120))
def test_results_do_not_depend_on_how_many_share_them_nor_on_their_memory(lengths, count, limit):
    replicas = [Model(str(number), lengths, limit) for number in range(count)]
    assert run(lengths, replicas) == {position: 3 * length for position, length in enumerate(lengths)}


def test_every_replica_takes_part_and_a_slow_one_holds_up_nobody():
    lengths = [10] * 100
    slow, quick = Model("slow", lengths), Model("quick", lengths)
    everything_else = threading.Event()
    compute = slow.compute

    def wait(positions):
        everything_else.wait(20)
        return compute(positions)

    slow.compute = wait
    done = []
    for positions, _ in across(
        lengths, [slow, quick], lambda model, now: model.compute(now), budget=lambda model: model.budget
    ):
        done.append(positions)
        if len(done) == 9:  # of ten batches: the slow one has the last
            everything_else.set()
    assert (slow.batches, quick.batches) == (1, 9)


@pytest.mark.parametrize("error", [ProjnerError("no numbers"), ValueError("a fault"), KeyboardInterrupt()])
def test_the_first_error_stops_all_and_is_raised_here(error):
    lengths = [10] * 1000
    one, other = Model("one", lengths), Model("other", lengths)

    def fail(positions):
        raise error

    one.compute = fail
    before = threading.active_count()
    with ending(), pytest.raises(type(error)):
        run(lengths, [one, other])
    assert threading.active_count() == before
    assert other.batches < 100


def test_who_cancels_the_call_cancels_every_replica():
    lengths = [10] * 1000
    replicas = [Model(str(number), lengths) for number in range(3)]
    asked = []

    def check():
        asked.append(threading.current_thread().name)
        if len(asked) > 20:
            raise ProjnerError("cancelled")

    with interruptible(check), pytest.raises(ProjnerError, match="cancelled"):
        run(lengths, replicas)
    assert sum(model.batches for model in replicas) <= 20
    assert len({*asked} - {threading.current_thread().name}) >= 2


def test_who_waits_for_a_batch_that_takes_long_notices_a_cancel():
    lengths = [10] * 20
    replicas = [Model(str(number), lengths) for number in range(2)]
    here, cancelled = threading.current_thread(), threading.Event()
    unnoticed = []

    def check():
        if threading.current_thread() is here:
            cancelled.set()
            raise ProjnerError("cancelled")

    def compute(model, positions):
        if not cancelled.wait(20):  # one layer of a large model
            unnoticed.append(model)
        return model.compute(positions)

    with interruptible(check), pytest.raises(ProjnerError, match="cancelled"):
        list(across(lengths, replicas, compute, budget=lambda model: model.budget))
    assert unnoticed == []


def test_results_wait_for_who_takes_them():
    lengths = [10] * 1000
    replicas = [Model(str(number), lengths) for number in range(3)]
    shared = across(
        lengths, replicas, lambda model, now: model.compute(now), budget=lambda model: model.budget
    )
    for taken, _ in enumerate(shared, 1):
        if taken == 5:
            threading.Event().wait(0.3)
        assert sum(model.batches for model in replicas) <= taken + 2 * len(replicas)
    assert taken == 100


def test_when_nobody_takes_the_results_any_more_the_replicas_rest():
    lengths = [10] * 1000
    replicas = [Model(str(number), lengths) for number in range(2)]

    def compute(model, positions):
        checkpoint()
        return model.compute(positions)

    before = threading.active_count()
    with ending():
        shared = across(lengths, replicas, compute, budget=lambda model: model.budget)
        next(shared)
        shared.close()
    assert threading.active_count() == before
    assert sum(model.batches for model in replicas) < 100


def test_the_context_and_the_mode_of_torch_go_with_the_work():
    import torch

    told = ContextVar("told", default="nothing")
    told.set("something")
    seen = []

    def compute(model, positions):
        seen.append((told.get(), torch.is_inference_mode_enabled()))
        return positions

    lengths = [10] * 40
    replicas = [Model(str(number), lengths) for number in range(2)]
    with torch.inference_mode():
        list(across(lengths, replicas, compute, budget=lambda model: model.budget))
    assert {*seen} == {("something", True)}


def test_the_first_knows_the_others_and_is_freed_with_them():
    import gc
    import weakref

    model = load_all(lambda place: Model(place, []), ["cuda:0", "cuda:1", "cuda:2"])
    assert [model.name, *(other.name for other in model.others)] == ["cuda:0", "cuda:1", "cuda:2"]
    watched = [weakref.ref(one) for one in (model, *model.others)]
    gc.disable()
    del model
    gc.enable()
    assert [reference() for reference in watched] == [None] * 3


def test_an_encoder_on_several_devices_aligns_as_on_one(tmp_path, monkeypatch):
    folder = models.bert(tmp_path / "bert")
    texts = [text.split() for text in models.TEXTS]
    pairs = [
        Pair(str(number), Sentence(tuple(one)), Sentence(tuple(other)))
        for number, (one, other) in enumerate(zip(texts, texts[1:] + texts[:1], strict=True))
    ]
    alone = aligners.create("simalign", model=str(folder), device="cpu", dtype="float32", layer=2).align(
        pairs
    )
    used = []
    hidden = inference.Encoder.hidden

    def noted(self, *given, **told):
        used.append(self)
        return hidden(self, *given, **told)

    monkeypatch.setattr(inference.Encoder, "hidden", noted)
    monkeypatch.setattr(inference.encoders.Budget, "on", lambda *_, **__: Budget(40))
    together = aligners.create(
        "simalign", model=str(folder), device="cpu,cpu", dtype="float32", layer=2
    ).align(pairs)
    assert len({id(encoder) for encoder in used}) == 2
    for one, other in zip(alone, together, strict=True):
        assert {(link.source, link.target) for link in one.links} == {
            (link.source, link.target) for link in other.links
        }
        assert np.allclose(
            [link.score for link in one.links], [link.score for link in other.links], atol=1e-5
        )


# Which devices those are


@pytest.fixture
def gpus(monkeypatch):
    import torch

    def have(count, capabilities=((8, 0),) * 4):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
        monkeypatch.setattr(
            torch.cuda, "get_device_capability", lambda name: capabilities[int(name.partition(":")[2] or 0)]
        )

    return have


def test_auto_is_every_gpu_that_there_is(gpus):
    gpus(1)
    assert devices.places("auto") == ("cuda",)
    gpus(3)
    assert devices.places("auto") == ("cuda:0", "cuda:1", "cuda:2")
    assert devices.device("auto") == "cuda:0"
    assert devices.places("cuda:2, cuda:0") == ("cuda:2", "cuda:0")
    assert devices.places("cuda") == ("cuda",)
    with pytest.raises(ProjnerError, match="has 3 CUDA devices, counted from 0"):
        devices.places("cuda:1,cuda:3")


@pytest.mark.parametrize(
    "name", ["", "cuda:", "cuda:0,", "auto,cpu", "cpu,tpu", "cuda:x", "cuda:٣", "cuda:²"]
)
def test_what_is_no_list_of_devices_is_a_sentence(name):
    with pytest.raises(ProjnerError, match="there is no device"):
        devices.check_device(name)


def test_all_must_multiply_bfloat16_for_any_to_compute_in_it(gpus):
    gpus(2, ((9, 0), (7, 5)))
    assert devices.dtype("auto", "cuda:0") == "bfloat16"
    assert devices.dtype("auto", "cuda:0,cuda:1") == "float32"
