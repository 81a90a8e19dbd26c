"""docs/experiments.md says every key with its default, every option, every data set; its plan holds."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from projner_core import datasets
from projner_core.cli import build_parser
from projner_core.experiments import Plan, cells_of
from projner_core.experiments.plan import Data, Pipelines
from projner_core.experiments.published import TABLES

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "experiments.md").read_text(encoding="utf-8")


def keys(after: str) -> dict[str, str]:
    """Key -> default, of the first table behind a text."""
    table = TEXT.partition(after)[2].partition("| key |")[2].partition("\n\n")[0]
    return dict(re.findall(r"^\| `(\w+)` \| ([^|]*?) ?\|", table, re.MULTILINE))


@pytest.mark.parametrize(
    ("after", "model"),
    [("## A plan", Plan), ("Of each `[[data]]`", Data), ("Each `[[pipelines]]`", Pipelines)],
)
def test_every_key_is_documented_with_its_default(after, model):
    def told(default):
        if isinstance(default, tuple):
            return ", ".join(system.label for system in default)
        return str(default).lower() if isinstance(default, bool) else str(default)

    expected = {
        name: "" if field.is_required() else told(field.default) for name, field in model.model_fields.items()
    }
    assert keys(after) == expected


def test_every_option_is_documented():
    actions = build_parser()._subparsers._group_actions  # type: ignore[union-attr]
    experiment: argparse.ArgumentParser = actions[0].choices["experiment"]  # type: ignore[index]
    for action in experiment._actions:
        for option in action.option_strings:
            if option.startswith("--") and option != "--help":
                assert f"| `{option}` |" in TEXT, option


def test_every_data_set_and_published_table_is_documented():
    section = TEXT.partition("## Data sets")[2]
    assert sorted(re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE)) == datasets.names()
    for name in datasets.names():
        if name != "folder":
            labels = " ".join(datasets.known(name).labels)
            assert re.search(rf"^\| `{name}` \|.*\| {labels} \|", section, re.MULTILINE), name
    for name in TABLES:
        assert f"`{name}`" in TEXT


def test_the_plan_in_the_documentation_holds(tmp_path):
    (example,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    path = tmp_path / "plan.toml"
    path.write_text(example, encoding="utf-8")
    cells = cells_of(Plan.from_toml(path), beside=tmp_path)
    assert [cell.method for cell in cells if cell.lang == "ha"] == [
        "matching, statistical",
        "matching, AWESoME",
        "heuristic, statistical",
        "heuristic, AWESoME",
    ]
