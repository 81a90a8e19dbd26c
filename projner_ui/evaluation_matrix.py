"""Gold labels against predicted labels: a square for every two that met, the darker the more often.

Plotly can't say that a cell of a heat map was clicked, so the squares are the points of a scatter plot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from projner_core.evaluation.summary import key
from projner_ui.aligner_marks import Theme
from projner_ui.evaluation_plots import Look
from projner_ui.plotting import INKS, LETTER, NOTHING, layout, text, width_of

NONE = "none"  # what stands for "no entity" at the last row and column
_LARGEST, _SMALLEST = 52, 28  # pixels a cell
_COLUMN, _ROW = 370, 1000  # pixels that it may take: of a third of a usual page, of the whole of one
_RIGHT = 26  # pixels that the name of the last column takes where it is turned
_LABEL = 16  # characters of a type
_DIGIT = 9  # pixels a digit
_BOLD = 1.1  # how much wider a bold letter is
_DARK = 0.5  # share from which the number in a square is written in the colour of the page

Confusion = Mapping[str, Mapping[str, int]]


def labels_of(confusion: Confusion) -> list[str]:
    """The labels on either side, those with most gold entities first; without the empty one."""
    rows = {label: sum(line.values()) for label, line in confusion.items() if label}
    columns = {label for line in confusion.values() for label in line if label}
    return sorted(rows.keys() | columns, key=lambda label: (-rows.get(label, 0), label))


def fits(confusion: Confusion) -> bool:
    """Whether the matrix finds room in a column beside other drawings; else it wants a row of its own."""
    labels = [*labels_of(confusion), ""]
    return (_COLUMN - _left(labels) - _RIGHT) // len(labels) >= _SMALLEST


def figure(confusion: Confusion, look: Look, *, diagonal: bool = True) -> dict[str, Any]:
    """The matrix, as wide as it `fits`; without its diagonal the errors alone make the scale."""
    labels = [*labels_of(confusion), ""]
    ink = INKS[look.theme]
    room = (_COLUMN if fits(confusion) else _ROW) - _left(labels) - _RIGHT
    cell = max(_SMALLEST, min(_LARGEST, room // len(labels)))
    found = [
        (row, column, number)
        for row, gold in enumerate(labels)
        for column, predicted in enumerate(labels)
        if (number := confusion.get(gold, {}).get(predicted, 0)) and (diagonal or gold != predicted)
    ]
    most = max((number for _, _, number in found), default=1)
    keys = [key(gold=labels[row], predicted=labels[column]) for row, column, _ in found]
    shares = [number / most for _, _, number in found]
    squares = {
        "type": "scatter", "mode": "markers+text",
        "x": [column for _, column, _ in found], "y": [row for row, _, _ in found],
        "customdata": keys, "cliponaxis": False,
        "text": [_number(number, cell) for _, _, number in found],
        "textfont": {
            "size": 14 if cell > 36 else 12 if cell > 32 else 11,
            "color": [ink.card if share > _DARK else ink.ink for share in shares],
        },
        "marker": {
            "symbol": "square", "size": cell - 4, "opacity": 1, "line": {"color": ink.outline, "width": 1},
            "color": [_shade(share, look.theme) for share in shares],
        },
        "selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}},
        "hoverinfo": "text",
        "hovertext": [
            _said(labels[row], labels[column], number, k, look)
            for (row, column, number), k in zip(found, keys, strict=True)
        ],
    }  # fmt: skip
    return {"data": [squares], "layout": _layout(labels, cell, look)}


def said(confusion: Confusion, gold: str = "gold") -> str:
    """The matrix in a sentence, for who can't see it."""
    errors = sorted(
        ((number, one, predicted) for one, line in confusion.items() for predicted, number in line.items()
         if number and one != predicted),
        reverse=True,
    )  # fmt: skip
    parts = [
        f"{one or NONE} taken for {predicted or NONE} {number:,}" for number, one, predicted in errors[:5]
    ]
    return (
        f"Labels of {gold} against predicted labels; the most frequent errors: {'; '.join(parts) or 'none'}."
    )


def _said(gold: str, predicted: str, number: int, figure_key: str, look: Look) -> str:
    here = f"{look.gold} <b>{text(gold, _LABEL) if gold else 'none'}</b>, predicted "
    return (
        f"{here}<b>{text(predicted, _LABEL) if predicted else 'none'}</b><br>{look.opens(figure_key, number)}"
    )


def _shade(share: float, theme: Theme) -> str:
    """From the card's colour to ink, as the eye sees steps: a single error must be told from nothing."""
    ink = INKS[theme]
    weight = 0.04 + 0.82 * share**0.7
    mixed = (
        round(int(ink.card[i : i + 2], 16) * (1 - weight) + int(ink.ink[i : i + 2], 16) * weight)
        for i in (1, 3, 5)
    )
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def _layout(labels: Sequence[str], cell: int, look: Look) -> dict[str, Any]:
    size, widest, left = len(labels), _widest(labels), _left(labels)
    turned = widest * _BOLD + 6 > cell  # names must not run into one another
    top = (int(widest * _BOLD * 0.72) + 56) if turned else 58
    ink = INKS[look.theme]
    axis = {
        "tickmode": "array", "tickvals": list(range(size)), "fixedrange": True, "showgrid": False,
        "zeroline": False, "showline": False, "ticks": "outside", "ticklen": 5, "tickcolor": NOTHING,
        "ticklabeloverflow": "allow",
        "ticktext": [_name(label, look) for label in labels],
    }  # fmt: skip
    title = {"font": {"size": 13, "color": ink.dim}, "standoff": 12 if turned else 6}
    return layout(
        look.theme, width=left + size * cell + _RIGHT, height=top + size * cell + 8, clickmode="event+select",
        margin={"l": left, "r": _RIGHT, "t": top, "b": 8},
        xaxis=axis | {
            "side": "top", "range": [-0.5, size - 0.5], "tickangle": -45 if turned else 0,
            "title": {"text": "predicted"} | title,
        },
        yaxis=axis | {"range": [size - 0.5, -0.5], "title": {"text": look.gold} | title},
        shapes=[_rule(size, look, x=True), _rule(size, look, x=False)],
    )  # fmt: skip


def _widest(labels: Sequence[str]) -> int:
    """Pixels of the longest name."""
    return int(max(width_of(label, _LABEL) for label in [*labels, NONE]) * LETTER)


def _left(labels: Sequence[str]) -> int:
    """Pixels that the names and the title of the rows take."""
    return _widest(labels) + 42


def _number(number: int, cell: int) -> str:
    """A number that fits into a square: `1.2k` where it is small."""
    if number < 1000 or len(f"{number:,}") * _DIGIT < cell:
        return f"{number:,}"
    return f"{number / 1000:.1f}k" if number < 9950 else f"{number / 1000:,.0f}k"


def _rule(size: int, look: Look, *, x: bool) -> dict[str, Any]:
    """A thin line before the row and the column of what has no counterpart."""
    at, whole = [size - 1.5, size - 1.5], [-0.5, size - 0.5]
    ends = (at, whole) if x else (whole, at)
    return {
        "type": "line", "x0": ends[0][0], "x1": ends[0][1], "y0": ends[1][0], "y1": ends[1][1],
        "line": {"color": INKS[look.theme].grid, "width": 1.5},
    }  # fmt: skip


def _name(label: str, look: Look) -> str:
    if not label:
        return f"<span style='color:{INKS[look.theme].dim}'>{NONE}</span>"
    return f"<span style='color:{look.colour(label)}'><b>{text(label, _LABEL)}</b></span>"
