"""Clock and record from the settings: what every process shares, and nothing of pictures."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from api.clock import RealClock, SimulatedClock
from api.settings import Settings
from api.settings.sections import ClockKind
from models.domain.errors import SettingsError
from models.domain.ports import Clock
from models.storage.evidence_places import EvidencePlace, open_evidence
from models.storage.record import Record, open_record


def make_clock(settings: Settings) -> Clock:
    """The clock that the settings choose.

    Raises:
        SettingsError: a simulated clock without a start.
    """
    chosen = settings.clock
    if chosen.kind is ClockKind.REAL:
        return RealClock()
    if chosen.start is None:
        raise SettingsError(
            "模拟时钟须给出 start(开始时间)。",
            "a simulated clock needs `start`.",
            where="clock.start",
        )
    start = chosen.start
    if start.tzinfo is None:
        start = start.replace(tzinfo=ZoneInfo(settings.time_zone))
    return SimulatedClock(start, chosen.speed, chosen.anchored_at)


def make_record(settings: Settings) -> Record:
    """The record: database, evidence, signed heads. Close it at the end.

    Raises:
        StorageError: the database or a folder cannot be used.
    """
    url = "" if settings.database is None else settings.database_url
    return evidence_in(settings, open_record(settings.data_path, url))


def make_evidence(settings: Settings) -> EvidencePlace:
    """Where pictures of evidence are kept; a folder is made with the first of them.

    Raises:
        StorageError: what a bucket needs is not installed.
    """
    return open_evidence(settings.evidence_place)


def evidence_in(settings: Settings, record: Record) -> Record:
    """A record that was opened without the settings' place of evidence, with it."""
    return replace(record, evidence=make_evidence(settings))
