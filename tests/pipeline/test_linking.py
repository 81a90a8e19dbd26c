"""Links from files come into a project: all of them or none, once, and gold among them."""

from __future__ import annotations

import pytest

from projner_core.corpus import Alignment, GoldLinks, Link
from projner_core.errors import InputError
from projner_core.formats import pharaoh
from projner_core.formats.links import LinkFormat
from projner_core.pipeline.linking import gold_layer, gold_links, import_links
from projner_core.pipeline.progress import Cancelled, Watch
from projner_core.pipeline.run import run
from projner_core.review.actions import Action, Kind, links_to_json
from projner_core.store import LayerKind

# Three pairs: 5 and 5 tokens, 7 and 7, 3 and 3.
LINKS = ["0-0 1-1 2-2 3-3 4-4", "1-0:0.5 3-2", ""]
GOLD = ["0-0 1-1 2?1", "3-2", "0-0 1?1"]


@pytest.fixture
def write(tmp_path):
    def written(lines, name="eflomal.links"):
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return written


def draw(project, position: int, links: GoldLinks | None, was: GoldLinks | None = None) -> None:
    """Correct the links of a pair by hand."""
    was, now = links_to_json(was), links_to_json(links)
    project.append(Action(None, "", "Asha", "review", position, Kind.LINKS, was, now))


def test_links_become_a_layer_like_any_other(project, write):
    layer = import_links(project, write(LINKS))
    assert (layer.name, layer.kind, layer.side, layer.complete) == (
        "eflomal",
        LayerKind.LINKS,
        "both",
        True,
    )
    assert layer.provenance["file"] == "eflomal.links"
    assert layer.provenance["format"] == "pharaoh"
    assert layer.provenance["gold"] is False
    assert project.annotations(layer.id, 0, 3) == [pharaoh.parse(line) for line in LINKS]
    assert gold_layer(project) is None


def test_the_same_file_twice_is_one_layer(project, write, tmp_path):
    path = write(LINKS)
    layer = import_links(project, path)
    assert import_links(project, path) == layer
    assert import_links(project, write(LINKS, "copy.txt"), name="another name") == layer
    gold = import_links(project, path, gold=True)
    turned = import_links(project, path, swap=True)
    assert len({layer.id, gold.id, turned.id}) == 3
    assert len(project.layers(kind=LayerKind.LINKS)) == 3


def test_names_are_the_files_or_given_and_never_twice(project, write, tmp_path):
    assert import_links(project, write(LINKS, "a.b.txt")).name == "a.b"
    assert import_links(project, write(GOLD, "a.b.txt"), gold=True).name == "a.b (2)"
    assert import_links(project, write(["", "", "0-0"]), name="a.b").name == "a.b (3)"
    assert import_links(project, write(["", "", "0-1"], "ግዕዝ.txt")).name == "ግዕዝ"
    # on the command line, these mean something else
    assert import_links(project, write(["", "", "0-2"], "reviewed.txt")).name == "reviewed (2)"
    assert import_links(project, write(["", "", "1-2"], "1.txt")).name == "links 1"
    assert import_links(project, write(["", "", "2-2"], "gold.txt"), gold=True).name == "gold (2)"


def test_every_format(project, write):
    wanted = [GoldLinks(frozenset({(0, 0)}), frozenset({(0, 0), (1, 2)})), None, None]
    files = {
        LinkFormat.PHARAOH: ["0-0 1?2", "", ""],
        LinkFormat.NAACL: ["1 1 1 S", "1 2 3 P"],
        LinkFormat.TALP: ["1-1 2p3", "", ""],
    }
    for kind, lines in files.items():
        layer = import_links(project, write(lines, f"{kind}.txt"), gold=True)
        assert layer.provenance["format"] == kind
        assert gold_links(project, 0, 3) == wanted, kind


def test_possible_links_need_the_word_gold(project, write):
    with pytest.raises(InputError, match="possible"):
        import_links(project, write(GOLD))
    assert project.layers(kind=LayerKind.LINKS, incomplete=True) == []


def test_source_and_target_turned_around(project, write):
    layer = import_links(project, write(["1-0 4-2", "", ""]), swap=True)
    assert project.annotation(layer.id, 0) == Alignment((Link(0, 1), Link(2, 4)))


@pytest.mark.parametrize(
    ("lines", "line", "says"),
    [
        (LINKS[:2], None, "2 pairs"),
        ([*LINKS, "0-0"], 4, "pair 4"),
        (["", "0-0 7-1", ""], 2, "7-1"),
        (["", "", "0-3"], 3, "'three'"),
        (["", "1_2", ""], 2, "1_2"),
    ],
)
def test_what_does_not_fit_leaves_nothing(project, write, lines, line, says):
    before = project.layers(incomplete=True)
    with pytest.raises(InputError, match=says) as raised:
        import_links(project, write(lines))
    assert raised.value.line == line
    assert project.layers(incomplete=True) == before


def test_weak_gold_links_outside_the_pair_are_refused_too(project, write):
    with pytest.raises(InputError, match="5-0"):
        import_links(project, write(["5?0", "", ""]), gold=True)


def test_no_such_file(project, tmp_path):
    with pytest.raises(InputError, match="no such file"):
        import_links(project, tmp_path / "none.txt")
    with pytest.raises(InputError, match="no such file"):
        import_links(project, tmp_path / "none.txt", format=LinkFormat.NAACL)


def test_an_import_that_was_stopped_is_no_layer_and_is_gone_on_with(long_project, write):
    path = write(LINKS * 1000)
    seen = []
    with pytest.raises(Cancelled):
        import_links(long_project, path, watch=Watch(seen.append, lambda: len(seen) > 2))
    assert long_project.layers(kind=LayerKind.LINKS) == []
    (half,) = long_project.layers(kind=LayerKind.LINKS, incomplete=True)
    assert 0 < half.done < 3000
    again = []
    layer = import_links(long_project, path, watch=Watch(again.append, None))
    assert (layer.id, layer.complete) == (half.id, True)
    assert again[0].done == half.done
    assert long_project.annotations(layer.id, 0, 3000) == [pharaoh.parse(line) for line in LINKS] * 1000


def test_an_error_far_down_takes_back_what_was_written(long_project, write):
    with pytest.raises(InputError, match="2,999 pairs"):
        import_links(long_project, write((LINKS * 1000)[:-1]))
    assert long_project.layers(kind=LayerKind.LINKS, incomplete=True) == []


def test_gold_is_what_was_imported_last(project, write):
    assert gold_links(project, 0, 3) == [None, None, None]
    import_links(project, write(["0-0", "", ""], "first.txt"), gold=True)
    second = import_links(project, write(GOLD, "second.txt"), gold=True)
    import_links(project, write(LINKS, "machine.txt"))
    assert gold_layer(project) == second
    assert gold_links(project, 0, 3) == [pharaoh.parse_gold(line) for line in GOLD]
    assert gold_links(project, 1, 2) == [pharaoh.parse_gold(GOLD[1])]
    assert gold_links(project, 2, 99) == [pharaoh.parse_gold(GOLD[2])]


def test_an_earlier_gold_file_read_again_is_the_last_one(project, write):
    first, second = write(["0-0", "", ""], "first.txt"), write(GOLD, "second.txt")
    asha, juma = (import_links(project, path, gold=True) for path in (first, second))
    assert gold_layer(project) == juma
    assert import_links(project, first, gold=True) == asha
    assert gold_layer(project) == asha
    assert gold_links(project, 0, 3) == [pharaoh.parse_gold("0-0"), None, None]
    import_links(project, first)  # as an aligner's: gold stays what it is
    assert gold_layer(project) == asha
    project.delete_layer(asha)
    assert gold_layer(project) == juma


def test_a_pair_without_a_link_in_the_file_was_not_drawn_but_one_drawn_by_hand_was(project, write):
    import_links(project, write(["0-0", "", "0?1"]), gold=True)
    only_possible = GoldLinks(frozenset(), frozenset({(0, 1)}))
    assert gold_links(project, 0, 3) == [pharaoh.parse_gold("0-0"), None, only_possible]
    draw(project, 1, GoldLinks())
    assert gold_links(project, 0, 3) == [pharaoh.parse_gold("0-0"), GoldLinks(), only_possible]


def test_a_link_outside_its_pair_says_what_the_file_may_be(project, write):
    from_one = ["1-1 5-5", "7-7", "3-3"]
    with pytest.raises(InputError, match="name its format: talp") as raised:
        import_links(project, write(from_one))
    assert "swap" in str(raised.value)
    assert import_links(project, write(from_one), format=LinkFormat.TALP).done == 3
    with pytest.raises(InputError, match="swap") as raised:
        import_links(project, write(["1 6 1"]), format=LinkFormat.NAACL)
    assert "talp" not in str(raised.value)


def test_links_drawn_by_hand_stand_over_imported_gold(project, write):
    by_hand = GoldLinks(frozenset({(4, 4)}), frozenset({(4, 4), (0, 1)}))
    draw(project, 0, by_hand)
    assert gold_links(project, 0, 3) == [by_hand, None, None]
    import_links(project, write(GOLD), gold=True)
    assert gold_links(project, 0, 3) == [by_hand, *map(pharaoh.parse_gold, GOLD[1:])]
    none_at_all = GoldLinks()
    draw(project, 1, none_at_all)
    assert gold_links(project, 1, 2) == [none_at_all]
    draw(project, 0, None, was=by_hand)
    assert gold_links(project, 0, 1) == [pharaoh.parse_gold(GOLD[0])]


def test_imported_links_are_projected_over(project, write):
    """A layer from a file can stand beside those of aligners: the pipeline leaves it alone."""
    layer = import_links(project, write(LINKS))
    from projner_core.pipeline.config import RunConfig

    made = run(project, RunConfig())
    assert made.links.id != layer.id
    assert project.layer(layer.id) == layer
