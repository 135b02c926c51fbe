"""Jobs that run once a local day, whatever happens to the process, the clock and the zone.

A tick asks the process's one `Clock` (real or simulated) whether the day's moment has come, and
the record whether the day is settled. A job whose last transaction settles the day runs exactly
once; one that does not is settled afterwards, and may run again where the process ends between.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from models.domain.daily import Daily
from models.domain.ports import Clock, MakeUnitOfWork, UnitOfWork
from models.domain.ports_jobs import JobDay, Outcome

log = structlog.get_logger("onpost.schedule")

_TOLD_DAYS = 31


@dataclass
class Turn:
    """One day's run of a daily job.

    Attributes:
        day: The local day it is for.
        now: The moment, by the process's clock.
        after: The last day that was settled before, None for the first time: what came since
            is this run's business.
        make_uow: Makes transactions that the lease fences.
    """

    job_id: str
    day: date
    now: datetime
    after: date | None
    make_uow: MakeUnitOfWork
    settled: bool = field(default=False, init=False)

    def settle(self, uow: UnitOfWork, said: str = "") -> None:
        """Settle the day inside the job's last transaction: both are kept, or neither."""
        uow.jobs.settle(JobDay(self.job_id, self.day, Outcome.DONE, self.now, said))
        self.settled = True


class DailyWork:
    """The work of a tick of a daily job.

    Args:
        job_id: Its id in the timetable.
        daily: When it is due.
        do: The day's work; says in a few words what it did.
        make_uow: Makes transactions that the lease fences.
        clock: The process's clock.
        zone: Whose days.
    """

    def __init__(
        self,
        job_id: str,
        daily: Daily,
        do: Callable[[Turn], str],
        *,
        make_uow: MakeUnitOfWork,
        clock: Clock,
        zone: ZoneInfo,
    ) -> None:
        self._job_id = job_id
        self._daily = daily
        self._do = do
        self._make_uow = make_uow
        self._clock = clock
        self._zone = zone

    def __call__(self) -> str:
        """Run the day's work where its moment has come and the day is not settled."""
        now = self._clock.now()
        day = self._daily.newest_due(now, self._zone)
        with self._make_uow(read_only=True) as uow:
            last = uow.jobs.last_day(self._job_id)
        after = last.day if last else None
        if after is None and day < now.astimezone(self._zone).date():
            return ""  # nothing was there yet when that moment passed
        if after is not None and day <= after:
            return ""
        self._miss_before(day, after, now)
        if not self._daily.in_time(day, now, self._zone):
            return self._miss([day], now)
        turn = Turn(self._job_id, day, now, after, self._make_uow)
        said = self._do(turn)
        if not turn.settled:
            with self._make_uow() as uow:
                turn.settle(uow, said)
                uow.commit()
        return said

    def _miss_before(self, day: date, after: date | None, now: datetime) -> None:
        if after is None:
            return
        first = max(after + timedelta(days=1), day - timedelta(days=_TOLD_DAYS))
        between = [first + timedelta(days=n) for n in range((day - first).days)]
        if between:
            self._miss(between, now)

    def _miss(self, days: list[date], now: datetime) -> str:
        with self._make_uow() as uow:
            for day in days:
                uow.jobs.settle(JobDay(self._job_id, day, Outcome.MISSED, now))
            uow.commit()
        log.warning("days_missed", job=self._job_id, days=[day.isoformat() for day in days])
        return f"missed {len(days)}"
