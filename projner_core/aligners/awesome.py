"""AWESoME: words that a softmax over the vectors of a multilingual encoder gives to each other.

Dou and Neubig 2021; with the checkpoint `aneuraz/awesome-align-with-co`, their tuned model. The engine is
`embedding`.
"""

from __future__ import annotations

from typing import Literal

from projner_core.aligners._embedding.matching import Softmax
from projner_core.aligners.embedding import USUAL_LAYER, EmbeddingAligner
from projner_core.errors import ProjnerError


class Awesome(EmbeddingAligner):
    """Links words that both directions' softmax gives to each other.

    Args:
        model: a folder, or a hub name that was fetched before: any encoder, or translation model.
        threshold: two units are linked when both directions give them more than this.
        units: compare pieces of words (`subword`) or whole words (`word`).
        layer: whose vectors are compared; -1 is the last. A model with fewer than 8 layers gives its last.
        weak: two words that are not linked are kept as a weak link when they score at least this.
        device: where to compute: `auto`, `cpu`, `cuda` or `mps`.
        dtype: in which numbers: `auto`, `float32`, `bfloat16` or `float16`.

    Raises:
        ProjnerError: a setting is out of its range.
    """

    def __init__(
        self,
        *,
        model: str = "bert-base-multilingual-cased",
        threshold: float = 0.001,
        units: Literal["subword", "word"] = "subword",
        layer: int = USUAL_LAYER,
        weak: float = 0.05,
        device: str = "auto",
        dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto",
    ) -> None:
        if not 0.0 <= threshold < 1.0:
            raise ProjnerError(f"the aligner 'awesome': threshold must be in [0, 1), but is {threshold}")
        super().__init__(
            name="awesome",
            model=model,
            layer=layer,
            units=units,
            matcher=Softmax(threshold),
            weak=weak,
            device=device,
            dtype=dtype,
        )
