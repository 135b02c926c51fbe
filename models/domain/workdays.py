"""The work calendar (工作日历): which days are worked, and how sure that is.

Source: domain.md §2.2. A calendar is data with a status: official (as published), estimated
(the year's plan is not out: Monday to Friday), or a local override of a hall.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache

from models.domain.calendar_data import OFFICIAL_SOURCE, YEARS
from models.domain.errors import InputError
from models.domain.hall import Hall, Window
from models.domain.hours import HoursBook, Session, SessionKind, zone_of
from models.domain.roster import Roster


class DayKind(StrEnum):
    """A usual workday (工作日), a make-up one (调休上班), rest (休息日), a holiday (放假)."""

    WORKDAY = "workday"
    MAKE_UP = "make_up"
    REST = "rest"
    HOLIDAY = "holiday"


class DayStatus(StrEnum):
    """How sure a day's kind is."""

    OFFICIAL = "official"
    ESTIMATED = "estimated"
    OVERRIDE = "override"


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day of the calendar.

    Attributes:
        name: The holiday's name, where there is one.
        hall_id: The hall that an override holds for, empty for all.
    """

    date: date
    kind: DayKind
    status: DayStatus = DayStatus.OFFICIAL
    source: str = ""
    name: str = ""
    hall_id: str = ""

    @property
    def worked(self) -> bool:
        """Whether it is a workday."""
        return self.kind in {DayKind.WORKDAY, DayKind.MAKE_UP}


class WorkCalendar:
    """Days by date, with overrides per hall.

    Args:
        days: Days that differ from Monday–Friday, and overrides. Later ones replace earlier.
        official_years: Years whose plan is known.
    """

    def __init__(self, days: Iterable[CalendarDay], official_years: Iterable[int]) -> None:
        self.official_years = frozenset(official_years)
        self._days: dict[date, CalendarDay] = {}
        self._overrides: dict[tuple[str, date], CalendarDay] = {}
        for day in days:
            if day.status is DayStatus.OVERRIDE:
                self._overrides[day.hall_id, day.date] = day
            else:
                self._days[day.date] = day

    @classmethod
    def builtin(cls) -> WorkCalendar:
        """The official plans that OnPost ships: 2004–2026."""
        return cls(_builtin_days(), YEARS)

    def with_year(self, year: int, days: Sequence[CalendarDay]) -> WorkCalendar:
        """The same with the official plan of `year` put in the place of what was known of it."""
        kept = [day for day in self._days.values() if day.date.year != year]
        return WorkCalendar([*kept, *days, *self._overrides.values()], self.official_years | {year})

    def with_overrides(self, days: Iterable[CalendarDay]) -> WorkCalendar:
        """The same with local stop or opening days."""
        for day in days:
            if day.status is not DayStatus.OVERRIDE:
                raise InputError(
                    f"{day.date} 不是本地调整。",
                    f"{day.date} is not an override.",
                    where="calendar",
                )
        known = [*self._days.values(), *self._overrides.values()]
        return WorkCalendar([*known, *days], self.official_years)

    def day(self, on: date, hall_id: str = "") -> CalendarDay:
        """What `on` is, for a hall where one is named."""
        for owner in (hall_id, ""):
            override = self._overrides.get((owner, on))
            if override is not None:
                return override
        known = self._days.get(on)
        if known is not None:
            return known
        kind = DayKind.WORKDAY if on.weekday() < 5 else DayKind.REST
        if on.year in self.official_years:
            return CalendarDay(on, kind, DayStatus.OFFICIAL, OFFICIAL_SOURCE)
        return CalendarDay(on, kind, DayStatus.ESTIMATED, "周一至周五")

    def is_workday(self, on: date, hall_id: str = "") -> bool:
        """Whether `on` is worked."""
        return self.day(on, hall_id).worked

    def official(self, year: int) -> bool:
        """Whether the plan of `year` is known; where not, nothing is published by itself."""
        return year in self.official_years

    def notice(self, year: int) -> tuple[str, str] | None:
        """What to show for a year without an official plan, in Chinese and English."""
        if self.official(year):
            return None
        return (
            f"{year}年放假安排未发布,暂按周一至周五;自动通报已停用。",
            f"No holiday plan of {year} yet: Monday to Friday assumed, no automatic publication.",
        )

    def add_workdays(self, start: date, days: int, hall_id: str = "") -> date:
        """The `days`-th workday after `start` (before, for negative `days`).

        The day itself never counts (民法典 201); `days` 0 gives `start`.
        """
        step = timedelta(days=1 if days > 0 else -1)
        left, on = abs(days), start
        while left:
            on += step
            left -= self.is_workday(on, hall_id)
        return on

    def workdays_between(self, first: date, last: date, hall_id: str = "") -> int:
        """Workdays from `first` to `last`, both counted."""
        length = (last - first).days + 1
        return sum(self.is_workday(first + timedelta(days=n), hall_id) for n in range(length))


@cache
def _builtin_days() -> tuple[CalendarDay, ...]:
    days = []
    for year, entries in YEARS.items():
        for name, off, worked in entries:
            days += [_official(day, DayKind.HOLIDAY, name) for day in _dates(year, off)]
            days += [_official(day, DayKind.MAKE_UP, name) for day in _dates(year, worked)]
    return tuple(days)


def _official(on: date, kind: DayKind, name: str) -> CalendarDay:
    return CalendarDay(on, kind, DayStatus.OFFICIAL, OFFICIAL_SOURCE, name)


def _dates(year: int, text: str) -> list[date]:
    found = []
    for run in text.split():
        first, _, last = run.partition("-")
        start = date(year, int(first[:2]), int(first[2:]))
        end = date(year, int(last[:2]), int(last[2:])) if last else start
        found += [start + timedelta(days=n) for n in range((end - start).days + 1)]
    return found


def sessions_on(
    hall: Hall,
    on: date,
    hours: HoursBook,
    calendar: WorkCalendar,
    extra: Iterable[Session] = (),
) -> list[Session]:
    """The open sessions of a hall on a local date, oldest first.

    Args:
        hall: The hall; its time zone turns wall time into instants.
        on: The local date.
        hours: All hours.
        calendar: Which days are worked; on others there are no regular sessions.
        extra: Rostered sessions beside them.
    """
    day = calendar.day(on, hall.id)
    regular = hours.regular(hall, on, make_up=day.kind is DayKind.MAKE_UP) if day.worked else []
    return sorted([*regular, *extra], key=lambda one: (one.start, one.end))


def sessions_of(
    window: Window,
    hall: Hall,
    on: date,
    *,
    hours: HoursBook,
    calendar: WorkCalendar,
    roster: Roster,
) -> list[Session]:
    """The open sessions of one window on a local date: the hall's, and those its roster adds."""
    start, end = day_of(hall, on)
    extra = [
        Session(one.start, one.end, one.kind)
        for one in roster.extra_sessions(window.id, start, end)
        if one.kind is not SessionKind.REGULAR
    ]
    return sessions_on(hall, on, hours, calendar, dict.fromkeys(extra))


def day_of(hall: Hall, on: date) -> tuple[datetime, datetime]:
    """The local date `on` of a hall as two instants, UTC."""
    zone = zone_of(hall)
    return (
        datetime.combine(on, time(0), zone).astimezone(UTC),
        datetime.combine(on + timedelta(days=1), time(0), zone).astimezone(UTC),
    )
