"""What a tagger was trained on and how: `training.json` for programs, a model card for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from projner_core import __version__
from projner_core.errors import ProjnerError

RECORD = "training.json"


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that is known of a training.

    Attributes:
        fingerprint: of settings, sentences and starting weights; two trainings with one are the same.
        settings: as of `TrainingConfig`.
        train, dev: the corpora, as `Corpus.to_dict` tells of them.
        tags: that the tagger knows.
        shapes: whether it is told the case of words.
        best: the epoch whose weights were kept, from 1.
        f1: strict micro F1 on the dev sentences; None without any.
        scores: the dev scores of that epoch, by label and by corpus.
        history: every epoch's loss and dev scores.
        base: the revision of the model that was started from.
        notes: what a user should know, in sentences.
        versions: of the program and the libraries.
        computed: the device and the numbers.
    """

    fingerprint: str
    settings: dict[str, Any]
    train: list[dict[str, Any]]
    dev: list[dict[str, Any]]
    tags: list[str]
    shapes: bool
    best: int
    f1: float | None
    scores: dict[str, Any]
    history: list[dict[str, Any]]
    base: str = ""
    notes: list[str] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    computed: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The record of a trained tagger's folder.

        Raises:
            ProjnerError: there is none, or it is damaged.
        """
        path = folder / RECORD
        try:
            return cls(**json.loads(path.read_bytes()))
        except (OSError, ValueError, TypeError) as error:
            raise ProjnerError(f"{folder} is no folder of a trained tagger: {path.name}: {error}") from error


def trained_on(folder: Path) -> dict[str, Any]:
    """What a tagger's layers say of its training; nothing where it was trained elsewhere."""
    if not (folder / RECORD).is_file():
        return {}
    try:
        record = Record.read(folder)
    except ProjnerError:  # of another program, or another version of this one
        return {}
    corpora = [{"name": one["name"], "fingerprint": one["fingerprint"]} for one in record.train]
    return {"trained": {"fingerprint": record.fingerprint, "dev_f1": record.f1, "on": corpora}}


def versions(*packages: str) -> dict[str, str]:
    """The versions of the program and of installed packages."""
    from importlib.metadata import version

    return {"projner": __version__} | {package: version(package) for package in packages}


def card(record: Record) -> str:
    """A model card in Markdown."""
    settings = record.settings
    start = f"the encoder `{settings['model']}`" if "model" in settings else "nothing, as a spaCy pipeline"
    licences = sorted({str(one["licence"]) for one in record.train if one.get("licence")})
    lines = [
        "# A tagger of named entities",
        "",
        f"Trained by ProjNER {record.versions.get('projner', '')} from {start}; it finds "
        f"{_and(sorted({tag[2:] for tag in record.tags if tag != 'O'}))}.",
        "",
        "## Trained on",
        "",
        *_corpora(record.train),
        "",
        f"Licences of these: {'; '.join(licences)}."
        if licences
        else "The licences of these are not known to the program: who passes the tagger on must know them.",
        "",
        "## How good it is",
        "",
    ]
    if record.f1 is None:
        lines.append("Not known: no sentences with gold entities were set aside.")
    else:
        lines += [
            f"Strict micro F1 {100 * record.f1:.1f} on the sentences that its best epoch ({record.best} of "
            f"{len(record.history)}) was chosen by, so a little too good:",
            "",
            *_corpora(record.dev),
            "",
            "| | F1 |",
            "|---|---|",
            *(f"| {name} | {100 * f1:.1f} |" for name, f1 in record.scores.get("by_label", {}).items()),
            *(f"| {name} | {100 * f1:.1f} |" for name, f1 in record.scores.get("by_corpus", {}).items()),
        ]
    lines += ["", "## How", ""]
    lines += [f"- {key}: {value}" for key, value in settings.items()]
    lines += [f"- version of the starting weights: {record.base}"] if record.base else []
    lines += [f"- {key}: {value}" for key, value in (record.computed | record.versions).items()]
    lines += [f"- fingerprint of this training: {record.fingerprint}"]
    lines += ["", *(f"{note}" for note in record.notes)] if record.notes else []
    return "\n".join(lines) + "\n"


def _corpora(corpora: Sequence[dict[str, Any]]) -> list[str]:
    known = {"name", "sentences", "words", "labels", "unmarked", "weight", "fingerprint"}
    lines = []
    for one in corpora:
        line = f"- {one['name']}: {one['sentences']:,} sentences, {one['words']:,} words; marked: "
        line += f"{_and(one['labels']) or 'nothing'}"
        if one["unmarked"]:
            line += f" (of {_and(one['unmarked'])} it says nothing)"
        if one["weight"] != 1:
            line += f"; weight {one['weight']}"
        lines.append(f"{line}; fingerprint `{one['fingerprint']}`")
        rest = {key: value for key, value in one.items() if key not in known}
        lines += [f"  - {key}: {_plain(value)}" for key, value in rest.items()]
    return lines


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else f"`{json.dumps(value, ensure_ascii=False)}`"


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
