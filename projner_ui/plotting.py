"""What the drawings made with plotly share: colours, fonts, and text of users that is never markup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from unicodedata import category, east_asian_width

from projner_ui.aligner_marks import GOLD, Theme

FONT = (
    "Inter, 'Noto Sans', 'Noto Sans Arabic', 'Noto Sans Hebrew', 'Noto Sans Ethiopic', "
    "'Noto Sans Devanagari', 'Noto Sans Bengali', 'Noto Sans CJK SC', 'Noto Sans Thai', system-ui, "
    "'Noto Color Emoji', sans-serif"
)
NOTHING = "rgba(0,0,0,0)"
LETTER = 7.6  # pixels that a Latin letter of 14 px takes
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"


@dataclass(frozen=True, slots=True)
class Ink:
    """The colours of one theme, as `.streamlit/config.toml` has them."""

    ink: str
    dim: str
    card: str
    grid: str
    shade: str
    outline: str


INKS: dict[Theme, Ink] = {
    "light": Ink("#1d2327", "#5f676c", "#ffffff", "#e9e6e0", *GOLD["light"]),
    "dark": Ink("#e8eaec", "#98a1a7", "#1d2125", "#292e33", *GOLD["dark"]),
}


def layout(theme: Theme, **given: Any) -> dict[str, Any]:
    """A layout that stands on the page as if it were part of it."""
    ink = INKS[theme]
    return {
        "template": {},  # plotly's own would travel with every drawing
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "paper_bgcolor": NOTHING,
        "plot_bgcolor": NOTHING,
        "font": {"family": FONT, "color": ink.ink, "size": 14},
        "hoverlabel": {
            "align": "left",
            "bgcolor": ink.card,
            "bordercolor": ink.outline,
            "font": {"size": 14, "family": FONT, "color": ink.ink},
        },
        "modebar": {"bgcolor": NOTHING, "color": ink.outline, "activecolor": ink.ink},
        **given,
    }


def config(stem: str | None = None) -> dict[str, Any]:
    """Of plotly's buttons only the one that saves the drawing, as SVG; none without a name for the file."""
    if stem is None:
        return {"displayModeBar": False}
    return {
        "displaylogo": False,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "svg", "filename": stem},
    }


def text(string: str, most: int = 18) -> str:
    """Text of users for plotly, which reads `<b>`, `&lt;` and `$…$` as markup; cut where it is long.

    A word of which nothing is seen is named by its code points.
    """
    string = " ".join(string.split()) or string[:1]
    if not string.strip(_UNSEEN) or string.isspace():
        string = " ".join(f"U+{ord(character):04X}" for character in string[:2]) or "(empty)"
    if len(string) > most:
        end = most - 1
        while end > 1 and (_combining(string[end]) or string[end] in _UNSEEN):
            end -= 1
        string = string[:end] + "…"
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("$", "&#36;")):
        string = string.replace(character, entity)
    return f"\u2068{string}\u2069"


def width_of(string: str, most: int = 18) -> int:
    """About how many Latin letters wide a word is, cut where `text` cuts it."""
    return sum(2 if east_asian_width(c) in "WF" else 0 if _combining(c) else 1 for c in string[:most])


def _combining(character: str) -> bool:
    """Whether it stands on the letter before it: vowel signs of Devanagari too (class 0)."""
    return category(character).startswith("M")
