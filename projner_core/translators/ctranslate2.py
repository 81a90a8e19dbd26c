"""CTranslate2 as the fast backend: the same models, in int8 on a CPU and float16 on a GPU."""

from __future__ import annotations

from typing import Literal

from projner_core.inference.converted import check_quantization, load_converted
from projner_core.inference.devices import check_device
from projner_core.inference.generation import Generator
from projner_core.translators.seq2seq import GeneratingTranslator


class CTranslate2Translator(GeneratingTranslator):
    """Translates by CTranslate2: NLLB, M2M100, OPUS-MT (Marian) or MADLAD (T5), faster on a CPU.

    Args:
        model: a checkpoint, which is converted once into the user's cache: a folder, or a hub name that was
            fetched before; or a folder that was converted already.
        tokenizer: for a folder that was converted already, the checkpoint that it was made of.
        source_lang: the language to translate into: its code or its English name.
        target_lang: the language of the target sentences, where it is not said or not the model's; empty:
            each sentence's own.
        beams: how many translations are followed at once; 1 is faster.
        max_length: pieces of words that are read at once; a longer sentence is cut at its punctuation.
        device: where to compute: `auto`, `cpu` or `cuda`.
        quantization: the numbers of the weights; `auto` is int8 on a CPU and float16 on a GPU.

    Raises:
        ProjnerError: a setting is out of its range.
    """

    def __init__(
        self,
        *,
        model: str = "facebook/nllb-200-distilled-600M",
        tokenizer: str = "",
        source_lang: str = "en",
        target_lang: str = "",
        beams: int = 4,
        max_length: int = 256,
        device: str = "auto",
        quantization: Literal[
            "auto", "int8", "int8_float32", "int8_float16", "float16", "bfloat16", "float32"
        ] = "auto",
    ) -> None:
        super().__init__(
            model=model, source_lang=source_lang, target_lang=target_lang, beams=beams, max_length=max_length
        )
        check_device(device)
        check_quantization(quantization)
        self.tokenizer = tokenizer
        self.device = device
        self.quantization = quantization

    def _load(self) -> Generator:
        return load_converted(
            self.model, tokenizer=self.tokenizer, device=self.device, quantization=self.quantization
        )
