"""The entities that came with the file, or that were marked by hand."""

from __future__ import annotations

from collections.abc import Sequence

from projner_core.corpus import Sentence, Span, check_spans
from projner_core.errors import ProjnerError


class GivenTagger:
    """Finds nothing: it is told the entities, and sees to it that they fit the sentences.

    A sentence does not say which entities were given with it (the same sentence may occur twice, marked
    in two ways), so they are told apart by order: whoever holds them makes one tagger for each stretch
    of sentences, `create("given", entities=spans).tag(sentences)`.

    Args:
        entities: the entities of each sentence that `tag` will be asked for, in the same order.
    """

    def __init__(self, *, entities: Sequence[Sequence[Span]] = ()) -> None:
        self.entities = entities

    def tag(self, sentences: Sequence[Sentence]) -> list[tuple[Span, ...]]:
        """The given entities, sorted by position.

        Raises:
            ProjnerError: there are more or fewer sentences than were given entities for, or the entities
                of one overlap or end past it.
        """
        if len(sentences) != len(self.entities):
            raise ProjnerError(
                f"entities were given for {len(self.entities)} sentences, but there are {len(sentences)}"
            )
        return [
            _checked(number, spans, sentence)
            for number, (spans, sentence) in enumerate(zip(self.entities, sentences, strict=True), 1)
        ]


def _checked(number: int, spans: Sequence[Span], sentence: Sentence) -> tuple[Span, ...]:
    try:
        return check_spans(spans, len(sentence))
    except ValueError as error:
        raise ProjnerError(f"the entities given for sentence {number} do not fit it: {error}") from error
