"""Tables of the scheduling process: its lease, its jobs, the settled days of daily jobs."""

from __future__ import annotations

from sqlalchemy import Column, Date, Float, Integer, String, Table, UniqueConstraint

from models.storage.base import metadata
from models.storage.types import UtcDateTime

leases = Table(
    "leases",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("holder", String(200), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("beat", Integer, nullable=False),
    Column("beat_at", UtcDateTime, nullable=False),
    UniqueConstraint("name", "epoch"),  # so that PostgreSQL tells a taking from a beat
)

schedule_jobs = Table(
    "schedule_jobs",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("every_s", Float, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("took_s", Float),
    Column("outcome", String(20)),
    Column("said", String(200), nullable=False),
    Column("runs", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("skipped", Integer, nullable=False),
)

schedule_days = Table(
    "schedule_days",
    metadata,
    Column("job_id", String(60), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("outcome", String(20), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("said", String(200), nullable=False),
)
