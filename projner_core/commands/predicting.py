"""The command that has a tagger read the target sentences of a project."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from projner_core.errors import ProjnerError

if TYPE_CHECKING:
    from projner_core.pipeline.config import StageConfig


def predict_(options: argparse.Namespace) -> int:
    """`projner predict`."""
    from projner_core.pipeline.predicting import predict
    from projner_core.pipeline.progress import Watch
    from projner_core.store import catalogue
    from projner_core.terminal import bars

    config = _tagger(options)
    with catalogue.open_project(options.project) as project, bars() as on_progress:
        before = {layer.id for layer in project.layers()}
        layer = predict(project, config, Watch(on_progress, None), name=options.name)
    known = layer.id in before
    if options.json:
        told = {"layer": layer.name, "id": layer.id, "kind": layer.kind, "pairs": layer.done, "known": known}
        print(json.dumps(told | layer.provenance, ensure_ascii=False))
    elif known:
        print(f"the project {options.project!r} has these predictions already: layer {layer.name!r}")
    else:
        print(f"predictions of {layer.done} pairs: layer {layer.name!r} of the project {options.project!r}")
    return 0


def _tagger(options: argparse.Namespace) -> StageConfig:
    from projner_core.pipeline.config import RunConfig, StageConfig

    config = RunConfig(tagger=StageConfig(name=options.tagger))
    for assignment in options.set:
        if not assignment.strip().startswith("tagger."):
            raise ProjnerError(
                f"--set {assignment}: only the tagger runs here; expected tagger.KEY=VALUE, for example "
                "--set tagger.pooling=mean"
            )
        config = config.with_setting(assignment)
    return config.tagger
