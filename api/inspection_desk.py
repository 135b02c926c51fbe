"""Spot checks for people: plans that may be told, verification, nonces; one place for pages,
API and commands, so that none of them tells more than another."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from api.inspection_plans import SettingsPlans
from models.domain.commitment import DayPlan
from models.domain.errors import InputError, NotYet
from models.domain.inspection import KIND_NAMES, STATE_NAMES, Check, CheckQuery, CheckResult
from models.domain.inspection_plan import Planned, plan_of
from models.domain.inspection_record import (
    CHANGED,
    COMMITTED,
    NONCE,
    REVEALED,
    day_key,
    ended_key,
    refuse_early,
    reveal_day,
)
from models.domain.inspection_verify import Published, Verdict, verify_day
from models.domain.ports import UnitOfWork
from models.domain.ports_checks import PlanSecret
from models.domain.register import Entry

_PAGE = 1000


def committed_day(uow: UnitOfWork, day: date) -> DayPlan:
    """The day's commitment, which everybody may read.

    Raises:
        InputError: it has none.
    """
    plan = uow.checks.day(day)
    if plan is None:
        raise InputError(
            f"{day} 尚未公布抽查计划的承诺(休息日不公布)。",
            f"no plan of {day} is committed (days of rest have none).",
            where=str(day),
        )
    return plan


def told_plan(uow: UnitOfWork, plans: SettingsPlans, day: date, now: datetime) -> list[Planned]:
    """The plan of a day that is over and revealed.

    Raises:
        NotYet: it is not revealed; whoever asks.
        InputError: nothing was planned on that day.
    """
    plan = uow.checks.day(day)
    if plan is None and day >= plans.today(now):
        inputs = plans.inputs(uow, day)
        closes = inputs.closes_at.isoformat() if inputs.closes_at else f"{day} 24:00"
        raise NotYet(
            f"{day} 的抽查计划在 {closes} 之后才公开,任何人不得提前查看。",
            f"the plan of {day} is told after {closes}, to nobody before.",
            where=str(day),
        )
    plan = committed_day(uow, day)
    refuse_early(plan, now)
    if not plan.seed:
        raise NotYet(
            f"{day} 的种子尚未公开,待当日抽查全部结束后公开。",
            f"the seed of {day} is not revealed yet; it is when all checks of the day have ended.",
            where=str(day),
        )
    return plan_of(plan.plan_inputs, bytes.fromhex(plan.seed), plan.nonce)


def reveal(uow: UnitOfWork, day: date, secret: PlanSecret, now: datetime) -> DayPlan:
    """Reveal a day by hand; what the process that schedules does by itself.

    Raises:
        NotYet: the day is not over, or checks are still to be written or to end.
        InputError: the day is not committed, or its key is another one.
    """
    plan = committed_day(uow, day)
    refuse_early(plan, now)
    if plan.key_id != secret.key_id:
        raise InputError(
            f"{day} 用的是密钥 {plan.key_id},现有密钥为 {secret.key_id}。请从备份恢复。",
            f"{day} was committed with key {plan.key_id}, here is {secret.key_id}; restore it.",
            where="keys/plan.key",
        )
    planned = plan_of(plan.plan_inputs, secret.seed(day), plan.nonce)
    left = {one.key for one in planned} - uow.checks.written(day)
    if plan.nonce and left:
        raise NotYet(
            f"{day} 还有 {len(left)} 次抽查没有记录,请先运行 onpost schedule。",
            f"{len(left)} check(s) of {day} were not written; run onpost schedule first.",
            where=str(day),
        )
    return reveal_day(uow, day, secret, len(planned), now)


def verified(uow: UnitOfWork, day: date) -> Verdict:
    """A day held against itself.

    Raises:
        NotYet: it is not revealed.
        InputError: it is not committed.
    """
    plan = committed_day(uow, day)
    checks = _checks(uow, day)
    published = Published(
        uow.register.by_key(day_key(COMMITTED, day)),
        uow.register.by_key(day_key(NONCE, day)),
        uow.register.by_key(day_key(REVEALED, day)),
        _changes(uow, plan),
        {one.key: uow.register.by_key(ended_key(one)) for one in checks},
    )
    return verify_day(plan, published, checks, uow.checks.tallies([one.id for one in checks]))


def _changes(uow: UnitOfWork, plan: DayPlan) -> list[Entry]:
    found = uow.register.find(kind=CHANGED, since=plan.committed_at, until=plan.revealed_at)
    return [one for one in found if one.payload.get("day") == plan.day.isoformat()]


def _checks(uow: UnitOfWork, day: date) -> list[Check]:
    query, after = CheckQuery(day=day.isoformat()), 0
    found: list[Check] = []
    while page := uow.checks.find(query, after_id=after, limit=_PAGE):
        found += page
        after = page[-1].id
    return found


def check_json(check: Check, tally: dict[str, int]) -> dict[str, Any]:
    """A check as commands and pages print it."""
    return {
        "id": check.id,
        "plan": check.plan,
        "hall": check.hall_id,
        "number": check.number,
        "kind": check.kind.value,
        "kind_zh": KIND_NAMES[check.kind],
        "state": check.state.value,
        "state_zh": STATE_NAMES[check.state],
        "due_at": check.due_at.isoformat(),
        "started_at": None if check.started_at is None else check.started_at.isoformat(),
        "ended_at": None if check.ended_at is None else check.ended_at.isoformat(),
        "late_s": check.late_s,
        "reason": check.reason,
        "by": check.by,
        "counted": check.counted,
        "results": tally,
        "details": dict(check.details),
    }


def result_json(result: CheckResult) -> dict[str, Any]:
    """One window's result as commands and pages print it."""
    return {
        "window": result.window_id,
        "unit": result.unit_id,
        "result": "pending" if result.result is None else result.result.value,
        "reason": result.reason,
        "looked_at": None if result.looked_at is None else result.looked_at.isoformat(),
        "settled_at": None if result.settled_at is None else result.settled_at.isoformat(),
        "evidence": list(result.evidence),
        "finding": result.finding_key,
    }
