"""Approved stops of service, power cuts, drills (暂停服务、停电、演练: 豁免)."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query

from api.auth.audit import note
from api.auth.guard import needs
from api.auth.rule import Audit
from api.deps import PartsDep, VisitorDep
from api.duty_changes import put_exemption, withdraw
from api.duty_forms import stop_stated
from api.duty_view import DutyView, view_of
from api.errors import missing
from api.paging import Key, page_of
from api.schemas.fields import Because
from api.schemas.leave import NewStop, StopFilter, StopOut, StopPage, WithdrawnOut
from models.domain.access import Permission
from models.domain.audit import Action
from models.domain.duty_rows import DutyKind, exemption_of
from models.domain.leave import EXEMPTION_NAMES, Exemption

router = APIRouter(tags=["stops"])


@router.get("/stops", dependencies=[needs(Permission.SEE_DUTY)], summary="Stops that stand")
def list_stops(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[StopFilter, Query()]
) -> StopPage:
    """Stops that hold for windows that the caller sees, by start."""
    with parts.make_uow(read_only=True) as uow:
        view = view_of(parts.settings, uow, visitor)
    found = [
        one
        for one in view.ruled.duty.exemptions
        if view.sees_stop(one)
        and wanted.hall_id in {"", one.hall_id}
        and wanted.window_id in {"", one.window_id}
    ]
    items, following = page_of(found, _key, wanted.after, wanted.limit)
    return StopPage(
        items=[_told(view, one) for one in items],
        total=len(found),
        next_after=following,
        limit=wanted.limit,
    )


@router.get("/stops/{stop_id}", dependencies=[needs(Permission.SEE_DUTY)], summary="One stop")
def one_stop(stop_id: str, parts: PartsDep, visitor: VisitorDep) -> StopOut:
    """A stop that stands."""
    with parts.make_uow(read_only=True) as uow:
        view = view_of(parts.settings, uow, visitor)
    found = next((one for one in view.ruled.duty.exemptions if one.id == stop_id), None)
    if found is None or not view.sees_stop(found):
        raise missing("豁免", "stop", stop_id)
    return _told(view, found)


@router.post(
    "/stops",
    dependencies=[needs(Permission.CHANGE_DUTY, audit=Audit.CHANGE)],
    summary="Register a stop",
    status_code=201,
)
def register(parts: PartsDep, visitor: VisitorDep, wanted: NewStop) -> StopOut:
    """Registers an approved stop of one hall or one window."""
    now = parts.clock.now()
    with parts.make_uow() as uow:
        view = view_of(parts.settings, uow, visitor)
        if wanted.hall_id:
            require_whole(view, wanted.hall_id)
        if wanted.window_id:
            view.window(wanted.window_id)
        stop = stop_stated(
            parts.settings,
            now,
            kind=wanted.kind,
            start=wanted.start,
            end=wanted.end,
            approver=wanted.approver,
            hall=wanted.hall_id,
            window=wanted.window_id,
            approved=wanted.approved_at,
            reason=wanted.reason,
        )
        kept = put_exemption(uow, stop, now, visitor.name)
        note(uow, visitor, Action.DUTY_CHANGED, f"stop:{kept.id}", now, kind=kept.kind.value)
        uow.commit()
    return _told(view, kept)


@router.post(
    "/stops/{stop_id}/withdraw",
    dependencies=[needs(Permission.CHANGE_DUTY, audit=Audit.CHANGE)],
    summary="Take a stop back",
)
def take_back(stop_id: str, parts: PartsDep, visitor: VisitorDep, wanted: Because) -> WithdrawnOut:
    """Takes a stop back, with a reason; what it was stays to be read."""
    now = parts.clock.now()
    with parts.make_uow() as uow:
        view = view_of(parts.settings, uow, visitor)
        row = uow.duty.get(DutyKind.EXEMPTION, stop_id)
        stop = exemption_of(row.content) if row else None
        if stop is None or not view.sees_stop(stop):
            raise missing("豁免", "stop", stop_id)
        if not stop.window_id:
            require_whole(view, stop.hall_id)
        taken = withdraw(
            uow, DutyKind.EXEMPTION, stop_id, now, by=visitor.name, reason=wanted.reason
        )
        note(uow, visitor, Action.DUTY_CHANGED, f"stop:{stop_id}", now, change="withdrawn")
        uow.commit()
    return WithdrawnOut(id=stop_id, withdrawn_at=taken.at, by=taken.by, reason=taken.reason)


def require_whole(view: DutyView, hall_id: str) -> None:
    """A hall, or all of them for none, that the caller's scope holds whole: what is changed for
    a hall is changed for every unit in it.

    Raises:
        NotThere: it does not.
    """
    if hall_id:
        view.hall(hall_id)
    scope = view.visitor.scope
    if scope.units is not None or (scope.halls is not None and hall_id not in scope.halls):
        raise missing("大厅", "hall", hall_id or "*")


def _key(one: Exemption) -> Key:
    return (one.start.astimezone(ZoneInfo("UTC")).isoformat(), one.id)


def _told(view: DutyView, one: Exemption) -> StopOut:
    zone = ZoneInfo(view.settings.time_zone)
    return StopOut(
        id=one.id,
        kind=one.kind.value,
        kind_name=EXEMPTION_NAMES[one.kind],
        start=one.start.astimezone(zone),
        end=one.end.astimezone(zone),
        hall_id=one.hall_id,
        window_id=one.window_id,
        approver=one.approver,
        approved_at=one.approved_at.astimezone(zone) if one.approved_at else None,
        reason=one.reason,
    )
