"""Tables of what is seen: spans, the filters' memory, the cameras' condition."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, String, Table, UniqueConstraint, text

from models.storage.base import metadata
from models.storage.types import JsonText, UtcDateTime

spans = Table(
    "spans",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("window_id", String(100), nullable=False),
    Column("state", String(20), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("proven_since", UtcDateTime),
    Column("proven_until", UtcDateTime),
    Column("last_present", UtcDateTime),
    Column("samples", Integer, nullable=False),
    Column("weakest", Float, nullable=False),
    UniqueConstraint("window_id", "started_at"),
)
Index(
    "uq_spans_running",
    spans.c.window_id,
    unique=True,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)

presences = Table(
    "presences",
    metadata,
    Column("window_id", String(100), primary_key=True),
    Column("camera_id", String(100), primary_key=True),
    Column("memory", JsonText, nullable=False),
)

camera_events = Table(
    "camera_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("camera_id", String(100), nullable=False),
    Column("state", String(40), nullable=False),
    Column("reason", String(60), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Index("ix_camera_events_camera_id_started_at", "camera_id", "started_at"),
)
Index(
    "uq_camera_events_running",
    camera_events.c.camera_id,
    unique=True,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)
