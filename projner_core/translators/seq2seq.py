"""Translation models of Hugging Face's transformers: NLLB, M2M100, OPUS-MT, MADLAD.

What is read is each pair's target sentence, what is written is its source sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal

from projner_core import detokenisation
from projner_core.corpus import Pair, Sentence
from projner_core.errors import ProjnerError
from projner_core.inference import devices
from projner_core.inference.devices import check_device, check_dtype
from projner_core.inference.generation import Generator, load_generator
from projner_core.inference.language_codes import code_of
from projner_core.tokenisation import tokenise

_QUOTES = re.compile(r'"{2,}')


class GeneratingTranslator:
    """What every translator does that runs a model: texts of tokens, translated, into tokens again.

    Attributes:
        model: the model's name or folder.
        chunk: how many pairs to give at once, for a caller who wants to say every few seconds how far it is.
        detokenises: how target text was made of tokens.
    """

    device = "auto"
    detokenises = detokenisation.HOW

    def __init__(
        self, *, model: str, source_lang: str, target_lang: str, beams: int, max_length: int
    ) -> None:
        if not model.strip():
            raise ProjnerError(
                "a translator needs a model: a folder, or a name on the Hugging Face hub such as "
                "facebook/nllb-200-distilled-600M"
            )
        if not source_lang.strip() or source_lang == "und":
            raise ProjnerError(
                "a translator needs to know the language to translate into: source_lang = 'en'"
            )
        if beams < 1 or max_length < 1:
            raise ProjnerError(
                f"beams and max_length must be at least 1, but are {beams} and {max_length}: say 4 and 256"
            )
        self.model = model
        self.source_lang = source_lang
        self.target_lang = target_lang
        self.beams = beams
        self.max_length = max_length
        self._generator: Generator | None = None

    @property
    def chunk(self) -> int:
        """How many pairs to give at once, for a caller who wants to lose half a minute's work at most."""
        return pairs_at_once(self.device)

    def translate(self, pairs: Sequence[Pair]) -> list[Sentence]:
        """One source sentence a pair, in the same order; its `text` is as the model wrote it.

        An empty target sentence has an empty translation. The model is loaded by the first pair that is not
        empty.

        Raises:
            ProjnerError: the model is not on this machine, is broken or does not know a language, or the
                memory does not suffice for one sentence.
        """
        # `""""` is how some corpora write a quotation mark; no translation model has seen it.
        texts = [_QUOTES.sub('"', detokenisation.running_text(pair.target).text) for pair in pairs]
        langs = [self.target_lang or pair.target.lang for pair in pairs]
        written = translated(self._loaded, texts, langs, self.source_lang, self.beams, self.max_length)
        lang = code_of(self.source_lang)
        return [Sentence(tokenise(text, lang), lang, text) for text in written]

    def _load(self) -> Generator:
        raise NotImplementedError

    def _loaded(self) -> Generator:
        if self._generator is None:
            self._generator = self._load()
        return self._generator


class Seq2SeqTranslator(GeneratingTranslator):
    """Translates by an NLLB, M2M100, OPUS-MT (Marian) or MADLAD (T5) model.

    Args:
        model: a folder, or a hub name that was fetched before.
        source_lang: the language to translate into: its code or its English name.
        target_lang: the language of the target sentences, where it is not said or not the model's; empty:
            each sentence's own.
        beams: how many translations are followed at once; 1 is faster.
        max_length: pieces of words that are read at once; a longer sentence is cut at its punctuation.
        device: where to compute: `auto`, `cpu`, `cuda` or `mps`.
        dtype: in which numbers: `auto`, `float32`, `bfloat16` or `float16`.

    Raises:
        ProjnerError: a setting is out of its range.
    """

    def __init__(
        self,
        *,
        model: str = "facebook/m2m100_418M",
        source_lang: str = "en",
        target_lang: str = "",
        beams: int = 4,
        max_length: int = 256,
        device: str = "auto",
        dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto",
    ) -> None:
        super().__init__(
            model=model, source_lang=source_lang, target_lang=target_lang, beams=beams, max_length=max_length
        )
        check_device(device)
        check_dtype(dtype)
        self.device = device
        self.dtype = dtype

    def _load(self) -> Generator:
        return load_generator(self.model, device=self.device, dtype=self.dtype)


def pairs_at_once(device: str) -> int:
    """How many sentences a caller should have translated at once: a CPU needs seconds for some."""
    return 1024 if devices.places(device)[0].startswith("cuda") else 16


def translated(
    load: Callable[[], Generator],
    texts: Sequence[str],
    read: Sequence[str],
    write: str | Sequence[str],
    beams: int,
    max_length: int,
) -> list[str]:
    """Each text, which is in the language beside it in `read`, in the one of `write`; "" stays "".

    Raises:
        ProjnerError: nobody said which language a text is in; or as `Generator.translate`.
    """
    wanted = [write] * len(texts) if isinstance(write, str) else write
    groups: dict[tuple[str, str], list[int]] = {}
    for at, text in enumerate(texts):
        if text.strip():
            groups.setdefault((code_of(read[at]), code_of(wanted[at])), []).append(at)
    found = [""] * len(texts)
    for (source_lang, target_lang), places in groups.items():
        for lang in (source_lang, target_lang):
            if lang in ("", "und"):
                raise ProjnerError(
                    "a translation model must know both languages, and nobody said which one the "
                    "sentences are in: name it where they are imported (--target-lang), or in the "
                    "settings of the stage (target_lang)"
                )
        results = load().translate(
            [texts[at] for at in places],
            source_lang=source_lang,
            target_lang=target_lang,
            beams=beams,
            max_length=max_length,
        )
        for at, result in zip(places, results, strict=True):
            found[at] = result
    return found
