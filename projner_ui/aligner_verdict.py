"""Which aligner to trust, in one line: what the figures of a comparison allow to be said."""

from __future__ import annotations

from collections.abc import Sequence

from projner_core.pipeline.comparing import Comparison, Estimate
from projner_ui.aligner_marks import Marked
from projner_ui.text import count


def html(comparison: Comparison, aligners: Sequence[Marked]) -> str:
    """The line as HTML, with the aligner's mark; its name is text."""
    return f'<div class="verdict">{_said(comparison, aligners)}</div>'


def _said(comparison: Comparison, aligners: Sequence[Marked]) -> str:
    if all(one.f1 is not None for one in comparison.aligners):
        order, estimates = _ranked([one.f1 for one in comparison.aligners], downwards=True)
        name, figures = "its projection is right most often", "entity F1"
    elif comparison.gold_pairs and all(one.aer is not None for one in comparison.aligners):
        order, estimates = _ranked([one.aer for one in comparison.aligners], downwards=False)
        name = f"its links are nearest to the gold of {count(comparison.gold_pairs, 'pair')}"
        figures = "link AER"
    else:
        return _no_gold(comparison)
    first, second = estimates[:2]
    if short(first.value) == short(second.value):
        equal = [n for n, one in zip(order, estimates, strict=True) if short(one.value) == short(first.value)]
        names = " and ".join(_bold(aligners[n]) for n in sorted(equal))
        rest = f"; next {short(estimates[len(equal)].value)}" if len(equal) < len(estimates) else ""
        return (
            f"{names} are equally good ({figures} {short(first.value)}{rest}): more gold may tell them apart."
        )
    said = f"Trust {_bold(aligners[order[0]])}: {name} ({figures} {short(first.value)}; next "
    said += f"{short(second.value)})."
    if first.low == first.high and second.low == second.high:  # of one pair there is no interval
        said += " One pair says little: more gold would settle it."
    elif first.low <= second.high and second.low <= first.high:
        said += " Their intervals overlap: more gold would settle it."
    return said


def _ranked(figures: Sequence[Estimate | None], *, downwards: bool) -> tuple[list[int], list[Estimate]]:
    """The numbers of the aligners, the best first, and their estimates in this order."""
    known = [(number, figure) for number, figure in enumerate(figures) if figure is not None]
    known.sort(key=lambda item: item[1].value, reverse=downwards)
    return [number for number, _ in known], [figure for _, figure in known]


def _no_gold(comparison: Comparison) -> str:
    nobody = "There is no gold, so nobody can say which is right."
    if not comparison.disputed:
        if not any(one.entities for one in comparison.aligners):
            return f"{nobody} Draw gold links in a few pairs."
        return f"{nobody} It makes no difference here: they carry every entity to the same words."
    return (
        f"{nobody} They part about an entity in {count(comparison.disputed, 'pair')}: look at those, or draw "
        "gold links in a few."
    )


def _bold(aligner: Marked) -> str:
    return f"<b>{aligner.html()}</b>"


def short(value: float) -> str:
    """A figure between 0 and 1 with three digits, as tables write it: `.839`."""
    return f"{value:.3f}".removeprefix("0")
