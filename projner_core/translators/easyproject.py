"""Marked translation as EasyProject does it (Chen et al. 2023, arXiv 2211.15613): entities in brackets.

NLLB was fine-tuned to carry square brackets into the translation. Its checkpoints have a tokenizer of their
own, with which results are known to collapse: the one to use is that of the NLLB which was fine-tuned.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from projner_core import detokenisation
from projner_core.corpus import Pair, Sentence, Span, check_spans
from projner_core.errors import ProjnerError
from projner_core.inference.devices import check_device, check_dtype
from projner_core.inference.generation import Generator, load_generator
from projner_core.translators.seq2seq import pairs_at_once, translated

# Everything that `projectors.marked_text` would read as a mark; one character for one, so that places hold.
_OWN = str.maketrans("[]［］【】〔〕⟦⟧<>＜＞", "()（）（）（）()‹›‹›")


class EasyProject:
    """Translates source sentences into the target language, each entity in `[ ]`.

    What it writes is read by the projectors `markers` and `back-translation`. Brackets of the sentence itself
    are given as round ones, so that every square bracket is a mark, and `<b>` as ‹b›.

    Args:
        model: a folder, or a hub name that was fetched before: EasyProject's NLLB.
        tokenizer: the checkpoint whose tokenizer is used: the NLLB that was fine-tuned; empty: the model's
            own, which is a trap.
        source_lang: the language of the source sentences; empty: each sentence's own.
        target_lang: the language to translate back into; empty: each target sentence's own.
        beams: how many translations are followed at once; 1 is faster.
        max_length: pieces of words that are read at once; a longer sentence is cut at its punctuation.
        device: where to compute: `auto`, `cpu`, `cuda` or `mps`.
        dtype: in which numbers: `auto`, `float32`, `bfloat16` or `float16`.

    Attributes:
        chunk: how many pairs to give at once.
        detokenises: how source text was made of tokens.

    Raises:
        ProjnerError: a setting is out of its range.
    """

    detokenises = detokenisation.HOW

    def __init__(
        self,
        *,
        model: str = "ychenNLP/nllb-200-3.3B-easyproject",
        tokenizer: str = "facebook/nllb-200-3.3B",
        source_lang: str = "",
        target_lang: str = "",
        beams: int = 4,
        max_length: int = 256,
        device: str = "auto",
        dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto",
    ) -> None:
        if not model.strip():
            raise ProjnerError("the back-translator 'easyproject' needs a model: a folder or a hub name")
        if beams < 1 or max_length < 1:
            raise ProjnerError(
                f"beams and max_length must be at least 1, but are {beams} and {max_length}: say 4 and 256"
            )
        check_device(device)
        check_dtype(dtype)
        self.model = model
        self.tokenizer = tokenizer
        self.source_lang = source_lang
        self.target_lang = target_lang
        self.beams = beams
        self.max_length = max_length
        self.device = device
        self.dtype = dtype
        self._generator: Generator | None = None

    @property
    def chunk(self) -> int:
        """As that of the translators."""
        return pairs_at_once(self.device)

    def back_translate(self, pairs: Sequence[Pair], entities: Sequence[Sequence[Span]]) -> list[str]:
        """One text in the target language a pair, entities in brackets; "" where a pair has no entity.

        Raises:
            ProjnerError: a model is not on this machine, is broken or does not know a language, or the memory
                does not suffice for one sentence.
            ValueError: a pair has no source sentence, or an entity ends past it.
        """
        sides = [pair.both() for pair in pairs]
        texts = [
            marked(source, spans) if spans else "" for (source, _), spans in zip(sides, entities, strict=True)
        ]
        read = [self.source_lang or source.lang for source, _ in sides]
        write = [self.target_lang or target.lang for _, target in sides]
        return translated(self._loaded, texts, read, write, self.beams, self.max_length)

    def _loaded(self) -> Generator:
        if self._generator is None:
            self._generator = load_generator(
                self.model, tokenizer=self.tokenizer or None, device=self.device, dtype=self.dtype
            )
        return self._generator


def marked(sentence: Sentence, entities: Sequence[Span]) -> str:
    """The sentence as running text with its entities in brackets: `[Angela Merkel] went to [Paris].`

    Raises:
        ValueError: an entity ends past the sentence, or two overlap.
    """
    text, places = detokenisation.running_text(sentence)
    plain = text.translate(_OWN)
    pieces = []
    last = 0
    for span in check_spans(entities, len(sentence)):
        start, end = places[span.start][0], places[span.end - 1][1]
        pieces += [plain[last:start], "[", plain[start:end], "]"]
        last = end
    return "".join((*pieces, plain[last:]))
