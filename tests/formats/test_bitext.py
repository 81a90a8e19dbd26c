"""Bitexts as text and TSV: lines, lengths, columns, tokenisation."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projner_core.errors import InputError
from projner_core.formats import base, bitext

FUZZ = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
LINES = st.lists(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\n\r\0\ufeff"), min_size=1),
    min_size=1,
)


@pytest.fixture
def put(tmp_path):
    def write(name, data):
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    return write


@FUZZ
@given(LINES, st.sampled_from(("\n", "\r\n", "\r")), st.booleans())
def test_lines_end_at_line_feeds_only(tmp_path, lines, newline, final):
    path = tmp_path / "text.txt"
    path.write_bytes((newline.join(lines) + newline * final).encode())
    assert list(base.lines(path)) == lines


def test_parallel_text_keeps_text_and_language(put):
    source = put("en.txt", "Obama visited Lagos.\nHe left.\n")
    target = put("yo.txt", "Ọbama lọ sí Èkó.\r\nÓ lọ.\r\n\r\n")
    told = []
    first, second = bitext.read_parallel(
        source, target, source_lang="en", target_lang="yo", progress=lambda *args: told.append(args)
    )
    assert first.source.tokens == ("Obama", "visited", "Lagos", ".")
    assert (first.target.tokens[-2:], first.target.lang, first.target.text) == (
        ("Èkó", "."),
        "yo",
        "Ọbama lọ sí Èkó.",
    )
    assert (first.id, second.id) == ("1", "2")
    assert (first.source_spans, first.target_spans, first.target_raw) == (None, None, None)
    total = source.stat().st_size + target.stat().st_size
    assert told[-1] == (total, total)


def test_tokenised_text_is_left_as_it_is(put):
    path = put("fr.txt", "l' ami d’ Obama n’est pas là .\nqui ?\n")
    assert next(bitext.read_text(path, "fr")).sentence.tokens == (
        "l'",
        "ami",
        "d’",
        "Obama",
        "n’est",
        "pas",
        "là",
        ".",
    )
    assert {"n’", "est"} < set(next(bitext.read_text(path, "fr", "words")).sentence.tokens)


@pytest.mark.parametrize(
    ("source", "target", "counts"), [("a\nb\nc\n", "x\n", "3 .* 1 in"), ("a\n", "x\ny\nz", "1 .* 3 in")]
)
def test_two_files_of_different_length_are_refused_with_both_counts(put, source, target, counts):
    with pytest.raises(InputError, match=counts):
        list(bitext.read_parallel(put("s.txt", source), put("t.txt", target)))


@pytest.mark.parametrize(
    ("source", "target", "file", "line"),
    [("a\n\nc\n", "x\ny\nz\n", "s.txt", 2), ("a\nb\n", "\ny\n", "t.txt", 1)],
)
def test_an_empty_line_against_a_full_one_is_refused(put, source, target, file, line):
    with pytest.raises(InputError, match="an empty line") as caught:
        list(bitext.read_parallel(put("s.txt", source), put("t.txt", target)))
    assert (caught.value.path.name, caught.value.line) == (file, line)


def test_a_pair_that_is_empty_on_both_sides_is_left_out_and_reported(put):
    report = []
    records = bitext.read_parallel(put("s.txt", "a\n\nc"), put("t.txt", "x\n \nz"), report=report)
    assert [record.target.tokens for record in records] == [("x",), ("z",)]
    assert [(notice.line, notice.what) for notice in report] == [(2, "an empty sentence, left out")]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Ann is here.\tአን እዚህ ናት።\n\nWho?\tማን?\n", ["1", "2"]),
        ("n-1\tAnn is here.\tአን እዚህ ናት።\nn-2\tWho?\tማን?\n", ["n-1", "n-2"]),
        ("target\tid\tsource\nአን እዚህ ናት።\tn-1\tAnn is here.\nማን?\t\tWho?\n", ["n-1", "2"]),
    ],
)
def test_tsv_of_two_or_three_columns_or_with_names(put, text, ids):
    first, second = bitext.read_tsv(put("pairs.tsv", text), source_lang="en", target_lang="am")
    assert [first.id, second.id] == ids
    assert first.source.tokens == ("Ann", "is", "here", ".")
    assert second.target.tokens == ("ማን", "?")


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("a\tb\nc\n", 2, "1 column"),
        ("a\tb\tc\td\n", 1, "4 columns"),
        ("alone\n", 1, "1 column"),
        ("a\tb\n \tc\n", 2, "an empty source"),
        ("a\tb\nc\t \n", 2, "an empty target"),
    ],
)
def test_a_wrong_tsv_line_is_named(put, text, line, found):
    with pytest.raises(InputError) as caught:
        list(bitext.read_tsv(put("pairs.tsv", text)))
    assert (caught.value.line, caught.value.found) == (line, found)


def test_ids_that_come_twice_are_made_different_and_reported(put):
    report = []
    path = put("pairs.tsv", "n\ta\tb\nn-2\ta\tb\nn\ta\tb\nn\ta\tb\n")
    assert [record.id for record in bitext.read_tsv(path, report=report)] == ["n", "n-2", "n-3", "n-4"]
    assert [notice.line for notice in report] == [3, 4]
    assert str(report[0]) == f"{path}, line 3: the id 'n' comes again; here it is 'n-3'"


def test_a_hundred_thousand_equal_ids_take_no_longer_and_fill_no_report(put):
    report = []
    path = put("pairs.tsv", "n\ta\tb\n" * 100_000)
    ids = {record.id for record in bitext.read_tsv(path, report=report)}
    assert len(ids) == 100_000
    assert "n-100000" in ids
    assert len(report) == base.MOST_NOTICES + 1
    assert "more was put right" in report[-1].what


@FUZZ
@given(st.lists(st.sampled_from(("a", "a-2", "a-3", "2", "")), max_size=12))
def test_ids_are_always_unique(tmp_path, ids):
    path = tmp_path / "ids.tsv"
    path.write_text("id\tsource\ttarget\n" + "".join(f"{name}\tx\ty\n" for name in ids), encoding="utf-8")
    given_ids = [record.id for record in bitext.read_tsv(path)]
    assert len(set(given_ids)) == len(ids)


@FUZZ
@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_read_or_refused(tmp_path, data):
    path = tmp_path / "any.tsv"
    path.write_bytes(data)
    for read in (bitext.read_tsv, bitext.read_text):
        refusals = []
        try:
            list(read(path))
        except InputError as error:
            refusals.append(error)
        assert all((error.found and error.expected and error.remedy) for error in refusals)


def test_a_sentence_of_too_many_tokens_is_refused(put):
    path = put("long.txt", "a\n" + "b " * 65_536)
    with pytest.raises(InputError, match="65,536 tokens"):
        list(bitext.read_text(path))
