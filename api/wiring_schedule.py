"""The composition root of the scheduling process: which work each job of the timetable does.

To add a job: a line in `scheduler/timetable.py`, its work in `scheduler/jobs/`, and a line in
`_work` here. Every job is given transactions that the lease fences, and no others.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.clock import RealClock
from api.inspection_plans import SettingsPlans, patience_of, tick_rules
from api.plan_keys import PlanKey, draw_nonce, plan_key
from api.settings import Settings
from api.wiring_cases import case_work
from api.wiring_circulars import circular_work
from api.wiring_daily import daily_work
from api.wiring_notify import make_postman
from api.wiring_record import make_clock, make_record
from models.domain.inspection_tick import Planner
from models.domain.ports import Clock, MakeUnitOfWork
from models.domain.ports_jobs import JobRow
from models.storage.record import Record
from scheduler.clockwork import Clockwork, Work
from scheduler.jobs.checks import CheckSweep, CheckTick
from scheduler.jobs.post import Post
from scheduler.timetable import CHECKS, CHECKS_SWEEP, POST, TIMETABLE, chosen

FASTEST_PACE: Final = 20.0


@dataclass(frozen=True, slots=True)
class ScheduleParts:
    """What the scheduling process is made of."""

    settings: Settings
    clock: Clock
    record: Record
    plans: SettingsPlans
    key: PlanKey

    def clockwork(self, epoch: int, stored: Sequence[JobRow]) -> Clockwork:
        """The jobs of one epoch of the lease.

        Args:
            epoch: The epoch that is held; every write of a job checks it.
            stored: Jobs as the record has them.
        """
        work = self._work(self.record.make_uow.fenced(epoch))
        return Clockwork(
            chosen(TIMETABLE, work),
            work,
            stored,
            now=RealClock().now,
            pace=pace_of(self.settings),
        )

    def _work(self, make_uow: MakeUnitOfWork) -> Mapping[str, Work]:
        given = self.settings, make_uow, self.clock
        daily = daily_work(self.settings, self.plans, self.record.evidence, make_uow, self.clock)
        return {
            **self._checks_and_post(make_uow),
            **case_work(*given),
            **circular_work(*given),
            **daily,
        }

    def _checks_and_post(self, make_uow: MakeUnitOfWork) -> dict[str, Work]:
        rules = tick_rules(self.settings)
        postman = make_postman(self.settings, make_uow)
        planner = Planner(self.plans, self.key, rules, draw_nonce)
        return {
            CHECKS: CheckTick(planner, make_uow, self.clock),
            CHECKS_SWEEP: CheckSweep(
                self.plans.windows,
                make_uow,
                self.clock,
                time.monotonic,
                patience_of(self.settings),
            ),
            POST: Post(postman.round, RealClock().now),
        }

    def close(self) -> None:
        """Release the record."""
        self.record.close()


def schedule_parts(settings: Settings) -> ScheduleParts:
    """Open everything that scheduling needs.

    Raises:
        OnPostError: whatever is missing or wrong; nothing was written.
    """
    clock = make_clock(settings)
    record = make_record(settings)
    try:
        with record.make_uow(read_only=True) as uow:
            begun = uow.checks.first_day() is not None
        key = plan_key(settings, create=not begun)
    except BaseException:
        record.close()
        raise
    return ScheduleParts(settings, clock, record, SettingsPlans(settings), key)


def pace_of(settings: Settings) -> float:
    """How much more often ticks come: as set, else as fast as the clock runs, within reason."""
    if settings.schedule.pace is not None:
        return settings.schedule.pace
    return min(max(1.0, settings.clock.speed), FASTEST_PACE)
