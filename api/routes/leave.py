"""Leave and out notices (请假、外出登记). A unit's liaison registers them for the unit's people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query

from api.auth.audit import note
from api.auth.guard import needs
from api.auth.rule import Audit
from api.deps import PartsDep, VisitorDep
from api.duty_changes import back_early, put_notices, withdraw
from api.duty_doors import month_bounds, month_of
from api.duty_forms import notice_stated
from api.duty_view import DutyView, view_of
from api.errors import missing
from api.imports import imported
from api.paging import Key, page_of
from api.schemas.fields import Because, ChangeOut
from api.schemas.leave import (
    Back,
    LeaveDetail,
    LeaveFilter,
    LeaveOut,
    LeavePage,
    NewLeave,
    WithdrawnOut,
)
from api.schemas.roster import ImportFields, ImportOut
from api.uploads import Upload, form_of, spreadsheets
from models.domain.access import Permission
from models.domain.audit import Action
from models.domain.duty_rows import DutyKind, DutyRow, notice_of
from models.domain.leave import NOTICE_NAMES, Notice
from models.domain.ports import UnitOfWork

router = APIRouter(tags=["leave"])


@router.get("/leave", dependencies=[needs(Permission.SEE_DUTY)], summary="Notices that stand")
def list_leave(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[LeaveFilter, Query()]
) -> LeavePage:
    """Leave and out notices of the people that the caller sees, by start."""
    with parts.make_uow(read_only=True) as uow:
        view = view_of(parts.settings, uow, visitor)
    found = [one for one in view.ruled.duty.all_notices if view.sees_person(one.person_id)]
    if wanted.month:
        start, end = month_bounds(month_of(wanted.month, "month"), parts.settings)
        found = [one for one in found if one.start < end and one.end > start]
    if wanted.person_id:
        found = [one for one in found if one.person_id == wanted.person_id]
    if wanted.unit_id:
        found = [one for one in found if view.unit_of(one.person_id) == wanted.unit_id]
    items, following = page_of(found, _key, wanted.after, wanted.limit)
    return LeavePage(
        items=[_told(view, one) for one in items],
        total=len(found),
        next_after=following,
        limit=wanted.limit,
    )


@router.get("/leave/{notice_id}", dependencies=[needs(Permission.SEE_DUTY)], summary="One notice")
def one_notice(notice_id: str, parts: PartsDep, visitor: VisitorDep) -> LeaveDetail:
    """A notice with every change of it, withdrawn ones too."""
    with parts.make_uow(read_only=True) as uow:
        view = view_of(parts.settings, uow, visitor)
        rows = list(uow.duty.history(DutyKind.NOTICE, notice_id))
        one, standing = _found(view, rows, notice_id)
    history = [
        ChangeOut(
            number=row.number, at=row.at, by=row.by, reason=row.reason, withdrawn=row.withdrawn
        )
        for row in rows
    ]
    return LeaveDetail(**_told(view, one).model_dump(), standing=standing, history=history)


@router.post(
    "/leave",
    dependencies=[needs(Permission.REGISTER_LEAVE, audit=Audit.CHANGE)],
    summary="Register a notice",
    status_code=201,
)
def register(parts: PartsDep, visitor: VisitorDep, wanted: NewLeave) -> LeaveOut:
    """Registers a notice; it counts from now. The same person, kind and start correct the one
    that stands."""
    now = parts.clock.now()
    with parts.make_uow() as uow:
        view = view_of(parts.settings, uow, visitor)
        kept = notice_stated(
            view.narrowed(),
            now,
            person=wanted.person,
            kind=wanted.kind,
            start=wanted.start,
            end=wanted.end,
            cover=wanted.cover,
            approver=wanted.approver,
            approved=wanted.approved_at,
        )
        if not view.sees_person(kept.person_id):
            raise missing("人员", "person", wanted.person)
        put_notices(uow, [kept], now, visitor.name)
        note(uow, visitor, Action.DUTY_CHANGED, f"leave:{kept.id}", now, kind=kept.kind.value)
        uow.commit()
    return _told(view, kept)


@router.post(
    "/leave/import",
    dependencies=[needs(Permission.REGISTER_LEAVE, audit=Audit.CHANGE)],
    summary="Import a leave book",
    openapi_extra=form_of("file", ImportFields, needed=True),
)
def import_book(
    parts: PartsDep, visitor: VisitorDep, upload: Annotated[Upload, spreadsheets()]
) -> ImportOut:
    """Imports leave books (请假、外出台账, layout E), all of it or nothing."""
    return imported(parts, visitor, upload.contents(), upload.read(ImportFields))


@router.post(
    "/leave/{notice_id}/back",
    dependencies=[needs(Permission.REGISTER_LEAVE, audit=Audit.CHANGE)],
    summary="Back before the end",
)
def back(notice_id: str, parts: PartsDep, visitor: VisitorDep, wanted: Back) -> LeaveOut:
    """The person is back before the end (销假)."""
    now = parts.clock.now()
    with parts.make_uow() as uow:
        view = view_of(parts.settings, uow, visitor)
        _standing(view, uow, notice_id)
        back_early(uow, notice_id, wanted.at or now, now, visitor.name)
        row = uow.duty.get(DutyKind.NOTICE, notice_id)
        note(uow, visitor, Action.DUTY_CHANGED, f"leave:{notice_id}", now, change="back")
        uow.commit()
    if row is None:
        raise missing("请假", "notice", notice_id)
    return _told(view, notice_of(row.content))


@router.post(
    "/leave/{notice_id}/withdraw",
    dependencies=[needs(Permission.REGISTER_LEAVE, audit=Audit.CHANGE)],
    summary="Take a notice back",
)
def take_back(
    notice_id: str, parts: PartsDep, visitor: VisitorDep, wanted: Because
) -> WithdrawnOut:
    """Takes a notice back, with a reason; what it was stays to be read."""
    now = parts.clock.now()
    with parts.make_uow() as uow:
        view = view_of(parts.settings, uow, visitor)
        _standing(view, uow, notice_id)
        row = withdraw(uow, DutyKind.NOTICE, notice_id, now, by=visitor.name, reason=wanted.reason)
        note(uow, visitor, Action.DUTY_CHANGED, f"leave:{notice_id}", now, change="withdrawn")
        uow.commit()
    return WithdrawnOut(id=notice_id, withdrawn_at=row.at, by=row.by, reason=row.reason)


def _standing(view: DutyView, uow: UnitOfWork, notice_id: str) -> None:
    """A notice that stands and is of somebody whom the caller sees."""
    row = uow.duty.get(DutyKind.NOTICE, notice_id)
    if row is None or not view.sees_person(notice_of(row.content).person_id):
        raise missing("请假", "notice", notice_id)


def _found(view: DutyView, rows: list[DutyRow], notice_id: str) -> tuple[Notice, bool]:
    standing = next((one for one in view.ruled.duty.all_notices if one.id == notice_id), None)
    last = next((row for row in reversed(rows) if not row.withdrawn), None)
    one = standing or (notice_of(last.content) if last else None)
    if one is None or not view.sees_person(one.person_id):
        raise missing("请假", "notice", notice_id)
    return one, standing is not None


def _key(one: Notice) -> Key:
    return (one.start.astimezone(ZoneInfo("UTC")).isoformat(), one.id)


def _told(view: DutyView, one: Notice) -> LeaveOut:
    zone = ZoneInfo(view.settings.time_zone)

    def local(moment: datetime | None) -> datetime | None:
        return moment.astimezone(zone) if moment else None

    return LeaveOut(
        id=one.id,
        person_id=one.person_id,
        person=view.name_of(one.person_id),
        unit_id=view.unit_of(one.person_id),
        kind=one.kind.value,
        kind_name=NOTICE_NAMES[one.kind],
        start=one.start.astimezone(zone),
        end=one.end.astimezone(zone),
        back_at=local(one.back_at),
        cover_id=one.cover_id,
        cover=view.name_of(one.cover_id) if one.cover_id else "",
        approver=one.approver,
        approved_at=local(one.approved_at),
        registered_at=one.registered_at.astimezone(zone),
        late=one.late,
        counts=one.counts,
    )
