"""JSON lines: one sentence pair a line, as an object.

`{"id", "source", "target", "source_entities", "target_entities"}`, of which only `target` must be
there. A sentence is a list of tokens, or running text, which is tokenised. Entities are
`[start, end, label]`, half-open from 0: in tokens where the sentence is a list of tokens, in
characters where it is text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from projner_core.corpus import Sentence, Span, check_spans
from projner_core.errors import InputError
from projner_core.formats.base import MOST_TOKENS, Notice, Progress, Record, breaks_lines, lines, note
from projner_core.formats.sides import Ids, text_sentence
from projner_core.tokenisation import How


def read(
    path: str | Path,
    *,
    source_lang: str = "und",
    target_lang: str = "und",
    how: How | None = None,
    strict: bool = False,
    report: list[Notice] | None = None,
    progress: Progress | None = None,
) -> Iterator[Record]:
    """Pairs as JSON objects, one a line; `how` is `"words"` where it is None. Blank lines are left out.

    An entity in characters that begins or ends inside a token is widened to whole tokens, with a
    notice, or refused where `strict` is set.

    Raises:
        InputError: not JSON, a field of another kind than this module's head says, an entity outside
            its sentence, or two that overlap.
    """
    notices: list[Notice] = [] if report is None else report
    ids = Ids(notices)
    for number, line in enumerate(lines(path, progress=progress), start=1):
        if not line.strip():
            continue
        row = _Row(path, number, _object(line, path, number), how or "words", strict, notices)
        source, source_spans = row.side("source", source_lang)
        target, target_spans = row.side("target", target_lang)
        if target is None:
            raise row.wrong("no “target”", "a target sentence")
        yield Record(ids.take(row.id(), path, number), source, target, source_spans, target_spans)


def _object(line: str, path: str | Path, number: int) -> dict[str, Any]:
    remedy = 'Write one object a line: {"source": "…", "target": "…"}.'
    try:
        value = json.loads(line)
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair can be escaped in JSON
    except UnicodeEncodeError:
        raise InputError(
            path, number, "an escape \\ud800 … that is half a character", "text", remedy
        ) from None
    except (ValueError, RecursionError) as error:
        raise InputError(
            path, number, f"a line that is not JSON ({error})", "a JSON object", remedy
        ) from None
    if not isinstance(value, dict):
        raise InputError(path, number, "JSON that is not an object", "a JSON object", remedy)
    return value


class _Row:
    """One object of a JSON lines file, checked field by field."""

    def __init__(
        self, path: str | Path, line: int, row: dict[str, Any], how: How, strict: bool, report: list[Notice]
    ) -> None:
        self.path, self.line, self.row, self.how, self.strict, self.report = (
            path,
            line,
            row,
            how,
            strict,
            report,
        )

    def wrong(self, found: str, expected: str) -> InputError:
        return InputError(self.path, self.line, found, expected, "Put this line right, or take it out.")

    def id(self) -> str | None:
        value = self.row.get("id")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise self.wrong(f"the id {_shown(value)}", "an id that is a text or a whole number")
        return str(value)

    def side(self, name: str, lang: str) -> tuple[Sentence | None, tuple[Span, ...] | None]:
        value, entities = self.row.get(name), self.row.get(f"{name}_entities")
        if value is None:
            if entities is not None:
                raise self.wrong(f"“{name}_entities” without “{name}”", "the sentence too")
            return None, None
        if isinstance(value, str):
            sentence, places = text_sentence(value, lang, self.how, self.path, self.line)
        else:
            sentence, places = self._given(name, value, lang), None
        if not sentence.tokens and not (name == "source" and value == []):  # which an export writes
            raise self.wrong(f"an empty “{name}”", "a sentence")
        if entities is None:
            return sentence, None
        return sentence, self._spans(name, entities, sentence, places)

    def _given(self, name: str, value: Any, lang: str) -> Sentence:
        if not isinstance(value, list) or not all(
            isinstance(token, str) and token and not breaks_lines(token) for token in value
        ):
            raise self.wrong(
                f"“{name}” as {_shown(value)}",
                "a text, or a list of tokens that are not empty and hold no tab or line break",
            )
        if len(value) > MOST_TOKENS:
            raise self.wrong(f"a sentence of {len(value):,} tokens", f"at most {MOST_TOKENS:,}")
        return Sentence(tuple(value), lang)

    def _spans(
        self, name: str, entities: Any, sentence: Sentence, places: tuple[tuple[int, int], ...] | None
    ) -> tuple[Span, ...]:
        if not isinstance(entities, list):
            raise self.wrong(f"“{name}_entities” as {_shown(entities)}", "a list of [start, end, label]")
        spans = [self._span(entity) for entity in entities]
        if places is not None:
            spans = [self._in_tokens(span, places) for span in spans]
        try:
            return check_spans(spans, len(sentence))
        except ValueError as error:
            raise self.wrong(str(error), "entities inside the sentence that do not overlap") from None

    def _span(self, entity: Any) -> Span:
        expected = "an entity as [start, end, label] with 0 <= start < end"
        if not (
            isinstance(entity, list)
            and len(entity) == 3
            and type(entity[0]) is type(entity[1]) is int
            and isinstance(entity[2], str)
            and not breaks_lines(entity[2])
        ):
            raise self.wrong(_shown(entity), expected)
        try:
            return Span(*entity)
        except ValueError as error:
            raise self.wrong(f"{_shown(entity)} ({error})", expected) from None

    def _in_tokens(self, span: Span, places: Sequence[tuple[int, int]]) -> Span:
        """From characters to the tokens that they touch."""
        touched = [
            token for token, (start, end) in enumerate(places) if start < span.end and span.start < end
        ]
        if not touched or span.end > places[-1][1]:
            raise self.wrong(
                f"the {span.label} entity at characters {span.start} to {span.end}", "text there"
            )
        first, last = touched[0], touched[-1]
        if (places[first][0], places[last][1]) != (span.start, span.end):
            where = f"characters {span.start} to {span.end}"
            what = f"the {span.label} entity at {where} is not a row of whole tokens"
            if self.strict:
                raise self.wrong(what, "entities that begin and end with a token")
            note(self.report, Notice(str(self.path), self.line, f"{what}; it was widened"))
        return Span(first, last + 1, span.label)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"
