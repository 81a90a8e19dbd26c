"""Projects small enough to read, with everything that a page may meet."""

from __future__ import annotations

import pytest

from projner_core.corpus import Alignment, Link, Projection, Reason, Sentence, Span
from projner_core.formats.base import Record
from projner_core.store import LayerKind, catalogue

SOURCE = [
    "Asha Mwangi told the East African Court of Justice in Arusha",
    "Ada visited Ìbàdàn",
    "Nothing happened",
    "The Nile <img src=x onerror=alert(1)>",
]
TARGET = [
    "Asha Mwangi aliiambia Mahakama ya Haki ya Afrika Mashariki mjini Arusha",
    "Adé ṣàbẹ̀wò sí Ìbàdàn",
    "Hakuna kilichotokea",
    "النيل <img src=x onerror=alert(1)>",
]
SOURCE_SPANS = [
    (Span(0, 2, "PER"), Span(4, 9, "ORG"), Span(10, 11, "LOC")),
    (Span(0, 1, "PER"), Span(2, 3, "LOC")),
    (),
    (Span(1, 2, "LOC"),),
]
GOLD = [
    (Span(0, 2, "PER"), Span(3, 9, "ORG"), Span(10, 11, "LOC")),
    (Span(0, 1, "PER"), Span(3, 4, "LOC")),
    (),
    (Span(0, 1, "LOC"),),
]
PROJECTED = [
    (Span(0, 2, "PER", 0.99), Span(3, 8, "ORG", 0.86), Span(10, 11, "LOC", 0.97)),
    (Span(0, 1, "PER", 0.9), Span(3, 4, "LOC", 0.8)),
    (),
    (),
]
DOUBTS = [0.81, 0.2, 0.05, 0.9]


def records():
    for number, (source, target) in enumerate(zip(SOURCE, TARGET, strict=True)):
        yield Record(
            id=f"n-{number}",
            source=Sentence(tuple(source.split(" ")), "en"),
            target=Sentence(tuple(target.split(" ")), "sw"),
            source_spans=SOURCE_SPANS[number],
            target_spans=GOLD[number],
        )


def projections(number):
    projected = {span.label: span for span in PROJECTED[number]}
    for entity in SOURCE_SPANS[number]:
        target = projected.get(entity.label)
        rival = () if target is None else (target, Span(target.start, target.end + 1, target.label, 0.1))
        reason = Reason.NOT_ALIGNED if target is None else Reason.PROJECTED
        yield Projection(entity, target, reason, rival[:1] if number else rival)


@pytest.fixture
def make(home):
    """Make a project of these pairs, imported and no more, under any name and languages."""
    made = []

    def make(name, source_lang="en", target_lang="sw"):
        project = catalogue.create_project(name, source_lang, target_lang)
        made.append(project)
        with project.importing() as importer:
            importer.add(records())
        return project

    yield make
    for project in made:
        project.close()


@pytest.fixture
def imported(make):
    """A project that was imported, and no more."""
    return make("habari")


@pytest.fixture
def project(imported):
    """The same, linked and projected. Most doubtful first: pairs 3, 0, 1, 2."""
    entities = imported.layers(kind=LayerKind.SPANS, side="source")[0]
    links = imported.open_layer(
        name="statistical",
        kind=LayerKind.LINKS,
        side="both",
        fingerprint="links",
        provenance={"settings": {}},
    )
    links = imported.write(
        links,
        0,
        [
            Alignment(links=(Link(0, 0, 0.99), Link(1, 1, 0.7)), weak=(Link(1, 0, 0.2), Link(0, 1, 0.01))),
            Alignment(links=(Link(0, 0, 0.9),)),
            Alignment(),
            Alignment(),
        ],
    )
    imported.complete(links)
    layer = imported.open_layer(
        name="statistical › matching", kind=LayerKind.PROJECTIONS, side="target", fingerprint="projection",
        provenance={}, parents=[entities.id, links.id],
    )  # fmt: skip
    imported.write_signals(layer, 0, DOUBTS)
    layer = imported.write(layer, 0, [tuple(projections(number)) for number in range(4)])
    imported.complete(layer)
    imported.set_current(layer.id)
    return imported
