"""What a tagger elsewhere found, one sentence after the other: CoNLL, or JSON lines.

A line of JSON is an object with one of

    {"entities": [[0, 2, "PER"], [5, 6, "LOC", 0.83]]}                  start, end, label, and a score
    {"tags": ["O", "B-PER", "I-PER"], "probabilities": [[0.1, 0.8, 0.1], …]}   a row a token

Offsets count tokens, half-open from 0. "tokens" (a list) and "id" may stand beside them, and are then
checked against the sentence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from projner_core.corpus import Span, TagProbabilities, check_spans
from projner_core.errors import InputError
from projner_core.formats import conll
from projner_core.formats.base import MOST_TOKENS, breaks_lines, lines, sniff
from projner_core.formats.files import FileKind, kind_of
from projner_core.schemes import OUTSIDE, decode, is_tag, repair

_FAR_FROM_ONE = 0.02  # probabilities that were written with few digits still add up to about one


@dataclass(frozen=True, slots=True)
class Prediction:
    """What was found in one sentence.

    Attributes:
        line: where it stands in the file, 1-based.
        id: of the sentence, where the file says.
        tokens: of the sentence, where the file says.
        spans: the entities; None where the file has probabilities instead.
        tags: the probabilities of every token; None where the file has entities.
    """

    line: int
    id: str | None
    tokens: tuple[str, ...] | None
    spans: tuple[Span, ...] | None
    tags: TagProbabilities | None = None


def read(path: Path) -> Iterator[Prediction]:
    """The sentences of a file, in its order; its first line says whether it is CoNLL or JSON.

    Raises:
        InputError: a line is neither, or says something else than this module's head.
    """
    start = sniff(path).head.lstrip()
    if kind_of(path) is FileKind.JSONL or start.startswith("{"):
        return _read_jsonl(path)
    return _read_conll(path)


def _read_conll(path: Path) -> Iterator[Prediction]:
    layout = conll.detect_layout(path)
    if layout.scheme is None:
        raise InputError(
            path, None, "no column of tags", "a tag such as O or B-PER for each token",
            "Write the tagger's tags into a column of their own.",
        )  # fmt: skip
    for sentence in conll.read(path, layout):
        spans = decode(repair(sentence.tags or (), layout.scheme).tags, layout.scheme)
        yield Prediction(sentence.line, sentence.id, sentence.tokens, spans)


def _read_jsonl(path: Path) -> Iterator[Prediction]:
    for number, line in enumerate(lines(path), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            json.dumps(row, ensure_ascii=False, allow_nan=False).encode()  # half a character, NaN
        except (ValueError, RecursionError) as error:
            raise InputError(
                path, number, f"a line that is not JSON ({error})", "a JSON object", _REMEDY
            ) from None
        yield _prediction(row, path, number)


_REMEDY = 'Write one object a line, such as {"entities": [[0, 2, "PER"]]}.'


def _prediction(row: Any, path: Path, line: int) -> Prediction:
    def wrong(found: str, expected: str) -> InputError:
        return InputError(path, line, found, expected, _REMEDY)

    if not isinstance(row, dict):
        raise wrong("JSON that is not an object", "a JSON object")
    tokens, id_ = row.get("tokens"), row.get("id")
    if tokens is not None and not _are_texts(tokens):
        raise wrong("“tokens” that are not texts", "a list of tokens")
    if isinstance(id_, bool) or not isinstance(id_, str | int | None):
        raise wrong(f"the id {id_!r}", "a text or a whole number")
    head = line, None if id_ is None else str(id_), None if tokens is None else tuple(tokens)
    if ("entities" in row) == ("probabilities" in row):
        raise wrong("neither or both of “entities” and “probabilities”", "one of them")
    try:
        if "entities" in row:
            return Prediction(*head, _spans(row["entities"]))
        return Prediction(*head, None, _tags(row.get("tags"), row["probabilities"]))
    except ValueError as error:
        raise wrong(str(error), "what the documentation of this format shows") from None


def _spans(entities: Any) -> tuple[Span, ...]:
    if not isinstance(entities, list):
        raise ValueError("“entities” that are no list")
    spans = []
    for entity in entities:
        match entity:
            case [start, end, str(label), *scores] if (
                type(start) is type(end) is int  # true and false are whole numbers too
                and not breaks_lines(label)
                and len(scores) <= 1
                and all(_is_probability(score) and score <= 1 for score in scores)
            ):
                spans.append(Span(start, end, label, *map(float, scores)))
            case _:
                raise ValueError(f"the entity {json.dumps(entity, ensure_ascii=False)[:60]}")
    return check_spans(spans, MOST_TOKENS)


def _tags(tags: Any, rows: Any) -> TagProbabilities:
    if not _are_texts(tags) or OUTSIDE not in tags or not all(map(is_tag, tags)):
        raise ValueError("“tags” that are no list of IOB2 tags with O among them")
    if any(map(breaks_lines, tags)):
        raise ValueError("“tags” with a tab or line break")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise ValueError("“probabilities” that are no list of rows")
    for position, row in enumerate(rows):
        if not all(map(_is_probability, row)) or abs(sum(row) - 1.0) > _FAR_FROM_ONE:
            raise ValueError(f"a row for token {position} that is not made of probabilities that sum to 1")
    return TagProbabilities(tuple(tags), tuple(tuple(map(float, row)) for row in rows))


def _is_probability(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value <= 1 + _FAR_FROM_ONE


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item for item in value)
