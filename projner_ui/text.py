"""Text of users inside Streamlit's Markdown: shown as it is, never read as markup."""

from __future__ import annotations

import re

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_BREAKS = re.compile(r"\s+")


def plain(text: str) -> str:
    """`text` so that Markdown, directives (`:red[…]`), formulas and HTML in it stay what they are: text.

    Every ASCII punctuation mark is escaped (CommonMark allows it for all of them); line breaks, which
    would end a heading or a list item, become spaces.
    """
    return _PUNCTUATION.sub(r"\\\1", _BREAKS.sub(" ", text))


def isolated(text: str) -> str:
    """`text` inside Unicode isolates, so that a name in Arabic does not turn round what stands beside it."""
    return f"\u2068{text}\u2069"


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 pair`, `1,200 pairs`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def duration(seconds: float) -> str:
    """A rough time for people: `about 40 seconds`, `about 3 minutes`, `about 2 hours`."""
    if seconds < 1.5:
        return "a moment"
    if seconds < 90:
        return f"about {round(seconds)} seconds"
    if seconds < 90 * 60:
        return f"about {round(seconds / 60)} minutes"
    return f"about {round(seconds / 3600)} hours"
