"""Translations from a file."""

from __future__ import annotations

import pytest

from projner_core import translators
from projner_core.corpus import Pair, Sentence
from projner_core.errors import InputError, ProjnerError


def pairs(*ids: str) -> list[Pair]:
    return [Pair(name, None, Sentence(("Habari",), "sw")) for name in ids]


def read(path, content, ids=("1", "2", "3"), **settings):
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return translators.create("file", path=str(path), **settings).translate(pairs(*ids))


def texts(found):
    return [sentence.text for sentence in found]


def test_one_line_a_pair(tmp_path):
    found = read(tmp_path / "a.txt", "Hello, Asha!\n\nÀṣà ni.\n")
    assert found[0] == Sentence(("Hello", ",", "Asha", "!"), "en", "Hello, Asha!")
    assert found[1] == Sentence((), "en", "")
    assert texts(found) == ["Hello, Asha!", "", "Àṣà ni."]


def test_lines_of_tokens_stay_so(tmp_path):
    found = read(tmp_path / "a.txt", "don't stop .", ("1",), tokenise="spaces", source_lang="eng")
    assert found == [Sentence(("don't", "stop", "."), "eng", "don't stop .")]


@pytest.mark.parametrize(
    "content", ["a\nb\nc", "a\nb\nc\n", "\ufeffa\r\nb\r\nc\r\n", "a\nb\nc\n\n\n", " a \nb\nc\u0020\n"]
)
def test_ends_of_lines_and_of_files(tmp_path, content):
    assert texts(read(tmp_path / "a.txt", content)) == ["a", "b", "c"]


@pytest.mark.parametrize("character", ["\u2028", "\x85", "\x0b", "\x0c"])
def test_no_other_character_ends_a_line(tmp_path, character):
    assert len(read(tmp_path / "a.txt", f"a{character}b\nc", ("1", "2"))) == 2


@pytest.mark.parametrize(
    ("content", "lines"), [("a\nb\n", "2 lines"), ("a\nb\nc\nd\n", "4 lines"), ("", "0 lines")]
)
def test_another_number_of_lines_than_pairs(tmp_path, content, lines):
    with pytest.raises(InputError, match=f"found {lines}; expected 3, one a pair"):
        read(tmp_path / "a.txt", content)


def test_by_id_in_any_order(tmp_path):
    assert texts(read(tmp_path / "a.tsv", "3\tc\n1\ta a\n\n2\t\n")) == ["a a", "", "c"]
    lines = '{"id": 2, "text": "b"}\n{"id": "3", "text": "c\\nd"}\n{"id": "1", "text": ""}\n'
    assert texts(read(tmp_path / "a.jsonl", lines)) == ["", "b", "c d"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.tsv", "1\ta\n2\tb\n", "no translation for the pair '3'"),
        ("a.tsv", "1\ta\n1\tb\n", "line 2: found the id '1' again"),
        ("a.tsv", "1\ta\n9\tb\n", "line 2: found the id '9'; expected the id of a pair"),
        ("a.tsv", "1 a\n", "line 1: found no tab"),
        ("a.jsonl", "{", "line 1: found something else"),
        ("a.jsonl", '{"id": "1"}', "line 1"),
        ("a.jsonl", '{"text": "a"}', "line 1"),
        ("a.jsonl", '{"id": true, "text": "a"}', "line 1"),
        ("a.jsonl", '{"id": "1", "text": "\\ud83c"}', "line 1"),
        ("a.jsonl", "[" * 100_000, "line 1"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, name, content, said):
    with pytest.raises(InputError, match=said):
        read(tmp_path / name, content)


def test_other_bytes_than_utf8(tmp_path):
    with pytest.raises(InputError, match=r"line 2: found bytes that are no UTF-8"):
        read(tmp_path / "a.txt", b"a\n\xff\nb\n")


def test_a_file_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(ProjnerError, match=r"the file of translations .* can't be read: No such file"):
        translators.create("file", path=str(tmp_path / "none")).translate(pairs("1"))
    with pytest.raises(ProjnerError, match="needs a path"):
        translators.create("file")
    with pytest.raises(ProjnerError, match="must be words or spaces"):
        translators.create("file", path="a", tokenise="guess")


def test_all_pairs_are_asked_for_at_once_and_another_file_is_another_revision(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("a\n", encoding="utf-8")
    translator = translators.create("file", path=str(path))
    assert translator.chunk >= 1_000_000
    before = translator.revision()
    assert translator.revision() == before
    path.write_text("b\n", encoding="utf-8")
    assert translator.revision() != before


def partly(*ids: str, given: tuple[str, ...] = ("2",)) -> list[Pair]:
    source = Sentence(("Given",), "en")
    return [Pair(name, source if name in given else None, Sentence(("Habari",), "sw")) for name in ids]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "a\n\nc\n"),
        ("a.txt", "a\nnot read\nc\n\n"),
        ("a.txt", "a\nc\n"),
        ("a.tsv", "2\tnot read\n1\ta\n3\tc\n"),
        ("a.tsv", "1\ta\n3\tc\n"),
    ],
)
def test_pairs_with_a_source_may_be_there_or_not(tmp_path, name, content):
    (tmp_path / name).write_text(content, encoding="utf-8")
    translator = translators.create("file", path=str(tmp_path / name))
    assert translator.reads_every_pair
    assert [sentence.tokens for sentence in translator.translate(partly("1", "2", "3"))] == [
        ("a",),
        ("Given",),
        ("c",),
    ]


def test_blank_lines_at_the_end_that_can_be_read_in_two_ways(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("a\nc\n\n", encoding="utf-8")  # three lines, or two and a blank one
    translator = translators.create("file", path=str(path))
    with pytest.raises(InputError, match="blank lines at the end"):
        translator.translate(partly("1", "2", "3"))
    found = translator.translate(partly("1", "3", "2"))  # both ways say the same
    assert [sentence.tokens for sentence in found] == [("a",), ("c",), ("Given",)]


def test_neither_all_pairs_nor_those_without_a_source(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("a\nb\nc\nd\n", encoding="utf-8")
    with pytest.raises(InputError, match="4 lines; expected 3, one a pair, or 2, one for each pair without"):
        translators.create("file", path=str(path)).translate(partly("1", "2", "3"))
