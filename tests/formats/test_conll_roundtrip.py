"""CoNLL there and back: arbitrary valid files, byte for byte; new tags change tags and nothing else."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projner_core.corpus import Span
from projner_core.errors import InputError
from projner_core.formats import conll
from projner_core.formats.conll import Layout
from projner_core.schemes import Scheme, decode, encode

FILES = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
LETTERS = st.characters(exclude_categories=("Cs",), exclude_characters="\t\r\n\0\ufeff")
WORDS = st.one_of(
    st.sampled_from(
        ("#", "#farms", "-", "O", "B-PER", "Ọbáfẹ́mi", "አዲስ", "北京", "👩🏽\u200d🚀", "a\u2028b", "\u0085")
    ),
    st.text(LETTERS, min_size=1, max_size=6),
)
TAGS = st.sampled_from(("O", "O", "B-PER", "I-PER", "B-weather/attribute", "I-人名"))


@st.composite
def files(draw):
    """A layout, the text of a file laid out so, and the (tokens, tags) of its sentences."""
    columns = draw(st.integers(1, 4))
    separator = "\t" if columns == 1 else draw(st.sampled_from("\t "))
    token, tag = (0, None) if columns == 1 else draw(st.permutations(range(columns)))[:2]
    newline = draw(st.sampled_from(("\n", "\r\n", "\r")))
    layout = Layout(
        separator, columns, token, tag, None if tag is None else Scheme.IOB2, draw(st.booleans()), newline
    )
    cells = WORDS.filter(lambda word: not word.startswith("-DOCSTART-"))
    if separator == " ":
        cells = cells.filter(lambda word: " " not in word)
    if columns == 1:
        cells = cells.filter(lambda word: word.strip(" ") and not word.startswith("# "))
    text, sentences = "", []
    for _ in range(draw(st.integers(1, 4))):
        text += (
            draw(st.sampled_from(("", "# id = 7", "#", "# text = a b", f"-DOCSTART-{separator}O"))) + newline
        )
        text = text.removesuffix("#" + newline) if columns == 1 else text
        tokens, tags = [], []
        for _ in range(draw(st.integers(1, 5))):
            row = draw(st.lists(cells, min_size=columns, max_size=columns))
            tokens.append(row[token])
            if tag is not None:
                row[tag] = draw(TAGS)
                tags.append(row[tag])
            text += separator.join(row) + newline
        sentences.append((tuple(tokens), None if tag is None else tuple(tags)))
        text += newline * draw(st.integers(1, 3))
    text += draw(st.sampled_from(("", "# the end" + newline, " " + newline)))
    return layout, text.removesuffix(newline) if draw(st.booleans()) else text, sentences


def put(tmp_path, text, *, bom=False):
    path = tmp_path / "given.conll"
    path.write_bytes((b"\xef\xbb\xbf" if bom else b"") + text.encode())
    return path


@FILES
@given(files())
def test_an_untouched_file_comes_back_byte_for_byte(tmp_path, case):
    layout, text, expected = case
    path = put(tmp_path, text, bom=layout.bom)
    sentences = list(conll.read(path, layout))
    assert [(sentence.tokens, sentence.tags) for sentence in sentences] == expected
    assert "".join(sentence.raw for sentence in sentences) == text
    again = tmp_path / "written.conll"
    same = (s.raw if s.tags is None else conll.render(s.raw, layout, s.tags) for s in sentences)
    conll.write(again, same, bom=layout.bom)
    assert again.read_bytes() == path.read_bytes()


@FILES
@given(files(), st.data())
def test_new_tags_are_read_back_and_nothing_else_differs(tmp_path, case, data):
    layout, text, _ = case
    path = put(tmp_path, text)
    sentences = list(conll.read(path, layout))
    wanted = [tuple(data.draw(TAGS) for _ in sentence.tokens) for sentence in sentences]
    rendered = [conll.render(s.raw, layout, tags) for s, tags in zip(sentences, wanted, strict=True)]
    after = layout if layout.tag_column is not None else replace(layout, columns=2, tag_column=1)
    again = list(conll.read(put(tmp_path, "".join(rendered)), after))
    assert [(s.tokens, s.tags) for s in again] == [
        (s.tokens, t) for s, t in zip(sentences, wanted, strict=True)
    ]
    if layout.tag_column is None:
        return
    back = [conll.render(new.raw, after, old.tags) for new, old in zip(again, sentences, strict=True)]
    assert "".join(back) == text


@FILES
@given(files())
def test_lines_of_tokens_are_their_lines(tmp_path, case):
    layout, text, _ = case
    rows = text.split(layout.terminator)
    for sentence in conll.read(put(tmp_path, text), layout):
        for position, token in enumerate(sentence.tokens):
            assert token in rows[conll.line_of(sentence, position, layout) - 1]


@FILES
@given(files())
def test_detection_finds_a_layout_that_keeps_every_byte_or_says_what_is_wrong(tmp_path, case):
    _, text, _ = case
    path = put(tmp_path, text)
    try:
        layout = conll.detect_layout(path)
    except InputError as refusal:
        said = refusal
    else:
        assert Layout.from_dict(layout.to_dict()) == layout
        assert "".join(sentence.raw for sentence in conll.read(path, layout)) == text
        return
    assert all((said.found, said.expected, said.remedy))


@FILES
@given(
    st.lists(st.tuples(WORDS.filter(lambda w: not w.startswith("-DOCSTART-")), TAGS), min_size=1, max_size=8)
)
def test_a_new_sentence_is_read_as_it_was_written(tmp_path, rows):
    tokens, tags = zip(*rows, strict=True)
    raw = conll.sentence_from_tokens(tokens, tags, id="news-7")
    (sentence,) = conll.read(put(tmp_path, raw), Layout())
    assert (sentence.tokens, sentence.tags, sentence.id, sentence.raw) == (tokens, tags, "news-7", raw)


FOUR_COLUMNS = """-DOCSTART- -X- O O

EU NNP I-NP I-ORG
rejects VBZ I-VP O
German JJ I-NP I-MISC
call NN I-NP O

Peter NNP I-NP I-PER
Blackburn NNP I-NP I-PER
"""


def test_the_four_columns_of_conll_2003(tmp_path):
    path = put(tmp_path, FOUR_COLUMNS)
    layout = conll.detect_layout(path)
    assert layout == Layout(" ", 4, 0, 3, Scheme.IO)
    first, second = conll.read(path, layout)
    assert first.tokens == ("EU", "rejects", "German", "call")
    assert (first.line, second.line) == (3, 8)
    assert first.raw.startswith("-DOCSTART- -X- O O\n\nEU")
    assert decode(second.tags, layout.scheme) == (Span(0, 2, "PER"),)
    corrected = conll.render(first.raw, layout, encode((Span(2, 4, "MISC"),), 4, layout.scheme))
    assert corrected == first.raw.replace("I-ORG", "O").replace("call NN I-NP O", "call NN I-NP I-MISC")


def test_the_tag_column_may_be_chosen(tmp_path):
    layout = conll.detect_layout(put(tmp_path, FOUR_COLUMNS), tag_column=-2, token_column=0)
    assert (layout.tag_column, layout.scheme) == (2, Scheme.IO)


def test_windows_file_in_nfd_keeps_endings_marks_and_composition(tmp_path):
    token = unicodedata.normalize("NFD", "Awólọ́wọ̀")
    text = f"# sent_id = yo-1\r\nOlóyè\tO\r\n{token}\tB-PER\r\n\r\nÓ\tO\r\nlọ\tO"
    path = put(tmp_path, text, bom=True)
    layout = conll.detect_layout(path)
    assert (layout.bom, layout.newline, layout.scheme) == (True, "\r\n", Scheme.IOB2)
    first, last = conll.read(path, layout)
    assert (first.id, first.tokens[1], last.id) == ("yo-1", token, None)
    assert conll.render(first.raw, layout, ("B-PER", "I-PER")) == first.raw.replace("\tO", "\tB-PER").replace(
        f"{token}\tB-PER", f"{token}\tI-PER"
    )
    assert conll.render(last.raw, layout, ("O", "B-LOC")) == "Ó\tO\r\nlọ\tB-LOC"


def test_spaces_between_columns_stay_as_many_as_they_were(tmp_path):
    text = " New   NNP\t B-LOC  \nYork NNP I-LOC\n"
    path = put(tmp_path, text)
    layout = conll.detect_layout(path)
    (sentence,) = conll.read(path, layout)
    assert (sentence.tokens, sentence.tags) == (("New", "York"), ("B-LOC", "I-LOC"))
    assert conll.render(sentence.raw, layout, ("O", "B-LOC")) == " New   NNP\t O  \nYork NNP B-LOC\n"


def test_tokens_may_hold_spaces_and_tags_may_stand_among_them(tmp_path):
    path = put(tmp_path, "Hà Nội\t B-LOC \nlà\tO\n10 000\tO\n")
    layout = conll.detect_layout(path)
    (sentence,) = conll.read(path, layout)
    assert (sentence.tokens, sentence.tags) == (("Hà Nội", "là", "10 000"), ("B-LOC", "O", "O"))
    assert conll.render(sentence.raw, layout, ("B-GPE", "O", "O")) == "Hà Nội\t B-GPE \nlà\tO\n10 000\tO\n"


def test_a_hash_is_a_comment_or_a_token(tmp_path):
    text = "# id = 5\n#begin\n#\tO\n#Lagos\tB-LOC\n# note\n# x\tO\n\n"
    path = put(tmp_path, text)
    layout = conll.detect_layout(path)
    (sentence,) = conll.read(path, layout)
    assert sentence.tokens == ("#", "#Lagos", "# x")
    assert sentence.comments == ("# id = 5", "#begin", "# note")
    assert (sentence.id, sentence.line, conll.line_of(sentence, 2, layout)) == ("5", 3, 6)

    path = put(tmp_path, "# id = 5 O\n# text = a B\n# O\n#Lagos B-LOC\nis O\n")
    (sentence,) = conll.read(path, conll.detect_layout(path))
    assert sentence.tokens == ("#", "#Lagos", "is")


def test_one_column_gets_a_second(tmp_path):
    path = put(tmp_path, "# id = 1\nቤት\n#\n\nአዲስ አበባ\r\n")
    layout = conll.detect_layout(path)
    assert (layout.columns, layout.tag_column, layout.scheme) == (1, None, None)
    first, second = conll.read(path, layout)
    assert first.tags is None
    tagged = conll.render(first.raw, layout, ("O", "O")) + conll.render(second.raw, layout, ("B-LOC",))
    assert tagged == "# id = 1\nቤት\tO\n#\tO\n\nአዲስ አበባ\tB-LOC\r\n"


def test_token_numbers_are_not_tokens(tmp_path):
    text = "# http://a.example\n1\tSchartau\tB-PER\tO\n2\tsagte\tO\tO\n\n1\tJa\tO\tO\n"
    layout = conll.detect_layout(put(tmp_path, text))
    assert (layout.token_column, layout.tag_column) == (1, 2)


def test_comments_and_marks_belong_to_the_next_sentence_and_at_the_end_to_the_last(tmp_path):
    text = "\n# head\n\n-DOCSTART-\tO\n\na\tO\n-DOCSTART-\tO\n\nb\tO\n\n# foot\n\n\n"
    path = put(tmp_path, text)
    raws = [sentence.raw for sentence in conll.read(path, conll.detect_layout(path))]
    assert raws == ["\n# head\n\n-DOCSTART-\tO\n\na\tO\n", "-DOCSTART-\tO\n\nb\tO\n\n# foot\n\n\n"]


def test_running_text_comes_from_its_comment(tmp_path):
    path = put(tmp_path, "# id = 1\n# text = Kori lọ.\nKori\tB-PER\nlọ\tO\n.\tO\n")
    (sentence,) = conll.read(path, conll.detect_layout(path))
    assert sentence.text == "Kori lọ."


@pytest.mark.parametrize("tags", [("O",), ("O", "O", "O"), ("O", ""), ("O", "B\tC"), ("O", "B-\n")])
def test_tags_that_would_break_the_file_are_refused(tags):
    with pytest.raises(ValueError, match=r"needs as many tags|cannot stand"):
        conll.render("a\tO\nb\tO\n\n", Layout(), tags)


def test_a_label_with_a_space_cannot_stand_between_spaces():
    with pytest.raises(ValueError, match="cannot stand"):
        conll.render("a O\n", Layout(separator=" "), ("B-FIRST NAME",))
    assert conll.render("a\tO\n", Layout(), ("B-FIRST NAME",)) == "a\tB-FIRST NAME\n"


@pytest.mark.parametrize(
    ("tokens", "tags"), [((), ()), (("a",), ()), (("",), ("O",)), (("a\tb",), ("O",)), (("a",), ("O\n",))]
)
def test_a_new_sentence_that_would_break_the_file_is_refused(tokens, tags):
    with pytest.raises(ValueError, match=r"needs tokens|cannot stand"):
        conll.sentence_from_tokens(tokens, tags)


@pytest.mark.realdata
def test_real_corpora_come_back_byte_for_byte(realdata, tmp_path):
    paths = sorted(realdata.rglob("*.conll"))
    assert paths
    for path in paths:
        layout = conll.detect_layout(path)
        assert (layout.separator, layout.columns, layout.scheme) == ("\t", 2, Scheme.IOB2), path
        again = tmp_path / "again.conll"
        conll.write(again, (conll.render(s.raw, layout, s.tags) for s in conll.read(path, layout)))
        assert again.read_bytes() == path.read_bytes(), path
