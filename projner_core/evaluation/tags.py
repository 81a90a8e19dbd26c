"""Scores of tags, strict by scheme: what its scheme does not allow is no entity.

Nothing is guessed. In IOB2, `O I-PER I-PER` marks no entity, as none begins; in BIOES, `B-PER O` marks
none, as it does not end. Whoever reads leniently (the usual default of libraries) scores a tagger better
than whoever takes the file home finds it. Of IOB2, BIOES and BILOU this is what seqeval's strict mode
counts, whatever the tags.
"""

from __future__ import annotations

from collections.abc import Sequence

from projner_core.corpus import Span
from projner_core.evaluation.entities import Scores, score
from projner_core.schemes import Scheme, decode, repair


def strict_spans(tags: Sequence[str], scheme: Scheme) -> tuple[Span, ...]:
    """The entities of a sentence that are written as their scheme wants it, all of their tags."""
    repaired = repair(tags, scheme)
    changed = {change.position for change in repaired.changes}
    return tuple(
        span for span in decode(repaired.tags, scheme) if changed.isdisjoint(range(span.start, span.end))
    )


def score_tags(
    gold: Sequence[Sequence[str]],
    predicted: Sequence[Sequence[str]],
    scheme: Scheme,
    *,
    samples: int = 1000,
    seed: int = 0,
) -> Scores:
    """Score tags against tags, sentence by sentence.

    Args:
        gold: the tags of each sentence.
        predicted: the tags of the same sentences, in the same order.
        scheme: of both.
        samples, seed: as of `entities.score`.

    Raises:
        ValueError: the two differ in length, or a sentence has another number of tags in them.
    """
    for number, (ours, theirs) in enumerate(zip(gold, predicted, strict=False)):
        if len(ours) != len(theirs):
            raise ValueError(f"sentence {number} has {len(ours)} gold tags, but {len(theirs)} predicted ones")
    return score(
        [strict_spans(tags, scheme) for tags in gold],
        [strict_spans(tags, scheme) for tags in predicted],
        samples=samples,
        seed=seed,
    )
