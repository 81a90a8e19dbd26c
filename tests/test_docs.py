"""What the documentation names exists: commands, options, make targets, files."""

from __future__ import annotations

import argparse
import inspect
import re
import shlex
from pathlib import Path

import pytest

from projner_core.cli import build_parser

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def fenced(text: str) -> list[str]:
    return [
        line.strip()
        for block in re.findall(r"```(?:sh|console)?\n(.*?)```", text, re.DOTALL)
        for line in block.splitlines()
    ]


def commands() -> list[tuple[str, str]]:
    return [
        (document.name, line.partition("#")[0].strip())
        for document in PAGES
        for line in fenced(document.read_text(encoding="utf-8"))
        if line.startswith("projner ")
    ]


def subparsers() -> dict[str, argparse.ArgumentParser]:
    actions = build_parser()._subparsers._group_actions  # type: ignore[union-attr]
    return actions[0].choices  # type: ignore[return-value]


@pytest.mark.parametrize(("document", "line"), commands())
def test_every_command_in_the_documentation_parses(document, line):
    options = build_parser().parse_args(shlex.split(line)[1:])
    assert options.command is not None


def test_every_command_is_documented():
    text = "\n".join(document.read_text(encoding="utf-8") for document in PAGES)
    for name in subparsers():
        if name != "work":  # what the app starts, not people
            assert f"projner {name}" in text, name


@pytest.mark.parametrize("document", PAGES, ids=lambda document: document.name)
def test_links_lead_somewhere(document):
    text = document.read_text(encoding="utf-8")
    for pair in re.findall(r"\]\(([^)#\s]+)\)|(?:src|srcset)=\"([^\"]+)\"", text):
        target = pair[0] or pair[1]
        if not target.startswith(("http:", "https:")):
            assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", PAGES, ids=lambda document: document.name)
def test_make_targets_and_benchmarks_exist(document):
    text = document.read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for name in re.findall(r"python -m benchmarks[. ]([a-z_]+)", text):
        assert (ROOT / "benchmarks" / f"{name}.py").exists(), name


def test_the_settings_of_the_aligner_are_documented_with_their_defaults():
    from projner_core.aligners.statistical import StatisticalAligner

    table = (ROOT / "docs" / "aligner.md").read_text(encoding="utf-8").partition("## Settings")[2]
    documented = dict(re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", table.partition("\n## ")[0], re.MULTILINE))
    settings = {
        name: parameter.default
        for name, parameter in inspect.signature(StatisticalAligner).parameters.items()
        if name != "model"
    }
    assert {name: float(value) for name, value in documented.items()} == settings


def test_every_setting_of_the_projector_is_documented():
    from projner_core.projectors.matching import MatchingProjector

    text = (ROOT / "docs" / "projection.md").read_text(encoding="utf-8")
    for name in inspect.signature(MatchingProjector).parameters:
        assert f"`{name}`" in text or f" {name}\n" in text, name


@pytest.mark.parametrize("name", ["heuristic", "markers", "back-translation"])
def test_the_settings_of_the_other_projectors_are_documented_with_their_defaults(name):
    from projner_core import projectors

    text = (ROOT / "docs" / "projectors.md").read_text(encoding="utf-8")
    heading = f"## {name.capitalize()}\n"
    section = text.partition(heading)[2].partition("\n## ")[0]
    documented = dict(re.findall(r"^\| `(\w+)` \| (\S*) ?\|", section, re.MULTILINE))
    parameters = inspect.signature(projectors.registry.factory(name)).parameters
    assert documented == {key: str(parameter.default) for key, parameter in parameters.items()}


def test_every_projector_and_every_reason_is_documented():
    from projner_core import projectors
    from projner_core.corpus import Reason

    text = (ROOT / "docs" / "projectors.md").read_text(encoding="utf-8")
    for name in projectors.registry.names():
        assert f"`{name}`" in text, name
    reasons = set(
        re.findall(r"^\| `([a-z-]+)` \|", text.partition("## Reasons")[2].partition("\n## ")[0], re.M)
    )
    assert reasons == set(Reason) - {Reason.TRANSFERRED}  # which taggers say


@pytest.mark.parametrize("name", ["evaluate", "compare"])
def test_every_option_of_evaluation_is_documented(name):
    text = (ROOT / "docs" / "evaluating.md").read_text(encoding="utf-8")
    for action in subparsers()[name]._actions:
        for option in action.option_strings:
            if option.startswith("--") and option != "--help":
                assert f"`{option}" in text or f" {option} " in text, option


def test_the_settings_of_a_training_are_documented_with_their_defaults():
    from projner_core.training import TrainingConfig

    section = (ROOT / "docs" / "training.md").read_text(encoding="utf-8").partition("## Settings")[2]
    documented = dict(re.findall(r"^\| `(\w+)` \| (\S*) ?\|", section.partition("\n## ")[0], re.MULTILINE))
    defaults = {name: field.default for name, field in TrainingConfig.model_fields.items()}
    assert documented == {name: "" if it is None else str(it) for name, it in defaults.items()}


def test_every_option_of_training_is_documented():
    text = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
    for action in subparsers()["train"]._actions:
        for option in action.option_strings:
            if option.startswith("--") and option not in ("--help", "--json"):
                assert f"`{option}" in text or f" {option} " in text, option
