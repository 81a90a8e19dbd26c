"""The alignment matrix: what is drawn where, and that text stays text."""

from __future__ import annotations

import json
from unicodedata import normalize

import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projner_core.corpus import Alignment, GoldLinks, Link
from projner_ui import plotting
from projner_ui.aligner_marks import Mark, Marked, marks
from projner_ui.matrix import Drawn, Side, figure, said, transposed

ENGLISH = Side(("The", "court", "sat", "in", "Arusha"), entities=frozenset({4}))
SWAHILI = Side(("Mahakama", "ilikaa", "Arusha"))
ARABIC = Side(("النيل", "طويل"), rtl=True)
TRAP = "<img src=x onerror=alert(1)>"


def drawn(*alignments):
    return [Drawn(Marked(f"aligner {n}", Mark(n)), alignment) for n, alignment in enumerate(alignments)]


def cells(trace):
    """The cells that a trace's shapes stand in, as (column, row)."""
    return [(round(x), round(y)) for x, y in zip(trace["x"], trace["y"], strict=True)]


def trace(made, symbol, size=None):
    found = [t for t in made["data"] if t["marker"].get("symbol") == symbol and t["hoverinfo"] == "skip"]
    return found if size is None else found[size]


def test_rows_are_source_words_and_columns_target_words():
    made = figure(ENGLISH, SWAHILI, drawn(Alignment((Link(1, 0), Link(4, 2)))))
    weak, linked = trace(made, "circle")
    assert cells(linked) == [(0, 1), (2, 4)]
    assert weak["x"] == []
    assert [plain(t) for t in made["layout"]["yaxis"]["ticktext"]] == ["The", "court", "sat", "in", "Arusha"]
    assert [plain(t) for t in made["layout"]["xaxis"]["ticktext"]] == list(SWAHILI.tokens)


def plain(label):
    return label.replace("<b>", "").replace("</b>", "").strip("\u2068\u2069")


def test_words_in_an_entity_are_bold():
    made = figure(ENGLISH, SWAHILI, drawn(Alignment()))
    assert [t.startswith("<b>") for t in made["layout"]["yaxis"]["ticktext"]] == [False] * 4 + [True]


def test_each_aligner_has_its_own_shape_at_its_own_place_in_the_cell():
    same = Alignment((Link(1, 1),))
    made = figure(ENGLISH, SWAHILI, drawn(same, same, same, same))
    places = set()
    for symbol in ("circle", "square", "diamond", "triangle-up"):
        linked = trace(made, symbol)[1]
        assert cells(linked) == [(1, 1)]
        places.add((linked["x"][0], linked["y"][0]))
    assert len(places) == 4


def test_what_was_only_weighed_is_hollow_and_what_is_hardly_known_is_not_drawn():
    made = figure(ENGLISH, SWAHILI, drawn(Alignment((), (Link(0, 0, 0.2), Link(0, 1, 0.04)))))
    weak, linked = trace(made, "circle")
    assert cells(weak) == [(0, 0)]
    assert linked["x"] == []
    assert weak["marker"]["line"]["width"] > 0
    assert weak["marker"]["color"] != weak["marker"]["line"]["color"]


def test_gold_lies_under_the_aligners_and_sure_looks_other_than_possible():
    gold = GoldLinks(frozenset({(1, 0)}), frozenset({(1, 0), (2, 1)}))
    made = figure(ENGLISH, SWAHILI, drawn(Alignment((Link(1, 0),))), gold)
    possible, sure = made["data"][:2]
    assert (cells(possible), cells(sure)) == ([(1, 2)], [(0, 1)])
    assert possible["marker"]["color"] == plotting.NOTHING
    assert sure["marker"]["color"] != plotting.NOTHING
    assert made["data"][2]["marker"]["symbol"] == "circle", "what comes later lies on top"


def test_hovering_says_both_words_and_every_aligners_value():
    first = Alignment((Link(1, 0, 0.875),))
    second = Alignment((), (Link(1, 0, 0.25),))
    gold = GoldLinks(frozenset(), frozenset({(1, 0)}))
    made = figure(ENGLISH, SWAHILI, drawn(first, second, Alignment()), gold)
    hover = made["data"][-1]
    [said] = hover["hovertext"]
    lines = said.replace("\u2068", "").replace("\u2069", "").split("<br>")
    assert lines == [
        "<b>court</b> · <b>Mahakama</b>",
        "● aligner 0  0.88",
        "■ aligner 1  0.25, not linked",
        "◆ aligner 2  –",
        "gold: possible",
    ]
    assert hover["customdata"] == [[1, 0]]


def test_a_weak_link_stays_in_the_hover_where_an_aligner_decided_for_a_faint_one():
    made = figure(ENGLISH, SWAHILI, drawn(Alignment((Link(0, 0, 0.01),))))
    assert "0.01" in made["data"][-1]["hovertext"][0]


def test_a_long_pair_is_turned_so_that_the_long_side_runs_down():
    long = Side(tuple(f"neno{n}" for n in range(90)))
    short = Side(tuple(f"word{n}" for n in range(12)))
    assert transposed(short, long)
    assert not transposed(long, short)
    assert not transposed(short, Side((*short.tokens, "one")))
    made = figure(short, long, drawn(Alignment((Link(11, 89),))))
    assert cells(trace(made, "circle")[1]) == [(11, 89)]
    assert len(made["layout"]["yaxis"]["ticktext"]) == 90
    assert made["layout"]["height"] > made["layout"]["width"]
    assert made["layout"]["xaxis2"]["side"] == "bottom", "the words once more at the foot"


def test_words_that_are_read_from_the_right_stand_from_the_right():
    made = figure(Side(("The", "Nile")), ARABIC, drawn(Alignment((Link(1, 0),))))
    axis = made["layout"]["xaxis"]
    assert axis["range"][0] > axis["range"][1]
    assert made["layout"]["yaxis"]["side"] == "right"
    assert figure(ENGLISH, SWAHILI, drawn(Alignment()))["layout"]["yaxis"]["side"] == "left"


def test_chinese_words_are_written_downwards():
    made = figure(Side(("The", "UN")), Side(("联合国", "说")), drawn(Alignment()))
    assert made["layout"]["xaxis"]["tickangle"] == 0
    assert made["layout"]["xaxis"]["ticktext"][0].count("<br>") == 2


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (TRAP, "&lt;img src=x onerror=alert(1)&gt;"),
        ("<b>R&D</b>", "&lt;b&gt;R&amp;D&lt;/b&gt;"),
        ("$5$", "&#36;5&#36;"),
        ("\u200b", "U+200B"),
        ("\u200e\u200b", "U+200E U+200B"),
        ("", "(empty)"),
        ("a\nb", "a b"),
        ("አዲስ አበባ", "አዲስ አበባ"),
        ("👩🏽‍🚒", "👩🏽‍🚒"),
    ],
)
def test_text_of_users_is_never_markup(given, shown):
    assert plotting.text(given, 40) == f"\u2068{shown}\u2069"


def test_a_long_word_is_cut_between_letters_not_within_one():
    word = normalize("NFD", "Ọ̀ṣọ́ọ̀ṣì" * 4)
    cut = plotting.text(word).strip("\u2068\u2069").removesuffix("…")
    assert len(cut) < 18
    assert word.startswith(cut)
    assert normalize("NFC", word).startswith(normalize("NFC", cut)), "no mark was torn off its letter"


tokens = st.lists(st.text(max_size=30), min_size=1, max_size=25).map(tuple)


@settings(deadline=None, max_examples=60)  # plotly is loaded in the first one
@given(source=tokens, target=tokens, data=st.data())
def test_any_pair_makes_a_figure_that_plotly_takes(source, target, data):
    offsets = st.tuples(st.integers(0, len(source) - 1), st.integers(0, len(target) - 1))
    scores = st.floats(0, 1)
    alignments = [
        Alignment(
            tuple(Link(*o, data.draw(scores)) for o in data.draw(st.sets(offsets, max_size=8))),
            tuple(Link(*o, data.draw(scores)) for o in data.draw(st.sets(offsets, max_size=8))),
        )
        for _ in range(data.draw(st.integers(1, 4)))
    ]
    possible = frozenset(data.draw(st.sets(offsets, max_size=4)))
    before = [*alignments]
    made = figure(Side(source), Side(target), drawn(*alignments), GoldLinks(frozenset(), possible))
    go.Figure(made)  # raises where a key or a value is none of plotly's
    assert alignments == before
    for label in (*made["layout"]["xaxis"]["ticktext"], *made["layout"]["yaxis"]["ticktext"]):
        assert "<" not in label.replace("<br>", "")
    for drawn_trace in made["data"]:
        for x, y in cells(drawn_trace):
            row, column = (x, y) if transposed(Side(source), Side(target)) else (y, x)
            assert 0 <= row < len(source)
            assert 0 <= column < len(target)


def test_ninety_words_a_side_make_a_figure_that_travels_fast():
    side = Side(tuple(f"neno{n}" for n in range(90)))
    links = tuple(Link(n, n, 0.9) for n in range(90))
    weak = tuple(Link(n, 89 - n, 0.2) for n in range(90))
    made = figure(side, side, drawn(*[Alignment(links, weak)] * 4))
    assert len(json.dumps(made)) < 100_000
    assert len(made["data"]) <= 12, "a trace an aligner and kind, never one a cell"


@given(st.lists(st.integers(1, 30), min_size=1, max_size=12, unique=True), st.data())
def test_marks_are_different_and_stay_where_they_are_while_there_are_four_layers(known, data):
    picked = data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=4, unique=True))
    found = marks(known, picked)
    assert list(found) == picked
    assert len(set(found.values())) == len(picked)
    if len(known) <= 4:
        assert all(found[layer] == marks(known, [layer])[layer] for layer in picked)


def test_a_name_is_text_in_html_too():
    assert TRAP not in Marked(TRAP, Mark(0)).html()
    assert "&lt;img" in Marked(TRAP, Mark(0)).html()


def test_the_cells_of_a_matrix_are_never_too_small_to_read():
    long = Side(tuple(f"neno{n}" for n in range(300)))
    made = figure(long, long, drawn(Alignment()))
    layout = made["layout"]
    inner = layout["width"] - layout["margin"]["l"] - layout["margin"]["r"]
    assert inner / 300 >= 18
    assert layout["xaxis"]["tickfont"]["size"] >= 13
    assert layout["yaxis2"]["side"] == "right", "pushed sideways, the words of the rows are still there"


def test_shapes_stand_in_a_cell_as_in_the_key_whichever_way_the_words_run():
    same = Alignment((Link(1, 1),))
    for target, first_is in ((SWAHILI, -1), (ARABIC, 1)):
        made = figure(ENGLISH, target, drawn(same, same))
        axis = made["layout"]["xaxis"]["range"]
        across = 1 if axis[0] < axis[1] else -1
        [first] = trace(made, "circle")[-1]["x"]
        [second] = trace(made, "square")[-1]["x"]
        assert (first - 1) * first_is > 0
        assert first * across < second * across, "the first to the left on the screen"


def test_vowel_signs_are_never_torn_off_and_take_no_room():
    hindi = "न" + "ि" * 4
    assert plotting.width_of(hindi) == 1
    assert plotting.text("क" * 16 + "की", 18).strip("\u2068\u2069") == "क" * 16 + "की"
    assert plotting.text("क" * 16 + "की" + "कक", 18).strip("\u2068\u2069") == "क" * 16 + "…"


def test_the_matrix_is_said_in_figures():
    one, two = Alignment((Link(1, 0), Link(4, 2))), Alignment((Link(4, 2),))
    gold = GoldLinks(frozenset({(1, 0)}), frozenset({(1, 0), (4, 2)}))
    assert said(drawn(one, two), gold) == (
        "The alignment matrix of this pair: aligner 0 has 2 links; aligner 1 has 1 link; all of them "
        "share 1; gold has 2 links, 1 of them sure."
    )
