"""An evaluation at a glance: the verdict in a sentence, and large numbers with their intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from projner_core.evaluation.entities import Score
from projner_core.evaluation.findings import Cause, Outcome
from projner_core.evaluation.lenient import Lenient
from projner_core.evaluation.summary import Summary
from projner_core.evaluation.words import OUTCOMES, SCHEMES
from projner_ui.aligner_verdict import short
from projner_ui.evaluation_words import STANDARDS, WRONG, cause_name
from projner_ui.text import count


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: its name, what it is made of, and where it lies."""

    name: str
    made_of: str
    explained: str
    score: Score


def figures(summary: Summary, gold: str = "gold") -> list[Figure]:
    """The numbers at the head of the page, of a layer that was held against `gold`."""
    micro, macro, exact = summary.scores.micro, summary.scores.macro, summary.scores.exact_match
    found = [
        Figure(
            "F1, micro", f"precision {short(micro.precision.value)} · recall {short(micro.recall.value)}",
            "Strict F1 over all entities: the same words and the same label, or it counts as wrong", micro.f1,
        ),
        Figure(
            "F1, macro", f"mean of {count(len(summary.scores.by_label), 'label')}",
            "The plain mean of the strict F1 of each label: a rare one counts as much as a frequent one",
            macro.f1,
        ),
        Figure(
            "entities exact", f"{micro.correct:,} of {micro.gold:,} in {gold}",
            f"Of the entities of {gold}, those that were found with the same words and the same label",
            exact.entity,
        ),
        Figure(
            "sentences exact", f"{exact.exact_sentences:,} of {exact.sentences:,}",
            f"Exact match accuracy: sentences whose entities are exactly those of {gold}", exact.sentence,
        ),
    ]  # fmt: skip
    if summary.projected is not None:
        carried, entities = summary.projected
        found.append(
            Figure(
                "carried over", f"{carried:,} of {count(entities, 'source entity', 'source entities')}",
                "Source entities that found a place in the target sentence",
                Score(carried / max(1, entities)),
            )
        )  # fmt: skip
    return found


def html(summary: Summary, other: Summary | None = None, gold: str = "gold") -> str:
    """The numbers as HTML; with another evaluation, its numbers quietly under them."""
    rest = figures(other, gold) if other is not None else []
    cells = []
    for number, figure in enumerate(figures(summary, gold)):
        beside = next((one for one in rest if one.name == figure.name), None)
        cells.append(_cell(figure, beside if number < len(rest) else None))
    return f'<div class="figures">{"".join(cells)}</div>'


def _cell(figure: Figure, other: Figure | None) -> str:
    score = figure.score
    marks = [_mark(score)]
    said = [escape(figure.made_of)]
    if score.interval is not None and score.interval.low < score.interval.high:
        said.append(f"95 %: {short(score.interval.low)}–{short(score.interval.high)}")
    if other is not None:
        marks.append(_mark(other.score, other=True))
        said.append(f"the other: {short(other.score.value)}")
    return (
        f'<div class="figure" title="{escape(figure.explained)}">'
        f'<span class="name">{escape(figure.name)}</span>'
        f'<b>{short(score.value)}</b><span class="track" aria-hidden="true">{"".join(marks)}</span>'
        f"<small>{'<br>'.join(said)}</small></div>"
    )


def _mark(score: Score, *, other: bool = False) -> str:
    """Where a score lies between 0 and 1, and its interval."""
    low, high = score.value, score.value
    if score.interval is not None:
        low, high = score.interval.low, score.interval.high
    kind = " other" if other else ""
    return (
        f'<i class="span{kind}" style="left:{100 * low:.2f}%;width:{100 * (high - low):.2f}%"></i>'
        f'<i class="tick{kind}" style="left:{100 * score.value:.2f}%"></i>'
    )


def verdict(summary: Summary, name: str, *, gold: str) -> str:
    """The evaluation in a sentence or two, as HTML; `gold` is what was held against, of `STANDARDS`."""
    micro = summary.scores.micro
    called = f"<b><bdi>{escape(name)}</bdi></b>"
    if not micro.gold and not micro.predicted:
        return f'<div class="verdict">{called}: neither {gold} nor the layer holds an entity.</div>'
    said = (
        f"{called} finds <b>{micro.correct:,} of {micro.gold:,}</b> entities exactly as "
        f"{'gold has them' if gold == STANDARDS['gold'] else 'you left them'}."
    )
    return f'<div class="verdict">{said} {_errors(summary, gold)}</div>'


def _errors(summary: Summary, gold: str) -> str:
    counted = {outcome: summary.outcomes.get(outcome, 0) for outcome in WRONG}
    total = sum(counted.values())
    if not total:
        return "Nothing is wrong."
    most = max(counted, key=counted.__getitem__)
    said = f"Of {count(total, 'error')}, <b>{counted[most]:,}</b> {_called(most, counted[most])}"
    causes = {
        cause: sum(made.values()) for cause, made in summary.causes.items() if cause is not Cause.UNKNOWN
    }
    first = max(causes, key=causes.__getitem__, default=None)
    if first is None or not causes[first]:
        return f"{said}."
    return f"{said}; the most frequent cause: <b>{cause_name(first, gold)}</b> ({causes[first]:,})."


def _called(outcome: Outcome, number: int) -> str:
    """`20 have a wrong boundary`, without the number."""
    if outcome in (Outcome.MISSING, Outcome.SPURIOUS):
        return f"{'is' if number == 1 else 'are'} {OUTCOMES[outcome]}"
    return f"{'has' if number == 1 else 'have'} a {OUTCOMES[outcome]}"


def lenient_html(schemes: Mapping[str, Lenient]) -> str:
    """The counts of each scheme as a table, with what it asks for."""
    names = ("asks for", *Lenient.__slots__, "precision", "recall", "F1")
    head = "".join(f"<th>{name}</th>" for name in ("", *names))
    rows = []
    for name, counts in schemes.items():
        cells = [SCHEMES.get(name, name).partition(": ")[2]]
        cells += [f"{getattr(counts, kind):,}" for kind in Lenient.__slots__]
        cells += [short(value) for value in (counts.precision, counts.recall, counts.f1)]
        body = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        rows.append(f'<tr><th scope="row">{escape(name)}</th>{body}</tr>')
    return (
        f'<div class="aligner-scroll"><table class="aligner-table"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )
