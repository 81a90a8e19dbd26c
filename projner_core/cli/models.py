"""The grammar of the commands that list, fetch and remove models."""

from __future__ import annotations

from typing import Any

from projner_core import commands
from projner_core.cli.options import add


def add_models(subparsers: Any) -> None:
    """Add these commands."""
    models = subparsers.add_parser(
        "models",
        help="list, fetch and remove models",
        description="Models are fetched from the Hugging Face hub, and only when you say so; a folder on "
        "your machine can be named wherever a model can. See docs/models.md.",
    )
    kinds = models.add_subparsers(title="commands", required=True, metavar="COMMAND")

    listing = add(
        kinds,
        "list",
        commands.models_list_,
        "list the models that are known and those that are here",
        "List the models that are known, with size and licence, and which of them are on this machine;\n"
        "and what else is in the cache.",
    )
    listing.add_argument("--json", action="store_true", help="print the list as JSON")

    fetching = add(
        kinds,
        "fetch",
        commands.models_fetch_,
        "fetch a model from the Hugging Face hub",
        "Say how large a model is, its licence and where it goes; ask; and fetch it. Where a download was\n"
        "broken off, files that were finished are not fetched again.",
    )
    fetching.add_argument("name", metavar="NAME", help="e.g. facebook/nllb-200-distilled-600M")
    fetching.add_argument("--revision", metavar="R", help="a commit, tag or branch (default: the newest)")
    fetching.add_argument("--yes", action="store_true", help="do not ask")

    removing = add(
        kinds,
        "remove",
        commands.models_remove_,
        "delete a fetched model from this machine",
        "Delete a model, or one version of it (NAME@COMMIT), from the local Hugging Face cache. Other\n"
        "programs use that cache, too. A folder of your own is never touched.",
    )
    removing.add_argument("name", metavar="NAME")
    removing.add_argument("--yes", action="store_true", help="do not ask")
