"""The commands that make projects, run the pipeline over them, and write their files."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from projner_core.errors import ProjnerError

if TYPE_CHECKING:
    from projner_core.pipeline.config import RunConfig, StageConfig
    from projner_core.pipeline.engines import Engine
    from projner_core.pipeline.importing import ImportReport


def run_(options: argparse.Namespace) -> int:
    """`projner run`."""
    import tempfile

    from projner_core.commands.models import fetch_missing
    from projner_core.formats.base import check_place, write_whole
    from projner_core.pipeline import exporting
    from projner_core.pipeline.carried import count_projected
    from projner_core.pipeline.importing import import_pair, same_files
    from projner_core.pipeline.run import run
    from projner_core.store import Project, catalogue
    from projner_core.terminal import bars, byte_bar

    if options.target is None and options.project is None:
        raise ProjnerError("say what to run on: --source and --target, or --project, or both")
    check_place(options.out)
    config = config_of(options)
    engine = engine_of(options)
    if options.fetch:
        fetch_missing(config)

    with tempfile.TemporaryDirectory(prefix="projner-") as scratch:
        path = catalogue.path_of(options.project) if options.project else Path(scratch) / "run.sqlite"
        if options.target is not None and not path.exists():
            with byte_bar("import") as on_bytes:
                report = import_pair(options.project or path, on_progress=on_bytes, **pair_arguments(options))
            print_notices(report)
        elif options.target is not None and not same_files(path, options.source, options.target):
            raise ProjnerError(
                f"the project {options.project!r} was made of other files. Name a new project, or leave "
                "out --source and --target to run on what it holds."
            )
        elif not path.exists():
            raise ProjnerError(f"there is no project {options.project!r}; 'projner projects' lists them")

        with Project.open(path) as project:
            with engine as chosen, bars() as on_progress:
                made = run(project, config, on_progress=on_progress, engine=chosen)
            projected, found = count_projected(project, made.projection.id)
            if options.out is not None:
                write_whole(options.out, exporting.conll_text(project))
            pairs = project.count()

    if options.json:
        summary = {
            "pairs": pairs,
            "entities": found,
            "projected": projected,
            "out": options.out,
            "project": options.project,
            "translation": made.translation and made.translation.name,
            "predictions": made.predictions and made.predictions.name,
            "marked": made.marked and made.marked.name,
        }
        print(json.dumps(summary, ensure_ascii=False, default=str))
    else:
        where = f" → {options.out}" if options.out else ""
        print(f"{pairs} pairs, {projected} of {found} source entities projected{where}")
    return 0


def import_(options: argparse.Namespace) -> int:
    """`projner import`."""
    from projner_core.pipeline.importing import import_pair
    from projner_core.terminal import byte_bar

    with byte_bar("import") as on_bytes:
        report = import_pair(options.project, on_progress=on_bytes, **pair_arguments(options))
    if options.json:
        print(json.dumps(report.to_dict(), ensure_ascii=False))
        return 0
    print_notices(report)
    print(f"{report.pairs} pairs imported into {options.project!r}")
    for side, scheme, there in [
        ("source", report.source_scheme, report.has_source_entities),
        ("target", report.target_scheme, report.has_gold),
    ]:
        if there:
            print(f"  {side} entities: tags in {scheme}")
    return 0


def export_(options: argparse.Namespace) -> int:
    """`projner export`."""
    from projner_core.formats.base import write_whole
    from projner_core.pipeline import exporting
    from projner_core.schemes import Scheme
    from projner_core.store import catalogue

    if options.scheme is not None and options.scheme not in list(Scheme):
        raise ProjnerError(f"--scheme {options.scheme}: there are {', '.join(Scheme)}")
    with catalogue.open_project(options.project) as project:
        layer = _layer(project, options.layer)
        if options.format == "jsonl":
            text = exporting.jsonl_text(project)
        elif options.format == "pharaoh":
            links = layer if layer == "reviewed" else _links(project, layer)
            text = exporting.pharaoh_text(project, links)
        else:
            scheme = Scheme(options.scheme) if options.scheme else None
            text = exporting.conll_text(project, layer, options.side, scheme=scheme)
        write_whole(options.out, text)
    print(f"{options.format} → {options.out}")
    return 0


def projects_(options: argparse.Namespace) -> int:
    """`projner projects`."""
    from projner_core.store import catalogue

    found = catalogue.projects()
    if options.json:
        from dataclasses import asdict

        print(json.dumps([asdict(summary) for summary in found], ensure_ascii=False, default=str))
        return 0
    for summary in found:
        print(f"{summary.name}\t{summary.source_lang}→{summary.target_lang}\t{summary.pairs} pairs")
    if not found:
        print("No projects yet. 'projner import' makes one; so does the app.")
    return 0


def demo_(options: argparse.Namespace) -> int:
    """`projner demo`."""
    from projner_core.pipeline import demo

    for lang in options.languages or [corpus.lang for corpus in demo.languages()]:
        print(f"demo: {demo.ensure(lang, reset=options.reset)}")
    return 0


def work_(options: argparse.Namespace) -> int:
    """The worker that the app starts."""
    from projner_core.pipeline.running import work

    return 0 if work(options.project, options.job) in {"done", "cancelled"} else 1


def pair_arguments(options: argparse.Namespace) -> dict[str, Any]:
    """What the options say of a source and a target file, as `import_pair` takes it."""
    return {
        "source": options.source,
        "target": options.target,
        "source_lang": options.source_lang,
        "target_lang": options.target_lang,
        "source_tag_column": _column(options.source_tag_column),
        "target_tag_column": _column(options.target_tag_column),
        "tokenise": options.tokenise,
        "strict": options.strict,
    }


def _column(number: int | None) -> int | None:
    """People count columns from 1."""
    if number is not None and number < 1:
        raise ProjnerError(f"column {number}: columns are counted from 1")
    return None if number is None else number - 1


def config_of(options: argparse.Namespace) -> RunConfig:
    """The configuration file, under the systems and settings named on the command line."""
    from projner_core.pipeline.config import RunConfig, StageConfig

    config = RunConfig.from_toml(options.config) if options.config else RunConfig()
    chosen = {
        stage: StageConfig(name=name)
        for stage in RunConfig.model_fields
        if (name := getattr(options, stage, None)) is not None and name != _name(getattr(config, stage))
    }  # a system that the file names, too, keeps its settings
    config = config.model_copy(update=chosen)
    for assignment in options.set:
        config = config.with_setting(assignment)
    return config


def _name(stage: StageConfig | None) -> str | None:
    return None if stage is None else stage.name


def engine_of(options: argparse.Namespace) -> AbstractContextManager[Engine]:
    """Who computes, as the options say; what it started ends with the context."""
    from projner_core.pipeline.engines import LOCAL

    if options.engine == "ray":
        from projner_core.pipeline.ray_engine import RayEngine

        return RayEngine(options.address)
    if options.address is not None:
        raise ProjnerError("--address is the address of a Ray cluster: say --engine ray, too")
    return nullcontext(LOCAL)


def _layer(project: Any, name: str) -> Any:
    """`reviewed`, or the number of the layer that is called `name` (the newest of that name)."""
    from projner_core.pipeline.lineage import named

    return name if name == "reviewed" else named(project.layers(), name, also=["reviewed"]).id


def _links(project: Any, layer: Any) -> int:
    """The layer of links that `layer` is, or was made with."""
    from projner_core.pipeline.lineage import links_behind

    found = links_behind(project, layer)
    if found is None:
        raise ProjnerError(
            f"the layer {project.layer(layer).name!r} holds no links and was not made with those of one "
            "aligner: name a layer of links"
        )
    return found.id


def print_notices(report: ImportReport) -> None:
    """Say what an import put right, the first of it."""
    for notice in report.notices[:20]:
        print(f"projner: {notice}", file=sys.stderr)
    if len(report.notices) > 20:
        print(f"projner: … and {len(report.notices) - 20} more like these", file=sys.stderr)
