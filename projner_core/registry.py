"""Systems by name: what a stage package offers, and what other packages add to it.

A stage package holds one `Registry`. Names map to `"module:attribute"` strings, so that listing
systems imports none of them. Another package joins through an entry point in the group
`projner.<stage>`, whose value is the same kind of string.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from importlib import import_module
from importlib.metadata import entry_points
from inspect import signature
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

    def create(self, name: str, **settings: Any) -> Any:
        """Build the system `name` with its settings.

        Raises:
            ProjnerError: the name is unknown, or a setting does not exist.
        """
        if name not in self._targets:
            systems = ", ".join(self.names()) or "none"
            raise ProjnerError(f"there is no {self.stage} system {name!r}; there are: {systems}")
        module, _, attribute = self._targets[name].partition(":")
        factory = getattr(import_module(module), attribute)
        known = list(signature(factory).parameters)
        wrong = [setting for setting in settings if setting not in known]
        if wrong:
            settings_known = ", ".join(known) or "none"
            raise ProjnerError(
                f"{self.stage} system {name!r} has no setting {wrong[0]!r}; it has: {settings_known}"
            )
        return factory(**settings)
