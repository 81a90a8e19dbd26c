"""The bundled English tagger: a small token classifier that needs no download."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import TYPE_CHECKING

from projner_core.bundled import MODELS
from projner_core.taggers.token_classifier import TokenClassifier

if TYPE_CHECKING:
    from pathlib import Path

_NAME = "english-ner"


class BundledTagger(TokenClassifier):
    """Finds persons, places, organisations and other names (MISC) in English.

    It was trained on English, and its vocabulary is English. On another language it runs, but knows names
    that are written as in English and little else; of another script it sees letters.

    Args:
        device: `auto`, `cpu`, `cuda`, `cuda:1`, `mps`.
        dtype: `auto`, `float32`, `bfloat16`, `float16`.
    """

    def __init__(self, *, device: str = "auto", dtype: str = "auto") -> None:
        super().__init__(model=str(MODELS / _NAME), device=device, dtype=dtype)

    @property
    def revision(self) -> str:
        """The same wherever the same program is installed: a digest of what the files hold, not of when they
        were written."""
        return _digest(MODELS / _NAME)


@lru_cache(maxsize=4)
def _digest(folder: Path) -> str:
    base = json.loads((folder / "config.json").read_bytes()).get("base", "")
    digest = hashlib.sha256()
    for part in (folder, folder.parent / base) if base else (folder,):
        for path in sorted(path for path in part.iterdir() if path.suffix in (".json", ".safetensors")):
            digest.update(f"{part.name}/{path.name}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return f"bundled-{digest.hexdigest()[:32]}"
