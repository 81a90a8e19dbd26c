"""Drawings of an evaluation, as plotly's JSON: plain dictionaries, with no plotly needed.

Colour means entity type and nothing else: outcomes are told apart by how their bars are filled, the same
way in every drawing, and only what is about one type has that type's colour. Every mark carries, as its
`customdata`, the key of the pairs that it counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from projner_core.evaluation.findings import Cause, Outcome
from projner_core.evaluation.summary import key
from projner_core.evaluation.words import CAUSES, OUTCOMES
from projner_ui import palette
from projner_ui.aligner_marks import Theme
from projner_ui.evaluation_words import CAUSES_SAID, OUTCOMES_SAID, WRONG
from projner_ui.plotting import INKS, LETTER, NOTHING, layout, width_of
from projner_ui.text import count

Pairs = Mapping[str, int]
"""How many pairs stand behind each key."""

_BAR = 34  # pixels a row of bars
LONGEST = 30  # characters of the name of a row
_BESIDE = 0.045  # how far from the end of a bar its number stands, as a share of the longest
OPENS = "click to open them"

# How the bars of each outcome are filled: an empty one where something is missing, a full one where there is
# too much, and hatched ones where the words or the type are wrong.
_PATTERNS: dict[Outcome, str] = {
    Outcome.BOUNDARY: "/",
    Outcome.TYPE: ".",
    Outcome.TYPE_AND_BOUNDARY: "x",
}


@dataclass(frozen=True, slots=True)
class Look:
    """What a drawing needs to know besides its figures: theme, colours of the types, pairs behind keys."""

    theme: Theme
    labels: Mapping[str, int]
    pairs: Pairs

    def opens(self, figure_key: str, entities: int) -> str:
        """What a click on a mark opens: `14 entities in 13 pairs`."""
        return f"{inside(entities, self.pairs.get(figure_key))}<br>{OPENS}"

    def colour(self, label: str) -> str:
        """The colour of an entity type, else ink."""
        if label not in self.labels:
            return INKS[self.theme].ink
        colour = palette.PALETTE[self.labels[label] % len(palette.PALETTE)]
        return colour.dark if self.theme == "dark" else colour.light


def inside(entities: int, pairs: int | None) -> str:
    """`14 entities in 13 pairs`."""
    said = count(entities, "entity", "entities")
    return said if pairs is None else f"{said} in {count(pairs, 'pair')}"


def outcomes(counts: Mapping[Outcome, int], look: Look) -> dict[str, Any]:
    """A bar for each kind of error, filled as the same kind is filled wherever it is drawn."""
    shown = [outcome for outcome in WRONG if counts.get(outcome)]
    fills = [_fill(outcome, look.theme) for outcome in shown]
    keys = [key(outcome=outcome) for outcome in shown]
    made = bars(
        [OUTCOMES[outcome] for outcome in shown],
        [counts[outcome] for outcome in shown],
        keys,
        [
            f"<b>{OUTCOMES[outcome]}</b>: {OUTCOMES_SAID[outcome]}<br>{look.opens(k, counts[outcome])}"
            for outcome, k in zip(shown, keys, strict=True)
        ],
    )
    made |= {
        "text": [f"{counts[outcome]:,}" for outcome in shown],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": _markers(fills, look.theme),
    }
    names = [OUTCOMES[outcome] for outcome in shown]
    most = max((counts[outcome] for outcome in shown), default=1)
    return {"data": [made], "layout": across(names, most, look.theme)}


def causes(counts: Mapping[Cause, Mapping[Outcome, int]], look: Look) -> dict[str, Any]:
    """A bar for each cause, the most frequent first, made up of the outcomes that it led to."""
    totals = {cause: sum(counts[cause].values()) for cause in counts}
    shown = sorted(
        (cause for cause in totals if totals[cause]), key=lambda c: (-totals[c], list(Cause).index(c))
    )
    data = []
    for outcome in WRONG:
        mine = [cause for cause in shown if counts[cause].get(outcome)]
        if not mine:
            continue
        keys = [key(outcome=outcome, cause=cause) for cause in mine]
        numbers = [counts[cause][outcome] for cause in mine]
        hovers = [
            f"<b>{OUTCOMES[outcome]} · {CAUSES[cause]}</b><br>{CAUSES_SAID[cause]}<br>{look.opens(k, number)}"
            for cause, k, number in zip(mine, keys, numbers, strict=True)
        ]
        trace = bars([CAUSES[cause] for cause in mine], numbers, keys, hovers)
        data.append(
            trace
            | {
                "name": OUTCOMES[outcome],
                "marker": _markers([_fill(outcome, look.theme)] * len(mine), look.theme),
            }
        )
    names, sums = [CAUSES[cause] for cause in shown], [totals[cause] for cause in shown]
    if shown:
        data.append(_totals(names, sums, [key(cause=cause) for cause in shown], look))
    return {"data": data, "layout": across(names, max(sums, default=1), look.theme) | {"barmode": "stack"}}


def _totals(names: Sequence[str], sums: Sequence[int], keys: Sequence[str], look: Look) -> dict[str, Any]:
    """The numbers at the ends of stacked bars: each opens the whole bar."""
    return {
        "type": "scatter", "mode": "markers+text", "y": list(names), "customdata": list(keys),
        "x": [number + _BESIDE * max(sums) for number in sums], "cliponaxis": False,
        "text": [f"{number:,}" for number in sums], "textposition": "middle center",
        "marker": {"size": 24, "color": NOTHING, "line": {"width": 0}},
        "selected": {"marker": {"opacity": 0}}, "unselected": {"marker": {"opacity": 0}},
        "hoverinfo": "text",
        "hovertext": [
            f"<b>{name}</b><br>{look.opens(k, n)}" for name, k, n in zip(names, keys, sums, strict=True)
        ],
    }  # fmt: skip


def bars(
    names: Sequence[str], numbers: Sequence[int], keys: Sequence[str], hover: Sequence[str]
) -> dict[str, Any]:
    """Bars that run from left to right, each with its key and what it says where it is pointed at."""
    return {
        "type": "bar", "orientation": "h", "y": list(names), "x": list(numbers), "customdata": list(keys),
        "hoverinfo": "text", "hovertext": list(hover), "width": 0.62,
        "unselected": {"marker": {"opacity": 0.45}}, "textfont": {"size": 14},
    }  # fmt: skip


def _fill(outcome: Outcome, theme: Theme) -> tuple[str, str]:
    """Colour and pattern of a bar."""
    ink = INKS[theme]
    if outcome is Outcome.MISSING:
        return ink.card, ""
    if outcome is Outcome.SPURIOUS:
        return ink.outline, ""
    return ink.card, _PATTERNS.get(outcome, "")


def _markers(fills: Sequence[tuple[str, str]], theme: Theme) -> dict[str, Any]:
    ink = INKS[theme]
    return {
        "color": [colour for colour, _ in fills],
        "line": {"color": ink.outline, "width": 1.3},
        "pattern": {
            "shape": [shape for _, shape in fills],
            "fgcolor": ink.outline,
            "bgcolor": ink.card,
            "fillmode": "overlay",
            "fgopacity": 1,
            "size": 6,
            "solidity": 0.3,
        },
    }


def across(names: Sequence[str], most: int, theme: Theme) -> dict[str, Any]:
    """The layout of bars that run from left to right, with a name each."""
    left = int(max((width_of(name, LONGEST) for name in names), default=1) * LETTER) + 18
    return layout(
        theme, height=_BAR * max(1, len(names)) + 14, clickmode="event+select",
        margin={"l": left, "r": 40, "t": 4, "b": 8},
        xaxis={"range": [0, most * 1.08], "visible": False, "fixedrange": True},
        yaxis={
            "categoryorder": "array", "categoryarray": list(names), "autorange": "reversed",
            "fixedrange": True, "showgrid": False, "zeroline": False, "showline": False,
            "ticks": "outside", "ticklen": 8,
            "tickcolor": NOTHING, "title": {"text": ""}, "tickfont": {"size": 14},
        },
    )  # fmt: skip
