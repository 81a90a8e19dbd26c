"""Open what a user names: find out which format each file is, and read pairs from one or two files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from projner_core.corpus import Sentence, Span
from projner_core.errors import InputError, ProjnerError
from projner_core.formats import bitext, conll, jsonl
from projner_core.formats.base import Notice, Progress, Record, note, size, sniff
from projner_core.formats.conll_layout import BLANK, DOCUMENT_MARK, Layout, columns_of, content
from projner_core.formats.sides import Located, join, shared
from projner_core.schemes import Scheme, SchemeError, decode, is_tag, repair
from projner_core.tokenisation import How


class FileKind(StrEnum):
    """The kinds of files that pairs are read from."""

    CONLL = "conll"
    TEXT = "text"  # one sentence a line
    TSV = "tsv"  # both sides
    JSONL = "jsonl"  # both sides


@dataclass(frozen=True, slots=True)
class Side:
    """One file of a reading: what it is, and for CoNLL its layout, which is needed to write it back."""

    path: Path
    kind: FileKind
    lang: str
    layout: Layout | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """Pairs that are being read.

    Attributes:
        records: the pairs, as a stream, to be gone through once. Errors in the files are raised there.
        source, target: the files; for a bitext in one file both are that file, and without any
            source file `source` is None.
        report: what was put right; complete when `records` is at its end.
    """

    records: Iterator[Record]
    source: Side | None
    target: Side
    report: list[Notice] = field(default_factory=list)


_BY_EXTENSION = {
    ".conll": FileKind.CONLL,
    ".conll03": FileKind.CONLL,
    ".bio": FileKind.CONLL,
    ".iob": FileKind.CONLL,
    ".iob2": FileKind.CONLL,
    ".jsonl": FileKind.JSONL,
    ".ndjson": FileKind.JSONL,
}


def kind_of(path: str | Path, *, alone: bool = False) -> FileKind:
    """What kind of file this is, by its extension or, for `.txt`, `.tsv` and others, by its content.

    By content, a file is CoNLL where at least half of its lines (blank ones and comments apart) hold a
    tag in one and the same column behind the first: tokens without tags need an extension that says
    CoNLL, such as `.conll`. A file that is not is a TSV bitext where it stands
    `alone` and its first line holds a tab, else text.

    Raises:
        InputError: no such file, nothing in it, or not text.
    """
    known = _BY_EXTENSION.get(Path(path).suffix.lower())
    start = sniff(path)
    if known is not None:
        return known
    rows = [
        row
        for row in map(content, start.head.split(start.terminator)[:10_000])
        if row.strip(BLANK) and not row.startswith(("# ", DOCUMENT_MARK))
    ]
    if _looks_tagged(rows):
        return FileKind.CONLL
    if alone and rows and rows[0].lstrip().startswith("{"):
        return FileKind.JSONL
    return FileKind.TSV if alone and rows and "\t" in rows[0] else FileKind.TEXT


def read_pair(
    source_path: str | Path | None,
    target_path: str | Path,
    *,
    source_lang: str = "und",
    target_lang: str = "und",
    source_layout: Layout | None = None,
    target_layout: Layout | None = None,
    source_kind: FileKind | None = None,
    target_kind: FileKind | None = None,
    source_how: How | None = None,
    target_how: How | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> Reading:
    """Read pairs from a source and a target file, each CoNLL or text, joined sentence by sentence.

    Without a source file, the target file may be CoNLL or text (records then have no source), or a
    bitext that holds both sides (TSV, JSON lines).

    CoNLL files are gone through once before this returns, to find their layouts and to check every
    line; the pairs are then read as a stream. Tags are decoded into spans; the raw text of a CoNLL
    sentence is never changed.

    Args:
        source_path, target_path: the files; `source_path` may be None.
        source_lang, target_lang: BCP 47, ISO 639 or FLORES codes.
        source_layout, target_layout: layouts that the user chose; found by `conll.detect_layout`
            where None.
        source_kind, target_kind: what the files are; found by `kind_of` where None.
        source_how, target_how: how text is tokenised; guessed where None.
        strict: refuse invalid tags, ids that come twice and ids that differ between the sides, which
            are otherwise put right and reported.
        progress: told bytes read and bytes in all; a CoNLL file counts twice, as it is read twice.

    Raises:
        InputError: at once where a file cannot be read as what it is; from `records` where something
            is wrong further down: different lengths, an empty line against a full one, and what
            `conll.read`, `bitext.read_text`, `bitext.read_tsv` and `jsonl.read` raise.
    """
    report: list[Notice] = []
    kind = target_kind or kind_of(target_path, alone=source_path is None)
    if kind in (FileKind.TSV, FileKind.JSONL):
        if source_path is not None:
            raise _holds_both(target_path)
        return _read_bitext(target_path, kind, source_lang, target_lang, target_how, strict, report, progress)
    paths = [target_path] if source_path is None else [target_path, source_path]
    tells = iter(shared(progress, [size(path) for path in paths for _ in range(2)]))
    target = _side(target_path, kind, target_lang, target_layout, next(tells))
    target_items = _items(target, target_how, strict, report, next(tells))
    source = source_items = None
    if source_path is not None:
        source_kind = source_kind or kind_of(source_path)
        if source_kind in (FileKind.TSV, FileKind.JSONL):
            raise _holds_both(source_path)
        source = _side(source_path, source_kind, source_lang, source_layout, next(tells))
        source_items = _items(source, source_how, strict, report, next(tells))
    records = join(
        source_items,
        target_items,
        source_path=source_path,
        target_path=target_path,
        report=report,
        strict=strict,
    )
    return Reading(_not_empty(records, target_path), source, target, report)


def _side(path: str | Path, kind: FileKind, lang: str, layout: Layout | None, tell: Progress | None) -> Side:
    if kind is FileKind.CONLL and layout is None:
        layout = conll.detect_layout(path, progress=tell)
    elif tell is not None:
        tell(size(path), size(path))  # nothing to find out: this half is done
    return Side(Path(path), kind, lang, layout if kind is FileKind.CONLL else None)


def _items(
    side: Side, how: How | None, strict: bool, report: list[Notice], tell: Progress | None
) -> Iterator[Located]:
    if side.layout is None:
        return bitext.read_text(side.path, side.lang, how, progress=tell)
    return _conll_items(side, side.layout, strict, report, tell)


def _conll_items(
    side: Side, layout: Layout, strict: bool, report: list[Notice], tell: Progress | None
) -> Iterator[Located]:
    for sentence in conll.read(side.path, layout, progress=tell):
        yield Located(
            Sentence(sentence.tokens, side.lang, sentence.text),
            sentence.line,
            sentence.id,
            None if sentence.tags is None else _spans(sentence, layout, side.path, strict, report),
            sentence.raw,
        )


def _spans(
    sentence: conll.ConllSentence, layout: Layout, path: Path, strict: bool, report: list[Notice]
) -> tuple[Span, ...]:
    tags, scheme = sentence.tags or (), layout.scheme or Scheme.IOB2
    try:
        return decode(tags, scheme)
    except SchemeError as error:
        if strict:
            raise InputError(
                path,
                conll.line_of(sentence, error.position, layout),
                f"the tag {error.tag!r} ({error})",
                f"tags that {scheme} allows",
                "Put the tag right, or read without strict checks to have it repaired.",
            ) from error
    repaired = repair(tags, scheme)
    for change in repaired.changes:
        line = conll.line_of(sentence, change.position, layout)
        note(
            report,
            Notice(str(path), line, f"the tag {change.was!r} was read as {change.now!r}: {change.why}"),
        )
    return decode(repaired.tags, scheme)


def _read_bitext(
    path: str | Path,
    kind: FileKind,
    source_lang: str,
    target_lang: str,
    how: How | None,
    strict: bool,
    report: list[Notice],
    progress: Progress | None,
) -> Reading:
    if kind is FileKind.TSV:
        records = bitext.read_tsv(
            path, source_lang=source_lang, target_lang=target_lang, how=how, report=report, progress=progress
        )
    else:
        records = jsonl.read(
            path,
            source_lang=source_lang,
            target_lang=target_lang,
            how=how,
            strict=strict,
            report=report,
            progress=progress,
        )
    return Reading(
        _not_empty(records, path),
        Side(Path(path), kind, source_lang),
        Side(Path(path), kind, target_lang),
        report,
    )


def _not_empty(records: Iterator[Record], path: str | Path) -> Iterator[Record]:
    some = False
    for record in records:
        some = True
        yield record
    if not some:
        raise InputError(
            path, None, "no sentence", "one sentence pair a line", "Check that this is the right file."
        )


def _looks_tagged(rows: list[str]) -> bool:
    for separator in ("\t", " "):
        tagged = Counter(
            column
            for row in rows
            for column, cell in enumerate(columns_of(row, separator))
            if column and is_tag(cell.strip(" "))
        )
        if 2 * max(tagged.values(), default=0) >= max(len(rows), 1):
            return True
    return False


def _holds_both(path: str | Path) -> ProjnerError:
    return InputError(
        path,
        None,
        "a file with both sides of a bitext, beside another file",
        "one such file alone, or a source and a target file",
        "Leave out the other file.",
    )
