"""How the hub's library is told to download, what it counts meanwhile, and what it raises, in sentences."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from typing import Any

from projner_core.errors import ProjnerError
from projner_core.inference.checkpoints import hub_cache
from projner_core.inference.interruption import checkpoint

_PATIENCE = 0.1  # seconds between two looks at whether anyone still wants the model
_PARTING = 1.0  # seconds for a download to end that nobody wants any more

OnBytes = Callable[[int, int], None]
"""Is told the bytes that are there and those that there will be; may raise to break the fetch off."""


def download(name: str, revision: str, files: Sequence[str], counted: Bytes) -> None:
    """Download files of a model into the local hub cache, those that are not there.

    `checkpoint` is called while it waits, whether bytes come in or not. Where that raises, what the hub's
    library still does ends at its next byte, or when the connection times out.

    Raises:
        ProjnerError: as `sentences`. What `counted` is told to raise goes through.
    """
    from huggingface_hub import constants, snapshot_download

    # The hub's other way, Xet, tells nobody of its bytes in time and cannot be stopped. For good, since what
    # is stopped may still begin a file.
    constants.HF_HUB_DISABLE_XET = True

    class Bar(_Bar):
        """Of this download."""

        whole = counted

    counted.begin()
    with sentences(name, revision, counted):
        _awaited(
            partial(
                snapshot_download,
                name,
                revision=revision,
                allow_patterns=[file.replace("[", "[[]") for file in files],
                tqdm_class=Bar,  # it has what is used of a tqdm
                cache_dir=hub_cache(),
            ),
            counted,
        )
        counted.check()


def _awaited(fetch: Callable[[], object], counted: Bytes) -> None:
    """Run it in a thread, while this one asks whether anyone still wants it: a connection may say nothing."""
    outcome: Future[object] = Future()

    def run() -> None:
        try:
            outcome.set_result(fetch())
        except BaseException as error:  # noqa: BLE001 - raised below
            outcome.set_exception(error)

    threading.Thread(target=run, name="projner-fetch", daemon=True).start()
    try:
        while not wait([outcome], _PATIENCE).done:
            checkpoint()
    except BaseException as error:
        counted.stop(error)
        wait([outcome], _PARTING)  # it holds locks that the next fetch would wait for
        raise
    outcome.result()


class Bytes:
    """How many bytes are there. Its callers are threads of a library, which may hide what is raised."""

    def __init__(self, here: int, total: int, on_progress: OnBytes | None) -> None:
        self._here, self._before, self._total = here, here, total
        self._on_progress = on_progress
        self._context = copy_context()
        self._lock = threading.Lock()
        self.error: BaseException | None = None  # what broke the fetch off

    def begin(self) -> None:
        """Another download begins."""
        self._before = self._here

    def reached(self, count: int) -> None:
        """So many of this download are there."""
        with self._lock:
            self.check()
            self._here = max(self._here, min(self._before + count, self._total))
            try:
                self._context.run(self._tell)
            except BaseException as error:
                self.error = error
                raise

    def stop(self, error: BaseException) -> None:
        """Break it off: every thread is told so by its next bytes."""
        self.error = self.error or error

    def check(self) -> None:
        """Raise where somebody said stop, to whatever thread."""
        if self.error is not None:
            raise self.error

    def _tell(self) -> None:
        checkpoint()
        if self._on_progress is not None:
            self._on_progress(self._here, self._total)


class _Bar:
    """What the hub's library takes for a progress bar. It has several for one download: of files, of bytes
    that came in, of bytes that were written."""

    whole: Bytes
    format_dict: Mapping[str, Any] = {}

    def __init__(self, *given: Any, unit: str = "it", total: int | None = None, **told: Any) -> None:
        self.n = 0
        self.total = total
        self._counts = unit == "B"

    def update(self, count: float | None = 1) -> None:
        """Count on."""
        self.n += int(count or 0)
        if self._counts:
            self.whole.reached(self.n)

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("_") or name not in _SHOWN:
            raise AttributeError(name)
        return lambda *given, **told: None


_SHOWN = {"refresh", "close", "set_description", "set_description_str", "set_postfix_str", "reset"}


@contextmanager
def sentences(name: str, revision: str | None, counted: Bytes | None = None) -> Iterator[None]:
    """What the hub's library raises, as sentences, without what it says beside them."""
    import httpx2
    from huggingface_hub import errors
    from huggingface_hub.utils import logging

    verbosity = logging.get_verbosity()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    page = f"https://huggingface.co/{name}"
    try:
        yield
    except errors.OfflineModeIsEnabled as error:
        raise ProjnerError(
            f"{name!r} cannot be fetched: HF_HUB_OFFLINE is set, which forbids the network. Unset it, or "
            "fetch the model where there is a network and copy the folder"
        ) from error
    except errors.GatedRepoError as error:
        raise ProjnerError(
            f"the model {name!r} is not open to everyone: accept its terms on {page}, say 'hf auth login', "
            "and fetch it again"
        ) from error
    except errors.RevisionNotFoundError as error:
        raise ProjnerError(f"the model {name!r} has no revision {revision!r}; see {page}/commits") from error
    except errors.RepositoryNotFoundError as error:
        raise ProjnerError(
            f"there is no model {name!r} on the hub, or it is not public: look at {page} for its exact name"
        ) from error
    except (httpx2.HTTPError, errors.XetDownloadError, OSError, RuntimeError) as error:
        if counted is not None and counted.error is not None:
            raise counted.error from None
        raise ProjnerError(_failed(name, error)) from error
    finally:
        logging.set_verbosity(verbosity)


def _failed(name: str, error: Exception) -> str:
    kept = "What was fetched whole is kept: fetch it again and it goes on"
    if isinstance(error, OSError) and error.errno == 28:  # ENOSPC
        return f"the disk became full while {name!r} was fetched into {hub_cache()}: make room. {kept}"
    if isinstance(error, PermissionError):
        return f"{name!r} cannot be written into {hub_cache()}: {error.strerror}"
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    said = (str(cause).strip().splitlines() or [""])[0][:200]
    return (
        f"{name!r} could not be fetched from the hub ({type(cause).__name__}: {said}). Is there a network? "
        f"{kept}"
    )
