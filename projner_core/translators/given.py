"""The translation that came with the file."""

from __future__ import annotations

from collections.abc import Sequence

from projner_core.corpus import Pair, Sentence
from projner_core.errors import ProjnerError


class GivenTranslator:
    """Translates nothing: each pair's own source sentence is the translation."""

    def translate(self, pairs: Sequence[Pair]) -> list[Sentence]:
        """The source sentence of each pair.

        Raises:
            ProjnerError: a pair has none.
        """
        return [_source(pair) for pair in pairs]


def _source(pair: Pair) -> Sentence:
    if pair.source is None:
        raise ProjnerError(
            f"pair {pair.id!r} came without a source sentence. Import the source sentences together with "
            "the target sentences, or choose a translator that makes them."
        )
    return pair.source
