"""Files of marked text: one a pair, all or nothing."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projner_core.errors import InputError
from projner_core.formats.marked import read

TEXTS = [
    unicodedata.normalize("NFD", "[Èkó] dára"),
    "[አዲስ አበባ] ናት ።",
    "",
    "【巴黎】\u200b很美",
    "[أحمد] 🙂",
]
IDS = [f"s{i}" for i in range(5)]


def test_lines_in_order(tmp_path):
    path = tmp_path / "marked.txt"
    path.write_text("\n".join(TEXTS) + "\n", encoding="utf-8")
    assert read(path, IDS) == TEXTS
    path.write_bytes(("\ufeff" + "\r\n".join(TEXTS) + "\r\n\r\n\r\n").encode())
    assert read(path, IDS) == TEXTS


def test_objects_by_id_in_any_order(tmp_path):
    path = tmp_path / "marked.json"  # known by what it holds
    rows = [{"id": i, "marked": text} for i, text in zip(IDS, TEXTS, strict=True)]
    path.write_text("\n".join(json.dumps(row) for row in reversed(rows)) + "\n\n", encoding="utf-8")
    assert read(path, IDS) == TEXTS
    path.write_text("\n".join(json.dumps({"text": text}) for text in TEXTS), encoding="utf-8")
    assert read(path, IDS) == TEXTS
    path.write_text('{"id": 7, "marked": "[a]\\nb"}', encoding="utf-8")
    assert read(path, ["7"]) == ["[a] b"]


def test_a_sentence_in_braces_is_a_sentence(tmp_path):
    path = tmp_path / "marked.txt"
    path.write_text("{sic} [Paris]\n", encoding="utf-8")
    assert read(path, ["1"]) == ["{sic} [Paris]"]


@pytest.mark.parametrize(
    ("name", "content", "line", "found"),
    [
        ("a.txt", "[a]\n", 1, "the last of 1 texts"),
        ("a.txt", "[a]\n[b]\n[c]\n", 3, "text number 3"),
        ("a.jsonl", '{"id": "x", "marked": "[a]"}\n', 1, "none for the pair 'y'"),
        ("a.jsonl", '{"id": "x", "marked": ""}\n{"id": "x", "marked": ""}\n', 2, "the id 'x' again"),
        ("a.jsonl", '{"id": "x", "marked": ""}\n\n{"id": "z", "marked": ""}\n', 3, "the id 'z'"),
        ("a.jsonl", '{"id": "x", "marked": ""}\n{"marked": ""}\n', 2, "no id"),
        ("a.jsonl", '{"marked": ""}\n{"marked": ""}\n{"marked": ""}\n', 3, "text number 3"),
        ("a.jsonl", '{"id": "x"}\n', 1, "no text"),
        ("a.jsonl", '{"id": "x", "marked": 3}\n', 1, "no text"),
        ("a.jsonl", '{"id": true, "marked": ""}\n', 1, "the id True"),
        ("a.jsonl", '["x"]\n', 1, "no text"),
        ("a.jsonl", '{"id": "x", "marked": ""}\n[a] b\n', 2, "not JSON"),
        ("a.jsonl", '{"id": "x", "marked": "\\ud800"}\n', 1, "not JSON"),
        ("a.jsonl", "\n\n", None, "the last of 0 texts"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, name, content, line, found):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read(path, ["x", "y"])
    assert error.value.line == line
    assert found in str(error.value)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=9), min_size=1, max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_written_is_read(tmp_path, texts):
    texts = [text.strip().lstrip("{\ufeff").strip() for text in texts]
    ids = [str(i) for i in range(len(texts))]
    plain = tmp_path / "t.txt"
    plain.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8", newline="")
    assert read(plain, ids) == texts
    objects = tmp_path / "t.jsonl"
    rows = [
        json.dumps({"id": i, "marked": " ".join(t.splitlines())}) for i, t in zip(ids, texts, strict=True)
    ]
    objects.write_text("\n".join(rows), encoding="utf-8")
    assert read(objects, ids) == [" ".join(text.splitlines()).strip() for text in texts]
