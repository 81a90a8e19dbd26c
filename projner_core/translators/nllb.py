"""NLLB-200 (NLLB Team 2022, arXiv 2207.04672): one model for 202 languages and scripts, in several sizes."""

from __future__ import annotations

from typing import Literal

from projner_core.inference import flores
from projner_core.translators.seq2seq import Seq2SeqTranslator


class NllbTranslator(Seq2SeqTranslator):
    """Translates by NLLB-200.

    Args:
        model: the size: facebook/nllb-200-distilled-600M, facebook/nllb-200-distilled-1.3B,
            facebook/nllb-200-1.3B or facebook/nllb-200-3.3B, fetched before; or a folder.
        source_lang: the language to translate into: its code or its English name.
        target_lang: the language of the target sentences, where it is not said, or where NLLB has only a
            relative of it; empty: each sentence's own.
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
        model: str = "facebook/nllb-200-distilled-600M",
        source_lang: str = "en",
        target_lang: str = "",
        beams: int = 4,
        max_length: int = 256,
        device: str = "auto",
        dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto",
    ) -> None:
        super().__init__(
            model=model,
            source_lang=source_lang,
            target_lang=target_lang,
            beams=beams,
            max_length=max_length,
            device=device,
            dtype=dtype,
        )


def languages() -> dict[str, str]:
    """The English name of each language that NLLB knows, by its FLORES code; loads no model."""
    return flores.languages()
