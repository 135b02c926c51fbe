"""Small builders for domain objects, with sensible defaults."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from models.domain.presence import Evidence, Look, Reason

NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Monday 2026-11-23, 09:00 in Shanghai."""


def at(seconds: float) -> datetime:
    """So many seconds after nine."""
    return NINE + timedelta(seconds=seconds)


def seen(seconds: float, score: float = 0.8, people: int = 1) -> Evidence:
    return Evidence(at(seconds), Look.LOOKED, people=people, score=score)


def empty(seconds: float) -> Evidence:
    return Evidence(at(seconds), Look.LOOKED)


def unchanged(seconds: float) -> Evidence:
    return Evidence(at(seconds), Look.UNCHANGED)


def unusable(seconds: float, reason: Reason = Reason.BLACK) -> Evidence:
    return Evidence(at(seconds), Look.UNUSABLE, reason=reason)
