"""The job that drafts circulars."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from api.auth.audit import Actor
from api.settings import Settings
from models.domain.ports import Clock, MakeUnitOfWork
from scheduler.clockwork import Work
from scheduler.daily_work import DailyWork
from scheduler.jobs.circulars import CircularDrafts
from scheduler.timetable import CIRCULARS, daily_of

SCHEDULE = Actor("schedule")
"""Who drafts by itself; any approver may sign."""


def circular_work(settings: Settings, make_uow: MakeUnitOfWork, clock: Clock) -> dict[str, Work]:
    """What the job of the timetable about circulars does."""

    def drafted(period: str) -> str:
        from api.reports.circulars import draft  # noqa: PLC0415  typesetting; once a month
        from api.reports.desk import desk_of  # noqa: PLC0415

        return draft(desk_of(settings, make_uow, clock), period, SCHEDULE).key

    work = DailyWork(
        CIRCULARS,
        daily_of(CIRCULARS),
        CircularDrafts(drafted),
        make_uow=make_uow,
        clock=clock,
        zone=ZoneInfo(settings.time_zone),
    )
    return {CIRCULARS: work}
