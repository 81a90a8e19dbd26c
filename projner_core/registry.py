"""Systems by name: what a stage package offers, and what other packages add to it.

A stage package holds one `Registry`. Names map to `"module:attribute"` strings, so that listing
systems imports none of them. Another package joins through an entry point in the group
`projner.<stage>`, whose value is the same kind of string.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from importlib import import_module
from importlib.metadata import entry_points
from inspect import Parameter, signature
from typing import Any

from projner_core.errors import ProjnerError


class Registry:
    """The systems of one stage.

    Args:
        stage: the name of the stage package, e.g. `"aligners"`.
        systems: system name -> `"module:attribute"`, a class or factory taking settings by keyword.
    """

    def __init__(self, stage: str, systems: Mapping[str, str]) -> None:
        self.stage = stage
        self._own = dict(systems)

    @cached_property
    def _targets(self) -> dict[str, str]:
        joined = {point.name: point.value for point in entry_points(group=f"projner.{self.stage}")}
        return joined | self._own  # a third party never silently replaces one of ours

    def names(self) -> list[str]:
        """Every known system, sorted."""
        return sorted(self._targets)

    def factory(self, name: str) -> Callable[..., Any]:
        """What builds the system `name`: a class or function that takes settings by keyword.

        Raises:
            ProjnerError: the name is unknown.
        """
        if name not in self._targets:
            systems = ", ".join(self.names()) or "none"
            raise ProjnerError(f"there is no {self.stage} system {name!r}; there are: {systems}")
        module, _, attribute = self._targets[name].partition(":")
        built: Callable[..., Any] = getattr(import_module(module), attribute)
        return built

    def create(self, name: str, **settings: Any) -> Any:
        """Build the system `name` with its settings.

        Raises:
            ProjnerError: the name is unknown, a setting does not exist, or its value is of another kind
                than its default, where the system takes one kind only.
        """
        factory = self.factory(name)
        known = signature(factory).parameters
        for setting, value in settings.items():
            if setting not in known:
                raise ProjnerError(
                    f"{self.stage} system {name!r} has no setting {setting!r}; "
                    f"it has: {', '.join(known) or 'none'}"
                )
            expected, given = _kind(known[setting]), _kind_of(value)
            if expected not in {None, given} and (expected, given) != ("a number", "a whole number"):
                raise ProjnerError(
                    f"{self.stage} system {name!r}: {setting} must be {expected}, but is {value!r}"
                )
        return factory(**settings)


def _kind(setting: Parameter) -> str | None:
    """The one kind of value that a setting takes, in words; None where it takes others than its default's."""
    several = "|" in str(setting.annotation)
    return None if several else _kind_of(setting.default)


def _kind_of(value: Any) -> str | None:
    """What a plain value is, in words; None for one that says nothing of its kind."""
    match value:
        case bool():
            return "true or false"
        case int():
            return "a whole number"
        case float():
            return "a number"
        case str():
            return "a text"
        case _:
            return None
