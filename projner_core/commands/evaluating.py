"""The commands that score files."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict


def evaluate_(options: argparse.Namespace) -> int:
    """`projner evaluate`."""
    from projner_core.pipeline.scoring import score_files

    scores = score_files(options.gold, options.predicted, samples=options.samples, seed=options.seed)
    if options.json:
        print(json.dumps(scores.to_dict(), ensure_ascii=False, indent=2))
        return 0
    from rich.console import Console

    from projner_core.terminal import scores_report

    Console().print(scores_report(scores))
    return 0


def evaluate_alignments_(options: argparse.Namespace) -> int:
    """`projner evaluate-alignments`."""
    from projner_core.formats.links import LinkFormat
    from projner_core.pipeline.link_scores import score_link_files

    report = score_link_files(
        options.gold,
        options.predicted,
        format=LinkFormat(options.format) if options.format else None,
        samples=options.samples,
        seed=options.seed,
    )
    if options.json:
        told = report.to_dict()
        for file, its in zip(told["files"], report.files, strict=True):
            if options.worst:
                file["worst"] = [asdict(pair) for pair in its.scores.worst(options.worst)]
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return 0
    from rich.console import Console

    from projner_core.terminal import link_scores_report

    Console().print(link_scores_report(report, worst=options.worst))
    return 0
