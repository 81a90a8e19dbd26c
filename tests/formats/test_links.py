"""Link files: each format is found out, read and written; what is wrong is said with file and line."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projner_core.corpus import Alignment, GoldLinks, Link, Pair, Sentence
from projner_core.errors import InputError, ProjnerError
from projner_core.formats import links
from projner_core.formats.links import LinkFormat, detect, read_gold, read_links, write_gold, write_links

FUZZ = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
OFFSETS = st.tuples(st.integers(0, 65_534), st.integers(0, 65_534))
GOLD = st.builds(
    lambda sure, possible: GoldLinks(sure, sure | possible),
    st.frozensets(OFFSETS, max_size=5),
    st.frozensets(OFFSETS, max_size=5),
)
ALIGNMENTS = st.dictionaries(OFFSETS, st.floats(0, 1), max_size=6).map(
    lambda scored: Alignment(tuple(sorted(Link(i, j, score) for (i, j), score in scored.items())))
)
MARKED = [LinkFormat.PHARAOH, LinkFormat.NAACL, LinkFormat.TALP]


def file(tmp_path, text, name="links.txt"):
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def sure(*offsets):
    return GoldLinks(frozenset(offsets), frozenset(offsets))


# ── round trips


@pytest.mark.parametrize("format", MARKED)
@FUZZ
@given(gold=st.lists(GOLD, min_size=1, max_size=5))
def test_gold_links_come_back(tmp_path, format, gold):
    path = tmp_path / "gold"
    write_gold(path, gold, format=format)
    if path.stat().st_size:
        assert list(read_gold(path, format=format, count=len(gold))) == gold
    else:
        assert format is LinkFormat.NAACL
        assert not any(links.possible for links in gold)


@pytest.mark.parametrize("format", MARKED)
@FUZZ
@given(alignments=st.lists(ALIGNMENTS, min_size=1, max_size=5))
def test_scored_links_come_back(tmp_path, format, alignments):
    path = tmp_path / "links"
    write_links(path, alignments, format=format, scores=True)
    if path.stat().st_size:
        assert list(read_links(path, format=format, count=len(alignments))) == alignments


@pytest.mark.parametrize("format", [LinkFormat.PHARAOH, LinkFormat.TALP])
@FUZZ
@given(alignments=st.lists(ALIGNMENTS, min_size=1, max_size=5))
def test_swapping_twice_changes_nothing_and_once_turns_every_link(tmp_path, format, alignments):
    path = tmp_path / "links"
    write_links(path, alignments, format=format, scores=True)
    for there, back in zip(alignments, read_links(path, format=format, swap=True), strict=True):
        assert [(a.source, a.target, a.score) for a in there.links] == [
            (a.target, a.source, a.score) for a in back.links
        ]


TOKENS = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5),
    st.sampled_from(["({", "})", "NULL", "({ 1 })", "New York", "\u200b", "\u00a0"]),
    st.sampled_from(["ọmọ́", "السلام", "ኢትዮጵያ", "北京", "👩🏽\u200d🚀"]),
)


@st.composite
def pairs_with_links(draw):
    source, target = draw(st.lists(TOKENS, max_size=5)), draw(st.lists(TOKENS, max_size=5))
    cells = [(i, j) for i in range(len(source)) for j in range(len(target))]
    chosen = draw(st.frozensets(st.sampled_from(cells))) if cells else ()
    return (
        Pair("x", Sentence(tuple(source)), Sentence(tuple(target))),
        Alignment(tuple(sorted(Link(*cell) for cell in chosen))),
    )


@FUZZ
@given(st.lists(pairs_with_links(), min_size=1, max_size=4))
def test_giza_files_come_back_whatever_the_words(tmp_path, rows):
    path = tmp_path / "out.A3"
    write_links(path, [a for _, a in rows], format="giza", pairs=[p for p, _ in rows])
    assert detect(path) is LinkFormat.GIZA
    assert list(read_links(path)) == [alignment for _, alignment in rows]


# ── what a linguist would recognise


def test_naacl_as_the_shared_task_had_it(tmp_path):
    # “They had gone .” – “Ils étaient allés .”
    path = file(tmp_path, "0001 1 1\n0001 2 2 S\n0001 3 3 P 0.5\n0001 4 4 s\n0003 1 2 P\n")
    assert detect(path) is LinkFormat.NAACL
    certain = frozenset({(0, 0), (1, 1), (3, 3)})
    assert list(read_gold(path)) == [
        GoldLinks(certain, certain | {(2, 2)}),
        GoldLinks(),
        GoldLinks(frozenset(), frozenset({(0, 1)})),
    ]
    assert len(list(read_gold(path, count=5))) == 5


def test_naacl_null_links_are_no_links(tmp_path):
    path = file(tmp_path, "1 1 0 S\n1 0 2 P\n1 2 1 S\n2 3 0\n")
    assert list(read_gold(path)) == [sure((1, 0)), GoldLinks()]


def test_naacl_scores(tmp_path):
    path = file(tmp_path, "1 1 1 S 0.25\n1 2 2 0.5\n1 3 3\n")
    assert list(read_links(path)) == [Alignment((Link(0, 0, 0.25), Link(1, 1, 0.5), Link(2, 2, 1.0)))]


GIZA = (
    "# Sentence pair (1) source length 4 target length 5 alignment score : 3.1e-07\n"
    "ich lebe in New York \n"
    "NULL ({ 3 }) I ({ 1 }) live ({ 2 }) ({ ({ 4 5 }) . ({ }) \n"
)
GIZA_2 = (
    "# Sentence pair (2) source length 1 target length 1 alignment score : 0.5\n"
    "Ẹ\u0301kọ\u0301\nNULL ({ }) Lagos ({ 1 })\n"
)
GIZA_3 = "# Sentence pair (3) source length 1 target length 0 alignment score : 1\n\nNULL ({ }) x ({ })\n"


def test_giza(tmp_path):
    path = file(tmp_path, GIZA + GIZA_2 + GIZA_3)
    assert detect(path) is LinkFormat.GIZA
    assert list(read_gold(path)) == [sure((0, 0), (1, 1), (2, 3), (2, 4)), sure((0, 0)), GoldLinks()]
    assert next(read_gold(path, swap=True)) == sure((0, 0), (1, 1), (3, 2), (4, 2))


def test_giza_of_a_parallel_run_is_put_in_order(tmp_path):
    straight = list(read_links(file(tmp_path, GIZA + GIZA_2 + GIZA_3)))
    for order in (GIZA_3 + GIZA + GIZA_2, GIZA_2 + GIZA_3 + GIZA):
        assert list(read_links(file(tmp_path, order))) == straight


@pytest.mark.parametrize(
    ("text", "marked"),
    [("1-2", True), ("1s2", True), ("1-2s", True), ("1-2[s]", True), ("1-2[S]:0.5", True),
     ("1?2", False), ("1p2", False), ("1P2", False), ("1-2p", False), ("1-2[p]", False)],
)  # fmt: skip
def test_every_way_talp_marks_links(tmp_path, text, marked):
    path = file(tmp_path, f"{text} 3-3\n\n")
    both = frozenset({(0, 1), (2, 2)})
    expected = GoldLinks(both if marked else frozenset({(2, 2)}), both)
    assert list(read_gold(path, format="talp")) == [expected, GoldLinks()]


# ── which format is it?


@pytest.mark.parametrize(
    ("text", "format"),
    [
        ("0-0 1-2\n", LinkFormat.PHARAOH),
        ("1-1 2-2\n", LinkFormat.PHARAOH),  # TALP's too, but nothing says so
        ("1?1 2-2:0.5\n", LinkFormat.PHARAOH),
        ("\n\n0-0\n", LinkFormat.PHARAOH),
        ("\n \n", LinkFormat.PHARAOH),
        ("1-1\n2p2\n", LinkFormat.TALP),
        ("1-1 2-2[p]\n", LinkFormat.TALP),
        ("\n1-1s\n", LinkFormat.TALP),
        ("1 1 1\n", LinkFormat.NAACL),
        ("\ufeff1 1 1 S 0.5\r\n", LinkFormat.NAACL),
        ("1\t1\t1\tP\n", LinkFormat.NAACL),
        (GIZA, LinkFormat.GIZA),
        (GIZA.replace("\n", "\r\n"), LinkFormat.GIZA),
    ],
)
def test_the_format_is_found(tmp_path, text, format):
    path = file(tmp_path, text)
    assert detect(path) is format
    assert list(read_gold(path)) == list(read_gold(path, format=format))


@pytest.mark.parametrize(
    "text", ["Ich lebe in Berlin .\n", "1 2\n", "{}\n", "# Sentence pair 1\n", "1 1 1 X\n"]
)
def test_what_is_no_link_file_is_refused(tmp_path, text):
    path = file(tmp_path, "\n" + text)
    with pytest.raises(InputError, match=r"Pharaoh.*NAACL.*GIZA.*TALP") as caught:
        detect(path)
    assert caught.value.line == 2


def test_a_name_that_is_no_format(tmp_path):
    with pytest.raises(ProjnerError, match="pharaoh, naacl, giza, talp"):
        list(read_links(file(tmp_path, "0-0\n"), format="moses"))


# ── what is wrong is said


@pytest.mark.parametrize(
    ("format", "text", "line", "says"),
    [
        ("naacl", "1 1 1\n1 0 0 S\n", 2, "counts words from 0"),
        ("naacl", "0 1 1\n", 1, "sentence number 0"),
        ("naacl", "1 1 1\n3 1 1\n2 1 1\n", 3, "sentence 2 behind sentence 3"),
        ("naacl", "1 1 1\n2 1 1\n1 2 2\n", 3, "sort -n"),
        ("naacl", "1 1 1\n4 1 1\n", 2, "there are 3 pairs"),
        ("naacl", "999999999 1 1\n", 1, "sentence number 999999999"),
        ("naacl", "20030531 1 1\n", 1, "first column counts"),
        ("naacl", "1 1 65536\n", 1, "65,535"),
        ("naacl", "1 1 1 S 1.5\n", 1, "score 1.5"),
        ("naacl", "1 1 1 S nan\n", 1, "18 1 2 S"),
        ("naacl", "1 1 1 S --\n", 1, "score --"),
        ("naacl", "1 1\n", 1, "18 1 2 S"),
        ("naacl", "1 1 1\n\nx\n", 3, "'x'"),
        ("talp", "1-1\n0-1\n", 2, "offset 0"),
        ("talp", "1-1 2-0\n", 1, "read it as Pharaoh"),
        ("talp", "1-1[x]\n", 1, "1-1\\[x\\]"),
        ("talp", "1p1s\n", 1, "1p1s"),
        ("talp", "1-65536\n", 1, "65,535"),
        ("talp", "1-1:7\n", 1, "weight 7.0"),
        ("talp", "1-1:e\n", 1, "number behind the colon"),
        ("pharaoh", "0-0\n0_0\n", 2, "counted from 0"),
        ("giza", GIZA + GIZA, 4, "sentence pair 1 twice"),
        ("giza", GIZA_2 + GIZA_2 + GIZA, 4, "sentence pair 2 twice"),
        ("giza", GIZA.replace("(1)", "(0)"), 1, "sentence pair 0"),
        ("giza", GIZA.replace("(1)", "(9)"), 1, "there are 3 pairs"),
        ("giza", GIZA + GIZA_3, None, "no sentence pair 2, but 3"),
        ("giza", "".join(GIZA.splitlines(True)[:2]), 2, "the end of the file"),
        ("giza", "".join(GIZA.splitlines(True)[:1]), 1, "the end of the file"),
        ("giza", "".join(GIZA.splitlines(True)[:2]) + GIZA_2, 3, "the next sentence pair"),
        ("giza", "".join(GIZA.splitlines(True)[:1]) + GIZA_2, 2, "the next sentence pair"),
        ("giza", GIZA.replace("target length 5", "target length 6"), 2, "5 words; expected 6"),
        ("giza", GIZA.replace("target length 5", "target length 4"), 3, "position 5"),
        ("giza", GIZA.replace("source length 4", "source length 3"), 3, "4 source words"),
        ("giza", GIZA.replace("{ 1 }", "{ 0 }"), 3, "position 0"),
        ("giza", GIZA.replace("{ 4 5 }", "{ 5 5 }"), 3, "position twice"),
        ("giza", GIZA.replace("NULL", "Null"), 3, "NULL and every source word"),
        ("giza", GIZA.replace("live ({ 2 })", "live ({ two })"), 3, None),
        ("giza", "x\n", 1, "every third line"),
        ("giza", GIZA.replace("length 5", "length 70000"), 1, "65,535"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("read", [read_links, read_gold])
def test_what_is_wrong_is_said_with_its_line(tmp_path, read, format, text, line, says):
    path = file(tmp_path, text)
    with pytest.raises(InputError, match=says) as caught:
        list(read(path, format=format, count=3))
    assert (caught.value.path, caught.value.line) == (path, line)
    assert caught.value.found
    assert caught.value.expected
    assert caught.value.remedy.endswith(".")


@pytest.mark.parametrize(
    ("format", "text"), [("naacl", "1 1 1 P\n"), ("talp", "1p1\n"), ("pharaoh", "1?1\n")]
)
def test_possible_links_are_gold_only(tmp_path, format, text):
    path = file(tmp_path, text)
    assert len(list(read_gold(path, format=format))) == 1
    with pytest.raises(InputError, match=r"the possible link.*gold"):
        list(read_links(path, format=format))


@pytest.mark.parametrize(
    ("format", "text"), [("naacl", "1 1 1 S\n1 1 1 S\n"), ("talp", "1-1 1s1\n"), ("pharaoh", "1-1 1-1\n")]
)
def test_a_link_twice_is_refused_but_in_gold(tmp_path, format, text):
    path = file(tmp_path, text)
    assert len(next(read_gold(path, format=format)).sure) == 1
    with pytest.raises(InputError, match="twice"):
        list(read_links(path, format=format))


@pytest.mark.parametrize("format", LinkFormat)
def test_what_is_no_text_is_refused(tmp_path, format):
    for content, says in ((b"", "an empty file"), (b"1 1 1\n\xff\n", "not UTF-8"), (b"\x1f\x8b", "gzip")):
        path = file(tmp_path, content)
        for read in (lambda path: list(read_links(path, format=format)), detect):
            with pytest.raises(InputError, match=says):
                read(path)
    with pytest.raises(InputError, match="no such file"):
        detect(tmp_path / "absent")


@pytest.mark.parametrize(
    ("format", "text"), [("pharaoh", "0-0\n1-1\n"), ("talp", "1-1\n1-1\n"), ("giza", GIZA + GIZA_2)]
)
def test_another_number_of_pairs_is_refused(tmp_path, format, text):
    path = file(tmp_path, text)
    assert len(list(read_links(path, format=format, count=2))) == 2
    for count in (1, 3):
        with pytest.raises(InputError, match="pair"):
            list(read_links(path, format=format, count=count))


def test_what_giza_cannot_hold_is_said(tmp_path):
    path = tmp_path / "x"
    with pytest.raises(ProjnerError, match="possible"):
        write_gold(path, [GoldLinks()], format="giza")
    with pytest.raises(ProjnerError, match="words of its pairs"):
        write_links(path, [Alignment()], format="giza")
    pair = Pair("1", Sentence(("a",)), Sentence(("b",)))
    with pytest.raises(ValueError, match="points outside"):
        write_links(path, [Alignment((Link(0, 1),))], format="giza", pairs=[pair])
    assert not path.exists()


@pytest.mark.parametrize("format", LinkFormat)
def test_a_long_file_is_read_as_a_stream(tmp_path, format):
    path = tmp_path / "long"
    pair = Pair("1", Sentence(("a",) * 20), Sentence(("b",) * 20))
    alignment = Alignment(tuple(Link(i, i) for i in range(20)))
    number = 20_000
    write_links(path, (alignment for _ in range(number)), format=format, pairs=(pair for _ in range(number)))
    tracemalloc.start()
    assert sum(1 for _ in read_links(path, format=format, count=number)) == number
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 << 20  # some pieces of the file, whose alignments would take over 100 MB


@FUZZ
@given(st.sampled_from(list(LinkFormat)), st.text(st.sampled_from("012-?ps[]: \nSPNULL({})#é"), min_size=1))
def test_any_text_is_read_or_refused(tmp_path, format, text):
    path = file(tmp_path, text)
    try:
        found = list(links.read_gold(path, format=format))
    except InputError as refusal:
        said = refusal
    else:
        assert all(links.sure <= links.possible for links in found)
        return
    assert said.found
    assert said.expected


@pytest.mark.realdata
@pytest.mark.parametrize("format", MARKED)
def test_real_gold_links_go_through_every_format(realdata, tmp_path, format):
    for path in sorted(realdata.glob("wa-*/*/gold.txt")):
        gold = list(read_gold(path))
        assert detect(path) is LinkFormat.PHARAOH
        write_gold(tmp_path / "gold", gold, format=format)
        assert detect(tmp_path / "gold") is format
        assert list(read_gold(tmp_path / "gold", count=len(gold))) == gold
