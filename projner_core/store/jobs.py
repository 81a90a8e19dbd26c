"""Jobs: one row a run, so that the page and the worker process see the same."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, insert, select, update

from projner_core.errors import ConflictError, ProjnerError
from projner_core.store.base import Base
from projner_core.store.schema import jobs


class JobState(StrEnum):
    """Where a run stands."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """One run of the pipeline.

    Attributes:
        id: its number.
        kind: what it does, e.g. "run" or "import".
        config: its configuration.
        state: where it stands.
        stage: what it does now.
        done: units finished of this stage.
        total: units in all of this stage; 0 where that is not known.
        eta_s: seconds left, or None.
        message: a sentence for people; of a failed job: what failed and what to do.
        cancel_requested: whether somebody asked it to stop.
        started: seconds since the epoch.
        heartbeat: when it was last heard of, seconds since the epoch.
        finished: when it ended, or None.
    """

    id: int
    kind: str
    config: Any
    state: JobState
    stage: str
    done: int
    total: int
    eta_s: float | None
    message: str
    cancel_requested: bool
    started: float
    heartbeat: float
    finished: float | None

    def alive(self, patience_s: float = 30.0) -> bool:
        """Whether it runs and was heard of within the last `patience_s` seconds."""
        return self.state is JobState.RUNNING and time.time() - self.heartbeat <= patience_s


class JobStore(Base):
    """The part of a project that knows what is running."""

    def start_job(self, kind: str, config: Mapping[str, Any], *, alone_s: float | None = None) -> int:
        """Write down that a run begins; its id.

        Args:
            kind: what it does.
            config: JSON able.
            alone_s: refuse where a job runs that was heard of within so many seconds.

        Raises:
            ConflictError: such a job runs.
        """
        moment = time.time()
        row = {
            "kind": kind,
            "config": json.dumps(dict(config)),
            "state": JobState.RUNNING.value,
            "stage": "",
            "done": 0,
            "total": 0,
            "message": "",
            "cancel": False,
            "started": moment,
            "heartbeat": moment,
        }
        with self._db.writing() as connection:
            if alone_s is not None:
                running = select(jobs.c.id).where(
                    jobs.c.state == JobState.RUNNING.value, jobs.c.heartbeat >= moment - alone_s
                )
                if connection.scalar(running.limit(1)) is not None:
                    raise ConflictError("A run is under way already. Wait for it, or cancel it first.")
            key = connection.execute(insert(jobs).values(row)).inserted_primary_key
            assert key is not None
            return int(key[0])

    def job(self, job_id: int) -> Job:
        """The job with this id as it stands now.

        Raises:
            ProjnerError: there is none.
        """
        with self._db.reading() as connection:
            row = connection.execute(select(jobs).where(jobs.c.id == job_id)).one_or_none()
        if row is None:
            raise ProjnerError(f"There is no job {job_id} in this project.")
        return _job(row)

    def latest_job(self, kind: str | None = None) -> Job | None:
        """The job that was started last, or None."""
        query = select(jobs).order_by(jobs.c.id.desc()).limit(1)
        if kind is not None:
            query = query.where(jobs.c.kind == kind)
        with self._db.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _job(row)

    def update_job(
        self,
        job_id: int,
        *,
        stage: str | None = None,
        done: int | None = None,
        total: int | None = None,
        eta_s: float | None = None,
        message: str | None = None,
        heartbeat: float | None = None,
    ) -> None:
        """Say how far a running job is; what is None stays, but for `eta_s`, which is then not known.

        `heartbeat` is this moment unless given. A job that has ended stays as it is.
        """
        given = {"stage": stage, "done": done, "total": total, "message": message}
        values: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
        values |= {"eta_s": eta_s, "heartbeat": time.time() if heartbeat is None else heartbeat}
        self._change(job_id, values)

    def request_cancel(self, job_id: int) -> None:
        """Ask a running job to stop; it does so after its chunk."""
        self._change(job_id, {"cancel": True})

    def cancel_requested(self, job_id: int) -> bool:
        """Whether somebody asked the job to stop."""
        with self._db.reading() as connection:
            return bool(connection.scalar(select(jobs.c.cancel).where(jobs.c.id == job_id)))

    def finish_job(self, job_id: int, state: JobState | str = JobState.DONE, message: str = "") -> None:
        """Say that a running job has ended; one that has ended before stays as it is."""
        moment = time.time()
        ended = {"state": JobState(state).value, "message": message, "eta_s": None}
        self._change(job_id, ended | {"heartbeat": moment, "finished": moment})

    def _change(self, job_id: int, values: dict[str, Any]) -> None:
        running = (jobs.c.id == job_id, jobs.c.state == JobState.RUNNING.value)
        with self._db.writing() as connection:
            connection.execute(update(jobs).where(*running).values(values))


def _job(row: Row[Any]) -> Job:
    return Job(
        id=row.id,
        kind=row.kind,
        config=json.loads(row.config),
        state=JobState(row.state),
        stage=row.stage,
        done=row.done,
        total=row.total,
        eta_s=row.eta_s,
        message=row.message,
        cancel_requested=row.cancel,
        started=row.started,
        heartbeat=row.heartbeat,
        finished=row.finished,
    )
