"""The jobs of the scheduling process that run once a local day."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from api.inspection_plans import SettingsPlans
from api.retention import retention_of
from api.settings import Settings
from models.domain.ports import Clock, MakeUnitOfWork
from models.storage.evidence_places import EvidencePlace
from scheduler.clockwork import Work
from scheduler.daily_work import DailyWork, Turn
from scheduler.jobs.digest import DailyDigest
from scheduler.timetable import DIGEST, RETENTION, TIMETABLE


def daily_work(
    settings: Settings,
    plans: SettingsPlans,
    files: EvidencePlace,
    make_uow: MakeUnitOfWork,
    clock: Clock,
) -> dict[str, Work]:
    """What each daily job of the timetable does."""
    zone = ZoneInfo(settings.time_zone)
    digest = DailyDigest(lambda uow, day: plans.calendar(uow).is_workday(day), zone)
    work: dict[str, Callable[[Turn], str]] = {
        DIGEST: digest,
        RETENTION: retention_of(settings, files),
    }
    return {
        job.id: DailyWork(
            job.id, job.daily, work[job.id], make_uow=make_uow, clock=clock, zone=zone
        )
        for job in TIMETABLE
        if job.daily is not None and job.id in work
    }
