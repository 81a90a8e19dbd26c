"""The settings of a system as widgets, read off its signature: a system that joins later has them too.

A stage's registry names factories; a factory takes settings by keyword, with a default and a type, and
its docstring's `Args:` say what each is for. Nothing is imported until someone looks at the settings.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin, get_type_hints

import streamlit as st

from projner_core.registry import Registry

_ARGUMENT = re.compile(r"^    (\w+): (.+?)(?=^    \w+: |^\S|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a system: its name, its default, the sentence that explains it, and where its type
    names them (`Literal["word", "subword"]`), the values that it can have."""

    name: str
    default: Any
    help: str
    values: tuple[Any, ...] = ()


def settings_of(factory: Callable[..., Any]) -> list[Setting]:
    """The settings that a person can change: keywords with a plain default."""
    explained = _explanations(inspect.getdoc(factory) or "")
    types = _types(factory)
    return [
        Setting(
            parameter.name,
            parameter.default,
            explained.get(parameter.name, ""),
            get_args(kind) if get_origin(kind := types.get(parameter.name)) is Literal else (),
        )
        for parameter in inspect.signature(factory).parameters.values()
        if isinstance(parameter.default, bool | int | float | str)
    ]


def _types(factory: Callable[..., Any]) -> dict[str, Any]:
    """The type of each setting; none where one is not known outside a type checker."""
    try:
        return get_type_hints(factory.__init__ if inspect.isclass(factory) else factory)
    except NameError:
        return {}


def _explanations(docstring: str) -> dict[str, str]:
    _, _, arguments = docstring.partition("Args:\n")
    return {name: " ".join(text.split()) for name, text in _ARGUMENT.findall(arguments)}


def choose(
    registry: Registry, name: str, chosen: dict[str, Any], *, key: str, leave: Collection[str] = ()
) -> dict[str, Any]:
    """Widgets for the settings of the system `name`; returns those that differ from their defaults.

    Args:
        leave: settings that are chosen elsewhere: they have no widget, and stay as they were chosen.

    Raises:
        ProjnerError: the system can't be built here.
    """
    changed = {setting: value for setting, value in chosen.items() if setting in leave}
    for setting in settings_of(registry.factory(name)):
        if setting.name in leave:
            continue
        value = _widget(setting, chosen.get(setting.name, setting.default), f"{key}_{name}_{setting.name}")
        if value != setting.default:
            changed[setting.name] = value
    return changed


def _widget(setting: Setting, value: Any, key: str) -> Any:
    label = setting.name.replace("_", " ")
    label = label[0].upper() + label[1:]
    help_text = setting.help or None
    if setting.values:
        index = setting.values.index(value if value in setting.values else setting.default)
        return st.selectbox(label, setting.values, index=index, key=key, help=help_text)
    match setting.default:
        case bool():
            return st.toggle(label, value=bool(value), key=key, help=help_text)
        case int():
            return int(st.number_input(label, value=int(value), step=1, key=key, help=help_text))
        case float():
            number = st.number_input(
                label, value=float(value), step=0.05, format="%.3g", key=key, help=help_text
            )
            return float(number)
        case _:
            return st.text_input(label, value=str(value), key=key, help=help_text)
