"""The tables of a project.

`pairs` and `raw` are written once, by the import; pairs that came without a source sentence get theirs once
more, all together, when a translation is adopted. `layers` and `annotations` are written by machines
in contiguous chunks, `signals` beside them for the queue, `examples` for what was counted over them.
`actions` only ever grows; `states` is the
fold over it, kept up to date in the transaction that appends.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
    false,
)

metadata = MetaData()

schema_version = Table("schema_version", metadata, Column("version", Integer, nullable=False))

meta = Table(
    "meta",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", Text, nullable=False),  # JSON
    sqlite_with_rowid=False,
)

pairs = Table(
    "pairs",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),  # 0-based, without gaps
    Column("id", String, nullable=False, unique=True),
    Column("source_tokens", Text),  # JSON list; NULL: not translated
    Column("source_length", Integer),
    Column("source_lang", String),  # NULL: the project's
    Column("source_text", Text),
    Column("target_tokens", Text, nullable=False),
    Column("target_length", Integer, nullable=False),
    Column("target_lang", String),
    Column("target_text", Text),
)

# Apart from `pairs`, so that reading sentences does not read the files' text as well.
raw = Table(
    "raw",
    metadata,
    Column("position", Integer, ForeignKey("pairs.position"), primary_key=True, autoincrement=False),
    Column("source", Text),
    Column("target", Text),
)

# What the queue searches: NFC, case folded. Narrow, because a search may have to read all of it.
search_texts = Table(
    "search_texts",
    metadata,
    Column("position", Integer, ForeignKey("pairs.position"), primary_key=True, autoincrement=False),
    Column("folded", Text, nullable=False),
)

layers = Table(
    "layers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("side", String, nullable=False),
    Column("fingerprint", String, nullable=False, unique=True),
    Column("provenance", Text, nullable=False),  # JSON object
    Column("parents", Text, nullable=False),  # JSON list of layer ids
    Column("created", String, nullable=False),  # ISO 8601, UTC
    Column("done", Integer, nullable=False),  # pairs written: the contiguous prefix [0, done)
    Column("signals_done", Integer, nullable=False),
    Column("complete", Boolean, nullable=False, server_default=false()),
    sqlite_autoincrement=True,  # the id of a deleted layer never comes back
)

# Not called like its table: that name belongs to `from __future__`.
payloads = Table(
    "annotations",
    metadata,
    Column("layer_id", Integer, ForeignKey("layers.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, ForeignKey("pairs.position"), primary_key=True),
    Column("payload", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

signals = Table(
    "signals",
    metadata,
    Column("layer_id", Integer, ForeignKey("layers.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, ForeignKey("pairs.position"), primary_key=True),
    Column("doubt", Float, nullable=False),
    sqlite_with_rowid=False,
)
Index("signals_by_doubt", signals.c.layer_id, signals.c.doubt.desc(), signals.c.position)

# Which pairs stand behind a figure of an evaluation. The key has a table of its own: there are some dozens
# of keys and a million examples.
example_keys = Table(
    "example_keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("layer_id", Integer, ForeignKey("layers.id", ondelete="CASCADE"), nullable=False),
    Column("key", Text, nullable=False),
    Column("pairs", Integer, nullable=False),  # how many positions it has
    UniqueConstraint("layer_id", "key"),
)
examples = Table(
    "examples",
    metadata,
    Column("key_id", Integer, ForeignKey("example_keys.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, ForeignKey("pairs.position"), primary_key=True),
    sqlite_with_rowid=False,
)

actions = Table(
    "actions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String, nullable=False),
    Column("who", String, nullable=False),
    Column("review", String, nullable=False),
    Column("position", Integer, ForeignKey("pairs.position"), nullable=False),
    Column("kind", String, nullable=False),
    Column("was", Text, nullable=False),  # JSON
    Column("now", Text, nullable=False),  # JSON
    Column("undoes", Integer, ForeignKey("actions.id")),
    sqlite_autoincrement=True,
)
Index("actions_by_pair", actions.c.review, actions.c.position, actions.c.id)
Index("actions_by_review", actions.c.review, actions.c.id)
Index("actions_by_kind", actions.c.review, actions.c.kind, actions.c.position)

states = Table(
    "states",
    metadata,
    Column("review", String, primary_key=True),
    Column("position", Integer, ForeignKey("pairs.position"), primary_key=True),
    Column("spans", Text),  # JSON; NULL: nothing corrected
    Column("source_spans", Text),
    Column("verdict", String),
    Column("note", Text, nullable=False),
    Column("last_action", Integer, ForeignKey("actions.id"), nullable=False),
    Column("links", Text),  # JSON; NULL: none drawn by hand
    sqlite_with_rowid=False,
)
Index(
    "states_done",
    states.c.review,
    states.c.position,
    sqlite_where=states.c.verdict.is_not(None),
    postgresql_where=states.c.verdict.is_not(None),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("config", Text, nullable=False),  # JSON
    Column("state", String, nullable=False),
    Column("stage", String, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("eta_s", Float),
    Column("message", Text, nullable=False),
    Column("cancel", Boolean, nullable=False),
    Column("started", Float, nullable=False),  # seconds since the epoch
    Column("heartbeat", Float, nullable=False),
    Column("finished", Float),
    sqlite_autoincrement=True,
)

for _verb in ("UPDATE", "DELETE"):
    event.listen(
        actions,
        "after_create",
        DDL(  # type: ignore[no-untyped-call]
            f"CREATE TRIGGER actions_never_{_verb.lower()} BEFORE {_verb} ON actions "
            "BEGIN SELECT RAISE(ABORT, 'actions are only ever appended'); END"
        ).execute_if(dialect="sqlite"),
    )
