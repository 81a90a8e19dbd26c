"""What the head of a token classifier is for, asked before it is used."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from projner_core.errors import ProjnerError

if TYPE_CHECKING:
    from pathlib import Path

_NAMELESS = re.compile(r"LABEL_\d+")


def check_architecture(model: str, folder: Path) -> None:
    """Refuse what was trained for something else, whose head would be made of random numbers.

    Raises:
        ProjnerError: the model in `folder` is of another kind.
    """
    try:
        said = json.loads((folder / "config.json").read_bytes())
        named = [str(name) for name in said.get("architectures") or ()]
    except (OSError, ValueError, AttributeError, TypeError):
        return  # loading says what is wrong with it
    if named and not any("TokenClassification" in name for name in named):
        raise ProjnerError(
            f"the model {model!r} is no token classifier: its config.json says {', '.join(named)}. Choose a "
            "model that was fine-tuned to tag named entities (…ForTokenClassification), or train one with "
            "'projner train'"
        )


def outside(model: str, labels: tuple[str, ...]) -> int:
    """The position of the tag that says: no entity.

    Raises:
        ProjnerError: there is none, or the tags have no names.
    """
    if all(_NAMELESS.fullmatch(label) for label in labels):
        raise ProjnerError(
            f"the model {model!r} does not say what its {len(labels)} tags are: its config.json has "
            f"{labels[0]} and the like for them. Write their names (O, B-PER, …) under id2label there, as "
            "its authors meant them"
        )
    for name in ("O", "o"):
        if name in labels:
            return labels.index(name)
    raise ProjnerError(
        f"the model {model!r} tags no named entities: it has no tag O for words outside of them, its tags "
        f"are {', '.join(labels[:8])}{', …' if len(labels) > 8 else ''}"
    )
