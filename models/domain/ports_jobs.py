"""What the record keeps: the lease of the scheduling process, and what its jobs did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from models.domain.lease import SCHEDULE, Lease


class Outcome(StrEnum):
    """How a run ended: done (完成), failed (失败), missed (错过)."""

    DONE = "done"
    FAILED = "failed"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as stored: its ticks in the machine's time, and its last run.

    Attributes:
        every_s: Real seconds between ticks.
        next_at: The next tick.
        outcome: How the last run ended, None before the first.
        said: What the last run said of itself, a few words; never a moment to come.
        runs: How often it ran.
        failures: How often it failed.
        skipped: Ticks left out because the run before still lasted, or that came too late.
    """

    id: str
    every_s: float
    next_at: datetime
    started_at: datetime | None = None
    took_s: float | None = None
    outcome: Outcome | None = None
    said: str = ""
    runs: int = 0
    failures: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class JobDay:
    """A daily job's local day that is settled: it ran, or it was missed for good."""

    job_id: str
    day: date
    outcome: Outcome
    at: datetime
    said: str = ""


class JobBook(Protocol):
    """Leases, the scheduling process's where none is named, and what its jobs did."""

    def lease(self, name: str = SCHEDULE) -> Lease | None:
        """A lease as it stands, None where nobody ever held it."""
        ...

    def take(self, holder: str, seen: Lease | None, at: datetime, name: str = SCHEDULE) -> Lease:
        """Take the lease that was seen; its epoch grows by one.

        Raises:
            LeaseLost: it is not as it was seen any more.
        """
        ...

    def beat(self, epoch: int, at: datetime) -> None:
        """A sign of life.

        Raises:
            LeaseLost: the epoch is over.
        """
        ...

    def hold(self, epochs: Mapping[str, int]) -> None:
        """Make sure that leases are held until this transaction ends: taking one waits.

        Args:
            epochs: The epoch of each lease, by name.

        Raises:
            LeaseLost: the epoch of one is over.
        """
        ...

    def give_back(self, epoch: int, at: datetime) -> None:
        """Anybody may take it at once.

        Raises:
            LeaseLost: the epoch is over.
        """
        ...

    def jobs(self) -> list[JobRow]:
        """All stored jobs, by id."""
        ...

    def save(self, rows: Iterable[JobRow]) -> None:
        """Write jobs, new or known."""
        ...

    def remove(self, job_id: str) -> None:
        """The timetable has this job no more; its settled days stay."""
        ...

    def settle(self, day: JobDay) -> None:
        """Note that a daily job's day is settled.

        Raises:
            StorageError: it was settled before.
        """
        ...

    def last_day(self, job_id: str) -> JobDay | None:
        """The newest settled day of a daily job."""
        ...
