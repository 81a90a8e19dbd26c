"""Running a plan, cell by cell: what is finished is kept, and one that fails does not stop the rest."""

from __future__ import annotations

import hashlib
import json
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from projner_core import __version__
from projner_core.errors import ProjnerError
from projner_core.experiments import results
from projner_core.experiments.ahead import Step, steps_of
from projner_core.experiments.alone import alone
from projner_core.experiments.cells import Cell, cells_of
from projner_core.experiments.models import revisions_of, stages_of
from projner_core.experiments.plan import Plan
from projner_core.experiments.preparing import Files, find_files, project_of
from projner_core.experiments.reports import Clock, OnReport, Report
from projner_core.experiments.results import Result
from projner_core.experiments.scoring import scores_of
from projner_core.pipeline.filling import called
from projner_core.pipeline.predicting import predict
from projner_core.pipeline.progress import Cancelled, IsCancelled, Progress, Watch
from projner_core.pipeline.run import run
from projner_core.store import Layer, Project

_SCORING = 2  # changes whenever the same entities would be scored otherwise


def run_plan(
    plan: Plan,
    out: Path,
    *,
    beside: Path | None = None,
    only: Sequence[str] = (),
    fetch: bool = False,
    on_report: OnReport | None = None,
    on_result: Callable[[Cell, Result], None] | None = None,
    is_cancelled: IsCancelled | None = None,
) -> list[Result]:
    """Run every cell of a plan that is not finished, and give the results of all of them, in order.

    A finished cell with the same pipeline, data, scores and models is not run again; a failed one is. Cells
    of one language share a project, so that a translation, tags and links are made once; a killed plan goes
    on in the midst of a cell. Where several models and languages are at work, translations, tags and
    predictions of all languages are made before the first cell, model by model.

    Args:
        plan: what to run.
        out: the folder of results, projects and data; made where it is missing.
        beside: the folder that folders in the plan are relative to.
        only: names of cells, or of data sets and languages.
        fetch: whether data sets may be fetched over the network.
        on_report: told of progress.
        on_result: told of each result as it is there.
        is_cancelled: asked between chunks.

    Raises:
        Cancelled: `is_cancelled` said so. Finished cells are kept.
        ProjnerError: the plan names what there is not, or another process is at work in `out`.
    """
    cells = cells_of(plan, beside=beside, only=only)
    order = sorted(range(len(cells)), key=lambda n: cells[n].transfer)  # translations come before transfer
    there: dict[int, Result] = {}
    report = on_report or (lambda report: None)
    with alone(out):
        data = _Data(plan, fetch)
        steps = steps_of([cells[place] for place in order if not _is_kept(cells[place], plan, out, data)])
        clock = Clock(len(steps) + len(cells))
        for number, step in enumerate(steps, start=1):
            _run_ahead(step, plan, out, data, clock, _teller(report, step.cell, number, clock), is_cancelled)
        for number, place in enumerate(order, start=len(steps) + 1):
            cell = cells[place]
            tell = _teller(report, cell, number, clock)
            there[place] = _result(cell, plan, out, data, clock, tell, is_cancelled)
            if on_result is not None:
                on_result(cell, there[place])
    return [there[place] for place in range(len(cells))]


def kept_results(plan: Plan, out: Path, *, beside: Path | None = None) -> list[Result]:
    """What is kept of the plan's cells, as the plan and the data are now: finished ones and failed ones."""
    data = _Data(plan, fetch=False)
    found = (_as_it_is_now(cell, plan, out, data) for cell in cells_of(plan, beside=beside))
    return [result for result in found if result is not None]


def _as_it_is_now(cell: Cell, plan: Plan, out: Path, data: _Data) -> Result | None:
    """What is kept of a cell, if it holds; where the data are gone, what was finished over them does."""
    try:
        mark = fingerprint(cell, plan, data.of(cell))
        done = _kept(cell, out, mark)
    except ProjnerError:
        mark, done = "", _kept_of_then(cell, plan, out)
    failure = results.read_failure(out, cell) if done is None else None
    return failure if failure is not None and failure.fingerprint == mark else done


def _kept_of_then(cell: Cell, plan: Plan, out: Path) -> Result | None:
    """The finished result of this pipeline, scored alike, over the data that it was run on."""
    found = results.read(out, cell)
    told = None if found is None else found.about.get("data")
    if told is None:
        return None
    return _kept(cell, out, fingerprint(cell, plan, Files.of_then(told, cell)))


def fingerprint(cell: Cell, plan: Plan, files: Files) -> str:
    """What makes a cell's scores these scores, models' revisions apart (they are in the result's `about`)."""
    systems = [[stage, config.model_dump()] for stage, config in stages_of(cell)]
    scored = [plan.samples, plan.seed, list(files.target.labels), list(files.target.ignored)]
    identity = [__version__, _SCORING, systems, files.fingerprints, plan.source_lang, plan.limit, scored]
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:32]


class _Data:
    """The data of the plan's languages: each is looked for once, and its fault told in each of its cells."""

    def __init__(self, plan: Plan, fetch: bool) -> None:
        self._plan, self._fetch = plan, fetch
        self._found: dict[tuple[Any, ...], Files | ProjnerError] = {}

    def of(self, cell: Cell) -> Files:
        key = (cell.data_set, cell.lang, cell.split, cell.folder, cell.labels, cell.ignored)
        if key not in self._found:
            try:
                self._found[key] = find_files(cell, self._plan, fetch=self._fetch)
            except ProjnerError as error:
                self._found[key] = error
        found = self._found[key]
        if isinstance(found, ProjnerError):
            raise found
        return found


def _result(
    cell: Cell,
    plan: Plan,
    out: Path,
    data: _Data,
    clock: Clock,
    tell: Callable[[str, int, int, float], None],
    is_cancelled: IsCancelled | None,
) -> Result:
    """The result of one cell: kept, run, or failed."""
    began = time.monotonic()
    if is_cancelled is not None and is_cancelled():
        raise Cancelled
    mark, files = "", None
    try:
        files = data.of(cell)
        mark = fingerprint(cell, plan, files)
        if (kept := _kept(cell, out, mark)) is not None:
            clock.finished(None)
            tell("kept", 0, 0, 0.0)
            return kept
        watch_report = _watched(tell, began)
        made = _run(cell, plan, out, files, watch_report, is_cancelled)
    except Cancelled:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a system or its library raises: its trace is kept
        # A night's work is not lost to one language; what ends the process (Ctrl-C, a signal) ends the plan.
        made = _failed(cell, error, files)
    result = Result(
        data=cell.data,
        lang=cell.lang,
        method=cell.method,
        fingerprint=mark,
        data_set=cell.data_set,
        split=cell.split,
        limit=plan.limit,
        **made,
    )
    result.about["seconds"] = round(time.monotonic() - began, 3)
    results.write(out, cell, result)
    clock.finished(time.monotonic() - began)
    return result


def _run_ahead(
    step: Step,
    plan: Plan,
    out: Path,
    data: _Data,
    clock: Clock,
    tell: Callable[[str, int, int, float], None],
    is_cancelled: IsCancelled | None,
) -> None:
    began = time.monotonic()
    try:
        path = project_of(step.cell, plan, data.of(step.cell), out)
        with Project.open(path) as project:
            step.run(project, Watch(_watched(tell, began), is_cancelled))
    except Cancelled:
        raise
    except Exception:  # noqa: BLE001, S110 - the cell meets it again, and writes it down with its trace
        pass
    clock.finished(time.monotonic() - began)


def _is_kept(cell: Cell, plan: Plan, out: Path, data: _Data) -> bool:
    """Whether a cell is finished, or can't run for want of data."""
    try:
        return _kept(cell, out, fingerprint(cell, plan, data.of(cell))) is not None
    except Exception:  # noqa: BLE001 - the cell meets it again, and writes it down with its trace
        return True


def _kept(cell: Cell, out: Path, mark: str) -> Result | None:
    """The finished result of this cell, with the versions of its models that are on this machine."""
    found = results.read(out, cell)
    if found is None or found.state != "done" or found.fingerprint != mark:
        return None
    here, then = revisions_of(cell), found.about.get("models", {})
    return found if all(then.get(name) == version for name, version in here.items()) else None


def _run(
    cell: Cell,
    plan: Plan,
    out: Path,
    files: Files,
    on_progress: Callable[[Progress], None],
    is_cancelled: IsCancelled | None,
) -> dict[str, Any]:
    path = project_of(cell, plan, files, out)
    with Project.open(path) as project:
        layer = _layer(project, cell, on_progress, is_cancelled)
        scored = files.target
        scores = scores_of(
            project, layer, scored.labels, ignored=scored.ignored, samples=plan.samples, seed=plan.seed
        )
        pairs = project.count()
    about = _about(cell, files) | {
        "pairs": pairs,
        "project": f"projects/{path.name}",
        "layer": layer.name,
        "models": revisions_of(cell),
    }
    return {"state": "done", "scores": scores, "about": about}


def _layer(
    project: Project, cell: Cell, on_progress: Callable[[Progress], None], is_cancelled: IsCancelled | None
) -> Layer:
    """The layer that is scored."""
    if cell.transfer:
        assert cell.config.predictor is not None
        return predict(project, cell.config.predictor, Watch(on_progress, is_cancelled))
    return run(project, cell.config, on_progress=on_progress, is_cancelled=is_cancelled).projection


def _failed(cell: Cell, error: BaseException, files: Files | None) -> dict[str, Any]:
    about = _about(cell, files)
    if isinstance(error, ProjnerError):
        said = str(error)
    else:  # a fault of a program: whoever mends it wants the trace
        said = f"{type(error).__name__}: {error}"
        about["trace"] = traceback.format_exc()
    return {"state": "failed", "error": said, "about": about}


def _about(cell: Cell, files: Files | None) -> dict[str, Any]:
    return {
        "version": __version__,
        "systems": {stage: called(config) for stage, config in stages_of(cell)},
        "config": {stage: config.model_dump() for stage, config in stages_of(cell)},
        "data": None if files is None else files.to_dict(),
    }


def _teller(
    on_report: OnReport, cell: Cell, number: int, clock: Clock
) -> Callable[[str, int, int, float], None]:
    def tell(stage: str, done: int, total: int, spent: float) -> None:
        on_report(Report(cell.name, number, clock.cells, stage, done, total, clock.left(spent)))

    return tell


def _watched(tell: Callable[[str, int, int, float], None], began: float) -> Callable[[Progress], None]:
    return lambda progress: tell(progress.stage, progress.done, progress.total, time.monotonic() - began)
