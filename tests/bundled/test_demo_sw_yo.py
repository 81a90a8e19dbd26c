"""The Swahili and Yorùbá demo corpora: well-formed, parallel, and with the traps that they are for."""

from __future__ import annotations

import unicodedata
from collections import Counter
from importlib.resources import files
from typing import NamedTuple

import pytest

LANGUAGES = ("sw", "yo")
LABELS = {"PER", "LOC", "ORG", "DATE"}


class Sentence(NamedTuple):
    id: str
    tokens: list[str]
    tags: list[str]

    def entities(self) -> list[tuple[int, int, str]]:
        """The spans of valid IOB2 tags."""
        spans: list[tuple[int, int, str]] = []
        for position, tag in enumerate(self.tags):
            if tag.startswith("B-"):
                spans.append((position, position + 1, tag[2:]))
            elif tag.startswith("I-"):
                start, _, label = spans[-1]
                spans[-1] = (start, position + 1, label)
        return spans


def text_of(language: str, side: str) -> str:
    return (files("projner_core.bundled") / "demo" / language / f"{side}.conll").read_bytes().decode("utf-8")


def read(language: str, side: str) -> list[Sentence]:
    sentences = []
    for block in text_of(language, side).removesuffix("\n\n").split("\n\n"):
        head, *lines = block.split("\n")
        assert head.startswith("# id = ")
        rows = [line.split("\t") for line in lines]
        assert all(len(row) == 2 and all(row) for row in rows), head
        sentences.append(
            Sentence(head.removeprefix("# id = "), [row[0] for row in rows], [row[1] for row in rows])
        )
    return sentences


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def source(language) -> list[Sentence]:
    return read(language, "source")


@pytest.fixture(scope="module")
def target(language) -> list[Sentence]:
    return read(language, "target")


@pytest.mark.parametrize("side", ["source", "target"])
def test_files_are_plain_lines(language, side):
    text = text_of(language, side)
    assert text.endswith("\n\n")
    assert not text.endswith("\n\n\n")
    assert "\n\n\n" not in text
    assert not set("\r\ufeff\u00a0\u200b[]") & set(text)


def test_sides_are_parallel(language, source, target):
    ids = [sentence.id for sentence in source]
    assert ids == [sentence.id for sentence in target]
    assert ids == [f"demo-{language}-{number:03d}" for number in range(1, len(ids) + 1)]
    assert len(ids) >= 60
    assert len({" ".join(sentence.tokens) for sentence in source}) == len(ids)


def test_tags_are_iob2(source, target):
    for sentence in [*source, *target]:
        before = "O"
        for tag in sentence.tags:
            if tag != "O":
                mark, _, label = tag.partition("-")
                assert mark in {"B", "I"}, sentence.id
                assert label in LABELS, sentence.id
                assert mark == "B" or before in {f"B-{label}", f"I-{label}"}, sentence.id
            before = tag


def test_tokens_hold_no_space_and_punctuation_stands_alone(source, target):
    for sentence in [*source, *target]:
        for token in sentence.tokens:
            assert not any(character.isspace() for character in token), sentence.id
            if any(character.isalnum() for character in token):
                assert token[-1] not in ',;:?!"()', (sentence.id, token)
                assert token[0] not in '"(', (sentence.id, token)
        assert sentence.tokens[-1] in {".", '"'}, sentence.id


def test_every_label_occurs_often(source, target):
    for side in (source, target):
        counts = Counter(label for sentence in side for _, _, label in sentence.entities())
        assert set(counts) == LABELS
        assert sum(counts.values()) >= 140
        assert min(counts.values()) >= 15


def test_sides_seldom_differ_in_entity_types(source, target):
    def types(sentence: Sentence) -> Counter[str]:
        return Counter(label for _, _, label in sentence.entities())

    differing = [(s, t) for s, t in zip(source, target, strict=True) if types(s) != types(t)]
    assert 4 <= len(differing) <= 8
    assert any(types(s) - types(t) for s, t in differing), "an entity without counterpart"
    assert any(types(t) - types(s) for s, t in differing), "a demonym that becomes a country"


def test_hard_shapes_are_there(source, target):
    pairs = list(zip(source, target, strict=True))
    empty = [s.id for s, t in pairs if not s.entities() and not t.entities()]
    assert 6 <= len(empty) <= 10
    assert any(len(s.tokens) >= 45 and len(t.tokens) >= 45 for s, t in pairs)
    assert any(len(s.tokens) <= 3 and len(t.tokens) <= 3 for s, t in pairs)
    touching = [
        t.id for t in target for a, b in zip(t.entities(), t.entities()[1:], strict=False) if a[1] == b[0]
    ]
    assert touching, "two entities with no token between"
    reordered = [
        s.id
        for s, t in pairs
        if [e[2] for e in s.entities()] != [e[2] for e in t.entities()]
        and Counter(e[2] for e in s.entities()) == Counter(e[2] for e in t.entities())
    ]
    assert len(reordered) >= 4


def test_yoruba_is_nfd_in_every_third_sentence():
    for number, sentence in enumerate(read("yo", "target"), 1):
        form = "NFD" if number % 3 == 0 else "NFC"
        assert all(unicodedata.is_normalized(form, token) for token in sentence.tokens), sentence.id
    decomposed = [
        sentence.id
        for sentence in read("yo", "target")
        if not all(unicodedata.is_normalized("NFC", token) for token in sentence.tokens)
    ]
    assert len(decomposed) >= 15


def test_yoruba_has_tones_and_subdots_and_swahili_neither():
    yoruba = unicodedata.normalize("NFD", " ".join(t for s in read("yo", "target") for t in s.tokens))
    assert {"\u0300", "\u0301", "\u0323"} <= set(yoruba)
    assert " ".join(t for s in read("sw", "target") for t in s.tokens).isascii()


def test_entities_that_a_reader_knows():
    by_id = {s.id: s for language in LANGUAGES for s in read(language, "target")}

    def names(pair: str) -> list[tuple[str, str]]:
        sentence = by_id[pair]
        return [
            (unicodedata.normalize("NFC", " ".join(sentence.tokens[start:end])), label)
            for start, end, label in sentence.entities()
        ]

    assert names("demo-sw-050") == [
        ("Baraza la Amani na Usalama", "ORG"),
        ("Umoja wa Afrika", "ORG"),
        ("Jumanne", "DATE"),
    ]
    assert names("demo-sw-029")[0] == ("Jamhuri ya Kidemokrasia ya Kongo", "LOC")
    assert names("demo-yo-034") == [("Ẹ̀ka Ìmọ̀ Òfin", "ORG"), ("Yunifásítì Èkó", "ORG")]
    assert names("demo-yo-003") == [("Tólú", "PER")]
