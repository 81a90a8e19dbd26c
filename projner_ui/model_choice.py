"""Which model a system takes: known ones with size and licence, any folder or hub name besides, and the way
to fetch one that is not on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import streamlit as st

from projner_core.inference.catalogue import KnownModel
from projner_core.pipeline.fetching import FetchConfig
from projner_core.store import Project
from projner_ui import known_models, run_panel
from projner_ui.stages import Stage
from projner_ui.text import plain


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model that was chosen, a folder or a hub name, and whether it is on this machine."""

    model: str
    here: bool


def draw(
    project: Project, stage: Stage, system: str, current: str, *, tokenizer: str = "", disabled: bool
) -> ModelChoice | None:
    """The list of models for a system, and what there is to say of the chosen one; None where none is chosen.

    Args:
        project: whose worker fetches a model, if it comes to that.
        current: the model chosen so far; "" for none.
        tokenizer: the checkpoint whose tokenizer it borrows, which must be here too.
    """
    known = known_models.of(system, project.source_lang, project.target_lang)
    names = list(dict.fromkeys([*known, *([current] if current else [])]))
    chosen = st.selectbox(
        f"Model of {stage.label.lower()}", names, index=names.index(current) if current else None,
        key=f"model_{stage.key}_{system}_{project.name}", accept_new_options=True,
        format_func=partial(_option, system),
        disabled=disabled, label_visibility="collapsed",
        placeholder="A model: choose one, or type its folder or its name on the hub",
    )  # fmt: skip
    model = (chosen or "").strip()
    if not model:
        st.caption("Choose a model, or type the folder that holds one, or its name on the Hugging Face hub.")
        return None
    standing = known_models.standing(system, model, tokenizer)
    about = known_models.about(model)
    if standing.here:
        st.caption(f":material/check: on this machine{plain(f' · {_facts(about)}') if about else ''}")
        return ModelChoice(model, here=True)
    if not standing.fetchable:
        st.warning(plain(standing.problem), icon=":material/info:")
        return ModelChoice(model, here=False)
    _not_here(project, stage, FetchConfig(model=model, tokenizer=tokenizer), disabled=disabled)
    return ModelChoice(model, here=False)


def _option(system: str, name: str) -> str:
    """A line of the list: what people call the model, its size, and whether it is here."""
    about = known_models.about(name)
    if about is None:
        return name
    where = "on this machine" if known_models.standing(system, name).here else f"{about.size}, to be fetched"
    return f"{known_models.title(name)} · {where}"


def _facts(about: KnownModel | None) -> str:
    """Languages, licence and what else one should know."""
    if about is None:
        return "its page on the hub says size and licence"
    parts = (about.size, about.languages, f"licence: {about.licence}", about.note)
    return " · ".join(part for part in parts if part)


def _not_here(project: Project, stage: Stage, wanted: FetchConfig, *, disabled: bool) -> None:
    """Name, size, licence; and the button that asks whether to fetch it."""
    model = wanted.model
    about = known_models.about(model)
    with st.container(border=True, key=f"fetch_{stage.key}", gap="xsmall"):
        st.markdown(f"**{plain(known_models.title(model))}** is not on this machine.")
        st.caption(f"{plain(_facts(about))} · goes to {plain(known_models.place())}")
        label = f"Fetch {about.size.removeprefix('about ')}…" if about else "Fetch it…"
        pressed = st.button(
            label, icon=":material/download:", key=f"fetch_button_{stage.key}", disabled=disabled
        )
        if pressed:
            _ask(project, wanted)


@st.dialog("Fetch this model?")
def _ask(project: Project, wanted: FetchConfig) -> None:
    """Asked before anything is fetched: what, how much, under which licence, from where, to where."""
    about = known_models.about(wanted.model)
    rows = {
        "Name": wanted.model,
        "Size": about.size if about else "not known here",
        "Licence": about.licence if about else "not known here: see its page",
        "From": f"https://huggingface.co/{wanted.model}",
        "Goes to": known_models.place(),
    }
    for label, value in rows.items():
        st.markdown(f":gray[{label}]  \n{plain(value)}")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Not now", key="fetch_no"):
            st.rerun()
        if st.button("Fetch it", type="primary", icon=":material/download:", key="fetch_yes"):
            run_panel.begin(project, wanted)
            st.rerun()
