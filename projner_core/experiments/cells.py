"""The cells of a plan: one method on one language of one data set, each with its whole pipeline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from projner_core.datasets import known
from projner_core.datasets.known import FOLDER
from projner_core.errors import ProjnerError
from projner_core.experiments.plan import Data, Pipelines, Plan, System
from projner_core.languages import parse
from projner_core.pipeline.config import RunConfig, StageConfig

_STAGES = ("translator", "tagger", "projector", "aligner", "predictor", "back_translator")


@dataclass(frozen=True, slots=True)
class Cell:
    """One method on one language.

    Attributes:
        data: what the plan calls the data: their label, or the name of the data set.
        data_set: the name of the data set.
        lang: the language, as the data set writes it.
        split: of the data set.
        folder: where the data set lies, or None.
        method: the row of the table.
        config: the pipeline.
        transfer: whether the predictor's entities are the result.
        labels: the entity types that the plan has scored; empty: those of the data set.
        ignored: those that the plan has left out; None: those of the data set.
    """

    data: str
    data_set: str
    lang: str
    split: str
    folder: Path | None
    method: str
    config: RunConfig
    transfer: bool = False
    labels: tuple[str, ...] = ()
    ignored: tuple[str, ...] | None = None

    @property
    def name(self) -> str:
        """What `--only` and messages call it: `europarl-ner/de/heuristic, AWESoME`."""
        return f"{self.data}/{self.lang}/{self.method}"


def cells_of(plan: Plan, *, beside: Path | None = None, only: Sequence[str] = ()) -> list[Cell]:
    """Every cell of a plan, language by language, methods in the order of the plan.

    Args:
        plan: the plan.
        beside: the folder that folders in the plan are relative to.
        only: names or beginnings of names of cells at a "/" (`europarl-ner`, `europarl-ner/de`); none: all.

    Raises:
        ProjnerError: two different methods have one name, a data set or language is unknown, or `only` names
            no cell.
    """
    methods = _methods(plan)
    cells = [
        Cell(
            data=data.called,
            data_set=data.name,
            lang=lang,
            split=data.split,
            folder=_folder(data, beside),
            method=row.name,
            config=row.config,
            transfer=row.transfer,
            labels=data.labels,
            ignored=data.ignored,
        )
        for data in plan.data
        for lang in _languages(plan, data)
        for row in _of_language(methods, lang)
    ]
    doubled = [
        cell.name for number, cell in enumerate(cells) if cell.name in {c.name for c in cells[:number]}
    ]
    if doubled:
        raise ProjnerError(
            f"two cells are called {doubled[0]!r}: give the systems labels that differ, or the pipelines a "
            "label that names what differs, such as '{projector}, {aligner}'; two folders or splits of one "
            "data set want labels, too"
        )
    for name in only:
        if not any(_named(cell, name) for cell in cells):
            known_cells = ", ".join(dict.fromkeys(f"{cell.data}/{cell.lang}" for cell in cells))
            raise ProjnerError(f"--only {name}: there is no such cell; there are: {known_cells}")
    return [cell for cell in cells if not only or any(_named(cell, name) for name in only)]


def _named(cell: Cell, name: str) -> bool:
    return f"{cell.name}/".startswith(f"{name}/")


def _folder(data: Data, beside: Path | None) -> Path | None:
    if not data.folder:
        return None
    folder = Path(data.folder).expanduser()
    return folder if beside is None else beside / folder


def _languages(plan: Plan, data: Data) -> tuple[str, ...]:
    if data.languages:
        return data.languages
    about = known(data.name)
    if about.name == FOLDER:
        raise ProjnerError('of a folder the plan must name the languages: languages = ["yo", …]')
    wanted = [lang for lang in about.languages if lang != plan.source_lang]
    # with gold source sentences, those that have them; a set that is not parallel at all says so
    paired = [lang for lang in wanted if about.is_parallel(lang)] if plan.source == "gold" else []
    return tuple(paired or wanted)


@dataclass(frozen=True, slots=True)
class _Row:
    """A method: its name, its pipeline, and the languages that it is for (none: all)."""

    name: str
    config: RunConfig
    transfer: bool
    languages: tuple[str, ...]


def _of_language(rows: Sequence[_Row], lang: str) -> list[_Row]:
    """The methods of a language; what is for it goes before what is for all and has the same name."""
    fitting = [row for row in rows if not row.languages or _is_among(lang, row.languages)]
    own = {row.name for row in fitting if row.languages}
    return [row for row in fitting if row.languages or row.name not in own]


def _is_among(lang: str, languages: Sequence[str]) -> bool:
    return any(lang == one or parse(lang).language == parse(one).language for one in languages)


def _methods(plan: Plan) -> list[_Row]:
    differing = [stage for stage in _STAGES if len(_labels(plan, stage)) > 1]
    # Model transfer reads no translation; it names one, and so shares the project of methods that do.
    first = next((group.translators[0].stage for group in plan.pipelines if not group.transfer), None)
    return [
        _Row(_method(group, systems, differing), _config(systems, first), group.transfer, group.languages)
        for group in plan.pipelines
        for systems in _grid(group)
    ]


def _labels(plan: Plan, stage: str) -> set[str]:
    groups = [group for group in plan.pipelines if not group.transfer]
    return {system.label for group in groups for system in getattr(group, f"{stage}s")}


def _grid(group: Pipelines) -> Iterator[dict[str, System]]:
    """Every combination, the last stage of the pipeline slowest: rows of one projector stand together."""
    stages = ["predictor"] if group.transfer else ["projector", "aligner", "tagger", "translator"]
    if not group.transfer:
        stages += [stage for stage in ("predictor", "back_translator") if getattr(group, f"{stage}s")]
    for systems in product(*(getattr(group, f"{stage}s") for stage in stages)):
        yield dict(zip(stages, systems, strict=True))


def _method(group: Pipelines, systems: dict[str, System], differing: Sequence[str]) -> str:
    labels = {stage: system.label for stage, system in systems.items()}
    if group.label:
        try:
            return group.label.format(**labels)
        except (KeyError, IndexError, ValueError) as error:
            raise ProjnerError(
                f"the label {group.label!r} names what these pipelines don't have; they have: "
                f"{', '.join(f'{{{stage}}}' for stage in labels)}"
            ) from error
    if group.transfer:
        return "model transfer" + (f", {labels['predictor']}" if len(group.predictors) > 1 else "")
    told = [labels[stage] for stage in _STAGES if stage in differing and stage in labels]
    return ", ".join(told) or labels["projector"]


def _config(systems: dict[str, System], translator: StageConfig | None) -> RunConfig:
    config = RunConfig(**{stage: system.stage for stage, system in systems.items()})
    if "translator" in systems or translator is None:
        return config
    return config.model_copy(update={"translator": translator})
