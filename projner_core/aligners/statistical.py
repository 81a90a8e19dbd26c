"""The default aligner: a statistical model that learns from the corpus it aligns, with no download.

IBM model 1, then a hidden Markov model over jumps, each with a null word and Dirichlet priors, in both
directions that are trained to agree (Liang, Taskar and Klein 2006). It gives both directions'
probabilities for every link. docs/aligner.md has the formulas and what was measured.

To read the model, read in `_statistical`: `words` (tokens as numbers) → `tables` (the pairs of words
that meet) → `lexical` (how words translate), `shapes` (how looks do) and `hmm` (how positions move) →
`training` (EM). What it believes before it has seen a sentence is in `known`, `compounds` and
`similarity`; `knowledge` joins it all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from projner_core.aligners._statistical.cutting import cut
from projner_core.aligners._statistical.knowledge import Knowledge, Settings
from projner_core.aligners._statistical.model import Model
from projner_core.corpus import Alignment, Pair
from projner_core.errors import ProjnerError
from projner_core.inference.interruption import asking

_MOST_CELLS = 3_000_000  # that are trained on together: bounds memory, to some 300 MB


class StatisticalAligner:
    """Aligns words by what it learns from the pairs themselves, with a head start from priors.

    The languages of the sentences choose lexicon and names; unknown ones do without. The same pairs give
    the same links.

    Args:
        threshold: two tokens are linked when the geometric mean of both directions' probabilities is at
            least this.
        weak: two tokens are kept as a weak link when one direction gives them at least this.
        block: how many pairs are trained on together.
        similarity: the pseudo-count of two equal words; 0 does without string similarity.
        lexicon: the weight of the bundled lexicons; 0 does without.
        names: the weight of CLDR's names; 0 does without.
        threads: how many threads to use; the links do not depend on it.
        model: the numbers of the model itself.

    Raises:
        ProjnerError: a setting is out of its range.
    """

    def __init__(
        self,
        *,
        threshold: float = 0.3,
        weak: float = 0.01,
        block: int = 2000,
        similarity: float = 12.0,
        lexicon: float = 0.7,
        names: float = 1.0,
        threads: int = 2,
        model: Model | None = None,
    ) -> None:
        for name, value in (("threshold", threshold), ("weak", weak)):
            if not 0 < value <= 1:
                raise ProjnerError(f"the statistical aligner's {name} must be in (0, 1], but is {value}")
        for name, value in (("similarity", similarity), ("lexicon", lexicon), ("names", names)):
            if not value >= 0:
                raise ProjnerError(f"the statistical aligner's {name} must be 0 or more, but is {value}")
        for name, value in (("block", block), ("threads", threads)):
            if value < 1:
                raise ProjnerError(f"the statistical aligner's {name} must be 1 or more, but is {value}")
        self.block = block
        self._settings = Settings(threshold, weak, similarity, lexicon, names, threads, model or Model())

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
        return StatisticalLearner(self._settings)


class StatisticalLearner:
    """A corpus being aligned block by block; what is linked in one is a prior of the next."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._knowledge: dict[tuple[str, str], Knowledge] = {}

    def align(self, pairs: Sequence[Pair]) -> list[Alignment]:
        """Align the next block, and learn from it."""
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
        """Learn from a block that was aligned before, as `align` did when it returned these."""
        for languages, positions in _rounds(pairs):
            self._knowing(languages).learn(
                [pairs[position] for position in positions],
                [alignments[position] for position in positions],
            )

    def lessons(self) -> Iterator[tuple[str, str, float]]:
        """Source word, target word (both normalised), and how many links between them are expected."""
        for knowledge in self._knowledge.values():
            yield from knowledge.lessons()

    def _knowing(self, languages: tuple[str, str]) -> Knowledge:
        if languages not in self._knowledge:
            self._knowledge[languages] = Knowledge(self._settings, *languages)
        return self._knowledge[languages]


def _rounds(pairs: Sequence[Pair]) -> Iterator[tuple[tuple[str, str], list[int]]]:
    """The positions of pairs to be trained on together: of one pair of languages, some `_MOST_CELLS` at most.

    A pair with an empty side has nothing to align and is in no round.
    """
    cells = [
        sum(piece.cells for piece in cut(*(side.tokens for side in pair.both()))) for pair in asking(pairs)
    ]
    by_languages: dict[tuple[str, str], list[int]] = {}
    for position, pair in enumerate(pairs):
        if cells[position]:
            source, target = pair.both()
            by_languages.setdefault((source.lang, target.lang), []).append(position)
    for languages, positions in by_languages.items():
        total = sum(cells[position] for position in positions)
        share = total / -(-total // _MOST_CELLS)
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
