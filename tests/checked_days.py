"""Days of spot checks in a record: committed, carried out with everybody there, revealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from api.inspection_plans import SettingsPlans
from api.plan_keys import PLAN_KEY, PlanKey, plan_key
from api.settings import Settings
from models.domain.check_result import Result
from models.domain.commitment import DayPlan
from models.domain.inspection import Check, CheckResult
from models.domain.inspection_plan import Due, Planned, plan_of
from models.domain.inspection_record import commit_day, give_nonce, reveal_day, settle, write_due
from models.domain.ports import UnitOfWork
from models.storage.files import write_new
from models.storage.record import Record

SHANGHAI = ZoneInfo("Asia/Shanghai")
FRIDAY = date(2026, 11, 20)
MONDAY = date(2026, 11, 23)
TUESDAY = date(2026, 11, 24)
NONCE = "3 1 6 6 2 5 4 4"


def at(clock: str, day: date = MONDAY) -> datetime:
    """`09:10` on a day, in the halls."""
    return datetime.combine(day, time.fromisoformat(clock), SHANGHAI)


def key_of(settings: Settings) -> PlanKey:
    """The master key, the same in every test."""
    file = Path(settings.data_path) / PLAN_KEY
    if not file.exists():
        write_new(file, ("5a" * 32).encode(), mode=0o600)
    return plan_key(settings, create=False)


def committed(record: Record, settings: Settings, day: date, *, nonce: str = "") -> DayPlan:
    """A day that is committed two hours before its opening, with a nonce where one is given."""
    plans, key = SettingsPlans(settings), key_of(settings)
    with record.make_uow() as uow:
        plan = commit_day(uow, plans.inputs(uow, day), key, at("06:30", day))
        assert plan is not None
        if nonce:
            plan = give_nonce(uow, day, nonce, "ji.jian", at("08:00", day))
        uow.commit()
    return plan


def planned(settings: Settings, plan: DayPlan) -> list[Planned]:
    """The plan of a committed day with a nonce, worked out with the key."""
    return plan_of(plan.plan_inputs, key_of(settings).seed(plan.day), plan.nonce)


def carried_out(
    record: Record, settings: Settings, plan: DayPlan, until: datetime | None = None
) -> list[Planned]:
    """Make the day's checks, those until a moment; gives those that were made."""
    windows = SettingsPlans(settings).windows
    done = [one for one in planned(settings, plan) if until is None or one.due_at <= until]
    with record.make_uow() as uow:
        for one in done:
            _made(uow, one, windows(one.hall_id))
        uow.commit()
    return done


def _made(uow: UnitOfWork, one: Planned, windows: Mapping[str, str]) -> None:
    """Written two seconds late, and everybody is seen within a minute."""
    soon = one.due_at + timedelta(seconds=2)
    check, _ = write_due(uow, Due(one, 2.0), windows, soon)
    found(uow, check, windows, Result.ON_POST, soon + timedelta(seconds=60))


def found(
    uow: UnitOfWork, check: Check, windows: Mapping[str, str], result: Result, now: datetime
) -> Check:
    """End a check with one result at every window (id → unit)."""
    epoch = uow.checks.claim(check.id, "test", now, epoch=check.epoch)
    assert epoch is not None
    uow.checks.look(check.id, epoch, now)
    results = [
        CheckResult(window, unit, result, "seen", looked_at=now, settled_at=now)
        for window, unit in windows.items()
    ]
    uow.checks.save_results(check.id, epoch, results, now)
    return settle(uow, check.id, epoch, now)[0]


def revealed(record: Record, settings: Settings, day: date = FRIDAY) -> DayPlan:
    """A day that is over, carried out and revealed."""
    plan = committed(record, settings, day, nonce=NONCE)
    many = len(carried_out(record, settings, plan))
    with record.make_uow() as uow:
        plan = reveal_day(uow, day, key_of(settings), many, at("18:00", day))
        uow.commit()
    return plan
