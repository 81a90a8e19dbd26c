"""Word aligners: a list of pairs in, a list of alignments of the same length and order out."""

from __future__ import annotations

from typing import Any

from projner_core.aligners.base import Aligner
from projner_core.registry import Registry

registry = Registry(
    "aligners",
    {
        "statistical": "projner_core.aligners.statistical:StatisticalAligner",
        "simalign": "projner_core.aligners.simalign:SimAlign",
        "awesome": "projner_core.aligners.awesome:Awesome",
        "nmt-encoder": "projner_core.aligners.nmt_encoder:NmtEncoder",
        "eflomal": "projner_core.aligners.eflomal:Eflomal",
        "identity": "projner_core.aligners.identity:Identity",
        "combination": "projner_core.aligners.combination:Combination",
    },
)


def create(name: str, **settings: Any) -> Aligner:
    """The aligner `name` with its settings; `ProjnerError` where either is unknown."""
    aligner: Aligner = registry.create(name, **settings)
    return aligner
