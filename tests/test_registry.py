"""Systems by name."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from projner_core import registry as module
from projner_core.errors import ProjnerError
from projner_core.registry import Registry


def test_creates_with_settings():
    shapes = Registry("shapes", {"fraction": "fractions:Fraction"})
    assert shapes.create("fraction", numerator=1, denominator=2) * 2 == 1


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ProjnerError, match=r"no shapes system 'circle'; there are: fraction"):
        Registry("shapes", {"fraction": "fractions:Fraction"}).create("circle")


def test_an_unknown_setting_is_a_sentence():
    with pytest.raises(ProjnerError, match=r"no setting 'radius'; it has: numerator, denominator"):
        Registry("shapes", {"fraction": "fractions:Fraction"}).create("fraction", radius=3)


class Circle:
    def __init__(self, *, radius: float = 1.0, points: int = 8, title: str = "circle", filled: bool = False):
        self.radius = radius


@pytest.mark.parametrize(
    ("setting", "value", "expected"),
    [
        ("radius", "wide", "a number"),
        ("radius", True, "a number"),
        ("points", 2.5, "a whole number"),
        ("title", 3, "a text"),
        ("filled", 1, "true or false"),
    ],
)
def test_a_value_of_the_wrong_kind_is_a_sentence(setting, value, expected):
    shapes = Registry("shapes", {"circle": f"{__name__}:Circle"})
    with pytest.raises(ProjnerError, match=f"{setting} must be {expected}, but is {value!r}"):
        shapes.create("circle", **{setting: value})


def test_a_whole_number_is_a_number_too():
    assert Registry("shapes", {"circle": f"{__name__}:Circle"}).create("circle", radius=2).radius == 2


class Sum:
    def __init__(self, *, of: str | list[str] = "circle") -> None:
        self.of = of


def test_a_setting_of_several_kinds_is_left_to_its_system():
    shapes = Registry("shapes", {"sum": f"{__name__}:Sum"})
    assert shapes.create("sum", of=["circle", "square"]).of == ["circle", "square"]


def test_a_factory_is_there_without_being_called():
    assert Registry("shapes", {"circle": f"{__name__}:Circle"}).factory("circle").__name__ == "Circle"
    with pytest.raises(ProjnerError, match="there is no shapes system 'oval'"):
        Registry("shapes", {}).factory("oval")


def test_others_join_through_entry_points_and_replace_none_of_ours(monkeypatch):
    joined = [
        EntryPoint("decimal", "decimal:Decimal", "projner.shapes"),
        EntryPoint("fraction", "decimal:Decimal", "projner.shapes"),
    ]
    monkeypatch.setattr(module, "entry_points", lambda group: [p for p in joined if p.group == group])
    shapes = Registry("shapes", {"fraction": "fractions:Fraction"})
    assert shapes.names() == ["decimal", "fraction"]
    assert type(shapes.create("fraction")).__name__ == "Fraction"
