"""One side of a bitext, sentence by sentence, and the joining of two sides into pairs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from projner_core.corpus import Sentence, Span
from projner_core.errors import InputError
from projner_core.formats.base import MOST_TOKENS, Notice, Progress, Record, note
from projner_core.tokenisation import How, locate


@dataclass(frozen=True, slots=True)
class Located:
    """A sentence of one file: its 1-based line, and what the file says of it.

    `id`, `spans` and `raw` are None where the file has no such thing.
    """

    sentence: Sentence
    line: int
    id: str | None = None
    spans: tuple[Span, ...] | None = None
    raw: str | None = None


def text_sentence(
    text: str, lang: str, how: How, path: str | Path, line: int
) -> tuple[Sentence, tuple[tuple[int, int], ...]]:
    """The sentence of a line of text, and where its tokens stand in it, `[start, end)` in characters.

    Raises:
        InputError: more than 65,535 tokens.
    """
    places = locate(text, lang, how)
    if len(places) > MOST_TOKENS:
        raise InputError(
            path,
            line,
            f"a sentence of {len(places):,} tokens",
            f"at most {MOST_TOKENS:,}",
            "Put each sentence on a line of its own.",
        )
    return Sentence(tuple(text[start:end] for start, end in places), lang, text), places


class Ids:
    """Makes the ids of one reading unique; a running number, from 1, where the file gives none."""

    def __init__(self, report: list[Notice], *, strict: bool = False) -> None:
        self._report = report
        self._strict = strict
        self._given: dict[str, int] = {}  # id -> how often it was wanted so far
        self._number = 0

    def take(self, wanted: str | None, path: str | Path, line: int) -> str:
        """The id for the next pair: `wanted`, or with `-2`, `-3` … behind it where that is taken.

        Raises:
            InputError: strict, and `wanted` is taken.
        """
        self._number += 1
        plain = wanted or str(self._number)
        unique, times = plain, self._given.get(plain, 0)
        while unique in self._given:
            times += 1
            unique = f"{plain}-{times}"
        self._given[plain] = max(times, 1)  # so that ids which come again and again take no longer
        self._given.setdefault(unique, 1)
        if wanted and unique != wanted:
            if self._strict:
                raise InputError(
                    path,
                    line,
                    f"the id {wanted!r} again",
                    "ids that are all different",
                    "Give it another id.",
                )
            what = f"the id {wanted!r} comes again; here it is {unique!r}"
            note(self._report, Notice(str(path), line, what))
        return unique


def join(
    source: Iterable[Located] | None,
    target: Iterable[Located],
    *,
    source_path: str | Path | None,
    target_path: str | Path,
    report: list[Notice],
    strict: bool = False,
) -> Iterator[Record]:
    """Pair the sentences of two sides by their order; with `source` None the records have no source.

    A pair's id is its target's, else its source's, else its number. Pairs that are empty on both sides
    are left out, with a notice. The first pair whose two ids differ is reported once.

    Raises:
        InputError: one side has more sentences than the other, or one sentence of a pair is empty, or
            (strict) two ids of one pair differ or an id comes twice.
    """
    ids = Ids(report, strict=strict)
    if source is None or source_path is None:
        for item in target:
            if not _left_out(item, target_path, report):
                yield _record(ids.take(item.id, target_path, item.line), None, item)
        return
    differ = False
    sides = zip_longest(source, target)
    count = 0
    for left, right in sides:
        if left is None or right is None:
            longer = count + 1 + sum(1 for _ in sides)
            raise _unequal(source_path, target_path, count, longer, left is None)
        count += 1
        if not left.sentence.tokens or not right.sentence.tokens:
            _check_empty(left, right, source_path, target_path)
            _left_out(right, target_path, report)
            continue
        if left.id and right.id and left.id != right.id and not differ:
            differ = True
            _ids_differ(left, right, source_path, target_path, report, strict)
        yield _record(ids.take(right.id or left.id, target_path, right.line), left, right)


def shared(progress: Progress | None, sizes: list[int]) -> list[Progress | None]:
    """One progress for each of several readings, which together report to `progress` as if one."""
    if progress is None:
        return [None] * len(sizes)
    done = [0] * len(sizes)

    def part(place: int) -> Progress:
        def tell(read: int, _total: int) -> None:
            done[place] = read
            progress(sum(done), max(sum(sizes), sum(done)))

        return tell

    return [part(place) for place in range(len(sizes))]


def _record(name: str, source: Located | None, target: Located) -> Record:
    return Record(
        id=name,
        source=None if source is None else source.sentence,
        target=target.sentence,
        source_spans=None if source is None else source.spans,
        target_spans=target.spans,
        source_raw=None if source is None else source.raw,
        target_raw=target.raw,
    )


def _left_out(item: Located, path: str | Path, report: list[Notice]) -> bool:
    if item.sentence.tokens:
        return False
    note(report, Notice(str(path), item.line, "an empty sentence, left out"))
    return True


def _check_empty(left: Located, right: Located, source_path: str | Path, target_path: str | Path) -> None:
    if not left.sentence.tokens and not right.sentence.tokens:
        return
    empty, path, full, other = (
        (left, source_path, right, target_path)
        if not left.sentence.tokens
        else (right, target_path, left, source_path)
    )
    raise InputError(
        path,
        empty.line,
        "an empty line",
        f"the translation of line {full.line} of {other}",
        "Write the translation there, or take both lines out.",
    )


def _unequal(
    source_path: str | Path, target_path: str | Path, shorter: int, longer: int, source_is_short: bool
) -> InputError:
    source, target = (shorter, longer) if source_is_short else (longer, shorter)
    return InputError(
        source_path,
        None,
        f"{source:,} sentence{'s' if source != 1 else ''} here and {target:,} in {target_path}",
        "as many on both sides, each the translation of the one in its place",
        "Check that both files are whole and belong together; an extra blank line can be the cause.",
    )


def _ids_differ(
    left: Located,
    right: Located,
    source_path: str | Path,
    target_path: str | Path,
    report: list[Notice],
    strict: bool,
) -> None:
    if strict:
        raise InputError(
            target_path,
            right.line,
            f"the id {right.id!r}",
            f"{left.id!r}, the id of its pair in {source_path}, line {left.line}",
            "Check that both files hold the same sentences in the same order.",
        )
    what = f"the id {right.id!r} is {left.id!r} in {source_path}: check that the two files belong together"
    note(report, Notice(str(target_path), right.line, what))
