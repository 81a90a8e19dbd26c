"""Run plans/offline.toml in a fresh folder and put its table of strict F1 into README.md.

    python scripts/write_offline_table.py

The table stands between two comments, and nothing else is changed. A test runs the plan too, and holds the
README to what it gives.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from projner_core.experiments import Plan, run_plan
from projner_core.experiments.tables import Table, markdown_table, table

ROOT = Path(__file__).resolve().parent.parent
PLAN = ROOT / "plans" / "offline.toml"
README = ROOT / "README.md"
BEGIN, END = "<!-- table of plans/offline.toml -->\n", "<!-- end of the table -->\n"


def measure() -> Table:
    """The table of strict F1, measured now."""
    plan = Plan.from_toml(PLAN)
    with tempfile.TemporaryDirectory(prefix="projner-") as out:
        results = run_plan(plan, Path(out), beside=PLAN.parent)
    failed = [
        f"{result.lang}, {result.method}: {result.error}" for result in results if result.scores is None
    ]
    if failed:
        sys.exit("\n".join(failed))
    return table(plan.title, results)


def main() -> None:
    """Write it."""
    text = README.read_text(encoding="utf-8")
    before, found, rest = text.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not found or not ended:
        sys.exit(f"README.md has no place for the table: the lines {BEGIN}{END}")
    README.write_text(f"{before}{BEGIN}{markdown_table(measure())}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
