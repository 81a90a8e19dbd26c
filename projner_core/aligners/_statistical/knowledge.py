"""What is known of one pair of languages while a corpus is aligned: its words, priors, and lessons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from projner_core.aligners._statistical import known
from projner_core.aligners._statistical.arrays import LongArray, sums
from projner_core.aligners._statistical.compounds import Compounds
from projner_core.aligners._statistical.cutting import Piece, cut
from projner_core.aligners._statistical.learned import WordCounts
from projner_core.aligners._statistical.lexical import Pseudocounts
from projner_core.aligners._statistical.model import Model
from projner_core.aligners._statistical.shapes import Shape, shapes
from projner_core.aligners._statistical.similarity import similar_pairs
from projner_core.aligners._statistical.tables import Block, Text, build_block
from projner_core.aligners._statistical.training import Posteriors, train
from projner_core.aligners._statistical.units import Joiner, Units, apart
from projner_core.aligners._statistical.words import Vocabulary
from projner_core.corpus import Alignment, Link, Pair
from projner_core.inference.interruption import asking, checkpoint

_LEAST_NAME = 0.2  # expected links between two words of names, for them to be believed
_LEAST_LESSON = 0.01  # of an expected link, for it to be learned from


@dataclass(frozen=True, slots=True)
class Settings:
    """What a `StatisticalAligner` was asked to do; its arguments say what they mean."""

    threshold: float
    weak: float
    similarity: float
    lexicon: float
    names: float
    threads: int
    model: Model


class Knowledge:
    """The words of one pair of languages, and counts of word pairs that are believed of them."""

    def __init__(self, settings: Settings, source_lang: str, target_lang: str) -> None:
        self._settings = settings
        self._source_words = Vocabulary(settings.model.clitics)
        self._target_words = Vocabulary(settings.model.clitics)
        self._given = WordCounts()
        self._learned = WordCounts()
        self._compounds: Compounds | None = None  # until all that is given is known
        if settings.lexicon > 0:
            self._give(known.lexicon(source_lang, target_lang), settings.lexicon)
        if settings.names > 0:
            self._give(self._linked_names(source_lang, target_lang), settings.names)
        self._compounds = Compounds(self._given, self._source_words, self._target_words)
        self._source_joiner = Joiner(self._source_words.words)
        self._target_joiner = Joiner(self._target_words.words)

    def align(self, pairs: Sequence[Pair]) -> list[Alignment]:
        """Train on pairs that have no empty side, and say what is linked."""
        pieces: list[tuple[int, Piece]] = []
        units = [self._units(pair) for pair in asking(pairs)]
        sources = Text(self._source_words, [], [])
        targets = Text(self._target_words, [], [])
        for number, (source, target) in enumerate(asking(units)):
            source_ids, target_ids = (
                self._source_words.ids(source.words),
                self._target_words.ids(target.words),
            )
            source_shapes, target_shapes = shapes(source.words), shapes(target.words)
            for piece in cut(source.words, target.words):
                pieces.append((number, piece))
                sources.add(source_ids[piece.of_source], source_shapes[piece.of_source])
                targets.add(target_ids[piece.of_target], target_shapes[piece.of_target])
        checkpoint()
        block = build_block(sources, targets)
        posteriors = train(block, self._priors(block), self._settings.model, self._settings.threads)
        links: list[list[Link]] = [[] for _ in pairs]
        weak: list[list[Link]] = [[] for _ in pairs]
        for number, link in asking(self._links(units, pieces, block, posteriors), 10_000):
            (links if link.score >= self._settings.threshold else weak)[number].append(link)
        return [Alignment(tuple(a), tuple(b)) for a, b in zip(links, weak, strict=True)]

    def learn(self, pairs: Sequence[Pair], alignments: Sequence[Alignment]) -> None:
        """Add the expected links of alignments to what is known.

        Nothing else is learned from, so that a stored alignment teaches the same as one just made. The
        expected links between the tokens of two units sum to those of the units.
        """
        source: list[int] = []
        target: list[int] = []
        count: list[float] = []
        for pair, alignment in zip(asking(pairs), alignments, strict=True):
            here, there = self._units(pair)
            source_ids, target_ids = here.spread(self._source_words), there.spread(self._target_words)
            for link in sorted(
                (*alignment.links, *alignment.weak), key=lambda link: (link.source, link.target)
            ):
                expected = (link.forward or 0.0) * (link.backward or 0.0)
                if expected >= _LEAST_LESSON:
                    source.append(source_ids[link.source])
                    target.append(target_ids[link.target])
                    count.append(expected)
        self._learned.add(np.array(source, dtype=np.int64), np.array(target, dtype=np.int64), np.array(count))

    def lessons(self) -> Iterator[tuple[str, str, float]]:
        """What was learned: source word, target word, expected number of links."""
        for source, target, count in self._learned.entries():
            yield self._source_words.words[source], self._target_words.words[target], count

    def _give(self, counts: known.Counts, weight: float) -> None:
        self._given.add(
            np.array([self._source_words.add(source) for source, _ in counts], dtype=np.int64),
            np.array([self._target_words.add(target) for _, target in counts], dtype=np.int64),
            np.array(list(counts.values()), dtype=np.float64) * weight,
        )

    def _linked_names(self, source_lang: str, target_lang: str) -> known.Counts:
        """Names in two languages are a small bitext: the words that the model links in it."""
        pairs = known.names(source_lang, target_lang)
        if self._settings.model.acronyms:
            pairs += known.acronyms(source_lang, target_lang)
        if not pairs:
            return {}
        sources = Text(self._source_words, [], [])
        targets = Text(self._target_words, [], [])
        for source, target in pairs:
            sources.add([self._source_words.add(word) for word in source], [Shape.UNCASED] * len(source))
            targets.add([self._target_words.add(word) for word in target], [Shape.UNCASED] * len(target))
        block = build_block(sources, targets)
        found = train(block, self._priors(block), self._settings.model, self._settings.threads)
        counts = sums(block.cell, len(block.tables[0]), found.forward * found.backward)
        source_words, target_words = self._words(block)
        table = block.tables[0]
        return {
            (source_words[table.source[p]], target_words[table.target[p]]): float(counts[p])
            for p in np.flatnonzero(counts >= _LEAST_NAME)
        }

    def _priors(self, block: Block) -> list[Pseudocounts]:
        """All that is believed of a block's pairs of words before it is seen, one a level."""
        checkpoint()
        given = self._given.pseudocounts(block, self._source_words, self._target_words)
        checkpoint()
        learned = self._learned.pseudocounts(block, self._source_words, self._target_words)
        priors = [a + b for a, b in zip(given, learned, strict=True)]
        checkpoint()
        if self._compounds and self._settings.model.compounds > 0:
            compounds = self._compounds.counts(*self._numbers(block), self._settings.model.compounds)
            more = compounds.pseudocounts(block, self._source_words, self._target_words)
            priors = [a + b for a, b in zip(priors, more, strict=True)]
        checkpoint()
        if self._settings.similarity > 0:
            alike = similar_pairs(
                block, *self._words(block), weight=self._settings.similarity, threads=self._settings.threads
            )
            priors = [a + b for a, b in zip(priors, alike, strict=True)]
        return priors

    def _words(self, block: Block) -> tuple[list[str], list[str]]:
        """The source words and the target words of a block, in the order of its first table."""

        sources, targets = self._numbers(block)
        return (
            [self._source_words.words[w] for w in sources.tolist()],
            [self._target_words.words[w] for w in targets.tolist()],
        )

    @staticmethod
    def _numbers(block: Block) -> tuple[LongArray, LongArray]:
        """The same words, as the vocabularies number them."""
        table = block.tables[0]
        return np.flatnonzero(table.sources.number >= 0), np.flatnonzero(table.targets.number >= 0)

    def _links(
        self,
        units: Sequence[tuple[Units, Units]],
        pieces: Sequence[tuple[int, Piece]],
        block: Block,
        posteriors: Posteriors,
    ) -> Iterator[tuple[int, Link]]:
        """Every link worth keeping, with its pair's number, in the order of their cells.

        Probabilities are float32 throughout, so that a store that keeps float32 gives back the same links.
        """
        forward, backward = np.minimum(posteriors.forward, 1), np.minimum(posteriors.backward, 1)
        least = np.float32(self._settings.weak)
        kept = np.flatnonzero((forward >= least) | (backward >= least))
        which = np.searchsorted(block.cell_start, kept, side="right") - 1
        row, column = np.divmod(kept - block.cell_start[which], block.target_length[which])
        origin = np.array([(n, p.source_start, p.target_start) for n, p in pieces], dtype=np.int64)[which]
        forward, backward = forward[kept], backward[kept]
        plain = [source.plain and target.plain for source, target in units]
        for number, i, j, score, f, b in zip(
            origin[:, 0].tolist(),
            (row + origin[:, 1]).tolist(),
            (column + origin[:, 2]).tolist(),
            np.sqrt(forward * backward).tolist(),
            forward.tolist(),
            backward.tolist(),
            strict=True,
        ):
            if plain[number]:
                yield number, Link(i, j, score, f, b)
            else:
                yield from ((number, link) for link in _between_tokens(units[number], i, j, f, b))

    def _units(self, pair: Pair) -> tuple[Units, Units]:
        source, target = (side.tokens for side in pair.both())
        if not self._settings.model.segmentation:
            return apart(source), apart(target)
        return self._source_joiner.units(source, target), self._target_joiner.units(target, source)


def _between_tokens(
    units: tuple[Units, Units], i: int, j: int, forward: float, backward: float
) -> Iterator[Link]:
    """The links between the tokens of source unit i and target unit j, which share its probabilities."""
    source, target = units
    first, last = source.start[i : i + 2]
    begin, end = target.start[j : j + 2]
    f = float(np.float32(forward / (last - first)))
    b = float(np.float32(backward / (end - begin)))
    score = float(np.float32((f * b) ** 0.5))
    for s in range(first, last):
        for t in range(begin, end):
            yield Link(s, t, score, f, b)
