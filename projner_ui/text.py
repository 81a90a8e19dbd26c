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


_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def size(number: float) -> str:
    """So many bytes as people read them: `512 bytes`, `2.5 GB`, `140 GB`."""
    written, unit = _scaled(number)
    return f"{written} {unit}"


def of_memory(used: float, total: float) -> str:
    """`1.2 of 2.5 GB`; each with its own unit where they differ: `90 MB of 2.5 GB`."""
    (done, one), (whole, other) = _scaled(used), _scaled(total)
    return f"{done} of {whole} {other}" if one == other else f"{done} {one} of {whole} {other}"


def _scaled(number: float) -> tuple[str, str]:
    step = 0
    while number >= 999.5 and step < len(_UNITS) - 1:
        number, step = number / 1000, step + 1
    return (f"{number:.1f}" if step > 1 and number < 9.95 else f"{number:.0f}"), _UNITS[step]
