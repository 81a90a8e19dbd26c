"""The command that runs a plan of experiments."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from projner_core.errors import ProjnerError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from projner_core.experiments import Cell, Plan, Result


def experiment_(options: argparse.Namespace) -> int:
    """`projner experiment`."""
    from projner_core.experiments import Plan, cells_of, kept_results

    path: Path = options.plan
    plan = Plan.from_toml(path)
    if options.data is not None:  # what the command line says goes before the plan's own folders
        plan = plan.model_copy(
            update={
                "data": tuple(
                    data.model_copy(update={"folder": str(options.data.absolute())}) for data in plan.data
                )
            }
        )
    if options.list:
        return _list(cells_of(plan, beside=path.parent, only=options.only), options)
    out: Path = options.out or Path("experiments") / path.stem
    try:
        results = _run(plan, out, options)
    finally:  # of what is finished, where the rest was stopped or refused
        if (out / "cells").is_dir():
            _write_tables(plan, kept_results(plan, out, beside=path.parent), out, intervals=options.intervals)
    if options.json:
        print(json.dumps([result.to_dict() for result in results], ensure_ascii=False, indent=2))
    else:
        print((out / "table.md").read_text(encoding="utf-8"), end="")
    failed = sum(result.state == "failed" for result in results)
    where = f"{out}/table.md, .csv, .tex"
    print(f"projner: {len(results)} cells, {failed} of them failed → {where}", file=sys.stderr)
    return 1 if failed else 0


def _run(plan: Plan, out: Path, options: argparse.Namespace) -> list[Result]:
    from projner_core.experiments import cells_of, run_plan
    from projner_core.terminal import one_bar

    beside = options.plan.parent
    with one_bar() as (draw, say):
        if options.fetch:
            _fetch_models(cells_of(plan, beside=beside, only=options.only), draw, say)
        return run_plan(
            plan,
            out,
            beside=beside,
            only=options.only,
            fetch=options.fetch,
            on_report=lambda at: draw(
                f"{at.number}/{at.cells} {at.cell}: {at.stage}", at.done, at.total, at.seconds_left
            ),
            on_result=lambda cell, result: say(_line(cell, result)),
        )


def _fetch_models(
    cells: Sequence[Cell], draw: Callable[[str, int, int, float | None], None], say: Callable[[str], None]
) -> None:
    """Fetch what is not here, and tell its size and licence before. What can't be fetched is said, and the
    cells that need it fail."""
    from projner_core.commands.models import facts_of
    from projner_core.experiments.models import models_of
    from projner_core.inference import fetching

    for model in models_of(cells):
        if model.revision:
            continue
        title = f"fetch {model.name}"

        def tell(done: int, total: int, title: str = title) -> None:
            draw(title, done, total, None)

        try:
            offer = fetching.look_up(model.name, weights=model.weights)
            for fact in facts_of(offer):
                say(fact)
            fetching.fetch(model.name, weights=model.weights, on_progress=tell)
        except ProjnerError as error:
            say(f"{model.name}: {error}")


def _write_tables(plan: Plan, results: Sequence[Result], out: Path, *, intervals: bool) -> None:
    from projner_core.experiments import tables
    from projner_core.experiments.published import TABLES
    from projner_core.formats.base import write_whole

    beside = TABLES[plan.published] if plan.published else None
    both = [
        tables.table(plan.title, results, figure="f1", published=beside),
        tables.table(plan.title, results, figure="exact"),
    ]
    write_whole(out / "table.md", [tables.markdown(both, intervals=intervals)])
    write_whole(out / "table.tex", [tables.latex(both, intervals=intervals)])
    write_whole(out / "table.csv", [tables.comma_separated(results, beside)])


def _line(cell: Cell, result: Result) -> str:
    if result.scores is None:
        return f"{cell.name}: failed: {result.error}"
    return f"{cell.name}: strict F1 {100 * result.scores.micro.f1.value:.1f}"


def _list(cells: Sequence[Cell], options: argparse.Namespace) -> int:
    """The cells, and the models they need; nothing runs."""
    from dataclasses import asdict

    from projner_core.experiments.models import models_of, stages_of
    from projner_core.pipeline.filling import called

    models = models_of(cells)
    told: list[dict[str, Any]] = [
        {
            "data": cell.data,
            "lang": cell.lang,
            "method": cell.method,
            "stages": {stage: called(config) for stage, config in stages_of(cell)},
        }
        for cell in cells
    ]
    if options.json:
        print(
            json.dumps(
                {"cells": told, "models": [asdict(model) for model in models]}, ensure_ascii=False, indent=2
            )
        )
        return 0
    for one in told:
        print(f"{one['data']}/{one['lang']}/{one['method']}")
        for stage, system in one["stages"].items():
            print(f"    {stage}: {system}")
    print(f"\n{len(cells)} cells")
    for model in models:
        here = f"here, {model.revision}" if model.revision else "not here"
        print(", ".join(text for text in (f"model {model.name}", model.size, model.licence, here) if text))
    return 0
