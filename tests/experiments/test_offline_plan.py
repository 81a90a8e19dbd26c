"""The plan that runs with no network, for real: its table in the README is what it gives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from projner_core.experiments import Plan, run_plan
from projner_core.experiments.tables import markdown_table, table

ROOT = Path(__file__).resolve().parents[2]


def figures(text: str) -> dict[str, list[float]]:
    """Method -> its figures."""
    rows = [[cell.strip(" *") for cell in line.strip("|").split("|")] for line in text.splitlines()[2:]]
    return {row[0]: [float(cell) for cell in row[1:]] for row in rows}


def test_the_table_in_the_readme_is_what_the_plan_gives(tmp_path):
    plan = Plan.from_toml(ROOT / "plans" / "offline.toml").model_copy(update={"samples": 0})
    measured = markdown_table(table(plan.title, run_plan(plan, tmp_path, beside=ROOT / "plans")))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(
        r"<!-- table of plans/offline.toml -->\n(.*?)\n<!-- end of the table -->", readme, re.DOTALL
    )
    assert found, "README.md has no table: run scripts/write_offline_table.py"
    assert found[1].splitlines()[0] == measured.splitlines()[0]
    told, now = figures(found[1]), figures(measured)
    assert list(told) == list(now)
    for method, values in now.items():
        # a network's last digits differ from processor to processor; counting does not
        off = 1.0 if "tagger" in method else 0.051
        assert told[method] == pytest.approx(values, abs=off), f"{method}: run scripts/write_offline_table.py"
