"""Back-translation: an entity goes to the target by way of a marked translation back into its language.

After arXiv 2501.18750: the source sentence, its entities in brackets, was translated back into the target
language by a model that keeps the brackets. Each entity has its mark there (`marked_text.py`). The
back-translation and the original are in one language, so that their words are linked by spelling and place
(`monolingual.py`), and the marked words are projected along these links by candidate matching, as source
entities are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from projner_core.corpus import Alignment, Link, Pair, Projection, Reason, Sentence, Span
from projner_core.errors import ProjnerError
from projner_core.projectors.base import NO_EVIDENCE, Ask, Evidence
from projner_core.projectors.checks import check_all, marked_of
from projner_core.projectors.marked_text import assign, parse
from projner_core.projectors.matching import MatchingProjector
from projner_core.projectors.monolingual import link, units_of_text, units_of_tokens


class BackTranslationProjector:
    """Projects each entity by way of a marked translation back into the target language.

    Args:
        marked: the layer of marked text, by name or number; empty for the only one that there is.
        likeness: marked words must be more alike to their entity than this, from 0 to 1: 0.5 as published;
            0 lets their order decide where names look different.
        link_threshold: how alike two words of the target language must be to be linked, from 0 to 1.
        shown: how many of the best candidates each `Projection` lists.

    Raises:
        ProjnerError: a setting is out of its range.
    """

    def __init__(
        self, *, marked: str = "", likeness: float = 0.0, link_threshold: float = 0.6, shown: int = 5
    ) -> None:
        for name, value, low in (("likeness", likeness, 0.0), ("link_threshold", link_threshold, 0.1)):
            if not low <= value <= 1:
                raise ProjnerError(
                    f"projector 'back-translation': {name} must be from {low} to 1, but is {value}"
                )
        self.marked = marked
        self.likeness = likeness
        self.link_threshold = link_threshold
        self.asks: dict[Ask, str] = {"marked": marked}
        # The marks have decided on articles already, and no word is derived from another of its language.
        self._matching = MatchingProjector(leave_articles=False, derived_label="", shown=shown)

    def project(
        self,
        pairs: Sequence[Pair],
        entities: Sequence[Sequence[Span]],
        alignments: Sequence[Alignment],
        evidence: Evidence = NO_EVIDENCE,
    ) -> list[tuple[Projection, ...]]:
        """For each pair, one `Projection` for each of its source entities, in their order.

        Links between source and target only help to tell which mark is which entity's; there need not be any.

        Raises:
            ProjnerError: there is no marked text.
            ValueError: what is given differs in length, a pair has no source, or an entity or a link points
                outside its sentence.
        """
        texts = marked_of("back-translation", evidence, pairs)
        check_all(pairs, entities, alignments)
        given = zip(pairs, entities, alignments, texts, strict=True)
        routes = [self._route(*one) for one in given]
        found = self._matching.project(
            [pair for pair, _, _ in routes],
            [list(marked.values()) for _, marked, _ in routes],
            [alignment for _, _, alignment in routes],
        )
        return [
            _of_entities(own, marked, projections)
            for own, (_, marked, _), projections in zip(entities, routes, found, strict=True)
        ]

    def _route(
        self, pair: Pair, entities: Sequence[Span], alignment: Alignment, text: str
    ) -> tuple[Pair, dict[int, Span], Alignment]:
        """Back-translation and original as a pair, the entities on the former by number, and the links."""
        if not entities or not text:
            return replace(pair, source=Sentence((), pair.target.lang)), {}, Alignment()
        marked = parse(text)
        words, places = units_of_text(marked.text, pair.target.lang)
        spans: dict[int, Span] = {}
        for number, mark in assign(pair, entities, alignment, marked, least=self.likeness).items():
            inside = [i for i, (start, end) in enumerate(places) if start < mark.end and mark.start < end]
            if inside:
                spans[number] = Span(inside[0], inside[-1] + 1, entities[number].label)
        originals, tokens = units_of_tokens(pair.target.tokens, pair.target.lang)
        best: dict[tuple[int, int], float] = {}
        wanted = {i for span in spans.values() for i in range(span.start, span.end)}
        for i, j, alike in link(words, originals, self.link_threshold, wanted):
            best[i, tokens[j]] = max(alike, best.get((i, tokens[j]), 0.0))
        links = tuple(Link(*ends, score) for ends, score in sorted(best.items()))
        route = replace(pair, source=Sentence(tuple(words), pair.target.lang))
        return route, dict(sorted(spans.items())), Alignment(links)


def _of_entities(
    entities: Sequence[Span], marked: dict[int, Span], found: Sequence[Projection]
) -> tuple[Projection, ...]:
    """What was found of the marked words, said of the source entities."""
    by_number = dict(zip(marked, found, strict=True))
    owners = {span: entities[number] for number, span in marked.items()}
    return tuple(
        replace(
            by_number[number],
            entity=entity,
            rivals=tuple(owners[rival] for rival in by_number[number].rivals),
        )
        if number in by_number
        else Projection(entity, None, Reason.NOT_MARKED)
        for number, entity in enumerate(entities)
    )
