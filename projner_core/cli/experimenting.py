"""The grammar of the command that runs a plan of experiments."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from projner_core import commands
from projner_core.cli.options import add


def add_experiments(subparsers: Any) -> None:
    """Add this command."""
    experiment: argparse.ArgumentParser = add(
        subparsers,
        "experiment",
        commands.experiment_,
        "run a plan: data sets × languages × methods, to a table",
        "Run every cell of a plan, score it, and write the table as Markdown, CSV and LaTeX, with published\n"
        "numbers beside it. What is finished is not run again; a cell that fails is written down, and the\n"
        "rest goes on. The exit code is 1 where a cell failed.",
    )
    experiment.add_argument("plan", type=Path, metavar="PLAN.toml", help="the plan (docs/experiments.md)")
    experiment.add_argument(
        "--out", type=Path, metavar="DIR", help="results, projects, tables (default: experiments/PLAN)"
    )
    experiment.add_argument(
        "--only",
        nargs="+",
        default=[],
        metavar="CELL",
        help="DATA, DATA/LANG or DATA/LANG/METHOD: these cells and no others",
    )
    experiment.add_argument(
        "--data", type=Path, metavar="DIR", help="where data sets lie on this machine (else PROJNER_DATASETS)"
    )
    experiment.add_argument(
        "--fetch", action="store_true", help="fetch data sets that are not on this machine, over the network"
    )
    experiment.add_argument(
        "--intervals", action="store_true", help="95 %% bootstrap intervals in the tables"
    )
    experiment.add_argument(
        "--list", action="store_true", help="say the cells, the models they need, and run nothing"
    )
    experiment.add_argument("--json", action="store_true", help="print results (with --list, cells) as JSON")
