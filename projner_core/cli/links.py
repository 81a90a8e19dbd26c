"""The grammar of the commands about links."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from projner_core import commands
from projner_core.cli.options import (
    LINK_FORMATS,
    add,
    bootstrap_options,
    count,
    format_option,
    language_options,
    tokenise_option,
)


def add_links(subparsers: Any) -> None:
    """Add these commands."""
    align = add(
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
    language_options(align)
    tokenise_option(align)
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

    links = add(
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
    format_option(links)
    links.add_argument("--gold", action="store_true", help="these are gold links, drawn by people")
    links.add_argument(
        "--swap", action="store_true", help="the file's source is the project's target: turn the links around"
    )
    links.add_argument("--json", action="store_true", help="print the layer as JSON")

    scoring = add(
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
    format_option(scoring)
    bootstrap_options(scoring)
    scoring.add_argument(
        "--worst", type=count, default=0, metavar="N", help="name the N pairs of highest error rate too"
    )
    scoring.add_argument("--json", action="store_true", help="print the scores as JSON")

    available = add(
        subparsers,
        "aligners",
        commands.aligners_,
        "list the aligners, and whether they can run here",
        "",
    )
    available.add_argument("--json", action="store_true", help="print the list as JSON")
