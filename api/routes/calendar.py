"""The work calendar (工作日历): a year, its official plan, days of a hall's own."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.auth.audit import note
from api.auth.guard import needs
from api.auth.rule import Audit
from api.deps import PartsDep, VisitorDep
from api.duty_changes import put_override, put_year, withdraw
from api.duty_doors import text_of
from api.duty_forms import day_stated
from api.duty_view import view_of
from api.errors import missing
from api.routes.stops import require_whole
from api.schemas.calendar import DayOut, NewOverride, OverrideOut, YearIn, YearOut
from api.schemas.fields import Because
from api.schemas.leave import WithdrawnOut
from api.uploads import Upload, form_of, spreadsheets
from models.domain.access import Permission
from models.domain.audit import Action
from models.domain.calendar_files import read_year_file
from models.domain.duty_rows import DutyKind, day_from_json, override_key
from models.domain.workdays import CalendarDay, DayStatus, WorkCalendar

router = APIRouter(tags=["calendar"])

Year = Annotated[int, Path(ge=1990, le=2099, examples=[2026])]


@router.get("/calendar/{year}", dependencies=[needs(Permission.SEE_DUTY)], summary="A year")
def one_year(
    year: Year,
    parts: PartsDep,
    visitor: VisitorDep,
    hall_id: Annotated[str, Query(max_length=100)] = "",
) -> YearOut:
    """Days that are not as their weekday says, workdays by month, and whether the plan is
    official; with a hall's own days where one is named."""
    with parts.make_uow(read_only=True) as uow:
        view = view_of(parts.settings, uow, visitor)
    if hall_id:
        view.hall(hall_id)
    return _told(view.ruled.calendar, year, hall_id)


@router.post(
    "/calendar",
    dependencies=[needs(Permission.CHANGE_DUTY, audit=Audit.CHANGE)],
    summary="Import a year's plan",
    openapi_extra=form_of("file", needed=True),
)
def import_year(
    parts: PartsDep, visitor: VisitorDep, upload: Annotated[Upload, spreadsheets(most=1)]
) -> YearIn:
    """The official plan of a year, JSON or CSV of date and 休/班; it replaces what was known."""
    (path,) = upload.files
    plan = read_year_file(path.name, text_of(path))
    now = parts.clock.now()
    with parts.make_uow() as uow:
        require_whole(view_of(parts.settings, uow, visitor), "")
        put_year(uow, plan, now, visitor.name)
        note(uow, visitor, Action.DUTY_CHANGED, f"calendar:{plan.year}", now, file=path.name)
        uow.commit()
    off = sum(not day.worked for day in plan.days)
    return YearIn(year=plan.year, days_off=off, make_up_days=len(plan.days) - off)


@router.post(
    "/calendar/overrides",
    dependencies=[needs(Permission.CHANGE_DUTY, audit=Audit.CHANGE)],
    summary="Open or close a hall on a day",
    status_code=201,
)
def override(parts: PartsDep, visitor: VisitorDep, wanted: NewOverride) -> OverrideOut:
    """Opens or closes a hall, or all of them, on a day; the reason is shown as its name."""
    now = parts.clock.now()
    with parts.make_uow() as uow:
        require_whole(view_of(parts.settings, uow, visitor), wanted.hall_id)
        day = day_stated(
            parts.settings,
            wanted.date,
            work=wanted.worked,
            reason=wanted.reason,
            hall=wanted.hall_id,
        )
        put_override(uow, day, now, visitor.name, wanted.reason)
        key = override_key(day.hall_id, day.date)
        note(uow, visitor, Action.DUTY_CHANGED, f"calendar:{key}", now, worked=wanted.worked)
        uow.commit()
    return OverrideOut(id=key, day=_day(day))


@router.post(
    "/calendar/overrides/{override_id}/withdraw",
    dependencies=[needs(Permission.CHANGE_DUTY, audit=Audit.CHANGE)],
    summary="Take an override back",
)
def take_back(
    override_id: str, parts: PartsDep, visitor: VisitorDep, wanted: Because
) -> WithdrawnOut:
    """Takes a hall's own day back, with a reason; what it was stays to be read."""
    now = parts.clock.now()
    with parts.make_uow() as uow:
        row = uow.duty.get(DutyKind.OVERRIDE, override_id)
        if row is None:
            raise missing("日历调整", "override", override_id)
        hall_id = day_from_json(row.content).hall_id
        require_whole(view_of(parts.settings, uow, visitor), hall_id)
        taken = withdraw(
            uow, DutyKind.OVERRIDE, override_id, now, by=visitor.name, reason=wanted.reason
        )
        target = f"calendar:{override_id}"
        note(uow, visitor, Action.DUTY_CHANGED, target, now, change="withdrawn")
        uow.commit()
    return WithdrawnOut(id=override_id, withdrawn_at=taken.at, by=taken.by, reason=taken.reason)


def _told(calendar: WorkCalendar, year: int, hall_id: str) -> YearOut:
    first = date(year, 1, 1)
    every = [
        calendar.day(first + timedelta(days=number), hall_id)
        for number in range((date(year + 1, 1, 1) - first).days)
    ]
    special = [
        day
        for day in every
        if day.worked != (day.date.weekday() < 5) or day.status is DayStatus.OVERRIDE
    ]
    ends = [date(year, month, monthrange(year, month)[1]) for month in range(1, 13)]
    notice = calendar.notice(year) or ("", "")
    return YearOut(
        year=year,
        official=calendar.official(year),
        notice_zh=notice[0],
        notice_en=notice[1],
        workdays=[calendar.workdays_between(end.replace(day=1), end, hall_id) for end in ends],
        days=[_day(day) for day in special],
    )


def _day(day: CalendarDay) -> DayOut:
    return DayOut(
        date=day.date,
        worked=day.worked,
        kind=day.kind.value,
        status=day.status.value,
        name=day.name,
        source=day.source,
        hall_id=day.hall_id,
    )
