"""The grammar of the command that trains a tagger."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from projner_core import commands
from projner_core.cli.options import add, count


def add_training(subparsers: Any) -> None:
    """Add this command."""
    train = add(
        subparsers,
        "train",
        commands.train_,
        "train a tagger on tagged files or on a layer of a project",
        "Fine-tune an encoder, or train a small spaCy pipeline, to find the entities of tagged sentences:\n"
        "of CoNLL files, or of a layer of a project, projected or reviewed. The folder that is written\n"
        "loads as a tagger by its path, and says what it was trained on. A training that was stopped goes\n"
        "on with the same command.",
    )
    _sentences(train)
    train.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="the folder to write")
    train.add_argument(
        "--kind", choices=["transformer", "spacy"], help="what is trained (default: transformer)"
    )
    train.add_argument(
        "--model",
        metavar="MODEL",
        help="the encoder to start from: a folder, a hub name fetched before, or 'bundled' (the default)",
    )
    train.add_argument("--config", type=Path, metavar="FILE", help="settings of the training as a TOML file")
    train.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a setting of the training, e.g. epochs=3 (may be given several times)",
    )
    train.add_argument(
        "--seeds",
        type=count,
        default=1,
        metavar="N",
        help="train with N seeds, into folders seed-0, seed-1, …: mean and spread of F1 are said",
    )
    train.add_argument("--json", action="store_true", help="print what was done as JSON")


def _sentences(train: argparse.ArgumentParser) -> None:
    train.add_argument(
        "--train", type=Path, nargs="+", default=[], metavar="FILE", help="tagged sentences, as CoNLL"
    )
    train.add_argument("--project", metavar="NAME", help="train on sentences of this project")
    train.add_argument(
        "--layer",
        metavar="NAME",
        help="name or number of a layer of entities (default: reviewed, what the review says)",
    )
    train.add_argument("--side", choices=["source", "target"], help="whose sentences (default: target)")
    train.add_argument(
        "--only-judged", action="store_true", help="take only pairs that a reviewer corrected or judged"
    )
    train.add_argument(
        "--dev",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="gold sentences by which the best epoch is chosen",
    )
    train.add_argument(
        "--dev-share",
        type=float,
        metavar="SHARE",
        help="without --dev: set this share of the training sentences aside for it, e.g. 0.1",
    )
    train.add_argument(
        "--test", type=Path, metavar="FILE", help="tag this gold file with the trained tagger, and score it"
    )
    train.add_argument(
        "--label",
        action="append",
        default=[],
        metavar="OLD=NEW",
        help="another name of a label; OLD=O for what is to be no entity (may be given several times)",
    )
    train.add_argument("--licence", metavar="TEXT", help="of the training files, for the model card")
