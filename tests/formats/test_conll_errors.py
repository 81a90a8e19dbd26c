"""What is wrong with a CoNLL file is said with file, line, what was found, what was expected, a remedy."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from projner_core.errors import InputError
from projner_core.formats import conll
from projner_core.formats.base import MOST_TOKENS
from projner_core.formats.conll import Layout

FUZZ = settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)

GOOD = """\ufeff# id = yo-1\r
Ọbáfẹ́mi\tB-PER\r
Awólọ́wọ̀\tI-PER\r
\r
-DOCSTART-\tO\r
\r
# id = zh-1
北京\tB-LOC
👩🏽\u200d🚀\tO
"""


def put(tmp_path, data):
    path = tmp_path / "given.conll"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def whole(path) -> str:
    """All of a file, detected and read; the text that came back."""
    layout = conll.detect_layout(path)
    return "".join(sentence.raw for sentence in conll.read(path, layout))


def refused(path) -> InputError:
    with pytest.raises(InputError) as caught:
        whole(path)
    error = caught.value
    assert error.path == path
    assert all((error.found, error.expected, error.remedy))
    assert str(path) in str(error)
    return error


def test_a_file_cut_at_any_byte_is_read_or_refused(tmp_path):
    data = GOOD.encode()
    read, refusals = 0, []
    for end in range(len(data) + 1):
        path = put(tmp_path, data[:end])
        try:
            text = whole(path)
        except InputError as error:
            refusals.append(error)
            continue
        read += 1
        assert text == data[:end].decode().removeprefix("\ufeff")
    assert 40 < read < len(data)
    assert all((error.found and error.expected and error.remedy) for error in refusals)


@FUZZ
@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_read_or_refused(tmp_path, data):
    path = put(tmp_path, data)
    try:
        text = whole(path)
    except InputError:
        return
    assert text == data.decode().removeprefix("\ufeff")


@FUZZ
@given(st.text(st.sampled_from("a#\tO \r\nB-\u2028\u0085\0é"), max_size=60))
def test_text_of_any_shape_is_read_or_refused(tmp_path, text):
    path = put(tmp_path, text)
    try:
        layout = conll.detect_layout(path)
        sentences = list(conll.read(path, layout))
    except InputError:
        return
    assert "".join(sentence.raw for sentence in sentences) == text
    for sentence in sentences:
        assert sentence.tokens
        assert all(sentence.tokens)
        if sentence.tags is not None:
            assert len(sentence.tags) == len(sentence.tokens)
            assert conll.render(sentence.raw, layout, sentence.tags) == sentence.raw


@FUZZ
@given(
    st.text(st.sampled_from("a#\tO \r\nB-é"), max_size=60),
    st.integers(1, 3),
    st.sampled_from("\t "),
    st.booleans(),
)
@example("B\t ", 2, "\t", True)  # a tag that is only a blank
def test_the_quick_way_and_the_line_by_line_way_agree(text, columns, separator, tagged):
    from projner_core.formats import conll_rows

    separator = "\t" if columns == 1 else separator
    layout = Layout(separator, columns, 0, columns - 1 if tagged and columns > 1 else None)
    quick = conll_rows._plain(text, layout)
    if quick is not None:
        assert quick == conll_rows._line_by_line(text, layout, "given", 1)


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("a\tO\nb\nc\tO\n", 2, "1 column in 'b'"),
        ("# id = 1\na\tO\nb\tO\tx\nc\tO\n", 3, "3 columns"),
        ("a x O\nb y O\n\nc O\n", 4, "2 columns"),
        ("a\tO\n\tO\nb\tO\n", 2, "an empty token"),
        ("a\tO\nb\t\n", 2, "an empty tag"),
        ("a\tO\nb\tO\nc\tO\nd", 4, "1 column"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, text, line, found):
    error = refused(put(tmp_path, text))
    assert error.line == line
    assert found in error.found


def test_a_stray_tab_at_the_end_of_a_line_does_no_harm(tmp_path):
    path = put(tmp_path, "a\tO\nb\tB-PER\t\nc\tO\n")
    assert [s.tags for s in conll.read(path, conll.detect_layout(path))] == [("O", "B-PER", "O")]


@pytest.mark.parametrize(
    ("data", "line", "found"),
    [
        (b"", None, "an empty file"),
        (b"\n \n# only\n", None, "no token"),
        (b"\xef\xbb\xbf", None, "no token"),
        (b"a\tO\n\xff\tO\n", 2, "0xFF, byte 5"),
        ("a\tO\nMünchen\tO\n".encode("latin-1"), 2, "0xFC, byte 6"),
        ("a\tO\n北".encode()[:-1], 2, "half a character"),
        (b"a\tO\nb\0\tO\n", 2, "binary data (a NUL at byte 6)"),
        ("a\tO\n".encode("utf-16"), 1, "UTF-16"),
        (b"\x1f\x8b\x08\0", 1, "gzip"),
        (b"PK\x03\x04", 1, "ZIP"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path, data, line, found):
    error = refused(put(tmp_path, data))
    assert error.line == line
    assert found in error.found


def test_running_text_is_no_conll(tmp_path):
    assert (
        "name it .txt"
        in refused(put(tmp_path, "Ann is here .\nWhere ?\nIn the old town , they say .\n")).remedy
    )


def test_no_such_file_and_folders(tmp_path):
    assert refused(tmp_path / "nowhere.conll").found == "no such file"
    assert refused(tmp_path).found == "a folder"


def test_a_line_of_ten_megabytes_is_refused_before_it_is_in_memory(tmp_path):
    path = put(tmp_path, b"a\tO\n\n" * 1_000 + b"x" * 10_000_000 + b"\tO\n")
    tracemalloc.start()
    error = refused(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (error.line, error.found) == (2_001, "a line of more than 1 MB")
    assert peak < 9_000_000


def test_a_long_line_just_under_the_limit_is_read(tmp_path):
    token = "ọ" * 340_000
    path = put(tmp_path, f"a\tO\n{token}\tB-PER\n" * 3)
    assert len(whole(path)) == 3 * (len(token) + 11)


def test_a_sentence_without_end_is_refused(tmp_path):
    assert len(whole(put(tmp_path, "a\tO\n" * MOST_TOKENS))) == 4 * MOST_TOKENS
    for times in (1, 10):
        error = refused(put(tmp_path, "b\tO\n\n" + "a\tO\n" * (MOST_TOKENS * times + 1)))
        assert error.found == "a sentence of more than 65,535 tokens"
        assert error.line == 3


@pytest.mark.parametrize("columns", [{"tag_column": 2}, {"token_column": -3}])
def test_a_column_that_is_not_there_is_refused(tmp_path, columns):
    with pytest.raises(InputError, match="found 2 columns"):
        conll.detect_layout(put(tmp_path, "a\tO\n"), **columns)


def test_a_column_without_tags_is_refused_as_tag_column(tmp_path):
    with pytest.raises(InputError, match="'NN' and other such values in column 2"):
        conll.detect_layout(put(tmp_path, "a\tNN\tO\nb\tNN\tO\n"), tag_column=1)


def test_sentences_before_an_error_are_given(tmp_path):
    path = put(tmp_path, "a\tO\n\nb\tO\n\nc\n")
    given_ = []
    with pytest.raises(InputError, match="line 5"):
        given_.extend(sentence.tokens for sentence in conll.read(path, Layout()))
    reader = conll.read(path, Layout())
    assert next(reader).tokens == ("a",)


def test_progress_is_told_in_bytes_and_memory_stays_small(tmp_path):
    path = put(tmp_path, f"{'Ọbáfẹ́mi' * 40}\tB-PER\nlọ\tO\n\n" * 40_000)
    told = []
    tracemalloc.start()
    layout = conll.detect_layout(path, progress=lambda done, total: told.append((done, total)))
    count = sum(1 for _ in conll.read(path, layout, progress=lambda done, total: told.append((done, total))))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    size = path.stat().st_size
    assert count == 40_000
    assert told.count((size, size)) == 2
    assert len(told) == 2 * -(-size // (1 << 20))
    assert all(total == size for _, total in told)
    assert peak < size / 1.2  # about eight copies of a megabyte; the file as a list takes more than itself


def test_a_file_that_cannot_be_written_is_said_so_and_leaves_nothing(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        conll.write(tmp_path / "no" / "such" / "folder.conll", ["a\tO\n"])
    (tmp_path / "taken").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        conll.write(tmp_path / "taken", ["a\tO\n"])
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
