"""Runs in a process of their own, for the app: they outlive a refresh of the page and a closed browser.

The project's `jobs` table is all that page and worker share: the worker writes its progress and a
heartbeat there, the page writes the wish to cancel. A worker that was killed leaves a silent
heartbeat; the run then counts as stopped, and starting again goes on where it was.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from types import TracebackType
from typing import Literal, Self

from projner_core.errors import ProjnerError
from projner_core.inference.devices import facts_now
from projner_core.pipeline import comparing, evaluating, fetching
from projner_core.pipeline import run as pipeline
from projner_core.pipeline.comparing import CompareConfig
from projner_core.pipeline.config import RunConfig
from projner_core.pipeline.evaluating import EvaluateConfig
from projner_core.pipeline.fetching import FetchConfig
from projner_core.pipeline.progress import Cancelled, Progress, Watch
from projner_core.store import Project, catalogue

State = Literal["idle", "running", "done", "cancelled", "failed", "stopped"]

HEARTBEAT_SECONDS = 1.0
SILENT_SECONDS = 15.0  # a worker that says nothing for so long is dead; a sleeping laptop may exceed it


JobConfig = RunConfig | CompareConfig | EvaluateConfig | FetchConfig

DEVICE = "device"
"""Where in a project's `meta` stands what a worker computes on: the `DeviceFacts` as a dict, None while no
model is loaded."""

_GRAIN = 100_000_000  # bytes: memory is told in steps that a reader can see
_KINDS: dict[type, str] = {
    RunConfig: "run", CompareConfig: "compare", EvaluateConfig: "evaluate", FetchConfig: "fetch",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class JobStatus:
    """What the page shows of a run. `seconds_left` is None until it can be told."""

    state: State
    stage: str = ""
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    message: str = ""
    job_id: int | None = None
    kind: str = ""  # "run", "compare", "evaluate" or "fetch"

    @property
    def active(self) -> bool:
        """Whether a worker is at it now."""
        return self.state == "running"


def start(project_name: str, config: JobConfig) -> int:
    """Start a worker that runs the pipeline, compares aligners, evaluates layers or fetches a model; return
    its job id.

    Raises:
        ConflictError: a worker is at work on this project already.
    """
    kind = _KINDS[type(config)]
    with catalogue.open_project(project_name) as project:
        job_id = project.start_job(kind, config.model_dump(), alone_s=SILENT_SECONDS)
        project.set_meta(DEVICE, None)
    log = catalogue.path_of(project_name).with_suffix(".log")
    with log.open("ab") as output:
        subprocess.Popen(  # noqa: S603 - our own interpreter; the catalogue validated the name
            [sys.executable, "-m", "projner_core", "work", project_name, str(job_id)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C in the terminal of the app stops the app, not the run
        )
    return job_id


def status(project: Project) -> JobStatus:
    """How the latest run of the project stands."""
    job = project.latest_job()
    if job is None:
        return JobStatus("idle")
    state: State = job.state.value
    message = job.message
    if state == "running" and not job.alive(SILENT_SECONDS):
        state, message = "stopped", "The run stopped before its end. Run again and it goes on."
    return JobStatus(state, job.stage, job.done, job.total, job.eta_s, message, job.id, job.kind)


def cancel(project: Project) -> None:
    """Ask the latest run to stop at its next chunk. Nothing finished is lost."""
    job = project.latest_job()
    if job is not None:
        project.request_cancel(job.id)


def work(project_name: str, job_id: int) -> State:
    """The worker: run the job's configuration, and say in the project how it goes and how it ended."""
    with catalogue.open_project(project_name) as project:
        job = project.job(job_id)
        with _Pulse(project, job_id) as pulse:
            watch = Watch(pulse.report, pulse.is_cancelled)
            match job.kind:
                case "compare":
                    comparing.compare(project, CompareConfig.model_validate(job.config), watch)
                case "evaluate":
                    evaluating.evaluate(project, EvaluateConfig.model_validate(job.config), watch)
                case "fetch":
                    fetching.fetch(FetchConfig.model_validate(job.config), watch)
                case _:
                    config = RunConfig.model_validate(job.config)
                    pipeline.run(project, config, on_progress=pulse.report, is_cancelled=pulse.is_cancelled)
        return pulse.ended


class _Pulse:
    """A job while it runs: writes progress and heartbeat, as often as a reader can see and no more, and
    at the end how it ended. What a user can put right goes no further; a failure of the program itself is
    told to the reader of the page too, and its trace goes on to the project's log."""

    def __init__(self, project: Project, job_id: int) -> None:
        self._project, self._job_id = project, job_id
        self._latest = Progress("start", 0, 0)
        self._device: dict[str, object] | None = None
        self._stopped, self._cancelled = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self.ended: State = "running"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._stopped.set()
        self._thread.join()
        self.ended, message = _ending(error)
        self._project.finish_job(self._job_id, state=self.ended, message=message)
        return isinstance(error, ProjnerError)

    def report(self, progress: Progress) -> None:
        self._latest = progress

    def is_cancelled(self) -> bool:
        return self._cancelled.is_set()

    def _beat(self) -> None:
        while True:
            latest = self._latest
            with suppress(ProjnerError):  # a full disk, a busy database: the next beat tries again
                self._project.update_job(
                    self._job_id,
                    stage=latest.stage,
                    done=latest.done,
                    total=latest.total,
                    eta_s=latest.seconds_left,
                )
                if self._project.cancel_requested(self._job_id):
                    self._cancelled.set()
                self._tell_device()
            if self._stopped.wait(HEARTBEAT_SECONDS):
                return

    def _tell_device(self) -> None:
        """Write down what is computed on, where that is not what is written already."""
        facts = facts_now()
        if facts is not None and facts.memory_used is not None:
            facts = replace(facts, memory_used=facts.memory_used // _GRAIN * _GRAIN)
        told = None if facts is None else asdict(facts)
        if told != self._device:
            self._project.set_meta(DEVICE, told)
            self._device = told


def _ending(error: BaseException | None) -> tuple[State, str]:
    """How a run ended that ended with this, and what to say of it."""
    match error:
        case None:
            return "done", ""
        case Cancelled():
            return "cancelled", str(error)
        case ProjnerError():
            return "failed", str(error)
        case _:
            return "failed", f"The program failed ({type(error).__name__}): {error}"
