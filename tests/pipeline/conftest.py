"""A small bitext on disk, and the project made of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from projner_core.pipeline.importing import import_pair
from projner_core.store import Project, catalogue

SOURCE = """\
# id = one
Asha\tB-PER
Mwangi\tI-PER
visited\tO
Arusha\tB-LOC
.\tO

# id = two
The\tO
mayor\tO
of\tO
Nairobi\tB-LOC
met\tO
Juma\tB-PER
.\tO

# id = three
Rain\tO
fell\tO
.\tO
"""
TARGET = """\
# id = one
Asha\tNN\tB-PER
Mwangi\tNN\tI-PER
alitembelea\tVB\tO
Arusha\tNN\tB-LOC
.\t.\tO

# id = two
Meya\tNN\tO
wa\tIN\tO
Nairobi\tNN\tO
alikutana\tVB\tO
na\tIN\tO
Juma\tNN\tB-PER
.\t.\tO

# id = three
Mvua\tNN\tO
ilinyesha\tVB\tO
.\t.\tO
"""


@pytest.fixture
def files(tmp_path) -> tuple[Path, Path]:
    source, target = tmp_path / "en.conll", tmp_path / "sw.conll"
    source.write_text(SOURCE, encoding="utf-8")
    target.write_text(TARGET, encoding="utf-8")
    return source, target


@pytest.fixture
def project(files):
    import_pair("small", source=files[0], target=files[1], source_lang="en", target_lang="sw")
    with catalogue.open_project("small") as opened:
        yield opened


@pytest.fixture
def long_project(tmp_path) -> Project:
    """The same three pairs, a thousand times over: more than one chunk."""
    source, target = tmp_path / "long.en.conll", tmp_path / "long.sw.conll"
    source.write_text("\n".join([SOURCE] * 1000), encoding="utf-8")
    target.write_text("\n".join([TARGET] * 1000), encoding="utf-8")
    import_pair("long", source=source, target=target, source_lang="en", target_lang="sw")
    with catalogue.open_project("long") as opened:
        yield opened
