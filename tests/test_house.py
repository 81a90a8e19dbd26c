"""The floors of the house: no arrow runs back down, and the front door is light."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CORE = ROOT / "projner_core"

BASE = {"corpus", "errors"}
GROUND = BASE | {
    "tagging",
    *("schemes", "selection", "registry", "tokenisation", "bundled", "inference", "languages", "similarity"),
    "detokenisation",
    "alone",
}
STAGES = {"translators", "taggers", "aligners", "projectors", "evaluation", "formats", "datasets", "training"}
ALLOWED: dict[str, set[str]] = {
    "corpus": set(),
    "errors": set(),
    "inference": {"errors", "languages", "bundled"},
    "bundled": {"errors"},
    "alone": {"errors"},
    "languages": set(),
    "similarity": set(),
    "registry": {"errors"},
    "schemes": BASE,
    "selection": BASE | {"selection_compiled"},
    "selection_compiled": set(),
    "tokenisation": BASE,
    "detokenisation": BASE | {"tokenisation"},
    "tagging": BASE | {"schemes"},
    **{stage: GROUND for stage in STAGES},
    "review": BASE | {"schemes"},
    # of evaluation, the store keeps findings: a vocabulary that stands on `corpus` alone, and no more
    "store": BASE | {"schemes", "review", "evaluation.findings"},
    "pipeline": GROUND | STAGES | {"review", "store"},
    "experiments": GROUND | STAGES | {"review", "store", "pipeline"},
    "terminal": BASE | {"pipeline", "evaluation"},
    "commands": GROUND | STAGES | {"review", "store", "pipeline", "experiments", "terminal"},
    "cli": {"errors", "commands"},
    "__main__": {"cli"},
    "__init__": set(),
}
HEAVY = ["torch", "transformers", "spacy", "pandas", "numba", "scipy", "streamlit", "plotly", "simalign"]


def rooms() -> list[tuple[str, Path]]:
    return [
        (path.relative_to(CORE).parts[0].removesuffix(".py"), path) for path in sorted(CORE.rglob("*.py"))
    ]


def imported_rooms(path: Path, modules: frozenset[str] | set[str] = frozenset()) -> set[str]:
    """The rooms of the core that a module imports, wherever in the module it does so.

    Where only a module of a room is wanted, and it is among `modules`, that stands for the room.
    """
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            if node.module == "projner_core":
                names = [f"projner_core.{alias.name}" for alias in node.names]
            else:
                names = [node.module]
        for name in names:
            parts = name.split(".")
            if parts[0] in {"projner_ui", "pages", "app", "streamlit"}:
                found.add(parts[0])
            if parts[0] == "projner_core" and len(parts) > 1 and parts[1] != "__version__":
                module = ".".join(parts[1:])
                found.add(module if module in modules else parts[1])
    return found


@pytest.mark.parametrize(("room", "path"), rooms(), ids=lambda value: str(value).removeprefix(str(ROOT)))
def test_no_arrow_runs_back_down(room, path):
    assert room in ALLOWED, f"{path.name}: on which floor does {room!r} stand? Say so in this test."
    assert imported_rooms(path, ALLOWED[room]) - {room} <= ALLOWED[room]


def test_findings_stand_on_the_vocabulary_alone():
    assert imported_rooms(CORE / "evaluation" / "findings.py") == {"corpus"}
    # whoever imports them runs the package's own module too
    assert imported_rooms(CORE / "evaluation" / "__init__.py") == set()


def test_relative_imports_are_not_used():
    for _, path in rooms():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path}: {node.lineno}"


@pytest.mark.parametrize(
    "statement",
    [
        "import projner_core",
        "from projner_core.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass",
    ],
    ids=["import projner_core", "projner --help"],
)
def test_the_front_door_is_light(statement):
    code = f"import sys, json\n{statement}\nprint(json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == []


def test_the_house_stands_as_drawn():
    for name in ["app.py", "pages", "projner_core", "tests", "requirements.txt", ".streamlit/config.toml"]:
        assert (ROOT / name).exists(), name
    for package in ["streamlit", "transformers", "torch", "simalign", "pandas", "plotly", "spacy"]:
        assert any(
            line.startswith(package) for line in (ROOT / "requirements.txt").read_text().splitlines()
        ), package
