"""The stages with large models, run ahead over all languages: each model is loaded once, not once a language.

Their layers are found again when the cells run. What fails here fails there too, and is written down there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from projner_core.experiments.cells import Cell
from projner_core.experiments.models import models_of, models_read, stages_of
from projner_core.pipeline.config import StageConfig
from projner_core.pipeline.predicting import predict
from projner_core.pipeline.progress import Watch
from projner_core.pipeline.tagging import tag
from projner_core.pipeline.translating import translate
from projner_core.store import Project

_STAGES: dict[str, Callable[[Project, StageConfig, Watch], object]] = {
    "translator": translate,
    "tagger": tag,
    "predictor": predict,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of one language, for the first of the cells that need it."""

    stage: str
    config: StageConfig
    cell: Cell

    def run(self, project: Project, watch: Watch) -> None:
        """Make its layer, or find it."""
        _STAGES[self.stage](project, self.config, watch)


def steps_of(cells: Sequence[Cell]) -> list[Step]:
    """What to run before these cells, model by model; nothing where a single model or language is at work.

    Cells whose models are not all on this machine are left out: they can't run, and nothing is computed for
    them in vain.
    """
    able = [cell for cell in cells if all(model.revision for model in models_of([cell]))]
    if len({(cell.data, cell.lang) for cell in able}) < 2 or len(models_of(able)) < 2:
        return []
    steps: dict[tuple[str, str], dict[tuple[str, str, str, str], Step]] = {}
    for stage in _STAGES:
        for cell in able:
            config = dict(stages_of(cell)).get(stage)
            if config is None or not models_read(stage, config):
                continue
            project = (cell.data, cell.lang, cell.split, cell.config.translator.model_dump_json())
            of_model = steps.setdefault((stage, config.model_dump_json()), {})
            of_model.setdefault(project, Step(stage, config, cell))
    return [step for of_model in steps.values() for step in of_model.values()]
