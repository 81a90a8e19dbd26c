"""Candidate matching: candidates, their scores, and the best set of them (arXiv 2501.18750).

Each entity takes one target span (or up to `n_proj`), no two spans overlap, and the sum of the matching
scores is as high as it can be. Every part is a setting: where candidates come from (`candidates.py`,
`extractors.py`), what they are scored by (`scores.py`, `measures.py`), how the best set is found
(`projner_core.selection`). What is said of the outcome is in `decisions.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Literal

import numpy as np

from projner_core.corpus import Alignment, Pair, Projection, Span
from projner_core.errors import ProjnerError
from projner_core.inference.interruption import checkpoint
from projner_core.projectors import measures
from projner_core.projectors.base import NO_EVIDENCE, Ask, Evidence, Found
from projner_core.projectors.candidates import Edges, Spans, candidate_spans, edges_of
from projner_core.projectors.checks import check_all
from projner_core.projectors.conventions import without_articles
from projner_core.projectors.decisions import Labelling, decisions, with_ignored
from projner_core.projectors.extractors import Places, every_ngram, found_spans
from projner_core.projectors.fusion import PARTS, parts_of
from projner_core.projectors.labels import listed
from projner_core.projectors.measures import Floats
from projner_core.projectors.scores import Integers, Rows, entity_rows
from projner_core.selection import Candidates, greedy, select

# Pairs at a time: this bounds memory and changes nothing else. Every n-gram is a hundred times as many
# candidates as those over links.
_BLOCK, _BLOCK_OF_EVERY_NGRAM = 4096, 256


class MatchingProjector:
    """Projects by candidates, their scores, and the best set of them.

    Args:
        candidates: the spans that may be chosen. ngram: spans of the target sentence; tagger: what a tagger
            found there (labels count nothing); given: the spans of any layer.
        score: what candidates are scored by. alignment: links; tagger: what a tagger believes of the
            target; translation: how well a translation model thinks that entity and span translate each
            other; string: how alike they look and sound; fusion: several of these, weighed.
        weights: of a fusion, such as "alignment 0.5, tagger 0.5, translation 1".
        solver: exact: the highest sum of scores; greedy: the best score first, as in the published code.
        n_proj: the most target spans that an entity may take; 0 for any number.
        max_length: the most tokens that a target span may have.
        minimum: candidates that score less are not chosen.
        same_label: of found candidates, only those that have the label of the entity.
        ignore: labels of entities that take no part, such as "DATE".
        drop: labels of entities that take part, so that no other takes their place, and are then dropped.
        predictions: the layer with what a tagger found in the target sentences; empty: the only one.
        given: the layer whose spans are candidates; empty: the only one.
        model: a translation model, a folder or a name; for the translation score.
        rescored: of a fusion, how many of each entity's best candidates the translation model scores.
        links: probabilities: every cell counts what the aligner believes; hard: links count one.
        punctuation: what no candidate holds unless its entity does. sentence: what ends or encloses parts
            of a sentence; published: "!" and "?" alone, and always.
        forward_share: the share of P(source token | target token) in a link's probability, where the
            aligner gives both directions; P(target token | source token) has the rest.
        unaligned_discount: how much less than one a target token counts in a candidate's length where
            the aligner believes that it translates nothing; 0 for no discount.
        lower_case_edge: a factor for each edge of a candidate that is in lower case where the same edge
            of the entity is capitalised; 1 for no penalty.
        edge_minimum: the least link probability to the entity, summed over its tokens, that the first and the
            last token of a target span have, where any token has as much.
        leave_articles: leave the definite article outside of a name: "the Netherlands" becomes
            "[Niederlanden]" in "in den Niederlanden".
        end_on_nouns: in languages that write nouns with a capital, as German does, no name ends in a
            small letter unless it does so in the source.
        derived_label: the label of a word that is no name in the target sentence but derived from one, as
            "europeas" from Europe: small letters where the source has a capital, one word, from PER, LOC
            or ORG. It is given only where some source entity of the job has it. Empty: the label of the
            entity; O: none, the entity is dropped.
        shown: how many of the best candidates each `Projection` lists.

    Raises:
        ProjnerError: a setting is out of its range.
    """

    def __init__(
        self,
        *,
        candidates: Literal["ngram", "tagger", "given"] = "ngram",
        score: Literal["alignment", "tagger", "translation", "string", "fusion"] = "alignment",
        weights: str = "alignment 0.5, tagger 0.5, translation 1",
        solver: Literal["exact", "greedy"] = "exact",
        n_proj: int = 1,
        max_length: int = 30,
        minimum: float = 0.1,
        same_label: bool = False,
        ignore: str = "",
        drop: str = "",
        predictions: str = "",
        given: str = "",
        model: str = "",
        rescored: int = 20,
        links: Literal["probabilities", "hard"] = "probabilities",
        punctuation: Literal["sentence", "published"] = "sentence",
        forward_share: float = 0.65,
        unaligned_discount: float = 0.5,
        lower_case_edge: float = 0.95,
        edge_minimum: float = 0.2,
        leave_articles: bool = True,
        end_on_nouns: bool = True,
        derived_label: str = "MISC",
        shown: int = 5,
    ) -> None:
        for name, value, low, high in (
            ("n_proj", n_proj, 0, float("inf")),
            ("max_length", max_length, 1, float("inf")),
            ("minimum", minimum, 1e-6, float("inf")),
            ("rescored", rescored, 1, float("inf")),
            ("forward_share", forward_share, 0, 1),
            ("unaligned_discount", unaligned_discount, 0, 1),
            ("lower_case_edge", lower_case_edge, 0.1, 1),
            ("edge_minimum", edge_minimum, 0, 1),
            ("shown", shown, 1, float("inf")),
        ):
            if not low <= value <= high:
                raise ProjnerError(
                    f"projector 'matching': {name} must be from {low} to {high}, but is {value}"
                )
        for name, chosen, known in (
            ("candidates", candidates, ("ngram", "tagger", "given")),
            ("score", score, (*PARTS, "fusion")),
            ("solver", solver, ("exact", "greedy")),
            ("links", links, ("probabilities", "hard")),
            ("punctuation", punctuation, ("sentence", "published")),
        ):
            if chosen not in known:
                raise ProjnerError(
                    f"projector 'matching': {name} is one of {', '.join(known)}, but is {chosen!r}"
                )
        self.parts = parts_of(weights) if score == "fusion" else {str(score): 1.0}
        if "translation" in self.parts and not model:
            raise ProjnerError(
                "projector 'matching': the translation score needs a model: name one as `model`"
            )
        self.model = model if "translation" in self.parts else ""
        self.extractor = candidates
        self.solver = solver
        self.n_proj = n_proj or None
        self.max_length = max_length
        self.minimum = minimum
        self.same_label = same_label
        self.ignored, self.dropped = listed(ignore), listed(drop)
        self.rescored = rescored
        self.hard = links == "hard"
        self.published = punctuation == "published"
        self.forward_share = forward_share
        self.unaligned_discount = unaligned_discount
        self.lower_case_edge = lower_case_edge
        self.edge_minimum = edge_minimum
        self.leave_articles = leave_articles
        self.end_on_nouns = end_on_nouns
        self.derived_label = derived_label
        self.shown = shown
        self.asks: Mapping[Ask, str] = _asks(candidates, self.parts, predictions, given, derived_label)

    def project(
        self,
        pairs: Sequence[Pair],
        entities: Sequence[Sequence[Span]],
        alignments: Sequence[Alignment],
        evidence: Evidence = NO_EVIDENCE,
    ) -> list[tuple[Projection, ...]]:
        """For each pair, what becomes of each of its source entities, in their order.

        Each pair is decided on its own: cutting the list into chunks changes nothing, as long as the
        evidence says which labels the whole job has; else those of this call count.

        Raises:
            ValueError: lengths differ, a pair has no source, or something points outside its sentence.
            ProjnerError: evidence that is needed is missing, or the model can't be loaded.
        """
        check_all(pairs, entities, alignments)
        labels = evidence.labels
        if labels is None:
            labels = frozenset(span.label for spans in entities for span in spans)
        labelling = Labelling(self.derived_label, labels, self.dropped)
        result: list[tuple[Projection, ...]] = []
        block = _BLOCK if self._plain else _BLOCK_OF_EVERY_NGRAM
        for begin in range(0, len(pairs), block):
            part = slice(begin, begin + block)
            taking = self._taking_part(entities[part])
            known = evidence.part(begin, begin + block)
            rows, spans = self._weighed(pairs[part], taking, alignments[part], known)
            checkpoint()
            chosen = self._choose(rows, spans, len(taking))
            decided = decisions(pairs[part], taking, spans, chosen, labelling, self.minimum, self.shown)
            if self.ignored:
                decided = map(with_ignored, entities[part], taking, decided)
            result.extend(decided)
        return result

    def candidates(
        self,
        pairs: Sequence[Pair],
        entities: Sequence[Sequence[Span]],
        alignments: Sequence[Alignment],
        evidence: Evidence = NO_EVIDENCE,
    ) -> Candidates:
        """All candidates that `project` would choose among, pair by pair, with their scores."""
        check_all(pairs, entities, alignments)
        taking = self._taking_part(entities)
        rows, spans = self._weighed(pairs, taking, alignments, evidence)
        return self._good_enough(rows, spans, len(pairs))[1]

    @property
    def _plain(self) -> bool:
        """Whether candidates are those over links, which no other score needs."""
        return self.extractor == "ngram" and set(self.parts) == {"alignment"}

    def _taking_part(self, entities: Sequence[Sequence[Span]]) -> Sequence[Sequence[Span]]:
        if not self.ignored:
            return entities
        return [[span for span in own if span.label not in self.ignored] for own in entities]

    def _weighed(
        self,
        pairs: Sequence[Pair],
        entities: Sequence[Sequence[Span]],
        alignments: Sequence[Alignment],
        evidence: Evidence,
    ) -> tuple[Rows, Spans]:
        names = without_articles(pairs, entities) if self.leave_articles else entities
        rows = entity_rows(pairs, names, alignments, self.forward_share, hard=self.hard)
        checkpoint()
        edges = edges_of(
            pairs,
            names,
            rows,
            lower_case_edge=self.lower_case_edge,
            leave_articles=self.leave_articles,
            end_on_nouns=self.end_on_nouns,
            published=self.published,
        )
        checkpoint()
        if self._plain:
            return rows, candidate_spans(
                rows,
                edges,
                max_length=self.max_length,
                unaligned_discount=self.unaligned_discount,
                edge_minimum=self.edge_minimum,
            )
        if self.extractor == "ngram":
            places = every_ngram(rows, edges, self.max_length)
        else:
            places = found_spans(
                pairs,
                names,
                _needed(evidence.spans, "found spans"),
                max_length=self.max_length,
                same_label=self.same_label,
            )
        score = self._scores(pairs, names, rows, edges, places, evidence)
        use = score > 0.0
        columns = (places.row[use], places.start[use], places.end[use], score[use])
        return rows, Spans(*columns, rows.linked, rows.among(places.row))

    def _scores(
        self,
        pairs: Sequence[Pair],
        names: Sequence[Sequence[Span]],
        rows: Rows,
        edges: Edges,
        places: Places,
        evidence: Evidence,
    ) -> Floats:
        """The mean of the parts' scores, weighed; float64 (candidates,)."""
        total = np.zeros(len(places))
        if "alignment" in self.parts:
            total += self.parts["alignment"] * measures.by_links(rows, edges, places, self.unaligned_discount)
        if "tagger" in self.parts:
            tags = _needed(evidence.tags, "a tagger's probabilities")
            total += self.parts["tagger"] * measures.by_tagger(pairs, names, tags, rows, places)
        if "string" in self.parts:
            from projner_core.similarity import likeness

            total += self.parts["string"] * measures.by_form(pairs, names, rows, places, likeness)
        if "translation" in self.parts:
            some = self._best(places, total) if len(self.parts) > 1 else np.arange(len(places))
            few = Places(places.row[some], places.start[some], places.end[some])
            total[some] += self.parts["translation"] * measures.by_translation(
                pairs, names, rows, few, self._scorer
            )
        return total / sum(self.parts.values())

    def _best(self, places: Places, score: Floats) -> Integers:
        """The numbers of the `rescored` best candidates of each row, rising."""
        order = np.lexsort((places.start, places.end, -score, places.row))
        rank = np.arange(len(order)) - np.searchsorted(places.row, places.row)
        return np.sort(order[rank < self.rescored])

    @cached_property
    def _scorer(self) -> measures.Scorer:
        from projner_core.inference.seq2seq import load_scorer

        scorer: measures.Scorer = load_scorer(self.model)
        return scorer

    def _good_enough(self, rows: Rows, spans: Spans, pairs: int) -> tuple[Integers, Candidates]:
        """The numbers of the candidates that reach the minimum, and these candidates."""
        use = np.flatnonzero(spans.score >= self.minimum)
        pair = rows.pair[spans.row[use]]
        first = np.searchsorted(pair, np.arange(pairs + 1))
        entity = spans.row[use] - np.searchsorted(rows.pair, pair)  # counted from the pair's first row
        return use, Candidates.of(entity, spans.start[use], spans.end[use], spans.score[use], first=first)

    def _choose(self, rows: Rows, spans: Spans, pairs: int) -> list[list[int]]:
        """The numbers of the candidates that each row takes, by position."""
        use, candidates = self._good_enough(rows, spans, pairs)
        solve = select if self.solver == "exact" else greedy
        chosen = use[solve(candidates, n_proj=self.n_proj)]
        target: list[list[int]] = [[] for _ in range(len(rows))]
        for number, row in zip(chosen.tolist(), spans.row[chosen].tolist(), strict=True):
            target[row].append(number)
        return target


def _asks(
    candidates: str, parts: Mapping[str, float], predictions: str, given: str, derived_label: str
) -> dict[Ask, str]:
    asks: dict[Ask, str] = {}
    if candidates != "ngram":
        asks["spans"] = predictions if candidates == "tagger" else given
    if "tagger" in parts:
        asks["tags"] = predictions
    if derived_label:
        asks["labels"] = ""
    return asks


def _needed(found: Sequence[Found] | None, what: str) -> Sequence[Found]:
    if found is None:
        raise ProjnerError(f"projector 'matching' needs {what} of the target sentences, and was given none")
    return found
