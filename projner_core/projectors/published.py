"""N-gram matching as published (arXiv 2501.18750), to compare with: hard links, the best score first."""

from __future__ import annotations

from projner_core.projectors.matching import MatchingProjector

_ANY = 1_000_000


def published_matching(*, max_length: int = 0, shown: int = 5) -> MatchingProjector:
    """N-gram candidates with alignment scores, chosen greedily, as in the published code.

    It is `matching` with other settings: links count one, nothing of the language is known, "!" and "?"
    are the only punctuation, no score is too low, and every entity keeps its label.

    Args:
        max_length: the most tokens that a target span may have, 0 for any number. The paper has 30 for
            languages whose tokens are characters (ja, th, zh).
        shown: how many of the best candidates each `Projection` lists.
    """
    return MatchingProjector(
        solver="greedy",
        links="hard",
        punctuation="published",
        max_length=max_length or _ANY,
        minimum=1e-6,
        unaligned_discount=0.0,
        lower_case_edge=1.0,
        edge_minimum=0.0,
        leave_articles=False,
        end_on_nouns=False,
        derived_label="",
        shown=shown,
    )
