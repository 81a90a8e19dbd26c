"""Options that several commands share, and how a command is added."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

LINK_FORMATS = ("pharaoh", "naacl", "giza", "talp")

Command = Callable[[argparse.Namespace], int]


def add(
    subparsers: Any, name: str, command: Command, help_text: str, description: str
) -> argparse.ArgumentParser:
    """One more command: its name, what does it, a line for the list of commands, and its own help."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        name,
        help=help_text,
        description=description or help_text.capitalize() + ".",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command=command)
    return parser


def pair_options(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """The files of a new project, and how to read them."""
    parser.add_argument(
        "--source", type=Path, metavar="FILE", help="source sentences, with entities (CoNLL, text)"
    )
    parser.add_argument(
        "--target",
        type=Path,
        required=required,
        metavar="FILE",
        help="target sentences (CoNLL, text), or both sides (TSV, JSONL)",
    )
    language_options(parser)
    parser.add_argument(
        "--source-tag-column", type=int, metavar="N", help="column of the tags, from 1 (default: found)"
    )
    parser.add_argument(
        "--target-tag-column", type=int, metavar="N", help="column of the tags, from 1 (default: found)"
    )
    tokenise_option(parser)
    parser.add_argument(
        "--strict", action="store_true", help="refuse a file with invalid tags; default: read them and report"
    )


def language_options(parser: argparse.ArgumentParser) -> None:
    """The languages of both sides."""
    parser.add_argument("--source-lang", default="und", metavar="CODE", help="e.g. en, eng, eng_Latn")
    parser.add_argument("--target-lang", default="und", metavar="CODE", help="e.g. sw, swh, swh_Latn")


def tokenise_option(parser: argparse.ArgumentParser) -> None:
    """How plain text becomes tokens."""
    parser.add_argument(
        "--tokenise",
        choices=["spaces", "words"],
        help="how plain text becomes tokens (default: told from the text)",
    )


def format_option(parser: argparse.ArgumentParser) -> None:
    """The format of files of links that are read."""
    parser.add_argument("--format", choices=LINK_FORMATS, help="of the links (default: told from the file)")


def bootstrap_options(parser: argparse.ArgumentParser, samples: int = 1000) -> None:
    """How intervals are reckoned; None stands for the defaults."""
    parser.add_argument(
        "--samples",
        type=count,
        metavar="N",
        help=f"bootstrap samples (default {samples}; 0 for none)",
    )
    parser.add_argument("--seed", type=count, metavar="N", help="seed of the bootstrap (default 0)")


def count(text: str) -> int:
    """A whole number from 0 on."""
    try:
        number = int(text)
    except ValueError:
        number = -1
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of 0 or more")
    return number
