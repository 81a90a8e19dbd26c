"""From units to words: links, the probabilities of both directions, and a score."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from projner_core.corpus import Alignment, Link

if TYPE_CHECKING:
    import torch


class Groups(NamedTuple):
    """Which units of each pair make one word.

    Attributes:
        of: for each unit the number of its word among those that have units, int64 (pairs, most units);
            -1 is padding.
        offsets: for each of these words its offset in the sentence, int64 (pairs, most words).
    """

    of: torch.Tensor
    offsets: torch.Tensor


def word_alignments(
    links: torch.Tensor,
    forward: torch.Tensor,
    backward: torch.Tensor,
    source: Groups,
    target: Groups,
    weak: float,
) -> list[Alignment]:
    """One alignment a pair of a batch.

    Two words are linked when any of their units are. P(source word | target word) is what the target word's
    units give to the units of the source word, summed over these and averaged over those; the other
    direction likewise. A score is the geometric mean of the two.

    Args:
        links: of units, bool (pairs, source units, target units).
        forward: P(source unit | target unit), the same shape; 0 in padding.
        backward: P(target unit | source unit), likewise.
        weak: two words that are not linked are kept as a weak link when they score at least this.
    """
    import torch

    of_source, of_target = _members(source), _members(target)
    turned = of_target.transpose(1, 2)
    linked = (of_source @ links.to(of_source) @ turned) > 0
    sizes = of_target.sum(2).clamp(min=1)[:, None, :]
    there = ((of_source @ forward @ turned) / sizes).clamp(0.0, 1.0)
    sizes = of_source.sum(2).clamp(min=1)[:, :, None]
    back = ((of_source @ backward @ turned) / sizes).clamp(0.0, 1.0)
    score = (there * back).sqrt()

    kept = (linked | (score >= weak)).nonzero()
    pair, row, column = kept.unbind(1)
    numbers = torch.stack([values[pair, row, column] for values in (score, there, back)]).cpu().tolist()
    sources, targets = source.offsets[pair, row].tolist(), target.offsets[pair, column].tolist()
    strong: list[list[Link]] = [[] for _ in range(len(links))]
    rest: list[list[Link]] = [[] for _ in range(len(links))]
    for index, decided, *link in zip(
        pair.tolist(), linked[pair, row, column].tolist(), sources, targets, *numbers, strict=True
    ):
        (strong if decided else rest)[index].append(Link(*link))
    return [Alignment(tuple(a), tuple(b)) for a, b in zip(strong, rest, strict=True)]


def _members(groups: Groups) -> torch.Tensor:
    """float32 (pairs, words, units): 1 where the unit is of the word."""
    import torch

    word = torch.arange(groups.offsets.shape[1], device=groups.of.device)
    return (groups.of[:, None, :] == word[None, :, None]).to(torch.float32)
