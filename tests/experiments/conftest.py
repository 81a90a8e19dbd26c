"""A parallel corpus in four scripts on disk, and plans over it."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from projner_core.experiments import Plan
from tests.experiments import systems

# (English, others), names spelt alike where the script allows; "|" parts token and tag
ENGLISH = [
    "Abeokuta|B-LOC greets|O Asha|B-PER on|O Friday|B-DATE",
    "She|O left|O New|B-LOC York|I-LOC with|O 3|O goats|O",
    "Rain|O fell|O .|O",
]
TARGETS = {
    "yo": [
        unicodedata.normalize("NFD", "Abeokuta|B-LOC kí|O Asha|B-PER lọ́jọ́|B-DATE Ẹtì|I-DATE"),
        "Ó|O kúrò|O New|B-LOC York|I-LOC pẹ̀lú|O ewúrẹ́|O 3|O",
        "Òjò|O rọ̀|O .|O",
    ],
    "ar": [
        "Abeokuta|B-LOC تحيي|O Asha|B-PER الجمعة|B-DATE",
        "غادرت|O New|B-LOC York|I-LOC مع|O 3|O ماعز|O \u200b|O",
        "هطل|O المطر|O .|O",
    ],
    "am": ["Abeokuta|B-LOC ሰላም|O Asha|B-PER ዓርብ|B-DATE", "New|B-LOC York|I-LOC 3|O ፍየሎች|O", "ዝናብ|O ።|O"],
    "zh": [
        "Abeokuta|B-LOC 问候|O Asha|B-PER 周五|B-DATE",
        "离开|O New|B-LOC York|I-LOC 3|O 🐐|O",
        "下雨|O 。|O",
    ],
}


def conll(sentences: list[str]) -> str:
    return "".join(
        f"# id = s{number}\n" + "".join(f"{row.replace('|', chr(9))}\n" for row in sentence.split(" ")) + "\n"
        for number, sentence in enumerate(sentences, start=1)
    )


@pytest.fixture
def corpus(tmp_path) -> Path:
    """`<lang>.conll` of each language, English among them; DATE is annotated."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    for lang, sentences in {"en": ENGLISH, **TARGETS}.items():
        (folder / f"{lang}.conll").write_text(conll(sentences), encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def _systems():
    systems.join()
    yield
    systems.leave()


@pytest.fixture
def plan_file(tmp_path, corpus):
    """Writes a plan over the corpus: `plan_file(pipelines, languages=…, top=…)` gives its path."""

    def write(
        pipelines: str, *, languages: str = '["yo", "ar", "am", "zh"]', top: str = "", data: str = ""
    ) -> Path:
        path = tmp_path / "plan.toml"
        source = "" if "source =" in top else 'source = "gold"'
        path.write_text(
            f'title = "A small plan"\n{source}\nsamples = 20\n{top}\n'
            f'[[data]]\nname = "folder"\nfolder = "corpus"\nlanguages = {languages}\n{data}\n{pipelines}\n',
            encoding="utf-8",
        )
        return path

    return write


@pytest.fixture
def plan_of(plan_file):
    """As `plan_file`, read."""
    return lambda *args, **keywords: Plan.from_toml(plan_file(*args, **keywords))
