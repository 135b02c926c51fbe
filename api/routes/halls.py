"""Halls (大厅), units (单位) and staff lists (人员名单)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.auth.audit import note
from api.auth.guard import needs
from api.auth.rule import Audit
from api.deps import PartsDep, VisitorDep
from api.duty_view import DutyView, view_of
from api.errors import missing
from api.paging import page_of
from api.schemas.fields import Paged
from api.schemas.hall import (
    HallOut,
    HallPage,
    HoursOut,
    PersonOut,
    PersonPage,
    StaffIn,
    UnitOut,
    UnitPage,
)
from api.staff import put_staff
from api.uploads import Upload, form_of, spreadsheets
from models.domain.access import Permission
from models.domain.audit import Action
from models.domain.hall import Window
from models.domain.people import Unit
from scheduler.rosters.staff_csv import read_staff

router = APIRouter(tags=["halls"])


class StaffFilter(Paged):
    """Whose staff list; empty asks for every one that the caller sees."""

    unit_id: str = ""


@router.get("/halls", dependencies=[needs(Permission.SEE_DUTY)], summary="Halls")
def list_halls(parts: PartsDep, visitor: VisitorDep, wanted: Annotated[Paged, Query()]) -> HallPage:
    """The halls that the caller sees, by id."""
    with parts.make_uow(read_only=True) as uow:
        view = view_of(parts.settings, uow, visitor)
    items, following = page_of(view.halls, lambda name: (name,), wanted.after, wanted.limit)
    windows = _windows(view)
    return HallPage(
        items=[_hall(view, name, windows.get(name, [])) for name in items],
        total=len(view.halls),
        next_after=following,
        limit=wanted.limit,
    )


@router.get("/halls/{hall_id}", dependencies=[needs(Permission.SEE_DUTY)], summary="One hall")
def one_hall(hall_id: str, parts: PartsDep, visitor: VisitorDep) -> HallOut:
    """A hall with its hours, and those of its windows that the caller sees."""
    with parts.make_uow(read_only=True) as uow:
        view = view_of(parts.settings, uow, visitor)
    view.hall(hall_id)
    return _hall(view, hall_id, _windows(view).get(hall_id, []))


def _windows(view: DutyView) -> dict[str, list[Window]]:
    """The windows that the caller sees, by hall."""
    found: dict[str, list[Window]] = {}
    for one in view.windows.values():
        found.setdefault(one.hall_id, []).append(one)
    return found


def _hall(view: DutyView, hall_id: str, windows: Sequence[Window]) -> HallOut:
    hall = view.halls[hall_id]
    return HallOut(
        id=hall_id,
        name=hall.name,
        kind=hall.kind.value,
        time_zone=hall.time_zone,
        windows=[one.id for one in windows],
        units=sorted({one.unit_id for one in windows if one.unit_id}),
        hours=[
            HoursOut(
                valid_from=one.valid_from.isoformat(),
                weekdays=list(one.weekdays),
                sessions=list(one.sessions),
            )
            for one in view.settings.hours_of(hall_id)
        ],
    )


@router.get("/units", dependencies=[needs(Permission.SEE_DUTY)], summary="Units")
def list_units(parts: PartsDep, visitor: VisitorDep, wanted: Annotated[Paged, Query()]) -> UnitPage:
    """Units of the windows and of the staff lists that the caller sees, by id."""
    with parts.make_uow(read_only=True) as uow:
        view = view_of(parts.settings, uow, visitor)
    staff = view.ruled.staff
    units = {one.unit_id: Unit(one.unit_id, one.unit_id) for one in view.desk.windows.values()}
    units |= staff.units if staff else {}
    seen = {name: one for name, one in units.items() if name and view.sees_unit(name)}
    items, following = page_of(seen.values(), lambda one: (one.id,), wanted.after, wanted.limit)
    people = list(staff.persons.values()) if staff else []
    told = [
        UnitOut(
            id=one.id,
            name=one.name,
            kind=one.kind.value,
            windows=[place.id for place in view.windows.values() if place.unit_id == one.id],
            people=sum(person.unit_id == one.id for person in people),
        )
        for one in items
    ]
    return UnitPage(items=told, total=len(seen), next_after=following, limit=wanted.limit)


@router.get("/staff", dependencies=[needs(Permission.SEE_DUTY)], summary="Staff lists")
def list_staff(
    parts: PartsDep, visitor: VisitorDep, wanted: Annotated[StaffFilter, Query()]
) -> PersonPage:
    """People of the staff lists that the caller sees, by unit and id."""
    with parts.make_uow(read_only=True) as uow:
        view = view_of(parts.settings, uow, visitor)
    if wanted.unit_id and not view.sees_unit(wanted.unit_id):
        raise missing("单位", "unit", wanted.unit_id)
    staff = view.narrowed().staff
    seen = [
        one
        for one in (staff.persons.values() if staff else ())
        if wanted.unit_id in {"", one.unit_id}
    ]
    items, following = page_of(seen, lambda one: (one.unit_id, one.id), wanted.after, wanted.limit)
    told = [PersonOut(id=one.id, name=one.name, unit_id=one.unit_id) for one in items]
    return PersonPage(items=told, total=len(seen), next_after=following, limit=wanted.limit)


@router.post(
    "/staff",
    dependencies=[needs(Permission.CHANGE_DUTY, audit=Audit.CHANGE)],
    summary="Import staff lists",
    openapi_extra=form_of("file", needed=True),
)
def import_staff(
    parts: PartsDep, visitor: VisitorDep, upload: Annotated[Upload, spreadsheets(most=1)]
) -> StaffIn:
    """Each unit in the file gets the list that stands there; all of it or nothing."""
    now = parts.clock.now()
    ((name, data),) = upload.contents()
    read = read_staff(name, data)
    with parts.make_uow() as uow:
        view = view_of(parts.settings, uow, visitor)
        strange = next((one for one in read.units if not view.sees_unit(one)), None)
        if strange is not None:
            raise missing("单位", "unit", strange)
        changed = put_staff(uow, read, now, visitor.name)
        said: dict[str, Any] = {"units": len(read.units), "people": len(read.persons)}
        note(uow, visitor, Action.DUTY_CHANGED, "staff", now, file=name, **said)
        uow.commit()
    return StaffIn(people=len(read.persons), units=len(read.units), changed=changed)
