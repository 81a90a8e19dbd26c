"""The commands that score: predictions against gold, two predictions against each other, files of links."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from projner_core.errors import ProjnerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from projner_core.evaluation.report import Format, Report
    from projner_core.evaluation.summary import Summary
    from projner_core.pipeline.evaluating import Evaluation
    from projner_core.pipeline.scoring import TwoFiles
    from projner_core.store import Project


def evaluate_(options: argparse.Namespace) -> int:
    """`projner evaluate`."""
    kind = _report_kind(options.report)
    if options.project is None:
        return _evaluate_files(options, kind)
    _refuse(options, "--project", "--gold", "--predicted")
    if options.samples is not None or options.seed is not None:
        raise ProjnerError(
            "the figures of a project are kept, always with 1,000 bootstrap samples: leave out --samples "
            "and --seed"
        )
    asked = [] if options.layer is None else [options.layer]
    with _evaluated(options, asked) as (project, evaluations):
        (evaluation,) = evaluations
        report = _report_of(project, evaluations)
        if options.json:
            _print_json(_told(evaluation) | _flat(evaluation.summary))
        else:
            print(f"{evaluation.layer.name} against {evaluation.against}, {evaluation.pairs} pairs")
            _print_summary(report, full=options.full)
            if evaluation.tuned_here:
                print("\nA setting was tuned on these very sentences: the figures are too good.")
    _write_report(options.report, report, kind)
    return 0


def compare_(options: argparse.Namespace) -> int:
    """`projner compare`."""
    from projner_core.pipeline.evaluating import SAMPLES

    kind = _report_kind(options.report)
    samples = SAMPLES if options.samples is None else options.samples
    seed = options.seed or 0
    if options.project is None:
        from projner_core.evaluation.report import Report
        from projner_core.pipeline.scoring import compare_files

        _refuse(options, "files", "--layers", "--against")
        if options.gold is None or options.predicted is None:
            raise ProjnerError("say what to compare: --gold and --predicted, or --project and --layers")
        first, second = options.predicted
        compared = compare_files(options.gold, first, second, samples=samples, seed=seed)
        _say_not_allowed(options.gold, first, second)
        names = (str(first), str(second))
        title = f"{first.name} and {second.name} against {options.gold.name}"
        report = Report(title, names, (compared.first, compared.second), compared.difference)
        _show_difference(options, report, [{"name": name} for name in names], compared)
    else:
        from projner_core.pipeline.evaluating import difference
        from projner_core.pipeline.scoring import TwoFiles

        _refuse(options, "--project", "--gold", "--predicted")
        if options.layers is None:
            raise ProjnerError("say which two layers to compare: --layers, with their names or numbers")
        with _evaluated(options, options.layers) as (project, evaluations):
            one, other = evaluations
            differ = difference(project, one, other, samples=samples, seed=seed)
            report = _report_of(project, evaluations, differ)
            compared = TwoFiles(one.summary, other.summary, differ)
            _show_difference(options, report, [_told(one), _told(other)], compared)
    _write_report(options.report, report, kind)
    return 0


def evaluate_alignments_(options: argparse.Namespace) -> int:
    """`projner evaluate-alignments`."""
    from projner_core.formats.links import LinkFormat
    from projner_core.pipeline.link_scores import score_link_files

    scored = score_link_files(
        options.gold,
        options.predicted,
        format=LinkFormat(options.format) if options.format else None,
        samples=1000 if options.samples is None else options.samples,
        seed=options.seed or 0,
    )
    if options.json:
        told = scored.to_dict()
        for file, its in zip(told["files"], scored.files, strict=True):
            if options.worst:
                file["worst"] = [asdict(pair) for pair in its.scores.worst(options.worst)]
        _print_json(told)
        return 0
    from rich.console import Console

    from projner_core.terminal import link_scores_report

    Console().print(link_scores_report(scored, worst=options.worst))
    return 0


def _evaluate_files(options: argparse.Namespace, kind: Format | None) -> int:
    from projner_core.pipeline.scoring import left_out, score_files, summarise_files

    _refuse(options, "files", "--layer", "--against")
    if options.gold is None or options.predicted is None:
        raise ProjnerError("say what to evaluate: --gold and --predicted, or --project")
    asked = {"samples": 1000 if options.samples is None else options.samples, "seed": options.seed or 0}
    if not options.json and not options.full and kind is None:
        from rich.console import Console

        from projner_core.terminal import scores_report

        scores = score_files(options.gold, options.predicted, **asked)
        _say_not_allowed(options.gold, options.predicted)
        Console().print(scores_report(scores))
        if said := left_out(options.gold, options.predicted):
            print(said)
        return 0
    from projner_core.evaluation.report import Report

    summary = summarise_files(options.gold, options.predicted, **asked)
    _say_not_allowed(options.gold, options.predicted)
    title = f"{options.predicted.name} against {options.gold.name}"
    report = Report(title, (options.predicted.name,), (summary,))
    if options.json:
        _print_json(_flat(summary))
    else:
        _print_summary(report, full=options.full)
    _write_report(options.report, report, kind)
    return 0


def _say_not_allowed(*paths: Path) -> None:
    """Tell of tags that count for nothing, since their scheme does not allow them."""
    from projner_core.pipeline.scoring import not_allowed

    for path in dict.fromkeys(paths):
        if (found := not_allowed(path)) is not None:
            print(f"projner: {found}", file=sys.stderr)


@contextmanager
def _evaluated(
    options: argparse.Namespace, asked: Sequence[str]
) -> Iterator[tuple[Project, list[Evaluation]]]:
    """The project of the command line with the evaluations of these layers, made where they are missing."""
    from projner_core.pipeline.evaluating import EvaluateConfig, by_text, evaluable, evaluate
    from projner_core.pipeline.progress import Watch
    from projner_core.store import catalogue
    from projner_core.terminal import bars

    with catalogue.open_project(options.project) as project:
        layers = by_text(project, asked) if asked else evaluable(project)[:1]
        if not layers:
            raise ProjnerError("there is nothing to evaluate yet: run the pipeline, or import predictions")
        if len({layer.id for layer in layers}) < len(layers):
            raise ProjnerError(f"{' and '.join(asked)} are one and the same layer")
        config = EvaluateConfig(layers=tuple(layer.id for layer in layers), against=options.against or "gold")
        with bars() as on_progress:
            evaluations = evaluate(project, config, Watch(on_progress, None))
        yield project, evaluations


def _report_of(project: Project, evaluations: Sequence[Evaluation], difference: Any = None) -> Report:
    from projner_core.pipeline.reporting import report_of

    return report_of(project, evaluations, difference)


def _show_difference(
    options: argparse.Namespace, report: Report, told: list[dict[str, Any]], compared: TwoFiles
) -> None:
    both = zip(told, (compared.first, compared.second), strict=True)
    if options.json:
        of_each = [
            about | {"scores": summary.scores.to_dict(), "dropped": summary.dropped}
            for about, summary in both
        ]
        in_words = compared.difference.in_words(*report.names)
        _print_json(compared.difference.to_dict() | {"in_words": in_words, "predictions": of_each})
        return
    from rich.console import Console

    from projner_core.evaluation import unmarked
    from projner_core.terminal import difference_report

    Console().print(difference_report(compared.difference, *report.names))
    for name, summary in zip(report.names, (compared.first, compared.second), strict=True):
        if said := unmarked.in_words(summary.dropped):
            print(f"{name}: {said}")


def _print_summary(report: Report, *, full: bool) -> None:
    from rich.console import Console

    from projner_core.terminal import full_report, summary_report

    Console().print(full_report(report) if full else summary_report(report.summaries[0]))


def _told(evaluation: Evaluation) -> dict[str, Any]:
    """What a reader of the JSON must know of where the figures come from."""
    return {
        "layer": evaluation.layer.name,
        "id": evaluation.layer.id,
        "findings": evaluation.findings.id,
        "against": evaluation.against,
        "pairs": evaluation.pairs,
        "tuned_here": evaluation.tuned_here,
    }


def _flat(summary: Summary) -> dict[str, Any]:
    """Every figure, strict scores at the top: `micro.f1`."""
    told = summary.to_dict()
    scores: dict[str, Any] = told.pop("scores")
    return scores | told


def _refuse(options: argparse.Namespace, what: str, *others: str) -> None:
    """Say so where options stand together that do not go together."""
    for other in others:
        if getattr(options, other.removeprefix("--")) is not None:
            raise ProjnerError(f"{other} does not go with {what}: leave one of them out")


def _report_kind(path: Path | None) -> Format | None:
    """The format that a report's file name asks for; said before the work begins, not after it."""
    from projner_core.evaluation.report import Format
    from projner_core.formats.base import check_place

    if path is None:
        return None
    check_place(path)
    for kind in get_args(Format):
        if path.suffix == f".{kind}":
            found: Format = kind
            return found
    known = ", ".join(f".{kind}" for kind in get_args(Format))
    raise ProjnerError(f"--report {path}: the name of a report ends in one of {known}")


def _write_report(path: Path | None, report: Report, kind: Format | None) -> None:
    from projner_core.evaluation.report import write
    from projner_core.formats.base import write_whole

    if path is not None and kind is not None:
        write_whole(path, [write(report, kind)])


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))
