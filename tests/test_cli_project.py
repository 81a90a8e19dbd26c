"""Projecting over links that are there, tuning, and taking in what others made: by the command line."""

from __future__ import annotations

import json
import shlex

import pytest

from projner_core.cli import main
from projner_core.store import LayerKind, catalogue

SOURCE = """\
# id = one
Asha\tB-PER
Mwangi\tI-PER
visited\tO
Arusha\tB-LOC

# id = two
Rain\tO
fell\tO
"""
TARGET = """\
# id = one
Asha\tNN\tO
Mwangi\tNN\tO
alitembelea\tVB\tO
Arusha\tNN\tO

# id = two
Mvua\tNN\tO
ilinyesha\tVB\tO
"""
GOLD = TARGET.replace("Asha\tNN\tO", "Asha\tNN\tB-PER").replace("Mwangi\tNN\tO", "Mwangi\tNN\tI-PER")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "en.conll": SOURCE,
        "sw.conll": TARGET,
        "gold.conll": GOLD.replace("Arusha\tNN\tO", "Arusha\tNN\tB-LOC"),
        "sw.links": "0-0 1-1 2-2 3-3\n0-0 1-1\n",
        "tagger.jsonl": '{"entities": [[0, 2, "PER", 0.9], [3, 4, "ORG", 0.6]]}\n{"entities": []}\n',
        "marked.txt": "[Asha Mwangi] alitembelea [Arusha]\nMvua ilinyesha\n",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def projner(line: str) -> int:
    return main(shlex.split(line))


def project_made(capsys) -> None:
    assert projner("import --source en.conll --target gold.conll --project swahili") == 0
    assert projner("import-links --project swahili --links sw.links --name mine") == 0
    capsys.readouterr()


def test_files_over_a_file_of_links(here, capsys):
    line = "project --source en.conll --target sw.conll --links sw.links --out out.conll --json"
    assert projner(line) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["pairs"], told["entities"], told["projected"]) == (2, 2, 2)
    # the user's own file, with only its tags changed
    assert (here / "out.conll").read_text(encoding="utf-8") == TARGET.replace(
        "Asha\tNN\tO", "Asha\tNN\tB-PER"
    ).replace("Mwangi\tNN\tO", "Mwangi\tNN\tI-PER").replace("Arusha\tNN\tO", "Arusha\tNN\tB-LOC")
    assert not catalogue.projects(), "nothing is kept but the file"


@pytest.mark.parametrize("projector", ["heuristic", "matching", "markers", "back-translation"])
def test_every_projector_runs_on_files(here, projector, capsys):
    files = "--source en.conll --target sw.conll --links sw.links --marked marked.txt"
    assert projner(f"project {files} --projector {projector} --out out.conll --json") == 0
    assert json.loads(capsys.readouterr().out)["projected"] == 2
    assert "Asha\tNN\tB-PER" in (here / "out.conll").read_text(encoding="utf-8")


def test_a_projector_that_needs_evidence_says_how_to_get_it(here, capsys):
    files = "--source en.conll --target sw.conll --links sw.links"
    assert projner(f"project {files} --projector markers --out out.conll") == 1
    assert "projner import-marked" in capsys.readouterr().err
    assert not (here / "out.conll").exists()


def test_in_a_project_the_new_projection_comes_under_review_unless_aside(here, capsys):
    project_made(capsys)
    assert projner("project --project swahili --json") == 0
    first = json.loads(capsys.readouterr().out)
    assert first["links"] == "mine"
    assert projner("project --project swahili --projector heuristic --aside") == 0
    capsys.readouterr()
    with catalogue.open_project("swahili") as project:
        assert project.current_projection == first["id"]
        assert len(project.layers(kind=LayerKind.PROJECTIONS)) == 2
    assert projner("project --project swahili --projector heuristic --links mine") == 0
    with catalogue.open_project("swahili") as project:
        assert project.current_projection != first["id"]


def test_predictions_and_marked_text_become_layers(here, capsys):
    project_made(capsys)
    assert projner("import-predictions --project swahili --predictions tagger.jsonl --name xlm-r --json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["layer"], told["kind"], told["pairs"]) == ("xlm-r", "spans", 2)
    assert projner("import-marked --project swahili --marked marked.txt") == 0
    assert "'marked'" in capsys.readouterr().out
    assert projner("project --project swahili --projector markers") == 0


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("project --source en.conll --target sw.conll --out out.conll", "--links"),
        ("project --project swahili --target sw.conll", "leave out"),
        ("project --project swahili --links nobody", "no layer of links 'nobody'"),
        ("project --project nowhere", "nowhere"),
        ("tune --grid projector.minimum=[0.1]", "--project"),
        ("tune --project swahili --grid projector.minimum=0.1", "--grid"),
        ("tune --project swahili --grid projector.minimum=", "--grid"),
        ("project --project swahili --predictions tagger.jsonl", "projner import-predictions"),
        ("project --project swahili --marked marked.txt", "projner import-marked"),
        ("project --project swahili --format pharaoh", "leave out --format"),
        ("project --project swahili --out no/such/folder.conll", "no folder no/such"),
        (
            "tune --project swahili --grid projector.minimum=[0.1] --marked marked.txt",
            "projner import-marked",
        ),
        ("tune --project swahili --grid projector.minimum=[0.1] --source en.conll", "leave out --source"),
        ("tune --project swahili --grid projector.minimum=[0.1] --out no/tuned.toml", "no folder no"),
        ("tune --project swahili --grid a.b=[1] --grid a.b=[2]", "--grid a.b stands there twice"),
        ("run --project swahili --out no/such/folder.conll", "no folder no/such"),
        ("evaluate --project swahili --report no/figures.md", "no folder no"),
        ("compare --project swahili --layers a b --report no/figures.md", "no folder no"),
        ("import-predictions --project swahili --predictions sw.links", "sw.links"),
        ("import-marked --project swahili --marked nowhere.txt", "nowhere.txt"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_done(here, line, why, capsys):
    project_made(capsys)
    with catalogue.open_project("swahili") as project:
        before = project.layers(incomplete=True)
    assert projner(line) == 1
    assert why in capsys.readouterr().err
    with catalogue.open_project("swahili") as project:
        assert project.layers(incomplete=True) == before


def test_a_file_that_is_there_under_another_name_is_said_to_be(here, capsys):
    project_made(capsys)
    line = "import-predictions --project swahili --predictions tagger.jsonl"
    assert projner(line) == 0
    assert "predictions of 2 pairs: layer 'tagger'" in capsys.readouterr().out
    assert projner(f"{line} --name mine") == 0
    assert "is in the project 'swahili' already: layer 'tagger'" in capsys.readouterr().out
    assert projner(f"{line} --name mine --json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["layer"], told["known"]) == ("tagger", True)


def test_tuned_settings_are_a_configuration(here, capsys):
    line = "tune --source en.conll --target gold.conll --grid 'projector.minimum=[5.0, 0.1]'"
    assert projner(f"{line} --set projector.minimum=3.0 --out tuned.toml --json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["before"] < told["after"] == 1.0
    assert told["config"]["projector"]["minimum"] == 0.1
    assert projner("run --source en.conll --target sw.conll --config tuned.toml --out out.conll") == 0
    assert "Arusha\tNN\tB-LOC" in (here / "out.conll").read_text(encoding="utf-8")


def test_without_a_file_the_configuration_is_printed(here, capsys):
    assert projner("tune --source en.conll --target gold.conll --grid 'projector.minimum=[0.1]'") == 0
    out = capsys.readouterr().out
    assert "[projector]" in out
    assert "Score the settings on other sentences" in out
