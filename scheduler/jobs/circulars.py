"""Circulars drafted on the first working day of a month; signing and issuing is for people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TypeAlias

from models.domain.duty_rows import DutyKind, calendar_of
from models.domain.errors import InputError
from models.domain.workdays import WorkCalendar
from scheduler.daily_work import Turn

DraftOf: TypeAlias = Callable[[str], str]
"""Drafts the circular of a named period; gives its key. Raises InputError where one is begun."""


class CircularDrafts:
    """The day's work: what ended with the month before is drafted.

    Args:
        draft: Drafts a period's circular.
    """

    def __init__(self, draft: DraftOf) -> None:
        self._draft = draft

    def __call__(self, turn: Turn) -> str:
        """Drafts where the first working day of the month has come since the last run."""
        with turn.make_uow(read_only=True) as uow:
            calendar = calendar_of(uow.duty.standing(DutyKind.YEAR, DutyKind.OVERRIDE))
        first = first_workday(turn.day, calendar)
        if not first <= turn.day or (turn.after is not None and turn.after >= first):
            return ""
        if turn.after is None and turn.day != first:
            return ""  # installed in the middle of a month: nobody waits for the last one
        return "、".join(self._drafted(period, calendar) for period in ended_before(turn.day))

    def _drafted(self, period: str, calendar: WorkCalendar) -> str:
        year = int(period[:4])
        if not calendar.official(year):
            return f"{period}:{year}年放假安排未发布,未自动起草"
        try:
            return self._draft(period)
        except InputError as error:  # somebody began it already
            return f"{period}:{error.zh}"


def first_workday(day: date, calendar: WorkCalendar) -> date:
    """The first working day of a day's month."""
    before = day.replace(day=1) - timedelta(days=1)
    return calendar.add_workdays(before, 1)


def ended_before(day: date) -> list[str]:
    """Names of the periods that ended with the month before `day`: month, quarter, half, year."""
    last = day.replace(day=1) - timedelta(days=1)
    found = [f"{last.year}-{last.month:02}"]
    if last.month % 3 == 0:
        found.append(f"{last.year}-Q{last.month // 3}")
    if last.month % 6 == 0:
        found.append(f"{last.year}-H{last.month // 6}")
    if last.month == 12:
        found.append(str(last.year))
    return found
