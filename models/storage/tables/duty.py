"""Table of the duty record (值守台账). Triggers, made in the migration, refuse every change."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint

from models.storage.base import metadata
from models.storage.types import JsonText, UtcDateTime

duty_rows = Table(
    "duty_rows",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(40), nullable=False),
    Column("key", String(200), nullable=False),
    Column("content", JsonText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(100), nullable=False),
    Column("reason", Text, nullable=False),
    Column("replaces", Integer, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    UniqueConstraint("kind", "key", "replaces"),
    Index("ix_duty_rows_kind_key", "kind", "key"),
)
