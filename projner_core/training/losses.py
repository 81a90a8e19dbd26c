"""What a network is told of each word: how wrong it is, also where O may stand for more than O."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from projner_core.schemes import OUTSIDE
from projner_core.training.corpora import Corpus

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray


def open_tags(corpora: Sequence[Corpus], tags: Sequence[str]) -> NDArray[np.bool_]:
    """Which tags an O of each corpus may stand for, bool (corpora, tags)."""
    rows = [[tag == OUTSIDE or tag[2:] in one.unmarked for tag in tags] for one in corpora]
    return np.array(rows, dtype=bool)


def word_losses(scores: torch.Tensor, tags: torch.Tensor, open_: torch.Tensor) -> torch.Tensor:
    """The loss of each word: -log p(tag), and of O -log of the sum over what O may stand for there.

    Args:
        scores: of every tag, (sentences, words, tags); the first tag is O.
        tags: the right ones, (sentences, words); -1 where there is no word.
        open_: what an O of each sentence may stand for, bool (sentences, tags).

    Returns:
        (sentences, words), 0 where there is no word.
    """
    import torch

    logs = scores.log_softmax(dim=-1)
    right = logs.gather(-1, tags.clamp(min=0)[..., None])[..., 0]
    outside = logs.masked_fill(~open_[:, None, :], -torch.inf).logsumexp(dim=-1)
    return -torch.where(tags == 0, outside, right).masked_fill(tags < 0, 0.0)
