from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from projner_core.errors import ConflictError, ProjnerError
from projner_core.review.actions import Kind, Verdict, draft
from projner_core.store import LayerKind, QueueItem

SIZE = 12


@pytest.fixture
def small(make, rec):
    """Twelve pairs, a layer with doubts (many of them equal), and a review half way."""
    project = make([rec(f"p{i}", f"word{i} a", f"neno{i} Ọ̀yọ́" if i % 3 else f"{i}") for i in range(SIZE)])
    layer = layer_of(project)
    project.write_signals(layer, 0, DOUBTS[:7])
    project.write_signals(layer, 7, DOUBTS[7:])
    for position, verdict in VERDICTS.items():
        decide(project, position, Kind.VERDICT, verdict)
    decide(project, 3, Kind.SPANS, [[0, 1, "PER"]])
    decide(project, 4, Kind.SPANS, [])
    decide(project, 5, Kind.NOTE, "a note is no verdict")
    return project, layer


DOUBTS = [0.5, 0.0, 0.9, 0.5, 0.0, 1.0, 0.5, 0.0, 0.25, 0.9, 0.0, 0.5]
VERDICTS = {0: "right", 2: "no-entity", 3: "right", 11: "right"}


def layer_of(project) -> int:
    return project.open_layer(
        name="m", kind=LayerKind.PROJECTIONS, side="target", fingerprint="m", provenance={}
    ).id


def decide(project, position, kind, now, review="review"):
    state = project.state(position, review)
    return project.append(draft(state, position=position, kind=kind, now=now, who="Ada", review=review))


def listed(project, layer, **view) -> list[int]:
    return [item.position for item in project.queue(layer, **view)]


VIEWS = st.fixed_dictionaries(
    {
        "order": st.sampled_from(["doubt", "file"]),
        "show": st.sampled_from(["all", "open", "done"]),
        "review": st.sampled_from(["review", "another"]),
        "search": st.sampled_from([None, "", "NENO", "neno1", "ọ̀yọ́", "p1", "word5", "nowhere", "%", "_"]),
    }
)


def expected(view, with_layer: bool) -> list[int]:
    """The same queue, written down without a database."""
    positions = list(range(SIZE))
    verdicts = VERDICTS if view["review"] == "review" else {}
    if view["show"] != "all":
        positions = [p for p in positions if (p in verdicts) == (view["show"] == "done")]
    needle = unicodedata.normalize("NFC", view["search"] or "").casefold()
    texts = [f"p{i}\nword{i} a\n" + (f"neno{i} ọ̀yọ́" if i % 3 else f"{i}") for i in range(SIZE)]
    positions = [p for p in positions if needle in unicodedata.normalize("NFC", texts[p])]
    if view["order"] == "doubt" and with_layer:
        positions.sort(key=lambda p: (-DOUBTS[p], p))
    return positions


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(VIEWS, st.booleans(), st.integers(0, SIZE), st.integers(1, 5))
def test_the_queue_and_its_neighbours_are_those_of_a_plain_list(small, view, with_layer, offset, limit):
    project, layer = small
    layer = layer if with_layer else None
    whole = expected(view, with_layer)
    assert listed(project, layer, **view) == whole
    assert listed(project, layer, offset=offset, limit=limit, **view) == whole[offset : offset + limit]
    assert project.queue_size(layer, **view) == len(whole)

    everything = expected(view | {"show": "all", "search": None}, with_layer)
    for position in range(SIZE):  # also those that the view leaves out
        rank = everything.index(position)
        before = [p for p in whole if everything.index(p) < rank]
        after = [p for p in whole if everything.index(p) > rank]
        assert project.queue_position(position, layer, **view) == len(before)
        assert project.next_in_queue(position, layer, **view) == (after[0] if after else None)
        assert project.next_in_queue(position, layer, step=-1, **view) == (before[-1] if before else None)
    assert project.next_in_queue(None, layer, **view) == (whole[0] if whole else None)
    assert project.next_in_queue(None, layer, step=-1, **view) == (whole[-1] if whole else None)


def test_an_item_says_what_a_reader_wants_to_know(small):
    project, layer = small
    items = {item.position: item for item in project.queue(layer)}
    assert items[2] == QueueItem(2, "p2", 0.9, Verdict.NO_ENTITY, False, "neno2 Ọ̀yọ́")
    assert items[3] == QueueItem(3, "p3", 0.5, Verdict.RIGHT, True, "3")
    assert (items[4].verdict, items[4].changed) == (None, True)
    assert project.queue(None)[0].doubt is None


def test_reviews_know_nothing_of_each_other(small):
    project, layer = small
    assert project.review_counts() == (4, 2, SIZE)
    assert project.review_counts("another") == (0, 0, SIZE)
    decide(project, 9, Kind.VERDICT, "right", review="another")
    assert listed(project, layer, show="done", review="another") == [9]
    assert 9 in listed(project, layer, show="open")


def test_a_verdict_moves_a_pair_from_open_to_done_and_back(small):
    project, layer = small
    assert listed(project, layer, show="open")[0] == 5
    decide(project, 5, Kind.VERDICT, "right")
    assert listed(project, layer, show="open")[0] == 9
    assert project.next_in_queue(5, layer, show="open") == 9
    decide(project, 5, Kind.VERDICT, None)
    assert listed(project, layer, show="open")[0] == 5


def test_pairs_without_a_signal_are_not_in_the_order_of_doubt(make, rec):
    project = make([rec(f"p{i}", "a", "b") for i in range(4)])
    layer = layer_of(project)
    project.write_signals(layer, 0, [0.1, 0.2])
    assert listed(project, layer) == [1, 0]
    assert listed(project, layer, order="file") == [0, 1, 2, 3]
    assert project.next_in_queue(3, layer) == 1
    assert project.queue_position(3, layer) == 2


def test_search_finds_words_however_they_were_typed(project):
    composed = unicodedata.normalize("NFC", "AWÓLỌ́WỌ̀")
    assert listed(project, None, search=composed) == [1]
    assert listed(project, None, search=unicodedata.normalize("NFD", composed)) == [1]
    assert listed(project, None, search="القاهرة") == [2]
    assert listed(project, None, search="北京") == [4]
    assert listed(project, None, search="beijing") == [4]
    assert listed(project, None, search="  zh-1 ") == [4]
    assert listed(project, None, search="%_") == [5]
    assert listed(project, None, search="%") == [5]
    assert listed(project, None, search="\\") == []
    assert listed(project, None, search="' OR 1=1 --") == []


def test_a_long_sentence_is_shown_in_part(make, rec):
    project = make([rec("p", None, "neno " * 100)])
    (item,) = project.queue(None)
    assert len(item.preview) == 120
    assert item.preview.endswith("…")


def test_doubts_are_chances_written_in_order(project):
    layer = layer_of(project)
    for wrong in ([0.5, 1.01], [-0.1], [float("nan")]):
        with pytest.raises(ProjnerError, match="between 0 and 1"):
            project.write_signals(layer, 0, wrong)
    with pytest.raises(ProjnerError, match="there are 6 pairs"):
        project.write_signals(layer, 0, [0.5] * 7)
    project.write_signals(layer, 0, [0.5] * 2)
    with pytest.raises(ConflictError):
        project.write_signals(layer, 1, [0.5])
    assert project.layer(layer).signals_done == 2
    assert listed(project, layer) == [0, 1]


def test_no_such_queue(project):
    with pytest.raises(ValueError, match="alphabet"):
        project.queue(None, order="alphabet")
    with pytest.raises(ValueError, match="some"):
        project.next_in_queue(0, None, show="some")


def test_pages_walk_an_index_and_sort_nothing(make, rec):
    project = make([rec(f"p{i}", "a", "b") for i in range(300)])
    layer = layer_of(project)
    project.write_signals(layer, 0, [random.random() for _ in range(300)])
    decide(project, 8, Kind.VERDICT, "right")
    plans = []

    def watch(connection, cursor, statement, parameters, context, many):
        if statement.lstrip().startswith("SELECT"):
            explained = connection.connection.execute("EXPLAIN QUERY PLAN " + statement, parameters)
            plans.append((statement, [row[3] for row in explained]))

    event.listen(project.engine, "before_cursor_execute", watch)
    for order in ("doubt", "file"):
        for show in ("all", "open"):
            project.queue(layer, order=order, show=show)
            project.next_in_queue(7, layer, order=order, show=show)
            project.next_in_queue(7, layer, order=order, show=show, step=-1)
    project.queue(layer, order="file", show="done")
    project.pair(7)
    project.position_of("p7")
    assert len(plans) > 20
    for statement, plan in plans:
        assert not [line for line in plan if "TEMP B-TREE" in line], (statement, plan)
        scans = [line for line in plan if line.startswith("SCAN")]
        # the order of the file may walk the pairs themselves: it stops at the end of the page
        assert all(line == "SCAN pairs" for line in scans), (statement, plan)
