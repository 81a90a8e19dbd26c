"""How probable a translation is: what transformers computes one by one, whatever the batch."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer
from transformers.models.m2m_100.tokenization_m2m_100 import FAIRSEQ_LANGUAGE_CODES as M2M100
from transformers.models.nllb.tokenization_nllb import FAIRSEQ_LANGUAGE_CODES as NLLB

from projner_core import inference
from projner_core.errors import ProjnerError
from projner_core.inference import seq2seq, translation_network
from projner_core.inference.language_codes import resolve
from projner_core.inference.seq2seq import load_scorer
from tests import models, seq2seq_models

ENTITIES = ["Berlin", "Angela Merkel", "Nàìjíríà", "European Union", "the president of the European Union"]
CANDIDATES = [
    "በርሊን",
    "ميركل",
    "默 克 尔",
    "Ààrẹ orílẹ̀-èdè Nàìjíríà",
    "🙂",
    "Präsidentin der Europäischen",
    ".",
]
CODES = {  # of each kind of model: what it calls English and German
    "nllb": ("eng_Latn", "deu_Latn"),
    "m2m100": ("en", "de"),
    "madlad": ("en", "de"),
    "marian": ("en", "de"),
}
MAKERS = {
    "nllb": seq2seq_models.nllb,
    "m2m100": seq2seq_models.m2m100,
    "madlad": seq2seq_models.madlad,
    "marian": lambda folder: seq2seq_models.marian(folder, source="en", target="de"),
}
BOTH_WAYS = ["nllb", "m2m100", "madlad"]
LANGUAGES = {"source_lang": "en", "target_lang": "de"}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("models")
    return {kind: make(root / kind) for kind, make in MAKERS.items()}


@pytest.fixture
def scorer(request, folders):
    return load_scorer(str(folders[request.param]), device="cpu", dtype="float32")


def by_transformers(kind, folder, source, target):
    """The mean log-probability by the path that transformers trains with: labels in, loss out."""
    english, german = CODES[kind]
    codes = {"src_lang": english, "tgt_lang": german} if kind in ("nllb", "m2m100") else {}
    tokenizer, network = AutoTokenizer.from_pretrained(folder, **codes), seq2seq_models.network(folder)
    source = f"<2{german}> {source}" if kind == "madlad" else source
    inputs = tokenizer(source, text_target=target, return_tensors="pt")
    labels = inputs["labels"]
    with torch.inference_mode():
        output = network(**inputs)
    whole = -float(output.loss) * labels.shape[1]
    if not codes:
        return whole / labels.shape[1]
    assert tokenizer.convert_ids_to_tokens(labels[0].tolist())[0].strip("_") == german
    of_the_code = float(output.logits[0, 0].log_softmax(-1)[labels[0, 0]])
    return (whole - of_the_code) / (labels.shape[1] - 1)


# Probabilities


@pytest.mark.parametrize(("kind", "scorer"), [(kind, kind) for kind in MAKERS], indirect=["scorer"])
def test_probabilities_are_those_that_transformers_trains_with(kind, scorer, folders):
    pairs = [("Berlin .", "في برلين ."), ("Angela Merkel", "默 克 尔"), ("the president", "Präsidentin der"),
             ("Nàìjíríà", "\u200b"), ("met", "")]  # fmt: skip
    found = scorer.log_probabilities(*zip(*pairs, strict=True), **LANGUAGES)
    expected = [by_transformers(kind, folders[kind], *pair) for pair in pairs]
    assert found == pytest.approx(expected, abs=1e-4)
    assert max(found) - min(found) > 0.1, "a model that tells nothing apart shows nothing"


@pytest.mark.parametrize("scorer", MAKERS, indirect=True)
def test_a_batch_of_many_gives_what_one_by_one_gives(scorer):
    pairs = list(product([*ENTITIES, ""], [*CANDIDATES, ""]))
    together = scorer.log_probabilities(*zip(*pairs, strict=True), **LANGUAGES)
    alone = [scorer.log_probabilities([one], [other], **LANGUAGES)[0] for one, other in pairs]
    assert together == pytest.approx(alone, abs=1e-4)
    assert len({round(score, 3) for score in together}) > len(pairs) / 2


@pytest.mark.parametrize("scorer", ["nllb"], indirect=True)
def test_slices_and_pieces_of_the_head_change_nothing(scorer, monkeypatch):
    pairs = list(product(ENTITIES, CANDIDATES))
    whole = scorer.log_probabilities(*zip(*pairs, strict=True), **LANGUAGES)
    monkeypatch.setattr(seq2seq, "_STATES", 8)
    monkeypatch.setattr(translation_network, "_LOGITS", 1000)
    assert scorer.log_probabilities(*zip(*pairs, strict=True), **LANGUAGES) == pytest.approx(whole, abs=1e-4)


@pytest.mark.parametrize("scorer", ["nllb"], indirect=True)
def test_nllb_reads_the_code_of_its_language_first_on_both_sides(scorer):
    seen = []

    def look(module, given, named):
        seen.append(named)

    network = scorer._network.network
    handles = [
        network.get_encoder().register_forward_pre_hook(look, with_kwargs=True),
        network.get_decoder().register_forward_pre_hook(look, with_kwargs=True),
    ]
    scorer.log_probabilities(["Berlin"], ["默 克 尔"], source_lang="yo", target_lang="zh-CN")
    for handle in handles:
        handle.remove()
    tokens = [scorer.writer.tokenizer.convert_ids_to_tokens(named["input_ids"][0].tolist()) for named in seen]
    assert tokens == [
        ["yor_Latn", "▁Berlin", "</s>"],
        ["</s>", "zho_Hans", "▁默", "▁克", "▁尔"],
    ]


@pytest.mark.parametrize("scorer", MAKERS, indirect=True)
def test_a_text_that_is_too_long_counts_by_its_beginning(scorer):
    long = "Berlin " * 100
    a, b = scorer.log_probabilities([long, long], [long, long + "and more"], **LANGUAGES)
    assert a == b
    assert math.isfinite(a)


def test_bfloat16_is_near_float32_for_the_head_stays_exact(folders):
    pairs = list(product(ENTITIES, CANDIDATES))
    exact, near = (
        load_scorer(str(folders["nllb"]), device="cpu", dtype=dtype).log_probabilities(
            *zip(*pairs, strict=True), **LANGUAGES
        )
        for dtype in ("float32", "bfloat16")
    )
    assert near == pytest.approx(exact, abs=0.15)
    assert near != exact


# Similarity


@pytest.mark.parametrize("scorer", BOTH_WAYS, indirect=True)
def test_similarity_is_normalised_by_each_text_itself_and_the_mean_of_both_ways(scorer):
    pairs = list(product(ENTITIES, CANDIDATES))
    left, right = map(list, zip(*pairs, strict=True))
    found = scorer.similarity(left, right, left_lang="en", right_lang="de")

    def log(sources, targets, *languages):
        return scorer.log_probabilities(sources, targets, source_lang=languages[0], target_lang=languages[1])

    forth, right_alone = log(left, right, "en", "de"), log(right, right, "de", "de")
    back, left_alone = log(right, left, "de", "en"), log(left, left, "en", "en")
    expected = [
        min(1.0, (math.exp(a - b) + math.exp(c - d)) / 2)
        for a, b, c, d in zip(forth, right_alone, back, left_alone, strict=True)
    ]
    assert found == pytest.approx(expected, abs=1e-4)
    assert all(0 <= score <= 1 for score in found)
    assert min(found) < 0.9


@pytest.mark.parametrize("scorer", BOTH_WAYS, indirect=True)
def test_similarity_is_symmetric_and_a_text_is_its_own_best_translation(scorer):
    left, right = map(list, zip(*product(ENTITIES, CANDIDATES), strict=True))
    there = scorer.similarity(left, right, left_lang="en", right_lang="de")
    assert scorer.similarity(right, left, left_lang="de", right_lang="en") == pytest.approx(there, abs=1e-4)
    assert scorer.similarity(ENTITIES, ENTITIES, left_lang="en", right_lang="en") == [1.0] * len(ENTITIES)


@pytest.mark.parametrize("scorer", MAKERS, indirect=True)
def test_a_text_of_nothing_is_similar_to_none(scorer):
    languages = {"left_lang": "en", "right_lang": "de"}
    found = scorer.similarity(["Berlin", "", " ", "Berlin"], ["", "Berlin", "", "."], **languages)
    assert found[:3] == [0, 0, 0]
    assert found[3] > 0
    assert scorer.similarity([], [], **languages) == []
    assert scorer.log_probabilities([], [], **LANGUAGES) == []
    with pytest.raises(ValueError, match="zip"):
        scorer.similarity(["Berlin"], [], **languages)


@pytest.mark.parametrize("scorer", ["nllb"], indirect=True)
def test_each_distinct_probability_is_computed_once_and_each_text_encoded_once(scorer, monkeypatch):
    encoded, decoded = [], []
    network = scorer._network
    states, scores = network.states, network.scores
    monkeypatch.setattr(network, "states", lambda sources: encoded.extend(sources) or states(sources))
    monkeypatch.setattr(network, "scores", lambda of, targets: decoded.extend(targets) or scores(of, targets))
    left, right = ["Berlin"] * 4 + ["Merkel"], ["ሜርክልን", "在", "在", "Berlin", "在"]
    scorer.similarity(left, right, left_lang="en", right_lang="de")
    assert len(encoded) == 5  # Berlin, Merkel in English; ሜርክልን, 在, Berlin in German
    assert len(decoded) == 4 * 2 + 5  # four distinct pairs both ways, and five texts given themselves


@pytest.mark.parametrize("scorer", ["nllb"], indirect=True)
def test_where_memory_does_not_suffice_batches_are_halved(scorer, monkeypatch):
    pairs = list(product(ENTITIES, CANDIDATES))
    expected = scorer.log_probabilities(*zip(*pairs, strict=True), **LANGUAGES)
    network = scorer._network.network
    failed = []

    def small(module):
        forward = module.forward

        def limited(*given, **named):
            if len(named["input_ids"]) > 2:
                failed.append(module)
                raise RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: not enough memory")
            return forward(*given, **named)

        monkeypatch.setattr(module, "forward", limited)

    for module in (network.get_encoder(), network.get_decoder()):
        small(module)
    found = scorer.log_probabilities(*zip(*pairs, strict=True), **LANGUAGES)
    assert found == pytest.approx(expected, abs=1e-4)
    assert {*failed} == {network.get_encoder(), network.get_decoder()}


# Models of one direction


@pytest.mark.parametrize("languages", [("en", "de"), ("eng", "deu_Latn")])
def test_opus_is_asked_in_the_direction_that_it_has_and_not_normalised(folders, languages):
    scorer = load_scorer(str(folders["marian"]), device="cpu", dtype="float32")
    assert not scorer.both_ways
    english, german = languages
    there = scorer.similarity(["Berlin"], ["Merkel"], left_lang=english, right_lang=german)
    logs = scorer.log_probabilities(["Berlin"], ["Merkel"], source_lang="en", target_lang="de")
    assert there == pytest.approx([math.exp(logs[0])])
    assert scorer.similarity(["Merkel"], ["Berlin"], left_lang=german, right_lang=english) == there
    said = r"translates from 'en' to 'de', not from 'en' to 'fr'"
    with pytest.raises(ProjnerError, match=said):
        scorer.similarity(["Berlin"], ["Merkel"], left_lang="en", right_lang="fr")
    with pytest.raises(ProjnerError, match=r"translates from 'en' to 'de', not from 'de' to 'en'"):
        scorer.log_probabilities(["Berlin"], ["Merkel"], source_lang="de", target_lang="en")


def test_opus_of_several_languages_is_told_which(tmp_path):
    folder = seq2seq_models.marian(tmp_path / "opus", source="en", target="gmw", targets=("deu", "nld"))
    scorer = load_scorer(str(folder), device="cpu", dtype="float32")
    pieces = scorer.writer.sources(["Berlin"], "en", "nl")[0]
    assert scorer.writer.tokenizer.convert_ids_to_tokens(pieces)[0] == ">>nld<<"
    german, dutch = (
        scorer.similarity(["Berlin"], ["Merkel"], left_lang="en", right_lang=code) for code in ("de", "nl_NL")
    )
    assert german != dutch
    with pytest.raises(ProjnerError, match="has no language 'fr'; it has: deu, nld"):
        scorer.similarity(["Berlin"], ["Merkel"], left_lang="en", right_lang="fr")


def test_opus_knows_its_direction_by_its_name_where_nothing_else_says_it(tmp_path):
    scorer = load_scorer(str(seq2seq_models.marian(tmp_path / "opus-mt-sw-en")), device="cpu")
    with pytest.raises(ProjnerError, match="translates from 'sw' to 'en', not from 'yo' to 'en'"):
        scorer.similarity(["Èkó"], ["Lagos"], left_lang="yo", right_lang="en")
    assert scorer.similarity(["Lagos"], ["Èkó"], left_lang="en", right_lang="swh_Latn")[0] > 0


# Codes of languages


@pytest.mark.parametrize(
    ("code", "nllb", "m2m100"),
    [
        ("en", "eng_Latn", "en"),
        ("de-AT", "deu_Latn", "de"),
        ("swa", "swh_Latn", "sw"),
        ("sw", "swh_Latn", "sw"),
        ("zh", "zho_Hans", "zh"),
        ("zh-TW", "zho_Hant", "zh"),
        ("cmn-Hant", "zho_Hant", "zh"),
        ("ar", "arb_Arab", "ar"),
        ("fa", "pes_Arab", "fa"),
        ("prs_Arab", "prs_Arab", "fa"),
        ("no", "nob_Latn", "no"),
        ("nb_NO", "nob_Latn", "no"),
        ("sr-Latn", "srp_Cyrl", "sr"),
        ("fil", "tgl_Latn", "tl"),
        ("ps", "pbt_Arab", "ps"),
        ("ff", "fuv_Latn", "ff"),
        ("lv", "lvs_Latn", "lv"),
        ("et", "est_Latn", "et"),
        ("om", "gaz_Latn", None),
        ("tw", "twi_Latn", None),
        ("aka", "aka_Latn", None),
        ("nso", "nso_Latn", "ns"),
        ("bjn", "bjn_Latn", None),
    ],
)
def test_usual_codes_find_a_models_own(code, nllb, m2m100):
    assert resolve(code, NLLB, "nllb") == nllb
    if m2m100:
        assert resolve(code, M2M100["m2m100"], "m2m100") == m2m100
    else:
        with pytest.raises(ProjnerError, match=f"'m2m100' has no language '{code}'; it has: af, am, ar"):
            resolve(code, M2M100["m2m100"], "m2m100")


@settings(deadline=None)
@given(st.sampled_from(NLLB), st.permutations(NLLB))
def test_a_models_own_code_is_itself_however_it_is_written(code, known):
    assert resolve(code, known, "nllb") == code
    assert resolve(code.replace("_", "-").lower(), known, "nllb") == code


@pytest.mark.parametrize("scorer", ["nllb"], indirect=True)
def test_a_language_that_the_model_has_not_is_a_sentence(scorer):
    for languages in [("en", "tlh"), ("tlh", "en"), ("tlh", "tlh")]:
        with pytest.raises(ProjnerError, match="has no language 'tlh'; it has: arb_Arab, deu_Latn, eng_Latn"):
            scorer.similarity(["Berlin"], ["Merkel"], left_lang=languages[0], right_lang=languages[1])


# Checkpoints


def test_a_hub_name_that_was_never_fetched_says_size_licence_and_command(tmp_path, monkeypatch):
    for module in ("constants", "file_download.constants"):
        monkeypatch.setattr(f"huggingface_hub.{module}.HF_HUB_CACHE", str(tmp_path / "hub"))
    said = r"2\.5 GB.*not for commercial use.*projner models fetch facebook/nllb-200"
    with pytest.raises(ProjnerError, match=said):
        load_scorer("facebook/nllb-200-distilled-600M", device="cpu")


def test_a_model_that_does_not_translate_is_a_sentence(tmp_path):
    bert = models.bert(tmp_path / "bert")
    with pytest.raises(ProjnerError, match=r"is no translation model that is known here: .* calls it 'bert'"):
        load_scorer(str(bert), device="cpu")
    with pytest.raises(ProjnerError, match=r"a T5 that knows no target languages"):
        load_scorer(str(seq2seq_models.t5(tmp_path / "t5")), device="cpu")
    (bert / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(ProjnerError, match=r"cannot be loaded: its config\.json is damaged"):
        load_scorer(str(bert), device="cpu")


def test_a_tokenizer_of_another_model_is_a_sentence(tmp_path):
    folder = models.nllb(tmp_path / "nllb")
    models.nllb(tmp_path / "larger", [*models.TEXTS, "ქართული ენა"])
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).write_bytes((tmp_path / "larger" / name).read_bytes())
    with pytest.raises(ProjnerError, match="is not this model's: it makes pieces that the model"):
        load_scorer(str(folder), device="cpu").log_probabilities(["Berlin"], ["Merkel"], **LANGUAGES)


def test_weights_that_are_not_numbers_are_a_sentence(tmp_path):
    folder = models.nllb(tmp_path / "nllb")
    broken = seq2seq_models.network(folder)
    with torch.no_grad():
        broken.get_decoder().layers[0].fc1.weight.fill_(math.nan)
    broken.save_pretrained(folder)
    with pytest.raises(ProjnerError, match=r"computes no numbers .* its weights are damaged"):
        load_scorer(str(folder), device="cpu", dtype="float32").log_probabilities(["a"], ["b"], **LANGUAGES)


def test_two_that_ask_for_one_checkpoint_share_it(folders):
    one = load_scorer(str(folders["nllb"]), device="cpu", dtype="float32")
    assert load_scorer(str(folders["nllb"]), device="cpu", dtype="float32") is one
    assert load_scorer(str(folders["nllb"]), device="cpu", dtype="bfloat16") is not one
    encoder = inference.load_encoder(str(folders["nllb"]), device="cpu", dtype="float32")
    assert isinstance(encoder, inference.Encoder)


def test_importing_it_loads_no_network_library():
    heavy = ["torch", "transformers", "numpy"]
    code = (
        "import sys, json, projner_core.inference.seq2seq; "
        f"print(json.dumps([name for name in {heavy} if name in sys.modules]))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert json.loads(said) == []
