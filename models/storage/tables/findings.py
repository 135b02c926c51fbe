"""Tables of what was found: findings, their pictures, live alerts."""

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
    UniqueConstraint,
    text,
)

from models.storage.base import metadata
from models.storage.types import JsonText, UtcDateTime

findings = Table(
    "findings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(300), nullable=False),
    Column("window_id", String(100), nullable=False),
    Column("hall_id", String(100), nullable=False),
    Column("unit_id", String(100), nullable=False),
    Column("post", String(100), nullable=False),
    Column("kind", String(60), nullable=False),
    Column("state", String(40), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("until_at_least", UtcDateTime, nullable=False),
    Column("proven_s", Float, nullable=False),
    Column("possible_s", Float),
    Column("ended", Boolean, nullable=False),
    Column("roster_version", String(100), nullable=False),
    Column("profile", String(100), nullable=False),
    Column("evidence", JsonText, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("details", JsonText, nullable=False),
    UniqueConstraint("key"),
    Index("ix_findings_window_id_started_at", "window_id", "started_at"),
    Index("ix_findings_hall_id_started_at", "hall_id", "started_at"),
    Index("ix_findings_state", "state"),
    Index("ix_findings_unit_id_state", "unit_id", "state"),
    Index("ix_findings_kind_state", "kind", "state"),
    Index("ix_findings_started_at", "started_at"),
)
Index(
    "ix_findings_standing",
    findings.c.id,
    sqlite_where=text("ended IS 0"),
    postgresql_where=text("ended IS false"),
)

evidence = Table(
    "evidence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("path", String(200), nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("taken_at", UtcDateTime, nullable=False),
    Column("camera_id", String(100), nullable=False),
    Column("window_id", String(100), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("zone_version", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("masked", Boolean, nullable=False),
    UniqueConstraint("sha256"),
    Index("ix_evidence_window_id_taken_at", "window_id", "taken_at"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("window_id", String(100), nullable=False),
    Column("kind", String(60), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("raised_at", UtcDateTime, nullable=False),
    Column("cleared_at", UtcDateTime),
    Column("finding_key", String(300), nullable=False),
    Column("details", JsonText, nullable=False),
    Index("ix_alerts_raised_at", "raised_at"),
)
Index(
    "uq_alerts_standing",
    alerts.c.window_id,
    alerts.c.kind,
    unique=True,
    sqlite_where=text("cleared_at IS NULL"),
    postgresql_where=text("cleared_at IS NULL"),
)
Index(
    "ix_alerts_standing",
    alerts.c.id,
    sqlite_where=text("cleared_at IS NULL"),
    postgresql_where=text("cleared_at IS NULL"),
)
