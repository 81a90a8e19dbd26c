"""JSON lines: sentences as tokens or text, entities in tokens or characters."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projner_core.corpus import Span
from projner_core.errors import InputError
from projner_core.formats import jsonl

FUZZ = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 9), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=8,
)
FIELDS = ("id", "source", "target", "source_entities", "target_entities")


@pytest.fixture
def put(tmp_path):
    def write(*rows):
        path = tmp_path / "pairs.jsonl"
        path.write_text(
            "".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in rows), encoding="utf-8"
        )
        return path

    return write


def test_tokens_keep_token_offsets(put):
    path = put(
        {
            "id": 7,
            "source": ["Ann", "Lee", "left"],
            "source_entities": [[0, 2, "PER"]],
            "target": ["አን", "ሊ", "ሄደች"],
        },
        "",
        {"target": ["北京"], "target_entities": []},
    )
    first, second = jsonl.read(path, source_lang="en", target_lang="am")
    assert (first.id, first.source.tokens, first.source_spans) == (
        "7",
        ("Ann", "Lee", "left"),
        (Span(0, 2, "PER"),),
    )
    assert (first.target_spans, first.target.lang) == (None, "am")
    assert (second.id, second.source, second.target_spans) == ("2", None, ())


def test_text_has_character_offsets(put):
    text = "Ọ̀gá Obama dé Àbújá."
    start = text.index("Obama")
    (record,) = jsonl.read(put({"target": text, "target_entities": [[start, start + 5, "PER"]]}))
    (span,) = record.target_spans
    assert record.target.tokens[span.start : span.end] == ("Obama",)
    assert record.target.text == text


def test_an_entity_inside_a_token_is_widened_and_reported_or_refused(put):
    path = put({"target": "Obamas Haus", "target_entities": [[0, 5, "PER"]]})
    report = []
    (record,) = jsonl.read(path, report=report)
    assert record.target_spans == (Span(0, 1, "PER"),)
    assert "widened" in report[0].what
    with pytest.raises(InputError, match="not a row of whole tokens"):
        list(jsonl.read(path, strict=True))


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"target": "a", "x": ' + "9" * 5_000 + "}", "not JSON"),
        ("[]", "not an object"),
        ('{"target": "\\ud800"}', "half a character"),
        ({"source": "a"}, "no “target”"),
        ({"target": " "}, "an empty “target”"),
        ({"target": []}, "an empty “target”"),
        ({"target": 5}, "“target” as 5"),
        ({"target": ["a", ""]}, "“target” as"),
        ({"target": ["a\tb"]}, "“target” as"),
        ({"target": ["a"], "id": [1]}, "the id"),
        ({"target": ["a"], "id": True}, "the id"),
        ({"target": ["a"], "source_entities": []}, "“source_entities” without"),
        ({"target": ["a"], "target_entities": {}}, "“target_entities” as"),
        ({"target": ["a"], "target_entities": [[0, 2, "PER"]]}, "ends past"),
        ({"target": ["a"], "target_entities": [[0, 0, "PER"]]}, "0 <= start < end"),
        ({"target": ["a"], "target_entities": [[0, 1, ""]]}, "empty label"),
        ({"target": ["a"], "target_entities": [[0, 1, "A\tB"]]}, "A"),
        ({"target": ["a"], "target_entities": [[False, True, "PER"]]}, "false"),
        ({"target": ["a", "b"], "target_entities": [[0, 2, "PER"], [1, 2, "LOC"]]}, "overlap"),
        ({"target": "ab c", "target_entities": [[1, 9, "PER"]]}, "characters 1 to 9"),
        ({"target": "ab c", "target_entities": [[2, 3, "PER"]]}, "characters 2 to 3"),
    ],
)
def test_a_wrong_line_is_named(put, row, found):
    path = put({"target": "good"}, row)
    with pytest.raises(InputError) as caught:
        list(jsonl.read(path))
    assert (caught.value.path, caught.value.line) == (path, 2)
    assert found in caught.value.found


@FUZZ
@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=5))
def test_any_object_is_read_or_refused(tmp_path, row):
    path = tmp_path / "any.jsonl"
    path.write_text(json.dumps(row), encoding="utf-8")
    try:
        (record,) = jsonl.read(path)
    except InputError as refusal:
        said = refusal
    else:
        assert record.target.tokens
        return
    assert all((said.found, said.expected, said.remedy))
