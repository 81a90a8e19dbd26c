"""A run as a page shows it: the button that starts it, progress with the time left, how it ended."""

from __future__ import annotations

import streamlit as st

from projner_core.errors import ProjnerError
from projner_core.pipeline import running
from projner_core.pipeline.comparing import CompareConfig
from projner_core.pipeline.config import RunConfig, StageConfig
from projner_core.pipeline.evaluating import EvaluateConfig
from projner_core.pipeline.fetching import FetchConfig
from projner_core.store import Project
from projner_ui.stages import STAGES as ALL_STAGES
from projner_ui.text import count, duration, of_memory, plain, size

STAGES = {
    "start": "Starting",
    "fetch": "Fetching a model",
    "translate": "Translating",
    "tag": "Tagging the source",
    "predict": "Tagging the target",
    "align": "Linking words",
    "back-translate": "Translating back, entities in brackets",
    "project": "Carrying entities over",
    "doubt": "Weighing what looks doubtful",
    "compare": "Comparing the aligners",
    "score": "Scoring against gold",
    "evaluate": "Looking for errors and their causes",
}
_WORDS = {
    "compare": ("comparison", "Compare"),
    "evaluate": ("evaluation", "Evaluate"),
    "fetch": ("download", "Fetch"),
}
_CONFIGURED = {stage.made_as: stage for stage in ALL_STAGES}
_POLL_SECONDS = 1.0


def start(name: str, project: Project, config: RunConfig) -> None:
    """Start a run in a process of its own; a sentence appears where it can't start."""
    edits = project.get_meta("source_edits", 0)
    try:
        job = running.start(name, config)
    except ProjnerError as error:
        st.session_state["run_error"] = str(error)
        return
    project.set_meta("run_config", config.model_dump())
    project.set_meta("projected_edits", {"job": job, "edits": edits})


def begin(project: Project, config: CompareConfig | EvaluateConfig | FetchConfig) -> int | None:
    """Start a comparison of aligners, an evaluation or a download in a process of its own, and return its
    job; where it can't start, a sentence appears."""
    try:
        return running.start(project.name, config)
    except ProjnerError as error:
        st.session_state["run_error"] = str(error)
        return None


def last_config(project: Project) -> RunConfig:
    """The configuration of the project's latest run here, else of the run on the command line that made what
    is under review, else the defaults."""
    saved = project.get_meta("run_config", None)
    return RunConfig.model_validate(saved) if saved else _made_with(project)


def _made_with(project: Project) -> RunConfig:
    """The systems behind the projection under review; the default of a stage that nobody ran."""
    current = project.current_projection
    if current is None:
        return RunConfig()
    layers = [project.layer(current)]
    layers += [project.layer(parent) for parent in layers[0].parents]
    if project.translation is not None:
        layers.append(project.layer(project.translation))
    found: dict[str, StageConfig] = {}
    for layer in layers:
        stage, about = _CONFIGURED.get(layer.provenance.get("stage", "")), layer.provenance
        if stage is not None and about.get("system") in stage.registry.names():
            found[stage.key] = StageConfig.model_validate(
                {"name": about["system"]} | (about.get("settings") or {})
            )
    return RunConfig(**found)


def source_changed(project: Project) -> bool:
    """Whether source entities were corrected after the projection under review was started."""
    edits = project.get_meta("source_edits", 0)
    if not edits:
        return False
    known = project.get_meta("projected_edits", None) or {"job": None, "edits": 0}
    status = running.status(project)
    finished = known["job"] is None or status.job_id != known["job"] or status.state == "done"
    return bool(edits > known["edits"]) or not finished


def at_work(project: Project) -> bool:
    """Whether a run is at work on the project now."""
    return running.status(project).active


def outcome(project: Project, *, ended: bool = True) -> None:
    """Progress while a run is at work; with `ended`, how the latest one ended if that asks for something."""
    if error := st.session_state.pop("run_error", None):
        st.error(plain(error), icon=":material/error:")
    status = running.status(project)
    what, again = _WORDS.get(status.kind, ("run", "Run"))
    if status.active:
        progress(project)
    elif not ended:
        return
    elif status.state == "failed":
        st.error(f"The {what} failed. {plain(status.message)}", icon=":material/error:")
    elif status.state in ("stopped", "cancelled"):
        done = f" {_done(status)} were ready." if status.total else ""
        word = "was cancelled" if status.state == "cancelled" else "stopped before its end"
        kept = (
            "it goes on where it was"
            if status.kind != "fetch"
            else "what was fetched whole is not fetched again"
        )
        st.warning(f"The {what} {word}.{done} {again} again and {kept}.", icon=":material/pause_circle:")


@st.fragment(run_every=_POLL_SECONDS)
def progress(project: Project) -> None:
    """The run that is at work now, with a button to cancel; the whole page reruns when it is over."""
    status = running.status(project)
    if not status.active:
        st.rerun(scope="app")
    with st.container(border=True, key="progress"):
        with st.container(horizontal=True, vertical_alignment="center"):
            stage = STAGES.get(status.stage, plain(status.stage)) or "Starting"
            st.markdown(f"**{stage}…** :gray[{plain(_on_what(project, status))}]", width="stretch")
            if st.button("Cancel", key="cancel_run", icon=":material/close:"):
                running.cancel(project)
                st.session_state["cancelling"] = status.job_id
        share = min(status.done / status.total, 1.0) if status.total else 0.0
        st.progress(share)
        left = f" · {duration(status.seconds_left)} left" if status.seconds_left is not None else ""
        if status.kind == "compare" and (rate := pairs_per_second(status)):
            left = f" · {rate:,.0f} pairs a second{left}"
        if st.session_state.get("cancelling") == status.job_id:
            left = " · stopping"
        st.caption(f"{_done(status)}{left}" if status.total else "…")


def _done(status: running.JobStatus) -> str:
    """How much is done of how much: pairs, or of a download bytes."""
    if status.kind == "fetch":
        return of_memory(status.done, status.total)
    return f"{status.done:,} of {count(status.total, 'pair')}"


def _on_what(project: Project, status: running.JobStatus) -> str:
    """What the worker fetches, or which device computes: `on NVIDIA H200 · bfloat16 · 12 of 140 GB`; "" where
    no model is loaded."""
    if status.kind == "fetch" and status.job_id is not None:
        return str(project.job(status.job_id).config.get("model", ""))
    facts = project.get_meta(running.DEVICE, None)
    if not isinstance(facts, dict):
        return ""
    name = "CPU" if facts.get("kind") == "cpu" else str(facts.get("name", ""))
    used, total = facts.get("memory_used"), facts.get("memory_total")
    memory = ""
    if used is not None:
        memory = size(used) if total is None or facts.get("kind") == "cpu" else of_memory(used, total)
    return " · ".join(part for part in (f"on {name}", str(facts.get("dtype") or ""), memory) if part)


def pairs_per_second(status: running.JobStatus) -> float | None:
    """How fast the stage at work is, as the time left was reckoned; None while that is not known."""
    if not status.seconds_left or status.done >= status.total:
        return None
    return (status.total - status.done) / status.seconds_left
