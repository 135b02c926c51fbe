"""Tables of what entries refer to and what is never overwritten: rosters and settings."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table

from models.storage.base import metadata
from models.storage.types import JsonText, UtcDateTime

roster_versions = Table(
    "roster_versions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String(64), nullable=False),
    Column("content", JsonText, nullable=False),
    Column("imported_at", UtcDateTime, nullable=False),
    Column("file_name", String(300), nullable=False),
    Index("ix_roster_versions_imported_at", "imported_at"),
)

settings_snapshots = Table(
    "settings_snapshots",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("content", JsonText, nullable=False),
    Column("taken_at", UtcDateTime, nullable=False),
)
