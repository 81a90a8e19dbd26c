from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import inspect

from projner_core.errors import ProjnerError
from projner_core.review.actions import Kind, draft
from projner_core.store import Project, migrations
from projner_core.store.schema import metadata


def test_what_was_made_is_there_when_opened_again(project, corpus):
    project.set_meta("layouts", {"target": {"newline": "\r\n", "語": "zh"}})
    project.append(draft(None, position=1, kind=Kind.NOTE, now="ọ̀rọ̀", who="Ada"))
    project.close()
    with Project.open(project.path) as again:
        assert (again.name, again.source_lang, again.target_lang) == ("p", "eng", "swh")
        assert again.count() == len(corpus)
        assert again.get_meta("layouts") == {"target": {"newline": "\r\n", "語": "zh"}}
        assert again.get_meta("nothing", 7) == 7
        assert again.state(1).note == "ọ̀rọ̀"


def test_a_url_names_the_same_project_as_its_file(project):
    with Project.open(f"sqlite:///{project.path}") as again:
        assert again.count() == project.count()
        assert again.path == project.path


def test_there_is_one_file_and_it_is_safe_by_its_settings(project):
    with project.engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 60_000}
    project.close()
    assert [path.name for path in project.path.parent.iterdir()] == ["p.sqlite"]


def test_create_never_writes_over_a_project(project):
    with pytest.raises(ProjnerError, match="exists already"):
        Project.create(project.path, name="new", source_lang="a", target_lang="b")
    assert project.count() == 6


def test_create_makes_folders_and_takes_over_an_empty_file(tmp_path):
    path = tmp_path / "new" / "folder" / "p.sqlite"
    Project.create(path, name="p", source_lang="a", target_lang="b").close()
    empty = tmp_path / "empty.sqlite"  # what a creation that was killed leaves
    empty.touch()
    Project.create(empty, name="p", source_lang="a", target_lang="b").close()
    assert Project.open(empty).name == "p"


def test_what_is_no_project_is_refused_and_left_alone(tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("a corpus, perhaps\n" * 100)
    foreign = tmp_path / "foreign.sqlite"
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE birds (name)")
    connection.close()
    for path in (text, foreign):
        before = path.read_bytes()
        with pytest.raises(ProjnerError, match="not a ProjNER project"):
            Project.open(path)
        with pytest.raises(ProjnerError):
            Project.create(path, name="p", source_lang="a", target_lang="b")
        assert path.read_bytes()[100:] == before[100:]  # SQLite's header says that the journal is a WAL
    with pytest.raises(ProjnerError, match="no project at"):
        Project.open(tmp_path / "missing.sqlite")
    assert not (tmp_path / "missing.sqlite").exists()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "nodriver://host/db", "x://"])
def test_urls_that_cannot_hold_a_project_are_refused(url):
    with pytest.raises(ProjnerError):
        Project.create(url, name="p", source_lang="a", target_lang="b")


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ProjnerError, match="cannot be made"):
        Project.create(tmp_path / "file" / "p.sqlite", name="p", source_lang="a", target_lang="b")


def test_a_project_of_a_newer_program_is_left_alone(project):
    with project.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE schema_version SET version = 99")
    project.close()
    with pytest.raises(ProjnerError, match="newer ProjNER"):
        Project.open(project.path)


def test_a_project_of_an_older_program_takes_the_steps_it_lacks(project, monkeypatch):
    project.close()
    taken = []

    def add_colours(connection):
        taken.append("colours")
        connection.exec_driver_sql("CREATE TABLE colours (label TEXT)")

    def fill_colours(connection):
        taken.append("fill")
        connection.exec_driver_sql("INSERT INTO colours VALUES ('PER')")

    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, add_colours, fill_colours))
    for _ in range(2):
        with Project.open(project.path) as again, again.engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT label FROM colours").scalar() == "PER"
            assert migrations.version(connection) == migrations.newest()
    assert taken == ["colours", "fill"]


def test_a_step_that_fails_leaves_the_project_as_it_was(project, monkeypatch):
    project.close()

    def fails(connection):
        connection.exec_driver_sql("CREATE TABLE half (x)")
        raise RuntimeError("no")

    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, fails))
    with pytest.raises(RuntimeError, match="no"):
        Project.open(project.path)
    monkeypatch.undo()
    with Project.open(project.path) as again:
        assert "half" not in inspect(again.engine).get_table_names()
        assert set(inspect(again.engine).get_table_names()) == set(metadata.tables)


def test_many_threads_may_use_one_project(project):
    def work(thread: int) -> int:
        for i in range(5):
            assert project.pair(i).id == project.id_of(i)
            project.queue(None)
            project.append(draft(None, position=i, kind=Kind.NOTE, now="seen", review=f"thread {thread}"))
        return len(project.actions(review=f"thread {thread}"))

    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(work, range(16))) == [5] * 16
    assert len(project.actions(review=None)) == 80
