from __future__ import annotations

import pytest

from projner_core.errors import ProjnerError
from projner_core.review.actions import Kind, draft
from projner_core.store import Project, catalogue


def test_projects_live_where_the_environment_says(home):
    assert catalogue.home() == home
    assert catalogue.path_of("swahili") == home / "projects" / "swahili.sqlite"
    assert catalogue.projects() == []


def test_without_the_environment_they_live_where_the_system_keeps_data(monkeypatch):
    monkeypatch.delenv("PROJNER_HOME")
    assert "projner" in str(catalogue.home())


@pytest.mark.parametrize("name", ["swahili", "Ẹ̀kọ́ Yorùbá 2", "हिन्दी", "北京-v1.2", "مشروع_١"])
def test_a_project_is_made_listed_and_opened_by_name(name):
    catalogue.create_project(name, "eng", "xxx").close()
    (summary,) = catalogue.projects()
    assert (summary.source_lang, summary.target_lang, summary.pairs, summary.problem) == (
        "eng",
        "xxx",
        0,
        None,
    )
    with catalogue.open_project(summary.name) as project:
        assert project.name == summary.name
    with pytest.raises(ProjnerError, match="exists already"):
        catalogue.create_project(name, "eng", "xxx")


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", ".", "..", "a/b", "a\\b", "../up", "/etc/passwd", ".hidden", "end.", " a", "a "),
        *("a\nb", "a\0b", "con", "NUL.x", "x" * 201, "語" * 70, "a:b", "a*b", "<b>", "\ud800"),
    ],
)
def test_names_that_are_no_files_everywhere_are_refused(name, home):
    for use in (catalogue.path_of, catalogue.open_project, catalogue.delete_project):
        with pytest.raises(ProjnerError, match="cannot be the name"):
            use(name)
    with pytest.raises(ProjnerError, match="cannot be the name"):
        catalogue.create_project(name, "eng", "xxx")
    assert not home.exists()


def test_a_missing_project_names_those_that_are_there():
    catalogue.create_project("here", "eng", "xxx").close()
    with pytest.raises(ProjnerError, match="'gone'; there are: 'here'"):
        catalogue.open_project("gone")


def test_a_broken_file_is_listed_with_its_problem(home):
    catalogue.create_project("good", "eng", "xxx").close()
    (home / "projects" / "bad.sqlite").write_text("not a database")
    bad, good = catalogue.projects()
    assert bad.name == "bad"
    assert "not a ProjNER project" in bad.problem
    assert good.problem is None


def test_a_deleted_project_lies_in_the_trash_whole(home, corpus):
    project = catalogue.create_project("p", "eng", "swh")
    with project.importing() as importer:
        importer.add(corpus)
    project.append(draft(None, position=0, kind=Kind.NOTE, now="kept"))
    moved = catalogue.delete_project("p")  # while it is open: its last action may still be in the log
    project.close()
    assert catalogue.projects() == []
    assert moved.parent == home / "trash"
    with Project.open(moved) as thrown:
        assert thrown.state(0).note == "kept"
    catalogue.create_project("p", "eng", "swh").close()
    assert catalogue.projects()[0].pairs == 0
    with pytest.raises(ProjnerError, match="no project 'q'"):
        catalogue.delete_project("q")


def test_a_broken_project_can_be_thrown_away(home):
    (home / "projects").mkdir(parents=True)
    (home / "projects" / "bad.sqlite").write_text("not a database")
    assert catalogue.delete_project("bad").read_text() == "not a database"
