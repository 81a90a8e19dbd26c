"""Texts through translation models: every kind, in batches and one by one."""

from __future__ import annotations

import json

import pytest

from projner_core.errors import ProjnerError
from projner_core.inference import keeping
from projner_core.inference.batching import Budget
from projner_core.inference.generation import load_generator
from projner_core.inference.interruption import interruptible
from projner_core.inference.translation_pieces import TargetCodeWriter, writer_of
from tests import models
from tests.seq2seq_models import LESSONS, m2m100, network

TEXTS = [
    *models.TEXTS,
    "Berlin",
    "Angela Merkel met the president .",
    "Ààrẹ",
    "Die Präsidentin traf Angela Merkel .",
    "🇳🇬 Èkó",
    "ميركل\u200b في برلين",
]


def load(folder, **settings):
    return load_generator(str(folder), **({"device": "cpu", "dtype": "float32"} | settings))


@pytest.fixture(scope="module")
def generator(lively):
    return load(lively)


@pytest.fixture
def german(taught):
    return load(taught)


def translate(generator, texts, beams=1, **settings):
    return generator.translate(texts, source_lang="de", target_lang="en", beams=beams, **settings)


@pytest.mark.parametrize("beams", [1, 4])
def test_batches_of_any_size_give_the_same(generator, monkeypatch, beams):
    monkeypatch.setattr(generator.network, "budget", Budget(32 * 64 * beams))
    together = translate(generator, TEXTS, beams)
    monkeypatch.setattr(generator.network, "budget", Budget(1))
    assert translate(generator, TEXTS, beams) == together
    assert translate(generator, TEXTS[::-1], beams) == together[::-1]
    assert len(set(together)) > 1, "every text has one translation: the model reads nothing"


@pytest.mark.parametrize("beams", [1, 4])
def test_a_text_is_translated_as_transformers_generates(generator, lively, beams):
    """Of the same pieces, with the language's code forced, as the models' cards say."""
    import torch

    writer = generator.writer
    reference = network(lively)
    for text in TEXTS[:4]:
        source = writer.sources([text], "de", "en")[0]
        start, *told = writer.opening("en")
        most = min(3 * len(source) + 16, writer.limit)
        unwanted = [*writer.never, *range(writer.pieces, reference.config.vocab_size)]
        written = reference.generate(
            input_ids=torch.tensor([source]),
            num_beams=beams,
            do_sample=False,
            early_stopping=beams > 1,
            renormalize_logits=True,
            decoder_start_token_id=start,
            forced_bos_token_id=told[0] if told else None,
            max_new_tokens=len(told) + most + 1,
            min_new_tokens=len(told) + 1,
            suppress_tokens=[piece for piece in unwanted if piece not in told],
            forced_eos_token_id=writer.end,
            eos_token_id=writer.end,
            pad_token_id=writer.pad,
        )
        expected = writer.text(written[0].tolist()[1 + len(told) :])
        assert translate(generator, [text], beams) == [expected]


@pytest.mark.parametrize("beams", [1, 4])
def test_a_model_says_what_it_has_learnt_and_ends_there(german, beams):
    for source_lang, target_lang, source, target in LESSONS:
        found = german.translate([source], source_lang=source_lang, target_lang=target_lang, beams=beams)
        assert found == [target]


def test_sentences_that_end_early_do_not_wait_for_what_they_say(german):
    """In one batch, short and long, the same text twice, in the order that was asked for."""
    lessons = [lesson for lesson in LESSONS if lesson[:2] == ("deu_Latn", "eng_Latn")]
    sources, targets = [lesson[2] for lesson in lessons], [lesson[3] for lesson in lessons]
    assert translate(german, [*sources, *sources[:2]], 4) == [*targets, *targets[:2]]


def test_the_language_that_is_written_is_forced(german, monkeypatch):
    """The same source, in whichever language is asked for; the code is the decoder's second piece."""
    asked = []
    generate = german.network.network.generate

    def watched(**given):
        asked.append(given["generation_config"].forced_bos_token_id)
        return generate(**given)

    monkeypatch.setattr(german.network.network, "generate", watched)
    source = "Sie traf den Präsidenten in Paris."
    assert german.translate([source], source_lang="de", target_lang="en") == [
        "She met the president in Paris."
    ]
    assert german.translate([source], source_lang="de", target_lang="de") == [source]
    pieces = german.writer.tokenizer.convert_tokens_to_ids(["eng_Latn", "deu_Latn"])
    assert asked == pieces
    assert german.writer.opening("en") == [german.writer.end, pieces[0]]


def test_what_is_read_is_told_too(german):
    text = "Merkel"
    english, arabic = (german.writer.sources([text], lang, "de")[0] for lang in ("en", "ar"))
    assert english != arabic
    assert english[1:] == arabic[1:]  # NLLB's code stands before the text


def test_nothing_to_read_never_reaches_the_model(german, monkeypatch):
    monkeypatch.setattr(german.network, "write", lambda *_: pytest.fail("the model was asked"))
    assert translate(german, []) == []
    assert translate(german, ["", " ", "\t\n", "\u200b", "\u200b \u2060", "\ufeff"]) == [""] * 6


def test_blank_texts_among_others_stay_where_they_are(german):
    assert translate(german, ["", "Ja.", "\u200b", "Ja."]) == ["", "Yes.", "", "Yes."]


def test_a_text_is_computed_once_however_often_it_is_given(german, monkeypatch):
    given = []
    write = german.network.write
    monkeypatch.setattr(
        german.network, "write", lambda sources, *rest: given.extend(sources) or write(sources, *rest)
    )
    assert translate(german, ["Ja."] * 50) == ["Yes."] * 50
    assert len(given) == 1


def test_a_long_text_is_cut_where_sentences_end_and_every_part_is_translated(german):
    """Four sentences, of which the model reads one at a time: nothing is left out."""
    one, other = "Sie traf den Präsidenten in Paris.", "Das Haus ist alt, aber schön!"
    said = [one, other, other, one]
    english = {one: "She met the president in Paris.", other: "The house is old but beautiful!"}
    answers = [english[sentence] for sentence in said]
    length = max(len(pieces) for pieces in german.writer.sources(said, "de", "en"))
    found = translate(german, [" ".join(said)], max_length=length)
    assert found == [" ".join(answers)]


def test_a_text_beyond_what_the_model_reads_is_cut_all_the_same(generator, monkeypatch):
    """Nothing that is read is cut off, even where there is no place to cut but between letters."""
    read = []
    write = generator.network.write
    monkeypatch.setattr(
        generator.network, "write", lambda sources, *rest: read.extend(sources) or write(sources, *rest)
    )
    for text in ("Merkel in Berlin . " * 40, "主席在柏林会见了默克尔" * 30):
        read.clear()
        assert translate(generator, [text])[0]
        assert len(read) >= 1
        assert max(map(len, read)) <= generator.writer.limit
    letters = "".join(dict.fromkeys("默克尔柏林主席"))
    text = letters * 20
    read.clear()
    parts = generator._parts([text], ("de", "en"), 20)[text]
    assert "".join(parts) == text


def test_a_model_that_never_ends_is_stopped(generator):
    """Each translation at its own bound, whatever else is in the batch."""
    sources = generator.writer.sources(TEXTS, "de", "en")
    opening = generator.writer.opening("en")
    most = [5 + place for place in range(len(sources))]
    for beams in (1, 3):
        written = dict(generator.network.write(sources, opening, most, beams))
        assert sorted(written) == list(range(len(sources)))
        assert all(1 <= len(written[place]) <= most[place] for place in written)
        assert any(len(written[place]) == most[place] for place in written)


def test_the_bound_grows_with_what_is_read(german, monkeypatch):
    bounds = []
    write = german.network.write
    monkeypatch.setattr(
        german.network, "write", lambda s, o, most, b: bounds.append(list(most)) or write(s, o, most, b)
    )
    translate(german, ["Ja.", "Sie traf den Präsidenten in Paris."])
    read = german.writer.sources(["Ja.", "Sie traf den Präsidenten in Paris."], "de", "en")
    lengths = [len(pieces) for pieces in read]
    assert bounds == [[min(3 * length + 16, german.writer.limit) for length in lengths]]


def test_a_tokenizer_of_another_model_is_a_sentence(tmp_path, taught):
    small = models.nllb(tmp_path / "small", ["Ja ."], layers=1)
    with pytest.raises(
        ProjnerError, match=r"is not this model's: it makes pieces that the model, which knows"
    ):
        translate(load(small, tokenizer=str(taught)), ["Das Haus ist alt, aber schön!"])


def test_a_model_that_computes_no_numbers_is_a_sentence(tmp_path):
    import torch

    folder = models.nllb(tmp_path / "broken", layers=1)
    broken = network(folder)
    with torch.no_grad():
        broken.model.decoder.layers[0].fc1.weight.fill_(float("nan"))
    broken.save_pretrained(folder)
    for beams in (1, 3):
        with pytest.raises(ProjnerError, match=r"computes no numbers .* in float32: its weights are damaged"):
            translate(load(folder), ["Berlin"], beams)


class Stopped(Exception):
    """What a watch raises."""


def test_a_batch_is_stopped_within_one_step(german, monkeypatch):
    """Whoever cancels waits for no more than one pass through the decoder."""
    steps = []
    decoder = german.network.network.get_decoder()
    handle = decoder.register_forward_hook(lambda *_: steps.append(1))
    cancelled_at = []

    def check():
        if len(steps) >= 3:
            cancelled_at.append(len(steps))
            raise Stopped

    try:
        with pytest.raises(Stopped), interruptible(check):
            translate(german, ["Sie traf den Präsidenten in Paris."], 4)
    finally:
        handle.remove()
    assert cancelled_at == [3]
    assert len(steps) == 3
    assert translate(german, ["Ja."], 4) == ["Yes."]  # and it can be asked again


def test_steps_ask_even_where_layers_do_not(german, monkeypatch):
    asked = []
    monkeypatch.setattr("projner_core.inference.generation_network.checkpoint", lambda: asked.append(1))
    translate(german, ["Ja."])
    pieces = german.writer.targets(["Yes."])[0]
    assert len(asked) == len(pieces) + 2  # the language's code, the pieces, the end


def test_out_of_memory_halves_the_batch_and_goes_on(german, monkeypatch):
    sizes = []
    write = german.network._write

    def tight(sources, *rest):
        sizes.append(len(sources))
        if len(sources) > 2:
            raise RuntimeError("CUDA out of memory")
        return write(sources, *rest)

    monkeypatch.setattr(german.network, "_write", tight)
    monkeypatch.setattr(german.network, "budget", Budget(1024))
    lessons = [lesson for lesson in LESSONS if lesson[:2] == ("deu_Latn", "eng_Latn")]
    assert translate(german, [lesson[2] for lesson in lessons]) == [lesson[3] for lesson in lessons]
    assert sizes[0] > 2
    assert set(sizes[-2:]) <= {1, 2}


def test_one_model_is_loaded_once(taught):
    keeping.free()
    assert load(taught) is load(taught)
    assert load(taught, tokenizer=str(taught)) is load(taught)
    assert load(taught, dtype="bfloat16") is not load(taught)


def test_half_numbers_say_the_same_of_what_is_learnt(taught):
    german = load(taught, dtype="bfloat16")
    assert translate(german, ["Sie traf den Präsidenten in Paris."], 4) == ["She met the president in Paris."]


def test_several_devices_share_the_texts(taught, monkeypatch):
    alone = load(taught)
    monkeypatch.setattr("projner_core.inference.devices.places", lambda name: ("cpu", "cpu"))
    keeping.free()
    both = load(taught)
    assert len(both.network.others) == 1
    monkeypatch.setattr(both.network, "budget", Budget(1))
    lessons = [lesson for lesson in LESSONS if lesson[:2] == ("deu_Latn", "eng_Latn")]
    texts = [lesson[2] for lesson in lessons]
    assert translate(both, texts) == translate(alone, texts)


@pytest.mark.parametrize(("setting", "value"), [("beams", 0), ("max_length", 0)])
def test_numbers_below_one_are_refused(german, setting, value):
    with pytest.raises(ProjnerError, match="must be at least 1"):
        german.translate(["Ja."], source_lang="de", target_lang="en", **{setting: value})


def test_a_language_that_the_model_has_not_is_a_sentence(german):
    with pytest.raises(ProjnerError, match=r"has no language 'fi'; it has: .*deu_Latn"):
        german.translate(["Ja."], source_lang="fi", target_lang="en")
    with pytest.raises(ProjnerError, match="has no language 'Klingon'"):
        german.translate(["Ja."], source_lang="de", target_lang="Klingon")


def test_half_a_surrogate_pair_breaks_nothing(german):
    assert len(translate(german, ["Ja \ud83c."])) == 1


def test_small100_is_told_the_target_before_the_source(tmp_path):
    """It calls itself an M2M100; told as one, it would translate into the language of the source."""
    folder = m2m100(tmp_path / "small-100")
    writer = load(folder).writer
    english, german = (writer.tokenizer.get_lang_id(code) for code in ("en", "de"))
    assert writer.sources(["Berlin"], "de", "en")[0][0] == english
    assert writer.opening("en") == [writer.start]
    ordinary = load(folder.rename(tmp_path / "m2m100")).writer
    assert ordinary.sources(["Berlin"], "de", "en")[0][0] == german
    assert ordinary.opening("en") == [ordinary.start, english]


@pytest.mark.parametrize("sign", ["code", "layers"])
def test_small100_is_known_in_any_folder(tmp_path, sign):
    (tmp_path / "config.json").write_text(
        json.dumps(
            {"model_type": "m2m_100"}
            | ({"encoder_layers": 12, "decoder_layers": 3} if sign == "layers" else {})
        ),
        encoding="utf-8",
    )
    if sign == "code":
        (tmp_path / "tokenization_small100.py").touch()
    assert writer_of(str(tmp_path)) is TargetCodeWriter


def test_other_kinds_are_refused_by_name(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "mbart"}', encoding="utf-8")
    with pytest.raises(
        ProjnerError, match=r"its config\.json calls it 'mbart'\. Choose NLLB, M2M100, MADLAD"
    ):
        load(tmp_path)
