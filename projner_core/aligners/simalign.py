"""SimAlign: words that are each other's most similar, by the vectors of an untuned multilingual encoder.

Jalili Sabet et al. 2020. The links are those of the authors' package `simalign`, which aligns one pair at a
time; the engine is `embedding`.
"""

from __future__ import annotations

from typing import Literal

from projner_core.aligners._embedding.matching import METHODS, Argmax
from projner_core.aligners.embedding import USUAL_LAYER, EmbeddingAligner
from projner_core.errors import ProjnerError


class SimAlign(EmbeddingAligner):
    """Links words that are each other's most similar.

    Args:
        model: a folder, or a hub name that was fetched before: any encoder, or translation model.
        method: `inter` links what is mutually most similar; `itermax` goes on with what was left over;
            `mwmf` links as many as it can, at the greatest sum of similarities.
        units: compare pieces of words (`subword`) or whole words (`word`).
        layer: whose vectors are compared; -1 is the last. A model with fewer than 8 layers gives its last.
        distortion: how much a difference in position counts against a link, 0 to 1.
        null: drop links of words that are about as similar to everything else; 1 drops none.
        temperature: how sharply scores tell the most similar word from the next; it changes no link.
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
        method: Literal["itermax", "inter", "mwmf"] = "itermax",
        units: Literal["subword", "word"] = "subword",
        layer: int = USUAL_LAYER,
        distortion: float = 0.0,
        null: float = 1.0,
        temperature: float = 0.05,
        weak: float = 0.05,
        device: str = "auto",
        dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto",
    ) -> None:
        if method not in METHODS:
            raise ProjnerError(
                f"the aligner 'simalign': method must be one of {', '.join(METHODS)}, not {method!r}"
            )
        for setting, value in (("distortion", distortion), ("null", null)):
            if not 0.0 <= value <= 1.0:
                raise ProjnerError(f"the aligner 'simalign': {setting} must be in [0, 1], but is {value}")
        if not temperature > 0.0:
            raise ProjnerError(f"the aligner 'simalign': temperature must be above 0, but is {temperature}")
        super().__init__(
            name="simalign",
            model=model,
            layer=layer,
            units=units,
            matcher=Argmax(method, distortion, null, temperature),
            weak=weak,
            device=device,
            dtype=dtype,
        )
