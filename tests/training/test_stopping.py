"""A training that was killed or stopped goes on, and ends where an unbroken one ends."""

from __future__ import annotations

import pytest
import torch
from safetensors.numpy import load_file

from projner_core.errors import ProjnerError
from projner_core.inference.interruption import interruptible
from projner_core.training import loop, train
from projner_core.training.states import Standing, States
from tests import models
from tests.training.toy import quick, texts, toy


class Killed(BaseException):
    """What no handler catches: the process is gone."""


def weights(folder):
    return {name: array.tobytes() for name, array in load_file(folder / "model.safetensors").items()}


def killed_at(step):
    def on_step(report):
        if report.step == step and not report.ends_epoch:
            raise Killed

    return on_step


SETTINGS = {"epochs": 4, "dropout": 0.2, "upper_case_share": 0.2, "mask_share": 0.1}


@pytest.mark.parametrize("model", ["cased", "uncased"])
def test_a_killed_training_ends_in_the_weights_of_an_unbroken_one(model, request, tmp_path):
    config = quick(request.getfixturevalue(model), **SETTINGS)
    corpora, dev = [toy(70)], [toy(30, seed=1)]  # 5 steps an epoch
    unbroken = train(config, corpora, dev, tmp_path / "unbroken")

    out = tmp_path / "killed"
    for step in (3, 8, 9, 19):
        with pytest.raises(Killed):
            train(config, corpora, dev, out, on_step=killed_at(step))
        assert not out.exists()
    seen = []
    resumed = train(config, corpora, dev, out, on_step=seen.append)
    assert min(report.step for report in seen) == 16  # three epochs were kept
    assert weights(resumed.folder) == weights(unbroken.folder)
    assert resumed.record == unbroken.record
    assert not (tmp_path / "killed.training").exists()


def test_killed_while_its_state_is_written_it_goes_on_from_the_epoch_before(cased, tmp_path, monkeypatch):
    config, corpora = quick(cased, **SETTINGS), [toy(70)]
    unbroken = train(config, corpora, [], tmp_path / "unbroken")
    save, calls = torch.save, []

    def broken(content, stream):
        calls.append(stream.name)
        if len(calls) == 4:  # the state of the second epoch
            stream.write(b"half of it")
            raise Killed
        save(content, stream)

    monkeypatch.setattr(torch, "save", broken)
    with pytest.raises(Killed):
        train(config, corpora, [], tmp_path / "killed")
    seen = []
    resumed = train(config, corpora, [], tmp_path / "killed", on_step=seen.append)
    assert seen[0].step == 6
    assert weights(resumed.folder) == weights(unbroken.folder)


def test_after_patience_ended_it_a_resumed_training_does_not_go_on(cased, tmp_path, monkeypatch):
    config = quick(cased, epochs=30, patience=1)
    corpora, dev = [toy()], [toy(40, seed=1)]

    def killed(*args):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("projner_core.training.saving.write_folder", killed)
        with pytest.raises(Killed):
            train(config, corpora, dev, tmp_path / "tagger")
    seen = []
    resumed = train(config, corpora, dev, tmp_path / "tagger", on_step=seen.append)
    assert seen == []
    assert len(resumed.record.history) == resumed.record.best + 1


def test_a_training_is_stopped_between_two_steps(cased, tmp_path):
    class Stopped(ProjnerError):
        pass

    steps = []

    def check():
        if len(steps) == 2:
            raise Stopped

    with interruptible(check), pytest.raises(Stopped):
        train(quick(cased), [toy()], [], tmp_path / "tagger", on_step=steps.append)
    assert len(steps) == 2
    assert not (tmp_path / "tagger").exists()
    assert train(quick(cased, epochs=1), [toy(40)], [], tmp_path / "other").folder.is_dir()


def test_another_training_is_not_gone_on_with(cased, tmp_path):
    config = quick(cased, epochs=2)
    with pytest.raises(Killed):
        train(config, [toy(70)], [], tmp_path / "tagger", on_step=killed_at(7))
    with pytest.raises(ProjnerError, match="unfinished training with other settings or sentences: delete"):
        train(config, [toy(70, seed=1)], [], tmp_path / "tagger")
    with pytest.raises(ProjnerError, match="unfinished training with other settings"):
        train(config.changed(learning_rate=1e-4), [toy(70)], [], tmp_path / "tagger")


def test_a_damaged_state_is_said(tmp_path):
    folder = tmp_path / "tagger.training"
    folder.mkdir()
    (folder / "state.pt").write_bytes(b"\x00 no state")
    with pytest.raises(ProjnerError, match=r"state.pt cannot be read: delete the folder"):
        States(folder, "mark").read()


def test_a_full_disk_is_said_and_leaves_the_state_before(tmp_path, monkeypatch):
    states = States(tmp_path / "tagger.training", "mark")
    one = {"weight": torch.ones(2)}
    states.write(Standing("mark", 1, 1), one, {}, is_best=True)

    def full(content, stream):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(ProjnerError, match=r"cannot be kept in .* Free some room"):
        states.write(Standing("mark", 2, 2), one, {}, is_best=True)
    kept = states.read()
    assert kept is not None
    assert kept[0] == Standing("mark", 1, 1)
    assert torch.equal(states.best_weights(kept[0])["weight"], torch.ones(2))


def test_no_more_than_the_best_weights_are_kept(tmp_path):
    states = States(tmp_path / "tagger.training", "mark")
    for epoch, best in [(1, 1), (2, 2), (3, 2), (4, 4)]:
        states.write(Standing("mark", epoch, best), {"w": torch.tensor([epoch])}, {}, is_best=epoch == best)
        kept = states.read()
        assert kept is not None
        assert states.best_weights(kept[0])["w"].tolist() == [best]
        assert len(list(states.folder.glob("best-*.pt"))) == 1
    states.forget()
    assert not states.folder.exists()


def test_out_of_memory_halves_the_batch_and_learns_the_same(tmp_path, monkeypatch):
    still = models.bert(
        tmp_path / "bert", texts(), layers=1, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    config = quick(still, epochs=1)
    backward, sizes, steps = loop._Training._backward, [], []
    whole = train(config, [toy(60)], [], tmp_path / "whole", on_step=steps.append)
    losses = [step.loss for step in steps]

    def small(self, batch, weight):
        sizes.append(len(batch))
        if len(batch) > 4:
            raise RuntimeError("CUDA out of memory. Tried to allocate 20 MiB")
        return backward(self, batch, weight)

    monkeypatch.setattr(loop._Training, "_backward", small)
    steps.clear()
    halved = train(config, [toy(60)], [], tmp_path / "halved", on_step=steps.append)
    assert {16, 8, 4} <= set(sizes)
    assert [step.loss for step in steps] == pytest.approx(losses, rel=1e-3)
    assert halved.record.history[0]["loss"] == pytest.approx(whole.record.history[0]["loss"], rel=1e-3)

    def none_fits(self, batch, weight):
        raise MemoryError

    monkeypatch.setattr(loop._Training, "_backward", none_fits)
    with pytest.raises(ProjnerError, match="memory does not suffice for one sentence"):
        train(config, [toy(60)], [], tmp_path / "never")
