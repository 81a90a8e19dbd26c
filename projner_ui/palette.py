"""Colours and keys of entity types, for any label set.

Colour means entity type and nothing else, but for one case: where links of several aligners lie over each
other, `ALIGNERS` are the hues that tell them apart, beside a dash pattern and a glyph each.

The colours are told apart under deuteranopia, protanopia and tritanopia (simulated after Machado, Oliveira
and Fernandes 2009; the tests measure it), the first five, which the usual types take, best of all, and the
hues of aligners from each other and from every entity's. Each colour of an entity type is legible as text on
its theme's background (WCAG contrast 4.5 : 1); the hues of aligners colour lines and shapes, never text
(3 : 1). A label never stands without its name, so that nobody depends on the colours alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypedDict
from unicodedata import normalize


@dataclass(frozen=True, slots=True)
class Colour:
    """One colour of the palette, as `#rrggbb`, for a light and for a dark background."""

    name: str
    light: str
    dark: str


class LabelEntry(TypedDict):
    """A label as the link view wants it: `colour` is an index into `PALETTE`, `key` may be empty."""

    name: str
    key: str
    colour: int


PALETTE: tuple[Colour, ...] = (
    Colour("blue", "#1261d0", "#6c97da"),
    Colour("green", "#0b5c48", "#35eaa6"),
    Colour("orange", "#c04d0c", "#f2721a"),
    Colour("magenta", "#a8157f", "#e077a4"),
    Colour("umber", "#4a3f02", "#f5dc6a"),
    Colour("violet", "#3b1d8f", "#b07cff"),
    Colour("steel", "#3a7a98", "#98d8fb"),
    Colour("olive", "#6f7535", "#a0b855"),
)

ALIGNERS: tuple[Colour, ...] = (
    Colour("indigo", "#472af9", "#7659f9"),
    Colour("pink", "#fb3cb9", "#e805af"),
    Colour("clay", "#c87c7b", "#98753e"),
    Colour("lime", "#6e9f3a", "#b3ff02"),
)
"""The hue of each aligner where links of up to four are drawn over each other."""

# Types that corpora share take the same colour in every project, whatever else is in the label set.
_USUAL = {
    "PER": 0, "PERSON": 0, "PERS": 0,
    "LOC": 1, "LOCATION": 1, "GPE": 1,
    "ORG": 2, "ORGANIZATION": 2, "ORGANISATION": 2, "CORPORATION": 2,
    "MISC": 3, "OTH": 3, "OTHER": 3,
    "DATE": 4, "TIME": 4,
}  # fmt: skip

RESERVED_KEYS = frozenset("jknz")
"""Letters that the link view needs itself: next, previous, note, undo."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def colours(labels: Iterable[str]) -> dict[str, int]:
    """A palette index for each label, in the order given; repeats only where labels outnumber colours.

    The usual types have their fixed colour; others take what is free, in order. A second label that would
    share a usual colour (GPE beside LOC) takes a free one too.
    """
    given = list(dict.fromkeys(labels))
    chosen: dict[str, int] = {}
    for label in given:
        usual = _USUAL.get(label.upper())
        if usual is not None and usual not in chosen.values():
            chosen[label] = usual
    free = [index for index in range(len(PALETTE)) if index not in chosen.values()]
    for count, label in enumerate(label for label in given if label not in chosen):
        chosen[label] = free[count] if count < len(free) else count % len(PALETTE)
    return {label: chosen[label] for label in given}


def keys(labels: Iterable[str]) -> dict[str, str]:
    """A key for each label: one lower-case Latin letter, never one of `RESERVED_KEYS`; "" where none is left.

    A label takes its first letter, else the first letter of one of its parts (`weather/attribute`: w, a),
    else another of its letters, else any free letter. Labels that can have their first letter get it before
    the others choose, so that `PER, LOC, ORG, MISC, DATE` are p, l, o, m, d in any order.
    """
    given = list(dict.fromkeys(labels))
    chosen: dict[str, str] = {}
    taken = set(RESERVED_KEYS)
    for wishes in (_first_letter, _part_letters, _any_letter, _every_letter):
        for label in given:
            if label in chosen:
                continue
            letter = next((letter for letter in wishes(label) if letter not in taken), "")
            if letter:
                chosen[label] = letter
                taken.add(letter)
    return {label: chosen.get(label, "") for label in given}


def entries(labels: Sequence[str]) -> list[LabelEntry]:
    """The labels as the link view wants them, in the order given."""
    colour, key = colours(labels), keys(labels)
    return [{"name": label, "key": key[label], "colour": colour[label]} for label in colour]


def css(selector: str) -> str:
    """Custom properties for `selector` with `data-theme` set to light or dark.

    `--pn-c0`, `--pn-c1`, … are the colours of entity types, `--pn-a0`, … the hues of aligners.
    """
    rules = []
    for theme in ("light", "dark"):
        values = " ".join(
            f"--pn-{letter}{n}: {getattr(colour, theme)};"
            for letter, colours_of in (("c", PALETTE), ("a", ALIGNERS))
            for n, colour in enumerate(colours_of)
        )
        rules.append(f'{selector}[data-theme="{theme}"] {{ {values} }}')
    return "\n".join(rules) + "\n"


def _latin(text: str) -> list[str]:
    return [letter for letter in normalize("NFD", text.lower()) if letter in _LETTERS]


def _first_letter(label: str) -> list[str]:
    return _latin(label)[:1]


def _part_letters(label: str) -> list[str]:
    parts = "".join(letter if letter.isalnum() else " " for letter in label).split()
    return [letters[0] for part in parts if (letters := _latin(part))]


def _any_letter(label: str) -> list[str]:
    return _latin(label)


def _every_letter(label: str) -> list[str]:
    return list(_LETTERS)
