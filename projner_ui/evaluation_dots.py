"""Scores by one dimension after the other: a dot for each value, with its interval; plotly's JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from projner_core.evaluation.findings import Outcome
from projner_core.evaluation.summary import Row, key
from projner_ui.evaluation_plots import LONGEST, Look
from projner_ui.plotting import INKS, LETTER, NOTHING, layout, text, width_of

_ROW = 30  # pixels a row


def scores(
    rows: Sequence[Row], look: Look, keyed: Callable[[Row], str], *, labels: bool = False
) -> dict[str, Any]:
    """F1 of each value of a dimension with its interval, and beside its name how many entities gold has.

    Args:
        rows: the values, in the order to show them.
        look: theme, colours, pairs.
        keyed: the key of the pairs with an error of this value.
        labels: whether the values are entity types, which have colours.
    """
    ink = INKS[look.theme]
    colours = [look.colour(row.value) if labels else ink.ink for row in rows]
    places = list(range(len(rows)))
    keys = [keyed(row) for row in rows]
    values = [row.scores.f1.value for row in rows]
    low, high = zip(*(_bounds(row) for row in rows), strict=True) if rows else ((), ())
    lines = [
        {
            "type": "scatter", "mode": "lines", "x": [low[n], high[n]], "y": [n, n], "hoverinfo": "skip",
            "line": {"color": colours[n], "width": 2}, "opacity": 0.55, "cliponaxis": False,
        }
        for n in places
    ]  # fmt: skip
    dots = {
        "type": "scatter", "mode": "markers", "x": values, "y": places, "customdata": keys,
        "cliponaxis": False, "hoverinfo": "text",
        "marker": {"size": 13, "color": colours, "opacity": 1, "line": {"width": 0}},
        "hoverlabel": {"bordercolor": [ink.outline if k else NOTHING for k in keys]},
        "hovertext": [_score_said(row, k, look) for row, k in zip(rows, keys, strict=True)],
    }  # fmt: skip
    names = [
        f"{text(row.value, LONGEST)}  <span style='color:{ink.dim};font-size:12px'>{row.scores.gold:,}</span>"
        for row in rows
    ]
    left = max((width_of(f"{row.value}  {row.scores.gold:,}", LONGEST + 8) for row in rows), default=1)
    return {
        "data": [*lines, dots],
        "layout": layout(
            look.theme, height=_ROW * len(rows) + 56, clickmode="event+select",
            margin={"l": int(left * LETTER) + 18, "r": 14, "t": 6, "b": 46},
            xaxis={
                "range": [0, 1.0], "gridcolor": ink.grid, "zeroline": False, "fixedrange": True, "nticks": 6,
                "tickformat": ".1f", "tickfont": {"size": 13}, "tickangle": 0,
                "title": {
                    "text": "strict F1, 95 % interval", "font": {"size": 13, "color": ink.dim}, "standoff": 8,
                },
            },
            yaxis={
                "tickmode": "array", "tickvals": places, "ticktext": names, "range": [len(rows) - 0.5, -0.5],
                "fixedrange": True, "showgrid": False, "zeroline": False, "showline": False,
                "ticks": "outside", "ticklen": 8, "tickcolor": NOTHING, "title": {"text": ""},
                "tickfont": {"size": 14}, "automargin": True,
            },
        ),
    }  # fmt: skip


def wrong_key(dimension: str) -> Callable[[Row], str]:
    """The keys of the pairs in which an entity with a value of this dimension is wrong; "" where none is."""
    return lambda row: key(**{dimension: row.value, "wrong": ""}) if wrong(row) else ""


def wrong(row: Row) -> int:
    """How many findings of this value are no correct ones."""
    return sum(number for outcome, number in row.outcomes.items() if outcome is not Outcome.CORRECT)


def _bounds(row: Row) -> tuple[float, float]:
    f1 = row.scores.f1
    return (f1.value, f1.value) if f1.interval is None else (f1.interval.low, f1.interval.high)


def _score_said(row: Row, figure_key: str, look: Look) -> str:
    s = row.scores
    low, high = _bounds(row)
    errors = wrong(row)
    return (
        f"<b>{text(row.value, LONGEST)}</b><br>F1 {s.f1.value:.3f}, between {low:.3f} and {high:.3f}<br>"
        f"precision {s.precision.value:.3f}, recall {s.recall.value:.3f}<br>"
        f"{s.gold:,} in {look.gold}, {s.predicted:,} predicted, {s.correct:,} correct<br>"
        + (f"wrong: {look.opens(figure_key, errors)}" if errors else "nothing is wrong here")
    )
