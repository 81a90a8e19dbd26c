"""The command line: what the app does, without the browser.

This module is the grammar; `projner_core.commands` does the work.
Exit codes: 0 done; 1 something the user can put right, said in a sentence; 2 wrong usage; 130 stopped
with Ctrl-C (what was finished is kept).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from projner_core import __version__, commands
from projner_core.errors import ProjnerError

LINK_FORMATS = ("pharaoh", "naacl", "giza", "talp")

Command = Callable[[argparse.Namespace], int]


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

    run = _add(
        subparsers,
        "run",
        commands.run_,
        "project entities from source to target sentences",
        "Import a source and a target file, align their words, project the source entities, and write the\n"
        "target file back with only its tags changed. Tags that the target file has are kept as the layer\n"
        "'gold' and never looked at. With --project the work is kept in a project that the app opens, and\n"
        "the same command again goes on where it stopped.",
    )
    _pair_options(run, required=False)
    run.add_argument("--out", type=Path, metavar="FILE", help="write the projected CoNLL file here")
    run.add_argument(
        "--project", metavar="NAME", help="keep everything in this project (new, or the same files)"
    )
    run.add_argument("--config", type=Path, metavar="FILE", help="the pipeline as a TOML file")
    for stage in ("translator", "tagger", "aligner", "projector"):
        run.add_argument(f"--{stage}", metavar="SYSTEM", help=f"the {stage} (default: see docs/pipeline.md)")
    run.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="STAGE.KEY=VALUE",
        help="a setting of a system, e.g. aligner.threshold=0.2 (may be given several times)",
    )
    run.add_argument("--json", action="store_true", help="print what was done as JSON")

    importing = _add(
        subparsers,
        "import",
        commands.import_,
        "make a project of your files",
        "Read a source and a target file (CoNLL, plain text, TSV or JSONL) into a new project. Nothing is\n"
        "imported unless everything can be.",
    )
    _pair_options(importing, required=True)
    importing.add_argument("--project", required=True, metavar="NAME", help="name of the new project")
    importing.add_argument("--json", action="store_true", help="print the report as JSON")

    evaluate = _add(
        subparsers,
        "evaluate",
        commands.evaluate_,
        "score a CoNLL file against gold",
        "Strict entity precision, recall and F1 (micro, by type), and exact match accuracy: the share of\n"
        "sentences whose entities are exactly the gold ones, and the share of gold entities found exactly.\n"
        "Intervals are 95 % bootstrap intervals over sentences.",
    )
    evaluate.add_argument("--gold", type=Path, required=True, metavar="FILE")
    evaluate.add_argument("--predicted", type=Path, required=True, metavar="FILE")
    _bootstrap_options(evaluate)
    evaluate.add_argument("--json", action="store_true", help="print the scores as JSON")

    align = _add(
        subparsers,
        "align",
        commands.align_,
        "align the words of a source and a target file",
        "Align two parallel files with no project, and write a line of links for each line; or, with\n"
        "--project, add the links of an aligner to that project as a layer. An empty line is a sentence\n"
        "without words, and its line of links is empty.",
    )
    align.add_argument("--source", type=Path, metavar="FILE", help="source sentences (text, CoNLL)")
    align.add_argument(
        "--target",
        type=Path,
        metavar="FILE",
        help="target sentences (text, CoNLL), or both sides (TSV, JSONL)",
    )
    _language_options(align)
    _tokenise_option(align)
    align.add_argument(
        "--aligner",
        default="statistical",
        metavar="SYSTEM",
        help="default: statistical; see: projner aligners",
    )
    align.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="aligner.KEY=VALUE",
        help="a setting of the aligner, e.g. aligner.threshold=0.2 (may be given several times)",
    )
    align.add_argument("--project", metavar="NAME", help="align the pairs of this project instead of files")
    align.add_argument("--out", type=Path, metavar="FILE", help="write the links here")
    align.add_argument(
        "--format", choices=LINK_FORMATS, default="pharaoh", help="of the links (default: pharaoh)"
    )
    align.add_argument("--scores", action="store_true", help="write the score of each link too")
    align.add_argument("--json", action="store_true", help="print what was done as JSON")

    links = _add(
        subparsers,
        "import-links",
        commands.import_links_,
        "add links that were made elsewhere to a project",
        "Read a file of links, one alignment a pair of the project, into a new layer. With --gold they are\n"
        "links that people drew. Nothing is imported unless everything can be.",
    )
    links.add_argument("--project", required=True, metavar="NAME")
    links.add_argument("--links", type=Path, required=True, metavar="FILE")
    links.add_argument("--name", metavar="NAME", help="of the layer (default: the file's)")
    _format_option(links)
    links.add_argument("--gold", action="store_true", help="these are gold links, drawn by people")
    links.add_argument(
        "--swap", action="store_true", help="the file's source is the project's target: turn the links around"
    )
    links.add_argument("--json", action="store_true", help="print the layer as JSON")

    scoring = _add(
        subparsers,
        "evaluate-alignments",
        commands.evaluate_alignments_,
        "score files of links against gold links",
        "Precision over possible links, recall over sure links, F1 of the two, and alignment error rate, of\n"
        "one or more files of links; of several, how far they agree, and whether the first differs from the\n"
        "others by more than chance. Intervals are 95 % bootstrap intervals over sentence pairs.",
    )
    scoring.add_argument("--gold", type=Path, required=True, metavar="FILE")
    scoring.add_argument("--predicted", type=Path, required=True, nargs="+", metavar="FILE")
    _format_option(scoring)
    _bootstrap_options(scoring)
    scoring.add_argument(
        "--worst", type=_count, default=0, metavar="N", help="name the N pairs of highest error rate too"
    )
    scoring.add_argument("--json", action="store_true", help="print the scores as JSON")

    available = _add(
        subparsers,
        "aligners",
        commands.aligners_,
        "list the aligners, and whether they can run here",
        "",
    )
    available.add_argument("--json", action="store_true", help="print the list as JSON")

    export = _add(
        subparsers,
        "export",
        commands.export_,
        "write a project's files",
        "Write the corrected CoNLL file (your own file, with only its tags changed), links in Pharaoh\n"
        "format, or everything as JSON lines.",
    )
    export.add_argument("--project", required=True, metavar="NAME")
    export.add_argument("--out", type=Path, required=True, metavar="FILE")
    export.add_argument("--format", choices=["conll", "pharaoh", "jsonl"], default="conll")
    export.add_argument("--side", choices=["source", "target"], default="target")
    export.add_argument(
        "--layer", default="reviewed", metavar="NAME", help="a layer's name or number (default: reviewed)"
    )
    export.add_argument(
        "--scheme", metavar="NAME", help="IO, IOB1, IOB2, BIOES or BILOU (default: the file's own)"
    )

    projects = _add(subparsers, "projects", commands.projects_, "list your projects", "")
    projects.add_argument("--json", action="store_true", help="print the list as JSON")

    demo = _add(
        subparsers,
        "demo",
        commands.demo_,
        "make the bundled demo projects",
        "Make a project of each bundled demo corpus and run the pipeline on it; what is there stays.",
    )
    demo.add_argument("languages", nargs="*", metavar="LANGUAGE", help="sw, yo, de, ar, zh (default: all)")
    demo.add_argument("--reset", action="store_true", help="make them anew; the old ones go to the trash")

    work = subparsers.add_parser("work")  # what the app starts; not for people, so not in the help
    work.add_argument("project")
    work.add_argument("job", type=int)
    work.set_defaults(command=commands.work_)
    return parser


def _add(
    subparsers: Any, name: str, command: Command, help_text: str, description: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = subparsers.add_parser(
        name,
        help=help_text,
        description=description or help_text.capitalize() + ".",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command=command)
    return parser


def _pair_options(parser: argparse.ArgumentParser, *, required: bool) -> None:
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
    _language_options(parser)
    parser.add_argument(
        "--source-tag-column", type=int, metavar="N", help="column of the tags, from 1 (default: found)"
    )
    parser.add_argument(
        "--target-tag-column", type=int, metavar="N", help="column of the tags, from 1 (default: found)"
    )
    _tokenise_option(parser)
    parser.add_argument(
        "--strict", action="store_true", help="refuse a file with invalid tags; default: read them and report"
    )


def _language_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--source-lang", default="und", metavar="CODE", help="e.g. en, eng, eng_Latn")
    parser.add_argument("--target-lang", default="und", metavar="CODE", help="e.g. sw, swh, swh_Latn")


def _tokenise_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tokenise",
        choices=["spaces", "words"],
        help="how plain text becomes tokens (default: told from the text)",
    )


def _format_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=LINK_FORMATS, help="of the links (default: told from the file)")


def _bootstrap_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--samples",
        type=_count,
        default=1000,
        metavar="N",
        help="bootstrap samples (default 1000; 0 for none)",
    )
    parser.add_argument(
        "--seed", type=_count, default=0, metavar="N", help="seed of the bootstrap (default 0)"
    )


def _count(text: str) -> int:
    """A whole number from 0 on."""
    try:
        number = int(text)
    except ValueError:
        number = -1
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of 0 or more")
    return number
