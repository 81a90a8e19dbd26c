"""What a tagger elsewhere found: CoNLL or JSON lines, each refused with its line where it is neither."""

from __future__ import annotations

import json

import pytest

from projner_core.corpus import Span, TagProbabilities
from projner_core.errors import InputError
from projner_core.formats import predictions

TAGS = ["O", "B-PER", "I-PER"]


@pytest.fixture
def write(tmp_path):
    def written(text, name="found.jsonl"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return written


def rows(*values) -> str:
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)


def test_entities_with_and_without_a_score(write):
    path = write(rows({"entities": [[0, 2, "PER"], [3, 4, "LOC", 0.5]]}, {"entities": []}))
    first, second = predictions.read(path)
    assert first.spans == (Span(0, 2, "PER"), Span(3, 4, "LOC", 0.5))
    assert (first.line, first.id, first.tokens, first.tags) == (1, None, None, None)
    assert (second.line, second.spans) == (2, ())


def test_probabilities_a_row_a_token(write):
    path = write(rows({"tags": TAGS, "probabilities": [[0.1, 0.8, 0.1], [0.2, 0, 0.8]], "id": 7}))
    (only,) = predictions.read(path)
    assert only.tags == TagProbabilities(tuple(TAGS), ((0.1, 0.8, 0.1), (0.2, 0.0, 0.8)))
    assert (only.spans, only.id) == (None, "7")


def test_tokens_in_any_script_stand_beside_them(write):
    tokens = ["Ọ̀ṣun", "አዲስ", "北京", "👩‍👩‍👧", "a\u200bb"]
    (only,) = predictions.read(write(rows({"tokens": tokens, "entities": [[0, 1, "LOC"]]})))
    assert only.tokens == tuple(tokens)


def test_a_conll_file_of_any_scheme(write):
    path = write("# id = a\nAsha\tS-PER\nyuko\tO\nNai\tB-LOC\nrobi\tE-LOC\n\nMvua\tO\n", "found.conll")
    first, second = predictions.read(path)
    assert first.spans == (Span(0, 1, "PER"), Span(2, 4, "LOC"))
    assert (first.id, first.tokens, first.line) == ("a", ("Asha", "yuko", "Nai", "robi"), 2)
    assert second.spans == ()


def test_json_is_known_by_its_first_line_whatever_the_file_is_called(write):
    (only,) = predictions.read(write("\n" + rows({"entities": []}), "found.out"))
    assert (only.line, only.spans) == (2, ())


@pytest.mark.parametrize(
    "line",
    [
        "no json",
        "[1]",
        '{"entities": [[0, 1]]}',
        '{"entities": [[0, 0, "PER"]]}',
        '{"entities": [[0, 2, "PER"], [1, 3, "LOC"]]}',
        '{"entities": [[0, 1, "PER", 1.5]]}',
        '{"entities": [[true, 1, "PER"]]}',
        '{"entities": [[0, true, "PER"]]}',
        '{"entities": [[0, 1, "PER", true]]}',
        '{"entities": [[0, 1, "PER", 0.5, 0.5]]}',
        '{"entities": [[0, 1, "PE\\tR"]]}',
        '{"entities": [[0, 1, "PER\\n"]]}',
        '{"tags": ["O", "B-P\\tX"], "probabilities": [[1.0, 0.0]]}',
        '{"tags": ["O", "B-X"], "probabilities": [[' + "9" * 400 + ", 0.5]]}",
        '{"entities": [[0, 1, "PER", ' + "9" * 400 + "]]}",
        '{"entities": {}}',
        "{}",
        '{"entities": [], "probabilities": []}',
        '{"tags": ["B-PER"], "probabilities": [[1.0]]}',
        '{"tags": ["O", "PER"], "probabilities": [[1.0, 0.0]]}',
        '{"tags": ["O"], "probabilities": [[0.5]]}',
        '{"tags": ["O"], "probabilities": [[1.0, 0.0]]}',
        '{"tags": ["O", "B-X"], "probabilities": [[2.0, -1.0]]}',
        '{"tags": ["O"], "probabilities": [1.0]}',
        '{"tags": ["O"], "probabilities": [[NaN]]}',
        '{"tokens": "no list", "entities": []}',
        '{"tokens": ["\\ud800"], "entities": []}',
        '{"id": [], "entities": []}',
    ],
)
def test_a_wrong_line_is_named(write, line):
    path = write(rows({"entities": []}) + line + "\n")
    with pytest.raises(InputError) as caught:
        list(predictions.read(path))
    assert caught.value.line == 2
    assert caught.value.remedy


def test_conll_without_tags_is_refused(write):
    with pytest.raises(InputError, match="no column of tags"):
        list(predictions.read(write("Asha\nMwangi\n\nMvua\n", "found.conll")))
