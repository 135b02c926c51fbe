"""Plans of spot checks (抽查计划): the commitment, the nonce, the reveal, the proof. Before its
reveal no plan is told to anybody, administrators included."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter

from api.auth.audit import note
from api.auth.guard import needs
from api.auth.rule import Audit
from api.deps import PartsDep, VisitorDep
from api.errors import missing
from api.inspection_desk import told_plan, verified
from api.inspection_plans import SettingsPlans
from api.schemas.fields import Day
from api.schemas.plan import (
    DifferenceOut,
    NewNonce,
    PlanChecksOut,
    PlannedOut,
    PlanOut,
    PlanVerdictOut,
    RemarkOut,
)
from api.wiring import WebParts
from models.domain.access import Permission
from models.domain.audit import Action
from models.domain.commitment import DayPlan, inputs_hash
from models.domain.inspection_record import give_nonce
from models.domain.ports import UnitOfWork

router = APIRouter(tags=["plans"])
SEE = needs(Permission.VERIFY_CHECKS)


@router.get("/plans/{day}", dependencies=[SEE], summary="A day's commitment")
def one_plan(day: Day, parts: PartsDep) -> PlanOut:
    """The commitment of a day, its nonce, and seed and inputs once they are revealed."""
    with parts.make_uow(read_only=True) as uow:
        return _told(parts, _committed(uow, day))


@router.get("/plans/{day}/checks", dependencies=[SEE], summary="The plan, after its reveal")
def plan_checks(day: Day, parts: PartsDep, visitor: VisitorDep) -> PlanChecksOut:
    """What the day's plan asked for in the caller's halls. Before the day is over and revealed
    this is a 403, whoever asks."""
    now = parts.clock.now()
    with parts.make_uow(read_only=True) as uow:
        plans = SettingsPlans(parts.settings)
        if day < plans.today(now):
            _committed(uow, day)
        found = told_plan(uow, plans, day, now)
    return PlanChecksOut(
        day=day,
        checks=[
            PlannedOut(
                plan=one.plan,
                hall_id=one.hall_id,
                hall=parts.teller.hall_name(one.hall_id),
                number=one.number,
                kind=one.kind.value,
                due_at=one.due_at.astimezone(parts.teller.zone(one.hall_id)),
            )
            for one in found
            if visitor.sees(one.hall_id, "")
        ],
    )


@router.post(
    "/plans/{day}/nonce",
    dependencies=[needs(Permission.GIVE_NONCE, audit=Audit.CHANGE)],
    summary="Give a nonce",
)
def nonce(day: Day, parts: PartsDep, visitor: VisitorDep, wanted: NewNonce) -> PlanOut:
    """Mixes a nonce into a committed day, once and before its first opening, by somebody of the
    discipline inspection (纪检) in person."""
    now = parts.clock.now()
    with parts.make_uow() as uow:
        _committed(uow, day)
        plan = give_nonce(uow, day, wanted.nonce, visitor.name, now)
        note(uow, visitor, Action.CHECK_CHANGED, f"plan:{day}", now, change="nonce")
        uow.commit()
    return _told(parts, plan)


@router.get(
    "/plans/{day}/verify",
    dependencies=[needs(Permission.VERIFY_CHECKS, audit=Audit.EACH)],
    summary="Was the day drawn and carried out as committed?",
)
def verify(day: Day, parts: PartsDep) -> PlanVerdictOut:
    """Computes commitment and plan of a revealed day again, and holds them against the register
    and the checks that were made. Before the reveal a 403."""
    with parts.make_uow(read_only=True) as uow:
        _committed(uow, day)
        verdict = verified(uow, day)
    return PlanVerdictOut(
        day=day,
        verifies=verdict.good,
        planned=len(verdict.planned),
        differences=[
            DifferenceOut(what=one.what.value, zh=one.zh, en=one.en) for one in verdict.differences
        ],
        notes=[RemarkOut(zh=zh, en=en) for zh, en in verdict.notes],
    )


def _committed(uow: UnitOfWork, day: date) -> DayPlan:
    plan = uow.checks.day(day)
    if plan is None:
        raise missing("抽查计划", "plan", str(day))
    return plan


def _told(parts: WebParts, plan: DayPlan) -> PlanOut:
    local = parts.teller.local
    return PlanOut(
        day=plan.day,
        commitment=plan.commitment,
        inputs_sha256=inputs_hash(plan.inputs),
        key_id=plan.key_id,
        committed_at=local(plan.committed_at),
        late=plan.late,
        opens_at=local(plan.opens_at),
        closes_at=local(plan.closes_at),
        nonce=plan.nonce,
        nonce_by=plan.nonce_by,
        nonce_at=local(plan.nonce_at) if plan.nonce_at else None,
        revealed=bool(plan.seed),
        revealed_at=local(plan.revealed_at) if plan.revealed_at else None,
        seed=plan.seed,
        inputs=plan.inputs if plan.seed else "",
    )
