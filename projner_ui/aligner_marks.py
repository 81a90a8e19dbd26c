"""How aligners are told apart: by a shape and a hue each, the same in every drawing of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from projner_ui.palette import ALIGNERS

Theme = Literal["light", "dark"]

GOLD: dict[Theme, tuple[str, str]] = {"light": ("#d4d0c8", "#8b8479"), "dark": ("#454d53", "#9aa4ab")}
"""What gold links are filled and outlined with."""

_GLYPHS = ("circle", "square", "diamond", "triangle")
_SIGNS = "●■◆▲"
_PLOTLY = ("circle", "square", "diamond", "triangle-up")
_SCALES = (1.0, 0.92, 1.05, 1.18)  # so that the shapes weigh the same


@dataclass(frozen=True, slots=True)
class Mark:
    """One of four: its number is its hue; shape and hue always go together."""

    number: int

    @property
    def glyph(self) -> str:
        """The shape, as the link view calls it."""
        return _GLYPHS[self.number]

    @property
    def sign(self) -> str:
        """The shape as a character."""
        return _SIGNS[self.number]

    @property
    def symbol(self) -> str:
        """The shape, as plotly calls it."""
        return _PLOTLY[self.number]

    @property
    def scale(self) -> float:
        """How large the shape is drawn, so that all four weigh the same."""
        return _SCALES[self.number]

    def colour(self, theme: Theme) -> str:
        """The hue, as `#rrggbb`."""
        hue = ALIGNERS[self.number]
        return hue.dark if theme == "dark" else hue.light

    def html(self) -> str:
        """The shape as HTML, coloured by `style`."""
        return f'<span class="mark m{self.number}" aria-hidden="true">{self.sign}</span>'


@dataclass(frozen=True, slots=True)
class Marked:
    """An aligner with its mark, as the pages call it."""

    name: str
    mark: Mark

    def entry(self) -> dict[str, Any]:
        """What the link view wants to know of it."""
        return {"name": self.name, "glyph": self.mark.glyph, "hue": self.mark.number}

    def html(self) -> str:
        """Mark and name as HTML."""
        return f"{self.mark.html()} <bdi>{escape(self.name)}</bdi>"


def marks(known: Sequence[int], picked: Sequence[int]) -> dict[int, Mark]:
    """A mark for each of the `picked` ids, at most four of the `known` ones.

    An id keeps its mark whatever else is picked, as long as no more than four are known; beyond that, one
    whose mark is taken has the first that is free.
    """
    chosen: dict[int, Mark] = {}
    late: list[int] = []
    for layer in picked:
        wish = Mark(known.index(layer) % len(_GLYPHS))
        if wish in chosen.values():
            late.append(layer)
        else:
            chosen[layer] = wish
    free = [mark for mark in map(Mark, range(len(_GLYPHS))) if mark not in chosen.values()]
    chosen.update(zip(late, free, strict=False))
    return {layer: chosen[layer] for layer in picked}


def style(theme: Theme | None) -> str:
    """The rules that colour `Mark.html` and the key of gold links."""
    return themed(_style, theme)


def themed(rules: Callable[[Theme], str], theme: Theme | None) -> str:
    """The rules of this theme; where Streamlit does not say which it is, both, and the system's decides."""
    if theme is not None:
        return rules(theme)
    return f"{rules('light')} @media (prefers-color-scheme: dark) {{ {rules('dark')} }}"


def _style(theme: Theme) -> str:
    marks = " ".join(f".mark.m{n} {{ color: {Mark(n).colour(theme)}; }}" for n in range(len(_GLYPHS)))
    fill, outline = GOLD[theme]
    return (
        f"{marks} .aligner-key .gold {{ border-color: {outline}; }} "
        f".aligner-key .gold.sure {{ background: {fill}; border-color: {fill}; }}"
    )
