"""The commands that project over links that are there, tune, and take in what others predicted."""

from __future__ import annotations

import argparse
import json
import tempfile
import tomllib
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from projner_core.commands.projects import config_of, pair_arguments, print_notices
from projner_core.errors import ProjnerError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projner_core.pipeline.progress import Watch
    from projner_core.store import Layer, Project


def project_(options: argparse.Namespace) -> int:
    """`projner project`."""
    from projner_core.formats.base import check_place, write_whole
    from projner_core.pipeline import exporting
    from projner_core.pipeline.carried import count_projected
    from projner_core.pipeline.doubting import weigh
    from projner_core.pipeline.progress import Watch
    from projner_core.pipeline.projecting import carry_over
    from projner_core.pipeline.tagging import tag
    from projner_core.store import catalogue
    from projner_core.terminal import bars

    config = config_of(options)
    if options.project is None and (options.target is None or options.links is None or options.out is None):
        raise ProjnerError(
            "say what to project: --source, --target, --links and --out; or --project, which has links"
        )
    if options.project is not None:
        _only_the_project(options, "source", "target", "format")
    check_place(options.out)
    with ExitStack() as stack:
        watch = Watch(stack.enter_context(bars()), None)
        if options.project is not None:
            project = stack.enter_context(catalogue.open_project(options.project))
            links = _links(project, options.links)
        else:
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="projner-")))
            project = stack.enter_context(_imported(options, scratch / "project.sqlite"))
            links = _read_in(project, options, watch)
        entities = tag(project, config.tagger, watch)
        layer = carry_over(project, config.projector, entities, links, watch)
        if not options.aside:
            project.set_current(weigh(project, layer, links, watch))
        if options.out is not None:
            write_whole(options.out, exporting.conll_text(project, layer.id))
        projected, found = count_projected(project, layer.id)
        summary = {
            "pairs": project.count(),
            "entities": found,
            "projected": projected,
            "links": links.name,
            "layer": layer.name,
            "id": layer.id,
            "out": options.out,
            "project": options.project,
        }
    if options.json:
        print(json.dumps(summary, ensure_ascii=False, default=str))
    else:
        where = f" → {options.out}" if options.out else ""
        print(f"{summary['pairs']} pairs, {projected} of {found} source entities projected{where}")
    return 0


def tune_(options: argparse.Namespace) -> int:
    """`projner tune`."""
    from projner_core.formats.base import check_place, write_whole
    from projner_core.pipeline.progress import Watch
    from projner_core.pipeline.tuning import tune
    from projner_core.store import catalogue
    from projner_core.terminal import bars

    config, grid = config_of(options), _grid(options.grid)
    if (options.project is None) == (options.target is None):
        raise ProjnerError("say what to tune on: --source and --target, or --project")
    if options.project is not None:
        _only_the_project(options, "source")
    check_place(options.out)
    with ExitStack() as stack:
        watch = Watch(stack.enter_context(bars()), None)
        if options.project is not None:
            project = stack.enter_context(catalogue.open_project(options.project))
        else:
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="projner-")))
            project = stack.enter_context(_imported(options, scratch / "dev.sqlite"))
            _add_evidence(project, options, watch)
        tuned = tune(project, config, grid, watch)
    if options.out is not None:
        write_whole(options.out, [tuned.config.to_toml()])
    if options.json:
        told = {
            "before": tuned.before,
            "after": tuned.after,
            "sentences": tuned.sentences,
            "config": tuned.config.model_dump(),
            "tried": [[one.setting, one.value, one.f1] for one in tuned.tried],
        }
        print(json.dumps(told, ensure_ascii=False, default=str))
        return 0
    for one in tuned.tried:
        print(f"{one.f1:.4f}  {one.setting} = {json.dumps(one.value, ensure_ascii=False)}")
    print(
        f"strict F1 on these {tuned.sentences} sentences: {tuned.before:.4f} before, {tuned.after:.4f} "
        "after. Score the settings on other sentences."
    )
    if options.out is None:
        print(f"\n{tuned.config.to_toml()}", end="")
    return 0


def import_predictions_(options: argparse.Namespace) -> int:
    """`projner import-predictions`."""
    from projner_core.pipeline.predictions import import_predictions
    from projner_core.pipeline.progress import Watch
    from projner_core.store import catalogue
    from projner_core.terminal import bars

    with catalogue.open_project(options.project) as project, bars() as on_progress:
        before = {layer.id for layer in project.layers()}
        layer = import_predictions(
            project, options.predictions, name=options.name, side=options.side, watch=Watch(on_progress, None)
        )
    return _say(layer, "predictions", options, known=layer.id in before)


def import_marked_(options: argparse.Namespace) -> int:
    """`projner import-marked`."""
    from projner_core.pipeline.predictions import import_marked
    from projner_core.pipeline.progress import Watch
    from projner_core.store import catalogue
    from projner_core.terminal import bars

    with catalogue.open_project(options.project) as project, bars() as on_progress:
        before = {layer.id for layer in project.layers()}
        layer = import_marked(project, options.marked, name=options.name, watch=Watch(on_progress, None))
    return _say(layer, "marked text", options, known=layer.id in before)


def _say(layer: Layer, what: str, options: argparse.Namespace, *, known: bool) -> int:
    if options.json:
        told = {"layer": layer.name, "id": layer.id, "kind": layer.kind, "pairs": layer.done, "known": known}
        print(json.dumps(told | layer.provenance, ensure_ascii=False))
    elif known:
        print(f"this file is in the project {options.project!r} already: layer {layer.name!r}")
    else:
        print(f"{what} of {layer.done} pairs: layer {layer.name!r} of the project {options.project!r}")
    return 0


def _imported(options: argparse.Namespace, path: Path) -> Project:
    """The files of the command line as a project of their own."""
    from projner_core.pipeline.importing import import_pair
    from projner_core.store import Project

    print_notices(import_pair(path, **pair_arguments(options)))
    return Project.open(path)


def _read_in(project: Project, options: argparse.Namespace, watch: Watch) -> Layer:
    """The file of links, and what else was given, as layers; the links are returned."""
    from projner_core.formats.links import LinkFormat
    from projner_core.pipeline.linking import import_links

    _add_evidence(project, options, watch)
    return import_links(
        project,
        Path(options.links),
        format=LinkFormat(options.format) if options.format else None,
        watch=watch,
    )


def _add_evidence(project: Project, options: argparse.Namespace, watch: Watch) -> None:
    from projner_core.pipeline.predictions import import_marked, import_predictions

    if options.predictions is not None:
        import_predictions(project, options.predictions, watch=watch)
    if options.marked is not None:
        import_marked(project, options.marked, watch=watch)


def _links(project: Project, asked: str | None) -> Layer:
    """The layer of links that is called so; else that of the projection under review, else the newest."""
    from projner_core.pipeline.lineage import link_layers, links_behind, named

    known = link_layers(project)
    if asked is not None:
        return named(known, asked, "layer of links")
    if (behind := links_behind(project, project.current_projection)) is not None:
        return behind
    if not known:
        raise ProjnerError("the project has no layer of links. Align it first.")
    return known[-1]


def _only_the_project(options: argparse.Namespace, *files: str) -> None:
    """Files that are named beside `--project` would be passed over: say where they go."""
    for option in files:
        if getattr(options, option) is not None:
            raise ProjnerError(f"--project takes what the project holds: leave out --{option}")
    for option in ("predictions", "marked"):
        if getattr(options, option) is not None:
            raise ProjnerError(
                f"--project takes what the project holds, and --{option} is read beside --target only. Add "
                f"the file to the project first: projner import-{option} --project {options.project} "
                f"--{option} {getattr(options, option)}"
            )


def _grid(assignments: Sequence[str]) -> dict[str, list[Any]]:
    grid: dict[str, list[Any]] = {}
    for setting, values in map(_values, assignments):
        if setting in grid:
            raise ProjnerError(f"--grid {setting} stands there twice: give all of its values in one list")
        grid[setting] = values
    return grid


def _values(assignment: str) -> tuple[str, list[Any]]:
    """`projector.minimum=[0.05, 0.1]`: the setting and the values to try, which are read as TOML."""
    setting, separator, values = assignment.partition("=")
    try:
        parsed = tomllib.loads(f"values = {values.strip()}")["values"] if separator else None
    except tomllib.TOMLDecodeError:
        parsed = None
    if not isinstance(parsed, list) or not parsed:
        raise ProjnerError(
            f"--grid {assignment}: expected STAGE.KEY=[VALUE, VALUE, …], "
            "for example --grid 'projector.minimum=[0.05, 0.1, 0.2]'"
        )
    return setting.strip(), parsed
