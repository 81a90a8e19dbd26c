"""What a translator is, and what a back-translator is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from projner_core.corpus import Pair, Sentence, Span


class Translator(Protocol):
    """Makes source sentences of target sentences."""

    def translate(self, pairs: Sequence[Pair]) -> list[Sentence]:
        """One source sentence a pair, in the same order. Target tokens are read and never changed."""
        ...


class BackTranslator(Protocol):
    """Translates source sentences back into the target language, their entities in brackets."""

    def back_translate(self, pairs: Sequence[Pair], entities: Sequence[Sequence[Span]]) -> list[str]:
        """One marked text a pair (`formats.marked`), in the same order; "" where it has no entity.

        `entities` are the source entities of each pair.
        """
        ...
