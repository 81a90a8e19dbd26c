"""How much a batch may hold: found out, kept, shared."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projner_core import inference
from projner_core.errors import ProjnerError
from projner_core.inference.batching import Budget, Waiting, is_out_of_memory
from projner_core.inference.devices import MemoryUse
from projner_core.inference.interruption import interruptible

LENGTHS = st.lists(st.integers(1, 60), max_size=40)
GIB = 2**30


def out_of_memory(kind):
    import torch

    return {
        "cuda": torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB."),
        "older": RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0)"),
        "mps": RuntimeError("MPS backend out of memory (MPS allocated: 17.9 GB)"),
        "cpu": RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: not enough memory"),
        "python": MemoryError(),
    }[kind]


class Machine:
    """Computes batches, of a size up to `limit`."""

    def __init__(self, lengths, limit, error=None):
        self.lengths, self.limit, self.error = lengths, limit, error or MemoryError()
        self.sizes = []

    def compute(self, positions):
        size = len(positions) * max(self.lengths[position] for position in positions)
        self.sizes.append(size)
        if size > self.limit:
            raise self.error
        return [self.lengths[position] for position in positions]

    def failures(self):
        return [size for size in self.sizes if size > self.limit]


def results(lengths, machine, budget):
    found = {}
    for positions, values in inference.in_batches(lengths, machine.compute, budget=budget):
        found.update(zip(positions, values, strict=True))
    return found


@pytest.mark.parametrize("kind", ["cuda", "older", "mps", "cpu", "python"])
def test_what_was_found_out_is_kept_for_later_calls(kind):
    lengths = [10] * 30
    machine = Machine(lengths, 70, out_of_memory(kind))
    budget = Budget(300)
    assert results(lengths, machine, budget) == dict(enumerate(lengths))
    assert machine.failures() == [300, 150, 70 + 5] or machine.failures() == [300, 150]
    assert budget.pieces <= 75
    known = len(machine.failures())
    assert results(lengths, machine, budget) == dict(enumerate(lengths))
    assert len(machine.failures()) == known, "the second call began small"


@settings(deadline=None)
@given(st.lists(LENGTHS, min_size=1, max_size=4), st.integers(1, 600), st.integers(60, 400))
def test_every_item_is_computed_once_and_no_size_fails_twice(calls, pieces, limit):
    budget = Budget(pieces)
    failed = []
    for lengths in calls:
        machine = Machine(lengths, limit)
        assert results(lengths, machine, budget) == dict(enumerate(lengths))
        done = [size for size in machine.sizes if size <= limit]
        assert len(done) + len(machine.failures()) == len(machine.sizes)
        failed += machine.failures()
    assert failed == sorted({*failed}, reverse=True)


def test_a_number_as_budget_is_forgotten_after_the_call():
    lengths = [10] * 4
    for _ in range(2):
        machine = Machine(lengths, 20)
        results(lengths, machine, 40)
        assert machine.failures() == [40]


def test_one_sentence_too_large_is_a_sentence_and_does_not_make_the_budget_smaller():
    machine = Machine([700], 100)
    budget = Budget(300)
    with pytest.raises(ProjnerError, match="does not suffice for one sentence of 700 pieces"):
        results([700], machine, budget)
    assert budget.pieces == 300


def test_memory_that_ran_out_in_a_thread_is_known_in_another():
    budget = Budget(400)
    lengths = [10] * 40
    first = Machine(lengths, 100)
    thread = threading.Thread(target=results, args=(lengths, first, budget))
    thread.start()
    thread.join()
    assert first.failures() == [400, 200]
    second = Machine(lengths, 100)
    results(lengths, second, budget)
    assert second.failures() == []


@pytest.mark.parametrize(
    ("said", "memory"),
    [
        ("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", True),
        ("cuDNN error: CUDNN_STATUS_ALLOC_FAILED", True),
        ("CUDA out of memory. Tried to allocate 2.00 GiB", True),
        ("CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasSgemm`", False),
        ("device-side assert triggered", False),
    ],
)
def test_what_devices_say_of_their_memory(said, memory):
    assert is_out_of_memory(RuntimeError(said)) is memory


def test_threads_that_fail_at_once_halve_it_once():
    budget = Budget(400)
    threads = [threading.Thread(target=budget.failed, args=(400,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert budget.pieces == 200


def test_positions_are_taken_by_one_thread_each():
    waiting = Waiting([1 + position % 7 for position in range(2000)])
    taken = [[] for _ in range(6)]

    def take(mine):
        while positions := waiting.take(20):
            mine.extend(positions)

    threads = [threading.Thread(target=take, args=(mine,)) for mine in taken]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(position for mine in taken for position in mine) == list(range(2000))


# On a CUDA device it grows


def grown(budget, *, per_piece, available=16 * GIB, before=2 * GIB, calls=20):
    """Its pieces after some batches that filled it."""
    for _ in range(calls):
        size = budget.pieces
        budget.succeeded(size, MemoryUse(before, before + size * per_piece, available))
    return budget.pieces


def test_it_doubles_while_twice_as_much_would_fit_easily():
    budget = Budget(1000, device="cuda:1")
    size = grown(budget, per_piece=GIB // 1000)
    assert size == 8000  # 2 + 8 GiB of 16; with 16,000 more would be held than there is
    assert grown(Budget(1000, device="cuda"), per_piece=1) == 16_000, "there is a bound"


def test_it_does_not_grow_elsewhere_nor_by_batches_that_were_small_anyway():
    assert grown(Budget(1000), per_piece=1) == 1000
    assert Budget(1000).watch() is None
    budget = Budget(1000, device="cuda")
    budget.succeeded(300, MemoryUse(0, 1, 16 * GIB))
    budget.succeeded(900, None)
    assert budget.pieces == 1000


def test_it_never_grows_to_what_failed():
    budget = Budget(1000, device="cuda")
    budget.failed(1000)
    assert grown(budget, per_piece=1) == 500


@pytest.fixture
def gpu(monkeypatch):
    """A CUDA device with 16 GiB, of which 2 hold a model; a piece takes 1 MiB."""
    import torch

    state = {"peak": 2 * GIB, "free": 14 * GIB, "resets": 0}

    def reset(device):
        state["resets"] += 1
        state["peak"] = 2 * GIB

    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda device: 2 * GIB)
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda device: 2 * GIB)
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda device: state["peak"])
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", reset)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (state["free"], 16 * GIB))
    return state


def test_on_a_gpu_batches_grow_within_a_call_and_stay_large(gpu):
    lengths = [10] * 3000
    sizes = []

    def compute(positions):
        sizes.append(10 * len(positions))
        gpu["peak"] = 2 * GIB + sizes[-1] * 2**20
        return positions

    budget = Budget.on("cuda", cpu=512, cuda=1000)
    assert budget.pieces == 875  # 14 of the 16 GiB that it is meant for are free
    done = [position for now, _ in inference.in_batches(lengths, compute, budget=budget) for position in now]
    assert sorted(done) == list(range(3000))
    assert sizes[:4] == [870, 1750, 3500, 7000]
    assert max(sizes) == 7000  # 2 + 7 GiB; twice as much is beyond 0.7 of 16
    assert budget.pieces == 7000


def test_a_gpu_that_is_nearly_full_begins_small(gpu):
    gpu["free"] = GIB
    assert Budget.on("cuda:0", cpu=512, cuda=16_000).pieces == 1000
    assert Budget.on("mps", cpu=512, cuda=16_000, mps=2000).pieces == 2000


def test_before_every_batch_it_is_asked_whether_anyone_wants_it():
    machine = Machine([10] * 8, 100)
    asked = []

    def check():
        asked.append(len(machine.sizes))
        if len(asked) == 3:
            raise ProjnerError("cancelled")

    with interruptible(check), pytest.raises(ProjnerError, match="cancelled"):
        results([10] * 8, machine, 20)
    assert asked == [0, 1, 2]
    assert machine.sizes == [20, 20]
