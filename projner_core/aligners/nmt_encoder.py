"""The encoder of a translation model as an aligner: TransAlign (Ebing, Goldschmied and Glavaš 2025).

The formula is AWESoME's, the vectors are those of the encoder half, which is told each sentence's language
as it is when it translates. The engine is `embedding`.
"""

from __future__ import annotations

from typing import Literal

from projner_core.aligners._embedding.matching import Softmax
from projner_core.aligners.embedding import EmbeddingAligner
from projner_core.errors import ProjnerError


class NmtEncoder(EmbeddingAligner):
    """Links words that both directions' softmax over a translation model's vectors gives to each other.

    Args:
        model: a folder, or a hub name that was fetched before: NLLB, M2M100, Marian, or any encoder.
        threshold: two units are linked when both directions give them more than this.
        units: compare pieces of words (`subword`) or whole words (`word`).
        layer: whose vectors are compared; -1 is the encoder's last.
        source_code: the model's code for the source language, such as `eng_Latn`; empty: that of each
            sentence's own language, or the model's usual one where it does not know that language.
        target_code: the same for the target language: for a language that the model does not know, that of
            a relative, say.
        weak: two words that are not linked are kept as a weak link when they score at least this.
        device: where to compute: `auto`, `cpu`, `cuda` or `mps`.
        dtype: in which numbers: `auto`, `float32`, `bfloat16` or `float16`.

    Raises:
        ProjnerError: a setting is out of its range.
    """

    def __init__(
        self,
        *,
        model: str = "facebook/nllb-200-distilled-600M",
        threshold: float = 0.001,
        units: Literal["subword", "word"] = "subword",
        layer: int = -1,
        source_code: str = "",
        target_code: str = "",
        weak: float = 0.05,
        device: str = "auto",
        dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto",
    ) -> None:
        if not 0.0 <= threshold < 1.0:
            raise ProjnerError(f"the aligner 'nmt-encoder': threshold must be in [0, 1), but is {threshold}")
        super().__init__(
            name="nmt-encoder",
            model=model,
            layer=layer,
            units=units,
            matcher=Softmax(threshold),
            weak=weak,
            device=device,
            dtype=dtype,
            codes=(source_code, target_code),
        )
