"""Pharaoh links: sure, possible, scored; what is wrong with a line is said."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projner_core.corpus import Alignment, GoldLinks, Link
from projner_core.errors import InputError
from projner_core.formats import pharaoh
from projner_core.formats.pharaoh import LinkError

FUZZ = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
OFFSETS = st.tuples(st.integers(0, 65_534), st.integers(0, 65_534))
ALIGNMENTS = st.dictionaries(OFFSETS, st.floats(0, 1), max_size=8).map(
    lambda scored: Alignment(tuple(sorted(Link(i, j, score) for (i, j), score in scored.items())))
)


@FUZZ
@given(ALIGNMENTS)
def test_links_with_scores_come_back(alignment):
    assert pharaoh.parse(pharaoh.format(alignment, scores=True)) == alignment


@FUZZ
@given(ALIGNMENTS)
def test_links_without_scores_come_back_certain(alignment):
    plain = tuple(Link(link.source, link.target) for link in alignment.links)
    assert pharaoh.parse(pharaoh.format(alignment)).links == plain


@FUZZ
@given(st.frozensets(OFFSETS, max_size=6), st.frozensets(OFFSETS, max_size=6))
def test_gold_links_come_back(sure, possible):
    gold = GoldLinks(sure, sure | possible)
    assert pharaoh.parse_gold(pharaoh.format_gold(gold)) == gold


@FUZZ
@given(st.lists(ALIGNMENTS, max_size=5))
def test_files_come_back_empty_lines_and_all(tmp_path, alignments):
    path = tmp_path / "links.txt"
    pharaoh.write(path, alignments, scores=True)
    if alignments:
        assert list(pharaoh.read(path)) == alignments
    else:
        assert path.read_bytes() == b""


@FUZZ
@given(st.text(st.sampled_from("01239-?:. eE+\u0661x"), max_size=24))
def test_any_line_is_read_or_refused(line):
    try:
        alignment = pharaoh.parse(line)
    except LinkError as refusal:
        said = refusal
    else:
        assert len(alignment.links) == len(line.split())
        assert all(0 <= link.score <= 1 for link in alignment.links)
        return
    assert said.found
    assert said.expected


@pytest.mark.parametrize(
    "text",
    ["1", "1-", "-1", "a-b", "1:2", "1-2-3", "0-65535", "99999999999-0", "1-2:", "1-2:x", "1-2:1.5",
     "1-2:-0.1", "1-2:1e999", "1-2:nan", "١-٢", "1‑2", "1?2", "1-2 1-2:0.5"],
)  # fmt: skip
def test_what_is_no_link_is_refused(text):
    with pytest.raises(LinkError):
        pharaoh.parse(f"0-0 {text}")


def test_possible_links_are_gold_only():
    assert pharaoh.parse_gold("0-0 1?2 1-2 3?3:0.4") == GoldLinks(
        frozenset({(0, 0), (1, 2)}), frozenset({(0, 0), (1, 2), (3, 3)})
    )
    with pytest.raises(LinkError, match="1\\?2"):
        pharaoh.parse("0-0 1?2")


def test_weak_links_are_not_written():
    alignment = Alignment((Link(1, 0, 0.75), Link(0, 1)), weak=(Link(5, 5, 0.1),))
    assert pharaoh.format(alignment) == "0-1 1-0"
    assert pharaoh.format(alignment, scores=True) == "0-1:1.0 1-0:0.75"


@pytest.mark.parametrize("read", [pharaoh.read, pharaoh.read_gold])
def test_a_wrong_line_is_named(tmp_path, read):
    path = tmp_path / "links.txt"
    path.write_text("0-0 1-1\n\n0-0 zwei\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        list(read(path))
    assert (caught.value.path, caught.value.line, caught.value.found) == (path, 3, "'zwei'")
    assert "counted from 0" in caught.value.remedy


@pytest.mark.realdata
def test_real_gold_alignments_come_back(realdata):
    paths = sorted(realdata.glob("wa-*/*/gold.txt"))
    assert paths
    for path in paths:
        lines = path.read_text(encoding="utf-8").splitlines()
        for line, gold in zip(lines, pharaoh.read_gold(path), strict=True):
            assert sorted(pharaoh.format_gold(gold).split()) == sorted(line.split())
            assert gold.sure <= gold.possible
