"""What a translator is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from projner_core.corpus import Pair, Sentence


class Translator(Protocol):
    """Makes source sentences of target sentences."""

    def translate(self, pairs: Sequence[Pair]) -> list[Sentence]:
        """One source sentence a pair, in the same order. Target tokens are read and never changed."""
        ...
