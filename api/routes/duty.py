"""A window's day, as the finding page needs it, and who has to be there at a moment."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query

from api.auth.guard import needs
from api.deps import PartsDep, VisitorDep
from api.duty_desk import profile_of
from api.duty_view import DutyView, view_of
from api.schemas.duty import AtFilter, DayFilter, SessionOut, StandingOut, WindowDayOut
from api.schemas.roster import WhoOut
from api.who import told
from models.domain.access import Permission
from models.domain.coverage import Planner
from models.domain.expectation import Standing
from models.domain.hall import Window
from models.domain.records import FindingQuery
from models.domain.workdays import day_of

router = APIRouter(tags=["duty"])

MOST_FINDINGS = 500


@router.get("/windows/{window_id}/day", dependencies=[needs(Permission.SEE_DUTY)], summary="A day")
def one_day(
    window_id: str, parts: PartsDep, visitor: VisitorDep, wanted: Annotated[DayFilter, Query()]
) -> WindowDayOut:
    """When the window was open on a local day, what was expected, what was seen and found."""
    with parts.make_uow(read_only=True) as uow:
        view = view_of(parts.settings, uow, visitor)
        window = view.window(window_id)
        hall = view.desk.halls[window.hall_id]
        on = wanted.date or view.desk.local_day(window, parts.clock.now())
        start, end = day_of(hall, on)
        query = FindingQuery(
            window_id=window_id, since=start, until=end, scope=visitor.access.scope
        )
        findings = uow.findings.list(query, limit=MOST_FINDINGS)
        spans = parts.teller.day(window_id, start, uow)
    planner = Planner(view.ruled.duty, view.desk.hours, view.ruled.calendar)
    day = view.ruled.calendar.day(on, window.hall_id)
    zone = ZoneInfo(hall.time_zone)
    return WindowDayOut(
        window_id=window_id,
        window=window.name,
        hall_id=window.hall_id,
        hall=hall.name,
        date=on,
        time_zone=hall.time_zone,
        worked=day.worked,
        day_name=day.name,
        roster_version=view.ruled.duty.roster.version,
        thresholds=_thresholds(view, window),
        sessions=[
            SessionOut(
                start=one.start.astimezone(zone), end=one.end.astimezone(zone), kind=one.kind.value
            )
            for one in view.desk.sessions(window, on)
        ],
        expected=[
            _standing(one, zone) for stretch in planner.course(window, hall, on) for one in stretch
        ],
        spans=spans,
        findings=[parts.teller.finding(one) for one in findings],
    )


@router.get(
    "/windows/{window_id}/expected",
    dependencies=[needs(Permission.SEE_DUTY)],
    summary="Who has to be there",
)
def expected(
    window_id: str, parts: PartsDep, visitor: VisitorDep, wanted: Annotated[AtFilter, Query()]
) -> WhoOut:
    """Who has to be at the window at a moment by roster, leave and hours, and why."""
    at = wanted.at or parts.clock.now()
    with parts.make_uow(read_only=True) as uow:
        view = view_of(parts.settings, uow, visitor)
    view.window(window_id)
    zh, en = told(view.desk, view.ruled, window_id, at)
    return WhoOut(window_id=window_id, at=view.desk.local(window_id, at), zh=zh, en=en)


def _standing(one: Standing, zone: ZoneInfo) -> StandingOut:
    what = one.expectation
    zh, en = what.why()
    return StandingOut(
        start=one.start.astimezone(zone),
        end=one.end.astimezone(zone),
        status=what.status.value,
        unit_id=what.unit_id,
        posts=[who.post for who in what.who],
        excused=len(what.excused),
        notice_ids=list(what.notice_ids),
        late_notice=what.late,
        exemption_id=what.exemption.id if what.exemption else "",
        why_zh=zh,
        why_en=en,
    )


def _thresholds(view: DutyView, window: Window) -> dict[str, str]:
    profile = profile_of(view.settings, window.id)
    return {
        name: f"{one.operator.value}{one.seconds / 60:g} min"
        for name in ("alert", "off_post", "late", "early", "half_day")
        for one in [getattr(profile, name)]
    }
