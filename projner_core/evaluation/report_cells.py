"""What the tables of a report are made of: cells with figures that are rounded once, for all formats."""

from __future__ import annotations

from dataclasses import dataclass

from projner_core.evaluation.entities import Interval, Score


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Attributes:
        text: what stands there; a figure is rounded already.
        low, high: the bounds of its interval, rounded alike; "" where there is none.
        bar: how long a bar to draw for it, in [0, 1]; None for none.
        bounds: the interval on the same scale as the bar.
        number: whether it is a figure, which is set to the right.
    """

    text: str
    low: str = ""
    high: str = ""
    bar: float | None = None
    bounds: Interval | None = None
    number: bool = False

    def __str__(self) -> str:
        return f"{self.text} ({self.low} to {self.high})" if self.low else self.text


@dataclass(frozen=True, slots=True)
class Table:
    """One table: each row has as many cells as there are headings.

    Attributes:
        title: its heading.
        headings: of the columns.
        rows: the cells.
        names: how many columns at the left say what a row is about.
        note: a sentence below it, or "".
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    names: int = 1
    note: str = ""


def share_cells(score: Score, number: int, whole: int) -> tuple[Cell, ...]:
    """A share with its bar, and the two numbers behind it."""
    return score_cell(score, bar=True), count_cell(number), count_cell(whole)


def part_cells(number: int, whole: int) -> tuple[Cell, ...]:
    """A number, and its share of the whole with a bar."""
    share = number / max(1, whole)
    return count_cell(number), Cell(percent(share), bar=share, number=True)


def score_cell(score: Score, *, bar: bool = False) -> Cell:
    """A score in per cent with its interval, and a bar on request."""
    interval = score.interval
    return Cell(
        percent(score.value),
        low="" if interval is None else percent(interval.low),
        high="" if interval is None else percent(interval.high),
        bar=score.value if bar else None,
        bounds=interval if bar else None,
        number=True,
    )


def count_cell(number: int) -> Cell:
    """A whole number."""
    return Cell(str(number), number=True)


def percent(value: float) -> str:
    """In per cent, to one decimal."""
    return f"{100 * value:.1f}"


def signed(value: float) -> str:
    """A difference in points, with its sign."""
    text = f"{100 * value:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text.replace("-", "−")


def p_value(p: float | None) -> str:
    """A p-value as papers write it; "" where none was asked for."""
    if p is None:
        return ""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def p_equals(p: float) -> str:
    """A p-value behind the letter: `= 0.030`, `< 0.001`."""
    text = p_value(p)
    return text if text.startswith("<") else f"= {text}"
