"""Tables of spot checks (抽查): checks, results, the days' plans, campaigns.

A check's row is written when it is due and never before, so that no table tells what is to come.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from models.storage.base import metadata
from models.storage.types import JsonText, UtcDateTime

checks = Table(
    "checks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("plan", String(120), nullable=False),
    Column("hall_id", String(100), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("written_at", UtcDateTime, nullable=False),
    Column("state", String(20), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("claimed_by", String(100), nullable=False),
    Column("claimed_at", UtcDateTime),
    Column("started_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("reason", String(60), nullable=False),
    Column("late_s", Float, nullable=False),
    Column("by", String(100), nullable=False),
    Column("details", JsonText, nullable=False),
    UniqueConstraint("plan", "hall_id", "number"),
    Index("ix_checks_state_due_at", "state", "due_at"),
    Index("ix_checks_hall_id_due_at", "hall_id", "due_at"),
    Index("ix_checks_due_at", "due_at"),
)

check_results = Table(
    "check_results",
    metadata,
    Column("check_id", Integer, ForeignKey("checks.id"), primary_key=True),
    Column("window_id", String(100), primary_key=True),
    Column("unit_id", String(100), nullable=False),
    Column("result", String(20), nullable=False),
    Column("reason", String(60), nullable=False),
    Column("looked_at", UtcDateTime),
    Column("settled_at", UtcDateTime),
    Column("evidence", JsonText, nullable=False),
    Column("finding_key", String(300), nullable=False),
    Column("entry_seq", BigInteger, nullable=False),
    Column("details", JsonText, nullable=False),
    Index("ix_check_results_unit_id_check_id", "unit_id", "check_id"),
    Index("ix_check_results_finding_key", "finding_key"),
)

check_days = Table(
    "check_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("inputs", Text, nullable=False),
    Column("commitment", String(64), nullable=False),
    Column("key_id", String(40), nullable=False),
    Column("committed_at", UtcDateTime, nullable=False),
    Column("opens_at", UtcDateTime, nullable=False),
    Column("closes_at", UtcDateTime, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("nonce", String(200), nullable=False),
    Column("nonce_by", String(100), nullable=False),
    Column("nonce_at", UtcDateTime),
    Column("seed", String(64), nullable=False),
    Column("revealed_at", UtcDateTime),
)

check_campaigns = Table(
    "check_campaigns",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("content", JsonText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(100), nullable=False),
    Column("reason", Text, nullable=False),
)
