"""A small corpus in many scripts, and projects that hold it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import pytest

from projner_core.corpus import Sentence, Span
from projner_core.store import Project


@dataclass(frozen=True, slots=True)
class Rec:
    """What `formats` hands over, without `formats`."""

    id: str
    source: Sentence | None
    target: Sentence
    source_spans: tuple[Span, ...] | None = None
    target_spans: tuple[Span, ...] | None = None
    source_raw: str | None = None
    target_raw: str | None = None


def sentence(text: str, lang: str) -> Sentence:
    return Sentence(tuple(text.split()), lang)


def record(pair_id: str, source: str | None, target: str, **more) -> Rec:
    source_sentence = None if source is None else sentence(source, "eng")
    return Rec(pair_id, source_sentence, sentence(target, "swh"), **more)


YORUBA = unicodedata.normalize("NFD", "Ọbáfẹ́mi Awólọ́wọ̀ bí ní Ìkẹ́nnẹ́ .")
CORPUS = (
    record(
        "sw-1",
        "The High Court of Kenya sat in Nairobi .",
        "Mahakama Kuu ya Kenya ilikaa Nairobi .",
        source_spans=(Span(1, 5, "ORG"), Span(7, 8, "LOC")),
        target_spans=(Span(0, 4, "ORG"), Span(5, 6, "LOC")),
        source_raw="The\tO\n",
        target_raw="# text = Mahakama\nMahakama\tB-ORG\r\n\r\n",
    ),
    record("yo-1", "Obafemi Awolowo was born in Ikenne .", YORUBA, source_spans=(Span(0, 2, "PER"),)),
    record("ar-1", "Cairo is in Egypt .", "القاهرة في مصر .", target_spans=(Span(0, 1, "LOC"),)),
    record("am-1", "Addis Ababa grows .", "አዲስ አበባ ያድጋል ።"),
    record("zh-1", "He lives in Beijing .", "他 住 在 北京 。", target_raw="他\n"),
    record("odd-1", None, "👩‍👩‍👧 a\u200bb <img src=x onerror=alert(1)> %_ \u2028 \x00"),
)


@pytest.fixture
def make(tmp_path):
    """Make projects with given records, and close them in the end."""
    made = []

    def _make(records=CORPUS, name="p") -> Project:
        path = tmp_path / f"{name}.sqlite"
        project = Project.create(path, name=name, source_lang="eng", target_lang="swh")
        made.append(project)
        if records:
            with project.importing() as importer:
                importer.add(records)
        return project

    yield _make
    for project in made:
        project.close()


@pytest.fixture
def project(make) -> Project:
    return make()


@pytest.fixture
def corpus() -> tuple[Rec, ...]:
    return CORPUS


@pytest.fixture
def rec():
    """The function that makes a record from an id and two texts."""
    return record
