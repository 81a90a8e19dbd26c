"""A long batch stops between two layers, and the model can be used again."""

from __future__ import annotations

import pytest

from projner_core import inference
from projner_core.errors import ProjnerError
from projner_core.inference.interruption import checkpoint, interruptible, interruptible_layers
from projner_core.inference.seq2seq import load_scorer
from tests import models, seq2seq_models

LAYERS = 12


class Stop(ProjnerError):
    pass


class Asked:
    """A check that says stop when it is asked for the n-th time."""

    def __init__(self, stop_at=None):
        self.times, self.stop_at = 0, stop_at

    def __call__(self):
        self.times += 1
        if self.times == self.stop_at:
            raise Stop("enough")


@pytest.fixture(scope="module")
def deep(tmp_path_factory):
    """A BERT of many layers, loaded."""
    folder = models.bert(tmp_path_factory.mktemp("models") / "deep", layers=LAYERS)
    return inference.load_encoder(str(folder), device="cpu", dtype="float32")


def hooks(network):
    return [len(module._forward_pre_hooks) + len(module._forward_hooks) for module in network.modules()]


@pytest.mark.parametrize("wanted", [LAYERS, LAYERS - 2, 0])
@pytest.mark.parametrize("stop_at", [1, 2, 7, LAYERS - 2])
def test_it_stops_before_the_layer_in_which_somebody_said_stop(deep, stop_at, wanted):
    sentences = [[5, 9, 11, 7, 8], [6, 10]]
    expected = deep.hidden(sentences, wanted)
    before = hooks(deep.network)
    run = []
    counting = [layer.register_forward_hook(lambda *_: run.append(1)) for layer in deep.network.encoder.layer]
    with interruptible(Asked(stop_at)), pytest.raises(Stop):
        deep.hidden(sentences, wanted)
    assert len(run) == stop_at - 1
    for handle in counting:
        handle.remove()
    assert hooks(deep.network) == before
    assert deep.hidden(sentences, wanted).equal(expected), "it is usable, and says the same"


def test_the_lock_is_free_after_a_stop(deep):
    import threading

    with interruptible(Asked(3)), pytest.raises(Stop):
        deep.hidden([[5, 6]], LAYERS)
    got = []
    thread = threading.Thread(target=lambda: got.append(deep.lock.acquire(timeout=10)))
    thread.start()
    thread.join()
    assert got == [True]


@pytest.mark.parametrize("maker", [models.nllb, models.marian, models.albert, models.xlm_roberta])
def test_every_kind_of_encoder_asks_before_each_of_its_layers(maker, tmp_path):
    encoder = inference.load_encoder(str(maker(tmp_path)), device="cpu", dtype="float32")
    encoder.hidden([[5, 6]], encoder.layers)  # the first time it finds out where to stop
    asked = Asked()
    with interruptible(asked):
        encoder.hidden([[5, 6]], encoder.layers)
    assert asked.times == encoder.layers


def test_a_block_of_t5_is_a_layer_and_its_parts_are_none():
    from transformers import T5Config, T5EncoderModel

    network = T5EncoderModel(
        T5Config(
            vocab_size=20, d_model=8, d_kv=4, d_ff=8, num_layers=3, num_heads=2, tie_word_embeddings=True
        )
    )
    interruptible_layers(network)
    asked = Asked()
    import torch

    with interruptible(asked):
        network(input_ids=torch.tensor([[1, 2]]))
    assert asked.times == 3


def test_hooks_are_set_once_however_often_it_is_asked_for(deep):
    before = hooks(deep.network)
    interruptible_layers(deep.network)
    assert hooks(deep.network) == before


def test_encoder_and_decoder_of_a_translation_model_stop_and_go_on(tmp_path):
    scorer = load_scorer(str(seq2seq_models.nllb(tmp_path)), device="cpu", dtype="float32")
    texts = ["Angela Merkel lebt in Berlin", "Berlin"]

    def score():
        return scorer.log_probabilities(texts, texts, source_lang="de", target_lang="en")

    expected = score()
    asked = Asked()
    with interruptible(asked):
        score()
    assert asked.times > 4  # two batches at least, layers of both halves
    for stop_at in range(1, asked.times + 1):
        with interruptible(Asked(stop_at)), pytest.raises(Stop):
            score()
        assert score() == expected


def test_what_a_context_around_asks_is_asked_too():
    outer, inner = Asked(), Asked()
    with interruptible(outer):
        with interruptible(inner):
            checkpoint()
        checkpoint()
    checkpoint()
    assert (outer.times, inner.times) == (2, 1)
