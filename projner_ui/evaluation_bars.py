"""Drawings of what can be said without gold; plotly's JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from projner_ui.aligner_marks import Theme
from projner_ui.evaluation_plots import LONGEST, OPENS, Look, across, bars
from projner_ui.plotting import INKS, layout, text
from projner_ui.text import count


def plain_bars(
    rows: Sequence[tuple[str, int]], theme: Theme, *, keys: Sequence[str], unit: tuple[str, str]
) -> dict[str, Any]:
    """Bars that are all of one kind: a name and a number each, of what `unit` says (one, many)."""
    names = [name for name, _ in rows]
    numbers = [number for _, number in rows]
    hover = [f"<b>{text(name, LONGEST)}</b>: {count(number, *unit)}<br>{OPENS}" for name, number in rows]
    made = bars(names, numbers, keys, hover)
    ink = INKS[theme]
    made |= {
        "text": [f"{number:,}" for number in numbers], "textposition": "outside", "cliponaxis": False,
        "marker": {"color": ink.shade, "line": {"color": ink.outline, "width": 1}},
    }  # fmt: skip
    return {"data": [made], "layout": across(names, max(numbers, default=1) or 1, theme)}


def carried(rows: Sequence[tuple[str, int, int]], look: Look, keyed: Callable[[str], str]) -> dict[str, Any]:
    """A bar for each type: how many of its source entities were projected, and how many were not.

    Args:
        rows: label, projected, all.
        look: theme and colours.
        keyed: the key of the pairs in which an entity of a label was not projected.
    """
    ink = INKS[look.theme]
    names = [label for label, _, _ in rows]
    colours = [look.colour(label) for label in names]
    done = bars(
        names, [number for _, number, _ in rows], [""] * len(rows),
        [f"<b>{text(label, LONGEST)}</b>: {n:,} of {total:,} projected" for label, n, total in rows],
    ) | {"marker": {"color": colours, "line": {"width": 0}}}  # fmt: skip
    left = [(label, total - carried) for label, carried, total in rows]
    rest = bars(
        names, [number for _, number in left], [keyed(label) if number else "" for label, number in left],
        [f"<b>{text(label, LONGEST)}</b>: {number:,} not projected<br>{OPENS}" for label, number in left],
    ) | {
        "marker": {"color": ink.card, "line": {"color": colours, "width": 1.3}},
        "text": [f"{number:,} not" if number else "" for _, number in left], "textposition": "outside",
        "cliponaxis": False,
    }  # fmt: skip
    most = max((total for _, _, total in rows), default=1)
    shown = across(names, most, look.theme) | {"barmode": "stack"}
    shown["margin"]["r"] = 64
    shown["yaxis"] |= {
        "tickmode": "array",
        "tickvals": names,
        "ticktext": [text(label, LONGEST) for label in names],
    }
    return {"data": [done, rest], "layout": shown}


def histogram(counts: Sequence[int], theme: Theme, *, opens: bool) -> dict[str, Any]:
    """How many pairs have a doubt in each tenth, which is the `customdata` where a click opens it."""
    ink = INKS[theme]
    step = 1 / max(1, len(counts))
    middle = [round((n + 0.5) * step, 3) for n in range(len(counts))]
    bars = {
        "type": "bar", "x": middle, "y": list(counts), "width": step * 0.86, "hoverinfo": "text",
        "hovertext": [
            f"doubt between {n * step:.1f} and {(n + 1) * step:.1f}<br>{count(number, 'pair')}"
            + ("<br>click to open the queue there" if opens and number else "")
            for n, number in enumerate(counts)
        ],
        "customdata": [str(n) if opens and number else "" for n, number in enumerate(counts)],
        "unselected": {"marker": {"opacity": 0.45}},
        "marker": {"color": ink.shade, "line": {"color": ink.outline, "width": 1}},
    }  # fmt: skip
    return {
        "data": [bars],
        "layout": layout(
            theme, height=210, clickmode="event+select", margin={"l": 50, "r": 10, "t": 8, "b": 46},
            xaxis={
                "range": [-0.01, 1.01], "fixedrange": True, "showgrid": False, "zeroline": False, "nticks": 6,
                "tickfont": {"size": 13},
                "title": {"text": "doubt of the pair", "font": {"size": 13, "color": ink.dim}, "standoff": 8},
            },
            yaxis={
                "gridcolor": ink.grid, "zeroline": False, "fixedrange": True, "nticks": 4,
                "tickfont": {"size": 13},
            },
        ),
    }  # fmt: skip
