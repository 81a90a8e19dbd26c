"""A stage on a cluster, as batches of Ray Data.

A row is a stretch of pairs; it travels as bytes. One actor a GPU (or, where there is none, one for some
processors of a node) loads the system once and computes whole stretches. Ray chooses where each runs, starts
actors anew that died, and keeps the order. Only this process touches the project.
"""

from __future__ import annotations

import pickle
import queue
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from projner_core.errors import ProjnerError
from projner_core.inference import revision
from projner_core.inference.interruption import checkpoint
from projner_core.pipeline import cluster
from projner_core.pipeline.engines import LOCAL, Compute, Work

if TYPE_CHECKING:
    import pyarrow as pa

WINDOW = 256 * 2**20  # bytes of items that wait in the cluster's memory; the rest is read after them
RETRIES = 5  # of a stretch whose actor died: what kills six actors would kill the seventh
_PARTING = 2.0  # seconds for an execution to end, before the cluster is left to have it end
_PATIENCE = 0.1  # seconds between two looks at whether anyone still wants the results

Read = Callable[[int, int], list[Any]]


class RayEngine:
    """Runs work on a Ray cluster, or on processes of this machine.

    Args:
        address: `HOST:PORT` of the cluster's head, or `auto` for the one that this machine is part of. None:
            the environment's RAY_ADDRESS, or else this machine alone, for as long as the engine is open.

    Raises:
        ProjnerError: Ray is not installed.
    """

    def __init__(self, address: str | None = None) -> None:
        cluster.check_installed()
        self._address = address
        self._connection: cluster.Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave the cluster: what this engine started there ends. The process does not join it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def results(
        self, work: Work, stretches: Sequence[tuple[int, int]], read: Read
    ) -> Iterator[tuple[int, list[Any]]]:
        """As `Engine.results`. While it waits it asks whether anyone still wants the results (`checkpoint`).

        Where nobody does, or nobody asks for the last one, what is being computed ends; if need be, the
        engine leaves the cluster for that. A translator without a model reads a file of this machine, and so
        is run here.

        Raises:
            ProjnerError: there is no cluster at the address, one of its nodes lacks something, the system
                said so, or the cluster failed more often than it could put right.
        """
        model = cluster.model_of(work)
        if work.stage == "translate" and model is None:
            yield from LOCAL.results(work, stretches, read)
            return
        waiting, due = list(stretches), len(stretches)
        outcomes: _Awaited | None = None
        try:
            while waiting:
                if self._connection is None:
                    self._connection = cluster.connect(self._address)
                blocks = _put(waiting, read)
                now, waiting = waiting[: len(blocks)], waiting[len(blocks) :]
                if model is not None:
                    work = self._connection.alike(work)
                outcomes = _outcomes(work, model, self._connection, blocks)
                for result in _in_order(now, outcomes):
                    due -= 1
                    yield result
                outcomes, blocks = None, []  # they hold the window's memory, and the next needs as much
        finally:
            if due and outcomes is not None and not outcomes.dismissed():
                self.close()


def _put(stretches: Sequence[tuple[int, int]], read: Read) -> list[Any]:
    """References to the first stretches' rows, as many as fit into the window, in the cluster's memory."""
    import pyarrow as pa
    import ray

    blocks: list[Any] = []
    size = 0
    for start, stop in stretches:
        checkpoint()
        items = pickle.dumps(read(start, stop), pickle.HIGHEST_PROTOCOL)
        size += len(items)
        blocks.append(ray.put(_row(pa, start, items)))
        if size >= WINDOW:
            break
    return blocks


def _row(pa: Any, start: int, content: bytes) -> pa.Table:
    columns = {"start": pa.array([start], pa.int64()), "content": pa.array([content], pa.large_binary())}
    table: pa.Table = pa.table(columns)
    return table


def _outcomes(work: Work, model: str | None, connection: cluster.Connection, blocks: list[Any]) -> _Awaited:
    """Start and pickled outcome of every row, as Ray Data gives them."""
    import ray.data
    from ray.data import ActorPoolStrategy, DataContext
    from ray.util.annotations import RayDeprecationWarning

    share = connection.share(heavy=work.stage != "project" or model is not None, most=len(blocks))
    context = DataContext.get_current().copy()
    context.execution_options.preserve_order = True
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    context.execution_no_progress_timeout_s = -1  # a chunk of a large translator takes as long as it takes
    context.max_consecutive_actor_init_deaths = RETRIES
    with DataContext.current(context), warnings.catch_warnings():
        warnings.simplefilter("ignore", RayDeprecationWarning)  # retries have no other name in this Ray
        dataset = ray.data.from_arrow_refs(blocks).map_batches(
            _Actor,
            fn_constructor_args=(
                work,
                model,
                None if connection.own or not model else cluster.commit_of(model),
            ),
            batch_size=1,
            batch_format="pyarrow",
            zero_copy_batch=True,
            compute=ActorPoolStrategy(
                min_size=1, max_size=share.actors, initial_size=share.actors, max_tasks_in_flight_per_actor=2
            ),
            num_cpus=share.cpus,
            num_gpus=share.gpus,
            max_restarts=-1,
            max_task_retries=RETRIES,
        )

    def rows() -> Iterator[tuple[int, bytes]]:
        for batch in dataset.iter_batches(batch_size=1, batch_format="pyarrow", prefetch_batches=0):
            table: Any = batch
            yield from zip(table["start"].to_pylist(), table["content"].to_pylist(), strict=True)

    def end() -> None:
        # Ray Data has no public word for this, and before the first row is there it has no word at all.
        executor = getattr(dataset, "_current_executor", None)
        if executor is not None:
            executor.shutdown(force=True)

    return _Awaited(rows, end)


class _Actor:
    """A system on a node. The first stretch loads it, so that what it says against that comes home, too.

    What a system says to the user (`ProjnerError`) is an outcome like another; any other exception is Ray's.
    """

    def __init__(self, work: Work, model: str | None, commit: str | None) -> None:
        self._work, self._model, self._commit = work, model, commit
        self._compute: Compute | None = None

    def __call__(self, batch: pa.Table) -> pa.Table:
        import pyarrow as pa

        start, content = batch["start"][0].as_py(), batch["content"][0].as_py()
        items = pickle.loads(content)  # noqa: S301 - what this program wrote on another node
        outcome: list[Any] | ProjnerError
        try:
            outcome = self._computed(items) if items else []
        except ProjnerError as error:
            outcome = ProjnerError(str(error))
        return _row(pa, start, pickle.dumps(outcome, pickle.HIGHEST_PROTOCOL))

    def _computed(self, items: list[Any]) -> list[Any]:
        if self._compute is None:
            self._check_model()
            self._compute = self._work.load()
        return self._compute(items)

    def _check_model(self) -> None:
        if self._model is None or self._commit is None:
            return
        found = revision(self._model)
        if found != self._commit:
            import ray.util

            node = ray.util.get_node_ip_address()  # type: ignore[no-untyped-call]
            raise ProjnerError(
                f"the node {node} of the cluster has revision {found} of the model "
                f"{self._model!r}, and the machine that started the run {self._commit}: results would "
                "differ. Fetch the same revision on every node."
            )


def _in_order(
    stretches: Sequence[tuple[int, int]], outcomes: Iterable[tuple[int, bytes]]
) -> Iterator[tuple[int, list[Any]]]:
    """The outcomes as results; what is not one is raised."""
    for (start, _), (found, content) in zip(stretches, outcomes, strict=True):
        if found != start:
            raise RuntimeError(f"the rows of the cluster are out of order: {found} where {start} was due")
        outcome = pickle.loads(content)  # noqa: S301 - what this program wrote on a node
        if isinstance(outcome, ProjnerError):
            raise outcome
        yield start, outcome


class _Awaited:
    """Rows that a thread waits for, so that this one can ask whether anyone still wants them."""

    def __init__(self, rows: Callable[[], Iterator[tuple[int, bytes]]], end: Callable[[], None]) -> None:
        self._rows, self._end = rows, end
        self._ready: queue.Queue[tuple[int, bytes] | BaseException | None] = queue.Queue(1)
        self._unwanted = threading.Event()
        self._thread = threading.Thread(target=self._wait, name="projner-ray", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """The rows.

        Raises:
            ProjnerError: the cluster failed.
        """
        from ray.exceptions import RayError, RayTaskError

        while True:
            checkpoint()
            try:
                row = self._ready.get(timeout=_PATIENCE)
            except queue.Empty:
                continue
            if row is None:
                return
            if isinstance(row, RayError) and not isinstance(row, RayTaskError):
                said = str(row).strip().splitlines()[0]
                raise ProjnerError(
                    f"the cluster failed and could not put it right ({said}). What was finished is kept; run "
                    "again and it goes on."
                ) from row
            if isinstance(row, BaseException):
                raise row
            yield row

    def dismissed(self) -> bool:
        """End the execution, since no more rows are wanted; whether it did end."""
        self._unwanted.set()
        self._end()
        self._thread.join(_PARTING)
        return not self._thread.is_alive()

    def _wait(self) -> None:
        try:
            for row in self._rows():
                if not self._give(row):
                    return
            self._give(None)
        except BaseException as error:  # noqa: BLE001 - raised again by whoever asks for the rows
            self._give(error)

    def _give(self, what: tuple[int, bytes] | BaseException | None) -> bool:
        while not self._unwanted.is_set():
            try:
                self._ready.put(what, timeout=_PATIENCE)
            except queue.Full:
                continue
            return True
        return False
