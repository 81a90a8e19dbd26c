"""The key under which the examples of a figure are kept.

A key is a text such as `outcome=missing`, `cause=outscored`, `outcome=boundary cause=outscored`,
`gold=PER predicted=LOC`, `label=PER outcome=missing`, `length=3 wrong`. Which keys a pair has is said by
`summary.keys`.
"""

from __future__ import annotations

import re

from projner_core.evaluation.dimensions import DIMENSIONS

# The facets of keys in their order. `wrong` and `exact` say all with their name: they have no value.
_FACETS = ("versus", "cell", "gold", "predicted", *DIMENSIONS, "outcome", "cause", "wrong", "exact")
_FLAGS = ("wrong", "exact")


def key(**facets: str) -> str:
    """The key of a figure: `key(label="PER", outcome="missing")`, `key(length="3", wrong="")`.

    Facets come in one order, however they are given. `wrong` (a pair with a finding that is) and `exact`
    (a pair without one) have no value; a `gold` or `predicted` label that is empty stands for no entity.

    Raises:
        ValueError: there is no such facet.
    """
    unknown = set(facets) - set(_FACETS)
    if unknown:
        raise ValueError(f"a key has no facet {', '.join(sorted(unknown))}; it has: {', '.join(_FACETS)}")
    return " ".join(
        name if name in _FLAGS else f"{name}={_escape(str(facets[name]))}"
        for name in _FACETS
        if name in facets
    )


def facets(kept: str) -> dict[str, str]:
    """The inverse of `key`: what a key asks for, by name; flags have the value ""."""
    parts = (part.partition("=") for part in kept.split(" ") if part)
    return {name: _unescape(value) for name, _, value in parts}


# What parts a key, and what marks an escape, stand in a value as % and their code, as in a URL.
def _escape(value: str) -> str:
    return re.sub(r"[\s%=~]", lambda found: f"%{ord(found[0]):04X}", value)


def _unescape(value: str) -> str:
    return re.sub(r"%([0-9A-F]{4})", lambda found: chr(int(found[1], 16)), value)
