"""The demo corpora for German, Arabic and Chinese are what their README files say."""

from __future__ import annotations

import re
import unicodedata
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

import pytest

LABELS = {
    "de": {"PER", "LOC", "ORG", "MISC"},
    "ar": {"PER", "LOC", "ORG", "DATE"},
    "zh": {"PER", "LOC", "ORG", "MISC"},
}
LANGUAGES = sorted(LABELS)
SIDES = ("source", "target")
DIFFERENT = {"unmatched": "no counterpart on the other side", "label": "differ in label"}


class Row(NamedTuple):
    id: str
    tokens: tuple[str, ...]
    tags: tuple[str, ...]

    def entities(self) -> list[tuple[str, tuple[str, ...]]]:
        """Label and tokens of each entity, read off IOB2 tags."""
        found: list[tuple[str, list[str]]] = []
        for token, tag in zip(self.tokens, self.tags, strict=True):
            if tag.startswith("B-"):
                found.append((tag[2:], [token]))
            elif tag.startswith("I-"):
                found[-1][1].append(token)
        return [(label, tuple(tokens)) for label, tokens in found]


def text_of(lang: str, name: str) -> str:
    return (files("projner_core.bundled") / "demo" / lang / name).read_bytes().decode("utf-8")


def read(lang: str, side: str) -> list[Row]:
    text = text_of(lang, f"{side}.conll")
    assert text.endswith("\n\n"), "a blank line ends each sentence"
    rows = []
    for block in text[:-2].split("\n\n"):
        head, *lines = block.split("\n")
        match = re.fullmatch(r"# id = (demo-\w\w-\d{3})", head)
        assert match, head
        columns = [line.split("\t") for line in lines]
        assert columns, block
        assert all(len(column) == 2 for column in columns), block
        rows.append(Row(match[1], tuple(c[0] for c in columns), tuple(c[1] for c in columns)))
    return rows


def rows_of_trap(lang: str, words: str) -> set[str]:
    """The ids that the README lists in the row that has these words."""
    table = [line for line in text_of(lang, "README.md").split("\n") if line.startswith("|")]
    (row,) = (line for line in table if words in line)
    return {f"demo-{lang}-{number}" for number in re.findall(r"\b\d{3}\b", row)}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("side", SIDES)
class TestFile:
    def test_text_is_plain(self, lang, side):
        text = text_of(lang, f"{side}.conll")
        assert "\r" not in text
        assert not text.startswith("\ufeff")
        assert unicodedata.normalize("NFC", text) == text
        tokens = "".join(token for row in read(lang, side) for token in row.tokens)
        assert not [c for c in tokens if unicodedata.category(c) in {"Cc", "Cf", "Zs"}]

    def test_ids_count_from_one(self, lang, side):
        rows = read(lang, side)
        assert len(rows) >= 60
        assert [row.id for row in rows] == [f"demo-{lang}-{n:03d}" for n in range(1, len(rows) + 1)]

    def test_tags_are_valid_iob2_with_the_corpus_labels(self, lang, side):
        used = set()
        for row in read(lang, side):
            for before, tag in pairwise(("O", *row.tags)):
                if tag == "O":
                    continue
                prefix, label = tag.split("-", 1)
                used.add(label)
                assert prefix in {"B", "I"}, row
                assert prefix == "B" or before in {f"B-{label}", f"I-{label}"}, row
        assert used == LABELS[lang]

    def test_there_is_enough_to_look_at(self, lang, side):
        rows = read(lang, side)
        assert sum(len(row.entities()) for row in rows) >= 120
        assert sum(not row.entities() for row in rows) >= 6
        assert max(len(row.tokens) for row in rows) >= 45
        assert min(len(row.tokens) for row in rows) <= 6

    def test_no_sentence_is_there_twice(self, lang, side):
        tokens = [row.tokens for row in read(lang, side)]
        assert len(set(tokens)) == len(tokens)

    def test_punctuation_stands_alone(self, lang, side):
        glued = re.compile(r'[،。，、؟«»“”„"《》：:;؛!?()]')
        for row in read(lang, side):
            for token in row.tokens:
                # the colon of a score ("3:1-Sieg") belongs to its word
                assert len(token) == 1 or not glued.search(re.sub(r"\d:\d", "", token)), (row.id, token)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_both_sides_have_the_same_ids(lang):
    assert [row.id for row in read(lang, "source")] == [row.id for row in read(lang, "target")]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_sides_differ_in_entities_only_where_the_readme_says_so(lang):
    differing = {
        source.id
        for source, target in zip(read(lang, "source"), read(lang, "target"), strict=True)
        if sorted(label for label, _ in source.entities()) != sorted(label for label, _ in target.entities())
    }
    named = rows_of_trap(lang, DIFFERENT["unmatched"])
    if lang != "ar":
        named |= rows_of_trap(lang, DIFFERENT["label"])
    assert differing == named


def is_han(character: str) -> bool:
    return unicodedata.name(character, "").startswith("CJK UNIFIED IDEOGRAPH")


def test_a_han_character_is_a_token_in_chinese():
    tokens = [token for row in read("zh", "target") for token in row.tokens]
    assert all(len(token) == 1 for token in tokens if any(map(is_han, token)))
    assert {token for token in tokens if len(token) > 1} >= {"2008", "5G", "APEC", "G20"}
    assert all(re.fullmatch("[A-Za-z0-9]+", token) for token in tokens if len(token) > 1)


def test_the_dot_of_a_foreign_name_is_a_token_within_it():
    names = [tokens for row in read("zh", "target") for _, tokens in row.entities() if "·" in tokens]
    assert len(names) >= 5
    assert all(0 < tokens.index("·") < len(tokens) - 1 for tokens in names)


def test_arabic_tokens_keep_their_clitics():
    entities = {entity for row in read("ar", "target") for entity in row.entities()}
    assert ("LOC", ("وإثيوبيا",)) in entities
    assert ("ORG", ("للأمم", "المتحدة")) in entities
    assert ("PER", ("برنا",)) in entities


def test_some_arabic_is_vocalised_and_most_is_not():
    vocalised = [
        row for row in read("ar", "target") if sum("\u064b" <= c <= "\u0652" for c in "".join(row.tokens)) > 5
    ]
    assert {row.id for row in vocalised} == rows_of_trap("ar", "vowel signs")
    assert len(vocalised) == 3


def test_german_compounds_and_inflected_names_are_whole_tokens():
    entities = {entity for row in read("de", "target") for entity in row.entities()}
    assert ("ORG", ("EU-Kommission",)) in entities
    assert ("LOC", ("Ostdeutschland",)) in entities
    assert ("ORG", ("Vereinten", "Nationen")) in entities
    assert ("LOC", ("Nord-",)) in entities
    assert ("LOC", ("Bayerns",)) in entities
    assert ("MISC", ("europäische",)) in entities


@pytest.mark.parametrize("lang", LANGUAGES)
def test_touching_entities_are_those_the_readme_lists(lang):
    touching = {
        row.id
        for row in read(lang, "target")
        if any(before != "O" and tag.startswith("B-") for before, tag in pairwise(row.tags))
    }
    assert touching
    assert touching == rows_of_trap(lang, "touch")
