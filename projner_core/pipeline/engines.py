"""Who computes a stage: this process, or a cluster.

A stage is cut into stretches of pairs. Its `Work` says what to do with one, and can be sent to another
process; the engine gives the results back in order, and the pipeline writes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from projner_core import aligners, projectors, taggers, translators
from projner_core.aligners.base import LearningAligner
from projner_core.inference import free
from projner_core.pipeline.config import StageConfig
from projner_core.projectors.base import Evidence
from projner_core.taggers.base import ProbabilisticTagger

Compute = Callable[[Sequence[Any]], list[Any]]
"""Items of some pairs in, one result an item out: what a loaded system does."""


@dataclass(frozen=True, slots=True)
class Work:
    """One stage with its system, which can be pickled and loaded elsewhere.

    What the items of a stage are, and its results:

    | stage | item | result |
    |---|---|---|
    | `translate` | `Pair` | `Sentence`, the source |
    | `tag` | `Sentence`, the source | `tuple[Span, ...]` |
    | `predict` | `Sentence`, the target | `TagProbabilities` where the tagger gives them, else spans |
    | `align` | `Pair` | `Alignment`; not of an aligner that learns, which sees the corpus in order |
    | `back-translate` | `(Pair, entities)` | `str`, the marked text |
    | `project` | `(Pair, entities, Alignment, evidence)` | `tuple[Projection, ...]` |

    The evidence of a pair is a dict, kind (`projectors.base.Ask`) -> what is known of this pair; empty for a
    projector that asks for none.

    Attributes:
        stage: one of the table.
        config: the system and its settings.
        about: what the stage wants to know beside them, plain data: of `project`, `asks` (whether the
            projector is given evidence) and `labels` (of all source entities, or None).
    """

    stage: str
    config: StageConfig
    about: dict[str, Any] = field(default_factory=dict)

    def load(self) -> Compute:
        """Make the system and give what computes; a model is loaded by the first item that needs it.

        Raises:
            ProjnerError: there is no such system, or it refuses its settings.
            ValueError: there is no such stage, or the aligner is one that learns.
        """
        name, settings = self.config.name, self.config.settings
        match self.stage:
            case "translate":
                return translators.create(name, **settings).translate
            case "tag":
                return taggers.create(name, **settings).tag
            case "predict":
                tagger = taggers.create(name, **settings)
                return tagger.probabilities if isinstance(tagger, ProbabilisticTagger) else tagger.tag
            case "align":
                aligner = aligners.create(name, **settings)
                if isinstance(aligner, LearningAligner):
                    raise ValueError(
                        f"the aligner {name!r} learns: it must see the pairs in order, in one process"
                    )
                return aligner.align
            case "back-translate":
                return self._back_translating()
            case "project":
                return self._projecting()
            case _:
                raise ValueError(f"there is no stage {self.stage!r}")

    def _back_translating(self) -> Compute:
        back_translator = translators.create_back_translator(self.config.name, **self.config.settings)

        def compute(items: Sequence[Any]) -> list[Any]:
            return list(
                back_translator.back_translate([pair for pair, _ in items], [spans for _, spans in items])
            )

        return compute

    def _projecting(self) -> Compute:
        projector = projectors.create(self.config.name, **self.config.settings)
        labels = self.about.get("labels")

        def compute(items: Sequence[Any]) -> list[Any]:
            pairs, entities, alignments = ([item[part] for item in items] for part in range(3))
            if not self.about.get("asks"):  # projectors of others need not know of evidence
                return list(projector.project(pairs, entities, alignments))
            known: dict[str, Any] = {ask: [item[3][ask] for item in items] for ask in items[0][3]}
            evidence = Evidence(**known, labels=None if labels is None else frozenset(labels))
            return list(projector.project(pairs, entities, alignments, evidence))

        return compute


class Engine(Protocol):
    """Runs work over stretches."""

    def results(
        self, work: Work, stretches: Sequence[tuple[int, int]], read: Callable[[int, int], list[Any]]
    ) -> Iterator[tuple[int, list[Any]]]:
        """Of each stretch `[start, stop)`, in order: its start, and one result an item.

        Args:
            read: the items of the pairs of a stretch; one a pair, or fewer where the stage has nothing to do
                for some of them.
        """
        ...


class LocalEngine:
    """This process, one stretch after the other."""

    def results(
        self, work: Work, stretches: Iterable[tuple[int, int]], read: Callable[[int, int], list[Any]]
    ) -> Iterator[tuple[int, list[Any]]]:
        """As `Engine.results`. When the last is given, or nobody wants more, the model is let go of."""
        compute: Compute | None = None
        try:
            for start, stop in stretches:
                items = read(start, stop)
                if items and compute is None:
                    compute = work.load()
                yield start, compute(items) if compute is not None and items else []
        finally:
            del compute
            free()


LOCAL = LocalEngine()
