"""Fetching a model that was asked for, as work that is watched and can be cancelled like a run."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from projner_core.inference import fetching
from projner_core.inference.interruption import interruptible
from projner_core.pipeline.progress import Watch

STAGE = "fetch"


class FetchConfig(BaseModel):
    """Which model to fetch. Whoever makes one was asked, and told its size and its licence."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = Field(description="a name on the Hugging Face hub")
    tokenizer: str = Field(
        default="", description="the model whose tokenizer it borrows, fetched without its weights"
    )


def fetch(config: FetchConfig, watch: Watch) -> None:
    """Fetch it into the local hub cache; progress counts bytes. Files that were finished before a cancel are
    kept.

    Raises:
        Cancelled: `watch` said so.
        ProjnerError: there is no network, no such model, or no room for it.
    """
    begun = False

    def on_progress(done: int, total: int) -> None:
        nonlocal begun
        if not begun:
            watch.begin(STAGE, done, total)
            begun = True
        watch.check()
        watch.advance(done)

    with interruptible(watch.check):
        watch.check()
        if config.tokenizer:
            fetching.fetch(config.tokenizer, weights=False)
        fetching.fetch(config.model, on_progress=on_progress)
