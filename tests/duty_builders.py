"""Builders for duty tests: Monday 2026-11-23 in Shanghai, window W12, 08:30–12, 14:30–17:30."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from models.domain.duty import Duty
from models.domain.finding import Finding
from models.domain.hall import Hall, Window
from models.domain.hours import HoursBook, Session
from models.domain.judgement import judge
from models.domain.leave import Exemption, ExemptionKind, Notice, NoticeKind
from models.domain.people import Person, Staff
from models.domain.presence import Reason, State
from models.domain.profiles import DutyProfile
from models.domain.roster import Roster, Shift
from models.domain.spans import Span
from models.domain.workdays import WorkCalendar, sessions_of

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 11, 23)
HALL = Hall("main", "市政务服务中心")
WINDOW = Window("W12", "main", "12号窗口", (), unit_id="公安局")
JIA, YI, BING = (
    Person("p1", "甲", "公安局"),
    Person("p2", "乙", "公安局"),
    Person("p3", "丙", "公安局"),
)
STAFF = Staff((JIA, YI, BING))
CALENDAR = WorkCalendar.builtin()
HOURS = HoursBook()


def at(clock: str, day: date = MONDAY) -> datetime:
    """`09:10` or `09:10:30` on the day, as an instant."""
    parts = [int(part) for part in clock.split(":")]
    hour, minute, second = (*parts, 0)[:3]
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=ZONE).astimezone(UTC)


def span(state: State, start: datetime, end: datetime | None, **more: object) -> Span:
    reason = {State.PRESENT: Reason.SEEN, State.ABSENT: Reason.EMPTY}.get(state, Reason.OFFLINE)
    return Span(WINDOW.id, state, reason, start, end, **more)  # type: ignore[arg-type]


def day_of(*empty: tuple[str, str], day: date = MONDAY, since: str = "08:00") -> list[Span]:
    """Present all day but in these stretches."""
    spans, here = [], at(since, day)
    for start, end in empty:
        first, last = at(start, day), at(end, day)
        if first > here:
            spans.append(span(State.PRESENT, here, first))
        spans.append(span(State.ABSENT, first, last))
        here = last
    return [*spans, span(State.PRESENT, here, at("18:30", day))]


def shift(person: Person, start: str, end: str, grade: str = "A", day: date = MONDAY) -> Shift:
    return Shift(WINDOW.id, at(start, day), at(end, day), person.id, grade)


ALL_DAY = Roster((shift(JIA, "08:30", "17:30"),))


def sessions(roster: Roster = ALL_DAY, day: date = MONDAY) -> list[Session]:
    return sessions_of(WINDOW, HALL, day, hours=HOURS, calendar=CALENDAR, roster=roster)


def duty(
    *notices: Notice, roster: Roster = ALL_DAY, exemptions: tuple[Exemption, ...] = ()
) -> Duty:
    return Duty(roster, notices, exemptions, staff=STAFF)


def notice(
    person: Person,
    start: str,
    end: str,
    *,
    registered: str = "08:00",
    registered_day: date = MONDAY,
    cover: Person | None = None,
    kind: NoticeKind = NoticeKind.OUT,
    number: str = "",
) -> Notice:
    return Notice(
        number or f"N-{person.id}",
        person.id,
        kind,
        at(start),
        at(end),
        at(registered, registered_day),
        cover_id=cover.id if cover else "",
        approved_at=at("08:00"),
    )


def power_cut(start: str, end: str, approved: str = "10:30") -> Exemption:
    return Exemption(
        "X1",
        ExemptionKind.POWER_CUT,
        at(start),
        at(end),
        hall_id="main",
        approver="值班主任",
        approved_at=at(approved),
    )


def judged(
    spans: list[Span],
    by: Duty | None = None,
    *,
    now: datetime | None = None,
    profile: DutyProfile | None = None,
    open_in: list[Session] | None = None,
    day: date = MONDAY,
    period_s: float = 60.0,
) -> list[Finding]:
    by = by or duty()
    return judge(
        WINDOW,
        spans,
        sessions(by.roster, day) if open_in is None else open_in,
        by,
        profile=profile or DutyProfile(),
        now=now or at("20:00", day),
        slowest_period_s=period_s,
    )


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
