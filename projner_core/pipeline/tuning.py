"""Settings chosen on a development set, by strict F1: never on what is scored in the end.

Coordinate ascent: each setting in turn takes the value that gives the highest strict micro F1 with all
others as they are, until a round changes nothing. A value must be better to be taken, so that of equals
the one before stays. What was tuned remembers on which sentences, and an evaluation on these says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from projner_core import projectors
from projner_core.corpus import Alignment, Pair, Span, projected_spans
from projner_core.errors import ProjnerError
from projner_core.evaluation.entities import score
from projner_core.evaluation.unmarked import marked_only, unmarked_labels
from projner_core.pipeline import evidence
from projner_core.pipeline.aligning import align, timing_key
from projner_core.pipeline.back_translating import back_translate
from projner_core.pipeline.config import RunConfig, StageConfig
from projner_core.pipeline.filling import called
from projner_core.pipeline.lineage import imported_spans
from projner_core.pipeline.predicting import predict
from projner_core.pipeline.progress import Watch
from projner_core.pipeline.tagging import tag
from projner_core.pipeline.translating import check_translated
from projner_core.projectors.base import asks
from projner_core.store import LayerKind, Project

Grid = Mapping[str, Sequence[Any]]
"""Stage and setting, such as `projector.minimum` -> the values to try."""

ROUNDS = 5  # at most: more than three were never needed


@dataclass(frozen=True, slots=True)
class Tried:
    """One value that was tried: which setting, which value, and the F1 that it gave."""

    setting: str
    value: Any
    f1: float


@dataclass(frozen=True, slots=True)
class Tuned:
    """What came of it.

    Attributes:
        config: the pipeline with the chosen settings, which remember the development set.
        before, after: strict micro F1 on the development set: optimistic, since it was tuned there.
        sentences: how many it has.
        tried: every value, in order.
    """

    config: RunConfig
    before: float
    after: float
    sentences: int
    tried: tuple[Tried, ...]


def tune(project: Project, config: RunConfig, grid: Grid, watch: Watch) -> Tuned:
    """Tune settings of the aligner and the projector on a project with gold.

    Raises:
        ProjnerError: the project has no gold target entities or no source sentences, the grid is empty, names
            another stage, or a value is refused.
        Cancelled: `watch` said so between two trials.
    """
    _check_grid(grid)
    check_translated(project)
    trial = _Trial(project, config, watch)
    try:
        return _climb(project, config, grid, trial, watch)
    finally:
        trial.forget()


def _climb(project: Project, config: RunConfig, grid: Grid, trial: _Trial, watch: Watch) -> Tuned:
    best, tried = trial.f1(config), []
    before, values = best, sum(map(len, grid.values()))
    for _ in range(ROUNDS):
        watch.begin("tune", 0, values)
        done, settled = 0, True
        for setting, choices in grid.items():
            for value in choices:
                watch.check()
                other = _with(config, setting, value)
                f1 = trial.f1(other)
                tried.append(Tried(setting, value, f1))
                if f1 > best:
                    best, config, settled = f1, other, False
                done += 1
                watch.begin("tune", done, values)
        if settled:
            break
    return Tuned(
        _remembering(config, grid, project.fingerprint()), before, best, project.count(), tuple(tried)
    )


class _Trial:
    """Strict F1 of a configuration on the development set; links are made once for each aligner.

    Their layers are gone after `forget`: a project does not keep every value that was tried.
    """

    def __init__(self, project: Project, config: RunConfig, watch: Watch) -> None:
        gold = imported_spans(project, "target")
        if gold is None:
            raise ProjnerError(
                "there is nothing to tune on: the target sentences of a development set need gold entities"
            )
        count = project.count()
        self._project, self._watch = project, watch
        self._gold: list[tuple[Span, ...]] = project.annotations(gold, 0, count)
        self._unmarked = unmarked_labels(self._gold)
        self._pairs: list[Pair] = project.pairs(0, count)
        self._layer = tag(project, config.tagger, watch)
        self._entities: list[tuple[Span, ...]] = project.annotations(self._layer.id, 0, count)
        self._links: dict[int, list[Alignment]] = {}
        self._known: dict[str, float] = {}
        predictor, back_translator = config.predictor, config.back_translator
        self._own = [predict(project, predictor, watch)] if predictor else []
        self._own += [back_translate(project, back_translator, self._layer, watch)] if back_translator else []
        self._before = {layer.id for layer in project.layers(incomplete=True)}
        self._opened: set[str] = set()  # names of layers of links

    def f1(self, config: RunConfig) -> float:
        """Strict micro F1; the same configuration is tried once."""
        told = config.model_dump_json()
        if told not in self._known:
            self._known[told] = self._score(config)
        return self._known[told]

    def _score(self, config: RunConfig) -> float:
        project = self._project
        self._opened.update(_names(config.aligner))
        layer = align(project, config.aligner, self._watch)
        if layer.id not in self._links:
            self._links[layer.id] = project.annotations(layer.id, 0, project.count())
        projector = projectors.create(config.projector.name, **config.projector.settings)
        given = self._pairs, self._entities, self._links[layer.id]
        if asks(projector):
            known = evidence.find(project, projector, self._layer, self._own).read(
                project, 0, project.count()
            )
            found = projector.project(*given, known)
        else:
            found = projector.project(*given)
        predicted = [marked_only(projected_spans(own), self._unmarked) for own in found]
        return score(self._gold, predicted, samples=0).micro.f1.value

    def forget(self) -> None:
        """Delete the links that were made to try them, half of them where that was cancelled."""
        for layer in reversed(self._project.layers(kind=LayerKind.LINKS, incomplete=True)):
            if layer.id not in self._before and layer.name in self._opened:
                with suppress(ProjnerError):  # another process made something of it meanwhile
                    self._project.delete_layer(layer, with_meta=[timing_key(layer)])


def _names(config: StageConfig) -> Iterator[str]:
    """What the layers of an aligner are called: its own, and those of what it combines."""
    yield called(config)
    members = config.settings.get("of", ())
    for member in members.split(",") if isinstance(members, str) else members:
        if isinstance(member, str):
            yield member.strip()
        else:
            yield from _names(StageConfig.model_validate(member))


def _check_grid(grid: Grid) -> None:
    if not any(grid.values()):
        raise ProjnerError("say what to tune, for example --grid 'projector.minimum=[0.05, 0.1, 0.2]'")
    for setting in grid:
        stage, dot, key = setting.partition(".")
        if stage not in ("aligner", "projector") or not dot or not key:
            raise ProjnerError(
                f"{setting}: only settings of aligner and projector are tuned, such as projector.minimum"
            )


def _with(config: RunConfig, setting: str, value: Any) -> RunConfig:
    stage, _, key = setting.partition(".")
    chosen: StageConfig = getattr(config, stage)
    return config.model_copy(update={stage: StageConfig.model_validate(chosen.model_dump() | {key: value})})


def _remembering(config: RunConfig, grid: Grid, corpus: str) -> RunConfig:
    stages = {setting.partition(".")[0] for setting in grid}
    return config.model_copy(
        update={stage: getattr(config, stage).model_copy(update={"tuned_on": corpus}) for stage in stages}
    )
