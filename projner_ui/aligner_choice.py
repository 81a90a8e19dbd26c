"""Which aligners are compared: the pills that pick them, the one that is added, the gold that judges them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from projner_core import aligners
from projner_core.errors import ProjnerError
from projner_core.pipeline import comparing
from projner_core.pipeline.aligning import pairs_per_second
from projner_core.pipeline.available import obstacle
from projner_core.pipeline.comparing import MOST, CompareConfig
from projner_core.pipeline.config import StageConfig
from projner_core.pipeline.lineage import links_behind
from projner_core.store import Layer, LayerKind, Project
from projner_ui import aligner_gold, run_panel, session, settings
from projner_ui.aligner_marks import Marked, Theme, marks, themed
from projner_ui.stages import named
from projner_ui.text import count, plain

BARE = StageConfig.model_validate({"name": "statistical", "similarity": 0.0, "lexicon": 0.0, "names": 0.0})
"""The default aligner without prior knowledge: what the pairs alone teach it."""

_JOB = "job"  # in the URL: the comparison whose end is awaited
_STARTED = "aligner_started"


@dataclass(frozen=True, slots=True)
class Choice:
    """The layers of links that can be compared, and those that are.

    Attributes:
        known: all of them, in the order in which they were made.
        picked: at most four of them, in the same order.
        aligners: for each picked one, its name and mark.
    """

    known: tuple[Layer, ...]
    picked: tuple[Layer, ...]
    aligners: tuple[Marked, ...]

    @property
    def ids(self) -> tuple[int, ...]:
        """The ids of the picked layers."""
        return tuple(layer.id for layer in self.picked)


def read(project: Project) -> Choice:
    """What the URL picks of the layers that there are; the latest of them where it says nothing."""
    known = tuple(comparing.link_layers(project))
    ids = [layer.id for layer in known]
    wanted = [part for part in st.query_params.get("aligners", "").split(",") if part.isdecimal()]
    asked = [layer for layer in ids if str(layer) in wanted]
    for layer in _arrived(project, known):
        asked = [*[other for other in asked if other != layer][: MOST - 1], layer]
        _pick(asked)
    if not asked and ids:
        asked = _usual(project, ids)
        _pick(asked)  # so that the address says what is seen
    picked = sorted(asked)[:MOST]
    shown = [layer for layer in known if layer.id in picked]
    mark = marks(ids, [layer.id for layer in shown])
    return Choice(known, tuple(shown), tuple(Marked(name(known, layer), mark[layer.id]) for layer in shown))


def _arrived(project: Project, known: Sequence[Layer]) -> list[int]:
    """The layers that a comparison was to make first, once it has ended; the URL says which one that was."""
    number = st.query_params.get(_JOB, "")
    if not number or run_panel.at_work(project):
        return []
    session.set_url(**{_JOB: None})
    job = project.latest_job("compare")
    if job is None or str(job.id) != number or job.state != "done":
        return []
    made = []
    for added in CompareConfig.model_validate(job.config).aligners:
        about = (added.name, added.settings)
        same = (x.id for x in known if (x.provenance.get("system"), x.provenance.get("settings")) == about)
        made += [layer for layer in [max(same, default=None)] if layer is not None]
    return made


def _usual(project: Project, ids: Sequence[int]) -> list[int]:
    """Those that were compared last, else the links under review and the latest others."""
    for layer in reversed(project.layers(kind=LayerKind.NUMBERS)):
        compared = layer.provenance.get("layers", [])
        if compared and set(compared) <= set(ids) and comparing.find(project, compared, _projector(project)):
            return sorted(compared)
    behind = links_behind(project, project.current_projection)
    first = [behind.id] if behind is not None and behind.id in ids else []
    others = [layer for layer in reversed(ids) if layer not in first]
    return sorted([*first, *others][:MOST])


def name(known: Sequence[Layer], layer: Layer) -> str:
    """What a layer is called here: by its system, and by what it was told otherwise than another layer of
    this system; with its number where another would be called the same."""
    called = _called(known, layer)
    same = sum(_called(known, other) == called for other in known)
    return called if same == 1 else f"{called} #{layer.id}"


def _called(known: Sequence[Layer], layer: Layer) -> str:
    """The system, what is on, what is off, and its model last: the longest, and the first to be cut."""
    settings, system = _settings(layer), layer.provenance.get("system", layer.name)
    kin = [_settings(other) for other in known if other.provenance.get("system", other.name) == system]
    told = {key: value for key, value in settings.items() if any(own.get(key) != value for own in kin)}
    said = [str(system) if settings else layer.name]
    if all(key in told and told[key] == value for key, value in BARE.settings.items()):
        said.append("no prior knowledge")
        told = {key: value for key, value in told.items() if key not in BARE.settings}
    model = told.pop("model", None)
    said += [f"{key.replace('_', ' ')} {_written(value)}" for key, value in told.items() if value]
    off = [key.replace("_", " ") for key, value in told.items() if not value]
    said += [f"without {', '.join(off)}"] if off else []
    said += [str(model).replace("\\", "/").rstrip("/").rpartition("/")[2]] if model else []
    return ", ".join(said)


def _settings(layer: Layer) -> dict[str, Any]:
    return dict(layer.provenance.get("settings") or {})


def _written(value: Any) -> str:
    """A setting's value; of the members of a combination, their names."""
    if isinstance(value, list | tuple):
        return " + ".join(map(_written, value))
    return str(value.get("name", value)) if isinstance(value, dict) else str(value)


def draw(project: Project, choice: Choice, *, working: bool) -> None:
    """The line in which aligners are picked and added (unless a worker is at it), and gold is seen to."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="choice"):
        _pills(project, choice)
        _add(project, choice, working=working)
        aligner_gold.draw(project)


def _pills(project: Project, choice: Choice) -> None:
    key = f"aligners_{project.name}"
    st.session_state[key] = list(choice.ids)  # the URL says, the pills show
    marked = dict(zip(choice.ids, choice.aligners, strict=True))
    labels = {}
    for layer in choice.known:
        sign = f":gray[{marked[layer.id].mark.sign}] " if layer.id in marked else ""
        rate = _speed(project, layer)
        speed = f" :gray[· {_rate(rate)}]" if rate else ""
        labels[layer.id] = f"{sign}{plain(_short(name(choice.known, layer)))}{speed}"
    st.html(_sign_style(choice))
    with st.container(key="pills", width="content"):
        st.pills(
            "Aligners", list(labels), selection_mode="multi", format_func=labels.__getitem__, key=key,
            label_visibility="collapsed", on_change=_picked, args=(key, choice.ids),
        )  # fmt: skip


def _speed(project: Project, layer: Layer) -> float | None:
    """Pairs a second of a finished layer; asked for once in a session, as it stays what it is."""
    speeds: dict[str, float | None] = st.session_state.setdefault("aligner_speeds", {})
    if layer.fingerprint not in speeds:
        speeds[layer.fingerprint] = pairs_per_second(project, layer)
    return speeds[layer.fingerprint]


def _sign_style(choice: Choice) -> str:
    """The hue of each sign: its place among the pills says which it is."""
    places = {layer.id: place for place, layer in enumerate(choice.known, 1)}

    def rules(theme: Theme) -> str:
        return " ".join(
            f".st-key-pills button:nth-of-type({places[layer]}) [class*=stMarkdownColoredText]:first-of-type "
            f"{{ color: {aligner.mark.colour(theme)} !important; }}"
            for layer, aligner in zip(choice.ids, choice.aligners, strict=True)
        )

    return f"<style>{themed(rules, session.theme())}</style>"


def _picked(key: str, before: Sequence[int]) -> None:
    chosen = list(st.session_state[key] or [])
    if len(chosen) > MOST:
        new = [layer for layer in chosen if layer not in before]
        chosen = [*[layer for layer in chosen if layer in before][-(MOST - len(new)) :], *new]
        st.toast(f"At most {MOST} side by side: the first one made room.", icon=":material/info:")
    _pick(chosen or before[:1])


def _pick(layers: Sequence[int]) -> None:
    session.set_url(aligners=",".join(str(layer) for layer in sorted(layers)) or None)


def _add(project: Project, choice: Choice, *, working: bool) -> None:
    """Choose a system and its settings, and run it."""
    if st.session_state.pop(_STARTED, False):
        st.session_state.pop("add_aligner", None)  # what was opened to choose it is closed
    popover = st.popover(
        "Add an aligner", icon=":material/add:", key="add_aligner", disabled=working, on_change="rerun"
    )
    if not popover.open:
        return
    with popover, st.container(width=440):
        system = st.selectbox(
            "Aligner", aligners.registry.names(), key="add_system",
            index=aligners.registry.names().index("statistical"), format_func=lambda s: named("aligner", s),
        )  # fmt: skip
        verdict = st.container()  # before the settings, of which there may be many, though they decide it
        config = StageConfig(name=system)
        try:
            with st.grid(2, gap="small"):
                chosen = settings.choose(aligners.registry, system, {}, key="add")
            config = StageConfig.model_validate({"name": system} | chosen)
            problem = obstacle(config)
        except (ProjnerError, ImportError) as error:
            problem = str(error)
    with verdict:
        if problem:
            st.warning(plain(problem), icon=":material/info:")
        place = (
            f" in place of {_short(plain(choice.aligners[-1].name))}" if len(choice.picked) == MOST else ""
        )
        pressed = st.button(
            f"Run it on {count(project.count(), 'pair')}{place}", type="primary", wrap=True,
            icon=":material/play_arrow:", key="add_run", disabled=problem is not None,
        )  # fmt: skip
    if pressed and problem is None:
        # Not in a callback: that would be given the settings as they were when the page was last drawn, and
        # whoever changes one and presses the button at once would run another aligner than she sees.
        start(project, choice.ids[: MOST - 1], (config,))
        st.rerun()


def start(project: Project, layers: Sequence[int], added: Sequence[StageConfig] = ()) -> None:
    """Start a comparison of these layers and of aligners that are run first."""
    config = CompareConfig(layers=tuple(layers), aligners=tuple(added), projector=_projector(project))
    _pick(layers)
    job = run_panel.begin(project, config)
    if job is not None:
        session.set_url(**{_JOB: str(job)})
        st.session_state[_STARTED] = True


def _projector(project: Project) -> StageConfig:
    """What carries entities over, here as in a run."""
    return run_panel.last_config(project).projector


def alone(project: Project, choice: Choice) -> None:
    """What to do where there is only one aligner to look at."""
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="call"):
        if len(choice.known) > 1:
            st.markdown("Pick a second aligner above, and see where the two part.", width="stretch")
            return
        only, said = (
            choice.picked[0],
            f"**{plain(_short(choice.aligners[0].name))}** is the only aligner so far.",
        )
        if only.provenance.get("system", only.name) == BARE.name:
            other, hint = BARE, "Add another one, or see what its prior knowledge is worth."
            button = "Compare with the same aligner without prior knowledge"
        else:
            other, hint = StageConfig(name="statistical"), "Add another one, or the default."
            button = "Compare with the statistical aligner"
        st.markdown(f"{said} {hint}", width="stretch")
        st.button(
            button, type="primary", key="compare_bare", icon=":material/play_arrow:",
            on_click=start, args=(project, choice.ids, (other,)),
        )  # fmt: skip


def not_compared(project: Project, choice: Choice, *, outdated: bool) -> None:
    """The picked aligners were never compared, or source entities changed since."""
    said = "These aligners have not been compared yet."
    if outdated:
        said = "Source entities were corrected since these aligners were compared."
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="call"):
        st.markdown(said, width="stretch")
        st.button(
            "Compare again" if outdated else "Compare", type="primary", key="compare",
            icon=":material/balance:", on_click=start, args=(project, choice.ids),
        )  # fmt: skip


def _rate(rate: float) -> str:
    return f"{rate:,.0f} pairs/s" if rate >= 10 else f"{rate:.1f} pairs/s"


def _short(string: str, most: int = 36) -> str:
    return string if len(string) <= most else string[: most - 1] + "…"
