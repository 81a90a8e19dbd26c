"""Reports of evaluations of a project, to be written in any of their formats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from projner_core import __version__
from projner_core.evaluation.report import Report

if TYPE_CHECKING:
    from projner_core.evaluation.significance import Difference
    from projner_core.pipeline.evaluating import Evaluation
    from projner_core.store import Project


def report_of(
    project: Project, evaluations: Sequence[Evaluation], difference: Difference | None = None
) -> Report:
    """The report of one evaluation, or of two that were held against the same."""
    first = evaluations[0]
    names = _names(evaluations)
    about = [
        ("languages", f"{project.source_lang} → {project.target_lang}"),
        ("held against", "gold" if first.against == "gold" else "the pairs that were reviewed"),
        ("pairs", f"{first.pairs:,}"),
        *_data_set(project),
    ]
    made = zip(names, evaluations, strict=True)
    about += [(f"{name} made", one.layer.created.partition("T")[0]) for name, one in made]
    if any(one.tuned_here for one in evaluations):
        about.append(("beware", "a setting was tuned on these sentences: the figures are too good"))
    if any(one.outdated for one in evaluations):
        about.append(("beware", "corrections were made since: evaluate again"))
    return Report(
        title=f"Evaluation of {project.name}",
        names=names,
        summaries=tuple(one.summary for one in evaluations),
        difference=difference,
        about=(*about, ("made by", f"ProjNER {__version__}")),
    )


def _data_set(project: Project) -> list[tuple[str, str]]:
    """What data set the project was made of, its licence, and the SHA-256 of its file, where known."""
    data = (project.get_meta("dataset") or {}).get("target")
    if not data:
        return []
    version = f", version {data['revision']}" if data["revision"] else ""
    about = f"{data['name']}, {data['lang']}, {data['split']}{version}"
    return [("data", about), ("licence of the data", data["licence"]), ("SHA-256", data["fingerprint"])]


def _names(evaluations: Sequence[Evaluation]) -> tuple[str, ...]:
    """What each layer is called; where two have one name, with its number."""
    names = [one.layer.name for one in evaluations]
    if len(set(names)) == len(names):
        return tuple(names)
    return tuple(f"{one.layer.name} ({one.layer.id})" for one in evaluations)
