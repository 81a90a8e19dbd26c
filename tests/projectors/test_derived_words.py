"""Words that are derived from a name and are none: "europeas" for Europe, as CoNLL's MISC."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projner_core import projectors
from projner_core.corpus import Alignment, Link, Pair, Projection, Reason, Sentence, Span
from projner_core.projectors.base import Evidence
from projner_core.projectors.conventions import is_derived

KNOWN = frozenset({"LOC", "MISC", "NORP"})


def project(
    source: str,
    target: str,
    entity: Span,
    links: str,
    known: frozenset[str] | None = KNOWN,
    **options: str,
) -> Projection:
    cells = [tuple(map(int, part.split("-"))) for part in links.split()]
    pair = Pair("p", Sentence(tuple(source.split()), "en"), Sentence(tuple(target.split())))
    projector = projectors.create("matching", **options)
    ((projection,),) = projector.project(
        [pair], [[entity]], [Alignment(tuple(Link(*cell) for cell in cells))], Evidence(labels=known)
    )
    return projection


@pytest.mark.parametrize(
    "target",
    [
        "Las carreteras europeas",
        "Die europäischen Straßen",
        "Europejskie drogi europejskie",
        "Дороги европейские",
        "Οι ευρωπαϊκοί δρόμοι",
        unicodedata.normalize("NFD", "Các đường châuâu"),
    ],
    ids=["spanish", "german", "polish", "russian", "greek", "nfd"],
)
def test_an_adjective_takes_the_label_of_adjectives(target):
    tokens = target.split()
    place = max(i for i, token in enumerate(tokens) if token[0].islower() and token[:2] != "δρ")
    projection = project("Europe 's roads", target, Span(0, 1, "LOC"), f"0-{place}")
    assert projection.target is not None
    assert (projection.target.start, projection.target.label) == (place, "MISC")
    assert projection.target in projection.candidates
    assert projection.reason is Reason.PROJECTED


@pytest.mark.parametrize(
    ("source", "target", "entity", "links"),
    [
        ("Europe 's roads", "Avrupa yolları", Span(0, 1, "LOC"), "0-0"),
        ("Europe 's roads", "الطرق الأوروبية", Span(0, 1, "LOC"), "0-1"),
        ("Europe 's roads", "የአውሮፓ መንገዶች", Span(0, 1, "LOC"), "0-0"),
        ("Europe 's roads", "欧洲 的 道路", Span(0, 1, "LOC"), "0-0"),
        ("europe 's roads", "Las carreteras europeas", Span(0, 1, "LOC"), "0-2"),
        ("Europe 's roads", "las carreteras de europa", Span(0, 1, "LOC"), "0-3"),
        ("the Structural Funds", "Los fondos estructurales", Span(1, 3, "ORG"), "1-2 2-1"),
        ("on Monday", "El lunes", Span(1, 2, "DATE"), "1-1"),
        ("a European road", "Una carretera europea", Span(1, 2, "MISC"), "1-2"),
    ],
    ids=[
        "capital",
        "arabic",
        "amharic",
        "chinese",
        "small-source",
        "small-text",
        "two-words",
        "no-name",
        "misc",
    ],
)
def test_the_label_stays_where_nothing_says_otherwise(source, target, entity, links):
    projection = project(source, target, entity, links)
    assert projection.target is not None
    assert projection.target.label == entity.label


def test_one_may_keep_the_label_or_drop_the_word():
    given = ("Europe 's roads", "Las carreteras europeas", Span(0, 1, "LOC"), "0-2")
    kept = project(*given, derived_label="")
    assert kept.target is not None
    assert kept.target.label == "LOC"
    other = project(*given, derived_label="NORP")
    assert other.target is not None
    assert other.target.label == "NORP"
    dropped = project(*given, derived_label="O")
    assert (dropped.target, dropped.reason) == (None, Reason.DROPPED)
    assert [(c.start, c.label) for c in dropped.candidates] == [(2, "LOC")]


def test_a_job_that_knows_no_such_label_keeps_its_own():
    """MasakhaNER has no MISC: nobody wants labels that no guideline of the corpus names."""
    given = ("Europe 's roads", "Las carreteras europeas", Span(0, 1, "LOC"), "0-2")
    for known in (frozenset({"LOC", "DATE"}), None):  # None: the labels of this call, LOC alone
        projection = project(*given, known=known)
        assert projection.target is not None
        assert projection.target.label == "LOC"


def test_a_word_that_is_dropped_had_its_tokens():
    """It takes part in the matching: nobody else gets what is not to be labelled."""
    pair = Pair("p", Sentence(("Europe", "Lagos")), Sentence(("Las", "europeas")))
    links = Alignment((Link(0, 1, 1.0), Link(1, 1, 0.4)))
    projector = projectors.create("matching", derived_label="O")
    ((first, second),) = projector.project([pair], [[Span(0, 1, "LOC"), Span(1, 2, "LOC")]], [links])
    assert (first.reason, second.reason) == (Reason.DROPPED, Reason.LOST_COLLISION)
    assert second.rivals == (first.entity,)


tokens = st.lists(
    st.sampled_from(["Europa", "europeas", "欧", "3", "", "ǅ", "ßa", "أ"]), min_size=1, max_size=5
)


@given(tokens, tokens, st.sampled_from(["LOC", "PER", "ORG", "MISC", "location"]), st.data())
@settings(deadline=None)
def test_what_a_derived_word_is(source, target, label, data):
    pair = Pair("p", Sentence(tuple(source)), Sentence(tuple(target)))
    entity = Span(0, len(source), label)
    start = data.draw(st.integers(0, len(target) - 1))
    end = data.draw(st.integers(start + 1, len(target)))
    expected = (
        end - start == 1
        and target[start] in ("europeas", "ßa")
        and label in ("LOC", "PER", "ORG")
        and bool({"Europa", "ǅ"} & set(source))
        and bool({"Europa", "ǅ"} & set(target))
    )
    assert is_derived(pair, entity, start, end) is expected
