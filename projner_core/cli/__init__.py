"""The command line: what the app does, without the browser.

This package is the grammar, a module a group of commands; `projner_core.commands` does the work.
Exit codes: 0 done; 1 something the user can put right, said in a sentence; 2 wrong usage; 130 stopped
with Ctrl-C (what was finished is kept).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from projner_core import __version__
from projner_core.cli.evaluating import add_evaluation
from projner_core.cli.experimenting import add_experiments
from projner_core.cli.links import add_links
from projner_core.cli.models import add_models
from projner_core.cli.options import LINK_FORMATS, Command
from projner_core.cli.projecting import add_projecting
from projner_core.cli.projects import add_export_and_lists, add_run_and_import
from projner_core.cli.training import add_training
from projner_core.errors import ProjnerError

__all__ = ["LINK_FORMATS", "build_parser", "main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    options = build_parser().parse_args(arguments)
    command: Command = options.command
    try:
        return command(options)
    except ProjnerError as error:
        print(f"projner: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("projner: stopped. Finished chunks of a named project are kept.", file=sys.stderr)
        return 130


def build_parser() -> argparse.ArgumentParser:
    """The whole command line, as data."""
    parser = argparse.ArgumentParser(
        prog="projner",
        description="Zero-shot NER for low-resource languages by annotation projection.",
        epilog="Every command has its own --help. The app is started with: make app",
    )
    parser.add_argument("--version", action="version", version=f"projner {__version__}")
    subparsers = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    add_run_and_import(subparsers)
    add_evaluation(subparsers)
    add_links(subparsers)
    add_projecting(subparsers)
    add_experiments(subparsers)
    add_training(subparsers)
    add_models(subparsers)
    add_export_and_lists(subparsers)
    return parser
