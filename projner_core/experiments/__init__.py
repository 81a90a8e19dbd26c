"""Experiments: data sets × languages × methods, from a plan in TOML to a table beside the published numbers.

To read it: `plan` (what is wanted) → `cells` (each with its pipeline) → `running` (one after the other,
resumable) → `results` (what is kept of each) → `tables` (Markdown, CSV, LaTeX), with `published` beside.
"""

from __future__ import annotations

from projner_core.experiments.cells import Cell, cells_of
from projner_core.experiments.plan import Plan
from projner_core.experiments.results import Result
from projner_core.experiments.running import kept_results, run_plan

__all__ = ["Cell", "Plan", "Result", "cells_of", "kept_results", "run_plan"]
