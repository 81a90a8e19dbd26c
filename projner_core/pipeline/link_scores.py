"""Scores of files of links against a file of gold links, and how far the files agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from projner_core.corpus import Alignment, GoldLinks
from projner_core.errors import InputError
from projner_core.evaluation.agreement import Agreement, Tally
from projner_core.evaluation.alignments import AlignmentScores, Difference, count, difference
from projner_core.formats import links
from projner_core.formats.links import LinkFormat


@dataclass(frozen=True, slots=True)
class LinkFileScores:
    """One file of links beside the first.

    Attributes:
        path: the file.
        scores: of its links against gold.
        difference: in AER, the first file less this one; None for the first itself.
    """

    path: Path
    scores: AlignmentScores
    difference: Difference | None

    def to_dict(self) -> dict[str, Any]:
        """For JSON; `difference` only where there is one."""
        told = {"file": str(self.path), **self.scores.to_dict()}
        return told if self.difference is None else told | {"difference": self.difference.to_dict()}


@dataclass(frozen=True, slots=True)
class LinkReport:
    """All files against one gold file, and how far they agree with each other (None for one file alone)."""

    gold: Path
    files: tuple[LinkFileScores, ...]
    agreement: Agreement | None

    def to_dict(self) -> dict[str, Any]:
        """For JSON: `files[0].aer`, `agreement.f1[0][1]` and so on."""
        told: dict[str, Any] = {"gold": str(self.gold), "files": [file.to_dict() for file in self.files]}
        return told if self.agreement is None else told | {"agreement": self.agreement.to_dict()}


def score_link_files(
    gold: Path,
    predicted: Sequence[Path],
    *,
    format: LinkFormat | None = None,
    samples: int = 1000,
    seed: int = 0,
) -> LinkReport:
    """Score files of links against gold links, pair by pair; all files are read side by side, as streams.

    A pair for which the gold file has no link, sure or possible, was not drawn: it is left out of the scores,
    but not of the agreement.

    Args:
        gold: the gold links.
        predicted: files of links of the same pairs, in the same order.
        format: of all these files; found for each of them where None.
        samples: bootstrap samples; 0 for no intervals and no p-values.
        seed: of the bootstrap.

    Raises:
        InputError: a file cannot be read, or two have different numbers of pairs.
    """
    paths = [gold, *predicted]
    formats = [format or links.detect(path) for path in paths]
    streams: list[Iterator[GoldLinks] | Iterator[Alignment]] = [links.read_gold(gold, format=formats[0])]
    streams += [
        links.read_links(path, format=kind) for path, kind in zip(predicted, formats[1:], strict=True)
    ]
    tally = Tally(len(predicted)) if len(predicted) > 1 else None
    rows: list[list[tuple[int, int, int, int, int]]] = []
    positions: list[int] = []
    ended: dict[int, int] = {}  # which files ended, and after how many pairs
    for number, row in enumerate(zip_longest(*streams)):
        for place, item in enumerate(row):
            # NAACL leaves out pairs without links: the last one in the file need not be the last there is
            if item is None and formats[place] is not LinkFormat.NAACL:
                ended.setdefault(place, number)
        if not ended:
            drawn = row[0] if isinstance(row[0], GoldLinks) else GoldLinks()
            found = [item if isinstance(item, Alignment) else Alignment() for item in row[1:]]
            if drawn.possible:
                positions.append(number)
                rows.append([count(drawn, alignment) for alignment in found])
            if tally is not None:
                tally.add(found)
    if ended:
        raise _different_counts(paths, ended, number + 1)

    table = np.array(rows, dtype=np.int64).reshape(len(rows), len(predicted), 5)
    scores = [
        AlignmentScores.of_counts(*table[:, place].T, positions=positions, samples=samples, seed=seed)
        for place in range(len(predicted))
    ]
    files = [
        LinkFileScores(
            path,
            its,
            difference(scores[0], its, samples=samples, seed=seed) if place else None,
        )
        for place, (path, its) in enumerate(zip(predicted, scores, strict=True))
    ]
    return LinkReport(gold, tuple(files), None if tally is None else tally.result())


def _different_counts(paths: Sequence[Path], ended: dict[int, int], longest: int) -> InputError:
    short = min(ended, key=lambda place: ended[place])
    long = next(place for place in range(len(paths)) if place not in ended)
    return InputError(
        paths[short],
        None,
        f"links of {ended[short]:,} sentence pair{'s' if ended[short] != 1 else ''}",
        f"links of {longest:,}, as {paths[long]} has",
        "Compare files of the same corpus, one alignment a pair.",
    )
