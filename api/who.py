"""Who has to be at a window at a moment, as a sentence that a person understands."""

from __future__ import annotations

from datetime import datetime

from api.duty_desk import DutyDesk
from api.duty_record import InForce
from models.domain.people import Person, Staff
from scheduler.rosters.same_people import people_of


def told(desk: DutyDesk, ruled: InForce, window_id: str, at: datetime) -> tuple[str, str]:
    """The answer in Chinese and in English.

    Args:
        desk: Hours and windows.
        ruled: What rules duty.
        window_id: The window.
        at: The moment, aware.
    """
    window = desk.windows[window_id]
    local = desk.local(window_id, at)
    zh = f"{window.name}({window_id})在 {local:%Y-%m-%d %H:%M}"
    en = f"{window_id} at {local:%Y-%m-%d %H:%M}"
    day = ruled.calendar.day(local.date(), window.hall_id)
    sessions = desk.sessions(window, local.date())
    if not any(one.start <= at < one.end for one in sessions):
        why = day.name or "休息日"
        if day.worked:
            return f"{zh}不在工作时间内,不检查。", f"{en}: outside working hours, not checked."
        return f"{zh}:{why},不检查。", f"{en}: a day of rest, not checked."
    said_zh, said_en = desk.expectation(window, at).why(ruled.staff or _names(ruled))
    return f"{zh}:{said_zh}", f"{en}: {said_en}"


def _names(ruled: InForce) -> Staff:
    """Names out of ids of the form `单位/姓名`, where there is no staff list."""
    ids = people_of(ruled.duty.roster)
    ids |= {one.cover_id for one in ruled.duty.all_notices if one.cover_id}
    return Staff(Person(one, one.rpartition("/")[2]) for one in ids)
