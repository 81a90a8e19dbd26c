"""Several scores as one: their mean, weighed as a setting says."""

from __future__ import annotations

from projner_core.errors import ProjnerError

PARTS = ("alignment", "tagger", "translation", "string")


def parts_of(weights: str) -> dict[str, float]:
    """The parts of a fusion and what they weigh; those that weigh nothing are left out.

    Raises:
        ProjnerError: a part is unknown or there twice, a weight is no number of 0 or more, or all are 0.
    """
    parts: dict[str, float] = {}
    for piece in filter(None, map(str.strip, weights.split(","))):
        name, _, weight = piece.partition(" ")
        try:
            value = float(weight)
        except ValueError:
            value = -1.0
        if name not in PARTS or name in parts or not 0.0 <= value < float("inf"):
            raise ProjnerError(
                f"projector 'matching': weights holds {piece!r}; expected each of {', '.join(PARTS)} at most "
                "once, with a number of 0 or more, such as “alignment 0.5, string 0.2”"
            )
        parts[name] = value
    if not any(parts.values()):
        raise ProjnerError(f"projector 'matching': in weights {weights!r} nothing weighs anything")
    return {name: value for name, value in parts.items() if value}
