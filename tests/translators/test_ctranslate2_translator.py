"""CTranslate2: the same pieces, the same translations, converted once."""

from __future__ import annotations

import builtins
import shutil
from pathlib import Path

import pytest

from projner_core import translators
from projner_core.corpus import Pair, Sentence
from projner_core.errors import ProjnerError
from projner_core.inference import converted, keeping
from projner_core.inference.batching import Budget
from projner_core.inference.converted import is_converted, load_converted
from projner_core.inference.generation import load_generator
from projner_core.inference.interruption import interruptible
from tests import models
from tests.seq2seq_models import LESSONS

TEXTS = [*models.TEXTS, "Berlin", "Angela Merkel met the president .", "Ààrẹ", "", "\u200b"]
GERMAN = [lesson for lesson in LESSONS if lesson[:2] == ("deu_Latn", "eng_Latn")]


def load(folder, **settings):
    return load_converted(str(folder), **({"device": "cpu", "quantization": "float32"} | settings))


def alike(one: str, other: str) -> bool:
    """Of a model that never ends: alike as far as both go, as limits are not to the piece."""
    shorter, longer = sorted((one, other), key=len)
    return longer.startswith(shorter) and bool(shorter) == bool(longer)


def test_it_says_what_transformers_says(lively):
    """Greedy, in float32, of every kind."""
    ask = {"source_lang": "de", "target_lang": "en", "beams": 1}
    ours = load_generator(str(lively), device="cpu", dtype="float32").translate(TEXTS, **ask)
    theirs = load(lively).translate(TEXTS, **ask)
    assert len(set(ours)) > 1
    for one, other in zip(ours, theirs, strict=True):
        assert alike(one, other), (one, other)


def test_batches_of_any_size_give_the_same(lively, monkeypatch):
    generator = load(lively)
    for beams in (1, 4):
        ask = {"source_lang": "de", "target_lang": "en", "beams": beams}
        monkeypatch.setattr(generator.network, "budget", Budget(32 * 64 * beams))
        together = generator.translate(TEXTS, **ask)
        monkeypatch.setattr(generator.network, "budget", Budget(1))
        assert generator.translate(TEXTS, **ask) == together


@pytest.mark.parametrize("quantization", ["float32", "int8"])
@pytest.mark.parametrize("beams", [1, 4])
def test_it_says_what_was_learnt_and_ends_there(taught, quantization, beams):
    generator = load(taught, quantization=quantization)
    for source_lang, target_lang, source, target in LESSONS:
        found = generator.translate([source], source_lang=source_lang, target_lang=target_lang, beams=beams)
        assert found == [target]


def test_a_checkpoint_is_converted_once(taught, monkeypatch, own_cache):
    keeping.free()
    first = converted.converted(str(taught), "int8")
    assert first.parent == own_cache / "ctranslate2"
    assert first.name.endswith("-int8")
    assert is_converted(first)
    monkeypatch.setattr(converted, "_convert", lambda *_: pytest.fail("converted again"))
    assert converted.converted(str(taught), "int8") == first


def test_another_revision_is_another_conversion(taught, tmp_path):
    copy = shutil.copytree(taught, tmp_path / "copy")
    before = converted.converted(str(copy), "float32")
    settings = copy / "generation_config.json"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert converted.converted(str(copy), "float32") != before


def test_a_conversion_that_fails_leaves_nothing_behind(tmp_path, monkeypatch, own_cache):
    folder = models.nllb(tmp_path / "other", layers=1)

    def fails(model: str, to: Path, quantization: str) -> None:
        to.mkdir()
        (to / "model.bin").write_bytes(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(converted, "_convert", fails)
    before = set((own_cache / "ctranslate2").glob("*"))
    with pytest.raises(ProjnerError, match=r"was not converted: .* No space left on device"):
        converted.converted(str(folder), "int8")
    assert set((own_cache / "ctranslate2").glob("*")) == before


def test_another_process_that_was_sooner_is_believed(tmp_path):
    made, there = tmp_path / "made", tmp_path / "there"
    for folder in (made, there):
        folder.mkdir()
        (folder / "model.bin").touch()
        (folder / "shared_vocabulary.json").touch()
    converted._put(made, there)
    assert is_converted(there)
    with pytest.raises(OSError, match="No such file"):
        converted._put(tmp_path / "nothing", tmp_path / "nowhere")


def test_a_folder_that_was_converted_already_wants_its_tokenizer(taught):
    folder = converted.converted(str(taught), "float32")
    with pytest.raises(ProjnerError, match="name the checkpoint that it was made of as `tokenizer`"):
        load(folder)
    generator = load(folder, tokenizer=str(taught))
    assert generator.translate(["Ja."], source_lang="de", target_lang="en") == ["Yes."]


def test_older_conversions_have_their_pieces_in_a_text(taught, tmp_path):
    import json

    folder = shutil.copytree(converted.converted(str(taught), "float32"), tmp_path / "old")
    pieces = json.loads((folder / "shared_vocabulary.json").read_text(encoding="utf-8"))
    assert converted.vocabulary(folder, "old") == pieces
    (folder / "shared_vocabulary.json").unlink()
    (folder / "shared_vocabulary.txt").write_text("".join(f"{piece}\n" for piece in pieces), encoding="utf-8")
    assert converted.vocabulary(folder, "old") == pieces
    (folder / "shared_vocabulary.txt").unlink()
    with pytest.raises(ProjnerError, match=r"has no shared_vocabulary\.json"):
        converted.vocabulary(folder, "old")


def test_a_model_that_it_cannot_convert_is_a_sentence(tmp_path):
    folder = models.bert(tmp_path / "bert")
    with pytest.raises(ProjnerError, match="is no translation model that is known here"):
        load(folder)
    with pytest.raises(ProjnerError, match=r"cannot .*bert"):
        converted.converted(str(folder), "int8")


class Stopped(Exception):
    """What a watch raises."""


def test_a_batch_is_stopped_while_it_is_computed(taught, monkeypatch):
    """A batch that is not done for a thousand looks: it is asked for at each of them, and left at once."""
    generator = load(taught)
    looks = []

    class Slow:
        def done(self) -> bool:
            looks.append(1)
            return len(looks) > 1000

    class Translator:
        def translate_batch(self, batch, **settings):
            assert settings["asynchronous"]
            return [Slow() for _ in batch]

    monkeypatch.setattr(generator.network, "_translator", Translator())

    def check():
        if len(looks) >= 3:
            raise Stopped

    with pytest.raises(Stopped), interruptible(check):
        generator.translate(["Ja."], source_lang="de", target_lang="en")
    assert len(looks) == 3


def test_out_of_memory_halves_the_batch_and_goes_on(taught, monkeypatch):
    generator = load(taught)
    sizes = []
    write = generator.network._write

    def tight(sources, *rest):
        sizes.append(len(sources))
        if len(sources) > 1:
            raise RuntimeError("CUDA failed with error out of memory")
        return write(sources, *rest)

    monkeypatch.setattr(generator.network, "_write", tight)
    monkeypatch.setattr(generator.network, "budget", Budget(2048))
    texts = [lesson[2] for lesson in GERMAN]
    found = generator.translate(texts, source_lang="de", target_lang="en")
    assert found == [lesson[3] for lesson in GERMAN]
    assert max(sizes) > 1
    assert sizes[-1] == 1


def test_a_tokenizer_of_another_model_is_a_sentence(taught, tmp_path):
    small = converted.converted(str(models.nllb(tmp_path / "small", ["Ja ."], layers=1)), "float32")
    with pytest.raises(ProjnerError, match="Name the checkpoint that it was made of"):
        load(small, tokenizer=str(taught)).translate(
            ["Das Haus ist alt, aber schön!"], source_lang="de", target_lang="en"
        )


def test_the_translator(taught):
    pairs = [
        Pair("1", None, Sentence(("Ja", "."), "de")),
        Pair("2", None, Sentence((), "de")),
        Pair("3", None, Sentence(("默克尔", "在", "柏林", "。"), "zh")),
    ]
    translator = translators.create("ctranslate2", model=str(taught), device="cpu")
    assert translator.translate(pairs) == [
        Sentence(("Yes", "."), "en", "Yes."),
        Sentence((), "en", ""),
        Sentence(("Merkel", "is", "in", "Berlin", "."), "en", "Merkel is in Berlin."),
    ]
    assert translator.model == str(taught)


def test_without_the_package_it_is_a_sentence(taught, monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name == "ctranslate2":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ProjnerError, match="the package ctranslate2 is not installed"):
        load(taught)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"quantization": "int3"}, "there is no quantization 'int3'"),
        ({"device": "tpu"}, "there is no device 'tpu'"),
        ({"beams": 0}, "must be at least 1"),
        ({"model": " "}, "needs a model"),
    ],
)
def test_settings_out_of_range_are_refused_before_anything_is_loaded(settings, said):
    with pytest.raises(ProjnerError, match=said):
        translators.create("ctranslate2", **settings)


def test_mps_is_refused(taught, monkeypatch):
    monkeypatch.setattr("projner_core.inference.devices.places", lambda name: ("mps",))
    with pytest.raises(ProjnerError, match="does not compute on mps"):
        load(taught, device="mps")
    assert load(taught, device="auto").network.device == "cpu"
