"""Models that are known by name: what people are told before they fetch one. Data, and nothing else.

Sizes are of the files that are fetched, as published, and rounded. Where a licence is not certain, the
model's page says it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_PAGE = "see its page"
_NON_COMMERCIAL = "CC-BY-NC-4.0: not for commercial use"


@dataclass(frozen=True, slots=True)
class KnownModel:
    """What is known of a model.

    Attributes:
        name: on the Hugging Face hub; `*` at its end stands for languages.
        title: what people call it.
        role: `translator`, `back-translator`, `tagger` or `encoder`.
        systems: which of the program's systems it is for, by name.
        bytes: what is fetched, about; of a tokenizer alone it is far less.
        licence: in words.
        languages: which it knows, in words.
        safetensors: whether its weights are known to be there in this format; None where that is not known.
        other_name: under which the hub has it, too, because it moved.
        note: what else one should know.
    """

    name: str
    title: str
    role: str
    systems: tuple[str, ...]
    bytes: int
    licence: str
    languages: str
    safetensors: bool | None = None
    other_name: str = ""
    note: str = ""

    @property
    def size(self) -> str:
        """In words, such as `about 2.5 GB`."""
        return f"about {size_text(self.bytes)}"


def size_text(count: int) -> str:
    """Bytes as people write them: `2.5 GB`, `430 MB`, `12 kB`."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.1f} {unit}" if unit == "GB" else f"{count / size:.0f} {unit}"
    return f"{count} bytes"


def _million(count: float) -> int:
    return round(count * 10**6)


_NLLB = ("nllb", "seq2seq", "ctranslate2", "nmt-encoder", "matching")
_M2M = ("seq2seq", "ctranslate2", "nmt-encoder", "matching")
_EMBEDDING = ("simalign", "awesome")

MODELS: tuple[KnownModel, ...] = (
    KnownModel(
        "facebook/nllb-200-distilled-600M", "NLLB-200 600M (distilled)", "translator", _NLLB,
        _million(2500), _NON_COMMERCIAL, "200 languages", safetensors=False,
    ),
    KnownModel(
        "facebook/nllb-200-distilled-1.3B", "NLLB-200 1.3B (distilled)", "translator", _NLLB,
        _million(5500), _NON_COMMERCIAL, "200 languages", safetensors=False,
    ),
    KnownModel(
        "facebook/nllb-200-1.3B", "NLLB-200 1.3B", "translator", _NLLB,
        _million(5500), _NON_COMMERCIAL, "200 languages", safetensors=False,
    ),
    KnownModel(
        "facebook/nllb-200-3.3B", "NLLB-200 3.3B", "translator", _NLLB,
        _million(17600), _NON_COMMERCIAL, "200 languages", safetensors=False,
    ),
    KnownModel(
        "ychenNLP/nllb-200-3.3B-easyproject", "NLLB-200 3.3B for marked text (EasyProject)",
        "back-translator", ("easyproject",),
        _million(17600), _PAGE, "200 languages",
        note="read with the tokenizer of facebook/nllb-200-3.3B; its size is that of this model, too",
    ),
    KnownModel(
        "facebook/m2m100_418M", "M2M100 418M", "translator", _M2M,
        _million(1900), "MIT", "100 languages", safetensors=False,
    ),
    KnownModel(
        "facebook/m2m100_1.2B", "M2M100 1.2B", "translator", _M2M,
        _million(5000), "MIT", "100 languages", safetensors=False,
    ),
    KnownModel(
        "google/madlad400-3b-mt", "MADLAD-400 3B", "translator", ("seq2seq", "matching"),
        _million(11800), "Apache-2.0", "more than 400 languages", safetensors=True,
    ),
    KnownModel(
        "Helsinki-NLP/opus-mt-*", "OPUS-MT", "translator", _M2M,
        _million(300), _PAGE, "one pair or family of languages each, in its name",
    ),
    KnownModel(
        "bert-base-multilingual-cased", "mBERT", "encoder", _EMBEDDING,
        _million(700), "Apache-2.0", "104 languages", safetensors=True,
        other_name="google-bert/bert-base-multilingual-cased",
    ),
    KnownModel(
        "xlm-roberta-base", "XLM-R base", "encoder", _EMBEDDING,
        _million(1100), "MIT", "100 languages", safetensors=True, other_name="FacebookAI/xlm-roberta-base",
    ),
    KnownModel(
        "xlm-roberta-large", "XLM-R large", "encoder", _EMBEDDING,
        _million(2200), "MIT", "100 languages", safetensors=True, other_name="FacebookAI/xlm-roberta-large",
    ),
    KnownModel(
        "sentence-transformers/LaBSE", "LaBSE", "encoder", _EMBEDDING,
        _million(1900), "Apache-2.0", "109 languages", safetensors=True,
    ),
    KnownModel(
        "aneuraz/awesome-align-with-co", "awesome-align's mBERT", "encoder", _EMBEDDING,
        _million(700), "BSD-3-Clause", "104 languages", safetensors=False,
    ),
    KnownModel(
        "xlm-roberta-large-finetuned-conll03-english", "XLM-R large, CoNLL 2003", "tagger",
        ("token-classifier",),
        _million(2200), _PAGE, "trained on English; reads 100 languages",
        other_name="FacebookAI/xlm-roberta-large-finetuned-conll03-english",
    ),
    KnownModel(
        "dslim/bert-base-NER", "BERT base, CoNLL 2003", "tagger", ("token-classifier",),
        _million(430), "MIT", "English", safetensors=True,
    ),
    KnownModel(
        "dslim/bert-large-NER", "BERT large, CoNLL 2003", "tagger", ("token-classifier",),
        _million(1330), "MIT", "English", safetensors=True,
    ),
    KnownModel(
        "Babelscape/wikineural-multilingual-ner", "mBERT, WikiNEuRal", "tagger", ("token-classifier",),
        _million(700), "CC-BY-NC-SA-4.0: not for commercial use", "nine European languages",
    ),
    KnownModel(
        "Davlan/bert-base-multilingual-cased-ner-hrl", "mBERT, ten languages", "tagger",
        ("token-classifier",),
        _million(700), _PAGE, "ten languages with much data, Arabic and Chinese among them",
    ),
    KnownModel(
        "Davlan/xlm-roberta-base-ner-hrl", "XLM-R base, ten languages", "tagger", ("token-classifier",),
        _million(1100), _PAGE, "ten languages with much data, Arabic and Chinese among them",
    ),
    KnownModel(
        "Davlan/xlm-roberta-large-ner-hrl", "XLM-R large, ten languages", "tagger", ("token-classifier",),
        _million(2200), _PAGE, "ten languages with much data, Arabic and Chinese among them",
    ),
    KnownModel(
        "masakhane/afroxlmr-large-ner-masakhaner-1.0_2.0", "AfroXLM-R large, MasakhaNER", "tagger",
        ("token-classifier",),
        _million(2200), _PAGE, "some twenty African languages",
    ),
)  # fmt: skip


def about(model: str) -> KnownModel | None:
    """What is known of a model, under any of its names; None of most."""
    for known in MODELS:
        if model in {known.name, known.other_name} and model:
            return known
        if known.name.endswith("*") and model.startswith(known.name[:-1]):
            return known
    return None


def of(system: str) -> Iterator[KnownModel]:
    """The models that a system can be told to use, such as `nllb` or `simalign`."""
    return (known for known in MODELS if system in known.systems)


def moved(model: str) -> str:
    """The other name that the hub has for a model, or the same."""
    known = about(model)
    if known is None or not known.other_name:
        return model
    return known.other_name if model == known.name else known.name
