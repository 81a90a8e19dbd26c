"""The grammar of the commands that project over links that are there, tune, and take in predictions."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from projner_core import commands
from projner_core.cli.options import add, format_option, pair_options


def add_projecting(subparsers: Any) -> None:
    """Add these commands."""
    project = add(
        subparsers,
        "project",
        commands.project_,
        "carry entities over links that are there",
        "Project the source entities over the links of a file, and write the target file back with only its\n"
        "tags changed; or, with --project, over a layer of links of that project, into a new layer of it.",
    )
    pair_options(project, required=False)
    project.add_argument(
        "--links", metavar="LINKS", help="a file of links; with --project, a layer's name or number"
    )
    format_option(project)
    _evidence_options(project)
    project.add_argument("--project", metavar="NAME", help="use the pairs and links of this project")
    project.add_argument("--aside", action="store_true", help="leave the projection under review what it is")
    project.add_argument("--out", type=Path, metavar="FILE", help="write the projected CoNLL file here")
    _pipeline_options(project, ("projector",), "projector.minimum=0.2")
    project.add_argument("--json", action="store_true", help="print what was done as JSON")

    tune = add(
        subparsers,
        "tune",
        commands.tune_,
        "choose settings on a development set",
        "Try every value of every --grid on sentences with gold entities, one setting after the other, as\n"
        "long as strict F1 rises, and write the pipeline with the best as TOML. What is tuned on some\n"
        "sentences must be scored on others; the TOML remembers them, and an evaluation says where they are\n"
        "the same.",
    )
    pair_options(tune, required=False)
    _evidence_options(tune)
    tune.add_argument("--project", metavar="NAME", help="tune on this project instead of files")
    tune.add_argument(
        "--grid",
        action="append",
        default=[],
        required=True,
        metavar="STAGE.KEY=[VALUE, …]",
        help="a setting of aligner or projector, and values to try (may be given several times)",
    )
    tune.add_argument("--out", type=Path, metavar="FILE", help="write the tuned pipeline here, as TOML")
    _pipeline_options(tune, ("aligner", "projector"), "projector.score=fusion")
    tune.add_argument("--json", action="store_true", help="print what was tried as JSON")

    predictions = add(
        subparsers,
        "import-predictions",
        commands.import_predictions_,
        "add what a tagger elsewhere found to a project",
        "Read what a tagger found in the sentences of a project, CoNLL or JSON lines, one sentence a pair\n"
        "in the order of the project, into a new layer. Nothing is imported unless everything can be.",
    )
    predictions.add_argument("--project", required=True, metavar="NAME")
    predictions.add_argument("--predictions", type=Path, required=True, metavar="FILE")
    predictions.add_argument("--name", metavar="NAME", help="of the layer (default: the file's)")
    predictions.add_argument(
        "--side", choices=["source", "target"], default="target", help="whose sentences (default: target)"
    )
    predictions.add_argument("--json", action="store_true", help="print the layer as JSON")

    predicting = add(
        subparsers,
        "predict",
        commands.predict_,
        "have a tagger read the target sentences of a project",
        "Have a tagger find entities in the target sentences themselves (model transfer), and add what it\n"
        "finds to the project as a layer of predictions: to be evaluated and compared, and for projectors\n"
        "that ask for it. No source sentence is needed.",
    )
    predicting.add_argument("--project", required=True, metavar="NAME")
    predicting.add_argument(
        "--tagger", required=True, metavar="SYSTEM", help="token-classifier, spacy, bundled, …"
    )
    predicting.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="tagger.KEY=VALUE",
        help="a setting of the tagger, e.g. tagger.model=FOLDER (may be given several times)",
    )
    predicting.add_argument(
        "--name", metavar="NAME", help="of the layer (default: the tagger and its settings)"
    )
    predicting.add_argument("--json", action="store_true", help="print the layer as JSON")

    marked = add(
        subparsers,
        "import-marked",
        commands.import_marked_,
        "add marked text to a project",
        "Read marked text, the target sentences in other words with their entities in brackets, one a pair,\n"
        "into a new layer, for the projectors markers and back-translation.",
    )
    marked.add_argument("--project", required=True, metavar="NAME")
    marked.add_argument("--marked", type=Path, required=True, metavar="FILE")
    marked.add_argument("--name", metavar="NAME", help="of the layer (default: the file's)")
    marked.add_argument("--json", action="store_true", help="print the layer as JSON")


def _evidence_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--predictions", type=Path, metavar="FILE", help="what a tagger found in the target sentences"
    )
    parser.add_argument(
        "--marked", type=Path, metavar="FILE", help="the target sentences with entities in brackets"
    )


def _pipeline_options(parser: argparse.ArgumentParser, stages: tuple[str, ...], example: str) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE", help="the pipeline as a TOML file")
    for stage in stages:
        parser.add_argument(
            f"--{stage}", metavar="SYSTEM", help=f"the {stage} (default: see docs/pipeline.md)"
        )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="STAGE.KEY=VALUE",
        help=f"a setting of a system, e.g. {example} (may be given several times)",
    )
