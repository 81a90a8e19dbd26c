"""What is marked in a text, and which entity each mark is for."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from projner_core.corpus import Alignment, Link, Pair, Sentence, Span
from projner_core.projectors.marked_text import assign, fold, parse


def marks(text: str) -> list[str]:
    parsed = parse(text)
    return [parsed.words(mark) for mark in parsed.marks]


@pytest.mark.parametrize(
    ("marked", "text", "expected"),
    [
        ("[Angela Merkel] besuchte [Paris] .", "Angela Merkel besuchte Paris .", ["Angela Merkel", "Paris"]),
        ("[ Angela Merkel ] besuchte Paris", " Angela Merkel  besuchte Paris", ["Angela Merkel"]),
        ("【默克尔】访问了［巴黎］。", "默克尔访问了巴黎。", ["默克尔", "巴黎"]),
        ("[\u200bአዲስ አበባ\u200b] ናት ።", "\u200bአዲስ አበባ\u200b ናት ።", ["አዲስ አበባ"]),
        ("<a>Merkel</a> in < b > Paris < / b >", "Merkel in  Paris ", ["Merkel", "Paris"]),
        ("<PER>Merkel</PER> , <LOC>Paris</LOC>", "Merkel , Paris", ["Merkel", "Paris"]),
        ("[[Bank] of [England]]", "Bank of England", ["Bank of England", "Bank", "England"]),
        ("[Paris][London]", "Paris London", ["Paris", "London"]),
        ("[Párizs]ban", "Párizsban", ["Párizs"]),
        ("[] [ ] [\u200b] x", "    \u200b x".removeprefix(" "), []),
        ("[Merkel besuchte [Paris]", "[Merkel besuchte Paris", ["Paris"]),
        ("Merkel] besuchte [Paris", "Merkel] besuchte [Paris", []),
        ("3 < 4 and 5 > 2", "3 < 4 and 5 > 2", []),
        ("<a>Merkel</b>", "<a>Merkel</b>", []),
        ("", "", []),
    ],
)
def test_marks_are_found(marked, text, expected):
    assert parse(marked).text == text
    assert marks(marked) == expected


@given(st.text("[]［］【】<>/ab1 \u200bÈ北🙂"))
@example("[" * 60 + "]" * 60)
@example("]" * 3 + "[" * 3)
def test_whatever_is_written_the_marks_lie_in_the_text(text):
    parsed = parse(text)
    for mark in parsed.marks:
        assert 0 <= mark.start < mark.end <= len(parsed.text)
        assert fold(parsed.words(mark))
    kept = "".join(c for c in parsed.text if c not in " []［］【】<>/")
    assert kept in "".join(c for c in text if c not in " []［］【】<>/") or "<" in text


PAIR = ("Merkel met Macron in Paris", [Span(0, 1, "PER"), Span(2, 3, "PER"), Span(4, 5, "LOC")])


def meant(
    marked: str,
    source: str = PAIR[0],
    entities: list[Span] = PAIR[1],
    target: str = "",
    cells: list[tuple[int, int]] | None = None,
    least: float = 0.0,
) -> list[str | None]:
    one = Pair("p", Sentence(tuple(source.split()), "en"), Sentence(tuple(target.split())))
    alignment = Alignment(tuple(Link(i, j) for i, j in cells or []))
    parsed = parse(marked)
    found = assign(one, entities, alignment, parsed, least=least)
    return [parsed.words(found[i]) if i in found else None for i in range(len(entities))]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("[Merkel] traf [Macron] in [Paris]", ["Merkel", "Macron", "Paris"]),
        ("In [Paris] traf [Macron] [Merkel]", ["Merkel", "Macron", "Paris"]),
        ("[Меркель] встретила [Макрона] в [Париже]", ["Меркель", "Макрона", "Париже"]),
        ("[パリ]で[メルケル]は[マクロン]に会った", ["メルケル", "マクロン", "パリ"]),
        ("[A] ja [B] ja [C]", ["A", "B", "C"]),  # like nothing: by order
        ("In [Paris] traf sie [Macron]", [None, "Macron", "Paris"]),
        ("<3>X</3> <1>Y</1> <2>Z</2>", ["Y", "Z", "X"]),
        ("<2>X</2> <0>Y</0> <1>Z</1>", ["Y", "Z", "X"]),
        ("<c>X</c> <a>Y</a> <b>Z</b>", ["Y", "Z", "X"]),
        ("<LOC>X</LOC> <PER>Y</PER> <PER>Z</PER>", ["Y", "Z", "X"]),
        ("<a>X</a> <a>Y</a> <a>Z</a>", ["X", "Y", "Z"]),
        ("no marks", [None, None, None]),
        ("", [None, None, None]),
    ],
)
def test_marks_go_to_their_entities(marked, expected):
    assert meant(marked) == expected


def test_links_tell_marks_apart_that_are_like_no_entity():
    source, entities = "France and Greece", [Span(0, 1, "LOC"), Span(2, 3, "LOC")]
    marked, target = "[Ελλάδα] και [Γαλλία]", "Γαλλία και Ελλάδα"
    assert meant(marked, source, entities, target) == ["Ελλάδα", "Γαλλία"]
    assert meant(marked, source, entities, target, [(0, 0), (2, 2)]) == ["Γαλλία", "Ελλάδα"]


def test_of_equal_names_the_first_mark_is_the_first_ones():
    marked = parse("[Ali] na [Ali] na [Ali]")
    one = Pair("p", Sentence(("Ali", "and", "Ali", "and", "Ali")), Sentence(()))
    entities = [Span(4, 5, "PER"), Span(0, 1, "PER"), Span(2, 3, "PER")]
    found = assign(one, entities, Alignment(), marked)
    assert [found[i].start for i in range(3)] == [14, 0, 7]


def test_the_best_mark_is_taken_and_not_the_last():
    entities = [Span(4, 5, "LOC")]
    assert meant("[Pariser] sahen [Paris] , nicht [Parma]", entities=entities) == ["Paris"]


def test_no_mark_serves_two_entities_even_through_another_inside_it():
    entities = [Span(0, 3, "ORG"), Span(2, 3, "LOC")]
    found = meant("[[Bank] of [England]]", "Bank of England", entities)
    assert found in (["Bank of England", None], ["Bank", "England"])


def test_brackets_of_the_sentence_itself_are_no_marks():
    assert meant("[Merkel] [sic] traf", target="Merkel [ sic ] traf") == ["Merkel", None, None]
    assert meant("[Merkel] [sic] traf", target="Merkel traf") != ["Merkel", None, None]


def test_likeness_may_be_asked_for():
    assert meant("[A] ja [B] ja [C]", least=0.5) == [None, None, None]
    assert meant("[Merkels] ja [B] ja [C]", least=0.5) == ["Merkels", None, None]


def test_forms_of_unicode_do_not_matter():
    nfd, nfc = (unicodedata.normalize(form, "Ààrẹ Èkó") for form in ("NFD", "NFC"))
    assert nfd != nfc
    assert fold(nfd) == fold(nfc)
    assert meant(f"[{nfd}] [x]", nfc, [Span(0, 2, "LOC")], least=0.9) == [nfd]
    assert fold("E\u200bKO ") == fold("eko")
    assert fold("２０２２") == fold("2022")
    assert meant("[x] [Москва]", "Moskva", [Span(0, 1, "LOC")], least=0.9) == ["Москва"]
