"""一键查岗 (roll-call): check halls now, and follow how far it has come. It is of whole halls:
accounts of some units see its checks, not itself."""

from __future__ import annotations

from fastapi import APIRouter

from api.auth.audit import note
from api.auth.guard import needs
from api.auth.rule import Audit
from api.auth.visitor import Visitor
from api.deps import PartsDep, VisitorDep
from api.duty_view import view_of
from api.errors import missing
from api.roll_call import Progress, progress, start
from api.schemas.check import HallCalledOut, NewRollCall, RollCallOut
from api.settings.domain import windows_of
from api.wiring import WebParts
from models.domain.access import Permission
from models.domain.audit import Action
from models.domain.inspection import CheckKind, CheckQuery
from models.domain.ports import UnitOfWork

router = APIRouter(tags=["checks"])


@router.post(
    "/rollcalls",
    dependencies=[needs(Permission.CALL_ROLL, audit=Audit.CHANGE)],
    summary="Check halls now",
    status_code=201,
)
def call(parts: PartsDep, visitor: VisitorDep, wanted: NewRollCall) -> RollCallOut:
    """Checks the named halls, or all that are open, at once. Where a hall is closed a reason is
    needed, and its check counts in no rate."""
    now = parts.clock.now()
    with parts.make_uow() as uow:
        view = view_of(parts.settings, uow, visitor)
        own = [one for one in view.desk.halls if visitor.sees(one, "")]
        for name in wanted.hall_ids or ():
            if name not in own:
                raise missing("大厅", "hall", name)
        plan = start(
            uow,
            view.desk,
            wanted.hall_ids,
            by=visitor.name,
            reason=wanted.reason,
            now=now,
            within=own,
        )
        told = _progress(parts, uow, visitor, plan)
        halls = [one.hall_id for one in told.halls]
        note(uow, visitor, Action.CHECK_CHANGED, f"rollcall:{plan}", now, halls=halls)
        uow.commit()
    return told


@router.get(
    "/rollcalls/{plan}", dependencies=[needs(Permission.SEE_CHECKS)], summary="How far it has come"
)
def one_roll_call(plan: str, parts: PartsDep, visitor: VisitorDep) -> RollCallOut:
    """How far a roll-call has come, by hall."""
    with parts.make_uow(read_only=True) as uow:
        return _progress(parts, uow, visitor, plan)


def _progress(parts: WebParts, uow: UnitOfWork, visitor: Visitor, plan: str) -> RollCallOut:
    halls = visitor.scope.halls
    asked = CheckQuery(plan=plan, kind=CheckKind.ROLL_CALL.value, halls=halls)
    if visitor.scope.units is not None or not uow.checks.count(asked):
        raise missing("查岗任务", "roll-call", plan)
    return _told(parts, progress(uow, plan, windows_of(parts.settings).values(), halls))


def _told(parts: WebParts, found: Progress) -> RollCallOut:
    return RollCallOut(
        plan=found.plan,
        windows=found.windows,
        told=found.told,
        certain=found.certain,
        ended=found.ended,
        first_looked=found.first_looked,
        over=found.over,
        results=found.results,
        halls=[
            HallCalledOut(
                hall_id=one.hall_id,
                hall=parts.teller.hall_name(one.hall_id),
                check_id=one.check_id,
                state=one.state.value,
                windows=one.windows,
                told=one.told,
                certain=one.certain,
                results=dict(one.results),
            )
            for one in found.halls
        ],
    )
