"""The alignment matrix of one pair: a row a word of one side, a column a word of the other.

Every aligner has its shape at its own place in the cell, so that cells where they differ are told apart
without the hues. A full shape is a link, a hollow one a pair of words that the aligner
considered and did not link. Gold links lie under them: a filled square is sure, an outlined one possible.

What is made here is plotly's JSON, as plain dictionaries; plotly itself is not needed to make it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import east_asian_width

from projner_core.corpus import Alignment, GoldLinks, Link
from projner_ui import plotting
from projner_ui.aligner_marks import Marked, Theme
from projner_ui.plotting import INKS, LETTER, NOTHING, text, width_of
from projner_ui.text import count

MOST = 250  # words of a side: a matrix of more can't be read
LONG = 20  # words: a longer row of them is turned to run down the page
FAINTEST = 0.05  # what an aligner gives less than this is not drawn
_PAGE = 1230  # pixels of a page of usual width; a wider matrix is pushed sideways
_SCREEN = 850  # pixels of height, past which the words of the columns are out of sight
_SMALLEST, _LARGEST = 18, 34  # pixels a cell
_LABEL = 18  # characters of a word
_OFFSETS: dict[int, tuple[tuple[float, float], ...]] = {
    1: ((0, 0),),
    2: ((-0.21, 0), (0.21, 0)),
    3: ((-0.23, -0.2), (0.23, -0.2), (0, 0.23)),
    4: ((-0.23, -0.23), (0.23, -0.23), (-0.23, 0.23), (0.23, 0.23)),
}


@dataclass(frozen=True, slots=True)
class Side:
    """The words of one side: in which direction they are read, and which of them are in an entity."""

    tokens: tuple[str, ...]
    rtl: bool = False
    entities: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Drawn:
    """An aligner and what it says of the pair."""

    aligner: Marked
    alignment: Alignment


def transposed(source: Side, target: Side) -> bool:
    """Whether target words are the rows: where they are many, and more than the source words."""
    return len(target.tokens) > max(LONG, len(source.tokens))


def figure(
    source: Side,
    target: Side,
    drawn: Sequence[Drawn],
    gold: GoldLinks | None = None,
    *,
    theme: Theme = "light",
) -> dict[str, Any]:
    """The matrix as a plotly figure (`{"data": […], "layout": {…}}`), for one to four aligners."""
    turned = transposed(source, target)
    rows, columns = (target, source) if turned else (source, target)
    cell = max(_SMALLEST, min(_LARGEST, (_PAGE - _room(rows) - 12) // max(1, len(columns.tokens))))
    cells = _Cells(turned, cell, theme, columns.rtl)
    weighed = _weighed(drawn)
    data = [
        *cells.gold(gold or GoldLinks()),
        *(trace for number in range(len(drawn)) for trace in cells.aligner(drawn, number)),
        cells.hover(source, target, drawn, weighed, gold),
    ]
    return {"data": data, "layout": _layout(rows, columns, cell, theme, data)}


def said(drawn: Sequence[Drawn], gold: GoldLinks | None = None) -> str:
    """The matrix in a sentence, for who can't see it."""
    parts = [f"{one.aligner.name} has {count(len(one.alignment.links), 'link')}" for one in drawn]
    sets = [{(link.source, link.target) for link in one.alignment.links} for one in drawn]
    if len(sets) > 1:
        parts.append(f"all of them share {len(set.intersection(*sets)):,}")
    if gold is not None:
        parts.append(f"gold has {count(len(gold.possible), 'link')}, {len(gold.sure):,} of them sure")
    return f"The alignment matrix of this pair: {'; '.join(parts)}."


@dataclass(frozen=True, slots=True)
class _Cells:
    """Where things are drawn: which way round the matrix is, how large its cells are, and whether its
    columns run from right to left: the shapes stand in a cell as they do in the key all the same."""

    turned: bool
    cell: int
    theme: Theme
    rtl: bool = False

    def points(
        self, offsets: Iterable[tuple[int, int]], shift: tuple[float, float] = (0, 0)
    ) -> dict[str, list[float]]:
        """Plotly's x and y of (source, target) offsets."""
        x, y = [], []
        for source, target in offsets:
            row, column = (target, source) if self.turned else (source, target)
            x.append(round(column + (-shift[0] if self.rtl else shift[0]), 3))
            y.append(round(row + shift[1], 3))
        return {"x": x, "y": y}

    def gold(self, gold: GoldLinks) -> list[dict[str, Any]]:
        fill, outline = INKS[self.theme].shade, INKS[self.theme].outline
        size = self.cell - 3
        kinds = (
            ("gold, possible", gold.possible - gold.sure, {"color": NOTHING, "line": _line(outline)}),
            ("gold, sure", gold.sure, {"color": fill, "line": _line(fill)}),
        )
        return [
            _scatter(name, self.points(sorted(offsets)), {"symbol": "square", "size": size, **marker})
            for name, offsets, marker in kinds
            if offsets
        ]

    def aligner(self, drawn: Sequence[Drawn], number: int) -> list[dict[str, Any]]:
        """The links of one aligner, and what it considered and did not link."""
        one = drawn[number]
        mark = one.aligner.mark
        shift, colour = _OFFSETS[len(drawn)][number], mark.colour(self.theme)
        size = round(self.cell * (0.42 if len(drawn) == 1 else 0.33) * mark.scale, 1)
        linked = self.points(((link.source, link.target) for link in one.alignment.links), shift)
        weak = (link for link in one.alignment.weak if link.score >= FAINTEST)
        faint = self.points(((link.source, link.target) for link in weak), shift)
        full = {"symbol": mark.symbol, "size": size, "color": colour, "line": {"width": 0}}
        hollow = {
            "symbol": mark.symbol, "size": round(size * 0.72, 1), "color": NOTHING,
            "line": {"width": 1.1, "color": colour}, "opacity": 0.75,
        }  # fmt: skip
        name = one.aligner.name
        return [_scatter(f"{name}, weak", faint, hollow), _scatter(name, linked, full)]

    def hover(
        self,
        source: Side,
        target: Side,
        drawn: Sequence[Drawn],
        weighed: Sequence[dict[tuple[int, int], Link]],
        gold: GoldLinks | None,
    ) -> dict[str, Any]:
        """One unseen square over every cell of which anything is known; it says what."""
        known = {offsets for one in weighed for offsets in one}
        if gold is not None:
            known |= gold.possible
        order = sorted(known)
        linked = [{(link.source, link.target) for link in one.alignment.links} for one in drawn]
        texts = []
        for offsets in order:
            lines = [f"<b>{_word(source, offsets[0])}</b> · <b>{_word(target, offsets[1])}</b>"]
            for one, links, found in zip(drawn, linked, weighed, strict=True):
                value = f"{found[offsets].score:.2f}" if offsets in found else "–"
                said = value if offsets in links or offsets not in found else f"{value}, not linked"
                lines.append(f"{one.aligner.mark.sign} {text(one.aligner.name, 40)}  {said}")
            if gold is not None and offsets in gold.possible:
                lines.append("gold: sure" if offsets in gold.sure else "gold: possible")
            texts.append("<br>".join(lines))
        marker = {"symbol": "square", "size": self.cell - 1, "color": NOTHING, "line": {"width": 0}}
        return {
            **_scatter("", self.points(order), marker),
            "hoverinfo": "text",
            "hovertext": texts,
            "customdata": [list(offsets) for offsets in order],
        }


def _stacks(token: str) -> bool:
    """Whether a word can be written downwards: a few characters of a script that is written so."""
    return len(token) <= 5 and all(east_asian_width(character) in "WF" for character in token)


def _weighed(drawn: Sequence[Drawn]) -> list[dict[tuple[int, int], Link]]:
    return [
        {
            (link.source, link.target): link
            for link in (*one.alignment.weak, *one.alignment.links)
            if link.score >= FAINTEST or link in one.alignment.links
        }
        for one in drawn
    ]


def _word(side: Side, offset: int) -> str:
    return text(side.tokens[offset], 40)


def _scatter(name: str, points: dict[str, list[float]], marker: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "markers", "name": text(name, 60) if name else "", **points,
        "marker": marker, "hoverinfo": "skip", "cliponaxis": False,
    }  # fmt: skip


def _line(colour: str) -> dict[str, Any]:
    return {"width": 1.4, "color": colour}


def _room(side: Side) -> int:
    """Pixels that the words of a side take where they are written across."""
    return int(min(max(map(width_of, side.tokens), default=1), _LABEL) * LETTER) + 20


def _layout(rows: Side, columns: Side, cell: int, theme: Theme, data: list[dict[str, Any]]) -> dict[str, Any]:
    """The layout; what is needed to write words a second time, at the far end of a large matrix, goes into
    `data`."""
    side_room, top_room = _room(rows), _room(columns) - 2
    upright = top_room <= cell + 14
    stacked = not upright and all(_stacks(token) for token in columns.tokens)
    if upright:
        top_room = 30
    elif stacked:
        top_room = max(map(len, columns.tokens), default=1) * 18 + 12
    tall = len(rows.tokens) * cell > _SCREEN
    inner = len(columns.tokens) * cell
    wide = inner + side_room + 12 > _PAGE or (len(columns.tokens) > LONG and inner + 2 * side_room <= _PAGE)
    near, far = ("r", "l") if columns.rtl else ("l", "r")
    margin = {near: side_room, far: side_room if wide else 12}
    margin |= {"t": top_room, "b": top_room if tall else 10, "pad": 0}
    across = _axis(columns, theme, where="top", turned=not upright and not stacked, reverse=columns.rtl)
    down = _axis(rows, theme, where="right" if columns.rtl else "left", turned=False, reverse=True)
    if stacked:
        across["ticktext"] = ["<br>".join(map(text, token)) for token in columns.tokens]
    layout = plotting.layout(theme) | {
        "width": inner + margin["l"] + margin["r"],
        "height": len(rows.tokens) * cell + margin["t"] + margin["b"],
        "margin": margin,
        "hoverdistance": cell,
        "spikedistance": cell,
        "xaxis": across,
        "yaxis": down,
    }
    if tall:
        layout["xaxis2"] = across | {"side": "bottom", "overlaying": "x", **_again("x")}
    if wide:
        layout["yaxis2"] = down | {
            "side": "left" if columns.rtl else "right",
            "overlaying": "y",
            **_again("y"),
        }
    if tall or wide:  # an axis is drawn only where something stands on it
        nothing = {"symbol": "square", "size": 1, "color": NOTHING}
        on = {"xaxis": "x2" if tall else "x", "yaxis": "y2" if wide else "y"}
        data.append(_scatter("", {"x": [0], "y": [0]}, nothing) | on)
    return layout


def _again(axis: str) -> dict[str, Any]:
    """An axis that says once more what another says."""
    return {"matches": axis, "minor": {"showgrid": False}, "showspikes": False}


def _axis(side: Side, theme: Theme, *, where: str, turned: bool, reverse: bool) -> dict[str, Any]:
    words = len(side.tokens)
    ends = [words - 0.5, -0.5] if reverse else [-0.5, words - 0.5]
    return {
        "range": ends,
        "side": where,
        "tickmode": "array",
        "tickvals": list(range(words)),
        "ticktext": [
            f"<b>{text(token)}</b>" if number in side.entities else text(token)
            for number, token in enumerate(side.tokens)
        ],
        "tickangle": -90 if turned else 0,
        "tickfont": {"size": 14 if words <= LONG else 13, "color": INKS[theme].ink},
        "ticks": "outside",
        "ticklen": 5,
        "tickcolor": NOTHING,
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "fixedrange": True,
        "automargin": False,
        "title": {"text": ""},
        "minor": {
            "tickmode": "array",
            "tickvals": [number - 0.5 for number in range(words + 1)],
            "showgrid": True,
            "gridcolor": INKS[theme].grid,
            "gridwidth": 1,
            "ticks": "",
        },
        "showspikes": True,
        "spikemode": "toaxis",
        "spikethickness": 1,
        "spikedash": "dot",
        "spikecolor": INKS[theme].outline,
        "spikesnap": "data",
    }
