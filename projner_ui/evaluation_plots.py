"""Drawings of an evaluation, as plotly's JSON: plain dictionaries, with no plotly needed.

Colour means entity type and nothing else: outcomes are told apart by how their bars are filled, the same
way in every drawing, and only what is about one type has that type's colour. Every mark carries, as its
`customdata`, the key of the pairs that it counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from projner_core.evaluation.findings import Cause, Outcome
from projner_core.evaluation.summary import key
from projner_core.evaluation.words import OUTCOMES
from projner_ui import palette
from projner_ui.aligner_marks import Theme
from projner_ui.evaluation_words import WRONG, cause_name, cause_said, outcome_said
from projner_ui.plotting import INKS, LETTER, NOTHING, layout, text, width_of
from projner_ui.text import count

Pairs = Mapping[str, int]
"""How many pairs stand behind each key."""

_BAR = 34  # pixels a row of bars
LONGEST = 30  # characters of the name of a row
_BESIDE = 0.045  # how far from the end of a bar its number stands, as a share of the longest
OPENS = "click to open them"
STILL = {"bordercolor": NOTHING}  # of the labels of marks that open nothing; evaluation.css goes by it

# How the bars of each outcome are filled: an empty one where something is missing, a full one where there is
# too much, and hatched ones where the words or the type are wrong.
_PATTERNS: dict[Outcome, str] = {
    Outcome.BOUNDARY: "/",
    Outcome.TYPE: ".",
    Outcome.TYPE_AND_BOUNDARY: "x",
}


@dataclass(frozen=True, slots=True)
class Look:
    """What a drawing needs to know besides its figures: theme, colours of the types, pairs behind keys, and
    what the layer was held against, as sentences name it."""

    theme: Theme
    labels: Mapping[str, int]
    pairs: Pairs
    gold: str = "gold"

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


def outcomes(
    counts: Mapping[Outcome, int], look: Look, more: Mapping[Outcome, str] | None = None
) -> dict[str, Any]:
    """A bar for each kind of error, filled as the same kind is filled wherever it is drawn; `more` says more
    of some where they are pointed at."""
    shown = [outcome for outcome in WRONG if counts.get(outcome)]
    fills = [_fill(outcome, look.theme) for outcome in shown]
    keys = [key(outcome=outcome) for outcome in shown]
    made = bars(
        [OUTCOMES[outcome] for outcome in shown],
        [counts[outcome] for outcome in shown],
        keys,
        [
            f"<b>{OUTCOMES[outcome]}</b>: {outcome_said(outcome, look.gold)}{_more(more, outcome)}<br>"
            f"{look.opens(k, counts[outcome])}"
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


def _more(more: Mapping[Outcome, str] | None, outcome: Outcome) -> str:
    return f"<br>{more[outcome]}" if more and outcome in more else ""


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
            f"<b>{OUTCOMES[outcome]} · {cause_name(cause, look.gold)}</b><br>"
            f"{cause_said(cause, look.gold)}<br>{look.opens(k, number)}"
            for cause, k, number in zip(mine, keys, numbers, strict=True)
        ]
        trace = bars([cause_name(cause, look.gold) for cause in mine], numbers, keys, hovers)
        marker = _markers([_fill(outcome, look.theme)] * len(mine), look.theme)
        data.append(trace | {"name": OUTCOMES[outcome], "marker": marker})
    names, sums = [cause_name(cause, look.gold) for cause in shown], [totals[cause] for cause in shown]
    if shown:
        hovers = [
            f"<b>{name}</b><br>{look.opens(key(cause=cause), number)}"
            for name, cause, number in zip(names, shown, sums, strict=True)
        ]
        keys = [key(cause=cause) for cause in shown]
        data.append(_at_the_ends(names, sums, [f"{number:,}" for number in sums], keys, hovers))
    return {"data": data, "layout": across(names, max(sums, default=1), look.theme) | {"barmode": "stack"}}


def _at_the_ends(
    names: Sequence[str], ends: Sequence[int], said: Sequence[str], keys: Sequence[str], hover: Sequence[str]
) -> dict[str, Any]:
    """What stands at the ends of bars, to be clicked like a mark: plotly takes no click on a bar's text."""
    beside = _BESIDE * max(ends)
    letters = max(map(len, said))
    return {
        "type": "scatter", "mode": "markers+text", "y": list(names), "customdata": list(keys),
        "x": [end + beside * (1 if letters < 5 else 1.6) for end in ends], "cliponaxis": False,
        "text": list(said), "textposition": "middle center",
        "marker": {"size": max(24, 7 * letters), "color": NOTHING, "line": {"width": 0}},
        "selected": {"marker": {"opacity": 0}}, "unselected": {"marker": {"opacity": 0}},
        "hoverinfo": "text", "hovertext": list(hover),
    }  # fmt: skip


def plain_bars(
    rows: Sequence[tuple[str, int]],
    theme: Theme,
    *,
    keys: Sequence[str],
    unit: tuple[str, str],
    explained: Sequence[str] = (),
) -> dict[str, Any]:
    """Bars that are all of one kind: a name and a number each, of what `unit` says (one, many), and where it
    is pointed at, what the name means."""
    names = [name for name, _ in rows]
    numbers = [number for _, number in rows]
    hover = [
        f"<b>{text(name, LONGEST)}</b>{f': {means}' if means else ''}<br>{count(number, *unit)}<br>{OPENS}"
        for (name, number), means in zip(rows, explained or [""] * len(rows), strict=True)
    ]
    made = bars(names, numbers, keys, hover)
    ink = INKS[theme]
    made |= {
        "text": [f"{number:,}" for number in numbers], "textposition": "outside", "cliponaxis": False,
        "marker": {"color": ink.shade, "line": {"color": ink.outline, "width": 1}},
    }  # fmt: skip
    return {"data": [made], "layout": across(names, max(numbers, default=1) or 1, theme)}


def carried(rows: Sequence[tuple[str, int, int]], look: Look, keyed: Callable[[str], str]) -> dict[str, Any]:
    """A bar for each type: how many of its source entities were carried over, and how many were not.

    Args:
        rows: label, carried over, all.
        look: theme and colours.
        keyed: the key of the pairs in which an entity of a label was not carried over.
    """
    names = [label for label, _, _ in rows]
    colours = [look.colour(label) for label in names]
    done = bars(
        names, [number for _, number, _ in rows], [""] * len(rows),
        [f"<b>{text(label, LONGEST)}</b>: {n:,} of {total:,} carried over" for label, n, total in rows],
    ) | {"marker": {"color": colours, "line": {"width": 0}}, "hoverlabel": STILL}  # fmt: skip
    left = [total - number for _, number, total in rows]
    keys = [keyed(label) if number else "" for label, number in zip(names, left, strict=True)]
    hovers = [
        f"<b>{text(label, LONGEST)}</b>: {number:,} not carried over<br>{OPENS}"
        for label, number in zip(names, left, strict=True)
    ]
    rest = bars(names, left, keys, hovers)
    rest["marker"] = {"color": INKS[look.theme].card, "line": {"color": colours, "width": 1.3}}
    data, lacking = [done, rest], [n for n, number in enumerate(left) if number]
    if lacking:
        ends = [rows[n][2] for n in lacking]
        said = [f"{left[n]:,} not" for n in lacking]
        columns = ([column[n] for n in lacking] for column in (keys, hovers))
        data.append(_at_the_ends([names[n] for n in lacking], ends, said, *columns))
    most = max((total for _, _, total in rows), default=1)
    shown = across(names, most, look.theme) | {"barmode": "stack"}
    shown["margin"]["r"] = 64
    ticks = [text(label, LONGEST) for label in names]
    shown["yaxis"] |= {"tickmode": "array", "tickvals": names, "ticktext": ticks}
    return {"data": data, "layout": shown}


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
            "tickcolor": NOTHING, "title": {"text": ""}, "tickfont": {"size": 14}, "automargin": True,
        },
    )  # fmt: skip


def histogram(counts: Sequence[int], theme: Theme, *, opens: bool) -> dict[str, Any]:
    """How many pairs have a doubt in each tenth, which is the `customdata` where a click opens it."""
    ink = INKS[theme]
    step = 1 / max(1, len(counts))
    middle = [round((n + 0.5) * step, 3) for n in range(len(counts))]
    columns = {
        "type": "bar", "x": middle, "y": list(counts), "width": step * 0.86, "hoverinfo": "text",
        "hovertext": [
            f"doubt between {n * step:.1f} and {(n + 1) * step:.1f}<br>{count(number, 'pair')}"
            + ("<br>click to open the queue there" if opens and number else "")
            for n, number in enumerate(counts)
        ],
        **({} if opens else {"hoverlabel": STILL}),
        "customdata": [str(n) if opens and number else "" for n, number in enumerate(counts)],
        "unselected": {"marker": {"opacity": 0.45}},
        "marker": {"color": ink.shade, "line": {"color": ink.outline, "width": 1}},
    }  # fmt: skip
    return {
        "data": [columns],
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
