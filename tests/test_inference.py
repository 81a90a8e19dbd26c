"""Devices, batches, checkpoints and encoders: what runs a model, and what it says when it cannot."""

from __future__ import annotations

import gc
import json
import weakref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projner_core import inference
from projner_core.errors import ProjnerError
from tests import models

LENGTHS = st.lists(st.integers(1, 60), max_size=40)


@pytest.fixture(scope="module")
def bert(tmp_path_factory):
    return models.bert(tmp_path_factory.mktemp("models") / "bert")


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty Hugging Face cache."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub.file_download.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def without_weights(bert, tmp_path):
    """A copy of a model's folder that has everything but weights."""
    folder = tmp_path / "model"
    folder.mkdir()
    for path in bert.iterdir():
        if path.suffix != ".safetensors":
            (folder / path.name).write_bytes(path.read_bytes())
    return folder


# Batches


@settings(deadline=None)
@given(LENGTHS, st.integers(1, 200))
def test_batches_hold_every_item_once_within_their_budget_and_longest_first(lengths, budget):
    found = inference.batches(lengths, budget)
    assert sorted(position for batch in found for position in batch) == list(range(len(lengths)))
    for batch in found:
        assert len(batch) == 1 or len(batch) * max(lengths[position] for position in batch) <= budget
    in_order = [lengths[position] for batch in found for position in batch]
    assert in_order == sorted(in_order, reverse=True)


@settings(deadline=None)
@given(LENGTHS, st.integers(60, 400), st.integers(60, 400))
def test_out_of_memory_halves_the_batch_and_goes_on(lengths, budget, memory):
    """A machine that holds `memory` computes everything, and after each failure tries less than before."""
    tried, failed = [], []

    def compute(positions):
        size = len(positions) * max(lengths[position] for position in positions)
        tried.append(size)
        if size > memory:
            failed.append(size)
            raise RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: not enough memory")
        return [lengths[position] for position in positions]

    found = {}
    for positions, result in inference.in_batches(lengths, compute, budget=budget):
        found.update(zip(positions, result, strict=True))
    assert found == dict(enumerate(lengths))
    assert failed == sorted(set(failed), reverse=True), "a size that failed once is not tried again"


def test_cuda_running_out_of_memory_is_known_for_what_it_is():
    import torch

    sizes = []

    def compute(positions):
        sizes.append(len(positions))
        if len(positions) > 3:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB.")

    done = [positions for positions, _ in inference.in_batches([5] * 10, compute, budget=50)]
    assert sizes[0] == 10
    assert sorted(position for batch in done for position in batch) == list(range(10))
    assert max(map(len, done)) <= 3


def test_one_sentence_that_does_not_fit_is_a_sentence():
    def compute(positions):
        raise MemoryError

    with pytest.raises(ProjnerError, match="memory does not suffice for one sentence of 700 pieces"):
        list(inference.in_batches([700], compute, budget=100))


def test_other_errors_of_a_batch_are_not_taken_for_memory():
    def compute(positions):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="cannot be multiplied"):
        list(inference.in_batches([1, 2], compute, budget=100))


# Devices


def test_a_device_that_is_not_here_is_a_sentence():
    import torch

    assert inference.device("cpu") == "cpu"
    with pytest.raises(ProjnerError, match="there is no device 'tpu'"):
        inference.device("tpu")
    if not torch.cuda.is_available():
        with pytest.raises(ProjnerError, match="no CUDA device"):
            inference.device("cuda")


def test_auto_numbers_are_bfloat16_only_where_the_processor_multiplies_them(monkeypatch):
    for able, expected in [
        ({"avx512_bf16": True}, "bfloat16"),
        ({"amx_bf16": True}, "bfloat16"),
        ({"avx2": True, "avx512_bf16": False}, "float32"),
        ({}, "float32"),
    ]:
        monkeypatch.setattr("torch.cpu.get_capabilities", lambda able=able: able)
        assert inference.dtype("auto", "cpu") == expected
    assert inference.dtype("float16", "cpu") == "float16"
    with pytest.raises(ProjnerError, match="no dtype 'int8'"):
        inference.dtype("int8", "cpu")


# Where checkpoints are


def test_a_folder_that_does_not_exist(tmp_path):
    with pytest.raises(ProjnerError, match="there is no folder"):
        inference.locate(str(tmp_path / "absent"))


def test_a_folder_that_is_not_a_model(tmp_path):
    (tmp_path / "notes.txt").write_text("not a model")
    with pytest.raises(ProjnerError, match=r"holds no model: it has no config\.json"):
        inference.locate(str(tmp_path))
    with pytest.raises(ProjnerError, match="is a file"):
        inference.locate(str(tmp_path / "notes.txt"))


def test_a_hub_name_that_was_never_fetched_says_size_licence_and_command(cache):
    with pytest.raises(ProjnerError) as caught:
        inference.locate("facebook/nllb-200-distilled-600M")
    text = str(caught.value)
    assert "2.5 GB" in text
    assert "CC-BY-NC-4.0" in text
    assert "projner models fetch facebook/nllb-200-distilled-600M" in text
    assert str(cache) in text
    with pytest.raises(ProjnerError, match="projner models fetch someone/something-else"):
        inference.revision("someone/something-else")


@pytest.mark.parametrize(
    "kept_as", ["models--bert-base-multilingual-cased", "models--google-bert--bert-base-multilingual-cased"]
)
def test_a_hub_name_is_found_in_the_local_cache_under_either_of_its_names(cache, bert, kept_as):
    commit = "0123456789abcdef0123456789abcdef01234567"
    snapshot = cache / kept_as / "snapshots" / commit
    snapshot.mkdir(parents=True)
    for path in bert.iterdir():
        (snapshot / path.name).write_bytes(path.read_bytes())
    (cache / kept_as / "refs").mkdir()
    (cache / kept_as / "refs" / "main").write_text(commit)
    assert inference.revision("bert-base-multilingual-cased") == commit
    assert inference.load_encoder("bert-base-multilingual-cased", device="cpu").layers == 3


def test_the_revision_of_a_folder_changes_with_its_files_alone(tmp_path, bert):
    folder = without_weights(bert, tmp_path)
    before = inference.revision(str(folder))
    assert inference.revision(str(folder)) == before
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"seed": 1}))
    assert inference.revision(str(folder)) != before


def test_a_folder_that_happens_to_stand_in_one_called_snapshots_is_a_folder(tmp_path, bert):
    folder = without_weights(bert, tmp_path).rename(tmp_path / "step-1")
    (tmp_path / "snapshots").mkdir()
    folder = folder.rename(tmp_path / "snapshots" / "step-1")
    before = inference.revision(str(folder))
    (folder / "config.json").write_text((folder / "config.json").read_text() + " ")
    assert inference.revision(str(folder)) != before


@pytest.mark.parametrize("name", ["my--model", "a..b", "foo.git", "modell-", "~no-such-user/x", "m" * 300])
def test_a_name_that_no_folder_nor_the_hub_could_have_is_a_sentence(cache, name):
    with pytest.raises(ProjnerError, match="model"):
        inference.locate(name)


# Loading


def test_weights_that_are_missing_broken_or_of_another_model(tmp_path, bert):
    folder = without_weights(bert, tmp_path)
    with pytest.raises(ProjnerError, match="has no weights"):
        inference.load_encoder(str(folder), device="cpu")
    weights = folder / "model.safetensors"
    weights.write_bytes(b"\x00" * 100)
    with pytest.raises(ProjnerError, match="cannot be loaded"):
        inference.load_encoder(str(folder), device="cpu")
    weights.write_bytes((bert / "model.safetensors").read_bytes()[:-500])
    with pytest.raises(ProjnerError, match="cannot be loaded"):
        inference.load_encoder(str(folder), device="cpu")
    weights.write_bytes((models.albert(tmp_path / "albert") / "model.safetensors").read_bytes())
    with pytest.raises(ProjnerError, match=r"not those of the network that its config\.json describes"):
        inference.load_encoder(str(folder), device="cpu")


def test_a_pickle_that_would_run_code_is_refused(tmp_path, bert):
    import torch

    ran = tmp_path / "ran"

    class Trap:
        def __reduce__(self):
            return ran.write_text, ("it ran",)

    folder = without_weights(bert, tmp_path)
    torch.save({"embeddings.word_embeddings.weight": Trap()}, folder / "pytorch_model.bin")
    with pytest.raises(ProjnerError, match="cannot be loaded"):
        inference.load_encoder(str(folder), device="cpu")
    assert not ran.exists()


def test_weights_in_the_older_format_are_read_as_data(tmp_path, bert):
    import torch
    from safetensors.torch import load_file

    folder = without_weights(bert, tmp_path)
    torch.save(load_file(bert / "model.safetensors"), folder / "pytorch_model.bin")
    old = inference.load_encoder(str(folder), device="cpu", dtype="float32")
    new = inference.load_encoder(str(bert), device="cpu", dtype="float32")
    assert torch.equal(old.hidden([[2, 7, 9, 3]], 2), new.hidden([[2, 7, 9, 3]], 2))


def test_a_model_without_a_tokenizer_or_with_a_broken_one(tmp_path, bert):
    folder = tmp_path / "model"
    folder.mkdir()
    for name in ("config.json", "model.safetensors"):
        (folder / name).write_bytes((bert / name).read_bytes())
    with pytest.raises(ProjnerError, match="has no tokenizer"):
        inference.load_encoder(str(folder), device="cpu")
    for damaged in ("{", "{}", "[]", '{"model": null}'):
        (folder / "tokenizer.json").write_text(damaged)
        with pytest.raises(ProjnerError, match=r"tokenizer of .* cannot be read"):
            inference.load_encoder(str(folder), device="cpu")


def test_a_config_that_is_no_json_or_of_an_unknown_kind(tmp_path, bert):
    folder = without_weights(bert, tmp_path)
    (folder / "model.safetensors").write_bytes((bert / "model.safetensors").read_bytes())
    described = json.loads((bert / "config.json").read_text())
    for config in (
        "{",
        json.dumps({"model_type": "a-model-of-next-year"}),
        json.dumps(described | {"num_attention_heads": 0}),
        json.dumps(described | {"hidden_size": "wide"}),
    ):
        (folder / "config.json").write_text(config)
        with pytest.raises(ProjnerError, match="cannot be"):
            inference.load_encoder(str(folder), device="cpu")


def test_a_model_that_reads_no_text_is_a_sentence(tmp_path, bert):
    from transformers import ViTConfig, ViTModel

    folder = without_weights(bert, tmp_path)
    ViTModel(
        ViTConfig(
            hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8, image_size=16
        )
    ).save_pretrained(folder)
    with pytest.raises(ProjnerError, match=r"ViTModel.* does not read text into vectors"):
        inference.load_encoder(str(folder), device="cpu")


def test_a_tokenizer_of_another_model_is_a_sentence(tmp_path):
    encoder = inference.load_encoder(str(models.bert(tmp_path, vocab_size=20)), device="cpu")
    assert encoder.hidden([[2, 19, 3]], 1).shape == (1, 3, 32)
    with pytest.raises(
        ProjnerError, match="is not this model's: it makes pieces that the model, which knows 20"
    ):
        encoder.hidden([[2, 19, 3], [2, 20, 3]], 1)


def test_two_that_ask_for_one_checkpoint_share_it_and_it_is_freed(bert):
    one = inference.load_encoder(str(bert), device="cpu", dtype="float32")
    assert inference.load_encoder(str(bert), device="cpu", dtype="float32") is one
    assert inference.load_encoder(str(bert), device="cpu", dtype="bfloat16") is not one
    watched = weakref.ref(one)
    del one
    inference.free()
    gc.collect()
    assert watched() is None


def test_the_last_encoder_stays_though_nobody_holds_it(bert):
    first = weakref.ref(inference.load_encoder(str(bert), device="cpu", dtype="float32"))
    gc.collect()
    assert first() is inference.load_encoder(str(bert), device="cpu", dtype="float32")


# Encoders

MAKERS = [models.bert, models.xlm_roberta, models.nllb, models.marian, models.albert]


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_a_layer_is_what_transformers_calls_that_hidden_state(maker, tmp_path):
    """Also of sentences that were padded, and of models whose last layer is followed by a normalisation."""
    import torch
    from transformers import AutoModel

    folder = maker(tmp_path)
    encoder = inference.load_encoder(str(folder), device="cpu", dtype="float32")
    network = AutoModel.from_pretrained(folder)
    if network.config.is_encoder_decoder:
        network = network.get_encoder()
    sentences = [[5, 9, 11, 7, 8], [6, 10]]
    for layer in range(encoder.layers + 1):
        found = encoder.hidden(sentences, layer)
        for row, sentence in enumerate(sentences):
            alone = network(input_ids=torch.tensor([sentence]), output_hidden_states=True)
            torch.testing.assert_close(
                found[row, : len(sentence)], alone.hidden_states[layer][0], atol=1e-5, rtol=1e-4
            )


def test_quick_products_are_torchs_but_for_the_last_digits(bert, monkeypatch):
    import torch

    from projner_core.inference import products

    asked = []
    linear = torch.nn.functional.linear
    monkeypatch.setattr(torch.nn.functional, "linear", lambda *given: asked.append(given) or linear(*given))
    layer = torch.nn.Sequential(torch.nn.Linear(48, 96), torch.nn.GELU(), torch.nn.Linear(96, 48, bias=False))
    given = torch.randn(2, 7, 48)
    with torch.inference_mode():
        expected = layer(given)
        products.quicken(layer)
        asked.clear()
        torch.testing.assert_close(layer(given), expected, atol=1e-5, rtol=1e-4)
        quick = not asked
        with products.as_packages_do():
            assert torch.equal(layer(given), expected)
    assert quick == hasattr(layer[0].forward, "func")
    assert len(asked) == (2 if quick else 4)


def test_layers_behind_the_one_asked_for_are_not_run(bert):
    encoder = inference.load_encoder(str(bert), device="cpu", dtype="float32")
    encoder.hidden([[5, 6]], 2)
    run = []
    handles = [
        layer.register_forward_hook(lambda *_, number=number: run.append(number))
        for number, layer in enumerate(encoder.network.encoder.layer, 1)
    ]
    encoder.hidden([[5, 6]], 2)
    for handle in handles:
        handle.remove()
    assert 3 not in run
    assert 1 in run


def test_weights_that_are_not_numbers_are_a_sentence(tmp_path):
    from safetensors.torch import load_file, save_file

    folder = models.bert(tmp_path)
    weights = load_file(folder / "model.safetensors")
    weights["encoder.layer.1.output.dense.weight"][0, 0] = float("nan")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    encoder = inference.load_encoder(str(folder), device="cpu", dtype="float32")
    assert encoder.hidden([[5, 6]], 1).isfinite().all()
    with pytest.raises(ProjnerError, match=r"computes no numbers \(NaN"):
        encoder.hidden([[5, 6]], 2)


def test_limits_are_those_of_the_architecture(tmp_path):
    assert inference.load_encoder(str(models.bert(tmp_path / "b", positions=40)), device="cpu").limit == 40
    # XLM-R has 66 positions, of which it uses those behind the padding's.
    assert inference.load_encoder(str(models.xlm_roberta(tmp_path / "x")), device="cpu").limit == 64


# Pieces of words and windows

SENTENCES = [
    ["The", "president", "of", "the", "European", "Union", "met", "Angela", "Merkel", "."],
    ["Ààrẹ", "\u200b", "orílẹ̀-èdè", "", "ፕሬዝዳንቱ", "New York", "🧑🏽‍🚀"],
    ["主", "席", "\ud800", "met", "\n"],
    [],
    ["\u200b"],
]


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_pieces_belong_to_their_words(maker, tmp_path):
    """Fast tokenizers and a slow one: words in order, and a word read in a sentence as it is read alone."""
    tokenizer = inference.load_tokenizer(str(maker(tmp_path)))
    found = inference.split(tokenizer, SENTENCES)
    for sentence, pieces in zip(SENTENCES, found, strict=True):
        assert len(pieces.ids) == len(pieces.words)
        assert list(pieces.words) == sorted(pieces.words)
        assert set(pieces.words) <= set(range(len(sentence)))
        for offset, word in enumerate(sentence):
            if "\ud800" in word:
                continue
            alone = tuple(tokenizer.convert_tokens_to_ids(tokenizer.tokenize(word)))
            mine = tuple(i for i, w in zip(pieces.ids, pieces.words, strict=True) if w == offset)
            assert mine == alone, word
    whole = tokenizer(" ".join(SENTENCES[0]))["input_ids"]
    assert [*found[0].before, *found[0].ids, *found[0].after] == whole


@settings(deadline=None)
@given(st.integers(0, 300), st.integers(1, 40))
def test_windows_take_every_piece_once_where_it_has_most_context(length, room):
    found = inference.windows(length, room)
    taken = [position for window in found for position in range(window.first, window.last)]
    assert taken == list(range(length))

    def context(window, position):
        left = length if window.start == 0 else position - window.start
        right = length if window.end == length else window.end - 1 - position
        return min(left, right)

    for window in found:
        assert 0 <= window.start <= window.first <= window.last <= window.end <= length
        assert window.end - window.start <= room
        for position in range(window.first, window.last):
            best = max(context(other, position) for other in found if other.start <= position < other.end)
            assert context(window, position) >= best - 1  # an even overlap has two middles
