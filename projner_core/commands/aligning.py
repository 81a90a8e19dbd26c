"""The commands about links: align, import links, list the aligners."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from projner_core.errors import ProjnerError

if TYPE_CHECKING:
    from projner_core.corpus import Alignment, Pair
    from projner_core.pipeline.config import StageConfig


def align_(options: argparse.Namespace) -> int:
    """`projner align`."""
    if options.project is None and (options.target is None or options.out is None):
        raise ProjnerError("say what to align: --source, --target and --out, or --project")
    if options.project is not None and (options.target is not None or options.source is not None):
        raise ProjnerError("--project aligns what the project holds: leave out --source and --target")
    config = _aligner(options)
    summary = _align_project(options, config) if options.project else _align_files(options, config)
    if options.json:
        print(json.dumps(summary, ensure_ascii=False, default=str))
        return 0
    where = f" → {options.out}" if options.out else ""
    kept = f", layer {summary['layer']!r} of the project {options.project!r}" if options.project else ""
    print(f"{summary['pairs']} pairs aligned, {summary['links']} links{kept}{where}")
    return 0


def import_links_(options: argparse.Namespace) -> int:
    """`projner import-links`."""
    from projner_core.formats.links import LinkFormat
    from projner_core.pipeline.linking import import_links
    from projner_core.pipeline.progress import Watch
    from projner_core.store import catalogue
    from projner_core.terminal import bars

    with catalogue.open_project(options.project) as project, bars() as on_progress:
        layer = import_links(
            project,
            options.links,
            name=options.name,
            format=LinkFormat(options.format) if options.format else None,
            gold=options.gold,
            swap=options.swap,
            watch=Watch(on_progress, None),
        )
    if options.json:
        told = {"layer": layer.name, "id": layer.id, "pairs": layer.done, **layer.provenance}
        print(json.dumps(told, ensure_ascii=False))
        return 0
    kind = "gold links" if options.gold else "links"
    print(f"{kind} of {layer.done} pairs: layer {layer.name!r} of the project {options.project!r}")
    return 0


def aligners_(options: argparse.Namespace) -> int:
    """`projner aligners`."""
    from projner_core.pipeline.available import known_aligners

    known = known_aligners()
    if options.json:
        print(json.dumps([asdict(one) for one in known], ensure_ascii=False))
        return 0
    for one in known:
        print(f"{one.name}: {one.about}" if one.about else one.name)
        if one.obstacle:
            print(f"    cannot run here as it is: {one.obstacle}")
    return 0


def _aligner(options: argparse.Namespace) -> StageConfig:
    from projner_core.pipeline.config import RunConfig, StageConfig

    config = RunConfig(aligner=StageConfig(name=options.aligner))
    for assignment in options.set:
        if not assignment.strip().startswith("aligner."):
            raise ProjnerError(
                f"--set {assignment}: only the aligner runs here; expected aligner.KEY=VALUE, for example "
                "--set aligner.threshold=0.2"
            )
        config = config.with_setting(assignment)
    return config.aligner


def _align_project(options: argparse.Namespace, config: StageConfig) -> dict[str, Any]:
    from projner_core.pipeline.aligning import align
    from projner_core.pipeline.progress import Watch
    from projner_core.pipeline.translating import check_translated
    from projner_core.store import catalogue
    from projner_core.terminal import bars

    with catalogue.open_project(options.project) as project:
        check_translated(project)
        with bars() as on_progress:
            layer = align(project, config, Watch(on_progress, None))
        starts = range(0, project.count(), 1000)
        alignments = (
            found for start in starts for found in project.annotations(layer.id, start, start + 1000)
        )
        pairs = (pair for start in starts for pair in project.pairs(start, start + 1000))
        counted = _write(options, alignments, pairs)
    return counted | {"aligner": config.name, "project": options.project, "layer": layer.name}


def _align_files(options: argparse.Namespace, config: StageConfig) -> dict[str, Any]:
    from projner_core.pipeline.align_files import align_pairs, read_pairs
    from projner_core.pipeline.progress import Watch
    from projner_core.terminal import bars

    def read() -> Iterator[Pair]:
        return read_pairs(
            options.source,
            options.target,
            source_lang=options.source_lang,
            target_lang=options.target_lang,
            tokenise=options.tokenise,
        )

    with bars() as on_progress:
        alignments = align_pairs(read, config, Watch(on_progress, None))
        counted = _write(options, alignments, read())
    return counted | {"aligner": config.name}


def _write(
    options: argparse.Namespace, alignments: Iterator[Alignment], pairs: Iterator[Pair]
) -> dict[str, Any]:
    """Write links as they come, where a file is wanted; how many there were."""
    from projner_core.formats.links import write_links

    counts = {"pairs": 0, "links": 0}

    def counted() -> Iterator[Alignment]:
        for alignment in alignments:
            counts["pairs"] += 1
            counts["links"] += len(alignment.links)
            yield alignment

    if options.out is None:
        for _ in counted():
            pass
    else:
        write_links(options.out, counted(), format=options.format, scores=options.scores, pairs=pairs)
    return {**counts, "out": options.out}
