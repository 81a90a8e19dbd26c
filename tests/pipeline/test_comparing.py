"""Aligners beside each other: what is counted, what is found again, how it goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projner_core import projectors
from projner_core.corpus import Alignment, GoldLinks, Link, Sentence, Span, projected_spans
from projner_core.errors import ConflictError, ProjnerError
from projner_core.evaluation import alignments as links_evaluation
from projner_core.evaluation import entities as entities_evaluation
from projner_core.evaluation.agreement import agreement
from projner_core.pipeline import aligning, comparing, demo, running, tallying
from projner_core.pipeline.comparing import CompareConfig, compare, disputed, find, link_layers
from projner_core.pipeline.config import RunConfig, StageConfig
from projner_core.pipeline.importing import import_pair
from projner_core.pipeline.lineage import imported_spans
from projner_core.pipeline.linking import gold_links
from projner_core.pipeline.progress import Cancelled, Watch
from projner_core.pipeline.run import run
from projner_core.review.actions import Kind, draft, inverse
from projner_core.store import LayerKind, Project, catalogue
from projner_core.store.arrays import link_arrays
from projner_core.store.payload import encode_links

WATCH = Watch(None, None)
PLAIN = StageConfig(name="statistical")
BARE = StageConfig.model_validate({"name": "statistical", "lexicon": 0.0, "names": 0.0, "similarity": 0.0})
STRICT = StageConfig.model_validate({"name": "statistical", "threshold": 0.9})
BOTH = CompareConfig(aligners=(PLAIN, BARE))


def add_links(project: Project, name: str, alignments: list[Alignment], **about) -> int:
    """A layer of links as an import of them would leave it."""
    layer = project.open_layer(
        name=name, kind=LayerKind.LINKS, side="both", fingerprint=name, provenance={"stage": "align"} | about
    )
    project.write(layer, 0, alignments)
    return project.complete(layer).id


def linked(*texts: str) -> list[Alignment]:
    """Alignments from lines like “0-0 1-2”."""
    return [Alignment(tuple(Link(*map(int, link.split("-"))) for link in text.split())) for text in texts]


def draw(project: Project, position: int, *links: tuple[int, int, str]) -> None:
    state = project.state(position)
    project.append(draft(state, position=position, kind=Kind.LINKS, now=[list(link) for link in links]))


def figures(comparison) -> dict:
    """A comparison without what differs from project to project: ids, dates and speed."""
    return {
        "aligners": [
            (replace(a, layer=None, projection=None, pairs_per_second=None), a.layer.name)
            for a in comparison.aligners
        ],
        "shared": comparison.shared,
        "sums": (comparison.pairs, comparison.disputed, comparison.gold_pairs),
        "sample": (comparison.sample, comparison.quality),
    }


RIGHT = linked("0-0 1-1 2-2 3-3 4-4", "1-0 2-1 3-2 4-3 5-5 6-6", "0-0 1-1 2-2")
WRONG = linked("0-0 1-1 2-2 3-4", "1-0 2-1 3-2 5-0 6-6", "")


# what is counted


def test_what_a_linguist_would_see(project):
    ours, theirs = add_links(project, "ours", RIGHT), add_links(project, "theirs", WRONG)
    comparison = compare(project, CompareConfig(layers=(ours, theirs)), WATCH)
    first, second = comparison.aligners
    assert (first.layer.id, second.layer.id) == (ours, theirs)
    assert comparison.shared == ((14, 7), (7, 9))
    assert (first.only, second.only) == (7, 2)
    assert (first.entities, second.entities) == (4, 4)
    assert (first.projected, comparison.pairs) == (4, 3)
    assert first.pairs_per_second is None
    assert first.precision is first.aer is None
    assert comparison.gold_pairs == 0

    table = disputed(project, comparison)
    assert [row.id for row in table] == ["one", "two", "three"]
    assert [row.entities for row in table] == [1, 1, 0]
    assert table[0].spans == (("Arusha (LOC)", ("Arusha", "")),)  # no name is a full stop
    assert table[1].spans == (("Juma (PER)", ("Juma", "Meya")),)
    assert (table[0].links, table[0].agreement) == ((5, 4), pytest.approx(3 / 6))
    assert (table[0].projected, table[1].projected) == ((2, 1), (2, 2))
    assert (table[2].links, table[2].agreement, table[2].entities) == ((3, 0), 0.0, 0)
    assert disputed(project, comparison, offset=1, limit=1) == table[1:2]


ALIGNMENTS = st.lists(
    st.dictionaries(st.tuples(st.integers(0, 6), st.integers(0, 9)), st.floats(0, 1), max_size=8).map(
        lambda links: Alignment(
            tuple(Link(*offsets, score) for offsets, score in links.items()), (Link(40, 40, 0.1),)
        )
    ),
    min_size=3,
    max_size=3,
)
PLACES = st.one_of(st.none(), st.tuples(st.integers(0, 2), st.integers(3, 5)))
TARGETS = st.lists(st.tuples(PLACES, PLACES, PLACES), min_size=3, max_size=3)


@given(st.lists(st.tuples(ALIGNMENTS, TARGETS), min_size=2, max_size=4))
def test_counts_are_those_of_sets(aligners):
    n = len(aligners)
    arrays = [link_arrays([encode_links(a) for a in alignments]) for alignments, _ in aligners]
    entities = [(0, 1, "PER"), (2, 4, "人名"), (5, 6, "LOC")]
    targets = [[list(zip(entities, pair, strict=True)) for pair in found] for _, found in aligners]
    rows = tallying.tally(arrays, targets)
    expected = agreement([alignments for alignments, _ in aligners])
    sums = rows.sum(axis=0)
    assert tallying.shared(sums, n) == [list(row) for row in expected.shared]
    assert sums[tallying.only_of(n)].tolist() == list(expected.only)
    assert (sums[tallying.ANY], sums[tallying.ALL]) == (expected.by_any, expected.by_all)
    assert rows[:, tallying.ENTITIES].tolist() == [3, 3, 3]
    for position in range(3):
        put = [found[position] for _, found in aligners]
        assert rows[position, tallying.projected_of(n)].tolist() == [3 - own.count(None) for own in put]
        disputes = [len(set(places)) > 1 for places in zip(*put, strict=True)]
        assert rows[position, tallying.DISPUTED] == sum(disputes)


@given(
    st.lists(
        st.tuples(st.integers(0, 300), st.integers(0, 40), st.integers(0, 40)).map(
            lambda row: (row[0], max(row[1:]), min(row[1:]))
        ),
        min_size=1,
    )
)
def test_pairs_are_ordered_by_disputed_entities_and_then_by_links(pairs):
    rows = np.array([[some, every, 300, disputes] for disputes, some, every in pairs])
    signals = tallying.signals(rows)
    assert ((signals >= 0) & (signals < 1)).all()
    wanted = [(disputes, 0 if some == 0 else (some - every) / some) for disputes, some, every in pairs]
    by_signal = sorted(range(len(pairs)), key=lambda i: signals[i])
    for before, after in pairwise(by_signal):
        assert wanted[before] <= wanted[after] or wanted[before] == pytest.approx(wanted[after])


def test_projection_is_scored_as_everywhere_else(project):
    comparison = compare(project, BOTH, WATCH)
    gold = project.annotations(imported_spans(project, "target"), 0, 3)
    for aligner in comparison.aligners:
        found = [projected_spans(p) for p in project.annotations(aligner.projection.id, 0, 3)]
        expected = entities_evaluation.score(gold, found).micro.f1
        assert (aligner.f1.value, aligner.f1.low, aligner.f1.high) == (
            expected.value,
            expected.interval.low,
            expected.interval.high,
        )
    assert comparison.quality == "f1"
    assert len(comparison.sample) == 3
    assert all(0 <= far <= 1 and 0 <= quality <= 1 for _, far, quality in comparison.sample)


def test_the_projection_under_review_stays_and_is_what_quality_is_about(project):
    compare(project, BOTH, WATCH)
    assert project.current_projection is None
    result = run(project, RunConfig(aligner=STRICT, projector=StageConfig(name="matching", minimum=0.99)))
    comparison = compare(project, BOTH, WATCH)
    assert project.current_projection == result.projection.id
    gold = project.annotations(imported_spans(project, "target"), 0, 3)
    found = [projected_spans(p) for p in project.annotations(result.projection.id, 0, 3)]
    for position, _, quality in comparison.sample:
        own = entities_evaluation.score([gold[position]], [found[position]], samples=0).micro.f1.value
        assert quality == pytest.approx(own if gold[position] or found[position] else 1.0)


@dataclass(frozen=True, slots=True)
class Rec:
    id: str
    source: Sentence | None
    target: Sentence
    source_spans: tuple[Span, ...] | None = None
    target_spans: tuple[Span, ...] | None = None
    source_raw: str | None = None
    target_raw: str | None = None


@pytest.fixture
def scripts(tmp_path):
    """Pairs in several scripts, with empty sides among them, and no gold entities."""
    texts = [
        ("Obafemi Awolowo was born in Ikenne .", "Ọbáfẹ́mi Awólọ́wọ̀ bí ní Ìkẹ́nnẹ́ .", (Span(0, 2, "PER"),)),
        ("Cairo is in Egypt .", "القاهرة في مصر .", (Span(0, 1, "LOC"), Span(3, 4, "LOC"))),
        ("Addis Ababa grows .", "አዲስ አበባ ያድጋል ።", (Span(0, 2, "LOC"),)),
        ("He lives in Beijing .", "他 住 在 北京 。", (Span(3, 4, "LOC"),)),
        ("", "👩‍👩‍👧 a\u200bb", ()),
        ("Nothing here .", "", ()),
        ("", "", ()),
    ]
    records = [
        Rec(f"p{i}", Sentence(tuple(source.split()), "en"), Sentence(tuple(target.split()), "und"), spans)
        for i, (source, target, spans) in enumerate(texts)
    ]
    path = tmp_path / "scripts.sqlite"
    with Project.create(path, name="scripts", source_lang="en", target_lang="und") as project:
        with project.importing() as importer:
            importer.add(records)
        yield project


def test_empty_sides_and_no_links_agree(scripts):
    comparison = compare(scripts, BOTH, WATCH)
    table = {row.id: row for row in disputed(scripts, comparison)}
    assert len(table) == 7
    for empty in ("p4", "p5", "p6"):
        assert (table[empty].links, table[empty].agreement, table[empty].entities) == ((0, 0), 1.0, 0)
    assert comparison.quality == "certainty"
    assert len(comparison.sample) == 7


def test_no_link_anywhere_agrees(scripts):
    none = [Alignment()] * 7
    layers = tuple(add_links(scripts, name, none) for name in ("a", "b", "c"))
    comparison = compare(scripts, CompareConfig(layers=layers), WATCH)
    assert comparison.shared == ((0, 0, 0),) * 3
    assert comparison.disputed == 0
    assert [aligner.projected for aligner in comparison.aligners] == [0, 0, 0]
    assert all(row.agreement == 1.0 for row in disputed(scripts, comparison))


def test_without_entities_links_alone_are_compared(tmp_path):
    (tmp_path / "pairs.tsv").write_text("Juma left\tJuma aliondoka\nRain\tMvua\n", encoding="utf-8")
    import_pair("plain", source=None, target=tmp_path / "pairs.tsv", source_lang="en", target_lang="sw")
    with catalogue.open_project("plain") as project:
        comparison = compare(project, BOTH, WATCH)
        for aligner in comparison.aligners:
            assert (aligner.projection, aligner.entities, aligner.projected) == (None, 0, 0)
            assert aligner.f1 is None
        assert comparison.sample == ()
        assert [row.spans for row in disputed(project, comparison)] == [(), ()]
        assert find(project, [a.layer.id for a in comparison.aligners]) == comparison


# gold links


def test_links_drawn_by_hand_are_gold_at_once(project):
    layers = [add_links(project, "ours", RIGHT), add_links(project, "theirs", WRONG)]
    compare(project, CompareConfig(layers=tuple(layers)), WATCH)
    draw(project, 0, (0, 0, "sure"), (1, 1, "sure"), (3, 3, "sure"), (2, 3, "possible"))
    draw(project, 2)
    found = find(project, layers)
    assert found.gold_pairs == 2
    for aligner, alignments in zip(found.aligners, (RIGHT, WRONG), strict=True):
        states = project.states(0, 3)
        gold = [states[p].links if p in states else None for p in range(3)]
        expected = links_evaluation.score(gold, alignments)
        for name in ("precision", "recall", "aer"):
            score, estimate = getattr(expected, name), getattr(aligner, name)
            assert (estimate.value, estimate.low, estimate.high) == pytest.approx(
                (score.value, score.interval.low, score.interval.high)
            )
    assert found.aligners[0].recall.value == 1.0
    assert found.aligners[1].recall.value == pytest.approx(2 / 3)
    project.append(inverse(project.actions(2)[-1]))
    assert find(project, layers).gold_pairs == 1
    project.append(inverse(project.actions(0)[-1]))
    assert find(project, layers).aligners[0].aer is None


def test_links_drawn_by_hand_win_over_imported_gold(project):
    layers = [add_links(project, "ours", RIGHT), add_links(project, "theirs", WRONG)]
    imported = [
        GoldLinks(frozenset({(0, 0)}), frozenset({(0, 0), (1, 1)})).alignment(),
        *linked("1-0 2-1", "0-0"),
    ]
    gold = add_links(project, "gold links", imported, gold=True)
    compare(project, CompareConfig(layers=tuple(layers)), WATCH)
    draw(project, 1, (6, 6, "sure"))
    found = find(project, layers)
    assert found.gold_pairs == 3
    standing = [GoldLinks.of(imported[0]), project.state(1).links, GoldLinks.of(imported[2])]
    for aligner, alignments in zip(found.aligners, (RIGHT, WRONG), strict=True):
        expected = links_evaluation.score(standing, alignments)
        assert aligner.aer.value == pytest.approx(expected.aer.value)
        assert aligner.precision.high == pytest.approx(expected.precision.interval.high)
    assert gold not in {layer.id for layer in link_layers(project)}
    with pytest.raises(ProjnerError, match="gold links"):
        compare(project, CompareConfig(layers=(layers[0], gold)), WATCH)


def gold_of_a_file(project, *texts: str) -> int:
    return add_links(project, "gold links", linked(*texts), gold=True)


def test_a_pair_that_no_gold_file_links_is_no_error_of_an_aligner(project):
    layers = [add_links(project, "ours", RIGHT), add_links(project, "theirs", WRONG)]
    gold_of_a_file(project, "0-0 1-1 2-2 3-3 4-4", "", "")
    compare(project, CompareConfig(layers=tuple(layers)), WATCH)
    found = find(project, layers)
    assert found.gold_pairs == 1
    assert found.aligners[0].aer.value == 0
    draw(project, 2)  # nothing here is linked, somebody says
    found = find(project, layers)
    assert found.gold_pairs == 2
    assert found.aligners[0].aer.value == pytest.approx(3 / 13)
    for aligner, layer in zip(found.aligners, layers, strict=True):
        expected = links_evaluation.score(gold_links(project, 0, 3), project.annotations(layer, 0, 3))
        assert aligner.aer.value == pytest.approx(expected.aer.value)
        assert aligner.aer.high == pytest.approx(expected.aer.interval.high)


def test_a_gold_file_without_links_is_no_gold(project):
    layers = [add_links(project, "ours", RIGHT), add_links(project, "theirs", WRONG)]
    gold_of_a_file(project, "", "", "")
    found = compare(project, CompareConfig(layers=tuple(layers)), WATCH)
    assert (found.gold_pairs, found.aligners[0].aer) == (0, None)


def test_two_projects_of_one_corpus_are_two(project, files):
    """Layers that are known by the same fingerprint may hold other things elsewhere."""
    import_pair("other", source=files[0], target=files[1], source_lang="en", target_lang="sw")
    with catalogue.open_project("other") as other:
        assert other.fingerprint() == project.fingerprint()
        assert other.identity != project.identity
        aers, samples = [], []
        for here, ours in ((project, RIGHT), (other, WRONG)):
            layers = [add_links(here, "ours", ours), add_links(here, "theirs", linked("0-1", "", "2-0"))]
            gold_of_a_file(here, "0-0 1-1 2-2 3-3 4-4", "", "")
            draw(here, 2, (0, 0, "sure"))
            found = compare(here, CompareConfig(layers=tuple(layers)), WATCH)
            aers.append(found.aligners[0].aer.value)
            samples.append([quality for _, _, quality in found.sample])
        assert aers[0] < aers[1]
        assert samples[0] != samples[1]


def test_an_identity_is_that_of_the_project_however_it_is_opened(project):
    with Project.open(project.path) as again:
        assert again.identity == project.identity


def test_gold_drawn_in_one_window_while_another_counts(project, monkeypatch):
    """Two threads share what was counted; each must give the scores of the links that it was given."""
    from projner_core.pipeline import gold

    ours = project.layer(add_links(project, "ours", RIGHT))
    before = {0: GoldLinks(frozenset({(0, 1)}), frozenset({(0, 1)}))}
    after = {0: GoldLinks(frozenset({(0, 0)}), frozenset({(0, 0)})), 1: GoldLinks()}
    annotations_at = type(project).annotations_at

    def meanwhile(self, *rest):
        monkeypatch.undo()
        other = gold._count_by_hand(project, ours, after)
        assert other[0].tolist() == list(links_evaluation.count(after[0], RIGHT[0]))
        found = annotations_at(self, *rest)
        return found

    class Shared(dict):
        """As another thread would leave it between writing and reading."""

        def update(self, *rest):
            super().update(*rest)
            super().update({0: (after[0], links_evaluation.count(after[0], RIGHT[0]))})

    monkeypatch.setattr(gold, "_drawn", gold.Recent(2))
    gold._drawn.get((project.identity, ours.fingerprint), Shared)
    counts = gold._count_by_hand(project, ours, before)
    assert counts[0].tolist() == list(links_evaluation.count(before[0], RIGHT[0]))


LINKS = st.frozensets(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=5)


@given(st.lists(st.tuples(LINKS, LINKS, LINKS), min_size=1, max_size=4))
def test_gold_is_counted_as_sets_are(pairs):
    from projner_core.pipeline.gold import _count

    def rows(which) -> np.ndarray:
        links = [(i, *link) for i, pair in enumerate(pairs) for link in sorted(pair[which])]
        return np.array(links, dtype=np.int64).reshape(len(links), 3)

    counts = _count(rows(0), rows(1), rows(2), len(pairs))
    for row, (found, sure, possible) in zip(counts.tolist(), pairs, strict=True):
        gold = GoldLinks(sure, sure | possible)
        alignment = Alignment(tuple(Link(*link) for link in found))
        assert tuple(row) == links_evaluation.count(gold, alignment)


# what is found again


def test_find_gives_the_order_asked_for_and_nothing_that_was_not_compared(project):
    layers = [add_links(project, "ours", RIGHT), add_links(project, "theirs", WRONG)]
    third = add_links(project, "third", linked("0-1", "", "2-0"))
    assert find(project, layers) is None
    made = compare(project, CompareConfig(layers=tuple(layers)), WATCH)
    assert find(project, layers) == made
    other = find(project, layers[::-1])
    assert [a.layer.id for a in other.aligners] == layers[::-1]
    assert other.aligners == made.aligners[::-1]
    assert other.shared == ((9, 7), (7, 14))
    assert disputed(project, other)[1].spans == (("Juma (PER)", ("Meya", "Juma")),)
    assert compare(project, CompareConfig(layers=tuple(layers[::-1])), WATCH) == other
    assert find(project, [layers[0], third]) is None
    assert find(project, [*layers, third]) is None
    assert find(project, layers, StageConfig(name="matching", minimum=0.9)) is None
    assert len(project.layers(kind=LayerKind.NUMBERS)) == 1


def test_source_entities_corrected_since_make_it_outdated_until_compared_again(project):
    made = compare(project, BOTH, WATCH)
    layers = [aligner.layer.id for aligner in made.aligners]
    marked = project.append(draft(None, position=2, kind=Kind.SOURCE_SPANS, now=[[0, 1, "MISC"]]))
    assert find(project, layers) == replace(made, outdated=True)
    again = compare(project, BOTH, WATCH)
    assert not again.outdated
    assert again.aligners[0].entities == made.aligners[0].entities + 1
    assert find(project, layers) == again
    project.append(inverse(marked))
    assert find(project, layers) == made


def test_an_entity_corrected_while_the_comparison_starts_is_in_it(project, monkeypatch):
    layers = (add_links(project, "ours", RIGHT), add_links(project, "theirs", WRONG))
    asked = comparing.entities_mark

    def then_corrected(*rest):
        mark = asked(*rest)
        project.append(draft(None, position=2, kind=Kind.SOURCE_SPANS, now=[[0, 1, "MISC"]]))
        return mark

    monkeypatch.setattr(comparing, "entities_mark", then_corrected)
    made = compare(project, CompareConfig(layers=layers), WATCH)
    assert made.aligners[0].entities == 5
    assert find(project, layers) == made
    assert not made.outdated


def test_one_aligner_twice_is_noticed_before_anything_runs(project, monkeypatch):
    layer = aligning.align(project, PLAIN, WATCH)
    monkeypatch.setattr(comparing, "align", lambda *rest: pytest.fail("aligned"))
    for config in (
        CompareConfig(aligners=(BARE, BARE)),
        CompareConfig(layers=(layer.id,), aligners=(PLAIN,)),
        CompareConfig(layers=(layer.id,), aligners=(PLAIN, PLAIN)),
    ):
        with pytest.raises(ProjnerError, match="1 aligner cannot be compared: choose two to 4 that differ"):
            compare(project, config, WATCH)


class Forgetful:
    """A projector of another package, which leaves out the entities that it finds no place for."""

    def project(self, pairs, entities, alignments):
        whole = projectors.create("matching").project(pairs, entities, alignments)
        return [tuple(p for p in projections if p.target is not None) for projections in whole]


def test_a_projector_that_leaves_entities_out_puts_them_nowhere(project, monkeypatch):
    layers = (add_links(project, "theirs", WRONG), add_links(project, "ours", RIGHT))
    wanted = compare(project, CompareConfig(layers=layers), WATCH)
    registered = projectors.registry.factory

    monkeypatch.setattr(
        projectors.registry, "factory", lambda name: Forgetful if name == "forgetful" else registered(name)
    )
    other = CompareConfig(layers=layers, projector=StageConfig(name="forgetful"))
    found = compare(project, other, WATCH)
    assert (found.disputed, found.aligners[0].entities) == (wanted.disputed, wanted.aligners[0].entities)
    assert [row.spans for row in disputed(project, found)] == [r.spans for r in disputed(project, wanted)]


def test_nothing_is_made_twice(project, monkeypatch):
    made = compare(project, BOTH, WATCH)
    before = project.layers()

    def refuse(*rest, **more):
        raise AssertionError("made again")

    for name in ("write", "set_meta"):
        monkeypatch.setattr(type(project), name, refuse)
    monkeypatch.setattr(tallying, "tally", refuse)
    assert compare(project, BOTH, WATCH) == made
    layers = tuple(aligner.layer.id for aligner in made.aligners)
    assert compare(project, CompareConfig(layers=layers), WATCH) == made
    assert project.layers() == before


@pytest.mark.parametrize(
    ("config", "says"),
    [
        (CompareConfig(aligners=(PLAIN,)), "1 aligner cannot be compared"),
        (CompareConfig(aligners=(PLAIN, PLAIN)), "two to 4 that differ"),
        (CompareConfig(aligners=(PLAIN, BARE, STRICT), layers=(1, 2)), "5 aligners cannot be compared"),
        (CompareConfig(layers=(1, 2)), "holds no finished links"),
        (CompareConfig(layers=(98, 99)), "no layer 98"),
        (CompareConfig(aligners=(PLAIN, StageConfig(name="fast_align"))), "fast_align"),
    ],
)
def test_what_cannot_be_compared_is_a_sentence(project, config, says):
    with pytest.raises(ProjnerError, match=says):
        compare(project, config, WATCH)
    assert project.layers(kind=LayerKind.NUMBERS, incomplete=True) == []


def test_what_cannot_start_is_known_before_anything_runs(project, tmp_path):
    missing = StageConfig.model_validate({"name": "simalign", "model": str(tmp_path / "not here")})
    several = StageConfig.model_validate({"name": "combination", "of": ["statistical", missing.model_dump()]})
    for config in (StageConfig(name="fast_align"), missing, several):
        with pytest.raises(ProjnerError, match=r"fast_align|not here"):
            compare(project, CompareConfig(aligners=(PLAIN, config)), WATCH)
    assert project.layers(kind=LayerKind.LINKS, incomplete=True) == []


def test_pairs_without_a_source_are_a_sentence(tmp_path, files):
    import_pair("half", source=None, target=files[1], source_lang="en", target_lang="sw")
    with catalogue.open_project("half") as project, pytest.raises(ProjnerError, match="no source sentence"):
        compare(project, BOTH, WATCH)


# how it goes on


def imported_twice(project: Project) -> CompareConfig:
    """Two layers of links over the long project."""
    layers = [add_links(project, "ours", RIGHT * 1000), add_links(project, "theirs", WRONG * 1000)]
    return CompareConfig(layers=tuple(layers))


@pytest.fixture
def whole(long_project) -> dict:
    """What comparing those layers gives in another project with the same pairs, in one go."""
    folder = long_project.path.parents[2]
    source, target = folder / "long.en.conll", folder / "long.sw.conll"
    import_pair("whole", source=source, target=target, source_lang="en", target_lang="sw")
    with catalogue.open_project("whole") as project:
        return figures(compare(project, imported_twice(project), WATCH))


def test_progress_goes_through_the_stages(long_project):
    reports = []
    compare(long_project, BOTH, Watch(reports.append, None))
    stages = [report.stage for report in reports]
    assert list(dict.fromkeys(stages)) == ["align", "project", "doubt", "compare", "score"]
    assert [r.done for r in reports if r.stage == "compare"] == [0, 1000, 2000, 3000]


def test_cancelled_while_aligning_and_gone_on_with(long_project, monkeypatch):
    monkeypatch.setattr(aligning, "_START_UP", 0.0)
    reports = []
    with pytest.raises(Cancelled):
        compare(long_project, BOTH, Watch(reports.append, lambda: any(r.done for r in reports)))
    (unfinished,) = long_project.layers(kind=LayerKind.LINKS, incomplete=True)
    assert find(long_project, [unfinished.id]) is None
    assert link_layers(long_project) == []
    comparison = compare(long_project, BOTH, WATCH)
    assert comparison.aligners[0].layer.id == unfinished.id
    assert all(aligner.pairs_per_second > 0 for aligner in comparison.aligners)


@pytest.mark.parametrize("stage", ["project", "compare"])
def test_cancelled_and_gone_on_with(long_project, whole, stage):
    config = imported_twice(long_project)
    reports = []

    def enough() -> bool:
        return any(report.stage == stage and report.done for report in reports)

    with pytest.raises(Cancelled):
        compare(long_project, config, Watch(reports.append, enough))
    assert long_project.layers(kind=LayerKind.NUMBERS) == []
    assert find(long_project, config.layers) is None
    assert figures(compare(long_project, config, WATCH)) == whole


KILLED = """
import os, signal, sys
from projner_core.pipeline.comparing import CompareConfig, compare
from projner_core.pipeline.progress import Watch
from projner_core.store import catalogue
writes = int(sys.argv[1])
def counted(write):
    def before(self, *rest, **more):
        global writes
        if writes == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        writes -= 1
        return write(self, *rest, **more)
    return before
with catalogue.open_project("long") as project:
    for name in ("write", "complete", "set_meta"):
        setattr(type(project), name, counted(getattr(type(project), name)))
    compare(project, CompareConfig.model_validate_json(sys.argv[2]), Watch(None, None))
"""


def test_killed_again_and_again_ends_in_the_same_totals(long_project, whole, home):
    config = imported_twice(long_project)
    codes = []
    for _ in range(20):
        done = subprocess.run(
            [sys.executable, "-c", KILLED, "2", config.model_dump_json()],
            env=os.environ | {"PROJNER_HOME": str(home)},
            check=False,
        )
        codes.append(done.returncode)
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
    assert codes.count(-signal.SIGKILL) >= 4
    assert codes[-1] == 0
    assert figures(find(long_project, config.layers)) == whole


def test_killed_between_its_last_chunk_and_its_totals_it_does_not_count_yet(project, monkeypatch):
    def killed(*rest):
        raise KeyboardInterrupt

    monkeypatch.setattr(comparing, "_totals", killed)
    with pytest.raises(KeyboardInterrupt):
        compare(project, BOTH, WATCH)
    layers = [layer.id for layer in link_layers(project)]
    assert project.layers(kind=LayerKind.NUMBERS)
    assert find(project, layers) is None
    monkeypatch.undo()
    assert compare(project, BOTH, WATCH) == find(project, layers)


def test_two_at_once_end_in_one_comparison(long_project, whole, home):
    config = imported_twice(long_project)
    both = [
        subprocess.Popen(
            [sys.executable, "-c", KILLED, "-1", config.model_dump_json()],
            env=os.environ | {"PROJNER_HOME": str(home)},
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    errors = [process.communicate()[1].decode() for process in both]
    # whoever comes second to a chunk is told so and stops; nothing is written twice
    assert all(p.returncode == 0 or ConflictError.__name__ in e for p, e in zip(both, errors, strict=True))
    assert figures(compare(long_project, config, WATCH)) == whole
    assert len(long_project.layers(incomplete=True)) == len(long_project.layers())


def test_the_worker_compares_too(project, monkeypatch):
    monkeypatch.setattr(aligning, "_START_UP", 0.0)
    job = running.start("small", BOTH)
    deadline = time.monotonic() + 120
    while running.status(project).active and time.monotonic() < deadline:
        time.sleep(0.1)
    status = running.status(project)
    assert (status.job_id, status.kind, status.state) == (job, "compare", "done"), status.message
    found = find(project, [layer.id for layer in link_layers(project)])
    assert found is not None
    assert all(aligner.pairs_per_second > 0 for aligner in found.aligners)
    assert project.current_projection is None


def test_the_heart_beats_on_after_the_store_failed_once(project, monkeypatch):
    monkeypatch.setattr(running, "HEARTBEAT_SECONDS", 0.01)
    update, tried = type(project).update_job, []

    def sometimes(self, *rest, **more):
        tried.append(rest)
        if len(tried) in {1, 3}:
            raise ProjnerError("There is no space left.")
        update(self, *rest, **more)

    monkeypatch.setattr(type(project), "update_job", sometimes)
    job = project.start_job("run", {})
    deadline = time.monotonic() + 30
    with running._Pulse(project, job) as pulse:
        running.cancel(project)
        while not (pulse.is_cancelled() and len(tried) > 4) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert pulse.is_cancelled()
    assert len(tried) > 4
    assert running.status(project).state == "done"


def test_a_comparison_that_fails_in_the_worker_says_why(project):
    job = project.start_job("compare", CompareConfig(layers=(98, 99)).model_dump())
    assert running.work("small", job) == "failed"
    assert "no layer 98" in running.status(project).message


# the demo corpora


def compared_in_demo(project: Project):
    layers = [layer.id for layer in link_layers(project)]
    return find(project, layers)


def test_a_demo_has_something_to_compare(home):
    with catalogue.open_project(demo.ensure("sw")) as project:
        found = compared_in_demo(project)
        assert [aligner.layer.provenance["settings"] for aligner in found.aligners] == [
            {},
            {"lexicon": 0.0, "names": 0.0, "similarity": 0.0},
        ]
        # the entities of Swahili news are found more often by who knows names and similar words
        assert found.aligners[0].f1.value > found.aligners[1].f1.value
        assert found.disputed > 0
        assert project.layer(project.current_projection).parents[1] == found.aligners[0].layer.id


def test_a_demo_that_was_made_before_is_completed_once(home, monkeypatch):
    with monkeypatch.context() as earlier:  # as an earlier version made it
        earlier.setattr(demo, "compare", lambda *rest: None)
        name = demo.ensure("sw")
    with catalogue.open_project(name) as project:
        assert compared_in_demo(project) is None
        project.set_meta("demo_compared", None)
        demo.ensure("sw")
        found = compared_in_demo(project)
        assert found is not None
    monkeypatch.setattr(demo, "compare", lambda *rest: pytest.fail("compared again"))
    assert demo.ensure("sw") == name
