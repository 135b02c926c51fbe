"""A month's coverage, before it happens: sessions without anybody, or with more than may be."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from api.duty_desk import DutyDesk
from models.domain.duty import Status
from models.domain.hall import Window
from models.domain.hours import joined, zone_of
from models.domain.roster import Shift


class Trouble(StrEnum):
    """What is wrong with a stretch of a window's roster."""

    NO_ROSTER = "no_roster"  # 无排班
    UNMANNED = "unmanned"  # 空岗: everybody is on leave, nobody left to cover
    TOO_MANY = "too_many"  # 重复A岗
    TWO_PLACES = "two_places"  # 一人两岗


TROUBLE_NAMES = {
    Trouble.NO_ROSTER: "无排班",
    Trouble.UNMANNED: "请假无人顶岗",
    Trouble.TOO_MANY: "A岗人数超过应到",
    Trouble.TWO_PLACES: "同一人同时排在两个窗口",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """One stretch that needs somebody's hand; aware instants."""

    trouble: Trouble
    window_id: str
    start: datetime
    end: datetime
    people: tuple[str, ...] = ()
    other_window: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """A month's coverage: open hours, those that are rostered, and what is wrong."""

    open_s: float
    rostered_s: float
    gaps: tuple[Gap, ...]


def coverage_of(desk: DutyDesk, month: date) -> Coverage:
    """Every open session of every window of a month, by the roster as it stands."""
    length = monthrange(month.year, month.month)[1]
    days = [month + timedelta(days=number) for number in range(length)]
    opened = rostered = 0.0
    gaps: list[Gap] = []
    for window in desk.windows.values():
        for day in days:
            for session in joined(desk.sessions(window, day)):
                whole, missing = session.seconds, 0.0
                for gap in _in_session(desk, window, session.start, session.end):
                    gaps.append(gap)
                    if gap.trouble is Trouble.NO_ROSTER:
                        missing += (gap.end - gap.start).total_seconds()
                opened, rostered = opened + whole, rostered + whole - missing
    gaps += _two_places(desk, days)
    gaps.sort(key=lambda one: (one.start, one.window_id, one.trouble))
    return Coverage(opened, rostered, tuple(gaps))


def _in_session(desk: DutyDesk, window: Window, start: datetime, end: datetime) -> Iterator[Gap]:
    for part in desk.duty.standings(window, start, end):
        status = part.expectation.status
        if status is Status.NO_ROSTER:
            yield Gap(Trouble.NO_ROSTER, window.id, part.start, part.end)
        elif status is Status.UNMANNED:
            away = part.expectation.excused
            yield Gap(Trouble.UNMANNED, window.id, part.start, part.end, away)
    for part in desk.duty.course(window, start, end):
        first = [one for one in desk.duty.roster.at(window.id, part.start).shifts if not one.rank]
        people = tuple(sorted({one.person_id for one in first if one.person_id}))
        if len(people) > window.required:
            yield Gap(Trouble.TOO_MANY, window.id, part.start, part.end, people)


def _two_places(desk: DutyDesk, days: list[date]) -> Iterator[Gap]:
    """A posts of one person at two windows at once."""
    halls = list(desk.halls.values())
    if not halls:
        return
    zone = zone_of(halls[0])
    start = datetime.combine(days[0], datetime.min.time(), zone)
    end = datetime.combine(days[-1] + timedelta(days=1), datetime.min.time(), zone)
    by_person: dict[str, list[Shift]] = {}
    for window in desk.windows.values():
        for shift in desk.duty.roster.shifts_of(window.id, start, end):
            if shift.person_id and not shift.rank:
                by_person.setdefault(shift.person_id, []).append(shift)
    for person, shifts in by_person.items():
        shifts.sort(key=lambda one: (one.start, one.end))
        for one, other in pairwise(shifts):
            if other.start < one.end and other.window_id != one.window_id:
                until = min(one.end, other.end)
                yield Gap(
                    Trouble.TWO_PLACES,
                    one.window_id,
                    other.start,
                    until,
                    (person,),
                    other.window_id,
                )
