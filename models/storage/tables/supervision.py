"""Tables of the electronic supervision: cases, cards, numbers, papers, files."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text, UniqueConstraint

from models.storage.base import metadata
from models.storage.types import JsonText, UtcDateTime

cases = Table(
    "cases",
    metadata,
    Column("project_no", String(100), primary_key=True),
    Column("unit_id", String(100), nullable=False),
    Column("accepted_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("content", JsonText, nullable=False),
    Column("written_at", UtcDateTime, nullable=False),
    Index("ix_cases_accepted_at", "accepted_at"),
    Index("ix_cases_ended_at", "ended_at"),
    Index("ix_cases_unit_id", "unit_id"),
)

case_cards = Table(
    "case_cards",
    metadata,
    Column("project_no", String(100), primary_key=True),
    Column("card", String(20), primary_key=True),
    Column("due_at", UtcDateTime, nullable=False),
    Column("raised_at", UtcDateTime, nullable=False),
    Column("taken_back_at", UtcDateTime),
    Column("reason", Text, nullable=False),
    Index("ix_case_cards_due_at", "due_at"),
)

paper_numbers = Table(
    "paper_numbers",
    metadata,
    Column("series", String(60), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)

papers = Table(
    "papers",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("key", String(200), nullable=False),
    Column("version", Integer, nullable=False),
    Column("unit_id", String(100), nullable=False),
    Column("state", String(40), nullable=False),
    Column("content", JsonText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(100), nullable=False),
    UniqueConstraint("kind", "key", "version"),
    Index("ix_papers_kind_unit_id", "kind", "unit_id"),
)

paper_files = Table(
    "paper_files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("paper", String(200), nullable=False),
    Column("name", String(200), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("path", String(200), nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("variant", String(40), nullable=False),
    Column("unit_id", String(100), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("paper", "name", "sha256"),
)
