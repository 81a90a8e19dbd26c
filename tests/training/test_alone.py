"""One training, one process, one kind of machine; nothing is left lying about."""

from __future__ import annotations

import pytest

from projner_core.alone import alone
from projner_core.errors import ProjnerError
from projner_core.training import train, train_seeds
from projner_core.training.states import States
from tests.training.test_stopping import Killed, killed_at
from tests.training.toy import quick, toy


def test_two_processes_do_not_train_into_one_folder(cased, tmp_path):
    config, out = quick(cased, epochs=1), tmp_path / "tagger"

    def another(step):
        with pytest.raises(ProjnerError, match=r"another process is training into .*tagger: wait"):
            train(config, [toy(20)], [], out)

    train(config, [toy(20)], [], out, on_step=another)
    assert [path.name for path in tmp_path.iterdir()] == ["tagger"]
    with alone(tmp_path / "spacy.training", "held"), pytest.raises(ProjnerError, match="another process"):
        train(config.changed(kind="spacy"), [toy(20)], [], tmp_path / "spacy")


def test_killed_between_its_last_two_steps_it_is_tidied_by_the_next(cased, tmp_path, monkeypatch):
    config, out = quick(cased, epochs=1), tmp_path / "tagger"

    def killed(*args, **keywords):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(States, "forget", killed)
        with pytest.raises(Killed):
            train(config, [toy(20)], [], out)
    assert (tmp_path / "tagger.training").is_dir()
    train(config, [toy(20)], [], out)
    assert [path.name for path in tmp_path.iterdir()] == ["tagger"]


def test_what_failed_at_once_leaves_nothing(cased, tmp_path):
    from projner_core.training import corpus

    with pytest.raises(ProjnerError, match="no sentence has an entity"):
        train(quick(cased), [corpus("plain", [(["a"], ["O"])])], [], tmp_path / "tagger")
    assert not list(tmp_path.iterdir())


def test_a_place_that_is_none_is_a_sentence(cased, tmp_path):
    with pytest.raises(ProjnerError, match=r"there is no folder .*nowhere"):
        train_seeds(quick(cased), [toy(20)], [], tmp_path / "nowhere" / "deep", 2)
    (tmp_path / "file").write_text("")
    with pytest.raises(ProjnerError, match="cannot be made"):
        train_seeds(quick(cased), [toy(20)], [], tmp_path / "file", 2)


@pytest.mark.parametrize("change", ["dtype", "torch"])
def test_a_training_is_not_gone_on_with_on_another_machine(cased, tmp_path, monkeypatch, change):
    """`auto` is another thing on another machine: half of the weights would be of each."""
    config, out = quick(cased, epochs=2, dtype="auto"), tmp_path / "tagger"
    monkeypatch.setattr("projner_core.inference.devices.dtype", lambda name, place: "float32")
    with pytest.raises(Killed):
        train(config, [toy(70)], [], out, on_step=killed_at(7))
    with monkeypatch.context() as patched:
        if change == "dtype":
            patched.setattr("projner_core.inference.devices.dtype", lambda name, place: "bfloat16")
        else:
            patched.setattr("torch.__version__", "2.99.0")
        with pytest.raises(
            ProjnerError, match=r"begun with device cpu, dtype float32, torch .*; here it would"
        ):
            train(config, [toy(70)], [], out)
    assert train(config, [toy(70)], [], out).folder == out
