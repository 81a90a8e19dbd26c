"""The pipeline as few choices: one system a stage, the rest behind an expander."""

from __future__ import annotations

from functools import partial
from types import ModuleType

import streamlit as st

from projner_core import aligners, projectors, taggers, translators
from projner_core.errors import ProjnerError
from projner_core.pipeline.config import RunConfig, StageConfig
from projner_core.store import Project
from projner_ui import run_panel, settings
from projner_ui.text import plain

_STAGES: dict[str, tuple[ModuleType, str]] = {
    "translator": (translators, "Source sentences"),
    "tagger": (taggers, "Source entities"),
    "aligner": (aligners, "Links between words"),
    "projector": (projectors, "Entities to the other side"),
}
_NAMES = {
    ("translator", "given"): "came with the file",
    ("tagger", "given"): "came with the file, or marked by hand",
    ("aligner", "statistical"): "statistical: learns from your pairs, no download",
    ("aligner", "simalign"): "SimAlign: compares words by a language model",
    ("aligner", "awesome"): "AWESoME: a language model in both directions",
    ("aligner", "nmt-encoder"): "translation encoder: compares words by a translation model",
    ("aligner", "eflomal"): "eflomal: learns from your pairs, by sampling",
    ("aligner", "identity"): "identity: both sides are one language",
    ("aligner", "combination"): "combination: several aligners vote",
    ("projector", "published"): "published: n-grams, hard links, the best score first",
    ("projector", "matching"): "matching: the best set of spans, exactly",
    ("projector", "heuristic"): "heuristic: the linked words that stand together",
    ("projector", "markers"): "markers: from text with the entities in brackets",
    ("projector", "back-translation"): "back-translation: by way of a marked translation",
}


def draw(project: Project, *, disabled: bool) -> RunConfig | None:
    """The widgets; returns what they say, or None where that can't be run."""
    last = run_panel.last_config(project)
    chosen: dict[str, StageConfig] = {}
    columns = iter(st.columns(2, gap="medium"))
    for stage, (package, label) in _STAGES.items():
        names = package.registry.names()
        saved: StageConfig = getattr(last, stage)
        index = names.index(saved.name) if saved.name in names else 0
        if len(names) < 2 and stage in ("translator", "tagger"):
            chosen[stage] = saved  # nothing to choose, so nothing to ask
            continue
        picked = next(columns, st).selectbox(
            label, names, index=index, key=f"stage_{stage}_{project.name}", disabled=disabled,
            format_func=partial(named, stage),
        )  # fmt: skip
        name = picked or saved.name
        chosen[stage] = saved if name == saved.name else StageConfig(name=name)
    with st.expander("Settings", icon=":material/tune:"):
        # Behind a switch, because reading the settings of a system imports it, and some take long.
        if st.toggle("Show all settings", key="all_settings", disabled=disabled):
            for stage, (package, label) in _STAGES.items():
                if stage in ("aligner", "projector") or chosen[stage].name != "given":
                    adjusted = _settings(stage, package, label, chosen[stage], project.name)
                    if adjusted is None:
                        return None
                    chosen[stage] = adjusted
        else:
            changed = [f"{stage}: {config.settings}" for stage, config in chosen.items() if config.settings]
            st.caption(plain("; ".join(changed)) if changed else "Everything is at its default.")
    return RunConfig(**chosen)


def named(stage: str, system: str) -> str:
    """What a system is called where people choose it."""
    return _NAMES.get((stage, system), system)


def _settings(
    stage: str, package: ModuleType, label: str, config: StageConfig, name: str
) -> StageConfig | None:
    st.markdown(f"**{label}** :gray[{plain(config.name)}]")
    try:
        changed = settings.choose(package.registry, config.name, config.settings, key=f"{stage}_{name}")
    except ProjnerError as error:
        st.error(plain(str(error)))
        return None
    return config if changed == config.settings else StageConfig(name=config.name, **changed)
