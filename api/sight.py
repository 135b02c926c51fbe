"""What the web knows of the house at one moment; made by the board, read by every viewer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from models.domain.presence import Reason, State
from models.domain.records import FindingRecord, LiveAlert

TAKEN_WITHIN_S: Final = 30.0
"""Real seconds without a sign of life after which nobody schedules."""


@dataclass(frozen=True, slots=True)
class CameraSight:
    """A camera as last noted on the shelf. `frame_age_s` grows while no picture comes."""

    id: str
    name: str
    hall_id: str
    link: str
    reason: Reason | None
    taken_at: datetime | None
    frame_age_s: float | None
    thumbnail_etag: str
    windows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WindowSight:
    """A window's state; UNKNOWN once nobody noted it for more than twice the slowest period."""

    id: str
    name: str
    hall_id: str
    state: State
    reason: Reason
    since: datetime | None
    p: float
    open: bool
    cameras: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sight:
    """Everything at one moment.

    Attributes:
        at: The moment, by this process's clock.
        alerts: Standing alerts first, then cleared ones, newest first.
        findings: The newest findings, newest first.
        finding_counts: Findings by (kind, life state).
        watching: Whether the process that watches left word lately.
        watch_metrics: Its metrics, Prometheus' text.
        schedule_age_s: Real seconds since the schedule's lease last gave a sign of life, as seen
            from here; None while nobody holds it.
        record_fault: Why the database cannot be read, empty while it can.
        head_seq: The register's newest entry.
    """

    at: datetime
    cameras: Sequence[CameraSight] = ()
    windows: Sequence[WindowSight] = ()
    alerts: Sequence[LiveAlert] = ()
    findings: Sequence[FindingRecord] = ()
    finding_counts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    watching: bool = False
    watch_metrics: str = ""
    schedule_age_s: float | None = None
    record_fault: str = ""
    head_seq: int = 0

    @property
    def scheduling(self) -> bool:
        """Whether the schedule's lease is held by one that lives: takeovers come within 30 s."""
        return self.schedule_age_s is not None and self.schedule_age_s <= TAKEN_WITHIN_S
