"""The grammar of the commands that say how good a prediction is."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from projner_core import commands
from projner_core.cli.options import add, bootstrap_options


def add_evaluation(subparsers: Any) -> None:
    """Add these commands."""
    evaluate = add(
        subparsers,
        "evaluate",
        commands.evaluate_,
        "score a prediction against gold: a CoNLL file, or a layer of a project",
        "Strict entity precision, recall and F1 (micro, by type), and exact match accuracy: the share of\n"
        "sentences whose entities are exactly the gold ones, and the share of gold entities found exactly.\n"
        "Intervals are 95 % bootstrap intervals over sentences. Of a project's layer, also what kinds of\n"
        "errors there are and what causes them; the page Evaluation shows the same, with every example.",
    )
    evaluate.add_argument("--gold", type=Path, metavar="FILE", help="what is right, as CoNLL")
    evaluate.add_argument("--predicted", type=Path, metavar="FILE", help="what was predicted, as CoNLL")
    _project_options(evaluate)
    evaluate.add_argument(
        "--layer",
        metavar="NAME",
        help="name or number of a projection or of imported predictions (default: the one under review)",
    )
    bootstrap_options(evaluate, 1000)
    evaluate.add_argument(
        "--full", action="store_true", help="show every table: lenient scores, scores by length, script, …"
    )
    _output_options(evaluate)

    compare = add(
        subparsers,
        "compare",
        commands.compare_,
        "compare two predictions against the same gold",
        "Which of two predictions is better, and whether that can be chance: the difference of strict F1\n"
        "and of exact match accuracy with its interval (paired bootstrap), p by paired bootstrap and by\n"
        "approximate randomisation, and McNemar's exact test of the sentences that only one got right.",
    )
    compare.add_argument("--gold", type=Path, metavar="FILE", help="what is right, as CoNLL")
    compare.add_argument(
        "--predicted", type=Path, nargs=2, metavar="FILE", help="two predictions of the same sentences"
    )
    _project_options(compare)
    compare.add_argument(
        "--layers",
        nargs=2,
        metavar="NAME",
        help="names or numbers of two projections or imported predictions",
    )
    bootstrap_options(compare, 10_000)
    _output_options(compare)


def _project_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--project", metavar="NAME", help="evaluate layers of this project instead of files")
    parser.add_argument(
        "--against",
        choices=["gold", "review"],
        help="of a project: the tags of the target file, or the pairs with a verdict (default: gold)",
    )


def _output_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="write a report too: FILE.html, .csv, .md or .tex"
    )
    parser.add_argument("--json", action="store_true", help="print every figure as JSON")
