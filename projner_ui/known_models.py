"""Models that are known by name: what is told of them before they are fetched, and which are here."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from projner_core.errors import ProjnerError
from projner_core.inference import catalogue, fetching, locate
from projner_core.inference.catalogue import KnownModel
from projner_core.inference.checkpoints import hub_cache
from projner_core.inference.fetching import Standing
from projner_core.languages import parse

_ANY = "*"  # at the end of a name that stands for one model a pair of languages


def of(system: str, source: str, target: str) -> list[str]:
    """The names of the models that a system is known to work with.

    Args:
        system: as its registry calls it.
        source, target: the project's languages: where there is a model for each pair of languages, that of
            these two is meant.
    """
    if system == "spacy":
        return sorted(point.name for point in metadata.entry_points(group="spacy_models"))
    called = {system, system.replace("-", "_")}
    names = [known.name for known in catalogue.MODELS if called & set(known.systems)]
    pair = f"{parse(target).language}-{parse(source).language}"
    return [name.removesuffix(_ANY) + pair if name.endswith(_ANY) else name for name in names]


def about(model: str) -> KnownModel | None:
    """What is known of a model; None of most."""
    return catalogue.about(model)


def title(model: str) -> str:
    """What people call a model; of a folder, its name."""
    known = about(model)
    last = model.replace("\\", "/").rstrip("/").rpartition("/")[2]
    if known is None:
        return last
    return f"{known.title} {last.removeprefix(_first(known))}" if known.name.endswith(_ANY) else known.title


def standing(system: str, model: str, tokenizer: str = "") -> Standing:
    """Whether a model's files are here, and those of the tokenizer that it borrows: a look at the disk."""
    if system == "spacy":
        return _installed(model)
    found = fetching.standing(model)
    if found.here and tokenizer:
        try:
            locate(tokenizer, weights=False)
        except ProjnerError as error:
            return Standing(False, fetching.standing(tokenizer).fetchable, str(error))
    return found


def place() -> str:
    """The folder that fetched models go to."""
    return str(hub_cache())


def _installed(pipeline: str) -> Standing:
    """Whether a pipeline of spaCy is installed, or is a folder; nobody fetches one from here."""
    try:
        if (Path(pipeline) / "config.cfg").is_file():
            return Standing(True)
        metadata.version(pipeline)
    except (metadata.PackageNotFoundError, ValueError, OSError):
        return Standing(
            False,
            problem=f"No spaCy pipeline “{pipeline}” is installed here, and there is no folder of that name "
            f"with a config.cfg. Install it where there is a network: python -m spacy download {pipeline}",
        )
    return Standing(True)


def _first(known: KnownModel) -> str:
    """`opus-mt-` of `Helsinki-NLP/opus-mt-*`."""
    return known.name.removesuffix(_ANY).rpartition("/")[2]
