"""Drawings of a comparison of aligners, as plotly's JSON: plain dictionaries, with no plotly needed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from statistics import fmean
from typing import Any

from projner_core.pipeline.comparing import Compared, Comparison
from projner_ui.aligner_marks import Marked, Theme
from projner_ui.plotting import INKS, NOTHING, layout, text
from projner_ui.text import count

QUALITY = {"f1": "entity F1 of the pair", "certainty": "certainty of the pair"}
_STEPS = 10  # stretches of disagreement that the mean line is made of
_FEWEST = 3  # pairs in a stretch, for a mean that is worth drawing
_FULL: dict[Theme, str] = {"light": "#7fb4ca", "dark": "#2b6c88"}  # all links shared; ink is read on both


def agreement(comparison: Comparison, aligners: Sequence[Marked], *, theme: Theme) -> dict[str, Any]:
    """A heat map: of the links that either of two aligners has, how many both have."""
    shares = shared_shares(comparison.shared)
    ink = INKS[theme]
    signs = [_sign(aligner, theme) for aligner in aligners]
    places = list(range(len(aligners)))
    hover = [
        [
            f"{text(mine.name, 40)}: {comparison.shared[row][row]:,} links"
            if row == column
            else f"{comparison.shared[row][column]:,} links both in<br>{text(mine.name, 40)}<br>"
            f"{text(other.name, 40)}"
            for column, other in enumerate(aligners)
        ]
        for row, mine in enumerate(aligners)
    ]
    heat = {
        "type": "heatmap",
        "x": places,
        "y": places,
        "z": [[None if r == c else share for c, share in enumerate(row)] for r, row in enumerate(shares)],
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[0, ink.card], [1, _FULL[theme]]],
        "showscale": False,
        "xgap": 3,
        "ygap": 3,
        "hoverinfo": "text",
        "hovertext": hover,
    }
    numbers = [
        {
            "x": column, "y": row, "text": f"{share:.0%}" if row != column else "·", "showarrow": False,
            "font": {"size": 15, "color": ink.ink},
        }
        for row, line in enumerate(shares) for column, share in enumerate(line)
    ]  # fmt: skip
    axis = {
        "tickmode": "array", "tickvals": places, "ticktext": signs, "fixedrange": True, "showgrid": False,
        "zeroline": False, "showline": False, "ticks": "outside", "ticklen": 6, "tickcolor": NOTHING,
        "title": {"text": ""},
    }  # fmt: skip
    size = len(aligners)
    return {
        "data": [heat],
        "layout": layout(
            theme, height=52 * size + 40, margin={"l": 40, "r": 8, "t": 34, "b": 6}, annotations=numbers,
            xaxis=axis | {"side": "top", "range": [-0.5, size - 0.5]},
            yaxis=axis | {"range": [size - 0.5, -0.5]},
        ),
    }  # fmt: skip


def shared_shares(shared: Sequence[Sequence[int]]) -> list[list[float]]:
    """For each two aligners, the links that both have as a share of those that either has (Jaccard)."""
    return [
        [
            both / either if (either := shared[row][row] + shared[column][column] - both) else 1.0
            for column, both in enumerate(line)
        ]
        for row, line in enumerate(shared)
    ]


def agreement_said(comparison: Comparison, aligners: Sequence[Marked]) -> str:
    """The heat map in a sentence, for who can't see it."""
    shares = shared_shares(comparison.shared)
    two = [
        f"{mine.name} and {other.name} {shares[row][column]:.0%}"
        for row, mine in enumerate(aligners)
        for column, other in enumerate(aligners)
        if row < column
    ]
    return f"Of the links that either of two aligners has, both have: {'; '.join(two)}."


def outcome_said(comparison: Comparison, aligners: Sequence[Marked]) -> str:
    """What each makes of the projection in a sentence, for who can't see it."""
    parts = []
    for compared, aligner in zip(comparison.aligners, aligners, strict=True):
        said = f"{compared.projected:,} of {compared.entities:,}"
        if scored(comparison) and (f1 := compared.f1) is not None:
            said = f"{f1.value:.3f}, between {f1.low:.3f} and {f1.high:.3f}"
        parts.append(f"{aligner.name} {said}")
    head = "Entity F1 of the projection" if scored(comparison) else "Source entities carried over"
    return f"{head}: {'; '.join(parts)}."


def scored(comparison: Comparison) -> bool:
    """Whether the projections were scored against gold entities."""
    return all(compared.f1 is not None for compared in comparison.aligners)


def disagreement_said(comparison: Comparison, whose: str) -> str:
    """The scatter plot in a sentence, for who can't see it."""
    line = means([(x, y) for _, x, y in comparison.sample])
    said = f"Disagreement of the aligners and quality of {whose}, of {count(len(comparison.sample), 'pair')}"
    if len(line) < 2:
        return f"{said}."
    (x, y), (far, there) = line[0], line[-1]
    return f"{said}: on average {y:.2f} at disagreement {x:.2f}, {there:.2f} at {far:.2f}."


def outcome(comparison: Comparison, aligners: Sequence[Marked], *, theme: Theme) -> dict[str, Any]:
    """What each aligner makes of the projection: F1 with its interval, else the share carried over."""
    known = scored(comparison)
    shares = [compared.projected / max(1, compared.entities) for compared in comparison.aligners]
    digits = 1 if max(shares) - min(shares) < 0.05 else 0  # or ticks close together would all say 100 %
    traces = [
        _outcome(compared, aligner, place, known, theme)
        for place, (compared, aligner) in enumerate(zip(comparison.aligners, aligners, strict=True))
    ]
    ink = INKS[theme]
    title = "entity F1 and its 95 % interval" if known else "share of the source entities carried over"
    return {
        "data": traces,
        "layout": layout(
            theme, height=52 * len(aligners) + 64, margin={"l": 40, "r": 24, "t": 6, "b": 52},
            xaxis={
                "title": {"text": title, "font": {"size": 13, "color": ink.dim}, "standoff": 8},
                "gridcolor": ink.grid, "zeroline": False, "fixedrange": True, "nticks": 5, "ticks": "",
                "tickformat": ".2f" if known else f".{digits}%", "tickfont": {"size": 13}, "tickangle": 0,
            },
            yaxis={
                "tickmode": "array", "tickvals": list(range(len(aligners))),
                "ticktext": [_sign(aligner, theme) for aligner in aligners],
                "range": [len(aligners) - 0.5, -0.5], "fixedrange": True, "showgrid": False,
                "zeroline": False, "showline": False, "ticks": "outside", "ticklen": 6,
                "tickcolor": NOTHING, "title": {"text": ""},
            },
        ),
    }  # fmt: skip


def _outcome(compared: Compared, aligner: Marked, place: int, known: bool, theme: Theme) -> dict[str, Any]:
    if known and (f1 := compared.f1) is not None:
        value, said = f1.value, f"F1 {f1.value:.3f}, between {f1.low:.3f} and {f1.high:.3f}"
        error: dict[str, Any] = {
            "type": "data", "symmetric": False, "array": [f1.high - f1.value],
            "arrayminus": [f1.value - f1.low], "thickness": 2, "width": 5,
        }  # fmt: skip
    else:
        value = compared.projected / compared.entities if compared.entities else 0.0
        said = f"{compared.projected:,} of {compared.entities:,} entities carried over"
        error = {"visible": False}
    colour = aligner.mark.colour(theme)
    return {
        "type": "scatter", "mode": "markers+text", "x": [value], "y": [place], "cliponaxis": False,
        "text": [f"{value:.3f}" if known else f"{value:.1%}"], "textposition": "top center",
        "textfont": {"size": 13}, "error_x": error | {"color": colour},
        "marker": {"symbol": aligner.mark.symbol, "size": 13 * aligner.mark.scale, "color": colour},
        "hoverinfo": "text", "hovertext": [f"{text(aligner.name, 40)}<br>{said}"],
    }  # fmt: skip


def disagreement(comparison: Comparison, *, theme: Theme) -> dict[str, Any]:
    """A point a sampled pair: how far the aligners part over its links, and how good its projection is."""
    ink = INKS[theme]
    points = {
        "type": "scatter",
        "mode": "markers",
        "x": [round(x, 3) for _, x, _ in comparison.sample],
        "y": [round(y, 3) for _, _, y in comparison.sample],
        "customdata": [position for position, _, _ in comparison.sample],
        "marker": {"size": 7, "color": ink.dim, "opacity": 0.38, "line": {"width": 0}},
        "hovertemplate": "disagreement %{x:.2f}<br>quality %{y:.2f}<br>click opens it<extra></extra>",
    }
    line = means([(x, y) for _, x, y in comparison.sample])
    mean = {
        "type": "scatter", "mode": "lines", "x": [x for x, _ in line], "y": [y for _, y in line],
        "line": {"color": ink.ink, "width": 2.5}, "hoverinfo": "skip",
    }  # fmt: skip
    axis = {
        "range": [-0.03, 1.03], "gridcolor": ink.grid, "zeroline": False, "fixedrange": True, "nticks": 6,
        "tickfont": {"size": 13},
    }  # fmt: skip
    return {
        "data": [points, mean],
        "layout": layout(
            theme, height=320, margin={"l": 58, "r": 12, "t": 8, "b": 50}, clickmode="event+select",
            xaxis=axis | {"title": _title("disagreement about the links", theme)},
            yaxis=axis | {"title": _title(QUALITY.get(comparison.quality, comparison.quality), theme)},
        ),
    }  # fmt: skip


def means(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The mean of y over stretches of x in [0, 1], left to right; stretches with few points are left out."""
    bounds = [number / _STEPS for number in range(1, _STEPS)]
    stretches: list[list[tuple[float, float]]] = [[] for _ in range(_STEPS)]
    for x, y in points:
        stretches[bisect_right(bounds, x)].append((x, y))
    return [
        (fmean(x for x, _ in stretch), fmean(y for _, y in stretch))
        for stretch in stretches
        if len(stretch) >= _FEWEST
    ]


def _title(string: str, theme: Theme) -> dict[str, Any]:
    return {"text": string, "font": {"size": 13, "color": INKS[theme].dim}, "standoff": 8}


def _sign(aligner: Marked, theme: Theme) -> str:
    """Its shape alone, as the label of a row: the name stands in the table, beside the same shape."""
    return f"<span style='color:{aligner.mark.colour(theme)};font-size:17px'>{aligner.mark.sign}</span>"
