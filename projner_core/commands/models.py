"""The commands that list, fetch and remove models."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from projner_core.errors import ProjnerError

if TYPE_CHECKING:
    from projner_core.inference.fetching import Offer
    from projner_core.pipeline.config import RunConfig


def models_list_(options: argparse.Namespace) -> int:
    """`projner models list`."""
    from projner_core.inference import catalogue, fetching
    from projner_core.inference.checkpoints import hub_cache

    cached = fetching.cached()
    known = [_row(model, cached) for model in catalogue.MODELS]
    named = {name for model in catalogue.MODELS for name in (model.name, model.other_name)}
    others = [
        _row(replace(about, name=name) if (about := catalogue.about(name)) else None, cached, name)
        for name in sorted(cached.keys() - named)
    ]
    if options.json:
        print(json.dumps({"cache": str(hub_cache()), "models": [*known, *others]}, ensure_ascii=False))
        return 0
    for role in dict.fromkeys(str(row["role"]) for row in known):
        print(f"{role.capitalize()}s")
        _print([row for row in known if row["role"] == role])
    if others:
        print("Others in the cache")
        _print(others)
    print(f"Fetched models are in {hub_cache()}. Fetch one with: projner models fetch NAME")
    return 0


def models_fetch_(options: argparse.Namespace) -> int:
    """`projner models fetch`."""
    from projner_core.inference import fetching

    model = f"{options.name}@{options.revision}" if options.revision else options.name
    there = fetching.standing(model)
    here = f"{model} is on this machine: {there.path}" + _version(there.revision)
    if there.here and there.tokenizer:
        print(here)
        return 0
    offer = fetching.look_up(options.name, revision=options.revision)
    if there.here and fetching.is_fetched(offer):  # it borrows the tokenizer of another model
        print(here)
        return 0
    _tell(offer)
    if not options.yes and not _agreed("Fetch it?"):
        print("Nothing was fetched.")
        return 1
    print(_fetched(offer, options.name, options.revision))
    return 0


def models_remove_(options: argparse.Namespace) -> int:
    """`projner models remove`."""
    from projner_core.inference import fetching
    from projner_core.inference.catalogue import size_text
    from projner_core.inference.checkpoints import hub_cache

    names = " and ".join(fetching.removed_with(options.name)) or options.name
    if not options.yes:
        print(f"{names} will be deleted from {hub_cache()}; it can be fetched again.", file=sys.stderr)
        if not _agreed("Delete it?"):
            print("Nothing was deleted.")
            return 1
    print(f"{names}: deleted; {size_text(fetching.remove(options.name))} are free.")
    return 0


def fetch_missing(config: RunConfig) -> None:
    """Fetch the models that a pipeline reads and that are not here: who says --fetch has agreed.

    Raises:
        ProjnerError: one of them cannot be fetched.
    """
    from projner_core.inference import fetching
    from projner_core.pipeline.needed import missing

    for model, weights in missing(config):
        offer = fetching.look_up(model, weights=weights)
        _tell(offer)
        print(_fetched(offer, model, None, weights=weights), file=sys.stderr)


def _row(known: Any, cached: dict[str, int], name: str = "") -> dict[str, Any]:
    """What is told of a model, as data; `bytes` are those on the disk where any of it is here, `size` about
    those of a whole one, 0 where nobody knows."""
    from projner_core.inference import fetching

    name = name or known.name
    there = None if name.endswith("*") else fetching.standing(name)
    here = there is not None and there.here
    parts = sum(cached.get(one, 0) for one in {name, known.other_name if known else name})
    partly = not here and parts > 0
    size = known.bytes if known else 0
    return {
        "name": name,
        "role": known.role if known else "",
        "here": here,
        "partly": partly,
        "bytes": there.bytes if there and here else parts if partly else size,
        "size": size,
        "licence": known.licence if known else "",
        "languages": known.languages if known else "",
        "note": known.note if known else "",
        "revision": there.revision if there else "",
        "path": str(there.path) if there and here else "",
    }


def _print(rows: list[dict[str, Any]]) -> None:
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        state = "here" if row["here"] else "in part" if row["partly"] else "not here"
        facts = [fact for fact in (row["licence"], row["languages"], row["note"]) if fact]
        print(f"  {row['name']:{width}}  {state:8}  {_size(row):>21}  {'; '.join(facts)}".rstrip())


def _size(row: dict[str, Any]) -> str:
    """Of a model that is here in part, how much of how much."""
    from projner_core.inference.catalogue import size_text

    if row["here"]:
        return size_text(row["bytes"])
    about = f"about {size_text(row['size'])}" if row["size"] else ""
    return " of ".join(part for part in (size_text(row["bytes"]) if row["partly"] else "", about) if part)


def _tell(offer: Offer) -> None:
    for fact in facts_of(offer):
        print(fact, file=sys.stderr)


def facts_of(offer: Offer) -> list[str]:
    """What is to be fetched, in lines: name, size, licence, and where it goes."""
    from projner_core.inference.catalogue import about, size_text
    from projner_core.inference.checkpoints import hub_cache

    known = about(offer.name)
    licence = offer.licence or (known.licence if known else "not stated: see its page")
    return [
        offer.name + ("" if offer.weights else " (its tokenizer alone)"),
        f"  size      {size_text(offer.size)}",
        f"  licence   {licence}",
        f"  page      https://huggingface.co/{offer.name}",
        f"  version   {offer.revision}",
        f"  goes to   {hub_cache()}",
    ]


def _fetched(offer: Offer, model: str, revision: str | None, *, weights: bool = True) -> str:
    from projner_core.inference import fetching
    from projner_core.terminal import byte_bar

    with byte_bar("fetch") as on_progress:
        folder = fetching.fetch(model, revision=revision, weights=weights, on_progress=on_progress)
    return f"{offer.name} is fetched: {folder}"


def _version(revision: str) -> str:
    return f" (version {revision})" if revision else ""


def _agreed(question: str) -> bool:
    """Whether the user says yes; who cannot be asked must have said --yes."""
    try:
        return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        raise ProjnerError("nobody answered: where nobody can be asked, say --yes") from None
