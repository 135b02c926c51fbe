"""Gaps and clashes of a roster before they happen, and who is expected when.

Source: issue of the duty rules, part 9; domain.md §2.3.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from models.domain.duty import Duty, Expectation, Standing, Status, cut
from models.domain.hall import Hall, Window
from models.domain.hours import HoursBook, joined
from models.domain.workdays import WorkCalendar, sessions_of


class Trouble(StrEnum):
    """What is wrong with a stretch of a roster."""

    NO_ROSTER = "no_roster"  # 无排班
    UNMANNED = "unmanned"  # 空岗: everybody excused, nobody left to cover
    SEVERAL = "several"  # more first posts than the window needs: nobody answers alone
    DOUBLE = "double"  # the same person is expected at two windows at once


@dataclass(frozen=True, slots=True)
class Ahead:
    """A gap or a clash, with why as a sentence in Chinese and English."""

    trouble: Trouble
    window_id: str
    start: datetime
    end: datetime
    why_zh: str
    why_en: str


@dataclass(frozen=True, slots=True)
class Cover:
    """How a window's open time of some days is covered, in seconds."""

    window_id: str
    open_s: float
    rostered_s: float
    ahead: tuple[Ahead, ...]

    @property
    def share(self) -> float | None:
        """The rostered share of the open time, None where it is never open."""
        return self.rostered_s / self.open_s if self.open_s else None


@dataclass(frozen=True)
class Planner:
    """What coverage is worked out from."""

    duty: Duty
    hours: HoursBook
    calendar: WorkCalendar

    def course(self, window: Window, hall: Hall, on: date) -> list[list[Standing]]:
        """What is expected of a window on a local day, one list per open stretch."""
        opened = sessions_of(
            window,
            hall,
            on,
            hours=self.hours,
            calendar=self.calendar,
            roster=self.duty.roster,
        )
        return [self.duty.course(window, session.start, session.end) for session in joined(opened)]

    def cover(self, window: Window, hall: Hall, first: date, last: date) -> Cover:
        """How `window` is covered from `first` to `last`, both counted."""
        opened = rostered = 0.0
        ahead: list[Ahead] = []
        for number in range((last - first).days + 1):
            for stretch in self.course(window, hall, first + timedelta(days=number)):
                for part in cut(stretch, stretch[0].start, stretch[-1].end):
                    length = (part.end - part.start).total_seconds()
                    opened += length
                    rostered += length * (part.expectation.status is not Status.NO_ROSTER)
                ahead += [one for part in stretch for one in _trouble(window, part)]
        return Cover(window.id, opened, rostered, tuple(_runs(ahead)))

    def clashes(
        self, windows: Iterable[tuple[Window, Hall]], first: date, last: date
    ) -> list[Ahead]:
        """People who are expected at two windows at once, oldest first."""
        expected: dict[str, list[tuple[datetime, datetime, str]]] = {}
        for window, hall in windows:
            for number in range((last - first).days + 1):
                for stretch in self.course(window, hall, first + timedelta(days=number)):
                    for part in stretch:
                        for who in part.expectation.who:
                            row = (part.start, part.end, window.id)
                            expected.setdefault(who.person_id, []).append(row)
        expected.pop("", None)
        found = [
            one for person, rows in expected.items() for one in self._doubles(person, sorted(rows))
        ]
        return sorted(found, key=lambda one: (one.start, one.window_id))

    def _doubles(self, person: str, rows: list[tuple[datetime, datetime, str]]) -> Iterable[Ahead]:
        name = self.duty.staff.name_of(person)
        for place, (_, end, window_id) in enumerate(rows):
            for other_start, other_end, other_id in rows[place + 1 :]:
                if other_start >= end:
                    break
                if other_id != window_id:
                    zh = f"{name}同时排在窗口 {window_id} 和 {other_id}。"
                    en = f"{name} is expected at windows {window_id} and {other_id} at once."
                    until = min(end, other_end)
                    yield Ahead(Trouble.DOUBLE, other_id, other_start, until, zh, en)


def _trouble(window: Window, part: Standing) -> list[Ahead]:
    expectation = part.expectation
    trouble = _kind(window, expectation)
    if trouble is None:
        return []
    zh, en = expectation.why()
    return [Ahead(trouble, window.id, part.start, part.end, zh, en)]


def _kind(window: Window, expectation: Expectation) -> Trouble | None:
    if expectation.status is Status.NO_ROSTER:
        return Trouble.NO_ROSTER
    if expectation.status is Status.UNMANNED:
        return Trouble.UNMANNED
    return Trouble.SEVERAL if len(expectation.who) > window.required else None


def _runs(ahead: list[Ahead]) -> list[Ahead]:
    """Neighbours that say the same, as one."""
    whole: list[Ahead] = []
    for one in ahead:
        last = whole[-1] if whole else None
        if (
            last
            and last.end == one.start
            and (last.trouble, last.why_zh)
            == (
                one.trouble,
                one.why_zh,
            )
        ):
            whole[-1] = Ahead(
                last.trouble, last.window_id, last.start, one.end, last.why_zh, last.why_en
            )
        else:
            whole.append(one)
    return whole
