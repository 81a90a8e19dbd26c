"""A toy language in many scripts: what stands where tells what it is."""

from __future__ import annotations

import random
import unicodedata
from pathlib import Path

from projner_core.training import Corpus, TrainingConfig, corpus

YORUBA = unicodedata.normalize("NFD", "Ọláńrewájú")
PEOPLE = ("Asha Mwangi", "Angela Merkel", YORUBA, "ميركل", "默 克 尔", "አበበ ቢቂላ", "Juma", "李 娜", "Жанна")
PLACES = ("Arusha", "Berlin", "Èkó", "برلين", "柏 林", "በርሊን", "New York", "Київ")
FRAMES = (
    "yesterday {PER} went to {LOC} .",
    "{PER} lives in {LOC} 😀",
    "in {LOC} it rained",
    "who saw {PER} , and where ?",
    "amkeni \u200b asubuhi .",
    "{LOC} is far from {LOC} .",
)


def sentences(count: int, seed: int) -> list[tuple[list[str], list[str]]]:
    """Words and IOB2 tags."""
    draw = random.Random(seed)
    made = []
    for _ in range(count):
        words: list[str] = []
        tags: list[str] = []
        for part in draw.choice(FRAMES).split(" "):
            label = part[1:4] if part.startswith("{") else ""
            names = draw.choice(PEOPLE if label == "PER" else PLACES).split() if label else [part]
            words += names
            tags += [f"{'I' if i else 'B'}-{label}" if label else "O" for i in range(len(names))]
        made.append((words, tags))
    return made


def toy(count: int = 160, seed: int = 0, **settings: object) -> Corpus:
    """A corpus of the toy language."""
    return corpus(f"toy-{seed}", sentences(count, seed), **settings)  # type: ignore[arg-type]


def texts() -> list[str]:
    """What tokenizers are trained on."""
    return [" ".join(words) for words, _ in sentences(200, 99)]


def quick(model: Path | str, **settings: object) -> TrainingConfig:
    """Settings with which a tiny network learns in a second or two."""
    usual: dict[str, object] = {
        "model": str(model),
        "epochs": 8,
        "batch_size": 16,
        "learning_rate": 4e-3,
        "new_parts_rate": 2,
        "dropout": 0,
        "max_pieces": 64,
        "device": "cpu",
        "dtype": "float32",
    }
    return TrainingConfig.model_validate(usual | settings)
