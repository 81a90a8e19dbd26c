"""Fetching models from the Hugging Face hub, because somebody asked for it; and what of it is here.

Weights are fetched once: where the hub has them in several formats, as safetensors. They come last, so that
a download that was broken off is never taken for a whole model. Files that were finished stay and are not
fetched again; a file that was not begins anew.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from projner_core.errors import ProjnerError
from projner_core.inference import catalogue
from projner_core.inference.checkpoints import (
    has_tokenizer,
    hub_cache,
    is_hub_name,
    locate,
    missing_weights,
    named,
)
from projner_core.inference.downloads import Bytes, OnBytes, download, sentences

_FORMATS = (  # of weights, the best first; the first of which there is any is fetched
    ("model*.safetensors", "model*.safetensors.index.json"),
    ("*.safetensors", "*.safetensors.index.json"),
    ("pytorch_model*.bin", "pytorch_model*.bin.index.json"),
    ("model.bin",),  # CTranslate2's
)
_TEXTS = ("*.json", "*.txt", "*.model", "*.spm", "*.bpe", "*.md", "LICENSE*", "vocabulary*")
_OLD = 24 * 60 * 60  # seconds: a part of a file that nobody wrote to for so long is nobody's
_SPARE = 200_000_000  # bytes of the disk that are left free


@dataclass(frozen=True, slots=True)
class Offer:
    """What the hub has of a model: to be told before anything is fetched.

    Attributes:
        name: on the hub.
        revision: the commit, 40 hexadecimal digits.
        licence: as its page states it; empty where it does not.
        files: what would be fetched, with its bytes.
        weights: those of them that are weights.
    """

    name: str
    revision: str
    licence: str
    files: Mapping[str, int]
    weights: frozenset[str]

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(self.files.values())


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a model is on this machine.

    Attributes:
        here: whether it is, and whole.
        fetchable: whether it is not, but its name is one that the hub could have.
        problem: why it is not; empty where it is.
        path: its folder.
        revision: the commit, where it is in the hub cache; else empty.
        bytes: on the disk.
        tokenizer: whether one is there, too, or none is called for: a hub model that another program fetched
            may lack it, and some borrow that of another model.
    """

    here: bool
    fetchable: bool = False
    problem: str = ""
    path: Path | None = None
    revision: str = ""
    bytes: int = 0
    tokenizer: bool = True


def standing(model: str) -> Standing:
    """How a model stands: a look at the disk, quick enough for every redrawing of a page."""
    try:
        folder = locate(model)
    except ProjnerError as error:
        return Standing(False, is_hub_name(model) and not _exists(model), str(error))
    commit = folder.name if folder.parent.name == "snapshots" else ""
    tokenizer = not commit or has_tokenizer(folder) or (folder / "model.bin").is_file()  # CTranslate2's
    return Standing(True, path=folder, revision=commit, bytes=_size(folder), tokenizer=tokenizer)


def look_up(model: str, *, revision: str | None = None, weights: bool = True) -> Offer:
    """Ask the hub what it has.

    Args:
        model: a name on the hub, with a revision behind an @ or without.
        revision: a commit, tag or branch; the newest version where neither says it.
        weights: whether these are wanted; else the tokenizer and config.json.

    Raises:
        ProjnerError: there is no network, no such model or revision, or it is not open to everyone.
    """
    name, wanted = named(model)
    if not is_hub_name(model):
        raise ProjnerError(
            f"{model!r} is no name that a model on the Hugging Face hub could have: owner/name"
        )
    from huggingface_hub import HfApi

    with sentences(name, revision or wanted):
        found = HfApi().model_info(name, revision=revision or wanted, files_metadata=True, timeout=30)
    sizes = {file.rfilename: file.size or 0 for file in found.siblings or ()}
    if "config.json" not in sizes:
        raise ProjnerError(f"{name!r} on the hub is no model that can be loaded: it has no config.json")
    chosen = _weights(sizes) if weights else frozenset()
    if weights and not chosen:
        raise ProjnerError(
            f"{name!r} on the hub has no weights in a format that can be read (safetensors, bin)"
        )
    texts = {file for file in sizes if "/" not in file and any(fnmatch(file, form) for form in _TEXTS)}
    texts -= {file for file in texts if file.endswith(".index.json") and file not in chosen}
    card: Any = found.card_data or {}
    licence = str(card.get("license_name") or card.get("license") or "")
    files = {file: sizes[file] for file in sorted(texts | chosen)}
    return Offer(name, str(found.sha), licence, files, chosen)


def fetch(
    model: str,
    *,
    revision: str | None = None,
    weights: bool = True,
    on_progress: OnBytes | None = None,
) -> Path:
    """Fetch a model into the local hub cache and give its folder; one that is there whole is only looked for.

    `checkpoint` is called as bytes come in, and `on_progress`, from several threads, one at a time.

    Args:
        model: as of `look_up`; a folder is taken as it is.
        revision: as of `look_up`.
        weights: as of `look_up`.
        on_progress: see `OnBytes`.

    Raises:
        ProjnerError: as `look_up`; or there is no room for it, or the download broke off.
    """
    if _exists(model):
        return locate(model)
    offer = look_up(model, revision=revision, weights=weights)
    wanted = revision or named(model)[1] or "main"
    folder = hub_cache() / f"models--{offer.name.replace('/', '--')}" / "snapshots" / offer.revision
    _sweep(folder.parent.parent / "blobs")
    here = sum(size for file, size in offer.files.items() if (folder / file).is_file())
    _check_room(offer, offer.size - here)
    counted = Bytes(here, offer.size, on_progress)
    for part in (offer.files.keys() - offer.weights, offer.weights):
        if part:
            download(offer.name, wanted, sorted(part), counted)
    if on_progress is not None:
        on_progress(offer.size, offer.size)
    if weights and (missing := next(missing_weights(folder), None)):
        raise ProjnerError(f"the model {offer.name!r} on the hub is not whole: it lacks {missing}")
    return folder


def is_fetched(offer: Offer) -> bool:
    """Whether every file of an offer is on this machine."""
    folder = hub_cache() / f"models--{offer.name.replace('/', '--')}" / "snapshots" / offer.revision
    return all((folder / file).is_file() for file in offer.files)


def removed_with(model: str) -> tuple[str, ...]:
    """The names in the local hub cache that `remove` deletes: a model that moved may be there under both."""
    name = named(model)[0]
    names = dict.fromkeys([name, catalogue.moved(name)])
    return tuple(one for one in names if one in cached())


def remove(model: str) -> int:
    """Delete a model, all its versions or the one behind an @, from the local hub cache; the bytes freed.

    Raises:
        ProjnerError: it is not in the cache.
    """
    from huggingface_hub import scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    name, wanted = named(model)
    names = {name, catalogue.moved(name)}
    try:
        cache = scan_cache_dir(hub_cache())
    except CacheNotFound:
        repos = []
    else:
        repos = [repo for repo in cache.repos if repo.repo_type == "model" and repo.repo_id in names]
    freed, found = 0, False
    for repo in repos:
        versions = [v.commit_hash for v in repo.revisions if wanted in {None, v.commit_hash, *v.refs}]
        # Of this repository alone: a copy of it on the hub has the same commits.
        plan = replace(cache, repos=frozenset([repo])).delete_revisions(*versions)
        plan.execute()
        freed += plan.expected_freed_size
        found = found or bool(versions)
    if not found:
        raise ProjnerError(
            f"the model {model!r} is not in the local Hugging Face cache ({hub_cache()}); 'projner models "
            "list' shows what is. A folder of your own is yours to delete"
        )
    return freed


def cached() -> dict[str, int]:
    """The models in the local hub cache, whole or not, with their bytes."""
    from huggingface_hub import scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        repos = scan_cache_dir(hub_cache()).repos
    except CacheNotFound:
        return {}
    return {repo.repo_id: repo.size_on_disk for repo in repos if repo.repo_type == "model"}


def _weights(files: Mapping[str, int]) -> frozenset[str]:
    """The files of the best format that there is. Other formats, and folders, hold the same again."""
    for patterns in _FORMATS:
        found = {
            file for file in files if "/" not in file and any(fnmatch(file, pattern) for pattern in patterns)
        }
        if any(not file.endswith(".json") for file in found):
            return frozenset(found)
    return frozenset()


def _check_room(offer: Offer, needed: int) -> None:
    place = hub_cache()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if needed and needed + _SPARE > free:
        raise ProjnerError(
            f"there is no room for {offer.name!r} in {hub_cache()}: it needs {catalogue.size_text(needed)}, "
            f"and {catalogue.size_text(free)} are free. Make room, or set HF_HOME to a folder on another disk"
        )


def _exists(model: str) -> bool:
    """Whether it is a place on the disk; a name that is too long for one is none."""
    try:
        return Path(model).exists()
    except OSError:
        return False


def _sweep(blobs: Path) -> None:
    """Delete what broken-off downloads of a model left: the hub's library never goes on with it."""
    for part in blobs.glob("*.incomplete"):
        try:
            if time.time() - part.stat().st_mtime > _OLD:
                part.unlink()
        except OSError:  # another fetch was quicker
            continue


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
