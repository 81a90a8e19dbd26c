"""Give me my files: the corrected CoNLL, the links, everything as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Literal

import streamlit as st

from projner_core.errors import ProjnerError
from projner_core.pipeline import exporting
from projner_core.pipeline.lineage import Side, entities_behind, imported_spans
from projner_core.schemes import Scheme
from projner_core.store import LayerKind, Project
from projner_ui import session
from projner_ui.actions import REVIEW
from projner_ui.differences import Difference, first_differences
from projner_ui.frame import INSPECT_PAGE, PROJECT_PAGE, enter, headline, nothing_here
from projner_ui.languages import own_name
from projner_ui.text import count, plain

SHOWN = 12  # changed sentences
FIRST = 4  # sentences of the file


def draw() -> None:
    """The page: what to take, what it looks like, the buttons that give it."""
    name = session.project_name()
    if name is None:
        nothing_here("There is no project yet, so there is nothing to take.", "Import files", PROJECT_PAGE)
        return
    try:
        project = session.open_project(name)
    except ProjnerError as error:
        nothing_here(plain(str(error)), "Choose another project", PROJECT_PAGE)
        return
    headline(project)
    with st.container(key="split"):
        choice, look = st.columns([1, 1.6], gap="large")
        with choice:
            chosen = _choose(project)
        if chosen is not None:
            with look:
                _look(project, chosen)


def _choose(project: Project) -> Callable[[], Iterator[str]] | None:
    """What to take, and the buttons; returns what makes the text of the CoNLL file."""
    st.subheader("Your file, with the tags you want", anchor=False)
    offered = _offered(project)
    if not offered:
        st.caption("Nothing is tagged yet.")
        st.page_link(PROJECT_PAGE, label="Run the pipeline", icon=":material/play_arrow:")
        return None
    tags = offered[
        st.radio(
            "Tags",
            list(offered),
            format_func=lambda key: offered[key].title,
            captions=[tags.caption for tags in offered.values()],
            key="export_tags",
            label_visibility="collapsed",
        )
    ]
    layer, side = tags.layer, tags.side
    layout = exporting.imported_layout(project, side)
    own = layout.scheme if layout else None
    schemes = [None, *(scheme for scheme in Scheme if scheme is not own)]
    scheme = st.selectbox(
        "Scheme", schemes, key="export_scheme",
        format_func=lambda s: _scheme_name(s, own, came_as_conll=layout is not None),
    )  # fmt: skip
    if (scheme or own) is Scheme.IO:
        st.caption("IO can't tell apart two entities of one type that touch. Where some do, choose IOB2.")
    lang = project.target_lang if side == "target" else project.source_lang
    text = partial(exporting.conll_text, project, layer, side, scheme=scheme)
    _download("Download CoNLL", text, f"{project.name}.{lang}.conll", key="download_main", primary=True)
    st.subheader("Other files", anchor=False)
    _others(project)
    return text


@dataclass(frozen=True, slots=True)
class _Tags:
    """Something that can be written: what it is called, what it is, and where the exporter finds it."""

    title: str
    caption: str
    layer: int | Literal["reviewed"]
    side: Side


def _offered(project: Project) -> dict[str, _Tags]:
    target, source = plain(own_name(project.target_lang)), plain(own_name(project.source_lang))
    reviewed, changed, _ = project.review_counts(REVIEW)
    current = project.current_projection
    offered = {}
    if current is not None or changed:
        said = f"With your corrections: {count(changed, 'sentence')} corrected, {reviewed:,} reviewed"
        offered["reviewed"] = _Tags(f"{target}, reviewed", said, "reviewed", "target")
    if current is not None:
        said = "As the machine made it, with no correction"
        offered["machine"] = _Tags(f"{target}, projected", said, current, "target")
    gold = imported_spans(project, "target")
    for layer in project.layers(side="target"):
        if layer.kind not in (LayerKind.SPANS, LayerKind.TAGS):
            continue
        said = "As it came with your file" if layer.id == gold else "A layer beside the projection"
        offered[f"layer {layer.id}"] = _Tags(f"{target}, {plain(layer.name)}", said, layer.id, "target")
    if entities_behind(project) is not None or project.get_meta("source_edits", 0):
        said = "The source side, with what was marked there by hand"
        offered["source"] = _Tags(source, said, "reviewed", "source")
    return offered


def _scheme_name(scheme: Scheme | None, own: Scheme | None, *, came_as_conll: bool) -> str:
    if scheme is not None:
        return scheme.value
    if own is not None:
        return f"{own.value}, as in your file"
    return "IOB2 (your file had no tags)" if came_as_conll else "IOB2"


def _others(project: Project) -> None:
    links = project.layers(kind=LayerKind.LINKS)
    by_hand = len(project.positions_with_links(REVIEW))
    with st.container(horizontal=True):
        if by_hand:
            _download(
                "Links, corrected by hand, Pharaoh",
                partial(exporting.pharaoh_text, project, "reviewed"),
                f"{project.name}.reviewed.pharaoh.txt",
                key="download_reviewed",
            )
            _download(
                "Gold links, Pharaoh",
                partial(exporting.gold_links_text, project),
                f"{project.name}.gold.pharaoh.txt",
                key="download_gold",
            )
        names = ["reviewed", "gold", *(layer.name for layer in links)]
        for layer in links:
            stem = layer.name if names.count(layer.name) == 1 else f"{layer.name}-{layer.id}"
            _download(
                f"Links ({plain(stem)}), Pharaoh",
                partial(exporting.pharaoh_text, project, layer.id),
                f"{project.name}.{stem}.pharaoh.txt",
                key=f"download_layer_{layer.id}",
            )
        everything = partial(exporting.jsonl_text, project)
        _download("Everything, JSONL", everything, f"{project.name}.jsonl", key="download_everything")
    if by_hand:
        st.caption(
            f"{count(by_hand, 'pair')} with links drawn by hand. In the first file they replace the "
            "aligner's. The gold links are they alone, over those you imported, with possible ones as 0?0."
        )
    elif not links:
        st.caption("Links come with the first run.")


def _download(
    label: str, text: Callable[[], Iterable[str]], file_name: str, *, key: str, primary: bool = False
) -> None:
    """A button that makes its file when it is pressed, on a thread of its own; the page waits for nothing."""
    st.download_button(
        label,
        data=lambda: "".join(text()).encode("utf-8"),
        file_name=file_name,
        mime="text/plain" if not file_name.endswith("jsonl") else "application/jsonl",
        on_click="ignore",
        type="primary" if primary else "secondary",
        icon=":material/download:",
        key=key,
    )


def _look(project: Project, text: Callable[[], Iterator[str]]) -> None:
    last = [action.id for action in project.actions(last=1)]
    found = _found(project, f"{session.identity(project)} {project.current_projection} {last}")
    names = ("What you corrected", "How the file begins")
    corrections, beginning = st.tabs(names, default=names[0] if found else names[1], key="look")
    with corrections:
        _corrections(project, found)
    with beginning:
        try:
            st.code("".join(islice(text(), FIRST)).lstrip("\ufeff"), language=None, height=560)
        except ProjnerError as error:
            st.error(plain(str(error)), icon=":material/error:")


def _corrections(project: Project, found: list[Difference]) -> None:
    if not found:
        st.caption("Nothing yet: the reviewed file is the projection as it stands.")
        st.page_link(INSPECT_PAGE, label="Look at the most doubtful pairs", icon=":material/join_inner:")
    for difference in found[:SHOWN]:
        with st.container(gap=None):
            st.page_link(
                INSPECT_PAGE,
                label=f":gray[pair {difference.position + 1:,} · {plain(difference.id)}]",
                query_params={"project": project.name, "pair": difference.id},
            )
            # Uncoloured: colour means entity type here, and nothing else.
            st.code(f"- {difference.was}\n+ {difference.now}", language=None, wrap_lines=True)
    if len(found) > SHOWN:
        st.caption(f"These are the first {SHOWN}. The file has them all.")


@st.cache_data(show_spinner=False, max_entries=16)
def _found(_project: Project, state: str) -> list[Difference]:
    return first_differences(_project, SHOWN + 1)


enter()
draw()
