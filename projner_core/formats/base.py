"""What every format shares: records, notices, and UTF-8 files read piece by piece with their checks."""

from __future__ import annotations

import codecs
import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from projner_core.corpus import Sentence, Span
from projner_core.errors import InputError

Progress = Callable[[int, int], None]
"""Called with the bytes read so far and the bytes in all."""

MOST_TOKENS = 65_535
"""The most tokens that a sentence may have."""

LONGEST_LINE = 1 << 20
"""The most bytes that a line may have: 1 MB."""

MOST_NOTICES = 1_000
"""How many notices one report lists."""

# No larger than the longest line: a line that is too long then always crosses the end of a piece.
_PIECE = 1 << 20

_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"

_MAGIC = {
    b"\x1f\x8b": ("a gzip archive", "Unpack it first (gunzip)."),
    b"PK\x03\x04": (
        "a ZIP archive, which is what .docx and .xlsx files are",
        "Save it as plain text in UTF-8.",
    ),
    b"%PDF": ("a PDF file", "Copy its text into a plain text file in UTF-8."),
    b"\xff\xfe": ("UTF-16 text", "Save it as UTF-8 (“Save as”, then the encoding)."),
    b"\xfe\xff": ("UTF-16 text", "Save it as UTF-8 (“Save as”, then the encoding)."),
    b"SQLite format 3": (
        "an SQLite database",
        "If it is a project of ProjNER, open it rather than import it.",
    ),
}


@dataclass(frozen=True, slots=True)
class Record:
    """One pair as it came from files.

    Attributes:
        id: unique within one reading.
        source, target: the sentences; `source` is None where no file gave one.
        source_spans, target_spans: the entities, or None where the file says nothing of entities.
        source_raw, target_raw: where the side came from a CoNLL file, its text exactly as read: the
            sentence with its comments and blank lines, to be written back. The raws of all records,
            joined, are the file without its byte order mark.
    """

    id: str
    source: Sentence | None
    target: Sentence
    source_spans: tuple[Span, ...] | None = None
    target_spans: tuple[Span, ...] | None = None
    source_raw: str | None = None
    target_raw: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that was put right while reading, for the user to know: file, 1-based line, a sentence."""

    path: str
    line: int | None
    what: str

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}, line {self.line}"
        return f"{where}: {self.what}"


def note(report: list[Notice], notice: Notice) -> None:
    """Add to a report, which lists 1,000 notices and then says once that there were more."""
    if len(report) < MOST_NOTICES:
        report.append(notice)
    elif len(report) == MOST_NOTICES:
        report.append(Notice(notice.path, notice.line, "from here on, more was put right than is listed"))


@dataclass(frozen=True, slots=True)
class Sniffed:
    """How a file begins: byte order mark, line ending (`"\\n"`, `"\\r\\n"`, `"\\r"`), its first megabyte."""

    bom: bool
    newline: str
    head: str

    @property
    def terminator(self) -> str:
        """What ends a line; a carriage return before a line feed belongs to the line's end."""
        return "\r" if self.newline == "\r" else "\n"


def sniff(path: str | Path) -> Sniffed:
    """Read the first megabyte of a file.

    Raises:
        InputError: no such file, nothing in it, binary, or not UTF-8.
    """
    head = b""
    with _opened(path) as stream:
        head = stream.read(_PIECE)
    terminator = b"\r" if b"\r" in head and b"\n" not in head else b"\n"
    text = next(pieces(path, terminator=terminator.decode()), "")
    first = head.find(terminator)
    newline = "\r\n" if terminator == b"\n" and head[first - 1 : first] == b"\r" else terminator.decode()
    return Sniffed(bom=head.startswith(codecs.BOM_UTF8), newline=newline, head=text)


def pieces(path: str | Path, *, terminator: str = "\n", progress: Progress | None = None) -> Iterator[str]:
    """The text of a UTF-8 file without its byte order mark, about a megabyte at a time.

    Args:
        path: the file.
        terminator: what ends a line: `"\\n"`, or `"\\r"` for a file that has no other.
        progress: told the bytes read after each piece.

    Raises:
        InputError: no such file, nothing in it, binary, not UTF-8, or a line over 1 MB.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    end = terminator.encode()
    done, line, unended = 0, 1, 0  # unended: bytes since the last line ended
    with _opened(path) as stream:
        total = os.fstat(stream.fileno()).st_size
        while piece := stream.read(_PIECE):
            _refuse_binary(path, piece, done, line, end)
            first, last = piece.find(end), piece.rfind(end)
            if unended + (first if first >= 0 else len(piece)) > LONGEST_LINE:
                raise _long_line(path, line)
            text = _decoded(decoder, path, piece, done, line, end)
            if done == 0:
                text = text.removeprefix(_BOM)
            unended = len(piece) - last - 1 if last >= 0 else unended + len(piece)
            line += piece.count(end)
            done += len(piece)
            if progress is not None:
                progress(done, max(total, done))
            yield text
        _decoded(decoder, path, b"", done, line, end)
    if done == 0:
        raise InputError(
            path, None, "an empty file", "text", "Check that it was saved and is the right file."
        )


def lines(path: str | Path, *, progress: Progress | None = None) -> Iterator[str]:
    """The lines of a UTF-8 file without their endings; a line ends at a line feed and nowhere else.

    (In a file without any line feed, it ends at a carriage return.) Characters such as U+2028 and
    U+0085 are text.

    Raises:
        InputError: as `pieces`.
    """
    terminator = sniff(path).terminator
    rest = ""
    for piece in pieces(path, terminator=terminator, progress=progress):
        *complete, rest = (rest + piece).split(terminator)
        for line in complete:
            yield line.rstrip("\r")
    if rest.rstrip("\r"):
        yield rest.rstrip("\r")


def size(path: str | Path) -> int:
    """The bytes of a file; 0 where it cannot be asked (reading it will say why)."""
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0


def _opened(path: str | Path) -> BinaryIO:
    remedy = "Check the path and its spelling."
    try:
        return Path(path).open("rb")
    except FileNotFoundError:
        raise InputError(path, None, "no such file", "a file", remedy) from None
    except IsADirectoryError:
        raise InputError(path, None, "a folder", "a file", "Name one file inside it.") from None
    except (OSError, ValueError) as error:  # ValueError: a path that holds a NUL
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            path, None, f"a file that cannot be opened ({reason})", "a readable file", remedy
        ) from None


def _refuse_binary(path: str | Path, piece: bytes, done: int, line: int, end: bytes) -> None:
    if done == 0:
        for magic, (found, remedy) in _MAGIC.items():
            if piece.startswith(magic):
                raise InputError(path, 1, found, "plain text in UTF-8", remedy)
    where = piece.find(b"\0")
    if where >= 0:
        raise InputError(
            path,
            line + piece.count(end, 0, where),
            f"binary data (a NUL at byte {done + where + 1:,})",
            "plain text in UTF-8",
            "If it is text, save it as UTF-8; if not, this is not the file that was meant.",
        )


def _decoded(
    decoder: codecs.IncrementalDecoder, path: str | Path, piece: bytes, done: int, line: int, end: bytes
) -> str:
    try:
        return decoder.decode(piece, final=not piece)
    except UnicodeDecodeError as error:
        held = len(error.object) - len(piece)  # bytes of a character that the piece before had begun
        place = f"byte {done - held + error.start + 1:,} of the file"
        found = f"the byte 0x{error.object[error.start]:02X}, {place}, which is not UTF-8"
        remedy = "Save the file as UTF-8 (“Save as”, then the encoding)."
        if not piece:
            found, remedy = f"half a character at the end, {place}", "The file seems cut off: get it again."
        at = line + error.object.count(end, 0, error.start)
        raise InputError(path, at, found, "text in UTF-8", remedy) from None


def _long_line(path: str | Path, line: int) -> InputError:
    return InputError(
        path,
        line,
        "a line of more than 1 MB",
        "shorter lines",
        "Check that the file has line breaks and is what it is named.",
    )


def breaks_lines(text: str) -> bool:
    """Whether a token or label holds what ends a column or a line of a CoNLL file."""
    return any(mark in text for mark in "\t\r\n")


def check_place(path: str | Path | None) -> None:
    """Say before the work, not after it, that a file can't be written there; None: no file is asked for.

    Raises:
        InputError: its folder is not there or not to be written to, or the path is a folder.
    """
    if path is None:
        return
    folder = Path(path).parent
    if Path(path).is_dir():
        found = "a folder"
    elif not folder.is_dir():
        found = f"no folder {folder}"
    elif not os.access(folder, os.W_OK):
        found = f"a folder {folder} that cannot be written to"
    else:
        return
    raise InputError(path, None, found, "a file name in a folder that is yours", "Choose another.")


def write_whole(path: str | Path, texts: Iterable[str], *, bom: bool = False) -> None:
    """Write texts to a UTF-8 file as they are, endings untouched; the file appears when it is whole.

    Raises:
        InputError: the file cannot be written.
    """
    whole = Path(path)
    part = whole.with_name(f".{whole.name}.part")
    try:
        with part.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as stream:
            stream.writelines(texts)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(whole)
    except OSError as error:
        found = f"a place that cannot be written ({error.strerror})"
        raise InputError(
            path, None, found, "a file name in a folder that is yours", "Choose another."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
