"""Published numbers, to set beside what is measured here: strict micro F1 in per cent.

They are of the paper on projection by candidate matching (arXiv 2501.18750, NoDaLiDa 2025), of the thesis
that followed it, and, where a row says so, of the papers of other systems.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Published:
    """A published table.

    Attributes:
        about: of which sentences, and where it stands.
        languages: how many its means are over.
        rows: method -> language or "mean" -> strict micro F1 in per cent.
        data_set, split: that they are of, as `projner_core.datasets` calls them.
    """

    about: str
    languages: int
    rows: Mapping[str, Mapping[str, float]]
    data_set: str
    split: str = "test"

    def is_of(self, data_set: str, split: str) -> bool:
        """Whether its figures may stand beside those of this data."""
        return (data_set, split) == (self.data_set, self.split)


def _row(de: float, es: float, it: float, mean: float | None = None) -> dict[str, float]:
    return {"de": de, "es": es, "it": it} | ({} if mean is None else {MEAN: mean})


TABLES: Mapping[str, Published] = {
    "europarl-ner": Published(
        "799 sentences, gold English entities; arXiv 2501.18750",
        3,
        {
            "heuristic, AWESoME": _row(81.9, 90.3, 87.3, 86.5),
            "heuristic, SimAlign": _row(80.1, 90.7, 87.0, 85.9),
            "n-gram candidates, AWESoME": _row(92.0, 88.6, 87.2, 89.3),
            "n-gram candidates, SimAlign": _row(89.8, 89.2, 87.8, 88.9),
            "NER candidates, AWESoME": _row(74.7, 80.0, 72.0, 75.6),
            "model transfer": _row(67.5, 74.1, 69.6, 70.4),
            "thesis best (score per language)": _row(92.1, 91.6, 87.9),
        },
        "europarl-ner",
    ),
    "masakhaner2": Published(
        "test, mean of 18 languages; arXiv 2501.18750, its thesis (fusion), and as quoted elsewhere "
        "(EasyProject, CODEC); back-translation is given as 42 to 44",
        18,
        {
            "heuristic": {MEAN: 67.3},
            "n-gram candidates": {MEAN: 66.7},
            "NER candidates": {MEAN: 63.0},
            "back-translation (lower of two)": {MEAN: 42.0},
            "back-translation (higher of two)": {MEAN: 44.0},
            "model transfer": {MEAN: 52.1},
            "thesis fusion": {MEAN: 68.7},
            "EasyProject": {MEAN: 64.9},
            "CODEC": {MEAN: 67.1},
        },
        "masakhaner2",
    ),
    "xtreme": Published(
        "PAN-X test, mean of 39 languages; arXiv 2501.18750",
        39,
        {
            "heuristic": {MEAN: 41.8},
            "n-gram candidates": {MEAN: 43.3},
            "NER candidates": {MEAN: 46.4},
            "model transfer": {MEAN: 50.9},
        },
        "wikiann",
    ),
}
