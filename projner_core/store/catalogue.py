"""Where projects live: `home()/projects/<name>.sqlite`, a file each."""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import platformdirs

from projner_core.errors import ProjnerError
from projner_core.store.project import Project

_SUFFIX = ".sqlite"
_COMPANIONS = ("", "-wal", "-shm")
_LONGEST = 200  # bytes: file systems allow 255
_RESERVED = {"con", "prn", "aux", "nul", *(f"{p}{n}" for p in ("com", "lpt") for n in range(1, 10))}


@dataclass(frozen=True, slots=True)
class ProjectSummary:
    """One line of the list of projects.

    Attributes:
        name: the project's name.
        path: its file.
        source_lang, target_lang: its languages; empty where it cannot be opened.
        pairs: how many pairs it holds.
        modified: when it was last written, ISO 8601 in UTC.
        problem: why it cannot be opened, or None.
    """

    name: str
    path: Path
    source_lang: str
    target_lang: str
    pairs: int
    modified: str
    problem: str | None = None


def home() -> Path:
    """The folder of everything that is the user's: PROJNER_HOME, or where the system keeps such data."""
    chosen = os.environ.get("PROJNER_HOME")
    return (
        Path(chosen).expanduser() if chosen else Path(platformdirs.user_data_dir("projner", appauthor=False))
    )


def path_of(name: str) -> Path:
    """The file of the project `name`, whether it exists or not.

    Raises:
        ProjnerError: the name cannot be a file's on every system.
    """
    return home() / "projects" / (_checked(name) + _SUFFIX)


def projects() -> list[ProjectSummary]:
    """All projects, sorted by name; one that cannot be opened is listed with its problem."""
    return [_summary(path) for path in sorted((home() / "projects").glob("*" + _SUFFIX))]


def create_project(name: str, source_lang: str, target_lang: str) -> Project:
    """Make a new, empty project in the home folder.

    Raises:
        ProjnerError: there is one of this name, or the name cannot be used.
    """
    path = path_of(name)
    return Project.create(path, name=path.stem, source_lang=source_lang, target_lang=target_lang)


def open_project(name: str) -> Project:
    """Open a project of the home folder.

    Raises:
        ProjnerError: there is none of this name.
    """
    path = path_of(name)
    if not path.is_file():
        known = ", ".join(repr(summary.name) for summary in projects()) or "none"
        raise ProjnerError(f"There is no project {name!r}; there are: {known}.")
    return Project.open(path)


def delete_project(name: str) -> Path:
    """Move a project to the trash folder `home()/trash`; where its file lies now.

    Raises:
        ProjnerError: there is none of this name, or it cannot be moved.
    """
    path = path_of(name)
    if not path.is_file():
        raise ProjnerError(f"There is no project {name!r}.")
    trash = home() / "trash"
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    moved = trash / f"{path.stem} {stamp}{_SUFFIX}"
    try:
        trash.mkdir(parents=True, exist_ok=True)
        _settle(path)
        for companion in _COMPANIONS:
            part = path.with_name(path.name + companion)
            if part.exists():
                part.rename(moved.with_name(moved.name + companion))
    except OSError as error:
        raise ProjnerError(f"The project {name!r} cannot be moved to {trash}: {error.strerror}.") from error
    return moved


def _settle(path: Path) -> None:
    """Bring everything from the log into the file, so that the file alone is the project."""
    try:
        with Project.open(path) as project, project.engine.connect() as connection:
            connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except ProjnerError:
        return  # a broken file is thrown away as it is


def _checked(name: str) -> str:
    name = unicodedata.normalize("NFC", name)
    usable = (
        name == name.strip()
        and name.strip(".")
        and not name.startswith(".")
        and not name.endswith(".")
        and len(name.encode("utf-8", "replace")) <= _LONGEST
        and name.split(".")[0].lower() not in _RESERVED
        and all(_allowed(character) for character in name)
    )
    if not usable:
        raise ProjnerError(
            f"{name!r} cannot be the name of a project. Use letters and digits of any script, spaces, "
            "dots, hyphens and underscores, up to 200 bytes; begin and end with none of dot and space."
        )
    return name


def _allowed(character: str) -> bool:
    """Letters, their marks (most of Yorùbá and all of Hindi need them), digits, and four signs."""
    return character in " .-_" or unicodedata.category(character)[0] in "LMN"


def _summary(path: Path) -> ProjectSummary:
    modified = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
    try:
        with Project.open(path) as project:
            return ProjectSummary(
                project.name, path, project.source_lang, project.target_lang, project.count(), modified
            )
    except ProjnerError as error:
        return ProjectSummary(path.stem, path, "", "", 0, modified, str(error))
