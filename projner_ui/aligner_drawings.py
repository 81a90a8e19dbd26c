"""The drawings of one pair under several aligners: links over or beside each other, by hand, the matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from projner_core.corpus import Alignment, GoldLinks, projected_spans
from projner_core.pipeline.comparing import Comparison
from projner_core.review.actions import links_to_json
from projner_core.store import Layer, Project
from projner_ui import matrix, plotting
from projner_ui.aligner_marks import Marked, Theme
from projner_ui.link_view import link_view
from projner_ui.plotting import width_of
from projner_ui.view_model import FAINTEST

Data = dict[str, Any]

_LONGEST = 1100  # pixels of a pair in one row: of a longer one half a page would hold too little a row


@dataclass(frozen=True, slots=True)
class OpenPair:
    """One pair as this page shows it.

    Attributes:
        data: what the link view draws of it in Inspect.
        aligners: with their marks; one a layer.
        layers: their links, all over the project.
        shown: their links of this pair, decided again where the reader moved the threshold.
        gold: its gold links, where it has any.
    """

    project: Project
    position: int
    data: Data
    aligners: tuple[Marked, ...]
    layers: tuple[Layer, ...]
    shown: tuple[Alignment, ...]
    gold: GoldLinks | None

    @property
    def stem(self) -> str:
        """What a file with a drawing of it is called."""
        return f"{self.project.name}-pair-{self.position + 1}"

    @property
    def room(self) -> int:
        """About how many pixels its longer side takes in one row."""
        sides = (self.data["source"]["tokens"], self.data["target"]["tokens"])
        return max(sum(9 * width_of(token) + 14 for token in tokens) for tokens in sides)

    def quiet(self, **given: Any) -> Data:
        """The pair to be looked at, without what belongs to Inspect's question."""
        sides = {
            side: None if self.data[side] is None else self.data[side] | {"editable": False}
            for side in ("source", "target")
        }
        bare: Data = {"layers": [], "projections": [], "note": "", "verdict": None, "quiet": True}
        return self.data | sides | bare | {"gold": links_to_json(self.gold) or []} | given


def draw_over(pair: OpenPair) -> None:
    """One drawing with the links of all aligners; those that all share are plain."""
    entries = [aligner.entry() for aligner in pair.aligners]
    data = pair.quiet(
        links=overlaid(pair.shown), threshold=0.0, aligners=entries, downloads=f"{pair.stem}-aligners"
    )
    link_view(data, key="aligners_over")
    if data["target"]["spans"]:
        st.caption("The entities of the lower sentence are those under review, whichever links you look at.")


def draw_beside(pair: OpenPair, comparison: Comparison | None) -> None:
    """A drawing each, with the entities where the projection puts them over its links. Two stand beside each
    other; those of a very long pair, or in a narrow window, under each other."""
    projections = {c.layer.id: c.projection for c in comparison.aligners} if comparison else {}
    with st.container(key="split_views"):
        columns = st.columns(2 if len(pair.shown) > 1 and pair.room <= _LONGEST else 1, gap="small")
        for number, aligner in enumerate(pair.aligners):
            links, threshold = decided(pair.shown[number])
            data = pair.quiet(links=links, threshold=threshold, downloads=f"{pair.stem}-{number + 1}")
            if projection := projections.get(pair.layers[number].id):
                spans = projected_spans(pair.project.annotation(projection.id, pair.position) or ())
                data["target"] = data["target"] | {"spans": _spans(spans), "corrected": False}
            with columns[number % len(columns)]:
                st.html(f'<div class="aligner-name">{aligner.html()}</div>')
                link_view(data, key=f"aligners_beside_{number}")


def hand_data(pair: OpenPair, drawn: GoldLinks | None) -> Data:
    """The pair with links to be corrected: those that were drawn, else imported gold, else the links of the
    first aligner."""
    links, threshold = decided(pair.shown[0])
    data = pair.quiet(
        quiet=False, gold=[], links=links, threshold=threshold, link_editing=True,
        corrected_links=drawn is not None, downloads=pair.stem,
    )  # fmt: skip
    standing = drawn if drawn is not None else pair.gold
    return data if standing is None else data | {"standing": links_to_json(standing)}


def draw_matrix(pair: OpenPair, theme: Theme) -> None:
    """The matrix, and what its shapes mean; of a very long pair, why there is none."""
    lengths = [len(pair.data[side]["tokens"]) for side in ("source", "target")]
    if max(lengths) > matrix.MOST:
        st.caption(
            f"No matrix: this pair has {lengths[0]:,} and {lengths[1]:,} words, and one of more than "
            f"{matrix.MOST} a side cannot be read."
        )
        return
    drawn = [matrix.Drawn(a, alignment) for a, alignment in zip(pair.aligners, pair.shown, strict=True)]
    figure = matrix.figure(
        _side(pair.data["source"]), _side(pair.data["target"]), drawn, pair.gold, theme=theme
    )
    st.html(_key(pair))
    with st.container(key="matrix"):
        st.plotly_chart(
            figure, width="content", height="content", theme=None, key="matrix_chart",
            config=plotting.config(f"{pair.stem}-matrix"), alt=matrix.said(drawn, pair.gold),
        )  # fmt: skip


def overlaid(alignments: Sequence[Alignment]) -> list[list[float]]:
    """Every link that one of them has: source, target, the highest score, and whose it is, a bit each."""
    found: dict[tuple[int, int], tuple[float, int]] = {}
    for bit, alignment in enumerate(alignments):
        for link in alignment.links:
            score, mask = found.get((link.source, link.target), (0.0, 0))
            found[link.source, link.target] = max(score, round(link.score, 3)), mask | 1 << bit
    return [[*offsets, *known] for offsets, known in sorted(found.items())]


def decided(alignment: Alignment) -> tuple[list[list[float]], float]:
    """Links for the drawing, and the threshold that tells those decided on from those that it
    considered and did not link.

    An aligner may decide by more than the score, so a weak link's score is cut to below the threshold.
    """
    threshold = min((round(link.score, 3) for link in alignment.links), default=1.0)
    links = [[link.source, link.target, round(link.score, 3)] for link in alignment.links]
    links += [
        [link.source, link.target, round(min(link.score, threshold - 0.002), 3)]
        for link in alignment.weak
        if link.score >= FAINTEST
    ]
    return sorted(links), round(threshold - 0.001, 4)


def _key(pair: OpenPair) -> str:
    """What the shapes mean, as HTML."""
    entries = [aligner.html() for aligner in pair.aligners]
    entries.append("full: linked · hollow: considered, not linked")
    if pair.data["source"]["spans"] or pair.data["target"]["spans"]:
        entries.append("<b>bold</b>: in an entity")
    if pair.gold is not None:
        entries.append('<span class="gold sure"></span> gold, sure')
        entries.append('<span class="gold possible"></span> gold, possible')
    return f'<div class="aligner-key">{"".join(f"<span>{entry}</span>" for entry in entries)}</div>'


def _side(side: Data) -> matrix.Side:
    inside = frozenset(n for span in side["spans"] for n in range(span["start"], span["end"]))
    return matrix.Side(tuple(side["tokens"]), rtl=side["dir"] == "rtl", entities=inside)


def _spans(spans: Sequence[Any]) -> list[Data]:
    return [{"start": span.start, "end": span.end, "label": span.label} for span in spans]
