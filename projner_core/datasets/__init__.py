"""Data sets by name: gold entities in many languages, from the network once, or from a folder.

To read it: `known` (what there is, as data) → `folders` (what lies on this machine) → `hub` (what is fetched,
and how it becomes a CoNLL file) → `finding` (which of these it is).
"""

from __future__ import annotations

from projner_core.datasets.finding import DataFile, cache, find, find_source
from projner_core.datasets.known import DataSet, known, names

__all__ = ["DataFile", "DataSet", "cache", "find", "find_source", "known", "names"]
