"""Colours that colour-blind readers can tell apart, and a key for every label."""

from __future__ import annotations

import re
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_ui.palette import ALIGNERS, PALETTE, RESERVED_KEYS, colours, css, entries, keys

LIGHT, DARK = "#fbfaf8", "#1d2125"  # the backgrounds of the two themes
INK = {"light": "#1d2327", "dark": "#fafafa"}  # in which links are drawn that aligners share

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
SIGHT = {
    "full": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(colour: str):
    value = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    t = TO_XYZ @ rgb / WHITE
    f = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one: str, other: str) -> float:
    a, b = sorted((float(TO_XYZ[1] @ linear(colour)) for colour in (one, other)), reverse=True)
    return (a + 0.05) / (b + 0.05)


def closest(theme: str, sight: str, count: int) -> float:
    """The least CIE 1976 difference of two of the first `count` colours, as such eyes see them."""
    used = [getattr(colour, theme) for colour in PALETTE[:count]]
    return min(apart(a, b, sight) for a, b in combinations(used, 2))


def apart(one: str, other: str, sight: str) -> float:
    """The CIE 1976 difference of two colours, as such eyes see them."""
    a, b = (lab(np.clip(SIGHT[sight] @ linear(colour), 0, 1)) for colour in (one, other))
    return float(np.linalg.norm(a - b))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("sight", list(SIGHT))
def test_colours_are_told_apart(theme, sight):
    assert closest(theme, sight, 5) > 18  # the usual types
    assert closest(theme, sight, len(PALETTE)) > 10


@pytest.mark.parametrize(("theme", "background"), [("light", LIGHT), ("dark", DARK)])
def test_colours_are_legible_as_text(theme, background):
    assert all(contrast(getattr(colour, theme), background) >= 4.5 for colour in PALETTE)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("sight", list(SIGHT))
def test_hues_of_aligners_are_told_apart_from_each_other_from_entities_and_from_ink(theme, sight):
    hues, entities = ([getattr(colour, theme) for colour in group] for group in (ALIGNERS, PALETTE))
    assert min(apart(a, b, sight) for a, b in combinations(hues, 2)) > 25
    assert min(apart(a, b, sight) for a, b in product(hues, entities)) > 15
    assert min(apart(hue, INK[theme], sight) for hue in hues) > 25


@pytest.mark.parametrize(("theme", "background"), [("light", LIGHT), ("dark", DARK)])
def test_hues_of_aligners_are_seen_as_lines(theme, background):
    assert all(contrast(getattr(colour, theme), background) >= 3 for colour in ALIGNERS)


def test_usual_types_take_their_first_letters_and_colours_in_any_order():
    for labels in (["PER", "LOC", "ORG", "MISC", "DATE"], ["MISC", "DATE", "PER", "ORG", "LOC"]):
        assert keys(labels) == {label: label[0].lower() for label in labels}
        assert colours(labels) == {"PER": 0, "LOC": 1, "ORG": 2, "MISC": 3, "DATE": 4}


def test_labels_of_slots_and_of_other_scripts_have_keys():
    assert keys(["weather/attribute", "weather/noun", "alarm/alarm_modifier"]) == {
        "weather/attribute": "w", "weather/noun": "e", "alarm/alarm_modifier": "a",
    }  # fmt: skip
    assert keys(["人名", "地名"]) == {"人名": "a", "地名": "b"}
    assert keys(["NORP", "Ẹ̀ka"]) == {"NORP": "o", "Ẹ̀ka": "e"}


LABELS = st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=40)


@given(LABELS)
def test_every_label_has_an_entry_and_no_key_twice(labels):
    found = entries(labels)
    assert [entry["name"] for entry in found] == list(dict.fromkeys(labels))
    used = [entry["key"] for entry in found if entry["key"]]
    assert len(used) == len(set(used)) == min(len(found), 26 - len(RESERVED_KEYS))
    assert all(re.fullmatch("[a-z]", key) and key not in RESERVED_KEYS for key in used)


@given(LABELS)
def test_colours_repeat_only_when_they_run_out(labels):
    chosen = colours(labels)
    assert all(0 <= index < len(PALETTE) for index in chosen.values())
    assert len(set(chosen.values())) == min(len(chosen), len(PALETTE))


def test_css_names_every_colour_of_both_themes():
    text = css(".lv")
    for theme in ("light", "dark"):
        block = re.search(rf'\.lv\[data-theme="{theme}"\] {{([^}}]*)}}', text)
        assert block is not None
        for n, colour in enumerate(PALETTE):
            assert f"--pn-c{n}: {getattr(colour, theme)};" in block[1]
        for n, colour in enumerate(ALIGNERS):
            assert f"--pn-a{n}: {getattr(colour, theme)};" in block[1]
