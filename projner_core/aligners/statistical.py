"""The default aligner: a statistical model that learns from the corpus it aligns, with no download.

IBM model 1 with Dirichlet priors, then a hidden Markov model over jumps with a null word, in both
directions, trained to agree (Liang, Taskar and Klein 2006). docs/aligner.md has the formulas and what
they were measured to do. Read on in `_statistical`: `words` → `tables` → `lexical` and `hmm` →
`training`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from projner_core.aligners._statistical import known
from projner_core.aligners._statistical.cutting import Piece, cut
from projner_core.aligners._statistical.learned import WordCounts
from projner_core.aligners._statistical.lexical import Pseudocounts
from projner_core.aligners._statistical.similarity import as_pseudocounts, similar_pairs
from projner_core.aligners._statistical.tables import Block, FloatArray, build_block
from projner_core.aligners._statistical.training import Model, Posteriors, train
from projner_core.aligners._statistical.words import Vocabulary
from projner_core.corpus import Alignment, Link, Pair

_MOST_CELLS = 3_000_000  # of one round of training: bounds the memory it takes


class StatisticalAligner:
    """Aligns words by what it learns from the pairs themselves, with a head start from priors.

    Args:
        threshold: a pair of tokens is linked when the geometric mean of both directions'
            probabilities is at least this.
        weak: a pair of tokens is kept as weak when either direction gives it at least this.
        block: how many pairs are trained together.
        similarity: the pseudo-count of two words that look alike; 0 turns that prior off.
        lexicon: the weight of the bundled lexicons; 0 turns them off.
        names: the weight of CLDR's names; 0 turns them off.
        threads: how many threads to use; the result does not depend on it.
        model: the numbers of the model itself.
    """

    def __init__(
        self,
        *,
        threshold: float = 0.3,
        weak: float = 0.01,
        block: int = 2000,
        similarity: float = 12.0,
        lexicon: float = 1.0,
        names: float = 1.0,
        threads: int = 2,
        model: Model | None = None,
    ) -> None:
        self.threshold = threshold
        self.weak = weak
        self.block = block
        self.similarity = similarity
        self.lexicon = lexicon
        self.names = names
        self.threads = threads
        self.model = model or Model()

    def align(self, pairs: Sequence[Pair]) -> list[Alignment]:
        """One alignment a pair, in the same order.

        Raises:
            ValueError: a pair has no source sentence.
        """
        learner = self.start()
        rest = iter(pairs)
        alignments: list[Alignment] = []
        while block := list(islice(rest, self.block)):
            alignments.extend(learner.align(block))
        return alignments

    def start(self) -> StatisticalLearner:
        """Begin a corpus that comes in blocks."""
        return StatisticalLearner(self)


class StatisticalLearner:
    """A corpus being aligned block by block; each block's links are priors of the next one's."""

    def __init__(self, aligner: StatisticalAligner) -> None:
        self._aligner = aligner
        self._knowledge: dict[tuple[str, str], _Knowledge] = {}

    def align(self, pairs: Sequence[Pair]) -> list[Alignment]:
        """Align the next block, then learn from it."""
        alignments = [Alignment()] * len(pairs)
        for languages, positions in _rounds(pairs):
            knowledge = self._knowing(languages)
            chosen = [pairs[position] for position in positions]
            found = knowledge.align(chosen)
            knowledge.learn(chosen, found)
            for position, alignment in zip(positions, found, strict=True):
                alignments[position] = alignment
        return alignments

    def observe(self, pairs: Sequence[Pair], alignments: Sequence[Alignment]) -> None:
        """Learn from a block that was aligned before, as `align` did when it returned `alignments`."""
        for languages, positions in _rounds(pairs):
            self._knowing(languages).learn(
                [pairs[position] for position in positions],
                [alignments[position] for position in positions],
            )

    def _knowing(self, languages: tuple[str, str]) -> _Knowledge:
        if languages not in self._knowledge:
            self._knowledge[languages] = _Knowledge(self._aligner, *languages)
        return self._knowledge[languages]


def _rounds(pairs: Sequence[Pair]) -> Iterator[tuple[tuple[str, str], list[int]]]:
    """The positions of the pairs that are trained together: of one pair of languages, within `_MOST_CELLS`.

    Pairs with an empty side have nothing to align and are in no round.
    """
    by_languages: dict[tuple[str, str], list[int]] = {}
    cells = [0] * len(pairs)
    for position, pair in enumerate(pairs):
        source, target = pair.both()
        cells[position] = sum((p[1] - p[0]) * (p[3] - p[2]) for p in cut(source.tokens, target.tokens))
        if cells[position]:
            by_languages.setdefault((source.lang, target.lang), []).append(position)
    for languages, positions in by_languages.items():
        rounds = -(-sum(cells[position] for position in positions) // _MOST_CELLS)
        share = sum(cells[position] for position in positions) / rounds
        now: list[int] = []
        taken = 0
        for position in positions:
            now.append(position)
            taken += cells[position]
            if taken >= share:
                yield languages, now
                now, taken = [], 0
        if now:
            yield languages, now


class _Knowledge:
    """What is known of one pair of languages: its words, its priors, and what was learned so far."""

    def __init__(self, aligner: StatisticalAligner, source_lang: str, target_lang: str) -> None:
        self._aligner = aligner
        self._source_words = Vocabulary()
        self._target_words = Vocabulary()
        self._learned = WordCounts()
        self._given = WordCounts()
        if aligner.lexicon > 0:
            self._give(known.lexicon(source_lang, target_lang), aligner.lexicon)
        if aligner.names > 0:
            self._give(self._aligned_names(source_lang, target_lang), aligner.names)

    def _give(self, counts: known.Counts, weight: float) -> None:
        self._given.add(
            np.array([self._source_words.add(source) for source, _ in counts], dtype=np.int64),
            np.array([self._target_words.add(target) for _, target in counts], dtype=np.int64),
            np.array(list(counts.values())) * weight,
        )

    def _aligned_names(self, source_lang: str, target_lang: str) -> known.Counts:
        """Pairs of names are a small bitext of their own: what the model links in it."""
        names = known.names(source_lang, target_lang)
        if not names:
            return {}
        sources = [[self._source_words.add(word) for word in a] for a, _ in names]
        targets = [[self._target_words.add(word) for word in b] for _, b in names]
        block = build_block(sources, targets, self._source_words, self._target_words)
        found = train(block, self._priors(block), self._aligner.model, self._aligner.threads)
        counts = np.bincount(block.cell, weights=found.forward * found.backward)
        table = block.tables[0]
        sources_ = [self._source_words.words[w] for w in _known(table.sources.number)]
        targets_ = [self._target_words.words[w] for w in _known(table.targets.number)]
        return {
            (sources_[table.source[p]], targets_[table.target[p]]): float(counts[p])
            for p in np.flatnonzero(counts >= 0.2)
        }

    def align(self, pairs: Sequence[Pair]) -> list[Alignment]:
        """Train on pairs that have no empty side, and say what is linked."""
        pieces: list[tuple[int, Piece]] = []
        sources: list[list[int]] = []
        targets: list[list[int]] = []
        for number, pair in enumerate(pairs):
            source, target = pair.both()
            source_ids, target_ids = self._source_words.ids(source.tokens), self._target_words.ids(target.tokens)
            for piece in cut(source.tokens, target.tokens):
                pieces.append((number, piece))
                sources.append(source_ids[piece.source_start : piece.source_end])
                targets.append(target_ids[piece.target_start : piece.target_end])
        block = build_block(sources, targets, self._source_words, self._target_words)
        posteriors = train(block, self._priors(block), self._aligner.model, self._aligner.threads)
        return self._links(len(pairs), pieces, block, posteriors)

    def learn(self, pairs: Sequence[Pair], alignments: Sequence[Alignment]) -> None:
        """Add the expected links of `alignments` to what is known: they alone are learned from, so that
        an alignment that was stored teaches the same as one that was just made."""
        source: list[int] = []
        target: list[int] = []
        count: list[float] = []
        for pair, alignment in zip(pairs, alignments, strict=True):
            here, there = pair.both()
            source_ids, target_ids = self._source_words.ids(here.tokens), self._target_words.ids(there.tokens)
            for link in sorted((*alignment.links, *alignment.weak), key=lambda link: (link.source, link.target)):
                expected = (link.forward or 0.0) * (link.backward or 0.0)
                source.append(source_ids[link.source])
                target.append(target_ids[link.target])
                count.append(expected)
        self._learned.add(np.array(source, dtype=np.int64), np.array(target, dtype=np.int64), np.array(count))

    def _priors(self, block: Block) -> list[Pseudocounts]:
        aligner = self._aligner
        priors = [
            a + b
            for a, b in zip(
                self._given.pseudocounts(block, self._source_words, self._target_words),
                self._learned.pseudocounts(block, self._source_words, self._target_words),
                strict=True,
            )
        ]
        if aligner.similarity > 0:
            sources = [self._source_words.words[w] for w in _known(block.tables[0].sources.number)]
            targets = [self._target_words.words[w] for w in _known(block.tables[0].targets.number)]
            near, score = similar_pairs(block, sources, targets, least=0.82, threads=aligner.threads)
            weight = np.full(len(score), aligner.similarity)
            priors = [a + b for a, b in zip(priors, as_pseudocounts(block, near, weight), strict=True)]
        return priors

    def _links(
        self, n_pairs: int, pieces: Sequence[tuple[int, Piece]], block: Block, posteriors: Posteriors
    ) -> list[Alignment]:
        forward, backward = posteriors.forward, posteriors.backward
        score = np.sqrt(forward * backward)
        kept = np.flatnonzero((forward >= self._aligner.weak) | (backward >= self._aligner.weak))
        which = np.searchsorted(block.cell_start, kept, side="right") - 1
        within = kept - block.cell_start[which]
        width = block.target_length[which]
        offset = np.array([(p.source_start, p.target_start) for _, p in pieces], dtype=np.int64)
        rows = zip(
            np.array([number for number, _ in pieces])[which].tolist(),
            (within // width + offset[which, 0]).tolist(),
            (within % width + offset[which, 1]).tolist(),
            score[kept].tolist(),
            forward[kept].tolist(),
            backward[kept].tolist(),
            strict=True,
        )
        links: list[list[Link]] = [[] for _ in range(n_pairs)]
        weak: list[list[Link]] = [[] for _ in range(n_pairs)]
        threshold = self._aligner.threshold
        for number, i, j, s, f, b in rows:
            (links if s >= threshold else weak)[number].append(Link(i, j, s, f, b))
        return [Alignment(tuple(a), tuple(b)) for a, b in zip(links, weak, strict=True)]


def _known(number: FloatArray) -> list[int]:
    """Words of the vocabulary that a block has, in the block's order (which is the vocabulary's)."""
    return np.flatnonzero(np.asarray(number) >= 0).tolist()
