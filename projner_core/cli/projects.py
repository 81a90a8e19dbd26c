"""The grammar of the commands that make projects, run the pipeline over them, and write their files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from projner_core import commands
from projner_core.cli.options import add, pair_options


def add_run_and_import(subparsers: Any) -> None:
    """Add these commands."""
    run = add(
        subparsers,
        "run",
        commands.run_,
        "project entities from source to target sentences",
        "Import a source and a target file, align their words, project the source entities, and write the\n"
        "target file back with only its tags changed. With a translator the target file is enough; with a\n"
        "tagger the source needs no entities. Tags that the target file has are kept as the layer 'gold'\n"
        "and never looked at. With --project the work is kept in a project that the app opens, and\n"
        "the same command again goes on where it stopped.",
    )
    pair_options(run, required=False)
    run.add_argument("--out", type=Path, metavar="FILE", help="write the projected CoNLL file here")
    run.add_argument(
        "--project", metavar="NAME", help="keep everything in this project (new, or the same files)"
    )
    run.add_argument("--config", type=Path, metavar="FILE", help="the pipeline as a TOML file")
    for stage in ("translator", "tagger", "aligner", "projector"):
        run.add_argument(f"--{stage}", metavar="SYSTEM", help=f"the {stage} (default: see docs/pipeline.md)")
    run.add_argument(
        "--predictor", metavar="SYSTEM", help="a tagger for the target sentences themselves (default: none)"
    )
    run.add_argument("--back-translator", metavar="SYSTEM", help="what makes marked text (default: none)")
    run.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="STAGE.KEY=VALUE",
        help="a setting of a system, e.g. aligner.threshold=0.2 (may be given several times)",
    )
    run.add_argument(
        "--engine", choices=["local", "ray"], default="local", help="who computes: this process, or Ray"
    )
    run.add_argument(
        "--address", metavar="HOST:PORT", help="the Ray cluster, or auto (default: Ray on this machine alone)"
    )
    run.add_argument(
        "--fetch", action="store_true", help="fetch the models that the run names and that are not here"
    )
    run.add_argument("--json", action="store_true", help="print what was done as JSON")

    importing = add(
        subparsers,
        "import",
        commands.import_,
        "make a project of your files",
        "Read a source and a target file (CoNLL, plain text, TSV or JSONL) into a new project. Nothing is\n"
        "imported unless everything can be.",
    )
    pair_options(importing, required=True)
    importing.add_argument("--project", required=True, metavar="NAME", help="name of the new project")
    importing.add_argument("--json", action="store_true", help="print the report as JSON")


def add_export_and_lists(subparsers: Any) -> None:
    """Add these commands."""
    export = add(
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

    projects = add(subparsers, "projects", commands.projects_, "list your projects", "")
    projects.add_argument("--json", action="store_true", help="print the list as JSON")

    demo = add(
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
