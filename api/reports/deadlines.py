"""Deadlines of cases by the settings' hours: close of business is the last session's end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from api.duty_desk import hours_of
from api.settings import Settings
from models.domain.deadline import Deadlines
from models.domain.hours import HoursBook
from models.domain.workdays import WorkCalendar

CLOSING: Final = time(17, 30)
"""Close of business on a day for which no hours are set."""


def closing_of(settings: Settings) -> Callable[[date], datetime]:
    """Close of business of a date, by the general working hours."""
    zone, hours = ZoneInfo(settings.time_zone), hours_of(settings)

    def closing(on: date) -> datetime:
        return datetime.combine(on, _last(hours, on), zone)

    return closing


def _last(hours: HoursBook, on: date) -> time:
    rules = hours.hours_on("", on)
    sittings = rules.on(on, make_up=True) if rules else ()
    return sittings[-1].closes if sittings else CLOSING


def deadlines_of(settings: Settings, calendar: WorkCalendar) -> Deadlines:
    """What reckons promises and cards."""
    return Deadlines(calendar, ZoneInfo(settings.time_zone), closing_of(settings))
