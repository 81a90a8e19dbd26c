"""Bitexts as text: two parallel files, or tab-separated lines. (JSON lines are in `jsonl`.)

**TSV**: two columns, source and target, or three, id before them; a first line with only the words
`id`, `source` and `target` names the columns and may order them otherwise. Quotes are text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from projner_core.corpus import Sentence
from projner_core.errors import InputError
from projner_core.formats.base import Notice, Progress, Record, lines, size
from projner_core.formats.sides import Ids, Located, join, shared, text_sentence
from projner_core.tokenisation import How, guess

_NAMES = frozenset({"id", "source", "target"})
_GUESSED_FROM = 1_000  # lines


def read_parallel(
    source: str | Path,
    target: str | Path,
    *,
    source_lang: str = "und",
    target_lang: str = "und",
    how: How | None = None,
    report: list[Notice] | None = None,
    progress: Progress | None = None,
) -> Iterator[Record]:
    """Two text files, line by line; `how` is guessed for each file where it is None.

    Raises:
        InputError: different numbers of lines, an empty line against a full one, or no text.
    """
    tell_source, tell_target = shared(progress, [size(source), size(target)])
    yield from join(
        read_text(source, source_lang, how, progress=tell_source),
        read_text(target, target_lang, how, progress=tell_target),
        source_path=source,
        target_path=target,
        report=[] if report is None else report,
    )


def read_text(
    path: str | Path, lang: str = "und", how: How | None = None, *, progress: Progress | None = None
) -> Iterator[Located]:
    """One text file, one sentence a line; blank lines at its end do not count, others are empty sentences.

    Raises:
        InputError: not a text file, or a sentence of more than 65,535 tokens.
    """
    how = how or guess(islice(lines(path), _GUESSED_FROM))
    blank: list[int] = []
    for number, line in enumerate(lines(path, progress=progress), start=1):
        if not line.strip():
            blank.append(number)
            continue
        for empty in blank:
            yield Located(Sentence((), lang, ""), empty)
        blank = []
        yield Located(text_sentence(line, lang, how, path, number)[0], number)


def read_tsv(
    path: str | Path,
    *,
    source_lang: str = "und",
    target_lang: str = "und",
    how: How | None = None,
    report: list[Notice] | None = None,
    progress: Progress | None = None,
) -> Iterator[Record]:
    """Pairs of running text, parted by a tab; `how` is guessed from the target where it is None.

    Blank lines, and pairs that are empty on both sides, are left out.

    Raises:
        InputError: a line with another number of columns than the first, or with one sentence empty.
    """
    ids = Ids([] if report is None else report)
    order: list[str] = []
    for number, line in enumerate(lines(path, progress=progress), start=1):
        if not line.strip():
            continue
        cells = line.split("\t")
        if not order:
            order, is_head = _columns(cells, path, number)
            how = how or _guess_tsv(path, order)
            if is_head:
                continue
        if len(cells) != len(order):
            raise InputError(
                path,
                number,
                f"{len(cells)} column{'s' if len(cells) > 1 else ''}",
                f"{len(order)} columns parted by tabs: {', '.join(order)}",
                "Put this line right, or take it out.",
            )
        cell = dict(zip(order, cells, strict=True))
        for side in ("source", "target"):
            if not cell[side].strip():
                raise InputError(
                    path, number, f"an empty {side}", f"a {side} sentence", "Fill it, or take the line out."
                )
        assert how is not None
        yield Record(
            ids.take(cell.get("id", "").strip() or None, path, number),
            text_sentence(cell["source"], source_lang, how, path, number)[0],
            text_sentence(cell["target"], target_lang, how, path, number)[0],
        )


def _columns(cells: Sequence[str], path: str | Path, line: int) -> tuple[list[str], bool]:
    names = [cell.strip().lower() for cell in cells]
    if set(names) <= _NAMES and {"source", "target"} <= set(names) and len(set(names)) == len(names):
        return names, True
    if len(cells) in (2, 3):
        return ["id", "source", "target"][3 - len(cells) :], False
    raise InputError(
        path,
        line,
        f"{len(cells)} column{'s' if len(cells) > 1 else ''}",
        "2 or 3 columns parted by tabs: source and target, or id, source and target",
        "Save the table as tab-separated text with these columns only.",
    )


def _guess_tsv(path: str | Path, order: list[str]) -> How:
    cells = (line.split("\t") for line in islice(lines(path), _GUESSED_FROM))
    place = order.index("target")
    return guess(row[place] for row in cells if len(row) == len(order))
