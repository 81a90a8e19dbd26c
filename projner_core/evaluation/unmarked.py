"""Labels that a gold standard does not mark: what is predicted with them is left out of the scores.

Of the labels of CoNLL-2003, some data sets mark no MISC (MasakhaNER, Universal NER): they say nothing of such
entities. MISC takes part in tagging and projection, so that no other entity takes its place, and is dropped
here, as in arXiv 2501.18750. It is the only such label: a wrong "GPE" stays an error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from projner_core.corpus import Span

_MAYBE_UNMARKED = ("MISC",)


def unmarked_labels(gold: Iterable[Iterable[Span]]) -> frozenset[str]:
    """The labels that are left out where this is gold: MISC, if no entity of any sentence has it.

    Reads no further than to the first entity that has it.
    """
    return frozenset(
        label for label in _MAYBE_UNMARKED if not any(span.label == label for own in gold for span in own)
    )


def marked_only(predicted: Iterable[Span], unmarked: Collection[str]) -> tuple[Span, ...]:
    """The predicted entities of a sentence without those that are left out."""
    return tuple(span for span in predicted if span.label not in unmarked)


def count_left_out(predicted: Iterable[Iterable[Span]], unmarked: Collection[str]) -> dict[str, int]:
    """Label -> how many predicted entities are left out; labels with none are not there."""
    if not unmarked:
        return {}
    found = Counter(span.label for own in predicted for span in own if span.label in unmarked)
    return dict(sorted(found.items()))


def in_words(dropped: Mapping[str, int]) -> str:
    """What was left out, in a sentence for each label; "" where nothing was."""
    return " ".join(
        f"{label} is not in the gold tags: {number:,} predicted {label} "
        f"{'entity was' if number == 1 else 'entities were'} left out."
        for label, number in dropped.items()
    )
