"""Tables of the outbox (发件箱): notices, deliveries, webhooks; and clues from elsewhere (线索).

Triggers, made in the migration, refuse every change of a clue.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from models.storage.base import metadata
from models.storage.types import JsonText, UtcDateTime

notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(300), nullable=False),
    Column("kind", String(60), nullable=False),
    Column("severity", String(20), nullable=False),
    Column("hall_id", String(100), nullable=False),
    Column("unit_id", String(100), nullable=False),
    Column("content", JsonText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("state", String(20), nullable=False),
    UniqueConstraint("key"),
    Index("ix_notices_state", "state"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(400), nullable=False),
    Column("target", String(100), nullable=False),
    Column("content", JsonText, nullable=False),
    Column("notice_id", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("first_at", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("claim", String(40), nullable=False),
    Column("claimed_until", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("error", Text, nullable=False),
    UniqueConstraint("key"),
    Index("ix_deliveries_state_due_at", "state", "due_at"),
    Index("ix_deliveries_target_state", "target", "state"),
    Index("ix_deliveries_notice_id", "notice_id"),
)

hooks = Table(
    "hooks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", String(2000), nullable=False),
    Column("salt", String(64), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", String(100), nullable=False),
    Column("topics", JsonText, nullable=False),
    Column("halls", JsonText),
    Column("units", JsonText),
    Column("after_seq", BigInteger, nullable=False),
    Column("enabled", Boolean, nullable=False),
    sqlite_autoincrement=True,  # a number is never given twice: deliveries name it
)

clues = Table(
    "clues",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("window_id", String(100), nullable=False),
    Column("hall_id", String(100), nullable=False),
    Column("unit_id", String(100), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("source_kind", String(20), nullable=False),
    Column("source", String(100), nullable=False),
    Column("external_id", String(200), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("by", String(100), nullable=False),
    Column("people", Integer),
    Column("score", Float),
    Column("model", String(200), nullable=False),
    Column("evidence", String(64), nullable=False),
    UniqueConstraint("source_kind", "source", "external_id"),
    Index("ix_clues_kind_at", "kind", "at"),
)
