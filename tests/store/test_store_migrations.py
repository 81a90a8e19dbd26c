"""Projects of earlier versions open, with everything in them."""

from __future__ import annotations

import sqlite3

import pytest

from projner_core.corpus import GoldLinks, Span
from projner_core.review.actions import Kind, Verdict, draft, inverse
from projner_core.store import Project, migrations

# The schema of version 1, as it was released.
VERSION_1 = """
CREATE TABLE schema_version (version INTEGER NOT NULL);
CREATE TABLE meta ("key" VARCHAR NOT NULL, value TEXT NOT NULL, PRIMARY KEY ("key")) WITHOUT ROWID;
CREATE TABLE pairs (
    position INTEGER NOT NULL, id VARCHAR NOT NULL, source_tokens TEXT, source_length INTEGER,
    source_lang VARCHAR, source_text TEXT, target_tokens TEXT NOT NULL, target_length INTEGER NOT NULL,
    target_lang VARCHAR, target_text TEXT, PRIMARY KEY (position), UNIQUE (id)
);
CREATE TABLE raw (
    position INTEGER NOT NULL, source TEXT, target TEXT, PRIMARY KEY (position),
    FOREIGN KEY(position) REFERENCES pairs (position)
);
CREATE TABLE search_texts (
    position INTEGER NOT NULL, folded TEXT NOT NULL, PRIMARY KEY (position),
    FOREIGN KEY(position) REFERENCES pairs (position)
);
CREATE TABLE layers (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, name VARCHAR NOT NULL, kind VARCHAR NOT NULL,
    side VARCHAR NOT NULL, fingerprint VARCHAR NOT NULL, provenance TEXT NOT NULL, parents TEXT NOT NULL,
    created VARCHAR NOT NULL, done INTEGER NOT NULL, signals_done INTEGER NOT NULL,
    complete BOOLEAN DEFAULT 0 NOT NULL, UNIQUE (fingerprint)
);
CREATE TABLE annotations (
    layer_id INTEGER NOT NULL, position INTEGER NOT NULL, payload BLOB NOT NULL,
    PRIMARY KEY (layer_id, position), FOREIGN KEY(layer_id) REFERENCES layers (id) ON DELETE CASCADE,
    FOREIGN KEY(position) REFERENCES pairs (position)
) WITHOUT ROWID;
CREATE TABLE signals (
    layer_id INTEGER NOT NULL, position INTEGER NOT NULL, doubt FLOAT NOT NULL,
    PRIMARY KEY (layer_id, position), FOREIGN KEY(layer_id) REFERENCES layers (id) ON DELETE CASCADE,
    FOREIGN KEY(position) REFERENCES pairs (position)
) WITHOUT ROWID;
CREATE INDEX signals_by_doubt ON signals (layer_id, doubt DESC, position);
CREATE TABLE actions (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, at VARCHAR NOT NULL, who VARCHAR NOT NULL,
    review VARCHAR NOT NULL, position INTEGER NOT NULL, kind VARCHAR NOT NULL, was TEXT NOT NULL,
    now TEXT NOT NULL, undoes INTEGER, FOREIGN KEY(position) REFERENCES pairs (position),
    FOREIGN KEY(undoes) REFERENCES actions (id)
);
CREATE INDEX actions_by_pair ON actions (review, position, id);
CREATE INDEX actions_by_review ON actions (review, id);
CREATE TRIGGER actions_never_update BEFORE UPDATE ON actions
    BEGIN SELECT RAISE(ABORT, 'actions are only ever appended'); END;
CREATE TRIGGER actions_never_delete BEFORE DELETE ON actions
    BEGIN SELECT RAISE(ABORT, 'actions are only ever appended'); END;
CREATE TABLE states (
    review VARCHAR NOT NULL, position INTEGER NOT NULL, spans TEXT, source_spans TEXT, verdict VARCHAR,
    note TEXT NOT NULL, last_action INTEGER NOT NULL, PRIMARY KEY (review, position),
    FOREIGN KEY(position) REFERENCES pairs (position), FOREIGN KEY(last_action) REFERENCES actions (id)
) WITHOUT ROWID;
CREATE INDEX states_done ON states (review, position) WHERE verdict IS NOT NULL;
CREATE TABLE jobs (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, kind VARCHAR NOT NULL, config TEXT NOT NULL,
    state VARCHAR NOT NULL, stage VARCHAR NOT NULL, done INTEGER NOT NULL, total INTEGER NOT NULL,
    eta_s FLOAT, message TEXT NOT NULL, cancel BOOLEAN NOT NULL, started FLOAT NOT NULL,
    heartbeat FLOAT NOT NULL, finished FLOAT
);
INSERT INTO schema_version VALUES (1);
INSERT INTO meta VALUES ('name', '"old"'), ('source_lang', '"eng"'), ('target_lang', '"amh"');
INSERT INTO pairs VALUES
    (0, 'am-1', '["Addis","Ababa","grows","."]', 4, NULL, NULL, '["አዲስ","አበባ","ያድጋል","።"]', 4, NULL, NULL),
    (1, 'am-2', '["Rain","."]', 2, NULL, NULL, '["ዝናብ","።"]', 2, NULL, NULL);
INSERT INTO actions VALUES
    (1, '2025-01-01T00:00:00.000+00:00', 'Ada', 'review', 0, 'spans', 'null', '[[0, 2, "LOC"]]', NULL),
    (2, '2025-01-01T00:00:01.000+00:00', 'Ada', 'review', 1, 'verdict', 'null', '"no-entity"', NULL);
INSERT INTO states VALUES
    ('review', 0, '[[0, 2, "LOC"]]', NULL, NULL, '', 1), ('review', 1, NULL, NULL, 'no-entity', '', 2);
"""


# What the second version added to it, as it was released, and links drawn by hand.
VERSION_2 = """
ALTER TABLE states ADD COLUMN links TEXT;
CREATE INDEX actions_by_kind ON actions (review, kind, position);
UPDATE schema_version SET version = 2;
INSERT INTO layers VALUES
    (1, 'gold', 'spans', 'target', 'g', '{"stage": "import"}', '[]', '2025-01-01', 2, 0, 1);
INSERT INTO annotations VALUES (1, 0, CAST('[[0,2,"LOC"]]' AS BLOB)), (1, 1, CAST('[]' AS BLOB));
INSERT INTO actions VALUES
    (3, '2025-02-01T00:00:00.000+00:00', 'Ada', 'review', 1, 'links', 'null', '[[0, 0, "sure"]]', NULL);
UPDATE states SET links = '[[0, 0, "sure"]]', last_action = 3 WHERE position = 1;
"""


def made_by(path, *scripts: str):
    with sqlite3.connect(path) as connection:
        for script in scripts:
            connection.executescript(script)
    connection.close()
    return path


@pytest.fixture
def old(tmp_path):
    """The file of a project that the first version made, with two decisions in it."""
    return made_by(tmp_path / "old.sqlite", VERSION_1)


@pytest.fixture
def second(tmp_path):
    """The same file after the second version, which drew links in it."""
    return made_by(tmp_path / "second.sqlite", VERSION_1, VERSION_2)


def schema(project) -> dict[str, set[str]]:
    """The columns of every table, and the columns of every index with what it is limited to."""
    with project.engine.connect() as connection:
        names = list(connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master"))
        found = {}
        for kind, name, sql in names:
            pragma = "table_info" if kind == "table" else "index_info"
            columns = connection.exec_driver_sql(f"PRAGMA {pragma}({name})")
            at = 1 if kind == "table" else 2
            found[name] = [row[at] for row in columns] + [(sql or "").partition(" WHERE ")[2]]
        return found


def test_a_project_of_the_first_version_opens_with_what_was_decided(old):
    with Project.open(old) as project:
        assert project.state(0).spans == (Span(0, 2, "LOC"),)
        assert project.state(1).verdict is Verdict.NO_ENTITY
        assert project.states(0, 2) == {0: project.state(0), 1: project.state(1)}
        assert project.positions_with_links() == []
        with project.engine.connect() as connection:
            assert migrations.version(connection) == migrations.newest()
    with Project.open(old) as again:
        assert again.review_counts() == (1, 1, 2)


def test_it_has_then_the_schema_of_a_new_project(old, make):
    with Project.open(old) as project:
        assert schema(project) == schema(make())


def test_a_project_of_the_second_version_keeps_everything_and_can_keep_examples(second, make):
    with Project.open(second) as project:
        assert schema(project) == schema(make())
        assert project.annotations(1, 0, 2) == [(Span(0, 2, "LOC"),), ()]
        links = GoldLinks(frozenset({(0, 0)}), frozenset({(0, 0)}))
        assert project.links_by_hand() == {1: links}
        assert project.state(1).verdict is Verdict.NO_ENTITY
        project.write_examples(1, {"exact": [1]})
        assert [item.id for item in project.queue(None, examples=(1, "exact"))] == ["am-2"]
    with Project.open(second) as again:
        assert again.examples(1, "exact") == 1
        again.delete_layer(1)
        assert again.example_counts(1) == {}


def test_links_can_be_drawn_in_it_undone_and_folded_anew(old):
    with Project.open(old) as project:
        drawn = project.append(
            draft(project.state(0), position=0, kind=Kind.LINKS, now=[[0, 0, "sure"], [1, 1, "possible"]])
        )
        links = GoldLinks(frozenset({(0, 0)}), frozenset({(0, 0), (1, 1)}))
        assert project.state(0).links == links
        assert project.state(0).spans == (Span(0, 2, "LOC"),)
        before = project.states(0, 2)
        assert project.rebuild_states() == 2
        assert project.states(0, 2) == before
        project.append(inverse(drawn))
        assert project.positions_with_links() == []
        assert project.state(0).spans == (Span(0, 2, "LOC"),)
